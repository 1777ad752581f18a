"""Lists of annotations, one list a row, read into flat arrays; a fault is named by side, row and field.

row 0: [{...}, {...}]
row 1: []               ──> listed ──> columns of fields and the row of each item ──> numbers, whole_numbers, flags
row 2: [{...}]
"""

from __future__ import annotations

import numbers
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LARGEST = 1e9
"""Pixels, metres: beyond it products of sides would lose their digits, and no picture is that large."""


@dataclass(frozen=True, kw_only=True)
class Annotations:
    """The annotations of one side, in the order of the rows."""

    side: str
    items: list[dict[str, Any]]
    columns: dict[str, list[Any]]
    """The fields that every item must have."""
    row: Integers
    """(k,) the row of each item."""
    rows: int

    def numbers(self, field: str, *, default: float | None = None) -> Floats:
        """Return (k,) finite float64. Raises MetricError naming the row of the first item without."""
        values = self._column(field, default)
        if not _are_numbers(values):
            self._refuse(field, _first(values, lambda value: not _are_numbers([value])), "a number")
        return self._finite(field, np.frombuffer(array("d", values)), "a finite number")

    def vectors(self, field: str, length: int) -> Floats:
        """Return (k, length) finite float64. Raises MetricError naming the row of the first item without."""
        values, expected = self._column(field, None), f"{length} finite numbers"
        if not _are_sequences(values, length):
            self._refuse(field, _first(values, lambda value: not _are_sequences([value], length)), expected)
        try:
            flat = np.fromiter(chain.from_iterable(values), dtype=np.float64, count=length * len(values))
        except (TypeError, ValueError):  # a text or a list among the numbers
            self._refuse(field, _first(values, lambda value: not _are_numbers(value)), expected)
        return self._finite(field, flat.reshape(-1, length), expected)

    def whole_numbers(self, field: str, *, default: int | None = None) -> Integers:
        """Return (k,) int64. Raises MetricError naming the row of the first item without."""
        values = self._column(field, default)
        if not _are_whole(values):
            self._refuse(field, _first(values, lambda value: not _are_whole([value])), "a whole number")
        try:
            return np.frombuffer(array("q", values), dtype=np.int64)
        except OverflowError:
            self._refuse(field, _first(values, lambda value: abs(value) >= 2**63), "a whole number of 64 bits")

    def flags(self, field: str) -> NDArray[np.bool_]:
        """Return (k,) bool of a field of 0 and 1, 0 where it is absent."""
        values = self.whole_numbers(field, default=0)
        self.refuse((values != 0) & (values != 1), field, "0 or 1")
        return np.asarray(values == 1)

    def areas(self, default: Floats) -> Floats:
        """Return (k,) areas in square pixels, 0 and up; an item that does not name its own has the default."""
        values = [item.get("area", own) for item, own in zip(self.items, default.tolist(), strict=True)]
        if not _are_numbers(values):
            self._refuse("area", _first(values, lambda value: not _are_numbers([value])), "a number")
        areas = np.frombuffer(array("d", values))
        self.refuse(~((areas >= 0) & (areas <= LARGEST**2)), "area", "a finite number, 0 or more")
        return areas

    def refuse(self, wrong: NDArray[np.bool_], field: str, expected: str) -> None:
        """Raise MetricError where any of (k,) flags is set, naming the row and what was found there."""
        if wrong.any():
            self._refuse(field, int(np.argmax(wrong)), expected)

    def _column(self, field: str, default: Any) -> Sequence[Any]:
        if field in self.columns:
            return self.columns[field]
        return [item.get(field, default) for item in self.items]

    def _finite(self, field: str, values: Floats, expected: str) -> Floats:
        within = np.abs(values) <= LARGEST  # NaN is not
        whole = within if within.ndim == 1 else np.all(within, axis=1)
        self.refuse(np.asarray(~whole), field, f"{expected} within ±{LARGEST:g}")
        return values

    def _refuse(self, field: str, place: int, expected: str) -> NoReturn:
        found = repr(self.items[place].get(field))
        shown = found if len(found) <= 80 else found[:77] + "..."
        raise MetricError(f"{self.side}, row {self.row[place]}, {field}: expected {expected}, found {shown}")


def listed(
    truth: NDArray[Any], predictions: NDArray[Any], *, truth_fields: Sequence[str], found_fields: Sequence[str]
) -> tuple[Annotations, Annotations]:
    """Return both sides.

    Raises MetricError for no rows, unequal lengths, cells that are no lists of objects, and objects without a field.
    """
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")
    return _listed(truth, "truth", truth_fields), _listed(predictions, "predictions", found_fields)


def _listed(cells: NDArray[Any], side: str, fields: Sequence[str]) -> Annotations:
    for row, cell in enumerate(cells):
        if not isinstance(cell, list | tuple):
            raise MetricError(f"{side}, row {row}: expected a list of objects, found {type(cell).__name__}")
    items = list(chain.from_iterable(cells))
    row_of = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
    try:
        # One list a field: a tuple an item would wake the garbage collector, which costs more than all of this.
        columns = {field: [item[field] for item in items] for field in fields}
    except (KeyError, TypeError, IndexError):
        _name_what_is_missing(items, row_of, side, fields)
    return Annotations(side=side, items=items, columns=columns, row=row_of, rows=len(cells))


def _name_what_is_missing(items: list[Any], row_of: Integers, side: str, fields: Sequence[str]) -> NoReturn:
    for item, row in zip(items, row_of, strict=True):
        if not isinstance(item, dict):
            raise MetricError(f"{side}, row {row}: expected an object with fields, found {repr(item)[:80]}")
        for field in fields:
            if field not in item:
                raise MetricError(f"{side}, row {row}: expected the field {field}, found {', '.join(map(str, item))}")
    raise MetricError(f"{side}: expected objects with the fields {', '.join(fields)}")


def _first(values: Sequence[Any], odd: Callable[[Any], bool]) -> int:
    return next(place for place, value in enumerate(values) if odd(value))


def _are_numbers(values: Sequence[Any]) -> bool:
    return _are_all(values, numbers.Real)


def _are_whole(values: Sequence[Any]) -> bool:
    return _are_all(values, numbers.Integral)


def _are_all(values: Sequence[Any], kind: type) -> bool:
    return all(issubclass(found, kind) and not issubclass(found, bool) for found in set(map(type, values)))


def _are_sequences(values: Sequence[Any], length: int) -> bool:
    sequences = all(issubclass(kind, list | tuple | np.ndarray) for kind in set(map(type, values)))
    return sequences and not set(map(len, values)) - {length}
