"""Handing in with a script's help: dropped files, the findings at once, an upload that is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

IRIS = "/challenges/iris-new-meadow/"
DROP = """
const [name, text] = arguments;
const carried = new DataTransfer();
for (const one of [].concat(name)) carried.items.add(new File([text], one));
for (const type of ["dragover", "drop"]) {
  const event = new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true });
  document.querySelector("h1").dispatchEvent(event);
}
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_dropped_file_shows_its_findings_and_the_mended_one_is_taken(reader: Any, sample: Path) -> None:
    reader.sign_up("dropper")
    reader.open(f"{IRIS}submit/")
    lines = sample.read_text().splitlines()
    broken = "\n".join([lines[0], lines[1].replace("setosa", "tulip"), *lines[2:]])
    reader.driver.execute_script("window.neverReloaded = true")
    reader.driver.execute_script(DROP, "broken.csv", broken)
    assert reader.find("#file-note").text.startswith("broken.csv, 9")
    (button,) = [b for b in reader.all(".hand-in button") if b.text == "Hand in"]
    reader.driver.execute_script(
        "window.clicked = performance.now(); new MutationObserver(() => { window.shown ??= performance.now(); })"
        ".observe(document.getElementById('answer'), { childList: true, subtree: true });"
    )
    button.click()
    reader.wait_for("#answer .findings", "tulip")
    assert reader.driver.execute_script("return window.shown - window.clicked") < 1000
    assert "No attempt was used." in reader.find("#answer").text
    assert reader.driver.switch_to.active_element.get_attribute("id") == "answer"
    assert reader.driver.execute_script("return window.neverReloaded") is True
    assert reader.path == f"{IRIS}submit/"

    reader.driver.execute_script(DROP, "mended.csv", sample.read_text())
    with reader.site.worker():
        button.click()
        reader.wait_for("h2.submission-title", "mended.csv")
        reader.wait_for(".verdict", "Scored")
    # the browser notes 422 as a failed load; nothing else may be there
    assert [line for line in reader.complaints() if "422" not in line] == []


def test_several_files_at_once_are_not_taken(reader: Any) -> None:
    reader.sign_up("many")
    reader.open(f"{IRIS}submit/")
    reader.driver.execute_script(DROP, ["a.csv", "b.csv"], "x")
    assert reader.find("#file-note").text == "One file at a time; a zip can hold several."
    assert reader.driver.execute_script("return document.querySelector('[type=file]').files.length") == 0


def test_an_upload_shows_how_far_it_is_and_can_be_stopped(reader: Any, sample: Path) -> None:
    reader.sign_up("stopper")
    reader.open(f"{IRIS}submit/")
    reader.driver.execute_cdp_cmd("Network.enable", {})
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}
    reader.driver.execute_cdp_cmd("Network.emulateNetworkConditions", slow)
    assert not reader.find(".hand-in .stop").is_displayed()
    reader.find("input[type=file]").send_keys(str(sample))
    (button,) = [b for b in reader.all(".hand-in button") if b.text == "Hand in"]
    button.click()
    reader.wait_for(".sending label", "Sending: ")
    assert button.get_property("disabled") is True
    stop = reader.find(".hand-in .stop")
    stop.click()
    assert not stop.is_displayed()
    assert not reader.find(".sending").is_displayed()
    assert button.get_property("disabled") is False
    reader.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    reader.open("/submissions/")
    assert "stopper" in reader.text
    assert reader.all("table.history tbody tr") == []


def test_a_text_is_handed_in_without_javascript(open_browser: Any, sample: Path) -> None:
    reader = open_browser(javascript=False)
    reader.sign_up("typist")
    reader.open(f"{IRIS}submit/")
    reader.find(".as-text summary").click()
    reader.fill(text="id,species\n1,tulip\n")
    reader.press("Hand in", within="form.hand-in")
    assert "unknown_category" in reader.find(".findings").text
