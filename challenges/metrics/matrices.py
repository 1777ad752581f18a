"""Several numbers a row: k class probabilities, k scores of labels, k labels ticked or not.

One side is an (n, k) array, or (n,) cells of k numbers each; the functions here make it one (n, k) float64 array and
name the first row that does not fit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

SUM_TOLERANCE = 1e-3
"""How far the probabilities of a row may be from 1 in sum: three printed digits of each leave that much."""


def is_matrix(values: NDArray[Any]) -> bool:
    """Return whether a row holds several numbers."""
    if values.dtype != object:
        return values.ndim > 1
    return len(values) > 0 and isinstance(values[0], np.ndarray | list | tuple)


def number_matrix(values: NDArray[Any], side: str) -> Array:
    """Return (n, k) float64. Raises MetricError for ragged rows, text, NaN and infinities."""
    matrix = _stacked(values, side)
    if matrix.ndim != 2 or matrix.shape[1] == 0 or matrix.dtype.kind not in "fiub":
        raise MetricError(f"{side}: expected several numbers a row, found dtype {matrix.dtype}, shape {matrix.shape}")
    numbers = matrix.astype(np.float64, copy=False)
    finite = np.isfinite(numbers)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise MetricError(f"{side}, row {row}: expected finite numbers, found {numbers[row, column]}")
    return numbers


def same_shape(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both matrices have the same shape and a row at least."""
    if truth.shape != predictions.shape:
        raise MetricError(f"truth has shape {truth.shape} and predictions {predictions.shape}; expected the same")
    some_rows(truth, predictions)


def some_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both sides have the same number of rows, at least one."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")


def ticks(values: NDArray[Any], side: str) -> NDArray[np.bool_]:
    """Return (n, k) bool for a matrix of 0 and 1. Raises MetricError for anything else."""
    numbers = number_matrix(values, side)
    ones = np.asarray(numbers == 1.0)
    odd = ~ones & (numbers != 0.0)
    if odd.any():
        row, column = np.argwhere(odd)[0]
        raise MetricError(f"{side}, row {row}: expected only 0 and 1, found {numbers[row, column]:g}")
    return ones


def class_numbers(truth: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Return (n,) classes 0 .. classes - 1. Raises MetricError for anything else."""
    if truth.ndim != 1 or truth.dtype.kind not in "fiub":
        raise MetricError(
            f"truth: expected one class 0 to {classes - 1} a row, found dtype {truth.dtype}, shape {truth.shape}"
        )
    odd = np.flatnonzero(~((truth >= 0) & (truth < classes)) | (truth != np.rint(truth)))
    if len(odd):
        raise MetricError(f"truth, row {odd[0]}: expected a class 0 to {classes - 1}, found {truth[odd[0]]}")
    return truth.astype(np.int64)


def probability_rows(predictions: NDArray[Any]) -> Array:
    """Return (n, k) probabilities that sum to 1 in every row.

    Rows may miss 1 by 0.001, for rounding, and are then divided by their sum, so that nobody gains by it. Raises
    MetricError beyond that, and for a number outside 0 to 1.
    """
    numbers = number_matrix(predictions, "predictions")
    if numbers.shape[1] < 2:
        raise MetricError("predictions: expected the probabilities of two classes at least, found one column")
    outside = (numbers < 0) | (numbers > 1)
    if outside.any():
        row, column = np.argwhere(outside)[0]
        raise MetricError(f"predictions, row {row}: expected 0 to 1, found {numbers[row, column]:g}")
    sums = numbers.sum(axis=1)
    odd = np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE)
    if len(odd):
        raise MetricError(f"predictions, row {odd[0]}: expected probabilities that sum to 1, found {sums[odd[0]]:g}")
    return np.asarray(numbers / sums[:, None])


def _stacked(values: NDArray[Any], side: str) -> NDArray[Any]:
    if values.dtype != object:
        return values
    widths = [np.shape(cell) for cell in values]
    for row, width in enumerate(widths):
        if len(width) != 1 or width != widths[0]:
            raise MetricError(f"{side}, row {row}: expected {_wanted(widths[0])}, found shape {width}")
    try:
        return np.array([np.asarray(cell) for cell in values]) if len(values) else np.empty((0, 1))
    except ValueError as error:
        raise MetricError(f"{side}: expected several numbers a row: {error}") from error


def _wanted(width: tuple[int, ...]) -> str:
    return f"{width[0]} numbers, as in row 0" if len(width) == 1 else "a list of numbers"
