"""One suite that interrogates every metric of the registry, whatever it measures, by what its row claims."""

from __future__ import annotations

import pytest

from challenges.metrics.registry import METRICS
from challenges.metrics.types import Metric
from tests.challenges.metrics.checks import CHECKS, SLOW, Check

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


@EVERY
@pytest.mark.parametrize(
    "check",
    [pytest.param(check, id=name, marks=pytest.mark.slow if name in SLOW else ()) for name, check in CHECKS.items()],
)
def test_a_metric_is_what_it_says(metric: Metric, check: Check) -> None:
    check(metric)


@EVERY
def test_a_metric_stands_under_its_own_id(metric: Metric) -> None:
    assert METRICS[metric.id] is metric


def test_no_metric_is_resampled_the_slow_way() -> None:
    slow = {
        metric.id
        for metric in METRICS.values()
        if metric.row_scores is None and metric.row_sums is None and metric.resampled is None
    }
    assert slow == set()
