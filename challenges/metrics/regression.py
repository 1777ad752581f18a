"""Numbers against numbers. Every function is a function of sums over the rows, so a resample costs one product.

All take (n,) arrays in the unit of the target and refuse an empty, unequal, NaN or infinite input with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


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
    return float(root_of_mean(square_sums(truth, predictions).sum(axis=0)))


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
    return float(root_of_mean(log_square_sums(truth, predictions).sum(axis=0)))


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
    value = float(explained(variance_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth is constant: there is no variance to explain")
    return value


def absolute_errors(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) absolute errors."""
    expected, found = number_rows(truth, predictions)
    return np.abs(found - expected)


def square_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): squared error, 1."""
    expected, found = number_rows(truth, predictions)
    return np.column_stack([(found - expected) ** 2, np.ones(len(found))])


def log_square_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): squared difference of ln(1 + value), 1."""
    expected, found = number_rows(truth, predictions)
    for side, values in (("truth", expected), ("predictions", found)):
        if values.min() < 0:
            row = int(np.argmin(values))
            raise MetricError(f"{side}, row {row}: expected 0 or more, found {values[row]}")
    return np.column_stack([(np.log1p(found) - np.log1p(expected)) ** 2, np.ones(len(found))])


def variance_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 4): squared error, truth, squared truth, 1; the truth is centred first, so nothing cancels."""
    expected, found = number_rows(truth, predictions)
    centred = expected - expected.mean()
    if (expected == expected[0]).all():
        centred = np.zeros(len(expected))  # the mean of equal numbers may round to another one
    return np.column_stack([(found - expected) ** 2, centred, centred**2, np.ones(len(found))])


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
