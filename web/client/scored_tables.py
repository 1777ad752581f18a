"""Two csv files -> truth and predictions in one order, read as the judge reads a submission.

    header ──> ids ──> columns ──> the judge's own reader of tables ──> arrays in the order of the truth

A challenge says what its columns hold; here the metric does, and the truth: classes that are whole numbers there are
whole numbers in the predictions too.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import Column, CsvAnswer, IntegerColumn, NumberColumn, TextColumn
from challenges.errors import InvalidSubmission
from challenges.evaluation import grouped, rows_by_group
from challenges.metrics.types import Metric, Takes
from challenges.readers import Expected, read
from challenges.readers.cells import INTEGER
from web.client.errors import Usage

LARGEST = sys.float_info.max
NUMBER = NumberColumn(type="number", min=-LARGEST, max=LARGEST)
WHOLE = IntegerColumn(type="integer", min=-(10**18), max=10**18)
TEXT = TextColumn(type="text", max_length=1_000_000, pattern="(?s).*")
MAX_MB = 4000.0
MANY = 0
"""As many columns as there are."""


@dataclass(frozen=True)
class Side:
    """What a metric reads from one file of a table."""

    column: Column | None
    """None: classes, whole numbers where the truth has nothing else, texts otherwise."""
    columns: int = 1


LABEL = Side(None)
ONE, SOME, PAIR = Side(NUMBER), Side(NUMBER, MANY), Side(NUMBER, 2)
CODE, TICKS = Side(WHOLE), Side(WHOLE, MANY)

TABLES: dict[Takes, tuple[Side, Side]] = {
    Takes.NUMBERS: (ONE, ONE),
    Takes.LABELS: (LABEL, LABEL),
    Takes.PROBABILITIES: (CODE, ONE),
    Takes.CLASS_PROBABILITIES: (LABEL, SOME),
    Takes.TICKS: (TICKS, TICKS),
    Takes.LABEL_SCORES: (TICKS, SOME),
    Takes.FEATURES: (SOME, CODE),
    Takes.FEATURE_SETS: (SOME, SOME),
    Takes.NEARNESS: (ONE, ONE),
    Takes.PAYOFFS: (ONE, CODE),
    Takes.TEXTS: (Side(TEXT), Side(TEXT)),
    Takes.TOPIC_SHARES: (SOME, SOME),
    Takes.PARTITIONS: (LABEL, LABEL),
    Takes.COSTS: (ONE, ONE),
    Takes.RESULTS: (ONE, ONE),
    Takes.DIGITS: (ONE, ONE),
    Takes.CHECKS: (ONE, ONE),
    Takes.MEASUREMENTS: (ONE, ONE),
    Takes.OUTCOMES: (ONE, ONE),
    Takes.VECTORS: (SOME, SOME),
    Takes.PLACES: (PAIR, PAIR),
    Takes.DIRECTIONS: (SOME, SOME),
    Takes.TOLERANCES: (PAIR, ONE),
    Takes.QUANTILES: (ONE, SOME),
    Takes.SAMPLES: (ONE, SOME),
    Takes.INTERVALS: (ONE, PAIR),
    Takes.SCALED_INTERVALS: (PAIR, PAIR),
    Takes.LABEL_SERIES: (CODE, CODE),
    Takes.TRIALS: (PAIR, ONE),
    Takes.VERDICTS: (CODE, CODE),
    Takes.UTILITIES: (ONE, ONE),
    Takes.UTILITIES_BETWEEN: (PAIR, ONE),
    Takes.OPTIONS: (SOME, CODE),
    Takes.RATES: (ONE, ONE),
    Takes.TIMES: (ONE, ONE),
    Takes.LOAD: (PAIR, ONE),
}
"""What has the shape of a table; all else is handed over as json, npy or npz."""

IN_GROUPS = {Takes.PARTITIONS, Takes.LABEL_SERIES}
"""A cell of these is a whole column: of the table, or of the rows that share a group."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What the command line says about the columns; empty where it says nothing."""

    ids: tuple[str, ...] = ()
    truth: tuple[str, ...] = ()
    predictions: tuple[str, ...] = ()
    unit: str | None = None
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Arrays:
    """Truth and the predictions of each file, row by row, and how they were found."""

    truth: NDArray[Any]
    predictions: tuple[NDArray[Any], ...]
    unit: NDArray[Any]
    notes: tuple[str, ...]
    """Which columns were used, in words."""


class Table:
    """One csv file; what is wrong with it comes out as the judge says it."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._data = data
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").replace("\x00", "")
        rows = (row for row in csv.reader(io.StringIO(text, newline="")) if row)
        self.header = next(rows, [])
        self._rows = [row for row in rows if len(row) == len(self.header)]

    def cells(self, column: str) -> list[str]:
        place = self.header.index(column)
        return [row[place] for row in self._rows]

    def read(self, columns: dict[str, Column], expected: Expected) -> dict[str, NDArray[Any]]:
        """Return columns in the order of the expected ids. Raises InvalidSubmission with all findings."""
        others = {name: TEXT for name in self.header if name not in columns and name not in expected.ids}
        answer = CsvAnswer(
            format="csv", file=self.name, max_mb=MAX_MB, ids=tuple(expected.ids), columns={**columns, **others}
        )
        try:
            return dict(read(self._data, answer, expected))
        except InvalidSubmission as invalid:
            raise InvalidSubmission([replace(finding, file=self.name) for finding in invalid.findings]) from invalid


def read_tables(
    metric: Metric, truth: Table, predictions: Sequence[Table], *, chosen: Chosen, thresholded: bool = False
) -> Arrays:
    """Return the sides of a metric. Raises InvalidSubmission for cells and ids, Usage for columns that do not fit."""
    first, second = TABLES[metric.takes]
    ids = chosen.ids or _ids(truth, predictions)
    apart = [name for name in (chosen.unit, chosen.group) if name is not None]
    _stand([*ids, *apart], truth)
    found = [_named(table, chosen.predictions, ids, apart, side=second) for table in predictions]
    # The same names on both sides belong together; other columns of the truth are then left alone.
    like = found[0] if set(found[0]) <= set(truth.header) and first.columns == second.columns else ()
    asked = _named(truth, chosen.truth or like, ids, apart, side=first)
    kind = _kind(truth, asked) if first.column is None else first.column
    expected = _expected(truth, ids)
    columns = {**dict.fromkeys(asked, kind), **dict.fromkeys(apart, TEXT)}
    known = truth.read({name: columns[name] for name in dict.fromkeys([*asked, *apart])}, expected)
    other = NUMBER if thresholded else kind if second.column is None else second.column
    sides = [
        _side([table.read(dict.fromkeys(names, other), expected)[name] for name in names], second)
        for table, names in zip(predictions, found, strict=True)
    ]
    left = _side([known[name] for name in asked], first)
    if metric.takes is Takes.CLASS_PROBABILITIES and left.dtype == object:
        left = _numbered(left, found[0], truth.name)
    if metric.takes is Takes.PARTITIONS:
        left, *sides = (_coded(side) for side in (left, *sides))
    unit = np.arange(len(left)) if chosen.unit is None else np.unique(known[chosen.unit], return_inverse=True)[1]
    notes = [
        f"{len(left):,} rows, told apart by {', '.join(ids)}",
        f"truth: {_listed(asked)}; predictions: {_listed(found[0])}",
    ]
    if metric.takes in IN_GROUPS or chosen.group is not None:
        groups = rows_by_group(known[chosen.group]) if chosen.group is not None else [np.arange(len(left))]
        left, *sides = (grouped(side, groups) for side in (left, *sides))
        unit = np.arange(len(groups)) if chosen.unit is None else unit[[rows[0] for rows in groups]]
        notes.append(f"{len(groups)} groups of rows" if chosen.group else "all rows are one group")
    return Arrays(truth=left, predictions=tuple(sides), unit=unit, notes=tuple(notes))


def _ids(truth: Table, predictions: Sequence[Table]) -> tuple[str, ...]:
    """Return `id`, or else the first column of the truth that every file has. Raises Usage."""
    headers = [set(table.header) for table in (truth, *predictions)]
    shared = [name for name in truth.header if all(name in header for header in headers)]
    if not shared:
        raise Usage(
            f"No column stands in all files, so rows cannot be matched: {truth.name} has {_listed(truth.header)}."
        )
    return ("id",) if "id" in shared else (shared[0],)


def _named(
    table: Table, chosen: Sequence[str], ids: Sequence[str], apart: Sequence[str], *, side: Side
) -> tuple[str, ...]:
    names = tuple(chosen) or tuple(name for name in table.header if name not in ids and name not in apart)
    _stand([*ids, *names], table)
    if not names or (side.columns != MANY and len(names) != side.columns):
        wanted = "at least one column" if side.columns == MANY else f"{side.columns} column{'s'[: side.columns - 1]}"
        raise Usage(
            f"{table.name}: expected {wanted} beside {_listed(ids)}, found {_listed(names)}. "
            "Say which with --truth-columns or --prediction-columns."
        )
    return names


def _stand(names: Sequence[str], table: Table) -> None:
    absent = next((name for name in names if name not in table.header), None)
    if absent is not None:
        raise Usage(f"{table.name}: there is no column {absent!r}; it has {_listed(table.header)}.")


def _kind(truth: Table, names: Sequence[str]) -> Column:
    whole = all(INTEGER.fullmatch(cell) for name in names for cell in truth.cells(name))
    return WHOLE if whole else TEXT


def _expected(truth: Table, ids: Sequence[str]) -> Expected:
    keys = list(dict.fromkeys(zip(*(truth.cells(name) for name in ids), strict=True)))  # what repeats is a finding
    return Expected(ids={name: np.array([key[place] for key in keys]) for place, name in enumerate(ids)})


def _side(columns: Sequence[NDArray[Any]], side: Side) -> NDArray[Any]:
    return columns[0] if side.columns == 1 else np.column_stack(columns)


def _numbered(classes: NDArray[Any], names: Sequence[str], file: str) -> NDArray[np.int64]:
    """Return the number of each class: its place among the columns of probabilities, which are named after them."""
    places = {name: place for place, name in enumerate(names)}
    strange = next((name for name in classes if name not in places), None)
    if strange is not None:
        raise Usage(f"{file}: class {strange!r} has no column of probabilities; there are {_listed(names)}.")
    return np.array([places[name] for name in classes])


def _coded(clusters: NDArray[Any]) -> NDArray[Any]:
    """Return clusters as whole numbers: any other name does as well."""
    return clusters if clusters.dtype.kind in "iu" else np.unique(clusters, return_inverse=True)[1]


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:8])
    return (shown or "none") if len(names) <= 8 else f"{shown} and {len(names) - 8} more"
