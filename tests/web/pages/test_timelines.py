from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User

from judge.models import Submission
from judge.reports import Report
from judge.verdicts import Verdict
from web.pages.timelines import drawings

MOMENTS = [
    {"until_s": 1.0, "cpus": 0.5, "memory_mb": 100.0},
    {"until_s": 2.0, "cpus": 2.0, "memory_mb": 300.0},
    {"until_s": 4.0, "cpus": 1.0, "memory_mb": 200.0},
]


def test_a_run_is_drawn_in_steps_below_its_limit() -> None:
    busy, memory = drawings({"timeline": MOMENTS}, {"cpus": 2.0, "peak_memory_mb": 400.0})
    assert (busy.name, memory.name) == ("cpus", "memory_mb")
    # the plane is 46..354 across and 210..10 up: seconds 1, 2 and 4 of 4 lie at 123, 200 and 354
    assert memory.paths == [("Memory", "M46 210V160H123V60H200V110H354")]
    assert memory.diagonal == "M46 10H354"
    assert memory.table is not None
    assert memory.table.rows == [["1", "100"], ["2", "300"], ["4", "200"]]
    assert busy.paths == [("Processors busy", "M46 210V160H123V10H200V110H354")]


def test_a_peak_above_the_limit_is_inside_the_picture() -> None:
    _busy, memory = drawings({"timeline": MOMENTS}, {"peak_memory_mb": 150.0})
    assert memory.paths[0][1].startswith("M46 210V143.3H123V10H200")
    assert memory.diagonal == "M46 110H354"


def test_a_gpu_is_shown_where_one_was_measured() -> None:
    moments = [{**moment, "gpu_busy": 0.25, "gpu_memory_mb": 2000.0} for moment in MOMENTS]
    assert [plot.name for plot in drawings({"timeline": moments}, {})] == [
        "cpus",
        "memory_mb",
        "gpu_busy",
        "gpu_memory_mb",
    ]
    busy = drawings({"timeline": moments}, {})[2]
    assert busy.paths[0][1] == "M46 210V160H123V160H200V160H354"  # a quarter of 100 %


def test_a_run_that_was_over_at_once_is_not_drawn() -> None:
    assert drawings({"timeline": MOMENTS[:2]}, {}) == []
    assert drawings({}, {}) == []


def test_the_page_shows_it_below_the_figures(
    browse: Callable[..., Any], ada: User, hand_in: Callable[..., Submission], finish: Any
) -> None:
    submission = hand_in(ada)
    usage = {"wall_s": 4.0, "cpu_s": 4.5, "peak_memory_mb": 300.0, "timeline": MOMENTS}
    finish(submission, Report(verdict=Verdict.TIMED_OUT, sentence="It ran for 61 s of 60 s.", usage=usage))
    page = browse(ada).get(f"/submissions/{submission.pk}/")
    assert "Used over time" in page.text
    labels = [picture["aria-label"] for picture in page.all("svg", role="img")]
    assert labels == [
        "Processors busy: processors by seconds; the figures follow as a table",
        "Memory: MB by seconds; the figures follow as a table",
    ]
