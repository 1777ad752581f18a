"""One suite that interrogates every metric of the registry, whatever it measures, by what its row claims.

A metric is one test, so that its checks share the draws and the values on them; every check that fails is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from challenges.metrics.registry import METRICS
from challenges.metrics.types import Metric
from tests.challenges.metrics.checks import CHECKS, SLOW, check_a_million_rows_are_done_in_time
from tests.challenges.metrics.samples import sample_of

HUGE = [metric for metric in METRICS.values() if sample_of(metric).huge]

LONG = {"hota", "mota", "idf1", "pq", "hausdorff95", "normal_consistency"}
"""These take a second or more of processor time, which is too much for the quick tests."""


@pytest.mark.parametrize(
    "metric",
    [pytest.param(metric, id=name, marks=[pytest.mark.slow] * (name in LONG)) for name, metric in METRICS.items()],
)
def test_a_metric_is_what_it_says(metric: Metric) -> None:
    faults = list(faults_of(metric))
    if faults:
        raise BaseExceptionGroup(f"{metric.id} is not what it says", faults)


def faults_of(metric: Metric) -> Iterator[BaseException]:
    """Yield what goes wrong in each check; `pytest.fail` raises no Exception, so it is named."""
    for name, check in CHECKS.items():
        if name in SLOW:
            continue
        try:
            check(metric)
        except (Exception, pytest.fail.Exception) as fault:
            fault.add_note(f"in the check {name}")
            yield fault


def test_a_broken_metric_shows_all_its_faults() -> None:
    broken = replace(METRICS["rmse"], function=lambda truth, predictions: 7.5)
    notes = {note for fault in faults_of(broken) for note in fault.__notes__}
    assert len(notes) > 3
    with pytest.raises(BaseExceptionGroup, match="rmse is not what it says"):
        test_a_metric_is_what_it_says(broken)


@pytest.mark.slow
@pytest.mark.parametrize("metric", HUGE, ids=[metric.id for metric in HUGE])
def test_a_million_rows_are_done_in_time(metric: Metric) -> None:
    check_a_million_rows_are_done_in_time(metric)


def test_a_metric_stands_under_its_own_id() -> None:
    assert [metric.id for metric in METRICS.values()] == list(METRICS)


def test_no_metric_is_resampled_the_slow_way() -> None:
    slow = {
        metric.id
        for metric in METRICS.values()
        if metric.row_scores is None and metric.row_sums is None and metric.resampled is None
    }
    assert slow == set()
