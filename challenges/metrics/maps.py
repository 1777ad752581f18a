"""Pictures and volumes cell by cell: what a metric demands of a label map and of a mask before it counts pixels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.integer[Any]]
Flags = NDArray[np.bool_]


def same_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both sides have the same number of rows, and at least one."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")


def label_maps(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[Integers, Integers]]:
    """Yield the two integer arrays of each row, of one shape. Raises MetricError naming side and row."""
    same_rows(truth, predictions)
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        labels = label_map(expected, "truth", row)
        yield labels, label_map(found, "predictions", row, labels.shape)


def masks(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[Flags, Flags]]:
    """Yield the two masks of each row, of one shape. Raises MetricError naming side and row."""
    same_rows(truth, predictions)
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        inside = mask(expected, "truth", row)
        yield inside, mask(found, "predictions", row, inside.shape)


def label_map(cell: Any, side: str, row: int, shape: tuple[int, ...] | None = None) -> Integers:
    """Return one cell as an integer array, of that shape if one is given."""
    labels = np.asarray(cell)
    if labels.dtype.kind not in "iub":
        raise MetricError(f"{side}, row {row}: expected a map of whole numbers, found {_found(labels)}")
    if labels.size == 0 or labels.ndim < 1:
        raise MetricError(f"{side}, row {row}: expected at least one pixel, found shape {labels.shape}")
    if shape is not None and labels.shape != shape:
        raise MetricError(f"{side}, row {row}: expected shape {shape}, found {labels.shape}")
    return labels.view(np.uint8) if labels.dtype.kind == "b" else labels


def mask(cell: Any, side: str, row: int, shape: tuple[int, ...] | None = None) -> Flags:
    """Return one cell of 0 and 1 as a bool array, of that shape if one is given."""
    labels = label_map(cell, side, row, shape)
    if labels.min() < 0 or labels.max() > 1:
        odd = labels[(labels < 0) | (labels > 1)][0]
        raise MetricError(f"{side}, row {row}: expected a mask of 0 and 1, found {odd}")
    return labels.astype(np.bool_)


def _found(values: NDArray[Any]) -> str:
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        return str(values[~np.isfinite(values)].flat[0])
    return f"type {values.dtype}"
