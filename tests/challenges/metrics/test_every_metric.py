"""One suite that interrogates every metric of the registry, whatever it measures."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics.registry import METRICS
from challenges.metrics.types import Better, Metric, MetricError, Takes
from tests.challenges.metrics.samples import ROWS, SAMPLES, draw

EVERY = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())


@EVERY
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_the_order_of_the_rows_does_not_matter(metric: Metric, seed: int) -> None:
    truth, predictions = draw(metric, seed)
    order = np.random.default_rng(seed).permutation(len(truth))
    straight, turned = metric.function(truth, predictions), metric.function(truth[order], predictions[order])
    assert turned == pytest.approx(straight, rel=1e-9, abs=1e-12)


@EVERY
@given(seed=st.integers(0, 10**6))
@settings(max_examples=15, deadline=None)
def test_a_value_is_finite_and_between_worst_and_best(metric: Metric, seed: int) -> None:
    value = metric.function(*draw(metric, seed))
    ends = [end for end in (metric.worst, metric.best) if end is not None]
    assert math.isfinite(value)
    if len(ends) == 2:
        assert min(ends) - 1e-12 <= value <= max(ends) + 1e-12


@EVERY
def test_perfect_predictions_have_the_best_value_and_others_a_worse_one(metric: Metric) -> None:
    perfect = SAMPLES[metric.takes].perfect
    if perfect is None or metric.best is None:
        assert metric.takes is Takes.MEASUREMENTS or metric.id == "elo"
        return
    truth, predictions = draw(metric, 5)
    best, other = metric.function(truth, perfect(truth)), metric.function(truth, predictions)
    assert best == pytest.approx(metric.best, abs=1e-9)
    assert best > other if metric.better is Better.HIGHER else best < other


@EVERY
def test_nothing_has_no_score(metric: Metric) -> None:
    truth, predictions = draw(metric)
    with pytest.raises(MetricError):
        metric.function(truth[:0], predictions[:0])


@EVERY
def test_sides_of_unequal_length_are_refused(metric: Metric) -> None:
    truth, predictions = draw(metric)
    with pytest.raises(MetricError):
        metric.function(truth, predictions[:-1])


@EVERY
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(metric: Metric, bad: float) -> None:
    truth, predictions = draw(metric)
    match metric.takes:
        case Takes.TEXTS:
            predictions = predictions.astype(object)
            predictions[3] = bad
        case Takes.DETECTIONS:
            predictions[3] = [{"category_id": 1, "bbox": [bad, 1.0, 2.0, 3.0], "score": 0.5}]
        case Takes.PARTITIONS:
            predictions[3] = np.full(len(predictions[3]), bad)
        case _:
            predictions = predictions.astype(float)
            predictions[3] = bad
    with pytest.raises(MetricError):
        metric.function(truth, predictions)


@EVERY
@given(seed=st.integers(0, 10**6))
@settings(max_examples=10, deadline=None)
def test_a_resample_has_the_value_of_its_rows(metric: Metric, seed: int) -> None:
    truth, predictions = draw(metric, seed)
    counts = np.random.default_rng(seed).multinomial(ROWS, np.full(ROWS, 1 / ROWS), size=3)
    if metric.row_scores is not None:
        scores = metric.row_scores(truth, predictions)
        shortcut = counts @ scores / counts.sum(axis=1)
    elif metric.row_sums is not None and metric.from_sums is not None:
        shortcut = metric.from_sums(counts @ metric.row_sums(truth, predictions))
    elif metric.resampled is not None:
        shortcut = metric.resampled(truth, predictions, counts)
    else:
        return  # scoring calls the function itself on the repeated rows
    for count, value in zip(counts, shortcut, strict=True):
        rows = np.repeat(np.arange(ROWS), count)
        try:
            assert value == pytest.approx(metric.function(truth[rows], predictions[rows]), rel=1e-9, abs=1e-12)
        except MetricError:
            assert math.isnan(value)


@EVERY
def test_a_metric_offers_one_shortcut_at_most(metric: Metric) -> None:
    assert (metric.row_sums is None) == (metric.from_sums is None)
    assert [metric.row_scores, metric.row_sums, metric.resampled].count(None) >= 2


@EVERY
def test_a_metric_says_what_it_is(metric: Metric) -> None:
    assert metric.title
    assert metric.function.__doc__
    assert METRICS[metric.id] is metric


def test_only_rankings_and_percentiles_are_resampled_the_slow_way() -> None:
    slow = {
        metric.id
        for metric in METRICS.values()
        if metric.row_scores is None and metric.row_sums is None and metric.resampled is None
    }
    assert slow == {"roc_auc", "pr_auc", "percentile", "total"}
