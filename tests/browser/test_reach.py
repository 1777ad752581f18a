"""The pages for everybody: narrow screens, keyboard, dark mode, and a quiet console."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from challenges.loader import load

IRIS = "/challenges/iris-new-meadow/"
PAGES = [
    "/",
    "/roadmaps/",
    "/roadmaps/video/",
    "/roadmaps/ninety/",
    IRIS,
    f"{IRIS}data/",
    f"{IRIS}leaderboard/",
    f"{IRIS}submissions/",
    f"{IRIS}submit/",
    f"{IRIS}team/",
    "/submissions/",
    "/accounts/",
    "/accounts/password/change/",
]

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_no_page_is_wider_than_a_small_phone(reader: Any, tmp_path: Path) -> None:
    file = tmp_path / "a-rather-long-file-name-for-a-narrow-screen-indeed-it-is-very-long.csv"
    file.write_bytes(load("iris-new-meadow").rejected()["unknown_category.csv"])
    reader.sign_up("narrow")
    reader.open(f"{IRIS}submit/")
    reader.find("input[type=file]").send_keys(str(file))
    reader.click("Hand in")
    reader.wait_for("#answer", "Rejected")
    reader.follow("Submission ")
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    widths = {}
    for path in (reader.path, *PAGES):
        reader.open(path)
        widths[path] = reader.driver.execute_script("return document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 360)


def test_no_page_breaks_the_content_security_policy(reader: Any) -> None:
    reader.sign_up("careful")
    for path in [*PAGES, "/accounts/email/"]:
        reader.open(path)
    assert [line for line in reader.complaints() if "Content Security Policy" in line or "SEVERE" in line] == []


def test_the_first_key_leads_to_the_content(reader: Any) -> None:
    reader.open("/")
    reader.find("body").send_keys(Keys.TAB)
    link = reader.driver.switch_to.active_element
    assert link.text == "Skip to the content"
    link.send_keys(Keys.ENTER)
    assert reader.driver.switch_to.active_element.get_attribute("id") == "main"


def test_whoever_uses_keys_sees_where_they_are(reader: Any) -> None:
    reader.open("/accounts/login/")
    for _ in range(8):
        reader.driver.switch_to.active_element.send_keys(Keys.TAB)
        focused = reader.driver.switch_to.active_element
        assert focused.value_of_css_property("outline-style") == "solid", focused.get_attribute("outerHTML")


def test_dark_mode_follows_the_system(reader: Any) -> None:
    def brightness(scheme: str) -> int:
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        reader.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        reader.open("/")
        colour = reader.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(","))

    assert brightness("light") > 700
    assert brightness("dark") < 150


def test_the_list_is_narrowed_on_a_small_phone_with_keys_alone(reader: Any, until: Any) -> None:
    size = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    reader.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    reader.open("/")
    words = reader.find("#q")
    words.send_keys("iris")
    assert not reader.find("#facet-gpu").is_displayed()
    reader.find("summary").send_keys(Keys.ENTER)
    assert reader.find("#facet-gpu").is_displayed()
    reader.find("#facet-gpu").send_keys("Runs")
    reader.find("form.search button").send_keys(Keys.ENTER)
    reader.wait_for(".chips", "Graphics card: Runs without one")
    assert reader.driver.execute_script("return document.documentElement.scrollWidth") == 360
    assert reader.find("#facet-gpu").is_displayed()

    reader.find(".chip").send_keys(Keys.ENTER)  # the words
    until(lambda: len(reader.all(".chip")) == 1, what="the page without the words")
    assert reader.find("#q").get_attribute("value") == ""
    assert reader.find(".chip").text.endswith("Graphics card: Runs without one ×")
