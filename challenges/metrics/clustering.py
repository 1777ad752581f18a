"""Partitions against partitions: names of clusters do not matter, only who is with whom.

Two shapes, told apart by themselves:

    a row is a set     (n,) object arrays of (m_i,) integer labels, or (n, m): the metric is the mean over the sets
    a row is a point   (n,) labels, integers or text: all rows are one set; the points are resampled, nothing is refit

A label such as -1 for dust is a cluster like any other. All functions refuse an empty or unequal input, labels that
are numbers with a fraction, NaN and infinities with MetricError. One cluster for everything is an answer, not an
error.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.contingency import Measure, Table, by_resample, by_set, cells_of_sets
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def ari(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the adjusted Rand index: pairs that are rightly together or apart, chance taken off.

    Parameters
    ----------
    truth, predictions : (n,) of (m_i,) integer labels, or (n,) labels of the points of one set.

    Returns
    -------
    float, -0.5 to 1 (best); 0 for one single cluster against several, and on average for random labels.

    Edge cases
    ----------
    Both sides one cluster, or both all clusters of one point: 1.

    Source
    ------
    Hubert and Arabie 1985; sklearn.metrics.adjusted_rand_score, set by set.

    Examples
    --------
    >>> round(ari(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.571429
    >>> round(ari(np.array(["a", "a", "b", "b"]), np.array([5, 5, 7, 9])), 6)
    0.571429
    """
    return by_set(truth, predictions, _adjusted_rand)


def nmi(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the normalised mutual information, by the arithmetic mean of both entropies.

    Parameters
    ----------
    truth, predictions : see `ari`.

    Returns
    -------
    float, 0 to 1 (best). Not adjusted for chance: many small clusters score above 0 without skill.

    Edge cases
    ----------
    Both sides one single cluster: 1. One of them: 0.

    Source
    ------
    sklearn.metrics.normalized_mutual_info_score, set by set.

    Examples
    --------
    >>> round(nmi(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.8
    """
    return by_set(truth, predictions, _normalised_information)


def ami(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the adjusted mutual information: what random labels of the same sizes would share is taken off.

    Parameters
    ----------
    truth, predictions : see `ari`.

    Returns
    -------
    float, up to 1 (best); 0 on average for random labels, a little below where they are unlucky.

    Edge cases
    ----------
    Both sides one cluster, or both all clusters of one point: 1. One of them one cluster: 0.

    Source
    ------
    Vinh, Epps and Bailey 2010; sklearn.metrics.adjusted_mutual_info_score (arithmetic mean), set by set.

    Examples
    --------
    >>> round(ami(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.571429
    """
    return by_set(truth, predictions, _adjusted_information)


def v_measure(truth: NDArray[Any], predictions: NDArray[Any], *, beta: float = 1.0) -> float:
    """Return the harmonic mean of homogeneity (clusters are pure) and completeness (classes stay together).

    Parameters
    ----------
    truth, predictions : see `ari`.
    beta : above 0; completeness counts beta times as much. With 1 this is `nmi`.

    Returns
    -------
    float, 0 to 1 (best). Not adjusted for chance.

    Source
    ------
    Rosenberg and Hirschberg 2007; sklearn.metrics.v_measure_score, set by set.

    Examples
    --------
    >>> round(v_measure(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 7, 9]])), 6)
    0.8
    """
    return by_set(truth, predictions, _v_measure_of(beta))


def purity(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of points that belong to the main class of their cluster.

    Parameters
    ----------
    truth, predictions : see `ari`.

    Returns
    -------
    float, above 0 to 1 (best). A cluster for each point is pure too: show it beside a measure that minds, as `ami`.

    Source
    ------
    Manning, Raghavan and Schuetze 2008, chapter 16.3.

    Examples
    --------
    >>> purity(np.array([[0, 0, 1, 1]]), np.array([[5, 5, 5, 7]]))
    0.75
    """
    return by_set(truth, predictions, _main_shares)


def k_accuracy(truth: NDArray[Any], predictions: NDArray[Any], *, dust: int = -1) -> float:
    """Return the share of sets with the right number of clusters, dust not counted.

    Parameters
    ----------
    truth, predictions : (n,) of (m_i,) integer labels.
    dust : the label that means "in no cluster".

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a plain share.

    Examples
    --------
    >>> k_accuracy(np.array([[0, 0, 1, -1], [0, 0, 1, 1]]), np.array([[3, 4, 4, 4], [0, 1, 2, 2]]))
    0.5
    """
    return float(k_rows(truth, predictions, dust=dust).mean())


def k_rows(truth: NDArray[Any], predictions: NDArray[Any], *, dust: int = -1) -> Array:
    """Return (n,) 1 where the number of clusters is right."""
    sets = cells_of_sets(truth, predictions)
    return np.array([float(len(set(a.tolist()) - {dust}) == len(set(b.tolist()) - {dust})) for a, b in sets])


def ari_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) adjusted Rand indices where rows are drawn as often as (m, n) counts say."""
    return by_resample(truth, predictions, counts, _adjusted_rand)


def nmi_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) normalised mutual informations under (m, n) counts."""
    return by_resample(truth, predictions, counts, _normalised_information)


def ami_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) adjusted mutual informations under (m, n) counts."""
    return by_resample(truth, predictions, counts, _adjusted_information)


def v_measure_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, beta: float = 1.0
) -> Array:
    """Return (m,) V-measures under (m, n) counts."""
    return by_resample(truth, predictions, counts, _v_measure_of(beta))


def purity_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) purities under (m, n) counts."""
    return by_resample(truth, predictions, counts, _main_shares)


def _adjusted_rand(table: Table) -> float:
    together, expected, found = (_pairs(counts) for counts in (table.cells, table.rows, table.columns))
    if together == expected == found:
        return 1.0
    by_chance = expected * found / (table.points * (table.points - 1) / 2)
    return (together - by_chance) / ((expected + found) / 2 - by_chance)


def _pairs(counts: Array) -> float:
    return float((counts * (counts - 1)).sum()) / 2


def _normalised_information(table: Table) -> float:
    entropies = _entropy(table.rows) + _entropy(table.columns)
    if entropies == 0.0:
        return 1.0
    return min(max(2 * _information(table) / entropies, 0.0), 1.0)


def _adjusted_information(table: Table) -> float:
    limit = (_entropy(table.rows) + _entropy(table.columns)) / 2
    if limit == 0.0:
        return 1.0
    by_chance = _information_by_chance(table)
    room = limit - by_chance
    if room <= 1e-12 * limit:
        return 1.0  # every point alone on both sides: any order of them is the same partition
    return (_information(table) - by_chance) / room


def _v_measure_of(beta: float) -> Measure:
    if not beta > 0:
        raise MetricError(f"the parameter `beta`: expected a number above 0, found {beta}")

    def measure(table: Table) -> float:
        information = _information(table)
        expected, found = _entropy(table.rows), _entropy(table.columns)
        homogeneity = information / expected if expected else 1.0
        completeness = information / found if found else 1.0
        whole = beta * homogeneity + completeness
        return min((1 + beta) * homogeneity * completeness / whole, 1.0) if whole else 0.0

    return measure


def _main_shares(table: Table) -> float:
    main = np.zeros(len(table.columns))
    np.maximum.at(main, table.column_of, table.cells)
    return float(main.sum()) / table.points


def _information(table: Table) -> float:
    """Return the mutual information in nats, never below 0."""
    there = table.cells > 0
    cells = table.cells[there]
    by_chance = table.rows[table.row_of[there]] / table.points * table.columns[table.column_of[there]]
    return max(float((cells * np.log(cells / by_chance)).sum()) / table.points, 0.0)


def _entropy(counts: Array) -> float:
    shares = counts[counts > 0] / counts.sum()
    return max(float(-(shares * np.log(shares)).sum()), 0.0)


FAR = 12.0
"""Standard deviations of a hypergeometric count beyond which its probability, below 1e-19, adds nothing."""


def _information_by_chance(table: Table) -> float:
    """Return the mean mutual information of random partitions with the same sizes of clusters."""
    from scipy.special import gammaln

    points = round(table.points)
    logs = gammaln(np.arange(points + 1) + 1.0)
    rows, row_times = np.unique(table.rows[table.rows > 0].astype(np.int64), return_counts=True)
    columns, column_times = np.unique(table.columns[table.columns > 0].astype(np.int64), return_counts=True)
    total = 0.0
    for row, times in zip(rows.tolist(), row_times.tolist(), strict=True):
        mean = row * columns / points
        reach = FAR * np.sqrt(mean * (1 - row / points) * (1 - columns / points)) + 30  # 30: for means below 1
        low = np.maximum(np.maximum(1, row + columns - points), np.floor(mean - reach)).astype(np.int64)
        high = np.minimum(np.minimum(row, columns), np.ceil(mean + reach)).astype(np.int64)
        lengths = np.maximum(high - low + 1, 0)
        place = np.repeat(np.arange(len(columns)), lengths)
        shared = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + low[place]
        column = columns[place]
        chance = np.exp(
            logs[row] + logs[column] + logs[points - row] + logs[points - column] - logs[points]
            - logs[shared] - logs[row - shared] - logs[column - shared] - logs[points - row - column + shared]
        )  # fmt: skip
        information = shared / points * np.log(points * shared / (row * column))
        total += times * float((information * chance * column_times[place]).sum())
    return total
