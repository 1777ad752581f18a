"""One suite that interrogates every metric of the registry, whatever it measures, by what its row claims.

A metric is one test and each check of it a subtest: the checks share the draws and the values on them.
"""

from __future__ import annotations

import pytest

from challenges.metrics.registry import METRICS
from challenges.metrics.types import Metric
from tests.challenges.metrics.checks import CHECKS, SLOW, check_a_million_rows_are_done_in_time
from tests.challenges.metrics.samples import sample_of

HUGE = [metric for metric in METRICS.values() if sample_of(metric).huge]


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_a_metric_is_what_it_says(metric: Metric, subtests: pytest.Subtests) -> None:
    for name, check in CHECKS.items():
        if name in SLOW:
            continue
        with subtests.test(name):
            check(metric)


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
