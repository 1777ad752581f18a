"""Measures of probabilities and of rankings agree with scikit-learn and refuse what fools it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.metrics import calibration, curves, probability
from challenges.metrics.types import MetricError

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
MANY = settings(max_examples=30, deadline=None)

chances = st.floats(0, 1, allow_subnormal=False) | st.sampled_from([0.0, 0.25, 0.5, 1.0])
scores = st.floats(-1e9, 1e9, allow_subnormal=False) | st.sampled_from([-1.0, 0.0, 1.0])


def pairs(predictions: Any, least: int = 2) -> Any:
    return st.lists(st.tuples(st.integers(0, 1), predictions), min_size=least, max_size=60).map(
        lambda rows: (np.array([a for a, _ in rows]), np.array([b for _, b in rows]))
    )


def many_classes(rng: Generator, rows: int, classes: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    truth = rng.permutation(np.resize(np.arange(classes), rows))
    return truth, rng.dirichlet(np.full(classes, 0.3), rows)


def cells(matrix: NDArray[Any]) -> NDArray[Any]:
    column = np.empty(len(matrix), dtype=object)
    column[:] = [list(map(float, row)) for row in matrix]
    return column


@given(pairs(scores))
@MANY
def test_areas_and_points_of_curves_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    assume(0 < truth.sum() < len(truth))
    assert curves.roc_auc(truth, predictions) == pytest.approx(sk.roc_auc_score(truth, predictions), **CLOSE)
    average = sk.average_precision_score(truth, predictions)
    assert curves.pr_auc(truth, predictions) == pytest.approx(average, **CLOSE)
    for fpr in (0.05, 0.3, 1.0):
        partial = sk.roc_auc_score(truth, predictions, max_fpr=fpr)
        assert curves.partial_auc(truth, predictions, fpr=fpr) == pytest.approx(partial, **CLOSE)
    precise, found, _ = sk.precision_recall_curve(truth, predictions)
    for least in (0.3, 0.5, 0.9, 1.0):
        enough = found[:-1][precise[:-1] >= least]
        value = curves.recall_at_precision(truth, predictions, precision=least)
        assert value == pytest.approx(enough.max(initial=0.0), **CLOSE)


@given(pairs(scores))
@MANY
def test_the_equal_error_rate_is_where_the_curve_of_scikit_learn_crosses(pair: Any) -> None:
    truth, predictions = pair
    assume(0 < truth.sum() < len(truth))
    accepted, found, _ = sk.roc_curve(truth, predictions, drop_intermediate=False)
    rate = curves.eer(truth, predictions)
    along = np.linspace(0, 1, 20001)  # a walk along the curve, by its length in both directions together
    path = accepted + found
    walked = np.interp(along * 2, path, accepted), np.interp(along * 2, path, found)
    nearest = np.argmin(np.abs(walked[0] - (1 - walked[1])))
    assert rate == pytest.approx(walked[0][nearest], abs=1e-4)


def test_equal_error_rates_worked_out_by_hand() -> None:
    # Thresholds 6, 5, 4, ...: (false accepts, false rejects) of 3 each are (0, 2) (0, 1) (1, 1) at 4.
    assert curves.eer(np.array([0, 0, 0, 1, 1, 1]), np.array([1, 2, 4, 3, 5, 6])) == pytest.approx(1 / 3)
    # All equal: the straight line from (0, 1) to (1, 0) crosses in the middle.
    assert curves.eer(np.array([0, 1, 1, 1]), np.zeros(4)) == 0.5
    assert curves.eer(np.array([0, 1]), np.array([1.0, 0.0])) == 1.0


@given(pairs(chances, least=1))
@MANY
def test_log_loss_and_brier_score_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    both = np.column_stack([1 - predictions, predictions]).clip(1e-15, 1 - 1e-15)
    expected = sk.log_loss(truth, both, labels=[0, 1])
    assert probability.log_loss(truth, predictions) == pytest.approx(expected, **CLOSE)
    assert probability.brier(truth, predictions) == pytest.approx(sk.brier_score_loss(truth, predictions), **CLOSE)


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("seed", range(3))
def test_a_matrix_of_probabilities_agrees_with_scikit_learn(seed: int, classes: int) -> None:
    truth, predictions = many_classes(np.random.default_rng(seed), 60, classes)
    expected = sk.log_loss(truth, predictions.clip(1e-15, 1 - 1e-15))
    assert probability.log_loss(truth, predictions) == pytest.approx(expected, **CLOSE)
    brier = sk.brier_score_loss(truth, predictions, scale_by_half=True, labels=np.arange(classes))
    assert probability.brier(truth, predictions) == pytest.approx(brier, **CLOSE)
    if classes > 2:
        area = sk.roc_auc_score(truth, predictions, multi_class="ovr", average="macro")
        assert curves.roc_auc(truth, predictions) == pytest.approx(area, **CLOSE)
        average = np.mean([sk.average_precision_score(truth == k, predictions[:, k]) for k in range(classes)])
        assert curves.pr_auc(truth, predictions) == pytest.approx(average, **CLOSE)
        top = sk.top_k_accuracy_score(truth, predictions, k=2, labels=np.arange(classes))
        assert probability.top_k_accuracy(truth, predictions, k=2) == pytest.approx(top, **CLOSE)


def test_two_columns_are_the_same_as_the_probability_of_one() -> None:
    truth, predictions = many_classes(np.random.default_rng(0), 60, 2)
    for metric in (probability.log_loss, probability.brier, curves.roc_auc):
        assert metric(truth, predictions) == pytest.approx(metric(truth, predictions[:, 1]), rel=1e-12)


def test_cells_of_probabilities_are_a_matrix() -> None:
    truth, predictions = many_classes(np.random.default_rng(1), 30, 4)
    for metric in (probability.log_loss, probability.brier, curves.roc_auc, curves.pr_auc, calibration.ece):
        assert metric(truth, cells(predictions)) == pytest.approx(metric(truth, predictions), rel=1e-12)


def test_labels_that_are_not_exclusive_have_a_curve_each() -> None:
    rng = np.random.default_rng(2)
    truth, predictions = rng.integers(0, 2, (50, 3)), rng.random((50, 3)).round(1)
    area = sk.roc_auc_score(truth, predictions, average="macro")
    assert curves.roc_auc(truth, predictions) == pytest.approx(area, **CLOSE)
    average = sk.average_precision_score(truth, predictions, average="macro")
    assert curves.pr_auc(cells(truth), cells(predictions)) == pytest.approx(average, **CLOSE)


# What fools such measures


MATRIX = [probability.log_loss, probability.brier, curves.roc_auc, curves.pr_auc, calibration.ece]


@pytest.mark.parametrize("metric", MATRIX)
@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1.0, 1.0, 1.0], "row 2: expected probabilities that sum to 1, found 3"),
        ([0.0, 0.0, 0.0], "row 2: expected probabilities that sum to 1, found 0"),
        ([0.5, 0.5, 0.0011], "row 2: expected probabilities that sum to 1"),
        ([1.5, -0.5, 0.0], "row 2: expected 0 to 1, found 1.5"),
        ([np.nan, 0.5, 0.5], "row 2: expected finite numbers, found nan"),
        ([np.inf, 0.5, 0.5], "row 2: expected finite numbers, found inf"),
    ],
)
def test_rows_that_are_no_probabilities_are_refused(
    metric: Callable[..., float], row: list[float], message: str
) -> None:
    truth, predictions = many_classes(np.random.default_rng(0), 30, 3)
    predictions[2] = row
    with pytest.raises(MetricError, match=f"predictions, {message}"):
        metric(truth, predictions)


@pytest.mark.filterwarnings("ignore:The y_prob values do not sum to one")
@pytest.mark.filterwarnings("ignore:The y_pred values do not sum to one")
def test_a_matrix_of_ones_is_no_perfect_answer() -> None:
    truth = np.array([0, 1, 2])
    assert sk.log_loss(truth, np.ones((3, 3))) < 1e-15
    with pytest.raises(MetricError, match="sum to 1"):
        probability.log_loss(truth, np.ones((3, 3)))


def test_rounding_within_a_thousandth_gains_nothing() -> None:
    truth, predictions = np.array([0, 1]), np.array([[0.5, 0.5], [0.2, 0.8]])
    inflated = predictions * 1.0009
    assert probability.log_loss(truth, inflated) == pytest.approx(probability.log_loss(truth, predictions), rel=1e-12)


def test_calling_everything_certain_has_its_price() -> None:
    truth = np.array([1, 0, 1, 0])
    assert probability.log_loss(truth, np.ones(4)) == pytest.approx(-math.log(1e-15) / 2, rel=1e-3)


def test_single_precision_does_not_soften_the_log_loss() -> None:
    truth = np.array([1, 1])
    single, double = np.array([0.0, 1.0], dtype=np.float32), np.array([0.0, 1.0])
    assert sk.log_loss(truth, single, labels=[0, 1]) == pytest.approx(7.97, abs=0.01)
    assert probability.log_loss(truth, single) == probability.log_loss(truth, double) == pytest.approx(17.27, abs=0.01)
    matrix = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert probability.log_loss(truth, matrix.astype(np.float32)) == probability.log_loss(truth, matrix)


def test_a_constant_matrix_reaches_chance_in_the_highest_places() -> None:
    truth, predictions = np.array([0, 1, 2, 3, 4, 4]), np.full((6, 5), 0.2)
    assert probability.top_k_accuracy(truth, predictions, k=2) == pytest.approx(2 / 5)


def test_a_constant_prediction_ranks_nothing() -> None:
    truth = np.array([0, 1, 1, 0, 0])
    assert curves.roc_auc(truth, np.full(5, 0.3)) == 0.5
    assert curves.pr_auc(truth, np.full(5, 0.3)) == pytest.approx(2 / 5)
    assert curves.partial_auc(truth, np.full(5, 0.3), fpr=0.1) == pytest.approx(0.5)
    assert curves.recall_at_precision(truth, np.full(5, 0.3), precision=0.5) == 0.0


def test_precisions_are_compared_as_they_are_written() -> None:
    for called in (20, 35, 49, 80, 100):
        for hits in range(1, called):
            truth = np.array([1] * hits + [0] * (called - hits))
            assert curves.recall_at_precision(truth, np.zeros(called), precision=hits / called) == 1.0


# Calibration


def calibration_by_hand(truth: Any, predictions: Any, bins: int) -> float:
    """Write every row as often as there are bins, so that the cuts fall between rows, and cut."""
    came_true = np.array([truth[predictions == chance].mean() for chance in predictions])
    order = np.argsort(predictions, kind="stable")
    parts = zip(
        np.split(np.repeat(predictions[order], bins), bins),
        np.split(np.repeat(came_true[order], bins), bins),
        strict=True,
    )
    return float(sum(abs(p.mean() - t.mean()) for p, t in parts) / bins)


@given(pairs(chances, least=1), st.integers(1, 20))
@MANY
def test_calibration_error_is_that_of_bins_of_equal_mass(pair: Any, bins: int) -> None:
    truth, predictions = pair
    expected = calibration_by_hand(truth, predictions, bins)
    assert calibration.ece(truth, predictions, bins=bins) == pytest.approx(expected, **CLOSE)


def test_calibration_error_worked_out_by_hand() -> None:
    # Bins (0.1, 0.3) and (0.6, 0.8): means 0.2 and 0.7, shares 0.5 and 1: (0.3 + 0.3) / 2.
    truth, predictions = np.array([0, 1, 1, 1]), np.array([0.1, 0.3, 0.6, 0.8])
    assert calibration.ece(truth, predictions, bins=2) == pytest.approx(0.3)


def test_the_highest_of_several_classes_is_what_must_come_true() -> None:
    # Called with 0.6 and 0.9, right and wrong: |0.6 - 1| and |0.9 - 0|, each half.
    predictions = np.array([[0.6, 0.3, 0.1], [0.05, 0.9, 0.05]])
    assert calibration.ece(np.array([0, 2]), predictions, bins=2) == pytest.approx((0.4 + 0.9) / 2)


def test_classes_that_share_the_highest_place_share_being_right() -> None:
    assert calibration.ece(np.array([0, 1, 2]), np.full((3, 3), 1 / 3), bins=1) == pytest.approx(0.0, abs=1e-12)


# Refusals

ONE_SIDE: list[tuple[Callable[..., float], dict[str, Any], list[Any], list[Any], str]] = [
    (curves.roc_auc, {}, [1, 1], [0.1, 0.2], "one class only"),
    (curves.roc_auc, {}, [0, 2], [0.1, 0.2], "only 0 and 1"),
    (curves.roc_auc, {}, [0, 1], [0.1, np.nan], "predictions, row 1"),
    (curves.roc_auc, {}, [0, 1, 1], [[0.5, 0.3, 0.2]] * 3, "one class only"),
    (curves.roc_auc, {}, [0, 3, 1], [[0.5, 0.3, 0.2]] * 3, "truth, row 1: expected a class 0 to 2, found 3"),
    (curves.pr_auc, {}, [0, 0], [0.1, 0.2], "no positive row"),
    (curves.pr_auc, {}, [[0, 1], [0, 1]], [[0.1, 0.2], [0.3, 0.4]], "no positive row"),
    (curves.pr_auc, {}, [[0, 2], [0, 1]], [[0.1, 0.2], [0.3, 0.4]], "truth, row 0: expected only 0 and 1, found 2"),
    (curves.partial_auc, {"fpr": 0.0}, [0, 1], [0.1, 0.2], "`fpr`"),
    (curves.partial_auc, {"fpr": 1.1}, [0, 1], [0.1, 0.2], "`fpr`"),
    (curves.recall_at_precision, {"precision": 0.0}, [0, 1], [0.1, 0.2], "`precision`"),
    (curves.recall_at_precision, {"precision": 0.5}, [0, 0], [0.1, 0.2], "no positive row"),
    (curves.eer, {}, [0, 0], [0.1, 0.2], "one class only"),
    (probability.log_loss, {}, [0, 1], [0.1, 1.5], "predictions, row 1: expected 0 to 1"),
    (probability.brier, {}, [0, 1], [-0.1, 0.5], "predictions, row 0: expected 0 to 1"),
    (probability.log_loss, {}, [0, 1], [[0.5, 0.5]], "expected the same"),
    (probability.log_loss, {}, [0.5, 1], [[0.5, 0.5]] * 2, "truth, row 0: expected a class 0 to 1"),
    (probability.log_loss, {}, ["a", "b"], [[0.5, 0.5]] * 2, "truth: expected one class"),
    (probability.log_loss, {}, [0, 1], [["a", "b"]] * 2, "predictions: expected several numbers"),
    (probability.log_loss, {}, [0, 0], [[1.0]] * 2, "two classes at least"),
    (probability.top_k_accuracy, {"k": 3}, [0, 1], [[0.5, 0.3, 0.2]] * 2, "`k`: expected 1 to 2, found 3"),
    (probability.top_k_accuracy, {"k": 0}, [0, 1], [[0.5, 0.3, 0.2]] * 2, "`k`"),
    (calibration.ece, {"bins": 0}, [0, 1], [0.1, 0.2], "`bins`"),
    (calibration.ece, {}, [], [], "no rows"),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "params", "truth", "predictions", "message"), ONE_SIDE)
def test_what_has_no_sound_value_is_refused_by_name(
    metric: Callable[..., float], params: dict[str, Any], truth: list[Any], predictions: list[Any], message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.array(truth), np.array(predictions), **params)


def test_ragged_cells_are_refused_by_row() -> None:
    ragged = np.empty(2, dtype=object)
    ragged[:] = [[0.5, 0.5], [0.2, 0.3, 0.5]]
    with pytest.raises(MetricError, match="predictions, row 1: expected 2 numbers, as in row 0"):
        probability.log_loss(np.array([0, 1]), ragged)


# Resampling with several curves; one curve is in the suite of every metric


@pytest.mark.parametrize("rows", [30, 3000])
def test_resampled_curves_of_several_classes_are_those_of_the_rows(rows: int) -> None:
    rng = np.random.default_rng(5)
    truth, predictions = many_classes(rng, rows, 3)
    counts = rng.multinomial(rows, np.full(rows, 1 / rows), size=200 if rows == 30 else 5)
    for metric, resampled in (
        (curves.roc_auc, curves.roc_auc_resampled),
        (curves.pr_auc, curves.pr_auc_resampled),
        (calibration.ece, calibration.ece_resampled),
    ):
        values = resampled(truth, predictions, counts)
        for count, value in zip(counts[:5], values, strict=False):
            drawn = np.repeat(np.arange(rows), count)
            assert value == pytest.approx(metric(truth[drawn], predictions[drawn]), **CLOSE)


def test_a_resample_without_one_of_the_classes_has_no_value() -> None:
    truth, predictions = np.array([0, 0, 1]), np.array([0.1, 0.2, 0.3])
    counts = np.array([[1, 1, 1], [2, 1, 0], [0, 0, 3], [0, 0, 0]])
    for resampled in (curves.roc_auc_resampled, curves.eer_resampled, curves.partial_auc_resampled):
        assert np.isnan(resampled(truth, predictions, counts)).tolist() == [False, True, True, True]
    assert np.isnan(curves.pr_auc_resampled(truth, predictions, counts)).tolist() == [False, True, False, True]
    assert np.isnan(calibration.ece_resampled(truth, predictions, counts)).tolist() == [False, False, False, True]
