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
    # a moment is told by its end; a step is drawn from its beginning, and the last one until second 4
    assert memory.figures == {
        "kind": "steps",
        "x": "seconds",
        "y": "MB",
        "lines": [{"name": "Memory", "points": [[0.0, 100.0], [1.0, 300.0], [2.0, 200.0]]}],
        "until": 4.0,
        "floor": {"reaches": 0.0},
        "limit": {"name": "limit", "y": 400.0},
    }
    assert memory.table is not None
    assert memory.table.rows == [["1", "100"], ["2", "300"], ["4", "200"]]
    assert busy.figures is not None
    assert busy.figures["limit"] == {"name": "limit", "y": 2.0}


def test_a_run_without_a_limit_has_no_line_for_it() -> None:
    for plot in drawings({"timeline": MOMENTS}, {}):
        assert plot.figures is not None
        assert plot.figures["limit"] is None


def test_a_gpu_is_shown_where_one_was_measured() -> None:
    moments = [{**moment, "gpu_busy": 0.25, "gpu_memory_mb": 2000.0} for moment in MOMENTS]
    assert [plot.name for plot in drawings({"timeline": moments}, {})] == [
        "cpus",
        "memory_mb",
        "gpu_busy",
        "gpu_memory_mb",
    ]
    busy = drawings({"timeline": moments}, {})[2]
    assert busy.figures is not None
    assert busy.figures["lines"] == [{"name": "GPU busy", "points": [[0.0, 25.0], [1.0, 25.0], [2.0, 25.0]]}]
    assert busy.figures["floor"] == {"reaches": 100}  # its axis does, whatever was used


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
    labels = [picture["aria-label"] for picture in page.all("div", role="img")]
    assert labels == [
        "Processors busy: processors by seconds; the figures follow as a table",
        "Memory: MB by seconds; the figures follow as a table",
    ]
