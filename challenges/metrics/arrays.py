"""What every metric demands of its two arrays before it looks at a single value."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError


def same_length(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both arrays have the same shape and at least one row."""
    if truth.shape != predictions.shape:
        raise MetricError(f"truth has shape {truth.shape} and predictions {predictions.shape}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")


def number_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return both sides as (n,) float64. Raises MetricError for other shapes, text, NaN and infinities."""
    same_length(truth, predictions)
    return finite(truth, "truth"), finite(predictions, "predictions")


def finite(values: NDArray[Any], side: str) -> NDArray[np.float64]:
    """Return (n,) float64. Raises MetricError naming the first row that is not a finite number."""
    if values.ndim != 1 or values.dtype.kind not in "fiub":
        raise MetricError(
            f"{side}: expected one number a row, found dtype {values.dtype} with {values.ndim} dimensions"
        )
    numbers = values.astype(np.float64, copy=False)
    whole = np.isfinite(numbers)
    if not whole.all():
        bad = np.flatnonzero(~whole)
        raise MetricError(f"{side}, row {bad[0]}: expected a finite number, found {numbers[bad[0]]}")
    return numbers


def truth_or_false(truth: NDArray[Any]) -> NDArray[np.bool_]:
    """Return (n,) bool for a truth of 0 and 1. Raises MetricError for anything else."""
    numbers = finite(truth, "truth")
    if not np.isin(numbers, (0.0, 1.0)).all():
        raise MetricError("truth: expected only 0 and 1")
    return np.asarray(numbers == 1.0)


def probabilities(predictions: NDArray[Any]) -> NDArray[np.float64]:
    """Return (n,) float64 within 0..1. Raises MetricError for anything else."""
    numbers = finite(predictions, "predictions")
    outside = np.flatnonzero((numbers < 0) | (numbers > 1))
    if len(outside):
        raise MetricError(f"predictions, row {outside[0]}: expected 0 to 1, found {numbers[outside[0]]}")
    return numbers
