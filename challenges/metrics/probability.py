"""Probabilities or scores of one class against 0 and 1.

All take truth (n,) of 0 and 1 and predictions (n,), and refuse an empty, unequal, NaN or infinite input with
MetricError. roc_auc and pr_auc use the order only, so any finite score will do; the others need 0 to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, probabilities, same_length, truth_or_false
from challenges.metrics.types import MetricError

CLIP = 1e-15
"""The least probability that log_loss charges for: one sure error costs 34.5, not everything."""


def roc_auc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the chance that a positive row has a higher score than a negative one; ties count half.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) scores, higher means more likely 1.

    Returns
    -------
    float, 0 to 1 (best); 0.5 for a constant.

    Raises
    ------
    MetricError
        Only one class in the truth.

    Source
    ------
    Mann and Whitney 1947; sklearn.metrics.roc_auc_score.

    Examples
    --------
    >>> roc_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.4, 0.8]))
    0.875
    """
    positive, scores = _scored(truth, predictions)
    positives = int(positive.sum())
    negatives = len(positive) - positives
    if positives == 0 or negatives == 0:
        raise MetricError("truth holds one class only: a ranking of one class is not defined")
    rank_sum = float(_mean_ranks(scores)[positive].sum())
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def pr_auc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the average precision: the mean, over the positive rows, of the precision at their score.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) scores, higher means more likely 1.

    Returns
    -------
    float, 0 to 1 (best); the share of positives for a constant. Step-wise, no interpolation; ties enter together.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.average_precision_score.

    Examples
    --------
    >>> round(pr_auc(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 6)
    0.833333
    """
    positive, scores = _scored(truth, predictions)
    if not positive.any():
        raise MetricError("truth has no positive row")
    order = np.argsort(-scores, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(scores[order]) != 0, True))
    hits = np.cumsum(positive[order])[ends]
    gained = np.diff(hits, prepend=0)
    return float((gained * hits / (ends + 1)).sum() / positive.sum())


def log_loss(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean surprise, in nats, at what really was.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) probabilities of 1, within 0 to 1.

    Returns
    -------
    float, 0 (best) to 34.54: probabilities are clipped to 1e-15 .. 1 - 1e-15.

    Source
    ------
    sklearn.metrics.log_loss on predictions clipped alike.

    Examples
    --------
    >>> round(log_loss(np.array([1, 0]), np.array([0.5, 0.5])), 6)
    0.693147
    >>> round(log_loss(np.array([1]), np.array([0.0])), 2)
    34.54
    """
    return float(surprises(truth, predictions).mean())


def brier(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean squared distance between the probability and what really was.

    Parameters
    ----------
    truth : (n,) 0 or 1.
    predictions : (n,) probabilities of 1, within 0 to 1.

    Returns
    -------
    float, 0 (best) to 1.

    Source
    ------
    Brier 1950; sklearn.metrics.brier_score_loss.

    Examples
    --------
    >>> brier(np.array([1, 0]), np.array([0.5, 0.0]))
    0.125
    """
    return float(squared_distances(truth, predictions).mean())


def surprises(truth: NDArray[Any], predictions: NDArray[Any]) -> NDArray[np.float64]:
    """Return (n,) -ln of the probability given to what really was."""
    same_length(truth, predictions)
    clipped = probabilities(predictions).clip(CLIP, 1 - CLIP)
    return np.asarray(-np.log(np.where(truth_or_false(truth), clipped, 1 - clipped)))


def squared_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> NDArray[np.float64]:
    """Return (n,) squared distances of the probability from 0 or 1."""
    same_length(truth, predictions)
    return np.asarray((probabilities(predictions) - truth_or_false(truth)) ** 2)


def _scored(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    same_length(truth, predictions)
    return truth_or_false(truth), finite(predictions, "predictions")


def _mean_ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1-based ranks; equal scores share the mean of theirs."""
    _, group, sizes = np.unique(scores, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(sizes) - (sizes - 1) / 2)[group])
