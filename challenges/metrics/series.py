"""Rows that are series: cells of any length become one flat array of steps, so that no metric loops over rows.

truth        row 0: [5, 7]            ──> truth        5 7 4          lengths 2 1
             row 1: [4]
predictions  row 0: [[4, 6], [6, 8]]  ──> predictions  4 6 3
             row 1: [[3, 5]]                           6 8 5
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """All steps of all rows, one after the other."""

    truth: Array
    """(steps,)"""
    predictions: Array
    """(steps,), or (steps, k) where a prediction is several numbers."""
    lengths: NDArray[np.int64]
    """(rows,) how many steps each row has, at least 1."""

    def sums(self, figures: Array) -> Array:
        """Return (rows,) sums of the (steps,) figures of each row."""
        if len(self.lengths) == len(figures):
            return figures
        return np.asarray(np.add.reduceat(figures, np.cumsum(self.lengths) - self.lengths))

    def means(self, figures: Array) -> Array:
        """Return (rows,) means of the (steps,) figures of each row."""
        return self.sums(figures) / self.lengths


def steps(truth: NDArray[Any], predictions: NDArray[Any], *, several: bool = False) -> Steps:
    """Return all steps of both sides; a row is a number or a series, with `several` numbers a step in the predictions.

    Raises MetricError naming side and row where a cell is not numbers, not finite, empty, or of another length.
    """
    rows_of_both(truth, predictions)
    expected, lengths = flat(truth, "truth")
    found, found_lengths = flat(predictions, "predictions", several=several)
    differing = np.flatnonzero(lengths != found_lengths)
    if len(differing):
        row = int(differing[0])
        raise MetricError(
            f"predictions, row {row}: expected {lengths[row]} steps as in truth, found {found_lengths[row]}"
        )
    return Steps(expected, found, lengths)


def rows_of_both(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both sides have the same number of rows, at least one."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")


def flat(values: NDArray[Any], side: str, *, several: bool = False) -> tuple[Array, NDArray[np.int64]]:
    """Return the (steps,) or (steps, k) finite numbers of all rows, and the (rows,) numbers of steps."""
    if values.dtype != object:
        return _flat_block(values, side, several)
    cells = [_cell(cell, side, row, several) for row, cell in enumerate(values)]
    lengths = np.array([len(cell) for cell in cells], dtype=np.int64)
    if several:
        for row, cell in enumerate(cells):
            if cell.shape[1] != cells[0].shape[1]:
                raise MetricError(
                    f"{side}, row {row}: expected {cells[0].shape[1]} numbers a step as in row 0, found {cell.shape[1]}"
                )
    together = np.concatenate(cells)
    return finite_steps(together, side, lengths), lengths


def table(values: NDArray[Any], side: str) -> Array:
    """Return (rows, k) finite numbers: one vector a row, all of one length."""
    numbers, lengths = flat(values, side, several=True)
    if (lengths != 1).any() or numbers.shape[1] == 0:
        raise MetricError(f"{side}: expected one vector of numbers a row, found an array for each row")
    return numbers


def finite_steps(numbers: Array, side: str, lengths: NDArray[np.int64]) -> Array:
    """Return the numbers. Raises MetricError naming row and step of the first that is not finite."""
    if not np.isfinite(numbers).all():
        bad = np.isfinite(numbers).reshape(len(numbers), -1).all(axis=1)
        step = int(np.argmin(bad))
        row = int(np.searchsorted(np.cumsum(lengths), step, side="right"))
        first = int(lengths[:row].sum())
        strange = np.ravel(numbers[step])
        raise MetricError(
            f"{side}, row {row}, step {step - first}: expected a finite number, "
            f"found {strange[~np.isfinite(strange)][0]}"
        )
    return numbers


def _flat_block(values: NDArray[Any], side: str, several: bool) -> tuple[Array, NDArray[np.int64]]:
    """Return what `flat` returns, for rows of equal length that lie in one array."""
    numbers = _numeric(values, side, "")
    single = 1 + several
    if numbers.ndim not in (single, single + 1) or 0 in numbers.shape[1:]:
        raise MetricError(f"{side}: expected numbers or series of numbers, found shape {numbers.shape}")
    length = 1 if numbers.ndim == single else numbers.shape[1]
    lengths = np.full(len(numbers), length, dtype=np.int64)
    together = numbers if numbers.ndim == single else numbers.reshape(-1, *numbers.shape[2:])
    return finite_steps(together, side, lengths), lengths


def _cell(cell: Any, side: str, row: int, several: bool) -> Array:
    """Return one row as (steps,) or (steps, k)."""
    try:
        raw = np.asarray(cell)
    except ValueError:
        raise MetricError(f"{side}, row {row}: expected numbers, found lists of unequal length") from None
    numbers = _numeric(raw, side, f", row {row}")
    if numbers.ndim == int(several):
        numbers = numbers[None]
    if numbers.ndim != 1 + several or 0 in numbers.shape:
        wanted = "a series of several numbers a step" if several else "a number or a series of numbers"
        raise MetricError(f"{side}, row {row}: expected {wanted}, found shape {raw.shape}")
    return numbers


def _numeric(values: NDArray[Any], side: str, place: str) -> Array:
    if values.dtype.kind not in "fiub":
        raise MetricError(f"{side}{place}: expected numbers, found {values.dtype}")
    return values.astype(np.float64, copy=False)


LARGEST_FIGURE = 1e290
"""Larger figures, summed over the rows, may leave the range of a float."""


def within_range(figures: Array) -> Array:
    """Return the (rows, ...) figures. Raises MetricError where a wild guess has made one too large to be summed."""
    tame = (np.abs(figures) <= LARGEST_FIGURE).reshape(len(figures), -1).all(axis=1)
    if not tame.all():
        raise MetricError(
            f"predictions, row {int(np.argmin(tame))}: expected numbers of a size that can be summed, "
            "found some that lead out of the range of a float"
        )
    return figures


def parts_of(truth: NDArray[Any], *names: str) -> list[NDArray[Any]]:
    """Return one column for each name, from rows that are dicts. Raises MetricError where a part is missing."""
    columns = [np.empty(len(truth), dtype=object) for _ in names]
    for row, cell in enumerate(truth):
        if not isinstance(cell, dict):
            raise MetricError(f"truth, row {row}: expected a dict with {', '.join(names)}, found {type(cell).__name__}")
        for name, column in zip(names, columns, strict=True):
            if name not in cell:
                raise MetricError(f"truth, row {row}: expected {', '.join(names)}; {name} is missing")
            column[row] = cell[name]
    return columns


def part_or(truth: NDArray[Any], name: str, default: float, like: NDArray[Any] | None = None) -> NDArray[Any]:
    """Return a part that a row may lack: the default instead, repeated to the length of the cell in `like`."""
    column = np.empty(len(truth), dtype=object)
    for row, cell in enumerate(truth):
        fill = default if like is None else np.full(np.shape(like[row]), default)
        column[row] = cell.get(name, fill)
    return column
