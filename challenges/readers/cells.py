"""One column of cells as text -> one array, with a finding for every kind of fault."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from challenges.answers import CategoryColumn, Column, IntegerColumn, NumberColumn, TextColumn
from challenges.readers.findings import Findings, shown

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
"""Eighteen digits always fit int64."""
NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
FORMULA_STARTS = ("=", "+", "-", "@")
"""A spreadsheet runs such a cell when an instructor opens the file."""


class Cells:
    """The cells of one column with the row at which each stands."""

    def __init__(self, name: str, cells: Sequence[str], rows: Sequence[int], findings: Findings) -> None:
        self.name = name
        self._cells = cells
        self._rows = rows
        self._findings = findings
        self.faulty: set[int] = set()
        """Places of cells that a finding speaks of."""

    def read(self, column: Column) -> NDArray[Any]:
        """Return the (n,) values; where something is wrong the findings say so and the array means nothing."""
        match column:
            case NumberColumn():
                return self._numbers(column)
            case IntegerColumn():
                return self._integers(column)
            case CategoryColumn():
                return self._categories(column)
            case TextColumn():
                return self._texts(column)
        assert_never(column)

    def _numbers(self, column: NumberColumn) -> NDArray[np.float64]:
        odd = self._unlike(NUMBER)
        self._name_odd_numbers(odd, "a number such as 0.25")
        values = np.array(list(map(float, self._without(odd))), dtype=np.float64)
        beyond = np.flatnonzero(np.isinf(values))  # 1e400 has the shape of a number
        self._note("not_finite", beyond, "a finite number")
        self._note_range(values, column.min, column.max, skip=[*odd, *beyond])
        return values

    def _integers(self, column: IntegerColumn) -> NDArray[np.int64]:
        odd = self._unlike(INTEGER)
        long = [place for place in odd if re.fullmatch(r"[+-]?[0-9]+", self._cells[place])]
        self._note("out_of_range", long, _span(column.min, column.max))
        self._name_odd_numbers(sorted(set(odd) - set(long)), "a whole number such as 3")
        values = np.array(list(map(int, self._without(odd))), dtype=np.int64)
        self._note_range(values, column.min, column.max, skip=odd)
        return values

    def _categories(self, column: CategoryColumn) -> NDArray[np.str_]:
        known = frozenset(column.values)
        odd = self._where(lambda cell: cell not in known)
        expected = _listed(column.values)
        blank, odd = self._split(odd, lambda cell: not cell)
        self._note("missing_value", blank, expected)
        formulas, odd = self._split(odd, lambda cell: cell.startswith(FORMULA_STARTS))
        self._note("formula", formulas, f"{expected}, never a formula")
        self._note("unknown_category", odd, expected)
        return np.array(self._cells, dtype=np.str_) if not (blank or formulas or odd) else np.array([], dtype=np.str_)

    def _texts(self, column: TextColumn) -> NDArray[Any]:
        long = self._where(lambda cell: len(cell) > column.max_length)
        self._note("bad_text", long, f"at most {column.max_length} characters")
        skip = set(long)
        if column.pattern is not None:
            fits = re.compile(column.pattern).fullmatch
            odd = [place for place in self._where(lambda cell: bool(cell)) if place not in skip]
            odd = [place for place in odd if fits(self._cells[place]) is None]
            expected = f"a text like {column.pattern}"
        else:
            odd = [place for place in self._where(_suspicious) if place not in skip]
            expected = "plain text"
        formulas, odd = self._split(odd, lambda cell: cell.startswith(FORMULA_STARTS))
        self._note("formula", formulas, f"{expected}, never a formula")
        self._note("bad_text", odd, expected)
        texts = np.empty(len(self._cells), dtype=object)
        texts[:] = self._cells
        return texts

    def _name_odd_numbers(self, odd: Sequence[int], expected: str) -> None:
        blank, odd = self._split(odd, lambda cell: not cell)
        self._note("missing_value", blank, expected)
        endless, odd = self._split(odd, lambda cell: NOT_FINITE.fullmatch(cell) is not None)
        self._note("not_finite", endless, "a finite number")
        formulas, odd = self._split(odd, lambda cell: cell.startswith(("=", "@")))
        self._note("formula", formulas, f"{expected}, never a formula")
        self._note("not_a_number", odd, expected)

    def _note_range(self, values: NDArray[Any], low: float, high: float, *, skip: Sequence[int]) -> None:
        outside = (values < low) | (values > high)
        outside[np.asarray(skip, dtype=np.int64)] = False
        self._note("out_of_range", np.flatnonzero(outside), _span(low, high))

    def _unlike(self, pattern: re.Pattern[str]) -> list[int]:
        if all(map(pattern.fullmatch, self._cells)):  # the usual case, at the speed of C
            return []
        return self._where(lambda cell: pattern.fullmatch(cell) is None)

    def _where(self, odd: Callable[[str], bool]) -> list[int]:
        return [place for place, cell in enumerate(self._cells) if odd(cell)]

    def _split(self, places: Sequence[int], chosen: Callable[[str], bool]) -> tuple[list[int], list[int]]:
        inside = [place for place in places if chosen(self._cells[place])]
        rest = set(inside)
        return inside, [place for place in places if place not in rest]

    def _without(self, odd: Sequence[int]) -> Sequence[str]:
        if not odd:
            return self._cells
        cells = list(self._cells)
        for place in odd:
            cells[place] = "0"
        return cells

    def _note(self, code: str, places: Sequence[int] | NDArray[np.int64], expected: str) -> None:
        if len(places) == 0:
            return
        self.faulty.update(map(int, places))
        row, cell = self._rows[places[0]], self._cells[places[0]]
        self._findings.add(
            code,
            f"row {row}, column {self.name}: expected {expected}, found {shown(cell)!r}",
            row=row,
            column=self.name,
            found=cell,
            expected=expected,
            count=len(places),
        )


def _suspicious(cell: str) -> bool:
    return cell.startswith(FORMULA_STARTS) or CONTROL.search(cell) is not None


def _span(low: float, high: float) -> str:
    return f"{low:.15g} to {high:.15g}"


def _listed(values: Sequence[str]) -> str:
    names = ", ".join(values[:10])
    return f"one of {names}" if len(values) <= 10 else f"one of {names} and {len(values) - 10} more"
