"""One class that is looked for: what was found of it, and what else was called so.

With `threshold` the predictions are probabilities of `positive`: at or above it a row counts as positive. All
functions refuse a truth without a positive row, an empty or unequal input, text on one side and numbers on the other,
NaN and infinities with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.labels import Label, called_and_positive, share
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

BLOCK = 1 << 16
"""Rows of integers counted at a time: their flags stay in the cache, where those of all rows take fresh memory."""


def precision(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of the rows called positive that are.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`; `positive` is the class that is looked for.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing was called positive.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.precision_score(pos_label=positive, zero_division=0).

    Examples
    --------
    >>> precision(np.array([1, 0, 1]), np.array([1, 1, 0]))
    0.5
    """
    return float(precision_of(_positive_counts(truth, predictions, positive=positive, threshold=threshold)))


def recall(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of the positive rows that were called positive.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `precision`.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.recall_score(pos_label=positive).

    Examples
    --------
    >>> recall(np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.3333333333333333
    """
    return float(recall_of(_positive_counts(truth, predictions, positive=positive, threshold=threshold)))


def f1(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None) -> float:
    """Return the harmonic mean of precision and recall of one class.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `precision`.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing was called positive.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.f1_score(pos_label=positive, zero_division=0).

    Examples
    --------
    >>> f1(np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.4
    """
    return float(f1_of(_positive_counts(truth, predictions, positive=positive, threshold=threshold)))


def fbeta(
    truth: NDArray[Any], predictions: NDArray[Any], *, beta: float, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the harmonic mean of precision and recall of one class, recall counting beta times as much.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `precision`.
    beta : above 0; 2 where a missed row is worse than a false alarm, 0.5 where it is the other way round.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing was called positive.

    Raises
    ------
    MetricError
        No positive row in the truth; a beta that is not above 0.

    Source
    ------
    van Rijsbergen 1979; sklearn.metrics.fbeta_score(pos_label=positive, zero_division=0).

    Examples
    --------
    >>> round(fbeta(np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0]), beta=2), 6)
    0.357143
    """
    counts = _positive_counts(truth, predictions, positive=positive, threshold=threshold)
    return float(weighted_share(_weighed(counts, beta)))


def positive_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 3): hit, is positive, is called positive. Raises MetricError when the truth has no positive row."""
    called, there = called_and_positive(truth, predictions, positive=positive, threshold=threshold)
    return np.column_stack([called & there, there, called]).astype(np.float64)


def weighed_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, beta: float, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 3): what `weighted_share` divides, and whether the row is positive."""
    return _weighed(positive_sums(truth, predictions, positive=positive, threshold=threshold), beta)


def precision_of(sums: Array) -> Array:
    """Return hits / called; 0 where nothing was called positive, NaN where a resample holds no positive row."""
    return np.asarray(np.where(sums[..., 1] > 0, share(sums[..., 0], sums[..., 2]), np.nan))


def recall_of(sums: Array) -> Array:
    """Return hits / positives; NaN where a resample holds none."""
    return np.asarray(np.where(sums[..., 1] > 0, share(sums[..., 0], sums[..., 1]), np.nan))


def f1_of(sums: Array) -> Array:
    """Return 2 hits / (positives + called); NaN where a resample holds no positive row."""
    harmonic = share(2 * sums[..., 0], sums[..., 1] + sums[..., 2])
    return np.asarray(np.where(sums[..., 1] > 0, harmonic, np.nan))


def weighted_share(sums: Array) -> Array:
    """Return the weighted hits / the weighted positives and calls; NaN where a resample holds no positive row."""
    return np.asarray(np.where(sums[..., 2] > 0, share(sums[..., 0], sums[..., 1]), np.nan))


def _positive_counts(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None
) -> Array:
    """Return what `positive_sums` adds up to."""
    whole = all(side.dtype.kind in "biu" and side.ndim == 1 for side in (truth, predictions))
    if threshold is None and whole and truth.shape == predictions.shape and not isinstance(positive, str):
        counts = np.zeros(3)
        for first in range(0, len(truth), BLOCK):
            rows = slice(first, first + BLOCK)
            there, called = truth[rows] == positive, predictions[rows] == positive
            counts += np.count_nonzero(called & there), np.count_nonzero(there), np.count_nonzero(called)
        if counts[1] > 0:
            return counts
    called, there = called_and_positive(truth, predictions, positive=positive, threshold=threshold)
    return np.array([np.count_nonzero(rows) for rows in (called & there, there, called)], dtype=np.float64)


def _weighed(sums: Array, beta: float) -> Array:
    """Return (..., 3): (1 + beta²) hits, beta² positives + called, positives."""
    if not beta > 0:
        raise MetricError(f"the parameter `beta`: expected a number above 0, found {beta}")
    hit, there, called = np.moveaxis(sums, -1, 0)
    return np.stack([(1 + beta**2) * hit, beta**2 * there + called, there], axis=-1)
