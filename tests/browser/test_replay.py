"""Replays in a real browser: a game on its board, a stream over time, and tables where there is no script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import faults_at, faults_here
from tests.browser.reader import PHONE, Reader

FETCHED = "performance.getEntriesByType('resource').filter(e => e.name.endsWith('/replay.json')).length"

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def watch(reader: Reader, number: int) -> Locator:
    """Open the page of a submission, ask for its replay, and return where it plays."""
    reader.open(f"/submissions/{number}/")
    assert reader.page.evaluate(FETCHED) == 0  # nothing is loaded before somebody asks
    reader.link("Watch the replay").click()
    return reader.page.get_by_role("group", name="Replay")


def press(replay: Locator, words: str) -> None:
    replay.get_by_role("button", name=words).click()


def test_a_game_is_stepped_played_and_chosen(reader: Reader, played: Callable[[str, str], int]) -> None:
    reader.sign_up("deepgreen")
    number = played("connect-x-league", "deepgreen")
    replay = watch(reader, number)
    says, discs = replay.locator(".replay-says"), replay.locator("circle.you, circle.other")
    expect(says).to_contain_text("The opening has")
    expect(reader.page).to_have_url(f"/submissions/{number}/")
    opening = discs.count()
    press(replay, "Forward")
    expect(discs).to_have_count(opening + 1)
    expect(says).to_contain_text("column")
    press(replay, "Back")
    expect(discs).to_have_count(opening)
    press(replay, "End")
    expect(says).to_contain_text("The end: line; lost.")
    assert replay.locator("circle.won").count() >= 3

    games = replay.get_by_label("Show")
    names = games.get_by_role("option").all_inner_texts()
    assert len(names) == 4
    games.select_option(index=1)
    expect(replay.locator("svg")).to_have_attribute("aria-label", names[1])
    replay.get_by_label("Speed").select_option("4")
    press(replay, "Play")
    expect(replay.get_by_role("button", name="Pause")).to_be_visible()
    expect(says).to_contain_text("The end:")  # it plays to the end by itself
    expect(replay.get_by_role("button", name="Play")).to_be_visible()

    position = replay.get_by_role("slider", name="Step")
    position.press("Home")
    expect(says).to_contain_text("The opening has")
    position.press("ArrowRight")
    expect(says).to_contain_text("column")
    expect(position).to_have_attribute("aria-valuetext", says.inner_text())
    assert faults_here(reader) == []
    assert faults_at(reader, f"/submissions/{number}/replay/", "dark") == []


def test_a_pause_stops_where_it_is(reader: Reader, played: Callable[[str, str], int]) -> None:
    reader.sign_up("pausing")
    replay = watch(reader, played("connect-x-league", "pausing"))
    says, position = replay.locator(".replay-says"), replay.get_by_role("slider", name="Step")
    expect(says).to_contain_text("The opening has")
    replay.get_by_label("Speed").select_option("4")
    press(replay, "Play")
    expect(says).to_contain_text("column")
    press(replay, "Pause")
    stopped = position.input_value()
    reader.page.wait_for_timeout(600)  # three steps at this speed
    expect(position).to_have_value(stopped)


def test_a_stream_is_drawn_over_time_and_fits_a_small_phone(
    open_browser: Callable[..., Reader], played: Callable[[str, str], int]
) -> None:
    reader = open_browser(**PHONE)
    reader.sign_up("cashier")
    number = played("fraud-stream-desk", "cashier")
    replay = watch(reader, number)
    says, line = replay.locator(".replay-says"), replay.locator("path.line-0")
    expect(says).to_contain_text("Day 1: 0.00 euros saved, 0.00 in all.")  # everything is approved: nothing saved
    expect(replay.get_by_role("listitem")).to_have_text(["if all were approved", "your decisions", "saved"])
    before = line.get_attribute("d") or ""
    press(replay, "End")
    expect(says).to_contain_text("Day 40:")
    assert len(line.get_attribute("d") or "") > len(before) > 0
    assert reader.width == 360
    reader.open(f"/submissions/{number}/replay/")
    assert reader.width == 360
    reader.open(f"/submissions/{number}/compare/")
    assert reader.width == 360


def test_without_javascript_the_link_leads_to_the_moves_as_a_table(
    open_browser: Callable[..., Reader], played: Callable[[str, str], int]
) -> None:
    reader = open_browser(java_script_enabled=False)
    reader.sign_up("reads-tables")
    reader.open(f"/submissions/{played('connect-x-league', 'reads-tables')}/")
    reader.follow("Watch the replay")
    expect(reader.page.get_by_role("row", name="Move Who Column, counted from 0").first).to_be_visible()
    assert reader.page.locator("tbody tr").count() > 20
