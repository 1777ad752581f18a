"""How well clusters are apart, judged by features that the learner does not see."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.labels import coded
from challenges.metrics.matrices import number_matrix, some_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

BLOCK = 1 << 22
"""Distances, and sums of them, held at one time: 32 MB each."""


def silhouette(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean, over the points, of (distance to the next cluster - to its own) / the larger of the two.

    Parameters
    ----------
    truth : (n, d) features of the points, or (n,) sets of points, each (m_i, d); distances are Euclidean, so that their
        scales matter.
    predictions : (n,) cluster of each point, integers or text, or (n,) of (m_i,) clusters.

    Returns
    -------
    float, -1 to 1 (best); of several sets their mean. The time grows with the square of n: some 20 000 points are a
    sensible most.

    Edge cases
    ----------
    A point alone in its cluster counts 0, and so does every point where there is one cluster only: nothing is set
    apart. scikit-learn refuses one cluster, and n clusters; here these are answers without merit.

    Source
    ------
    Rousseeuw 1987; sklearn.metrics.silhouette_score, set by set.

    Examples
    --------
    >>> features = np.array([[0.0], [1.0], [10.0], [11.0]])
    >>> round(silhouette(features, np.array([0, 0, 1, 1])), 6)
    0.899749
    >>> silhouette(features, np.array([0, 0, 0, 0]))
    0.0
    """
    return float(silhouette_resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.int64))[0])


def silhouette_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) silhouettes where the points are drawn as often as (m, n) counts say; clusters stay as they are."""
    some_rows(truth, predictions)
    if _are_sets(truth):
        return _means_of_sets(truth, predictions, counts)
    features = number_matrix(truth, "truth")
    own = coded(predictions, predictions, positive=1, threshold=None)
    total = counts.sum(axis=1)
    at_once = max(1, BLOCK // (len(features) * own.classes))
    parts = [
        _scores(features, own.expected, own.classes, counts[start : start + at_once])
        for start in range(0, len(counts), at_once)
    ]
    return np.asarray(np.where(total > 0, np.concatenate(parts) / np.maximum(total, 1), np.nan))


def _are_sets(truth: NDArray[Any]) -> bool:
    return truth.dtype == object and all(np.ndim(cell) == 2 for cell in truth)


def _means_of_sets(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) means over the drawn sets."""
    values = np.empty(len(truth))
    for row, (points, clusters) in enumerate(zip(truth, predictions, strict=True)):
        if np.shape(clusters) != (len(points),):
            raise MetricError(f"predictions, row {row}: expected {len(points)} clusters, found {np.shape(clusters)}")
        values[row] = silhouette(np.asarray(points, dtype=np.float64), np.asarray(clusters))
    total = counts.sum(axis=1)
    return np.asarray(np.where(total > 0, counts @ values / np.maximum(total, 1), np.nan))


def _scores(features: Array, own: NDArray[np.int64], clusters: int, drawn: NDArray[Any]) -> Array:
    """Return (m,) sums of the silhouettes of all drawn points."""
    from scipy.spatial.distance import cdist

    resamples, points = drawn.shape
    weights = np.zeros((points, resamples, clusters))
    weights[np.arange(points), :, own] = drawn.T
    sizes = weights.sum(axis=0)
    result = np.zeros(resamples)
    step = max(1, BLOCK // points)
    for start in range(0, points, step):
        block = slice(start, start + step)
        to_clusters = (cdist(features[block], features) @ weights.reshape(points, -1)).reshape(-1, resamples, clusters)
        result += np.einsum("ij,ji->j", _of_points(to_clusters, sizes, own[block]), drawn[:, block])
    return result


def _of_points(to_clusters: Array, sizes: Array, own: NDArray[np.int64]) -> Array:
    """Return (points, m) silhouettes from (points, m, clusters) summed distances and (m, clusters) sizes."""
    here = np.arange(len(own))
    size = sizes[:, own].T
    within = to_clusters[here, :, own] / np.maximum(size - 1, 1)
    between = np.where(sizes > 0, to_clusters / np.maximum(sizes, 1), np.inf)
    between[here, :, own] = np.inf
    nearest = between.min(axis=2)
    apart = (size > 1) & np.isfinite(nearest)
    larger = np.where(apart, np.maximum(within, nearest), 0.0)
    gap = np.where(apart, nearest, 0.0) - within
    return np.divide(gap, larger, out=np.zeros_like(larger), where=larger > 0)
