"""Several labels a row, each ticked or not.

Truth is (n, k) of 0 and 1, or (n,) cells of k of them; so are predictions, or they are scores of the labels where a
ranking is asked for. All functions refuse an empty or unequal input, other numbers than 0 and 1, NaN and infinities
with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.labels import share
from challenges.metrics.matrices import number_matrix, same_shape, ticks
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Ticks = NDArray[np.bool_]


def hamming_loss(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of labels that are ticked wrongly.

    Parameters
    ----------
    truth, predictions : (n, k) of 0 and 1.

    Returns
    -------
    float, 0 (best) to 1. Where labels are rare, ticking none is already near 0.

    Source
    ------
    sklearn.metrics.hamming_loss.

    Examples
    --------
    >>> hamming_loss(np.array([[1, 0], [0, 1]]), np.array([[1, 1], [0, 1]]))
    0.25
    """
    return float(wrong_ticks(truth, predictions).mean())


def jaccard(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean, over the rows, of labels rightly ticked / labels ticked on either side.

    Parameters
    ----------
    truth, predictions : (n, k) of 0 and 1.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    A row without labels, on which none is ticked, is right: it counts 1.

    Source
    ------
    sklearn.metrics.jaccard_score(average="samples", zero_division=1).

    Examples
    --------
    >>> jaccard(np.array([[1, 1, 0], [0, 0, 0]]), np.array([[1, 0, 1], [0, 0, 0]]))
    0.6666666666666666
    """
    return float(overlaps(truth, predictions).mean())


def multilabel_f1_micro(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return F1 over all ticks of all labels at once.

    Parameters
    ----------
    truth, predictions : (n, k) of 0 and 1.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing is ticked.

    Raises
    ------
    MetricError
        A truth without any tick.

    Source
    ------
    sklearn.metrics.f1_score(average="micro").

    Examples
    --------
    >>> multilabel_f1_micro(np.array([[1, 1, 0], [0, 0, 0]]), np.array([[1, 0, 1], [0, 0, 0]]))
    0.5
    """
    return _defined(pooled_f1(tick_sums(truth, predictions).sum(axis=0)))


def multilabel_f1_macro(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean, over the labels that the truth has, of F1.

    Parameters
    ----------
    truth, predictions : (n, k) of 0 and 1.

    Returns
    -------
    float, 0 to 1 (best). A label that is never ticked by the predictions has F1 0.

    Raises
    ------
    MetricError
        A truth without any tick.

    Edge cases
    ----------
    A label without a positive row has no F1 and is left out.

    Source
    ------
    sklearn.metrics.f1_score(average="macro", labels=those with a positive row, zero_division=0).

    Examples
    --------
    >>> multilabel_f1_macro(np.array([[1, 0, 0], [1, 1, 0]]), np.array([[1, 1, 1], [1, 1, 0]]))
    0.8333333333333333
    """
    return _defined(f1_of_labels(label_sums(truth, predictions).sum(axis=0)))


def lrap(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the label ranking average precision: how far the true labels of a row stand on top of its ranking.

    Parameters
    ----------
    truth : (n, k) of 0 and 1.
    predictions : (n, k) scores, higher means more likely; only their order within a row counts.

    Returns
    -------
    float, above 0 to 1 (best).

    Edge cases
    ----------
    Equal scores share the lowest of their places. A row with no label or with all counts 1: no order is wrong.

    Source
    ------
    sklearn.metrics.label_ranking_average_precision_score.

    Examples
    --------
    >>> lrap(np.array([[1, 0, 0], [0, 0, 1]]), np.array([[0.75, 0.5, 1.0], [1.0, 0.2, 0.1]]))
    0.41666666666666663
    """
    return float(row_precisions(truth, predictions).mean())


def coverage_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return the share of rows whose labels all stand among the k highest scores.

    Parameters
    ----------
    truth : (n, labels) of 0 and 1.
    predictions : (n, labels) scores, higher means more likely; only their order within a row counts.
    k : 1 or more, and less than there are labels.

    Returns
    -------
    float, 0 to 1 (best), as far as no row has more than k labels.

    Raises
    ------
    MetricError
        A k that leaves no label out.

    Edge cases
    ----------
    Equal scores share the lowest of their places, so that a constant covers nothing. A row without labels is covered.

    Source
    ------
    The share of rows whose sklearn.metrics.coverage_error is at most k.

    Examples
    --------
    >>> coverage_at_k(np.array([[1, 0, 0], [0, 1, 1]]), np.array([[0.9, 0.5, 0.1], [0.9, 0.5, 0.1]]), k=2)
    0.5
    """
    return float(covered(truth, predictions, k=k).mean())


def wrong_ticks(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) shares of labels ticked wrongly."""
    expected, found = _both_ticked(truth, predictions)
    return np.asarray((expected != found).mean(axis=1))


def overlaps(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) labels on both sides / labels on either side; 1 where there are none."""
    expected, found = _both_ticked(truth, predictions)
    both, either = (expected & found).sum(axis=1), (expected | found).sum(axis=1)
    return np.asarray(np.divide(both, either, out=np.ones(len(both)), where=either > 0))


def tick_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 3): labels on both sides, in the truth, in the predictions."""
    expected, found = _both_ticked(truth, predictions)
    return np.column_stack([ticked.sum(axis=1) for ticked in (expected & found, expected, found)]).astype(np.float64)


def label_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 3 * labels): per label whether it is on both sides, in the truth, in the predictions."""
    expected, found = _both_ticked(truth, predictions)
    return np.concatenate([expected & found, expected, found], axis=1).astype(np.float64)


def pooled_f1(sums: Array) -> Array:
    """Return 2 both / (truth + predictions); NaN where the truth has no tick."""
    both, there, ticked = np.moveaxis(sums, -1, 0)
    return np.asarray(np.where(there > 0, share(2 * both, there + ticked), np.nan))


def f1_of_labels(sums: Array) -> Array:
    """Return the mean F1 over the labels that occur; NaN where none does."""
    both, there, ticked = np.split(sums, 3, axis=-1)
    occur = there > 0
    counted = occur.sum(axis=-1)
    total = (share(2 * both, there + ticked) * occur).sum(axis=-1)
    return np.asarray(np.where(counted > 0, total / np.maximum(counted, 1), np.nan))


def row_precisions(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) the mean, over the labels of a row, of the share of labels among all that stand as high."""
    expected, scores = _ranked_labels(truth, predictions)
    order = np.argsort(-scores, axis=1, kind="stable")
    sorted_scores, sorted_truth = np.take_along_axis(scores, order, 1), np.take_along_axis(expected, order, 1)
    width = scores.shape[1]
    ends = np.concatenate([np.diff(sorted_scores, axis=1) != 0, np.ones((len(scores), 1), dtype=bool)], axis=1)
    last = np.where(ends, np.arange(width), width)  # of the labels with the same score, the place of the lowest
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    above = np.take_along_axis(np.cumsum(sorted_truth, axis=1), last, 1)
    labels = expected.sum(axis=1)
    total = (above / (last + 1) * sorted_truth).sum(axis=1)
    return np.where((labels == 0) | (labels == width), 1.0, total / np.maximum(labels, 1))


def covered(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> Array:
    """Return (n,) 1 where the lowest label of a row stands among the k highest."""
    expected, scores = _ranked_labels(truth, predictions)
    if not 1 <= k < scores.shape[1]:
        raise MetricError(f"the parameter `k`: expected 1 to {scores.shape[1] - 1}, found {k}")
    lowest = np.where(expected, scores, np.inf).min(axis=1)
    return np.asarray(np.count_nonzero(scores >= lowest[:, None], axis=1) <= k, dtype=np.float64)


def _both_ticked(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Ticks, Ticks]:
    expected, found = ticks(truth, "truth"), ticks(predictions, "predictions")
    same_shape(expected, found)
    return expected, found


def _ranked_labels(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Ticks, Array]:
    expected, scores = ticks(truth, "truth"), number_matrix(predictions, "predictions")
    same_shape(expected, scores)
    return expected, scores


def _defined(value: Array) -> float:
    if np.isnan(value):
        raise MetricError("truth has no label ticked in any row")
    return float(value)
