"""Numbers against numbers. Nearly every metric is a function of sums over the rows: a resample costs one product.

All take (n,) arrays in the unit of the target and refuse an empty, unequal, NaN or infinite input with MetricError,
and errors so large that their squares leave the range of a float: one wild guess must not become an infinite score.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.order import counted_extreme, counted_percentile
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

LARGEST_ERROR = 1e140
"""Squares of larger errors, summed over the rows, may leave the range of a float."""

LEAST_MAE = 1e-9
"""Below it an error counts as this one: a perfect answer has a finite logarithm (Kaggle's rule)."""


def rmse(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the root of the mean squared error.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target.

    Source
    ------
    sklearn.metrics.root_mean_squared_error.

    Examples
    --------
    >>> rmse(np.array([1.0, 2.0]), np.array([4.0, 6.0]))
    3.5355339059327378
    """
    difference = errors(truth, predictions)
    return float(np.sqrt(np.dot(difference, difference) / len(difference)))


def mse(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean squared error.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) and up, in the squared unit of the target.

    Source
    ------
    sklearn.metrics.mean_squared_error.

    Examples
    --------
    >>> mse(np.array([1.0, 2.0]), np.array([4.0, 6.0]))
    12.5
    """
    return float(squared_errors(truth, predictions).mean())


def mae(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean absolute error.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target.

    Source
    ------
    sklearn.metrics.mean_absolute_error.

    Examples
    --------
    >>> mae(np.array([1.0, 2.0]), np.array([4.0, 6.0]))
    3.5
    """
    return float(absolute_errors(truth, predictions).mean())


def medae(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the median of the absolute errors: half of the rows are nearer than this.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target; with an even n the mean of the two middle errors.

    Source
    ------
    sklearn.metrics.median_absolute_error.

    Examples
    --------
    >>> medae(np.array([1.0, 2.0, 3.0]), np.array([1.5, 2.0, 90.0]))
    0.5
    """
    return float(np.median(absolute_errors(truth, predictions)))


def max_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the largest absolute error.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) and up, in the unit of the target.

    Source
    ------
    sklearn.metrics.max_error.

    Examples
    --------
    >>> max_error(np.array([1.0, 2.0]), np.array([4.0, 6.0]))
    4.0
    """
    return float(absolute_errors(truth, predictions).max())


def log_mae(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the natural logarithm of the mean absolute error: halving any error gains as much.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, -20.72 (best, ln 1e-9) and up.

    Edge cases
    ----------
    A mean absolute error below 1e-9 counts as 1e-9.

    Source
    ------
    Kaggle, Predicting Molecular Properties (2019), for one group.

    Examples
    --------
    >>> round(log_mae(np.array([1.0, 2.0]), np.array([4.0, 6.0])), 6)
    1.252763
    """
    return float(np.log(max(mae(truth, predictions), LEAST_MAE)))


def mape(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean of |error| / |truth|.

    Parameters
    ----------
    truth : (n,) numbers other than 0.
    predictions : (n,) numbers, in the unit of the truth.

    Returns
    -------
    float, 0 (best) and up, a share: 0.1 is 10 %.

    Raises
    ------
    MetricError
        A truth of 0, where scikit-learn divides by 2e-16.

    Source
    ------
    sklearn.metrics.mean_absolute_percentage_error.

    Examples
    --------
    >>> mape(np.array([2.0, 4.0]), np.array([1.0, 4.0]))
    0.25
    """
    return float(relative_errors(truth, predictions).mean())


def smape(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean of |error| over the mean size of both numbers, in percent.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target.

    Returns
    -------
    float, 0 (best) to 200.

    Edge cases
    ----------
    Where truth and prediction are both 0 the error is 0.

    Source
    ------
    Makridakis 1993, in the form of the M4 competition (0 to 200).

    Examples
    --------
    >>> smape(np.array([1.0, 0.0]), np.array([3.0, 0.0]))
    50.0
    """
    return float(symmetric_errors(truth, predictions).mean())


def poisson_deviance(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean Poisson deviance, 2 (t ln(t / p) + p - t): for counts, whose noise grows with their size.

    Parameters
    ----------
    truth : (n,) counts, 0 and up.
    predictions : (n,) expected counts, above 0.

    Returns
    -------
    float, 0 (best) and up.

    Raises
    ------
    MetricError
        A negative truth; a prediction of 0 or less.

    Source
    ------
    sklearn.metrics.mean_poisson_deviance.

    Examples
    --------
    >>> poisson_deviance(np.array([0.0, 2.0]), np.array([1.0, 2.0]))
    1.0
    """
    return float(poisson_deviances(truth, predictions).mean())


def rmsle(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the root of the mean squared difference of ln(1 + value): relative errors weigh alike at any size.

    Parameters
    ----------
    truth, predictions : (n,) numbers, 0 and up.

    Returns
    -------
    float, 0 (best) and up, without unit.

    Raises
    ------
    MetricError
        A negative value on either side.

    Source
    ------
    sklearn.metrics.root_mean_squared_log_error.

    Examples
    --------
    >>> round(rmsle(np.array([0.0, 99.0]), np.array([0.0, 9.0])), 6)
    1.628174
    """
    difference = log_errors(truth, predictions)
    return float(np.sqrt(np.dot(difference, difference) / len(difference)))


def r2(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of the truth's variance that the predictions explain.

    Parameters
    ----------
    truth, predictions : (n,) numbers, in the unit of the target; n at least 2.

    Returns
    -------
    float, 1 (best) and down without bound; 0 is what the truth's own mean would reach.

    Raises
    ------
    MetricError
        A constant truth: there is no variance to explain.

    Source
    ------
    sklearn.metrics.r2_score, which gives 0 or 1 for a constant truth where this refuses.

    Examples
    --------
    >>> r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0]))
    0.5
    """
    difference = errors(truth, predictions)
    centred = _centred(truth)
    sums = [np.dot(difference, difference), centred.sum(), np.dot(centred, centred), len(centred)]
    value = float(explained(np.array(sums, dtype=np.float64)))
    if np.isnan(value):
        raise MetricError("truth is constant: there is no variance to explain")
    return value


def errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) predictions - truth. Raises MetricError where one is beyond LARGEST_ERROR."""
    expected, found = number_rows(truth, predictions)
    with np.errstate(over="ignore", invalid="ignore"):
        difference = found - expected
        squares = np.dot(difference, difference)
    if not squares <= LARGEST_ERROR:  # a glance that any usual answer passes
        worst = int(np.argmax(np.abs(difference)))
        if abs(difference[worst]) <= LARGEST_ERROR:
            return difference
        raise MetricError(
            f"predictions, row {worst}: expected a number within {LARGEST_ERROR:g} of the truth, found {found[worst]}"
        )
    return difference


def absolute_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) absolute errors."""
    return np.abs(errors(truth, predictions))


def squared_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) squared errors."""
    return np.asarray(errors(truth, predictions) ** 2)


def relative_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) |error| / |truth|. Raises MetricError for a truth of 0, or so near it that the share is infinite."""
    absolute = absolute_errors(truth, predictions)
    size = np.abs(truth.astype(np.float64))
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        shares = absolute / size
    wrong = np.flatnonzero(~(shares <= LARGEST_ERROR))
    if len(wrong):
        row = int(wrong[0])
        raise MetricError(f"truth, row {row}: expected a number that an error can be a share of, found {truth[row]}")
    return shares


def symmetric_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) |error| / mean of |truth| and |prediction|, in percent; 0 where both are 0."""
    expected, found = number_rows(truth, predictions)
    half, other = np.abs(expected) / 2, np.abs(found) / 2
    size = half + other
    same_side = np.sign(expected) * np.sign(found) > 0
    apart = np.where(same_side, np.abs(half - other), size)  # half of the error, without overflow
    return np.asarray(200.0 * (apart / np.where(size > 0, size, 1.0)))


def poisson_deviances(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) deviances 2 (t ln(t / p) + p - t). Raises MetricError for t below 0 and p not above 0."""
    difference = errors(truth, predictions)
    expected, found = number_rows(truth, predictions)
    for side, values, wrong, wanted in (
        ("truth", expected, expected < 0, "0 or more"),
        ("predictions", found, found <= 0, "more than 0"),
    ):
        if wrong.any():
            row = int(np.argmax(wrong))
            raise MetricError(f"{side}, row {row}: expected {wanted}, found {values[row]}")
    some = expected > 0
    if some.all():
        logarithm = np.log(expected)
    else:
        logarithm = np.log(np.where(some, expected, 1.0))
        found = np.where(some, found, 1.0)
    logarithm -= np.log(found)
    return 2.0 * (expected * logarithm + difference)


def medae_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) medians of the absolute errors, one for each row of (m, n) counts."""
    return counted_percentile(absolute_errors(truth, predictions), counts, 50.0)


def max_error_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) largest absolute errors, one for each row of (m, n) counts."""
    return counted_extreme(absolute_errors(truth, predictions), counts)


def absolute_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): absolute error, 1."""
    absolute = absolute_errors(truth, predictions)
    return np.column_stack([absolute, np.ones(len(absolute))])


def square_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): squared error, 1."""
    squares = squared_errors(truth, predictions)
    return np.column_stack([squares, np.ones(len(squares))])


def log_square_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): squared difference of ln(1 + value), 1."""
    difference = log_errors(truth, predictions)
    return np.column_stack([difference**2, np.ones(len(difference))])


def log_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) differences of ln(1 + value). Raises MetricError for a negative value."""
    expected, found = number_rows(truth, predictions)
    for side, values in (("truth", expected), ("predictions", found)):
        if values.min() < 0:
            row = int(np.argmin(values))
            raise MetricError(f"{side}, row {row}: expected 0 or more, found {values[row]}")
    return np.asarray(np.log1p(found) - np.log1p(expected))


def variance_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 4): squared error, truth, squared truth, 1; the truth is centred first, so nothing cancels."""
    difference = errors(truth, predictions)
    centred = _centred(truth)
    return np.column_stack([difference**2, centred, centred**2, np.ones(len(centred))])


def _centred(truth: NDArray[Any]) -> Array:
    """Return the truth less its mean. Raises MetricError where its squares would leave the range of a float."""
    numbers = truth.astype(np.float64, copy=False)
    low, high = numbers.min(), numbers.max()
    if low == high:
        return np.zeros(len(numbers))  # the mean of equal numbers may round to another one
    if high / 2 - low / 2 > LARGEST_ERROR:
        raise MetricError(f"truth: expected numbers within {LARGEST_ERROR:g} of each other")
    return np.asarray(numbers - numbers.mean())


def log_of_mean(sums: Array) -> Array:
    """Return the natural logarithm of sum / count, at least that of LEAST_MAE."""
    return np.asarray(np.log(np.maximum(sums[..., 0] / sums[..., 1], LEAST_MAE)))


def root_of_mean(sums: Array) -> Array:
    """Return the square root of sum / count."""
    return np.asarray(np.sqrt(sums[..., 0] / sums[..., 1]))


def explained(sums: Array) -> Array:
    """Return 1 - residual / variance; NaN where a resample holds one value only."""
    errors, total, squares, count = np.moveaxis(sums, -1, 0)
    variance = squares - total**2 / count
    constant = variance <= 1e-12 * squares  # rounding of the subtraction, relative to what is subtracted
    safe = np.where(constant, 1.0, variance)
    return np.asarray(np.where(constant, np.nan, 1.0 - errors / safe))
