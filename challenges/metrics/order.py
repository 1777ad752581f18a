"""Percentiles of rows that are drawn several times: sorted once, then counted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def counted_percentile(values: Array, counts: NDArray[Any], q: float) -> Array:
    """Return (m,) percentiles of (n,) values, each taken as often as (m, n) counts say; NaN where none is taken.

    As numpy.percentile of the repeated values, method "linear": between two rows it is interpolated.
    """
    order = np.argsort(values)
    middle, reach = len(values) * q / 100, 12 * int(np.sqrt(len(values))) + 50
    first, last = max(int(middle) - reach, 0), min(int(middle) + reach, len(values))
    lower = np.zeros(len(values), dtype=counts.dtype)
    lower[order[:first]] = 1
    below = counts @ lower
    totals = counts.sum(axis=1)
    near = order[first:last]
    percentiles = []
    for drawn, before, total in zip(counts, below, totals, strict=True):
        place = (total - 1) * q / 100
        reached = before + np.cumsum(drawn[near])
        inside = (
            total > 0 and len(reached) > 0 and before <= int(place) and min(int(place) + 1, total - 1) < reached[-1]
        )
        if inside:
            percentiles.append(_percentile(values[near], reached, place, total))
        else:  # rows drawn in large units can move it far
            percentiles.append(_percentile(values[order], np.cumsum(drawn[order]), place, total))
    return np.array(percentiles)


def counted_extreme(values: Array, counts: NDArray[Any]) -> Array:
    """Return (m,) greatest values among those drawn at least once; NaN where none is."""
    order = np.argsort(-values)
    top = order[:64]
    extremes = []
    for drawn in counts:
        there = drawn[top] > 0
        if not there.any():  # 64 rows in a row not drawn: rare but for large units
            there = drawn[order] > 0
        extremes.append(values[order[np.argmax(there)]] if there.any() else np.nan)
    return np.array(extremes)


def _percentile(ordered: Array, reached: NDArray[Any], place: float, total: int) -> float:
    """Return the value at a place between 0 and total - 1, `reached` being how many are drawn up to each value."""
    if total == 0:
        return float("nan")
    below = int(place)
    low, high = np.searchsorted(reached, (below, min(below + 1, total - 1)), side="right")
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - below))
