"""Partitions against partitions: names of clusters do not matter, only who is with whom.

A row is one whole partition: truth and predictions are (n,) object arrays of (m_i,) integer labels (or (n, m)). A
label such as -1 for dust is a cluster like any other. Every metric is the mean over the rows and refuses an empty or
unequal input with MetricError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Table = NDArray[np.int64]


def ari(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean adjusted Rand index: pairs that are rightly together or apart, chance taken off.

    Parameters
    ----------
    truth, predictions : (n,) of (m_i,) integer labels.

    Returns
    -------
    float, -0.5 to 1 (best); 0 for one single cluster against several, and on average for random labels.

    Source
    ------
    Hubert and Arabie 1985; sklearn.metrics.adjusted_rand_score, row by row.

    Examples
    --------
    >>> round(ari(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.571429
    """
    return float(ari_rows(truth, predictions).mean())


def nmi(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean normalised mutual information, by the arithmetic mean of both entropies.

    Parameters
    ----------
    truth, predictions : (n,) of (m_i,) integer labels.

    Returns
    -------
    float, 0 to 1 (best); 1 where both sides are one single cluster. Not adjusted for chance.

    Source
    ------
    sklearn.metrics.normalized_mutual_info_score, row by row.

    Examples
    --------
    >>> round(nmi(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.8
    """
    return float(nmi_rows(truth, predictions).mean())


def k_accuracy(truth: NDArray[Any], predictions: NDArray[Any], *, dust: int = -1) -> float:
    """Return the share of rows with the right number of clusters, dust not counted.

    Parameters
    ----------
    truth, predictions : (n,) of (m_i,) integer labels.
    dust : the label that means "in no cluster".

    Returns
    -------
    float, 0 to 1 (best).

    Examples
    --------
    >>> k_accuracy(np.array([[0, 0, 1, -1], [0, 0, 1, 1]]), np.array([[3, 4, 4, 4], [0, 1, 2, 2]]))
    0.5
    """
    return float(k_rows(truth, predictions, dust=dust).mean())


def ari_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) adjusted Rand indices."""
    return _by_row(truth, predictions, lambda a, b: _adjusted_rand(_contingency(a, b)))


def nmi_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) normalised mutual informations."""
    return _by_row(truth, predictions, lambda a, b: _normalised_information(_contingency(a, b)))


def k_rows(truth: NDArray[Any], predictions: NDArray[Any], *, dust: int = -1) -> Array:
    """Return (n,) 1 where the number of clusters is right."""
    return _by_row(truth, predictions, lambda a, b: float(len(set(a) - {dust}) == len(set(b) - {dust})))


def _by_row(
    truth: NDArray[Any], predictions: NDArray[Any], measure: Callable[[NDArray[Any], NDArray[Any]], float]
) -> Array:
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")
    scores = np.empty(len(truth))
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        scores[row] = measure(_labels(expected, "truth", row), _labels(found, "predictions", row, np.shape(expected)))
    return scores


def _labels(cell: Any, side: str, row: int, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    labels = np.asarray(cell)
    if labels.ndim != 1 or len(labels) == 0 or labels.dtype.kind not in "iu":
        raise MetricError(f"{side}, row {row}: expected integer labels, one for each point")
    if shape is not None and labels.shape != shape:
        raise MetricError(f"{side}, row {row}: expected {shape[0]} labels, found {len(labels)}")
    return labels


def _contingency(expected: NDArray[Any], found: NDArray[Any]) -> Table:
    """Return the counts of points for each pair (cluster of the truth, cluster of the predictions)."""
    rows, row_codes = np.unique(expected, return_inverse=True)
    columns, column_codes = np.unique(found, return_inverse=True)
    counts = np.bincount(row_codes * len(columns) + column_codes, minlength=len(rows) * len(columns))
    return counts.reshape(len(rows), len(columns)).astype(np.int64)


def _adjusted_rand(table: Table) -> float:
    together = _pairs(table)
    expected, found = _pairs(table.sum(axis=1)), _pairs(table.sum(axis=0))
    points = int(table.sum())
    every = points * (points - 1) // 2
    if together == expected == found:
        return 1.0
    by_chance = expected * found / every
    return (together - by_chance) / ((expected + found) / 2 - by_chance)


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts * (counts - 1)).sum()) // 2


def _normalised_information(table: Table) -> float:
    if table.shape == (1, 1):
        return 1.0
    joint = table / table.sum()
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    there = joint > 0
    information = float((joint[there] * np.log(joint[there] / np.outer(rows, columns)[there])).sum())
    entropies = _entropy(rows) + _entropy(columns)
    return min(max(2 * information / entropies, 0.0), 1.0)


def _entropy(shares: Array) -> float:
    return float(-(shares * np.log(shares)).sum())
