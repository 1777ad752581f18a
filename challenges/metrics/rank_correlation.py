"""Whether predictions put the rows into the right order: rank correlations of two columns of numbers.

Both are computed for many resamples at once: rows are sorted once, and a resample only changes how often each counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.concordance import rising_pairs
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]

CONSTANT = "truth is constant: there is no order to find"

CELLS_AT_ONCE = 1 << 21
"""Bounds the memory of a block of resamples: so many counts, 16 MB."""


def spearman(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return Spearman's rho: the correlation of the ranks.

    Parameters
    ----------
    truth, predictions : (n,) numbers; n at least 2.

    Returns
    -------
    float, -1 (reversed) to 1 (best).

    Raises
    ------
    MetricError
        A constant truth: there is no order to find.

    Edge cases
    ----------
    Equal numbers share the mean of their ranks. Constant predictions order nothing and score 0.

    Source
    ------
    scipy.stats.spearmanr, which gives NaN for constant predictions.

    Examples
    --------
    >>> round(spearman(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 30.0, 20.0, 40.0])), 12)
    0.8
    """
    value = float(spearman_resampled(truth, predictions, np.ones((1, len(truth))))[0])
    if np.isnan(value):
        raise MetricError(CONSTANT)
    return value


def kendall(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return Kendall's tau-b: the share of pairs in the right order less that in the wrong one, corrected for ties.

    Parameters
    ----------
    truth, predictions : (n,) numbers; n at least 2.

    Returns
    -------
    float, -1 (reversed) to 1 (best).

    Raises
    ------
    MetricError
        A constant truth: there is no order to find.

    Edge cases
    ----------
    A pair that is equal on one side is neither right nor wrong; the share is of the geometric mean of the pairs that
    differ in the truth and in the predictions. Constant predictions order nothing and score 0.

    Source
    ------
    Kendall 1945; scipy.stats.kendalltau, which gives NaN for constant predictions.

    Examples
    --------
    >>> round(kendall(np.array([1.0, 2.0, 3.0, 4.0]), np.array([10.0, 30.0, 20.0, 40.0])), 12)
    0.666666666667
    """
    from scipy.stats import kendalltau

    expected, found = number_rows(truth, predictions)
    if (expected == expected[0]).all():
        raise MetricError(CONSTANT)
    if (found == found[0]).all():
        return 0.0
    return float(kendalltau(expected, found).statistic)


def spearman_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) Spearman's rho of resampled rows; NaN where the truth of the rows drawn is constant."""
    expected, found = number_rows(truth, predictions)
    left, right = _Ties.of(expected), _Ties.of(found)
    blocks = _blocks(counts)
    return np.concatenate([_correlation(left.ranks(block), right.ranks(block), block) for block in blocks])


def kendall_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) Kendall's tau-b of resampled rows; NaN where the truth of the rows drawn is constant."""
    expected, found = number_rows(truth, predictions)
    sides = _Ties.of(expected), _Ties.of(found)
    both = _Ties.of(sides[0].group * len(sides[1].starts) + sides[1].group)
    rising = rising_pairs(expected, found, counts)
    tied = [np.concatenate([ties.pairs(block) for block in _blocks(counts)]) for ties in (*sides, both)]
    drawn = counts.sum(axis=1)
    pairs = drawn * (drawn - 1) / 2
    falling = pairs - tied[0] - tied[1] + tied[2] - rising
    return _ratio(rising - falling, pairs - tied[0], pairs - tied[1])


def _blocks(counts: NDArray[Any]) -> Iterator[Array]:
    size = max(1, CELLS_AT_ONCE // counts.shape[1])
    for start in range(0, len(counts), size):
        yield np.asarray(counts[start : start + size], dtype=np.float64)


@dataclass(frozen=True, kw_only=True)
class _Ties:
    """One side sorted into groups of equal numbers."""

    order: Codes
    starts: Codes
    group: Codes
    """(n,) group of each row, in the rows' own order."""

    @classmethod
    def of(cls, numbers: NDArray[Any]) -> _Ties:
        order = np.argsort(numbers)
        ordered = numbers[order]
        starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
        group = np.empty(len(numbers), dtype=np.int64)
        group[order] = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(numbers)))
        return cls(order=order, starts=starts, group=group)

    def sizes(self, counts: Array) -> Array:
        """Return (m, groups): how many rows of each group are drawn."""
        ordered = counts[:, self.order]
        return ordered if len(self.starts) == len(self.order) else np.add.reduceat(ordered, self.starts, axis=1)

    def ranks(self, counts: Array) -> Array:
        """Return (m, n) ranks from the middle one; equal numbers share the mean of theirs."""
        sizes = self.sizes(counts)
        middle = np.cumsum(sizes, axis=1)
        middle -= sizes / 2
        middle -= counts.sum(axis=1)[:, None] / 2
        return np.asarray(middle[:, self.group])

    def pairs(self, counts: Array) -> Array:
        """Return (m,) pairs of rows that are equal."""
        sizes = self.sizes(counts)
        return np.asarray((sizes * (sizes - 1)).sum(axis=1) / 2)


def _correlation(expected: Array, found: Array, counts: Array) -> Array:
    """Return (m,) correlations of ranks that are 0 in the mean of the rows drawn."""
    weighed = expected * counts
    shared = np.einsum("mn,mn->m", weighed, found)
    spread = np.einsum("mn,mn->m", weighed, expected), np.einsum("mn,mn,mn->m", found, found, counts)
    return _ratio(shared, *spread)


def _ratio(shared: Array, expected: Array, found: Array) -> Array:
    """Return shared / sqrt(expected * found); NaN where the truth, 0 where the predictions are constant."""
    value = shared / np.sqrt(np.where(expected > 0, expected, 1.0)) / np.sqrt(np.where(found > 0, found, 1.0))
    return np.asarray(np.where(expected > 0, np.where(found > 0, value.clip(-1, 1), 0.0), np.nan))
