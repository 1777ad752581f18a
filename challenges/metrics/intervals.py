"""Forecasts that state their own uncertainty: quantiles, intervals, draws. A row is a number or a series of them.

Each step of a row counts alike within it, and each row counts alike in the score, however long it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.forecasting import seasonal_measures, weighted_mean
from challenges.metrics.series import Steps, part_or, parts_of, rows_of_both, steps, table, within_range
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def pinball(truth: NDArray[Any], predictions: NDArray[Any], *, q: float = 0.5) -> float:
    """Return the mean pinball loss of one quantile: too low costs q, too high 1 - q, for each unit.

    Parameters
    ----------
    truth, predictions : (n,) numbers or series (h,), in the unit of the target.
    q : level of the quantile, between 0 and 1.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target.

    Source
    ------
    sklearn.metrics.mean_pinball_loss.

    Examples
    --------
    >>> pinball(np.array([10.0, 10.0]), np.array([9.0, 12.0]), q=0.75)
    0.625
    """
    return float(pinball_losses(truth, predictions, q=q).mean())


def weighted_quantile_loss(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> float:
    """Return twice the pinball loss of all quantiles over the sum of the sizes of the truth.

    Parameters
    ----------
    truth : (n,) numbers or series (h,), in the unit of the target.
    predictions : (k,) or (h, k) quantiles for each row, at the k levels.
    levels : k rising numbers between 0 and 1, such as "0.1 0.5 0.9".

    Returns
    -------
    float, 0 (best) and up; large numbers weigh more than small ones.

    Raises
    ------
    MetricError
        A truth that is 0 everywhere.

    Source
    ------
    wQL of GluonTS and Amazon Forecast, averaged over the levels.

    Examples
    --------
    >>> weighted_quantile_loss(np.array([10.0]), np.array([[9.0, 12.0]]), levels="0.5 0.75")
    0.1
    """
    value = float(weighted_mean(quantile_sums(truth, predictions, levels=levels).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected numbers that are not all 0")
    return value


def wql(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str, season: int = 1) -> float:
    """Return twice the pinball loss of each series, measured by the seasonal naive error within its history.

    Parameters
    ----------
    truth : (n,) dicts with `actual` (h,) and `history` (t,), t above `season`.
    predictions : (n,) cells of (h, k) quantiles at the k levels.
    levels : k rising numbers between 0 and 1, such as "0.1 0.5 0.9".
    season : steps of one season, 1 and up.

    Returns
    -------
    float, 0 (best) and up; every series weighs alike.

    Raises
    ------
    MetricError
        A history that repeats itself exactly, or is not longer than a season.

    Source
    ------
    The pinball loss of GluonTS, scaled as MASE is (Hyndman and Koehler 2006).

    Examples
    --------
    >>> wql(np.array([{"actual": [10.0], "history": [1.0, 3.0]}]), np.array([[[9.0, 12.0]]]), levels="0.5 0.75")
    0.5
    """
    return float(scaled_quantile_losses(truth, predictions, levels=levels, season=season).mean())


def pinball_skill(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> float:
    """Return by how much the quantiles are better than those of a simple rule: 1 - loss / loss of the rule.

    Parameters
    ----------
    truth : (n,) dicts with `actual` (h,), `reference` (h, k) quantiles of the rule and perhaps `scale` (h,), above 0:
        the size of an error that counts 1 at each step (1 where missing).
    predictions : (n,) cells of (h, k) quantiles at the k levels.
    levels : k rising numbers between 0 and 1, such as "0.1 0.5 0.9".

    Returns
    -------
    float, 1 (best) and down without bound; 0 is as good as the rule.

    Raises
    ------
    MetricError
        A rule that is always right.

    Source
    ------
    Koenker and Bassett 1978 for the loss; Murphy 1988 for skill against a reference forecast.

    Examples
    --------
    >>> truth = np.array([{"actual": [10.0], "reference": [[8.0, 14.0]]}])
    >>> pinball_skill(truth, np.array([[[9.0, 12.0]]]), levels="0.5 0.75")
    0.5
    """
    value = float(skill(losses_of_both(truth, predictions, levels=levels).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected a reference that is not always right")
    return value


def interval_score(truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.1) -> float:
    """Return the mean width of the intervals, plus 2 / alpha for each unit by which the truth lies outside.

    Parameters
    ----------
    truth : (n,) numbers or series (h,), in the unit of the target.
    predictions : (2,) or (h, 2) lower and upper end for each row.
    alpha : 1 - the nominal coverage, between 0 and 1; 0.1 asks for intervals of 90 %.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target. The best expected score is that of the two true quantiles.

    Edge cases
    ----------
    Ends the wrong way round gain nothing: the negative width is charged again on both sides.

    Source
    ------
    Gneiting and Raftery 2007, equation 43; scoringrules.interval_score.

    Examples
    --------
    >>> interval_score(np.array([5.0, 12.0]), np.array([[4.0, 10.0], [4.0, 10.0]]), alpha=0.5)
    10.0
    """
    return float(interval_scores(truth, predictions, alpha=alpha).mean())


def interval_score_scaled(
    truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.1, cap: float = 20.0
) -> float:
    """Return the interval score of each item, measured by the standard error that the best estimator has there.

    Parameters
    ----------
    truth : (n, 2) the right number and the standard error of the best estimator, above 0.
    predictions : (n, 2) lower and upper end.
    alpha : 1 - the nominal coverage, between 0 and 1.
    cap : what an item costs at most.

    Returns
    -------
    float, 0 (best) to cap. Nobody can expect less than the best estimator, which has about 4 for alpha 0.1.

    Source
    ------
    Gneiting and Raftery 2007, equation 43.

    Examples
    --------
    >>> interval_score_scaled(np.array([[5.0, 2.0], [12.0, 1.0]]), np.array([[4.0, 10.0], [4.0, 10.0]]))
    11.5
    """
    return float(capped_interval_scores(truth, predictions, alpha=alpha, cap=cap).mean())


def coverage_error(truth: NDArray[Any], predictions: NDArray[Any], *, level: float = 0.9) -> float:
    """Return by how much the share of truths inside the intervals misses the share that was promised.

    Parameters
    ----------
    truth : (n,) numbers or series (h,), in the unit of the target.
    predictions : (2,) or (h, 2) lower and upper end for each row; the ends belong to the interval.
    level : the share that should lie inside, between 0 and 1.

    Returns
    -------
    float, 0 (best) to 1. Alone it can be had by a mixture of endless and empty intervals: read it beside their score.

    Edge cases
    ----------
    An interval with its ends the wrong way round holds nothing.

    Source
    ------
    Christoffersen 1998, unconditional coverage.

    Examples
    --------
    >>> coverage_error(np.array([5.0, 12.0]), np.array([[4.0, 10.0], [4.0, 10.0]]), level=0.75)
    0.25
    """
    return float(coverage_gap(coverage_sums(truth, predictions, level=level).sum(axis=0)))


def crps(truth: NDArray[Any], predictions: NDArray[Any], *, fair: bool = False) -> float:
    """Return the mean continuous ranked probability score of forecasts that are given as draws.

    Parameters
    ----------
    truth : (n,) numbers or series (h,), in the unit of the target.
    predictions : (m,) or (h, m) draws for each row, as many in every row.
    fair : whether to correct for the number of draws; it needs two at least, and may then fall below 0.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target; for one draw the absolute error.

    Source
    ------
    Gneiting and Raftery 2007, equation 20; fair: Ferro 2014. scoringrules.crps_ensemble, estimators "nrg" and "fair".

    Examples
    --------
    >>> crps(np.array([2.0]), np.array([[1.0, 3.0]]))
    0.5
    """
    return float(ensemble_scores(truth, predictions, fair=fair).mean())


def crps_quantiles(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> float:
    """Return the mean continuous ranked probability score of forecasts that are given as quantiles.

    Parameters
    ----------
    truth : (n,) numbers or series (h,), in the unit of the target.
    predictions : (k,) or (h, k) quantiles for each row, at the k levels.
    levels : k rising numbers between 0 and 1, such as "0.1 0.5 0.9".

    Returns
    -------
    float, 0 (best) and up, in the unit of the target.

    Source
    ------
    Twice the mean pinball loss; scoringrules.crps_quantile.

    Examples
    --------
    >>> crps_quantiles(np.array([10.0]), np.array([[9.0, 12.0]]), levels="0.5 0.75")
    1.0
    """
    return float(quantile_losses(truth, predictions, levels=levels).mean())


def pinball_losses(truth: NDArray[Any], predictions: NDArray[Any], *, q: float = 0.5) -> Array:
    """Return (n,) pinball losses, each the mean over the steps of its row."""
    _between_0_and_1("q", q)
    paired = steps(truth, predictions)
    with np.errstate(over="ignore", invalid="ignore"):
        missing = paired.truth - paired.predictions
        return within_range(paired.means(q * missing - np.minimum(missing, 0.0)))


def quantile_sums(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> Array:
    """Return (n, 2): twice the pinball loss, mean over the levels and summed over the steps; sum of |truth|."""
    paired = steps(truth, predictions, several=True)
    with np.errstate(over="ignore", invalid="ignore"):
        figures = [paired.sums(_doubled_pinball(paired, levels)), paired.sums(np.abs(paired.truth))]
        return within_range(np.column_stack(figures))


def quantile_losses(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> Array:
    """Return (n,) twice the pinball loss, mean over levels and steps."""
    paired = steps(truth, predictions, several=True)
    with np.errstate(over="ignore", invalid="ignore"):
        return within_range(paired.means(_doubled_pinball(paired, levels)))


def scaled_quantile_losses(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str, season: int = 1) -> Array:
    """Return (n,) twice the pinball loss, mean over levels and steps, over the seasonal naive error."""
    rows_of_both(truth, predictions)
    actual, history = parts_of(truth, "actual", "history")
    losses = quantile_losses(actual, predictions, levels=levels)
    with np.errstate(over="ignore"):
        return within_range(losses / seasonal_measures(history, season))


def losses_of_both(truth: NDArray[Any], predictions: NDArray[Any], *, levels: str) -> Array:
    """Return (n, 2): scaled quantile loss of the predictions and of the reference."""
    rows_of_both(truth, predictions)
    actual, reference = parts_of(truth, "actual", "reference")
    scale = steps(actual, part_or(truth, "scale", 1.0, like=actual)).predictions
    if (scale <= 0).any():
        raise MetricError("truth: expected a scale above 0 at every step")
    with np.errstate(over="ignore", invalid="ignore"):
        figures = []
        for forecast in (predictions, reference):
            paired = steps(actual, forecast, several=True)
            figures.append(paired.means(_doubled_pinball(paired, levels) / scale))
        return within_range(np.column_stack(figures))


def interval_scores(truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.1) -> Array:
    """Return (n,) interval scores, each the mean over the steps of its row."""
    _between_0_and_1("alpha", alpha)
    paired = _intervals(truth, predictions)
    low, high = paired.predictions.T
    with np.errstate(over="ignore", invalid="ignore"):
        outside = np.maximum(low - paired.truth, 0.0) + np.maximum(paired.truth - high, 0.0)
        return within_range(paired.means(high - low + 2.0 / alpha * outside))


def capped_interval_scores(
    truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.1, cap: float = 20.0
) -> Array:
    """Return (n,) interval scores over the standard error of each item, at most `cap`."""
    rows_of_both(truth, predictions)
    facts = table(truth, "truth")
    if facts.shape[1] != 2 or (facts[:, 1] <= 0).any():
        raise MetricError("truth: expected a number and a standard error above 0 in each row")
    ends = table(predictions, "predictions")
    with np.errstate(over="ignore"):
        scaled = np.minimum(interval_scores(facts[:, 0], ends, alpha=alpha) / facts[:, 1], cap)
    return np.asarray(scaled)


def coverage_sums(truth: NDArray[Any], predictions: NDArray[Any], *, level: float = 0.9) -> Array:
    """Return (n, 2): steps inside minus steps that should be, steps."""
    _between_0_and_1("level", level)
    paired = _intervals(truth, predictions)
    low, high = paired.predictions.T
    inside = ((low <= paired.truth) & (paired.truth <= high)).astype(np.float64)
    return np.column_stack([paired.sums(inside - level), paired.lengths])


def coverage_error_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64], *, level: float = 0.9
) -> Array:
    """Return (m,) errors of the coverage, one for each row of (m, n) counts.

    Not by sums: where the coverage is exactly right, |sum| has no slope to take an error from.
    """
    return coverage_gap(counts @ coverage_sums(truth, predictions, level=level))


def ensemble_scores(truth: NDArray[Any], predictions: NDArray[Any], *, fair: bool = False) -> Array:
    """Return (n,) mean distance of the draws from the truth, less half of their mean distance from each other."""
    paired = steps(truth, predictions, several=True)
    count = paired.predictions.shape[1]
    if fair and count < 2:
        raise MetricError("predictions: expected two draws or more for the fair score, found 1")
    with np.errstate(over="ignore", invalid="ignore"):
        off = paired.predictions - paired.truth[:, None]
        off.sort(axis=1)
        place = 2.0 * np.arange(count) + 1 - count  # the i-th smallest is added i times and subtracted the other times
        apart = off @ place / (count * (count - fair))
        return within_range(paired.means(np.abs(off, out=off).mean(axis=1) - apart))


def skill(sums: Array) -> Array:
    """Return 1 - first sum / second sum; NaN where the second is 0."""
    return 1.0 - weighted_mean(sums)


def coverage_gap(sums: Array) -> Array:
    """Return |first sum| / second sum."""
    return np.abs(sums[..., 0]) / sums[..., 1]


def _doubled_pinball(paired: Steps, levels: str) -> Array:
    """Return (steps,) twice the pinball loss, mean over the levels."""
    wanted = _numbers(levels)
    if paired.predictions.shape[1] != len(wanted):
        raise MetricError(f"predictions: expected {len(wanted)} quantiles a step, found {paired.predictions.shape[1]}")
    missing = paired.truth[:, None] - paired.predictions
    return np.asarray(2.0 * np.maximum(wanted * missing, (wanted - 1) * missing).mean(axis=1))


def _numbers(levels: str) -> Array:
    """Return the levels as numbers. Raises MetricError unless they rise between 0 and 1."""
    try:
        wanted = np.array([float(word) for word in str(levels).split()])
    except ValueError:
        wanted = np.zeros(0)
    if len(wanted) == 0 or not (wanted.min() > 0 and wanted.max() < 1 and (np.diff(wanted) > 0).all()):
        raise MetricError(f'levels: expected rising numbers between 0 and 1 such as "0.1 0.5 0.9", found {levels!r}')
    return wanted


def _intervals(truth: NDArray[Any], predictions: NDArray[Any]) -> Steps:
    paired = steps(truth, predictions, several=True)
    if paired.predictions.shape[1] != 2:
        raise MetricError(f"predictions: expected lower and upper end, found {paired.predictions.shape[1]} numbers")
    return paired


def _between_0_and_1(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise MetricError(f"{name}: expected a number between 0 and 1, found {value}")
