"""The standard error of ROC AUC without resampling, alone and for the difference of two submissions.

Each positive row has a placement, the share of negative rows that it beats, and each negative row likewise; AUC is
the mean of either, and its variance the sum of theirs. One sort gives all placements.

Source: DeLong, DeLong and Clarke-Pearson 1988; fast form: Sun and Xu 2014.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, truth_or_false
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def standard_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the standard error of `roc_auc`.

    Parameters
    ----------
    truth, predictions : see `roc_auc`; with several columns the error is that of the mean over them.

    Returns
    -------
    float, 0 and up; NaN where a class has one row only, which says nothing of its variance.

    Raises
    ------
    MetricError
        As `roc_auc`.

    Examples
    --------
    >>> round(standard_error(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 6)
    0.353553
    """
    return float(np.sqrt((pulls(truth, predictions) ** 2).sum()))


def pulls(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return how far each row pulls AUC.

    Returns
    -------
    (n,) numbers around 0, whose squares add up to DeLong's variance; those of two submissions may be subtracted, and
    the squares then add up to the variance of the difference. NaN where a class has one row only.
    """
    if len(predictions) != len(truth) or len(truth) == 0:
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same, not 0")
    columns = [_pulls(positive, scores) for positive, scores in _columns(truth, predictions)]
    return columns[0] if len(columns) == 1 else np.asarray(np.mean(columns, axis=0))


def _columns(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[NDArray[np.bool_], Array]]:
    if predictions.ndim == 1:
        yield truth_or_false(truth), finite(predictions, "predictions")
        return
    for column, scores in enumerate(predictions.T):
        positive = truth == column if truth.ndim == 1 else truth[:, column] == 1
        yield np.asarray(positive), finite(scores, "predictions")


def _pulls(positive: NDArray[np.bool_], scores: Array) -> Array:
    rows = np.array([np.count_nonzero(~positive), np.count_nonzero(positive)])
    if rows.min() == 0:
        raise MetricError("truth holds one class only: a ranking of one class is not defined")
    if rows.min() == 1:
        return np.full(len(positive), math.nan)
    placements = _placements(positive, scores, rows)
    placements -= np.einsum("i,i->", placements, positive) / rows[1]
    size = rows * (rows - 1.0)
    np.divide(placements, math.sqrt(size[0]), out=placements, where=~positive)
    np.divide(placements, math.sqrt(size[1]), out=placements, where=positive)
    return placements


def _placements(positive: NDArray[np.bool_], scores: Array, rows: NDArray[np.int64]) -> Array:
    """Return the share of the other class that each row beats; a tie is half a win."""
    order = np.argsort(scores)
    ranked, is_positive = scores[order], positive[order]
    last = np.append(ranked[1:] != ranked[:-1], True)
    if last.all():  # in place: fresh memory would cost more than the arithmetic
        positives = np.cumsum(is_positive, out=ranked)
        negatives = np.arange(1.0, len(order) + 1)
        negatives -= positives
    else:
        positives, negatives = (_midway(one, last) for one in (is_positive, ~is_positive))
    negatives /= rows[0]
    positives /= -rows[1]
    positives += 1
    np.copyto(positives, negatives, where=is_positive)
    negatives[order] = positives
    return negatives


def _midway(members: NDArray[np.bool_], last: NDArray[np.bool_]) -> Array:
    """Return how many members lie below the middle of each row's run of equal scores, which ends where `last` is."""
    bounds = np.concatenate([[0], np.flatnonzero(last) + 1])
    below = np.concatenate([[0], np.cumsum(members)])[bounds]
    return np.repeat((below[:-1] + below[1:]) / 2, np.diff(bounds))
