"""Replays in a real browser: a game on its board, a stream over time, and tables where there is no script."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def discs(reader: Any) -> int:
    return len(reader.all(".replay circle.you, .replay circle.other"))


def press(reader: Any, words: str) -> None:
    (button,) = [button for button in reader.all(".replay button") if button.text == words]
    button.click()


def test_a_game_is_stepped_played_and_chosen(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("deepgreen")
    number = played("connect-x-league", "deepgreen")
    reader.open(f"/submissions/{number}/")
    fetched = "return performance.getEntriesByType('resource').filter(e => e.name.endsWith('/replay.json')).length"
    assert reader.driver.execute_script(fetched) == 0  # nothing is loaded before somebody asks
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "The opening has")
    assert reader.path == f"/submissions/{number}/"
    opening = discs(reader)
    press(reader, "Forward")
    assert discs(reader) == opening + 1
    assert "column" in reader.find(".replay-says").text
    press(reader, "Back")
    assert discs(reader) == opening
    press(reader, "End")
    assert "The end: line; lost." in reader.find(".replay-says").text
    assert len(reader.all(".replay circle.won")) >= 3

    games = Select(reader.find("[name=reel]"))
    assert len(games.options) == 4
    games.select_by_index(1)
    assert reader.find(".replay svg").get_attribute("aria-label") == games.options[1].text
    Select(reader.find("[name=speed]")).select_by_value("4")
    press(reader, "Play")
    reader.wait_for("[data-do=play]", "Pause")
    reader.wait_for(".replay-says", "The end:")  # it plays to the end by itself
    reader.wait_for("[data-do=play]", "Play")

    position = reader.find("[name=position]")
    position.send_keys(Keys.HOME)
    assert "The opening has" in reader.find(".replay-says").text
    position.send_keys(Keys.ARROW_RIGHT)
    assert position.get_attribute("aria-valuetext") == reader.find(".replay-says").text
    assert reader.complaints() == []
    assert reader.faults_here() == []
    assert reader.faults(f"/submissions/{number}/replay/", "dark") == []


def test_a_pause_stops_where_it_is(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("pausing")
    reader.open(f"/submissions/{played('connect-x-league', 'pausing')}/")
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "The opening has")
    Select(reader.find("[name=speed]")).select_by_value("4")
    press(reader, "Play")
    reader.wait_for(".replay-says", "column")
    press(reader, "Pause")
    stopped = reader.find("[name=position]").get_property("value")
    reader.driver.execute_async_script("setTimeout(arguments[0], 600)")  # three steps at this speed
    assert reader.find("[name=position]").get_property("value") == stopped


def test_a_stream_is_drawn_over_time_and_fits_a_small_phone(reader: Any, played: Callable[[str, str], int]) -> None:
    reader.sign_up("cashier")
    number = played("fraud-stream-desk", "cashier")
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    reader.open(f"/submissions/{number}/")
    reader.find("a[data-replay]").click()
    reader.wait_for(".replay-says", "Day 1: 0.00 euros saved, 0.00 in all.")  # everything is approved: nothing saved
    assert [item.text for item in reader.all(".replay .legend li")] == [
        "if all were approved",
        "your decisions",
        "saved",
    ]
    before = reader.find(".replay path.line-0").get_attribute("d")
    press(reader, "End")
    assert "Day 40:" in reader.find(".replay-says").text
    assert len(reader.find(".replay path.line-0").get_attribute("d")) > len(before)
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    reader.open(f"/submissions/{number}/replay/")
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    reader.open(f"/submissions/{number}/compare/")
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    assert reader.complaints() == []


def test_without_javascript_the_link_leads_to_the_moves_as_a_table(
    open_browser: Callable[..., Any], played: Callable[[str, str], int]
) -> None:
    reader = open_browser(javascript=False)
    reader.sign_up("scriptless")
    reader.open(f"/submissions/{played('connect-x-league', 'scriptless')}/")
    reader.follow("Watch the replay")
    assert "Move Who Column, counted from 0" in reader.text
    assert len(reader.all("tbody tr")) > 20
