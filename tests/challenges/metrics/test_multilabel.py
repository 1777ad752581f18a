"""Measures of several labels a row agree with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from challenges.metrics import multilabel
from challenges.metrics.types import MetricError

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
MANY = settings(max_examples=30, deadline=None)

shapes = array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=8)
bits = st.integers(0, 1)
some_scores = st.floats(-5, 5, allow_subnormal=False) | st.sampled_from([-1.0, 0.0, 0.5])


def pairs(predictions: Any, dtype: Any) -> Any:
    return shapes.flatmap(
        lambda shape: st.tuples(arrays(np.int64, shape, elements=bits), arrays(dtype, shape, elements=predictions))
    )


def cells(matrix: NDArray[Any]) -> NDArray[Any]:
    column = np.empty(len(matrix), dtype=object)
    column[:] = [row.tolist() for row in matrix]
    return column


@given(pairs(bits, np.int64))
@MANY
def test_measures_of_ticks_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    assert multilabel.hamming_loss(truth, predictions) == pytest.approx(sk.hamming_loss(truth, predictions), **CLOSE)
    jaccard = sk.jaccard_score(truth, predictions, average="samples", zero_division=1)
    assert multilabel.jaccard(truth, predictions) == pytest.approx(jaccard, **CLOSE)
    assume(truth.any())
    micro = sk.f1_score(truth, predictions, average="micro", zero_division=0)
    assert multilabel.multilabel_f1_micro(truth, predictions) == pytest.approx(micro, **CLOSE)
    known = np.flatnonzero(truth.any(axis=0))
    macro = sk.f1_score(truth, predictions, average="macro", labels=known, zero_division=0)
    assert multilabel.multilabel_f1_macro(truth, predictions) == pytest.approx(macro, **CLOSE)


@given(pairs(some_scores, np.float64))
@MANY
def test_measures_of_label_rankings_agree_with_scikit_learn(pair: Any) -> None:
    truth, scores = pair
    expected = sk.label_ranking_average_precision_score(truth, scores)
    assert multilabel.lrap(truth, scores) == pytest.approx(expected, **CLOSE)
    for k in range(1, scores.shape[1]):
        covered = [sk.coverage_error(truth[[row]], scores[[row]]) <= k for row in range(len(truth))]
        assert multilabel.coverage_at_k(truth, scores, k=k) == pytest.approx(np.mean(covered), **CLOSE)


def test_a_post_without_labels_is_right_when_none_is_ticked() -> None:
    truth, none = np.array([[0, 0], [1, 0]]), np.array([[0, 0], [0, 0]])
    assert multilabel.jaccard(truth, none) == 0.5
    assert multilabel.multilabel_f1_micro(truth, none) == 0.0


def test_a_label_that_nobody_has_is_no_part_of_macro_f1() -> None:
    truth, predictions = np.array([[1, 0], [1, 0]]), np.array([[1, 1], [0, 0]])
    assert multilabel.multilabel_f1_macro(truth, predictions) == pytest.approx(2 / 3)


def test_the_same_score_for_all_labels_earns_little() -> None:
    truth, constant = np.array([[1, 0, 0, 0], [0, 1, 0, 0]]), np.ones((2, 4))
    assert multilabel.lrap(truth, constant) == pytest.approx(1 / 4)
    assert multilabel.coverage_at_k(truth, constant, k=3) == 0.0


def test_cells_of_ticks_are_a_matrix() -> None:
    rng = np.random.default_rng(0)
    truth, predictions = rng.integers(0, 2, (2, 20, 5))
    for metric in (multilabel.jaccard, multilabel.multilabel_f1_macro, multilabel.hamming_loss, multilabel.lrap):
        assert metric(cells(truth), cells(predictions)) == metric(truth, predictions)


REFUSED: list[tuple[Callable[..., float], dict[str, Any], list[Any], list[Any], str]] = [
    (multilabel.jaccard, {}, [[0, 1]], [[0, 2]], "predictions, row 0: expected only 0 and 1, found 2"),
    (multilabel.jaccard, {}, [[0, 1]], [[0, np.nan]], "predictions, row 0: expected finite numbers, found nan"),
    (multilabel.jaccard, {}, [[0, 1]], [[0, 1, 1]], "expected the same"),
    (multilabel.jaccard, {}, [[0, 1]], [[0, 1]] * 2, "expected the same"),
    (multilabel.jaccard, {}, [0, 1], [0, 1], "truth: expected several numbers a row"),
    (multilabel.multilabel_f1_micro, {}, [[0, 0]], [[1, 0]], "no label ticked"),
    (multilabel.multilabel_f1_macro, {}, [[0, 0]], [[1, 0]], "no label ticked"),
    (multilabel.lrap, {}, [[0, 1]], [[0.1, np.inf]], "predictions, row 0: expected finite numbers, found inf"),
    (multilabel.coverage_at_k, {"k": 2}, [[0, 1]], [[0.1, 0.2]], "`k`: expected 1 to 1, found 2"),
]


@pytest.mark.parametrize(("metric", "params", "truth", "predictions", "message"), REFUSED)
def test_what_has_no_sound_value_is_refused_by_name(
    metric: Callable[..., float], params: dict[str, Any], truth: list[Any], predictions: list[Any], message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.array(truth), np.array(predictions), **params)
