"""Measures of classes and decisions agree with scikit-learn, and what fools such measures is refused or harmless."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from challenges.metrics import agreement, classification, decisions, positives
from challenges.metrics.types import MetricError

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
MANY = settings(max_examples=30, deadline=None)


def pairs(truth: Any, predictions: Any, least: int = 2) -> Any:
    return st.lists(st.tuples(truth, predictions), min_size=least, max_size=60).map(
        lambda rows: (np.array([a for a, _ in rows]), np.array([b for _, b in rows]))
    )


texts = pairs(st.sampled_from(["a", "b", "c"]), st.sampled_from(["a", "b", "c", "zz"]))
integers = pairs(st.integers(-3, 3), st.integers(-3, 4))
wide = pairs(st.sampled_from([-(10**18), 0, 10**18]), st.sampled_from([-(10**18), 0, 5, 10**18]))


@given(texts | integers | wide)
@MANY
def test_averages_over_the_classes_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    known = np.unique(truth)
    assert classification.accuracy(truth, predictions) == pytest.approx(sk.accuracy_score(truth, predictions))
    micro = sk.f1_score(truth, predictions, average="micro")
    assert classification.f1_micro(truth, predictions) == pytest.approx(micro, **CLOSE)
    for average, ours in (("macro", classification.f1_macro), ("weighted", classification.f1_weighted)):
        theirs = sk.f1_score(truth, predictions, labels=known, average=average, zero_division=0)
        assert ours(truth, predictions) == pytest.approx(theirs, **CLOSE)
    balanced = sk.recall_score(truth, predictions, labels=known, average="macro", zero_division=0)
    assert classification.balanced_accuracy(truth, predictions) == pytest.approx(balanced, **CLOSE)


@given(texts | integers)
@MANY
def test_agreement_beyond_chance_agrees_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    assume(len(np.unique(truth)) > 1)
    assume(len(np.setdiff1d(predictions, truth)) < 2)
    correlation = sk.matthews_corrcoef(truth, predictions)
    assert agreement.mcc(truth, predictions) == pytest.approx(correlation, **CLOSE)
    kappa = sk.cohen_kappa_score(truth, predictions)
    assert agreement.cohen_kappa(truth, predictions) == pytest.approx(kappa, **CLOSE)


@given(pairs(st.integers(1, 6), st.integers(1, 6)))
@MANY
def test_quadratic_kappa_agrees_with_scikit_learn_over_the_whole_scale(pair: Any) -> None:
    truth, predictions = pair
    assume(len(np.unique(truth)) > 1)
    scale = np.arange(min(truth.min(), predictions.min()), max(truth.max(), predictions.max()) + 1)
    theirs = sk.cohen_kappa_score(truth, predictions, labels=scale, weights="quadratic")
    assert agreement.qwk(truth, predictions) == pytest.approx(theirs, **CLOSE)


@given(texts, st.sampled_from([0.5, 1.0, 2.0]))
@MANY
def test_measures_of_one_class_agree_with_scikit_learn(pair: Any, beta: float) -> None:
    truth, predictions = pair
    assume("a" in truth)
    one: dict[str, Any] = {"labels": ["a"], "average": "macro", "zero_division": 0}
    for ours, theirs in (
        (positives.f1, sk.f1_score),
        (positives.precision, sk.precision_score),
        (positives.recall, sk.recall_score),
    ):
        value = ours(truth, predictions, positive="a")
        assert value == pytest.approx(theirs(truth, predictions, **one), **CLOSE)
    expected = sk.fbeta_score(truth, predictions, beta=beta, **one)
    assert positives.fbeta(truth, predictions, beta=beta, positive="a") == pytest.approx(expected, **CLOSE)


@given(pairs(st.integers(0, 1), st.floats(0, 1) | st.sampled_from([0.0, 0.5, 1.0])))
@MANY
def test_a_threshold_calls_the_positive_class_from_there_on(pair: Any) -> None:
    truth, chances = pair
    called = (chances >= 0.5).astype(int)
    assume(truth.any())
    assert classification.accuracy(truth, chances, threshold=0.5) == classification.accuracy(truth, called)
    assert positives.f1(truth, chances, threshold=0.5) == positives.f1(truth, called)
    assert positives.fbeta(truth, chances, beta=2, threshold=0.5) == positives.fbeta(truth, called, beta=2)
    expected = decisions.expected_cost(truth, called, costs="0 1; 5 0")
    assert decisions.expected_cost(truth, chances, costs="0 1; 5 0", threshold=0.5) == expected
    assume(not truth.all())
    assert classification.f1_macro(truth, chances, threshold=0.5) == classification.f1_macro(truth, called)
    assert agreement.mcc(truth, chances, threshold=0.5) == agreement.mcc(truth, called)
    assert agreement.cohen_kappa(truth, chances, threshold=0.5) == agreement.cohen_kappa(truth, called)


def test_a_predicted_class_that_the_truth_lacks_does_not_change_what_macro_f1_divides_by() -> None:
    truth, predictions = np.array(["a", "a", "b", "b"]), np.array(["a", "a", "b", "made up"])
    assert sk.f1_score(truth, predictions, average="macro", zero_division=0) == pytest.approx((1 + 2 / 3) / 3)
    assert classification.f1_macro(truth, predictions) == pytest.approx((1 + 2 / 3) / 2)
    several = np.array(["a", "a", "b", "made up"] * 2), np.array(["a", "a", "b", "other"] * 2)
    assert classification.balanced_accuracy(*several) == pytest.approx((1 + 1 + 0) / 3)


def test_refraining_from_a_call_does_not_raise_micro_f1() -> None:
    truth = np.array(["a", "b", "c", "c"])
    wrong, refrained = np.array(["a", "b", "a", "a"]), np.array(["a", "b", "none", "none"])
    assert classification.f1_micro(truth, refrained) == classification.f1_micro(truth, wrong) == 0.5
    assert sk.f1_score(truth, refrained, labels=["a", "b", "c"], average="micro") == pytest.approx(2 / 3)


def test_several_made_up_classes_correlate_as_one() -> None:
    truth = np.array([0, 0, 1, 1, 1, 0])
    one, two = np.array([0, 0, 1, 7, 7, 1]), np.array([0, 0, 1, 7, 9, 1])
    assert agreement.mcc(truth, one) == agreement.mcc(truth, two) == pytest.approx(sk.matthews_corrcoef(truth, one))


@pytest.mark.parametrize("metric", [agreement.mcc, agreement.cohen_kappa, agreement.qwk])
@pytest.mark.parametrize("constant", [0, 1, 2, 3])
def test_a_constant_prediction_agrees_with_the_truth_no_more_than_chance(
    metric: Callable[..., float], constant: int
) -> None:
    truth = np.array([0, 1, 2, 2, 2, 1, 2])
    assert metric(truth, np.full(7, constant)) == 0.0


@pytest.mark.parametrize("metric", [agreement.mcc, agreement.cohen_kappa, agreement.qwk])
@pytest.mark.parametrize("predictions", [[2, 2, 2], [0, 2, 1]])
def test_a_constant_truth_leaves_no_chance_to_go_beyond(metric: Callable[..., float], predictions: list[int]) -> None:
    with pytest.raises(MetricError, match="one class only"):
        metric(np.array([2, 2, 2]), np.array(predictions))


def test_grades_that_never_occur_still_stand_between_their_neighbours() -> None:
    truth, predictions = np.array([1, 1, 9, 9, 2]), np.array([1, 2, 9, 9, 2])
    theirs = sk.cohen_kappa_score(truth, predictions, labels=np.arange(1, 10), weights="quadratic")
    assert agreement.qwk(truth, predictions) == pytest.approx(theirs, **CLOSE)
    assert sk.cohen_kappa_score(truth, predictions, weights="quadratic") < theirs


def test_large_grades_keep_their_digits() -> None:
    truth, predictions = np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3])
    assert agreement.qwk(truth + 10**9, predictions + 10**9) == pytest.approx(0.875, **CLOSE)


def test_costs_are_read_row_by_row() -> None:
    # Truth 0 called 2 costs 2, truth 1 called 0 costs 5, truth 2 called 2 costs nothing: 7 / 3.
    value = decisions.expected_cost(np.array([0, 1, 2]), np.array([2, 0, 2]), costs="0,1,2; 5,0,1; 3,2,0")
    assert value == pytest.approx(7 / 3)


def test_costs_agree_with_the_confusion_matrix_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, predictions = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    table = sk.confusion_matrix(truth, predictions) * np.array([[0, 1, 2], [5, 0, 1], [3, 2, 0]])
    value = decisions.expected_cost(truth, predictions, costs="0 1 2; 5 0 1; 3 2 0")
    assert value == pytest.approx(table.sum() / 200, **CLOSE)


@pytest.mark.parametrize(
    "costs", ["", "0", "0 1", "0 1; 5", "0 x; 5 0", "1 0; 0 1", "0 -1; 5 0", "0 nan; 5 0", "0 inf; 5 0"]
)
def test_a_table_of_costs_that_is_unfit_is_refused(costs: str) -> None:
    with pytest.raises(MetricError, match="`costs`"):
        decisions.expected_cost(np.array([0, 1]), np.array([0, 1]), costs=costs)


def test_a_threshold_with_three_classes_is_refused() -> None:
    with pytest.raises(MetricError, match="two classes"):
        decisions.expected_cost(np.array([0, 1]), np.array([0.2, 0.9]), costs="0 1 1; 1 0 1; 1 1 0", threshold=0.5)


def test_acting_on_nobody_brings_nothing() -> None:
    assert decisions.profit(np.array([40.0, -100.0]), np.array([0, 0])) == 0.0


REFUSED: list[tuple[Callable[..., float], list[Any], list[Any], str]] = [
    (classification.accuracy, ["a", "b"], [0, 1], "text on both"),
    (classification.accuracy, [0, 1], [[0], [1]], "shape"),
    (classification.accuracy, [], [], "no rows"),
    (classification.accuracy, [0.0, 1.0], [0.0, np.nan], "predictions, row 1"),
    (classification.f1_macro, [0.0, np.inf], [0.0, 1.0], "truth, row 1"),
    (classification.f1_macro, ["a", "b"], ["a", None], "predictions, row 1: expected classes .* NoneType"),
    (positives.f1, [0, 0], [1, 0], "no row of class 1"),
    (positives.f1, ["a", "b"], ["a", "b"], "parameter `positive`"),
    (agreement.qwk, [1, 2], [1.5, 2], "predictions, row 0: expected a whole number, found 1.5"),
    (agreement.qwk, ["a", "b"], ["a", "b"], "expected one number"),
    (agreement.mcc, [0, 1], [np.nan, 1], "predictions, row 0"),
    (decisions.profit, [1.0, 2.0], [0.0, 0.5], "predictions, row 1: expected 0 or 1, found 0.5"),
]


@pytest.mark.parametrize(("metric", "truth", "predictions", "message"), REFUSED)
def test_what_has_no_sound_value_is_refused_by_name(
    metric: Callable[..., float], truth: list[Any], predictions: list[Any], message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.array(truth), np.array(predictions))


def test_a_class_beyond_the_table_of_costs_is_refused() -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected a class 0 to 1, found 2"):
        decisions.expected_cost(np.array([0, 1]), np.array([0, 2]), costs="0 1; 5 0")


def test_a_probability_beyond_one_is_refused() -> None:
    with pytest.raises(MetricError, match="row 1: expected 0 to 1"):
        classification.accuracy(np.array([0, 1]), np.array([0.5, 1.5]), threshold=0.5)


@pytest.mark.parametrize("beta", [0.0, -1.0, np.nan])
def test_a_beta_that_is_not_above_zero_is_refused(beta: float) -> None:
    with pytest.raises(MetricError, match="beta"):
        positives.fbeta(np.array([0, 1]), np.array([0, 1]), beta=beta)


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint64, ">i4", np.float64])
def test_the_width_of_integers_does_not_matter(kind: Any) -> None:
    rng = np.random.default_rng(0)
    truth, predictions = rng.integers(0, 5, (2, 80))
    for metric in (classification.f1_macro, classification.accuracy, agreement.mcc, agreement.qwk, positives.f1):
        value = metric(truth, predictions)
        assert metric(truth.astype(kind), predictions) == metric(truth, predictions.astype(kind)) == value
    ones = truth > 2, predictions > 2
    assert agreement.mcc(*ones) == agreement.mcc(ones[0].astype(kind), ones[1].astype(kind))


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_])
def test_rows_counted_in_blocks_score_as_all_at_once(dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(6)
    truth, predictions = rng.integers(0, 2, 100).astype(dtype), rng.integers(0, 2, 100).astype(dtype)
    truth[:20] = 0  # whole blocks without a positive row
    hits = int((truth & predictions).sum())
    expected = 2 * hits / int(truth.sum() + predictions.sum())
    for block in (1, 7, 100, 1000):
        monkeypatch.setattr(positives, "BLOCK", block)
        assert positives.f1(truth, predictions) == pytest.approx(expected, rel=1e-15)
    with pytest.raises(MetricError, match="truth has no row of class 1"):
        positives.f1(np.zeros(100, dtype=dtype), predictions)
