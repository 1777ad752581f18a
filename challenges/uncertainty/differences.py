"""The difference of two submissions on the same rows: what both find hard cancels out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Metric
from challenges.uncertainty.closed_forms import Z_95, pulls
from challenges.uncertainty.resampling import Params

Array = NDArray[np.float64]

LEAST_PAIRS = 20
"""Resamples on which both scores are defined; fewer say nothing of a standard error."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One score minus another, with what chance could have made of it."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval, by the normal approximation."""
        half = Z_95 * self.standard_error
        return self.value - half, self.value + half

    @property
    def p_value(self) -> float:
        """How often chance alone makes two equal submissions differ as much, in either direction."""
        if self.standard_error == 0:
            return 1.0 if self.value == 0 else 0.0
        return 2 * NormalDist().cdf(-abs(self.value) / self.standard_error)


def of_spreads(first: float, second: float, *, first_spread: Array, second_spread: Array) -> Difference | None:
    """Return the difference of two scores from their values under the same resamples.

    Returns None where they were not resampled alike, or are both defined on fewer than 20 resamples.
    """
    if first_spread.shape != second_spread.shape:
        return None
    apart = first_spread.astype(np.float64) - second_spread
    apart = apart[np.isfinite(apart)]
    if len(apart) < LEAST_PAIRS:
        return None
    return Difference(value=first - second, standard_error=float(np.std(apart, ddof=1)))


def of_rows(
    metric: Metric,
    truth: NDArray[Any],
    first: NDArray[Any],
    second: NDArray[Any],
    *,
    params: Params | None = None,
    unit: NDArray[Any] | None = None,
) -> Difference | None:
    """Return the difference of two predictions by a closed form, or None where the metric has none.

    Parameters
    ----------
    truth, first, second : (n,) or (n, ...), as the metric takes them.
    unit : (n,) names of what is independent of each other; every row by default.
    """
    one, two = (pulls(metric, truth, side, params=params, unit=unit) for side in (first, second))
    if one is None or two is None:
        return None
    error = float(np.sqrt(((one - two) ** 2).sum()))
    if not math.isfinite(error):
        return None
    values = [metric.function(truth, side, **(params or {})) for side in (first, second)]
    return Difference(value=values[0] - values[1], standard_error=error)
