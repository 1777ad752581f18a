"""The pages for everybody: narrow screens, keyboard, dark mode, and a quiet console."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from challenges.loader import load
from tests.browser.pages import pages_of
from tests.browser.reader import IRIS, PHONE, Reader

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_no_page_is_wider_than_a_small_phone_or_lets_its_console_complain(
    open_browser: Callable[..., Reader], sample: Path, tmp_path: Path
) -> None:
    reader = open_browser(**PHONE)
    reader.excuse(404)  # one of the pages is the one for what is not there
    widths = {}
    for _route, address in pages_of(reader, sample, tmp_path, name="narrow"):
        reader.open(address)
        widths[address] = reader.width
    for address in ("/roadmaps/video/", f"{IRIS}team/"):
        reader.open(address)
        widths[address] = reader.width
    assert widths == dict.fromkeys(widths, 360)
    assert reader.unexcused == []


def test_a_long_file_name_makes_no_page_wider_than_a_small_phone(
    open_browser: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = open_browser(**PHONE)
    file = tmp_path / "a-rather-long-file-name-for-a-narrow-screen-indeed-it-is-very-long.csv"
    file.write_bytes(load("iris-new-meadow").rejected()["unknown_category.csv"])
    reader.sign_up("longwinded")
    reader.hand_in_rejected(file)
    widths = {}
    for address in (reader.path, f"{IRIS}submissions/", "/submissions/", f"{IRIS}submit/"):
        reader.open(address)
        widths[address] = reader.width
    assert widths == dict.fromkeys(widths, 360)


def test_the_console_tells_of_what_the_policy_stops(reader: Reader) -> None:
    reader.open("/")
    with reader.page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        reader.page.evaluate("document.body.append(Object.assign(document.createElement('script'), { text: 'x = 1' }))")
    assert len(reader.unexcused) == 1
    reader.complaints.clear()


def test_the_first_key_leads_to_the_content(reader: Reader) -> None:
    reader.open("/")
    reader.page.keyboard.press("Tab")
    expect(reader.link("Skip to the content")).to_be_focused()
    reader.page.keyboard.press("Enter")
    expect(reader.page.get_by_role("main")).to_be_focused()


def test_whoever_uses_keys_sees_where_they_are(reader: Reader) -> None:
    reader.open("/accounts/login/")
    for _ in range(8):
        reader.page.keyboard.press("Tab")
        expect(reader.page.locator(":focus")).to_have_css("outline-style", "solid")


def test_dark_mode_follows_the_system(open_browser: Callable[..., Reader]) -> None:
    def brightness(scheme: str) -> int:
        reader = open_browser(color_scheme=scheme)
        reader.open("/")
        colour = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))

    assert brightness("light") > 700
    assert brightness("dark") < 150


def test_the_list_is_narrowed_on_a_small_phone_with_keys_alone(open_browser: Callable[..., Reader]) -> None:
    reader = open_browser(**PHONE)
    reader.open("/")
    words, card = reader.page.get_by_role("searchbox"), reader.field("Graphics card")
    with reader.next_answer():  # each of these asks the server; a key pressed between two answers may be lost
        words.press_sequentially("iris")
    expect(card).to_be_hidden()
    reader.page.get_by_text("More filters").press("Enter")
    expect(card).to_be_visible()
    with reader.next_answer():
        card.press_sequentially("Runs")
    with reader.next_answer():
        reader.button("Show").press("Enter")
    chips = reader.page.get_by_role("list", name="Chosen filters")
    expect(chips).to_contain_text("Graphics card: Runs without one")
    assert reader.width == 360
    expect(card).to_be_visible()

    chips.get_by_role("link").first.press("Enter")  # the words
    expect(chips.locator(".chip")).to_have_count(1)
    expect(words).to_have_value("")
    expect(chips.locator(".chip")).to_have_text("Remove: Graphics card: Runs without one ×")
