"""Closed forms agree with what is known by other means: textbooks, brute force, simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from challenges.metrics.registry import METRICS
from challenges.metrics.types import MetricError
from challenges.uncertainty import delong
from challenges.uncertainty.closed_forms import standard_error, wilson
from challenges.uncertainty.resampling import resample


def table(hit: int, missed: int, false: int, rest: int) -> tuple[Any, Any]:
    """Return rows of a confusion matrix of two classes."""
    cells = [(1, 1)] * hit + [(1, 0)] * missed + [(0, 1)] * false + [(0, 0)] * rest
    truth, predictions = np.array(cells).T
    return truth, predictions


def test_an_accuracy_has_the_error_of_a_binomial() -> None:
    assert standard_error(METRICS["accuracy"], *table(70, 10, 10, 10)) == pytest.approx(np.sqrt(0.8 * 0.2 / 99))


def test_a_mean_absolute_error_has_the_error_of_a_mean() -> None:
    errors = np.array([1.0, 2.0, 4.0, 9.0])
    expected = errors.std(ddof=1) / 2
    assert standard_error(METRICS["mae"], np.zeros(4), errors) == pytest.approx(expected)


def test_a_recall_has_the_error_of_a_share_of_the_positive_rows() -> None:
    rows = 1000
    expected = np.sqrt(0.75 * 0.25 / 400 * rows / (rows - 1))
    assert standard_error(METRICS["recall"], *table(300, 100, 50, 550)) == pytest.approx(expected, rel=1e-6)


def test_f1_has_the_error_of_the_delta_method_on_a_multinomial_matrix() -> None:
    """The gradient of 2h / (2h + m + f) by hand, with the covariance of four multinomial shares."""
    h, m, f, n = 0.3, 0.1, 0.05, 1000
    whole = 2 * h + m + f
    slope = np.array([2 * (m + f) / whole**2, -2 * h / whole**2, -2 * h / whole**2, 0.0])
    shares = np.array([h, m, f, 1 - h - m - f])
    variance = slope @ (np.diag(shares) - np.outer(shares, shares)) @ slope / (n - 1)
    found = standard_error(METRICS["f1"], *table(300, 100, 50, 550))
    assert found == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_a_root_mean_square_has_the_error_of_the_delta_method() -> None:
    errors = np.array([1.0, -2.0, 3.0, 0.5, -1.5])
    squares = errors**2
    expected = squares.std(ddof=1) / np.sqrt(5) / (2 * np.sqrt(squares.mean()))
    assert standard_error(METRICS["rmse"], np.zeros(5), errors) == pytest.approx(expected, rel=1e-6)


def test_rows_of_one_unit_count_once() -> None:
    truth, predictions = table(70, 10, 10, 10)
    unit = np.repeat(np.arange(100), 5)
    once = standard_error(METRICS["f1"], truth, predictions)
    repeated = standard_error(METRICS["f1"], np.repeat(truth, 5), np.repeat(predictions, 5), unit=unit)
    assert repeated == pytest.approx(once, rel=1e-6)


def test_units_of_unequal_size_have_the_error_of_a_ratio() -> None:
    """Cochran 1977, 6.4: the residuals of the units' sums from the ratio times their sizes."""
    right, size = np.array([3, 0, 2, 6]), np.array([4, 2, 2, 7])
    truth = np.ones(15, dtype=int)
    predictions = np.concatenate([[1] * r + [0] * (s - r) for r, s in zip(right, size, strict=True)])
    residual = right - right.sum() / size.sum() * size
    expected = np.sqrt(4 / 3 * (residual**2).sum()) / size.sum()
    found = standard_error(METRICS["accuracy"], truth, predictions, unit=np.repeat([9, 5, 7, 1], size))
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", ["rmse", "r2", "f1", "f1_macro", "balanced_accuracy", "wer"])
def test_a_function_of_sums_has_the_error_that_resampling_finds(name: str) -> None:
    rng = np.random.default_rng(4)
    truth: Any = rng.integers(0, 3, 3000)
    predictions: Any = np.where(rng.random(3000) < 0.7, truth, rng.integers(0, 3, 3000))
    if name == "wer":
        truth, predictions = (np.array([f"go {'on ' * n}stop" for n in side]) for side in (truth, predictions))
    found = standard_error(METRICS[name], truth, predictions)
    spreads = [resample(METRICS[name], truth, predictions, seed=f"edition {n}").var() for n in range(5)]
    assert found == pytest.approx(np.sqrt(np.mean(spreads)), rel=0.04)


def test_what_has_no_closed_form_has_none() -> None:
    numbers = np.arange(9.0)
    assert standard_error(METRICS["percentile"], numbers, numbers) is None
    truth, predictions = np.tile([0, 1], 6), np.arange(12.0)
    assert standard_error(METRICS["roc_auc"], truth, predictions) is not None
    assert standard_error(METRICS["roc_auc"], np.array([1, 0, 0]), np.arange(3.0)) is None  # one positive row
    assert standard_error(METRICS["mae"], numbers[:1], numbers[:1]) is None


@pytest.mark.parametrize(
    ("right", "rows", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_of_a_share_is_wilsons(right: int, rows: int, low: float, high: float) -> None:
    assert wilson(right, rows) == pytest.approx((low, high), abs=5e-5)
    reference = binomtest(right, rows).proportion_ci(method="wilson")
    assert wilson(right, rows) == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_wilsons_interval_holds_the_true_share_nineteen_times_of_twenty() -> None:
    """Exact coverage: the binomial chance of every count whose interval holds the share, averaged over shares."""
    rows = 50
    shares = np.linspace(0.02, 0.98, 97)
    ends = np.array([wilson(right, rows) for right in range(rows + 1)])
    counts = np.random.default_rng(0).binomial(rows, shares, size=(4000, len(shares)))
    inside = (ends[counts, 0] <= shares) & (shares <= ends[counts, 1])
    assert inside.mean() == pytest.approx(0.95, abs=0.005)


@pytest.mark.parametrize(("right", "rows"), [(1, 0), (-1, 5), (6, 5)])
def test_a_share_of_nothing_has_no_interval(right: int, rows: int) -> None:
    with pytest.raises(ValueError, match="expected 0 to"):
        wilson(right, rows)


def test_a_share_of_all_rows_or_of_none_is_not_certain() -> None:
    """Ten of ten: from 0.7225 to 1, which is 2 * 1.96 standard errors; rows of one unit count once."""
    all_right, all_wrong = table(5, 0, 0, 5), table(0, 5, 5, 0)
    expected = (1 - 0.7224672) / (2 * 1.959964)
    for truth, predictions in (all_right, all_wrong):
        assert standard_error(METRICS["accuracy"], truth, predictions) == pytest.approx(expected, rel=1e-6)
        repeated = np.repeat(truth, 3), np.repeat(predictions, 3)
        found = standard_error(METRICS["accuracy"], *repeated, unit=np.repeat(np.arange(10), 3))
        assert found == pytest.approx(expected, rel=1e-6)


def brute_force(truth: Any, scores: Any) -> tuple[float, Any, Any]:
    """Return AUC and both classes' placements, pair by pair, straight from DeLong et al. 1988."""
    high, low = scores[truth == 1], scores[truth == 0]
    wins = np.array([[1.0 if a > b else 0.5 if a == b else 0.0 for b in low] for a in high])
    return wins.mean(), wins.mean(axis=1), wins.mean(axis=0)


sides = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40)


@given(sides)
@settings(max_examples=40, deadline=None)
def test_auc_has_delongs_error_pair_by_pair(rows: list[tuple[int, int, int]]) -> None:
    truth, first, second = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    assume(2 <= truth.sum() <= len(truth) - 2)
    (_, high_1, low_1), (_, high_2, low_2) = brute_force(truth, first), brute_force(truth, second)
    expected = np.sqrt(high_1.var(ddof=1) / len(high_1) + low_1.var(ddof=1) / len(low_1))
    assert delong.standard_error(truth, first) == pytest.approx(expected, abs=1e-12)
    paired = (high_1 - high_2).var(ddof=1) / len(high_1) + (low_1 - low_2).var(ddof=1) / len(low_1)
    found = ((delong.pulls(truth, first) - delong.pulls(truth, second)) ** 2).sum()
    assert found == pytest.approx(paired, abs=1e-12)


def test_the_error_of_auc_is_exact_where_it_is_known() -> None:
    """Four rows, 0.1 | 0.35 | 0.4 | 0.8 with truth 0 1 0 1: placements 1/2, 1 and 1, 1/2; each variance 1/8."""
    truth, scores = np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])
    assert delong.standard_error(truth, scores) == pytest.approx(np.sqrt(1 / 8 / 2 + 1 / 8 / 2))


def test_the_error_of_a_mean_over_classes_is_that_of_repeated_samples() -> None:
    rng = np.random.default_rng(3)
    truth = np.repeat([0, 1, 2], [90, 60, 40])
    ours, others = [], []
    for _ in range(600):
        weights = rng.exponential(size=(190, 3)) + 0.7 * np.eye(3)[truth]
        scores = weights / weights.sum(axis=1, keepdims=True)
        ours.append(delong.standard_error(truth, scores))
        others.append(np.mean([brute_force(truth == label, scores[:, label])[0] for label in range(3)]))
    assert np.sqrt(np.mean(np.square(ours))) == pytest.approx(np.std(others), rel=0.09)  # noise of 600: 2.9 %


def test_the_error_of_auc_over_units_is_that_of_their_placements_together() -> None:
    """Obuchowski 1997; every row four times over tells no more than once, but for the classes' n / (n - 1)."""
    rng = np.random.default_rng(6)
    truth = np.repeat([0, 1], 100)
    scores = truth + rng.normal(size=200)
    once = standard_error(METRICS["roc_auc"], truth, scores)
    assert once == pytest.approx(delong.standard_error(truth, scores))
    unit = np.repeat(np.arange(200), 4)
    four_times = standard_error(METRICS["roc_auc"], np.repeat(truth, 4), np.repeat(scores, 4), unit=unit)
    assert four_times == pytest.approx(once, rel=0.005)


def test_the_error_of_auc_agrees_with_repeated_samples() -> None:
    rng = np.random.default_rng(2)
    truth = np.repeat([0, 1], [150, 50])
    drawn = [truth + rng.normal(size=200) for _ in range(1500)]
    errors = [delong.standard_error(truth, scores) for scores in drawn]
    values = [METRICS["roc_auc"].function(truth, scores) for scores in drawn]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(np.std(values), rel=0.06)  # noise of 1500: 1.8 %


@pytest.mark.parametrize("truth", [[0, 0, 0], [1, 1, 1], [0, 2, 1]])
def test_auc_of_other_than_two_classes_has_no_error(truth: list[int]) -> None:
    with pytest.raises(MetricError):
        delong.standard_error(np.array(truth), np.arange(3.0))


def test_nothing_moves_where_the_ends_meet() -> None:
    """All rows right: no row pulls, and no slope is looked for where none is."""
    for name in ("f1", "f1_macro"):
        assert standard_error(METRICS[name], *table(5, 0, 0, 5)) == pytest.approx(0.0, abs=1e-9)
    assert standard_error(METRICS["mae"], np.arange(5.0), np.arange(5.0)) == 0.0
    assert standard_error(METRICS["rmse"], np.arange(5.0), np.arange(5.0)) == 0.0
