"""Numbers in space: what a metric demands of one cell of points, poses or lines."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

LARGEST = 1e9
"""Metres or pixels; squares and sums of greater numbers would lose their digits."""


def array_of(values: Any, where: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return finite float64 of a shape in which -1 stands for any length. Raises MetricError saying where."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        array = np.empty(0, dtype=object)
    fits = array.ndim == len(shape) and all(want in (-1, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits or array.dtype.kind not in "fiu":
        wanted = " x ".join("k" if size == -1 else str(size) for size in shape)
        expected = f"{wanted} numbers" if shape else "a number"
        raise MetricError(f"{where}: expected {expected}, found {array.dtype} of shape {array.shape}")
    if not (np.abs(array) <= LARGEST).all():
        odd = array[~(np.abs(array) <= LARGEST)].flat[0]
        raise MetricError(f"{where}: expected finite numbers within ±{LARGEST:g}, found {odd}")
    return array.astype(np.float64)


def above_zero(name: str, value: float) -> None:
    """Raise MetricError unless a parameter is above 0 and finite."""
    if not 0 < value < np.inf:
        raise MetricError(f"{name}: expected more than 0, found {value}")
