"""Forecasts, quantiles and intervals: agreement with scoringrules, scikit-learn, and the papers written out slowly."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scoringrules
import sklearn.metrics
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from challenges.metrics import forecasting, intervals, series
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

LEVELS = (0.1, 0.5, 0.9)
SEEDS = st.integers(0, 10**6)


def drawn(seed: int, rows: int = 6, several: int = 0) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return series of one to five steps and forecasts of them; now and then one is exactly right."""
    rng = np.random.default_rng(seed)
    truth = [rng.normal(0, 10, rng.integers(1, 6)).round(1) for _ in range(rows)]
    found = [
        (cell[:, None] if several else cell) + rng.integers(-3, 4, (len(cell), several) if several else len(cell))
        for cell in truth
    ]
    return cells(truth), cells(found)


def with_parts(actual: NDArray[Any], **parts: list[Any]) -> NDArray[Any]:
    return cells([{"actual": cell, **{k: v[row] for k, v in parts.items()}} for row, cell in enumerate(actual)])


@given(seed=SEEDS, q=st.floats(0.01, 0.99))
@settings(max_examples=30, deadline=None)
def test_pinball_agrees_with_scikit_learn(seed: int, q: float) -> None:
    truth, predictions = np.random.default_rng(seed).normal(size=(2, 12)).round(1)
    expected = sklearn.metrics.mean_pinball_loss(truth, predictions, alpha=q)
    assert intervals.pinball(truth, predictions, q=q) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(seed=SEEDS, alpha=st.floats(0.01, 0.99))
@settings(max_examples=30, deadline=None)
def test_the_interval_score_agrees_with_scoringrules(seed: int, alpha: float) -> None:
    truth, predictions = drawn(seed, several=2)
    expected = np.mean(
        [
            np.mean(scoringrules.interval_score(cell, ends[:, 0], ends[:, 1], alpha))
            for cell, ends in zip(truth, predictions, strict=True)
        ]
    )
    assert intervals.interval_score(truth, predictions, alpha=alpha) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("fair", "estimator"), [(False, "nrg"), (True, "fair")])
@given(seed=SEEDS, draws=st.integers(2, 9))
@settings(max_examples=30, deadline=None)
def test_the_crps_of_draws_agrees_with_scoringrules(fair: bool, estimator: str, seed: int, draws: int) -> None:
    truth, predictions = drawn(seed, several=draws)
    expected = np.mean(
        [
            np.mean(scoringrules.crps_ensemble(cell, ensemble, estimator=estimator))
            for cell, ensemble in zip(truth, predictions, strict=True)
        ]
    )
    assert intervals.crps(truth, predictions, fair=fair) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_the_crps_of_quantiles_agrees_with_scoringrules(seed: int) -> None:
    truth, predictions = drawn(seed, several=3)
    expected = np.mean(
        [
            np.mean(scoringrules.crps_quantile(cell, quantiles, np.array(LEVELS)))
            for cell, quantiles in zip(truth, predictions, strict=True)
        ]
    )
    assert intervals.crps_quantiles(truth, predictions, levels="0.1 0.5 0.9") == pytest.approx(
        expected, rel=1e-9, abs=1e-12
    )


def test_many_draws_of_a_normal_distribution_have_its_crps() -> None:
    draws = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    expected = scoringrules.crps_normal(0.7, 0.0, 1.0)
    assert intervals.crps(np.array([0.7]), draws[None]) == pytest.approx(expected, abs=1e-4)


def test_mase_measures_each_series_by_its_own_season() -> None:
    # history 1 2 5 8, season 2: |5-1| = 4 and |8-2| = 6, mean 5; errors 5 and 15, mean 10 -> 2
    # history 0 1 1 1, season 2: |1-0| = 1 and |1-1| = 0, mean 0.5; error 0.5 -> 1
    truth = cells(
        [{"actual": [10.0, 20.0], "history": [1.0, 2.0, 5.0, 8.0]}, {"actual": [3.0], "history": [0, 1, 1, 1]}]
    )
    assert forecasting.mase(truth, cells([[15.0, 5.0], [3.5]]), season=2) == pytest.approx(1.5)


def test_wrmsse_starts_a_history_at_its_launch_and_weighs_the_series() -> None:
    # history 0 0 3 5 1: changes 2 and -4 after the launch, mean square 10; errors 1 and 3, mean square 5 -> sqrt(0.5)
    # history 1 2: change 1; error 2 -> 2
    truth = cells(
        [
            {"actual": [7.0, 7.0], "history": [0.0, 0.0, 3.0, 5.0, 1.0], "weight": 3.0},
            {"actual": [2.0], "history": [1.0, 2.0], "weight": 1.0},
        ]
    )
    expected = (3 * math.sqrt(0.5) + 2) / 4
    assert forecasting.wrmsse(truth, cells([[8.0, 4.0], [4.0]])) == pytest.approx(expected)


@given(seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_wql_is_the_quantile_loss_over_the_seasonal_naive_error(seed: int) -> None:
    actual, predictions = drawn(seed, several=3)
    rng = np.random.default_rng(seed)
    histories = [rng.normal(0, 3, 8) for _ in actual]
    expected = []
    for cell, quantiles, history in zip(actual, predictions, histories, strict=True):
        naive = sum(abs(history[t] - history[t - 2]) for t in range(2, 8)) / 6
        losses = [
            2 * max(q * (y - quantile), (q - 1) * (y - quantile))
            for y, row in zip(cell, quantiles, strict=True)
            for q, quantile in zip(LEVELS, row, strict=True)
        ]
        expected.append(np.mean(losses) / naive)
    found = intervals.wql(with_parts(actual, history=histories), predictions, levels="0.1 0.5 0.9", season=2)
    assert found == pytest.approx(np.mean(expected), rel=1e-9)


def test_the_weighted_quantile_loss_is_pooled_over_all_series() -> None:
    # level 0.5: |10-8| + |30-30| = 2; level 0.9: 2 * (0.1 * 2 + 0.9 * 10) = 18.4; mean 10.2, over 40
    truth, predictions = np.array([10.0, 30.0]), np.array([[8.0, 12.0], [30.0, 20.0]])
    assert intervals.weighted_quantile_loss(truth, predictions, levels="0.5 0.9") == pytest.approx(10.2 / 40)


def test_pinball_skill_is_zero_for_the_rule_itself() -> None:
    actual, reference = drawn(3, several=3)
    truth = with_parts(actual, reference=list(reference))
    assert intervals.pinball_skill(truth, reference, levels="0.1 0.5 0.9") == pytest.approx(0.0, abs=1e-12)


def test_rel_rmse_divides_the_errors_by_their_scale_on_both_sides() -> None:
    # ours: (2/2)^2 + (4/1)^2 = 17; the rule's: (4/2)^2 + (8/1)^2 = 68
    truth = cells([{"actual": [0.0, 0.0], "reference": [4.0, 8.0], "scale": [2.0, 1.0]}])
    assert forecasting.rel_rmse(truth, cells([[2.0, 4.0]])) == pytest.approx(0.5)


def test_an_item_of_the_scaled_interval_score_costs_the_cap_at_most() -> None:
    # width 6 over 2 -> 3; the other misses by 2, costs 6 + 20 * 2 = 46 over 1, capped at 20
    truth, predictions = np.array([[5.0, 2.0], [12.0, 1.0]]), np.array([[4.0, 10.0], [4.0, 10.0]])
    assert intervals.interval_score_scaled(truth, predictions, alpha=0.1, cap=20) == pytest.approx(11.5)


def test_the_best_estimator_has_a_scaled_interval_score_of_four() -> None:
    rng = np.random.default_rng(0)
    errors = rng.normal(size=200_000)
    ends = errors[:, None] + stats.norm.ppf([0.05, 0.95])
    found = intervals.interval_score_scaled(np.tile([0.0, 1.0], (len(errors), 1)), ends, alpha=0.1, cap=1e3)
    width, density = 2 * stats.norm.ppf(0.95), stats.norm.pdf(stats.norm.ppf(0.95))
    expected = width + 20 * 2 * (density - 0.05 * stats.norm.ppf(0.95))
    assert found == pytest.approx(expected, rel=0.01)


def test_an_interval_with_its_ends_the_wrong_way_round_gains_nothing() -> None:
    truth = np.array([5.0])
    straight = intervals.interval_score(truth, np.array([[4.0, 6.0]]), alpha=0.2)
    turned = intervals.interval_score(truth, np.array([[6.0, 4.0]]), alpha=0.2)
    assert straight == pytest.approx(2.0)
    assert turned == pytest.approx(-2.0 + 10 * (1 + 1))
    assert intervals.coverage_error(truth, np.array([[6.0, 4.0]]), level=0.8) == pytest.approx(0.8)


def test_the_ends_of_an_interval_belong_to_it() -> None:
    assert intervals.coverage_error(np.array([4.0, 6.0]), np.array([[4.0, 6.0], [4.0, 6.0]]), level=0.9) == (
        pytest.approx(0.1)
    )


def test_sharpe_pays_for_every_change_of_position() -> None:
    # bought 1 at the start: 0.02 - 0.001; held: -0.01; turned to -1, two units: 0.03 - 0.002
    net = np.array([0.019, -0.01, 0.028])
    found = forecasting.sharpe(cells([[0.02, -0.01, -0.03]]), cells([[1.0, 1.0, -1.0]]), cost=0.001)
    assert found == pytest.approx(net.mean() / net.std(ddof=1) * math.sqrt(252))


def test_sharpe_pools_the_periods_of_all_series_and_assets() -> None:
    truth = cells([[[0.01, 0.02], [0.03, -0.01]], [[0.02, 0.0]]])
    net = np.array([0.5 * 0.01 + 0.5 * 0.02, 0.03, -0.02])
    found = forecasting.sharpe(truth, cells([[[0.5, 0.5], [1.0, 0.0]], [[-1.0, 0.0]]]), periods_per_year=12)
    assert found == pytest.approx(net.mean() / net.std(ddof=1) * math.sqrt(12))


def test_holding_nothing_is_worth_nothing() -> None:
    assert forecasting.sharpe(cells([[0.01, -0.02]]), cells([[0.0, 0.0]]), cost=0.01) == 0.0


def test_a_bet_of_any_size_has_the_same_sharpe_ratio() -> None:
    truth, held = cells([[0.02, -0.01, -0.03]]), np.array([1.0, 0.5, -1.0])
    small, large = (forecasting.sharpe(truth, cells([held * size]), cost=0.001) for size in (1.0, 1e6))
    assert large == pytest.approx(small)


def test_a_forecast_of_no_change_is_right_only_where_nothing_changes() -> None:
    assert forecasting.directional_accuracy(np.array([0.0, 0.1, -0.1]), np.array([0.0, 0.0, -9.0])) == (
        pytest.approx(2 / 3)
    )


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([[1.0, 2.0], [1.0]], "predictions, row 1: expected 2 steps as in truth, found 1"),
        ([[1.0, 2.0], [1.0, math.nan]], "predictions, row 1, step 1: expected a finite number, found nan"),
        ([[1.0, 2.0], "ab"], "predictions, row 1: expected numbers"),
        ([[1.0, 2.0], []], "predictions, row 1: expected a number or a series of numbers"),
        ([[1.0, 2.0], [[1.0, 2.0]]], "predictions, row 1: expected a number or a series of numbers"),
        ([[1.0, 2.0], [[1.0], [2.0, 3.0]]], "predictions, row 1: expected numbers, found lists of unequal length"),
        ([[1.0, 2.0], [1.0, 1e300]], "predictions, row 1: expected numbers of a size that can be summed"),
    ],
)
def test_a_series_that_does_not_fit_is_refused_by_its_row(predictions: list[Any], message: str) -> None:
    truth = cells([{"actual": [1.0, 2.0], "history": [1.0, 2.0]}] * 2)
    with pytest.raises(MetricError, match=message):
        forecasting.wrmsse(truth, cells(predictions))


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ([1.0], "truth, row 0: expected a dict with actual, history, found list"),
        ({"actual": [1.0]}, "history is missing"),
        ({"actual": [1.0], "history": [2.0]}, "expected a history of more than 1 steps"),
        ({"actual": [1.0], "history": [2.0, 2.0]}, "does not repeat itself"),
    ],
)
def test_a_truth_that_gives_no_measure_is_refused(cell: Any, message: str) -> None:
    with pytest.raises(MetricError, match=message):
        forecasting.mase(cells([cell]), np.array([1.0]))


@pytest.mark.parametrize("levels", ["", "0.5 0.5", "0.9 0.1", "0 0.5", "0.5 1", "0.5", "nan 0.5", "a b"])
def test_levels_that_do_not_fit_the_quantiles_are_refused(levels: str) -> None:
    with pytest.raises(MetricError):
        intervals.crps_quantiles(np.array([1.0]), np.array([[1.0, 2.0]]), levels=levels)


def test_draws_must_be_as_many_in_every_row() -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected 2 numbers a step as in row 0, found 3"):
        intervals.crps(cells([1.0, 1.0]), cells([[1.0, 2.0], [1.0, 2.0, 3.0]]))


def test_a_block_of_numbers_is_read_as_its_cells_are() -> None:
    rng = np.random.default_rng(2)
    truth, predictions = rng.normal(size=(5, 3)), rng.normal(size=(5, 3, 4))
    block, apart = (
        series.steps(truth, predictions, several=True),
        series.steps(cells(list(truth)), cells(list(predictions)), several=True),
    )
    assert np.array_equal(block.truth, apart.truth)
    assert np.array_equal(block.predictions, apart.predictions)
    assert np.array_equal(block.lengths, apart.lengths)
