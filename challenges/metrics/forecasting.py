"""Forecasts of series: each error is measured by how hard that series is to forecast.

A row is a series. Its truth is a dict with `actual` (h,), the values to forecast, and what the error is measured by:
`history` (t,), the part that the learner knows, or `reference` (h,), the forecasts of a simple rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.series import flat, part_or, parts_of, rows_of_both, steps, within_range
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def mase(truth: NDArray[Any], predictions: NDArray[Any], *, season: int = 1) -> float:
    """Return the mean absolute error, measured by that of the seasonal naive forecast within the history.

    Parameters
    ----------
    truth : (n,) dicts with `actual` (h,) and `history` (t,), t above `season`.
    predictions : (n,) cells of h numbers, in the unit of the series.
    season : steps of one season, 1 and up; 1 is the naive forecast.

    Returns
    -------
    float, 0 (best) and up; 1 is as good as the naive rule was within the history.

    Raises
    ------
    MetricError
        A history that repeats itself exactly, or is not longer than a season: it gives no measure.

    Source
    ------
    Hyndman and Koehler 2006; the mean over series of each one's scaled error.

    Examples
    --------
    >>> truth = np.array([{"actual": [5.0, 6.0], "history": [1.0, 2.0, 4.0]}])
    >>> mase(truth, np.array([[5.0, 9.0]]))
    1.0
    """
    return float(scaled_errors(truth, predictions, season=season).mean())


def wrmsse(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the weighted mean of the root mean squared scaled errors of the series.

    Parameters
    ----------
    truth : (n,) dicts with `actual` (h,), `history` (t,) and perhaps `weight`, 0 and up (1 where missing).
    predictions : (n,) cells of h numbers, in the unit of the series.

    Returns
    -------
    float, 0 (best) and up; 1 is about as good as repeating the last value.

    Raises
    ------
    MetricError
        A history that is constant from its first value other than 0 on; weights that are all 0.

    Edge cases
    ----------
    The history starts at its first value other than 0: a product has no sales before it is launched.

    Source
    ------
    M5 competition (Makridakis et al. 2022); aggregated series are rows of their own.

    Examples
    --------
    >>> truth = np.array([{"actual": [5.0], "history": [0.0, 2.0, 4.0]}, {"actual": [1.0], "history": [1.0, 2.0]}])
    >>> wrmsse(truth, np.array([[6.0], [2.0]]))
    0.75
    """
    value = float(weighted_mean(weighted_scaled_roots(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected weights with a sum above 0")
    return value


def rel_rmse(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the RMSE of the forecasts over the RMSE of a simple rule, such as the last value.

    Parameters
    ----------
    truth : (n,) dicts with `actual` (h,), `reference` (h,) of the rule and perhaps `scale` (h,), above 0: the size of
        an error that counts 1 at each step (1 where missing).
    predictions : (n,) cells of h numbers, in the unit of the series.

    Returns
    -------
    float, 0 (best) and up; 1 is as good as the rule.

    Raises
    ------
    MetricError
        A rule that is always right.

    Source
    ------
    Theil's U in its second form (1966), pooled over series.

    Examples
    --------
    >>> rel_rmse(np.array([{"actual": [5.0, 6.0], "reference": [3.0, 3.0]}]), np.array([[5.0, 6.0]]))
    0.0
    """
    value = float(root_of_ratio(square_sums_of_both(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected a reference that is not always right")
    return value


def directional_accuracy(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of changes whose direction was forecast: up, down, or none.

    Parameters
    ----------
    truth, predictions : (n,) changes, such as returns; their signs count.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    No change (0) is a direction of its own: predicted 0 is right only where nothing changes.

    Source
    ------
    Pesaran and Timmermann 1992.

    Examples
    --------
    >>> directional_accuracy(np.array([0.02, -0.01]), np.array([0.3, 0.1]))
    0.5
    """
    return float(same_directions(truth, predictions).mean())


def sharpe(
    truth: NDArray[Any], predictions: NDArray[Any], *, cost: float = 0.0, periods_per_year: float = 252.0
) -> float:
    """Return the Sharpe ratio a year of holding the submitted positions, after costs.

    Parameters
    ----------
    truth : (n,) cells of (t,) or (t, assets) returns in excess of cash, as shares: 0.01 is 1 %.
    predictions : cells of the same shape, the positions held while those returns are made, as shares of the capital.
    cost : charged for each unit of position bought or sold, as a share; 0.0005 is 5 basis points.
    periods_per_year : 252 for trading days.

    Returns
    -------
    float, any; higher is better. Holding nothing is worth 0.

    Raises
    ------
    MetricError
        Fewer than two periods; returns without any risk.

    Edge cases
    ----------
    Every series starts without positions; what is left at its end is not sold. Periods of all series are pooled.

    Source
    ------
    Sharpe 1994: mean / standard deviation (n - 1) of the returns, times the root of the periods of a year.

    Examples
    --------
    >>> round(sharpe(np.array([[0.02, -0.01, 0.02]]), np.array([[1.0, 1.0, 1.0]]), periods_per_year=1), 6)
    0.57735
    """
    figures = return_sums(truth, predictions, cost=cost, periods_per_year=periods_per_year)
    value = float(ratio_to_risk(figures.sum(axis=0)))
    if np.isnan(value):
        raise MetricError("expected at least two periods, with returns that differ")
    return value


def scaled_errors(truth: NDArray[Any], predictions: NDArray[Any], *, season: int = 1) -> Array:
    """Return (n,) mean absolute errors, each over that of the seasonal naive forecast within its history."""
    rows_of_both(truth, predictions)
    actual, history = parts_of(truth, "actual", "history")
    paired = steps(actual, predictions)
    with np.errstate(over="ignore", invalid="ignore"):
        absolute = np.abs(paired.predictions - paired.truth)
        return within_range(paired.means(absolute) / seasonal_measures(history, season))


def seasonal_measures(history: NDArray[Any], season: int) -> Array:
    """Return (n,) mean absolute changes over one season. Raises MetricError where there are none."""
    if season < 1:
        raise MetricError(f"season: expected 1 or more, found {season}")
    measures = []
    for row, values in enumerate(_histories(history)):
        changes = np.abs(values[season:] - values[:-season])
        measure = float(changes.mean()) if len(changes) else 0.0
        if not 0 < measure < np.inf:
            raise MetricError(
                f"truth, row {row}: expected a history of more than {season} steps that does not repeat itself, "
                f"found {len(values)} steps with a mean change of {measure}"
            )
        measures.append(measure)
    return np.array(measures)


def weighted_scaled_roots(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): weight x root mean squared scaled error, weight."""
    rows_of_both(truth, predictions)
    actual, history = parts_of(truth, "actual", "history")
    weights, _ = flat(part_or(truth, "weight", 1.0), "truth")
    if len(weights) != len(truth) or (weights < 0).any():
        raise MetricError("truth: expected one weight a series, 0 or more")
    paired = steps(actual, predictions)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = within_range(paired.means((paired.predictions - paired.truth) ** 2))
        roots = within_range(np.sqrt(squares / _naive_squares(history)))
    return np.column_stack([weights * roots, weights])


def square_sums_of_both(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): squared scaled errors of the predictions and of the reference, summed over the steps."""
    rows_of_both(truth, predictions)
    actual, reference = parts_of(truth, "actual", "reference")
    ours, theirs = steps(actual, predictions), steps(actual, reference)
    scale = steps(actual, part_or(truth, "scale", 1.0, like=actual)).predictions
    if (scale <= 0).any():
        raise MetricError("truth: expected a scale above 0 at every step")
    with np.errstate(over="ignore", invalid="ignore"):
        figures = [side.sums(((side.predictions - side.truth) / scale) ** 2) for side in (ours, theirs)]
        return within_range(np.column_stack(figures))


def same_directions(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 where both signs are the same, else 0."""
    expected, found = number_rows(truth, predictions)
    return np.asarray(np.sign(expected) == np.sign(found), dtype=np.float64)


def return_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, cost: float = 0.0, periods_per_year: float = 252.0
) -> Array:
    """Return (n, 4): sum of returns after costs, sum of their squares, periods, periods x root of a year's."""
    rows_of_both(truth, predictions)
    rows = []
    for row, (returns, held) in enumerate(zip(truth, predictions, strict=True)):
        gains, positions = _assets(returns, "truth", row), _assets(held, "predictions", row)
        if gains.shape != positions.shape:
            raise MetricError(
                f"predictions, row {row}: expected positions of shape {gains.shape}, found {positions.shape}"
            )
        with np.errstate(over="ignore", invalid="ignore"):
            traded = np.abs(np.diff(positions, axis=0, prepend=0.0)).sum(axis=1)
            net = (gains * positions).sum(axis=1) - cost * traded
            rows.append([net.sum(), (net**2).sum(), len(net), len(net) * np.sqrt(periods_per_year)])
    return within_range(np.array(rows))


def weighted_mean(sums: Array) -> Array:
    """Return weighted sum / sum of weights; NaN where the weights are all 0."""
    weight = sums[..., 1]
    return np.asarray(np.where(weight > 0, sums[..., 0] / np.where(weight > 0, weight, 1.0), np.nan))


def root_of_ratio(sums: Array) -> Array:
    """Return the square root of first sum / second sum; NaN where the second is 0."""
    return np.sqrt(weighted_mean(sums))


def ratio_to_risk(sums: Array) -> Array:
    """Return mean / standard deviation x root of a year's periods; 0 where nothing is earned or lost, else NaN."""
    total, squares, count, rooted = np.moveaxis(sums, -1, 0)
    periods = np.maximum(count, 2.0)
    variance = (squares - total**2 / periods) / (periods - 1)
    risky = (variance > 1e-12 * squares / periods) & (count >= 2)  # else it is rounding of the subtraction
    value = total / periods / np.sqrt(np.where(risky, variance, 1.0)) * rooted / periods
    return np.asarray(np.where(risky, value, np.where((squares == 0) & (count >= 2), 0.0, np.nan)))


def _histories(history: NDArray[Any]) -> list[Array]:
    values, lengths = flat(history, "truth, history")
    return np.split(values, np.cumsum(lengths)[:-1])


def _naive_squares(history: NDArray[Any]) -> Array:
    """Return (n,) mean squared changes from step to step, from the first value other than 0 on."""
    measures = []
    for row, values in enumerate(_histories(history)):
        launched = values[np.argmax(values != 0) :]
        changes = np.diff(launched) ** 2
        measure = float(changes.mean()) if len(changes) else 0.0
        if not 0 < measure < np.inf:
            raise MetricError(f"truth, row {row}: expected a history that changes after its first value other than 0")
        measures.append(measure)
    return np.array(measures)


def _assets(cell: Any, side: str, row: int) -> Array:
    """Return one series as (t, assets) finite numbers."""
    holder = np.empty(1, dtype=object)
    holder[0] = cell
    try:
        single = np.ndim(cell) < 2
    except ValueError:
        raise MetricError(f"{side}, row {row}: expected numbers, found lists of unequal length") from None
    try:
        numbers, _ = flat(holder, side, several=not single)
    except MetricError as error:
        raise MetricError(str(error).replace("row 0", f"row {row}", 1)) from None
    return numbers[:, None] if single else numbers
