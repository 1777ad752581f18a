"""Numbers and vectors: agreement with scikit-learn, hand-worked definitions, and answers made to break a score."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as reference
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from challenges.metrics import regression, vectors
from challenges.metrics.order import counted_extreme, counted_percentile
from challenges.metrics.types import MetricError

Column = NDArray[np.float64]

SIZES = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: 0.0 if abs(x) < 1e-3 else x)
"""Differences of numbers below 1e-3 among numbers of 1e6 are rounding, in scikit-learn as well."""


def pairs(elements: st.SearchStrategy[float] = SIZES) -> st.SearchStrategy[tuple[Column, Column]]:
    return st.integers(2, 40).flatmap(
        lambda rows: st.tuples(arrays(np.float64, rows, elements=elements), arrays(np.float64, rows, elements=elements))
    )


def geographic(truth: Any, predictions: Any) -> float:
    radians = zip(np.radians(truth), np.radians(predictions), strict=True)
    return float(np.mean([reference.pairwise.haversine_distances([a], [b])[0, 0] for a, b in radians])) * 6371.0088


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (regression.rmse, reference.root_mean_squared_error),
        (regression.mse, reference.mean_squared_error),
        (regression.mae, reference.mean_absolute_error),
        (regression.medae, reference.median_absolute_error),
        (regression.max_error, reference.max_error),
    ],
)
@given(pair=pairs())
@settings(max_examples=30, deadline=None)
def test_distances_agree_with_scikit_learn(
    ours: Callable[..., float], theirs: Callable[..., float], pair: tuple[Column, Column]
) -> None:
    assert ours(*pair) == pytest.approx(theirs(*pair), rel=1e-9, abs=1e-12)


@given(pair=pairs())
@settings(max_examples=30, deadline=None)
def test_r2_agrees_with_scikit_learn_where_the_truth_varies(pair: tuple[Column, Column]) -> None:
    truth, predictions = pair
    if np.ptp(truth) <= 1e-6 * np.abs(truth).max():
        return
    assert regression.r2(truth, predictions) == pytest.approx(
        reference.r2_score(truth, predictions), rel=1e-9, abs=1e-9
    )


@given(pair=pairs(st.floats(0.01, 1e6)))
@settings(max_examples=30, deadline=None)
def test_ratios_and_logarithms_agree_with_scikit_learn(pair: tuple[Column, Column]) -> None:
    truth, predictions = pair
    for ours, theirs in (
        (regression.rmsle, reference.root_mean_squared_log_error),
        (regression.mape, reference.mean_absolute_percentage_error),
        (regression.poisson_deviance, reference.mean_poisson_deviance),
    ):
        assert ours(truth, predictions) == pytest.approx(theirs(truth, predictions), rel=1e-9, abs=1e-9)


@given(pair=pairs(st.floats(0.01, 1e6)), zero=st.integers(0, 1))
@settings(max_examples=30, deadline=None)
def test_the_poisson_deviance_of_a_count_of_zero_agrees_with_scikit_learn(
    pair: tuple[Column, Column], zero: int
) -> None:
    truth, predictions = pair
    truth[zero] = 0.0
    expected = reference.mean_poisson_deviance(truth, predictions)
    assert regression.poisson_deviance(truth, predictions) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@given(rows=st.integers(1, 30), columns=st.integers(1, 5), seed=st.integers(0, 10**6))
@settings(max_examples=30, deadline=None)
def test_vectors_agree_with_scikit_learn(rows: int, columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, predictions = rng.normal(0, 9, (2, rows, columns))
    expected = reference.root_mean_squared_error(truth, predictions)
    assert vectors.rmse_columns(truth, predictions) == pytest.approx(expected, rel=1e-12)
    places, others = (np.column_stack([rng.uniform(-90, 90, rows), rng.uniform(-180, 180, rows)]) for _ in "ab")
    assert vectors.haversine(places, others) == pytest.approx(geographic(places, others), rel=1e-9)


def test_cells_of_numbers_are_rows_of_a_table() -> None:
    truth, predictions = np.empty(2, dtype=object), np.empty(2, dtype=object)
    truth[:], predictions[:] = [[1, 2], [3, 4]], [np.array([1.0, 2.0]), np.array([3.0, 8.0])]
    assert vectors.rmse_columns(truth, predictions) == pytest.approx(math.sqrt(8) / 2)


def test_smape_takes_the_mean_of_both_sizes_in_percent() -> None:
    # |1 - 3| / 2 = 1; 0 against 0 is right; 5 against -5 is as wrong as can be
    assert regression.smape(np.array([1.0, 0.0, 5.0]), np.array([3.0, 0.0, -5.0])) == pytest.approx((100 + 0 + 200) / 3)


def test_a_perfect_answer_has_a_finite_log_mae() -> None:
    assert regression.log_mae(np.array([3.0]), np.array([3.0])) == pytest.approx(math.log(1e-9))


def test_a_quarter_of_the_equator_is_a_quarter_of_its_length() -> None:
    quarter = vectors.haversine(np.array([[0.0, 0.0]]), np.array([[0.0, 90.0]]))
    assert quarter == pytest.approx(math.pi / 2 * 6371.0088)


def test_longitudes_that_differ_by_a_turn_are_one_place() -> None:
    assert vectors.haversine(np.array([[10.0, -90.0]]), np.array([[10.0, 270.0]])) == pytest.approx(0, abs=1e-8)


def test_the_opposite_place_is_half_way_round() -> None:
    assert vectors.haversine(np.array([[90.0, 0.0]]), np.array([[-90.0, 0.0]])) == pytest.approx(math.pi * 6371.0088)


def test_an_angle_of_a_billionth_of_a_degree_is_not_rounded_away() -> None:
    tiny = math.radians(1e-9)
    found = vectors.angular_error(np.array([[1.0, 0.0]]), np.array([[math.cos(tiny), math.sin(tiny)]]))
    assert found == pytest.approx(1e-9, rel=1e-9)


def test_lengths_of_directions_do_not_count() -> None:
    found = vectors.angular_error(np.array([[0.0, 0.0, 1e-200]]), np.array([[0.0, 1e200, 1e200]]))
    assert found == pytest.approx(45.0)


@pytest.mark.parametrize("value", [1e200, -1e308, 1.7e308])
@pytest.mark.parametrize(
    "metric", [regression.rmse, regression.mse, regression.r2, regression.mae, regression.max_error, regression.mape]
)
def test_a_wild_guess_is_refused_where_its_square_would_be_infinite(metric: Callable[..., float], value: float) -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected a number within"):
        metric(np.array([1.0, 2.0, 3.0]), np.array([1.0, value, 3.0]))


def test_a_wild_guess_costs_smape_200_at_most() -> None:
    assert regression.smape(np.array([1e-300]), np.array([-1.7e308])) == 200.0


def test_a_truth_of_zero_has_no_relative_error() -> None:
    with pytest.raises(MetricError, match="truth, row 1"):
        regression.mape(np.array([1.0, 0.0]), np.array([1.0, 0.0]))


@pytest.mark.parametrize(
    ("truth", "predictions", "where"),
    [([1.0, -1.0], [1.0, 1.0], "truth, row 1"), ([0.0, 0.0], [1.0, 0.0], "predictions, row 1")],
)
def test_the_poisson_deviance_takes_counts_against_positive_rates(
    truth: list[float], predictions: list[float], where: str
) -> None:
    with pytest.raises(MetricError, match=where):
        regression.poisson_deviance(np.array(truth), np.array(predictions))


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ([[91.0, 0.0]], "row 0: expected latitude"),
        ([[0.0, 361.0]], "row 0: expected latitude"),
        ([[0.0, 0.0, 0.0]], "expected latitude and longitude"),
        ([[math.nan, 0.0]], "row 0, step 0: expected a finite number"),
    ],
)
def test_a_place_off_the_map_is_refused(predictions: list[list[float]], message: str) -> None:
    with pytest.raises(MetricError, match=message):
        vectors.haversine(np.zeros((1, 2)), np.array(predictions))


def test_a_vector_of_length_zero_has_no_direction() -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected a direction"):
        vectors.angular_error(np.eye(2), np.array([[1.0, 0.0], [0.0, 0.0]]))


@given(
    values=arrays(np.float64, st.integers(1, 30), elements=st.floats(-5, 5)),
    q=st.floats(0, 100),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=30, deadline=None)
def test_a_counted_percentile_is_that_of_the_repeated_values(values: Column, q: float, seed: int) -> None:
    counts = np.random.default_rng(seed).poisson(1.0, (4, len(values)))
    for drawn, percentile, greatest in zip(
        counts, counted_percentile(values, counts, q), counted_extreme(values, counts), strict=True
    ):
        repeated = np.repeat(values, drawn)
        if len(repeated) == 0:
            assert math.isnan(percentile) and math.isnan(greatest)
        else:
            assert percentile == pytest.approx(np.percentile(repeated, q), rel=1e-9, abs=1e-12)
            assert greatest == repeated.max()
