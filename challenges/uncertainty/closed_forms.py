"""Standard errors without resampling.

    mean of row scores        spread of the scores / sqrt(n)
    anything made of sums     the same for each row's pull on the value (delta method, infinitesimal jackknife)
    share of rows             Wilson's interval where every row is right, or none: a spread of 0 would be too sure

F1, MCC or kappa are functions of the sums over the confusion matrix, so that the second line is the delta method on a
multinomial matrix; R² and RMSE are functions of other sums. Rows of one unit count as one observation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Metric
from challenges.uncertainty.resampling import Params, from_figures, made_of_sums, row_figures, summed, units_of

Array = NDArray[np.float64]

Z_95 = 1.959963984540054

STEP = 1e-4
"""Of the noise in a sum: small enough for a slope, large enough that 1e-16 of the value does not blur it."""

CONSTANT = 1e-14
"""Of the sum of squares: less variance than this is rounding."""


def standard_error(
    metric: Metric,
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    params: Params | None = None,
    unit: NDArray[Any] | None = None,
    figures: Array | None = None,
) -> float | None:
    """Return the standard error of a score by a closed form.

    Parameters
    ----------
    truth, predictions : (n,) or (n, ...), as the metric takes them.
    unit : (n,) names of what is independent of each other; every row by default.
    figures : what `row_figures` gives, where it is at hand.

    Returns
    -------
    float, or None where no closed form holds: the metric has none, it is for rows and the units are larger, or the
    sample is too small for it (one unit, one row of a class).
    """
    params = params or {}
    units = len(truth) if unit is None else units_of(len(truth), unit)[1]
    if metric.standard_error is not None and units == len(truth):
        error = metric.standard_error(truth, predictions, **params)
    else:
        pulled = pulls(metric, truth, predictions, params=params, unit=unit, figures=figures)
        if pulled is None:
            return None
        error = math.sqrt(np.einsum("i,i->", pulled, pulled))
        if error == 0 and metric.row_scores is not None and {metric.best, metric.worst} == {0, 1}:
            error = _at_an_end(metric.row_scores(truth, predictions, **params), units)
    return error if math.isfinite(error) else None


def pulls(
    metric: Metric,
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    params: Params | None = None,
    unit: NDArray[Any] | None = None,
    figures: Array | None = None,
) -> Array | None:
    """Return how far each unit pulls the value of a metric; None where it is neither made of sums nor tells.

    Returns
    -------
    (units,) numbers around 0, whose squares add up to the variance of the value; those of two submissions may be
    subtracted. NaN where the slope is not defined, or where there is one unit only.
    """
    place, units = (None, len(truth)) if unit is None else units_of(len(truth), unit)
    if units < 2:
        return np.full(units, math.nan)
    if metric.pulls is not None:
        pulled = metric.pulls(truth, predictions, **(params or {}))
        return pulled if place is None else np.bincount(place, weights=pulled).astype(np.float64, copy=False)
    if not made_of_sums(metric):
        return None
    if figures is None:
        figures = row_figures(metric, truth, predictions, params or {})
    if place is not None:
        figures = summed(figures, place, units)
    totals = np.einsum("ij->j", figures)  # a third of the time of a sum down the columns
    squares = np.einsum("ij,ij->j", figures, figures)
    variance = squares - totals**2 / units
    noise = np.sqrt(np.where(variance > CONSTANT * squares, variance, 0.0))
    pulled = figures @ _slopes(metric, totals, noise)
    pulled -= pulled.mean()
    pulled *= math.sqrt(units / (units - 1))
    return np.asarray(pulled)


def wilson(right: float, rows: float, *, z: float = Z_95) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a share, `right` of `rows`.

    Source
    ------
    Wilson 1927; statsmodels.stats.proportion.proportion_confint(method="wilson").

    Examples
    --------
    >>> tuple(round(end, 4) for end in wilson(10, 10))
    (0.7225, 1.0)
    """
    if not 0 <= right <= rows or rows == 0:
        raise ValueError(f"expected 0 to {rows} of at least one row, found {right}")
    share, over = right / rows, z * z / rows
    middle = (share + over / 2) / (1 + over)
    half = z * math.sqrt(share * (1 - share) / rows + over / (4 * rows)) / (1 + over)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _at_an_end(scores: Array, units: int) -> float:
    """Return the standard error where all row scores are 1, or all 0: that of Wilson's interval.

    Rows that are all alike show no spread, but the next one may be another. Scores between 0 and 1 vary no more than
    a share of the same mean does, so that the error is not too small for them either.
    """
    if not ((scores == 0).all() or (scores == 1).all()):
        return 0.0
    low, high = wilson(units if scores[0] == 1 else 0, units)
    return (high - low) / (2 * Z_95)


def _slopes(metric: Metric, totals: Array, noise: Array) -> Array:
    """Return the slope of the value in each of the (k,) sums, by central differences."""
    slopes = np.zeros(len(totals))
    moving = np.flatnonzero(noise > 0)
    steps = noise[moving] * STEP
    around = np.tile(totals, (2 * len(moving), 1))
    around[np.arange(len(moving)), moving] += steps
    around[len(moving) + np.arange(len(moving)), moving] -= steps
    with np.errstate(all="ignore"):  # a slope that is not defined comes out as NaN
        up, down = np.split(from_figures(metric, around), 2)
    slopes[moving] = (up - down) / (2 * steps)
    return slopes
