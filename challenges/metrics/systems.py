"""What a program achieved when it was run: money saved, digits reached, checks passed, time taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, number_rows
from challenges.metrics.order import counted_percentile
from challenges.metrics.series import within_range
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def cost_saving(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of the cost that was saved, against doing nothing.

    Parameters
    ----------
    truth : (n,) what each row costs when nothing is done, in money.
    predictions : (n,) what it cost the learner, in money.

    Returns
    -------
    float, -1 to 1 (best); 0 for doing nothing. Losses beyond the whole cost count as -1.

    Raises
    ------
    MetricError
        Doing nothing costs nothing: no share of it can be saved.

    Source
    ------
    Bahnsen et al. 2014, savings of example-dependent costs.

    Examples
    --------
    >>> cost_saving(np.array([100.0, 0.0]), np.array([20.0, 5.0]))
    0.75
    """
    value = float(saved(cost_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected costs with a sum above 0")
    return value


def digits_score(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean share of the target digits that were reached.

    Parameters
    ----------
    truth : (n,) target, in decimal digits, above 0.
    predictions : (n,) correct digits; more than the target counts as the target, less than none as none.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    NIST Statistical Reference Datasets, log relative error, as a share of the digits that can be had.

    Examples
    --------
    >>> digits_score(np.array([10.0, 8.0]), np.array([5.0, 16.0]))
    0.75
    """
    return float(digit_shares(truth, predictions).mean())


def checks_passed(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the weighted share of checks that passed.

    Parameters
    ----------
    truth : (n,) weights of the checks, 0 and up.
    predictions : (n,) 1 passed, 0 failed, or in between where a check gives credit in part.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Weights that are negative or all 0; predictions outside 0 to 1.

    Source
    ------
    Own definition: a weighted share.

    Examples
    --------
    >>> checks_passed(np.array([3.0, 1.0]), np.array([1, 0]))
    0.75
    """
    value = float(share(check_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected weights with a sum above 0")
    return value


def mean(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean of the predictions: a rate that the referee worked out row by row.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) numbers.

    Returns
    -------
    float, in the unit of the predictions.

    Source
    ------
    Own definition: the arithmetic mean.

    Examples
    --------
    >>> mean(np.zeros(2), np.array([0.0, 1.0]))
    0.5
    """
    return float(measured(truth, predictions).mean())


def percentile(truth: NDArray[Any], predictions: NDArray[Any], *, q: float = 99.0) -> float:
    """Return the q-th percentile of the predictions, for example of latencies.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) numbers.
    q : 0 to 100.

    Returns
    -------
    float, in the unit of the predictions; between two rows it is interpolated.

    Source
    ------
    numpy.percentile, method "linear".

    Examples
    --------
    >>> percentile(np.zeros(3), np.array([1.0, 2.0, 10.0]), q=50)
    2.0
    """
    _a_percentage(q)
    return float(np.percentile(measured(truth, predictions), q))


def total(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the sum of the predictions, for example of seconds.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) numbers.

    Returns
    -------
    float, in the unit of the predictions.

    Source
    ------
    Own definition: the sum.

    Examples
    --------
    >>> total(np.zeros(3), np.array([1.0, 2.0, 10.0]))
    13.0
    """
    return float(measured(truth, predictions).sum())


def percentile_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64], *, q: float = 99.0
) -> Array:
    """Return (m,) percentiles, one for each row of (m, n) counts."""
    _a_percentage(q)
    return counted_percentile(measured(truth, predictions), counts, q)


def measured_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 1): the predictions."""
    return measured(truth, predictions)[:, None]


def only_sum(sums: Array) -> Array:
    """Return the one sum."""
    return sums[..., 0]


def cost_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): cost to the learner, cost of doing nothing."""
    idle, paid = number_rows(truth, predictions)
    return within_range(np.column_stack([paid, idle]))


def saved(sums: Array) -> Array:
    """Return 1 - paid / idle, at least -1; NaN where doing nothing costs nothing."""
    idle = sums[..., 1]
    value = 1 - sums[..., 0] / np.where(idle > 0, idle, 1.0)
    return np.asarray(np.where(idle > 0, np.maximum(value, -1.0), np.nan))


def digit_shares(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) digits reached / target, within 0 to 1."""
    target, reached = number_rows(truth, predictions)
    if target.min() <= 0:
        raise MetricError(f"truth, row {int(np.argmin(target))}: expected a target above 0 digits")
    with np.errstate(over="ignore"):
        return np.clip(reached / target, 0.0, 1.0)


def check_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): weight if passed, weight."""
    weights, passed = number_rows(truth, predictions)
    if weights.min() < 0:
        raise MetricError(f"truth, row {int(np.argmin(weights))}: expected a weight of 0 or more")
    if passed.min() < 0 or passed.max() > 1:
        raise MetricError("predictions: expected credits from 0 to 1")
    return within_range(np.column_stack([weights * passed, weights]))


def share(sums: Array) -> Array:
    """Return first sum / second sum; NaN where the second is 0."""
    whole = sums[..., 1]
    return np.asarray(np.where(whole > 0, sums[..., 0] / np.where(whole > 0, whole, 1.0), np.nan))


def measured(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return the (n,) predictions. Raises MetricError when a row is missing or not finite."""
    if len(truth) != len(predictions) or len(predictions) == 0:
        raise MetricError(f"expected as many predictions as rows, at least 1; found {len(predictions)}, {len(truth)}")
    return within_range(finite(predictions, "predictions"))


def _a_percentage(q: float) -> None:
    if not 0 <= q <= 100:
        raise MetricError(f"q: expected 0 to 100, found {q}")
