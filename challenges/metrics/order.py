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
    ordered = values[order]
    return np.array([_percentile(ordered, np.cumsum(drawn[order]), q) for drawn in counts])


def counted_extreme(values: Array, counts: NDArray[Any]) -> Array:
    """Return (m,) greatest values among those drawn at least once; NaN where none is."""
    order = np.argsort(-values)
    drawn = counts[:, order] > 0
    first = np.argmax(drawn, axis=1)
    return np.asarray(np.where(drawn.any(axis=1), values[order][first], np.nan))


def _percentile(ordered: Array, reached: NDArray[Any], q: float) -> float:
    """Return the percentile of sorted values, `reached` (n,) being how many are drawn up to each."""
    total = int(reached[-1])
    if total == 0:
        return float("nan")
    place = (total - 1) * q / 100
    below = int(place)
    low, high = np.searchsorted(reached, (below, min(below + 1, total - 1)), side="right")
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - below))
