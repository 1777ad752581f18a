"""Plots as a reader sees them: drawn on a canvas in any width and scheme, read point by point, or as a table."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.axe import faults_here
from tests.browser.reader import IRIS, PHONE, Reader
from tests.browser.served import ROOT, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HANDED_IN = """
import sys
import django
django.setup()
from django.contrib.auth.models import User
from judge import catalogue, editions, intake
from judge.intake import HandIn

edition = catalogue.find("iris-new-meadow")
data = editions.minted(edition).floor()
print(intake.submit(User.objects.get(username=sys.argv[1]), edition, HandIn(file_name="species.csv", data=data)).pk)
"""

RECORDED = """
import sys
import django
django.setup()
import numpy as np
from challenges.scoring import Score, Scores, SplitScores
from judge import bookkeeping
from judge.reports import Report
from judge.verdicts import Verdict

number, score = int(sys.argv[1]), float(sys.argv[2])
roc = {
    "shape": "lines", "name": "roc", "title": "ROC curve", "x": "false positive rate", "y": "true positive rate",
    "lines": [
        {"name": "elm", "points": [[0, 0], [0, 0.5], [0.25, 0.75], [1, 1]]},
        {"name": "</script><b>oak", "points": [[0, 0], [0.5, 0.625], [1, 1]]},
    ],
    "marks": [{"name": "at 0.5", "x": 0.25, "y": 0.75}], "diagonal": True,
}
residuals = {
    "shape": "bars", "name": "residuals", "title": "Residuals", "x": "predicted", "y": "prediction - truth",
    "bars": [
        {"low": None, "high": 5, "value": -1, "band": [-2, 0]},
        {"low": 5, "high": 9, "value": 2, "band": [1, 4]},
        {"low": 9, "high": None, "value": 3, "band": [2, 5]},
    ],
}
moments = [{"until_s": until_s, "cpus": 0.5, "memory_mb": 100.0 * until_s} for until_s in (1.0, 2.0, 4.0)]
split = SplitScores(primary=Score(value=score, standard_error=0.01), secondary={}, rows=10, spread=np.zeros(0))
report = Report(
    verdict=Verdict.SCORED, scores=Scores(public=split, private=split), usage={"wall_s": 4.0, "timeline": moments},
    plots={"plots": [roc, residuals], "missing": []},
)
bookkeeping.record(bookkeeping.claim(number, worker="test"), report)
"""

DRAWN = "figure.drawn canvas"
COLOURED = """
canvas => {
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(canvas.closest("figure")).getPropertyValue("--c0").trim();
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    const near = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue) < 12;
    if (near && data[at + 3] > 100) count += 1; // bars let the grid shine through
  }
  return count;
}
"""
"""How many pixels have the colour of the first line in the scheme of now."""


@pytest.fixture
def hand_in(site: Site) -> Callable[[str], int]:
    return lambda name: int(run(site, HANDED_IN, name))


@pytest.fixture
def score(site: Site) -> Callable[[int, float], str]:
    return lambda number, value: run(site, RECORDED, str(number), str(value))


def run(site: Site, program: str, *arguments: str) -> str:
    environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def plot(reader: Reader, title: str) -> Locator:
    return reader.page.locator("figure.plot").filter(has=reader.page.locator("figcaption", has_text=title))


def test_plots_are_drawn_at_a_desk_and_on_a_phone_in_light_and_dark(
    open_browser: Callable[..., Reader], hand_in: Callable[[str], int], score: Callable[[int, float], str]
) -> None:
    at_a_desk, on_a_phone = open_browser(color_scheme="dark"), open_browser(**PHONE)
    at_a_desk.sign_up("plotted")
    number = hand_in("plotted")
    score(number, 0.6)
    on_a_phone.context.add_cookies(at_a_desk.context.cookies())  # type: ignore[arg-type]
    for reader in (at_a_desk, on_a_phone):
        reader.open(f"/submissions/{number}/")
        expect(reader.page.locator(DRAWN)).to_have_count(4)  # ROC, residuals, processors, memory
        for canvas in reader.page.locator(DRAWN).all():
            room = canvas.locator("xpath=ancestor::figure").bounding_box()
            size = canvas.bounding_box()
            assert size is not None
            assert room is not None
            assert 200 < size["width"] <= room["width"]
            assert size["height"] > 150
            assert canvas.evaluate(COLOURED) > 100
        assert faults_here(reader) == []
        assert reader.width == (1280 if reader is at_a_desk else 360)
    # what is drawn follows the scheme while the page is open
    light = on_a_phone.page.locator("figure.drawn").first.evaluate(
        "figure => getComputedStyle(figure).getPropertyValue('--c0')"
    )
    on_a_phone.page.emulate_media(color_scheme="dark")
    dark = on_a_phone.page.locator("figure.drawn").first.evaluate(
        "figure => getComputedStyle(figure).getPropertyValue('--c0')"
    )
    assert light != dark
    expect(on_a_phone.page.locator(DRAWN)).to_have_count(4)
    for canvas in on_a_phone.page.locator(DRAWN).all():
        assert canvas.evaluate(COLOURED) > 100


def test_every_point_can_be_read_by_pointer_and_by_keyboard(
    reader: Reader, hand_in: Callable[[str], int], score: Callable[[int, float], str]
) -> None:
    reader.sign_up("pointing")
    number = hand_in("pointing")
    score(number, 0.6)
    reader.open(f"/submissions/{number}/")
    roc = plot(reader, "ROC curve")
    readout = roc.locator(".readout")
    slider = roc.get_by_role("slider", name="Go through the figures of ROC curve")
    slider.focus()
    expect(readout).to_have_text("elm · false positive rate 0 · true positive rate 0")
    reader.page.keyboard.press("ArrowRight")
    reader.page.keyboard.press("ArrowRight")
    expect(readout).to_have_text("elm · false positive rate 0.25 · true positive rate 0.75")
    expect(slider).to_have_attribute("aria-valuetext", "elm · false positive rate 0.25 · true positive rate 0.75")
    reader.page.keyboard.press("End")
    expect(readout).to_have_text("at 0.5 · false positive rate 0.25 · true positive rate 0.75")
    expect(roc.locator(".legend li")).to_have_text(["elm", "</script><b>oak", "at 0.5", "chance"])

    plane = plot(reader, "Residuals").locator(".u-over")
    size = plane.bounding_box()
    assert size is not None
    plane.hover(position={"x": size["width"] / 2, "y": 5})
    expect(plot(reader, "Residuals").locator(".readout")).to_have_text(
        "predicted 5 to 9 · prediction - truth 2 (1 – 4)"
    )


def test_without_a_script_the_figures_stand_as_an_open_table(
    open_browser: Callable[..., Reader], hand_in: Callable[[str], int], score: Callable[[int, float], str]
) -> None:
    reader = open_browser(java_script_enabled=False)
    reader.sign_up("scriptless")
    number = hand_in("scriptless")
    score(number, 0.6)
    reader.open(f"/submissions/{number}/")
    roc = plot(reader, "ROC curve")
    expect(roc.get_by_role("row").filter(has_text="elm")).to_have_count(4)
    expect(roc.get_by_role("cell", name="0.625")).to_be_visible()
    for selector in (".drawing", "input", ".readout"):
        expect(roc.locator(selector)).to_be_hidden()
    expect(reader.page.locator("canvas")).to_have_count(0)


def test_plots_of_a_submission_that_is_done_while_one_looks_are_drawn_at_once(
    reader: Reader, hand_in: Callable[[str], int], score: Callable[[int, float], str]
) -> None:
    reader.sign_up("watching")
    number = hand_in("watching")
    reader.open(f"/submissions/{number}/")
    expect(reader.page.locator("figure.plot")).to_have_count(0)
    score(number, 0.6)
    expect(reader.page.locator(DRAWN)).to_have_count(4)
    expect(plot(reader, "ROC curve").locator("details")).not_to_have_attribute("open", "")


def test_the_way_up_of_the_leading_teams_is_drawn_below_the_board(
    reader: Reader, hand_in: Callable[[str], int], score: Callable[[int, float], str]
) -> None:
    reader.sign_up("climbing")
    for value in (0.97, 0.98):
        score(hand_in("climbing"), value)
    reader.open(f"{IRIS}leaderboard/")
    canvas = reader.page.locator("figure.climb.drawn canvas")
    expect(canvas).to_have_count(1)
    assert canvas.evaluate(COLOURED) > 100
    reader.page.get_by_role("slider").focus()
    expect(reader.page.locator(".readout")).to_contain_text("climbing · ")
    expect(reader.page.locator(".readout")).to_contain_text(" · 0.9700 accuracy")


def test_a_page_without_plots_loads_none_of_it_and_stays_below_100_kb(reader: Reader) -> None:
    reader.open(IRIS)
    reader.page.wait_for_load_state("networkidle")
    loaded: list[tuple[str, Any]] = reader.page.evaluate(
        "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
        ".map(entry => [entry.name, entry.transferSize])"
    )
    assert len(loaded) >= 3
    assert [name for name, _size in loaded if "plot" in name.lower()] == []
    assert any("sprite.svg" in name for name, _size in loaded)
    assert 0 < sum(size for _name, size in loaded) < 100_000
