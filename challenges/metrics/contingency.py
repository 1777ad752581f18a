"""Who is with whom on both sides: the table of clusters against classes that measures of partitions are made of.

    truth        a a b b         rows a, b; columns 5, 7, 9
    predictions  5 5 7 9         cells (a, 5) = 2, (b, 7) = 1, (b, 9) = 1; the empty cells are not kept

Only cells that hold a point are kept, so that a cluster for each point costs no more than one cluster for all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.matrices import some_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Table:
    """Counts of points: by class of the truth (rows), by cluster (columns), and by both (cells)."""

    cells: Array
    rows: Array
    columns: Array
    row_of: Places
    """The row of each cell."""
    column_of: Places
    points: float


Measure = Callable[[Table], float]


@dataclass(frozen=True)
class _Crossed:
    """The points of one set with the cell that each falls into."""

    cell_of: Places
    row_of: Places
    column_of: Places
    rows: int
    columns: int

    def table(self, drawn: NDArray[Any] | None = None) -> Table:
        """Return the counts, with each point as often as `drawn` says."""
        cells = np.bincount(self.cell_of, weights=drawn, minlength=len(self.row_of)).astype(np.float64)
        return Table(
            cells=cells,
            rows=np.bincount(self.row_of, weights=cells, minlength=self.rows).astype(np.float64),
            columns=np.bincount(self.column_of, weights=cells, minlength=self.columns).astype(np.float64),
            row_of=self.row_of,
            column_of=self.column_of,
            points=float(cells.sum()),
        )


def by_set(truth: NDArray[Any], predictions: NDArray[Any], measure: Measure) -> float:
    """Return the mean measure over the sets, or the measure of the one set whose points are the rows."""
    some_rows(truth, predictions)
    if is_points(truth):
        return measure(_crossed(_points(truth, "truth"), _points(predictions, "predictions")).table())
    return float(np.mean([measure(_crossed(*pair).table()) for pair in cells_of_sets(truth, predictions)]))


def by_resample(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], measure: Measure) -> Array:
    """Return (m,) measures where rows are drawn as often as (m, n) counts say; NaN where none is."""
    some_rows(truth, predictions)
    if is_points(truth):
        crossed = _crossed(_points(truth, "truth"), _points(predictions, "predictions"))
        return np.array([measure(crossed.table(drawn)) if drawn.any() else np.nan for drawn in counts])
    scores = np.array([measure(_crossed(*pair).table()) for pair in cells_of_sets(truth, predictions)])
    total = counts.sum(axis=1)
    return np.asarray(np.where(total > 0, counts @ scores / np.maximum(total, 1), np.nan))


def is_points(values: NDArray[Any]) -> bool:
    """Return whether a row is one point, not a set of them."""
    if values.dtype == object:
        return len(values) > 0 and isinstance(values[0], str)
    return values.ndim == 1


def cells_of_sets(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield both sides of each set. Raises MetricError where one is not labels, or they are not as many."""
    some_rows(truth, predictions)
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        labels = _labels(expected, "truth", row)
        yield labels, _labels(found, "predictions", row, labels.shape)


def _crossed(expected: NDArray[Any], found: NDArray[Any]) -> _Crossed:
    rows, row_codes = np.unique(expected, return_inverse=True)
    columns, column_codes = np.unique(found, return_inverse=True)
    codes, cell_of = np.unique(row_codes.astype(np.int64) * len(columns) + column_codes, return_inverse=True)
    return _Crossed(cell_of, codes // len(columns), codes % len(columns), len(rows), len(columns))


def _points(values: NDArray[Any], side: str) -> NDArray[Any]:
    if values.ndim != 1 or values.dtype.kind not in "fiubUO":
        raise MetricError(f"{side}: expected one label a row, found dtype {values.dtype}, shape {values.shape}")
    if values.dtype.kind == "O":
        row = next((place for place, value in enumerate(values) if not isinstance(value, str)), -1)
        if row >= 0:
            raise MetricError(f"{side}, row {row}: expected a label as text, found a {type(values[row]).__name__}")
    if values.dtype.kind == "f":
        odd = np.flatnonzero(~(values == np.rint(values)) | np.isinf(values))
        if len(odd):
            raise MetricError(f"{side}, row {odd[0]}: expected a whole number as a label, found {values[odd[0]]}")
    return values


def _labels(cell: Any, side: str, row: int, shape: tuple[int, ...] | None = None) -> NDArray[Any]:
    try:
        labels = np.asarray(cell)
    except ValueError:
        raise MetricError(f"{side}, row {row}: expected integer labels, found lists of unequal length") from None
    if labels.ndim != 1 or len(labels) == 0 or labels.dtype.kind not in "iu":
        raise MetricError(f"{side}, row {row}: expected integer labels, one for each point")
    if shape is not None and labels.shape != shape:
        raise MetricError(f"{side}, row {row}: expected {shape[0]} labels, found {len(labels)}")
    return labels
