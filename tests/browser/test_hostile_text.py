"""Cross-site scripting, tried in every field that a learner can write: nothing runs, nothing becomes markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

IRIS = "/challenges/iris-new-meadow/"
HOSTILE = """</title></textarea><script>hacked=1</script>"'><img src=x onerror=hacked=1><svg onload=hacked=1>"""
SHORT = "\"'><img src=x onerror=hacked=1>"
"""Where no more than a few characters fit."""

URL = "javascript:hacked=1"
MARKS = """return [typeof hacked, ...[...document.querySelectorAll(
  "img[src='x'], svg[onload], main script, a[href^='javascript:'], [onerror], [onload]")].map(e => e.outerHTML)]"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def check(reader: Any, address: str, words: str | None = None) -> None:
    """Fail where a page ran or built anything from the text, or where the text never got there."""
    reader.open(address)
    assert reader.driver.execute_script(MARKS) == ["undefined"], address
    if words is not None:
        source = reader.driver.execute_script("return document.documentElement.outerHTML")
        assert words in source, f"{address} does not show it"


def write(reader: Any, selector: str, text: str) -> None:
    """Put a text into a field past what its page would allow."""
    reader.driver.execute_script(
        "const [field, text] = arguments; field.removeAttribute('maxlength'); field.value = text;",
        reader.find(selector),
        text,
    )


def test_hostile_text_stays_text_wherever_it_is_written(reader: Any, sample: Path, tmp_path: Path) -> None:
    shown = "&lt;img src=x onerror"
    reader.sign_up("mallory")

    reader.open("/accounts/")
    write(reader, "[name=shown_name]", SHORT)
    write(reader, "[name=about]", HOSTILE)
    reader.find("[name=is_public]").click()
    reader.press("Save")
    write(reader, "main [name=name]", SHORT)
    reader.press("New token")
    token = reader.find("#new-token").text
    check(reader, "/accounts/", shown)
    check(reader, "/people/mallory/", shown)

    reader.open(f"{IRIS}team/")
    write(reader, "main [name=name]", SHORT)
    reader.press("Create")
    check(reader, f"{IRIS}team/", shown)
    check(reader, f"{IRIS}team/?code={HOSTILE}")

    hostile_file = tmp_path / "<img src=x onerror=hacked=1>.csv"
    lines = sample.read_text().splitlines()
    hostile_file.write_text(
        "\n".join([lines[0], f'{lines[1].partition(",")[0]},"{HOSTILE.replace(chr(34), "")}"', *lines[2:]])
    )
    reader.open(f"{IRIS}submit/")
    reader.find("input[type=file]").send_keys(str(hostile_file))
    write(reader, "[name=description]", HOSTILE)
    reader.click("Hand in")
    reader.wait_for("#answer .findings", "hacked=1")
    assert reader.driver.execute_script(MARKS) == ["undefined"]
    reader.follow("Submission ")
    rejected = reader.path
    check(reader, rejected, shown)
    check(reader, f"{rejected}compare/")
    header = {"Authorization": f"Token {token}"}
    live = httpx.get(f"{reader.site.address}/api/v1{rejected.rstrip('/')}", headers=header, trust_env=False)
    assert "hacked=1" in json.dumps(live.json())

    with reader.site.worker():
        reader.open(f"{IRIS}submit/")
        reader.find("input[type=file]").send_keys(str(sample))
        write(reader, "[name=description]", HOSTILE)
        reader.press("Hand in")
        reader.wait_for(".verdict", "Scored")
    scored = reader.path
    check(reader, scored, shown)
    reader.press("Get a certificate")
    check(reader, reader.path, shown)
    for address in (f"{IRIS}leaderboard/", f"{IRIS}leaderboard/embed/", f"{IRIS}submissions/", "/submissions/"):
        check(reader, address, shown)

    reader.open(f"{IRIS}discussion/")
    write(reader, "main [name=title]", SHORT)
    write(reader, "main [name=body]", f"{HOSTILE}\n\n[x]({URL}) ![x]({URL}) <a href='{URL}'>x</a>")
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
    write(reader, "[name=credential]", HOSTILE)
    reader.press("Verify")
    assert reader.driver.execute_script(MARKS) == ["undefined"]
    assert reader.find("[name=credential]").get_property("value") == HOSTILE

    attempts = [line for line in reader.complaints() if "Content Security Policy" in line]
    assert attempts == []  # the policy would have stopped them; there was nothing to stop


def test_the_marks_are_found_where_text_becomes_markup(reader: Any) -> None:
    reader.open("/")
    reader.driver.execute_script(
        "document.querySelector('main').insertAdjacentHTML('beforeend', arguments[0])", HOSTILE
    )
    assert len(reader.driver.execute_script(MARKS)) > 1
    reader.complaints()
