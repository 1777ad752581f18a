"""Cross-site scripting, tried in every field that a learner can write: nothing runs, nothing becomes markup."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.reader import IRIS, Reader

HOSTILE = """</title></textarea><script>hacked=1</script>"'><img src=x onerror=hacked=1><svg onload=hacked=1>"""
SHORT = "\"'><img src=x onerror=hacked=1>"
"""Where no more than a few characters fit."""

URL = "javascript:hacked=1"
MARKS = """[typeof hacked, ...[...document.querySelectorAll(
  "img[src='x'], svg[onload], main script, a[href^='javascript:'], [onerror], [onload]")].map(e => e.outerHTML)]"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def check(reader: Reader, address: str, words: str | None = None) -> None:
    """Fail where a page ran or built anything from the text, or where the text never got there."""
    reader.open(address)
    assert reader.page.evaluate(MARKS) == ["undefined"], address
    if words is not None:
        assert words in reader.page.content(), f"{address} does not show it"


def write(field: Locator, text: str) -> None:
    """Put a text into a field past what its page would allow."""
    field.evaluate("(field, text) => { field.removeAttribute('maxlength'); field.value = text; }", text)


def test_hostile_text_stays_text_wherever_it_is_written(reader: Reader, sample: Path, tmp_path: Path) -> None:
    shown = "&lt;img src=x onerror"
    reader.sign_up("mallory")

    reader.open("/accounts/")
    write(reader.field("Name optional"), SHORT)
    write(reader.field("About you optional"), HOSTILE)
    reader.field("Everybody may see my profile").check()
    reader.press("Save")
    write(reader.field("Name of a new token"), SHORT)
    reader.press("New token")
    token = reader.page.locator("#new-token").inner_text()
    check(reader, "/accounts/", shown)
    check(reader, "/people/mallory/", shown)

    reader.open(f"{IRIS}team/")
    write(reader.field("Name"), SHORT)
    reader.press("Create")
    check(reader, f"{IRIS}team/", shown)
    check(reader, f"{IRIS}team/?code={HOSTILE}")

    hostile_file = tmp_path / "<img src=x onerror=hacked=1>.csv"
    lines = sample.read_text().splitlines()
    hostile_file.write_text(
        "\n".join([lines[0], f'{lines[1].partition(",")[0]},"{HOSTILE.replace(chr(34), "")}"', *lines[2:]])
    )
    reader.choose(hostile_file)
    write(reader.field("Description optional, seen by your team only"), HOSTILE)
    reader.excuse(422)
    reader.button("Hand in").click()
    expect(reader.page.locator("#answer .findings")).to_contain_text("hacked=1")
    assert reader.page.evaluate(MARKS) == ["undefined"]
    reader.follow(re.compile(r"^Submission \d+$"))
    rejected = reader.path
    check(reader, rejected, shown)
    check(reader, f"{rejected}compare/")
    header = {"Authorization": f"Token {token}"}
    live = httpx.get(f"{reader.site.address}/api/v1{rejected.rstrip('/')}", headers=header, trust_env=False)
    assert "hacked=1" in json.dumps(live.json())

    with reader.site.worker():
        reader.choose(sample)
        write(reader.field("Description optional, seen by your team only"), HOSTILE)
        reader.press("Hand in")
        expect(reader.verdict).to_contain_text("Scored")
    scored = reader.path
    check(reader, scored, shown)
    reader.press("Get a certificate")
    check(reader, reader.path, shown)
    for address in (f"{IRIS}leaderboard/", f"{IRIS}leaderboard/embed/", f"{IRIS}submissions/", "/submissions/"):
        check(reader, address, shown)

    reader.open(f"{IRIS}discussion/")
    write(reader.field("Title"), SHORT)
    write(reader.field("Text"), f"{HOSTILE}\n\n[x]({URL}) ![x]({URL}) <a href='{URL}'>x</a>")
    reader.press("Post")
    check(reader, reader.path, shown)
    check(reader, f"{IRIS}discussion/", shown)

    check(reader, f"/?q={HOSTILE}", shown)
    check(reader, f"/?sort={HOSTILE}&level={HOSTILE}&page={HOSTILE}")
    check(reader, f"{IRIS}leaderboard/?board={HOSTILE}&after={HOSTILE}")
    check(reader, f"{scored}compare/?with={HOSTILE}")
    check(reader, f"/accounts/login/?next={URL}")
    check(reader, f"/challenges/{HOSTILE.replace('/', '')}/")
    check(reader, f"/people/{HOSTILE.replace('/', '')}/")
    reader.open("/certificates/verify/")
    write(reader.field("The certificate's JSON"), HOSTILE)
    reader.press("Verify")
    assert reader.page.evaluate(MARKS) == ["undefined"]
    expect(reader.field("The certificate's JSON")).to_have_value(HOSTILE)

    reader.excuse(404)  # of the last pages but one
    assert reader.unexcused == []  # the policy would have stopped them; there was nothing to stop


def test_the_marks_are_found_where_text_becomes_markup(reader: Reader) -> None:
    reader.open("/")
    with reader.page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        reader.page.get_by_role("main").evaluate("(main, text) => main.insertAdjacentHTML('beforeend', text)", HOSTILE)
    assert len(reader.page.evaluate(MARKS)) > 1
    reader.complaints.clear()
