"""A csv of predictions -> aligned columns.

Rows are numbered as an editor shows them: the header is row 1, and a quoted cell with a line break counts as two.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.answers import CsvAnswer, FreeLines, TextColumn
from challenges.evaluation import grouped, rows_by_group
from challenges.metrics.matrices import SUM_TOLERANCE
from challenges.readers.cells import Cells
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings, shown

MOST_COLUMNS = 200
LINE_BYTES = 65_536
"""Longest line of a table without long texts; the whole file may be a hundred megabytes without a line break."""


@dataclass(frozen=True)
class _Table:
    header: list[str]
    columns: Mapping[str, Sequence[str]]
    rows: Sequence[int]


def read_csv(data: bytes, answer: CsvAnswer, expected: Expected, findings: Findings) -> Mapping[str, NDArray[Any]]:
    """Return column -> (n,) array, (groups,) arrays of arrays or (n,) lists of lines. Raises InvalidSubmission."""
    table = _parsed(_text(data, answer, findings), answer, findings)
    if answer.free is not None:
        places = _free_places(table, answer, answer.free, expected, findings)
    else:
        places = _places(table, answer, expected, findings)
    cells = {
        name: Cells(name, table.columns[name], table.rows, findings) for name in answer.columns if name in table.columns
    }
    columns = {name: cells[name].read(column) for name, column in answer.columns.items() if name in cells}
    for name, parts in answer.distributions.items():
        if all(part in columns for part in parts):
            faulty = set[int]().union(*(cells[part].faulty for part in parts))
            columns[name] = _distribution(name, [columns.pop(part) for part in parts], faulty, table.rows, findings)
    if answer.free is not None:
        return {answer.free.name: _lines(answer.free, columns, places, table.rows, expected, findings)}
    findings.raise_if_any()
    aligned = {}
    for name, values in columns.items():
        aligned[name] = np.empty_like(values)
        aligned[name][places] = values
    if answer.group_by is None:
        return aligned
    rows = rows_by_group(expected.ids[answer.group_by])
    return {name: grouped(values, rows) for name, values in aligned.items()}


def _lines(
    free: FreeLines,
    columns: Mapping[str, NDArray[Any]],
    places: NDArray[np.int64],
    rows: Sequence[int],
    expected: Expected,
    findings: Findings,
) -> NDArray[Any]:
    """Return (n,) lists of each id's lines, or of one value of each. Raises InvalidSubmission."""
    findings.raise_if_any()
    for names in filter(None, (free.distinct, (free.order_by,) if free.order_by else ())):
        keys = list(zip(places.tolist(), *(columns[name].tolist() for name in names), strict=True))
        _note_repeats(keys, ", ".join(names), rows, findings)
    findings.raise_if_any()
    if free.order_by is not None:
        order = np.argsort(columns[free.order_by], kind="stable")
        places, columns = places[order], {name: column[order] for name, column in columns.items()}
    cells = np.fromiter(([] for _ in range(expected.rows)), dtype=object, count=expected.rows)
    if free.item is not None:
        for place, value in zip(places.tolist(), columns[free.item].tolist(), strict=True):
            cells[place].append(value)
        return cells
    for place, *values in zip(places.tolist(), *(column.tolist() for column in columns.values()), strict=True):
        cells[place].append(dict(zip(columns, values, strict=True)))
    return cells


def _note_repeats(keys: Sequence[tuple[Any, ...]], names: str, rows: Sequence[int], findings: Findings) -> None:
    seen: set[tuple[Any, ...]] = set()
    for key, row in zip(keys, rows, strict=True):
        if key in seen:
            found = ", ".join(map(str, key[1:]))
            findings.add(
                "duplicate_value", f"row {row}, column {names}: {shown(found)} stands here again for one id", row=row,
                column=names, found=found, expected="each once for an id",
            )  # fmt: skip
        seen.add(key)


def _distribution(
    name: str, parts: Sequence[NDArray[Any]], faulty: set[int], rows: Sequence[int], findings: Findings
) -> NDArray[np.float64]:
    """Return (n, k) probabilities; a row whose cells are sound must sum to 1."""
    together = np.column_stack(parts)
    sums = together.sum(axis=1)
    odd = [place for place in np.flatnonzero(np.abs(sums - 1) > SUM_TOLERANCE).tolist() if place not in faulty]
    if odd:
        expected = f"probabilities that sum to 1 within {SUM_TOLERANCE:g}"
        findings.add(
            "not_a_distribution",
            f"row {rows[odd[0]]}, {name}: expected {expected}, found a sum of {sums[odd[0]]:.6g}",
            row=rows[odd[0]],
            column=name,
            found=f"{sums[odd[0]]:.6g}",
            expected=expected,
            count=len(odd),
        )
    return together


def _text(data: bytes, answer: CsvAnswer, findings: Findings) -> str:
    longest = LINE_BYTES + sum(4 * c.max_length for c in answer.columns.values() if isinstance(c, TextColumn))
    if b"\x00" in data:
        row = data[: data.index(b"\x00")].count(b"\n") + 1
        kind = "a zip or a spreadsheet" if data.startswith(b"PK") else "not text"
        findings.add("not_csv", f"row {row} holds a zero byte: this is {kind}, expected a csv", row=row)
        findings.raise_if_any()
    ends = np.flatnonzero(np.frombuffer(data.replace(b"\r", b"\n"), dtype=np.uint8) == ord("\n"))
    lengths = np.diff(np.concatenate([[-1], ends, [len(data)]])) - 1
    if lengths.max() > longest:
        row = int(np.argmax(lengths > longest)) + 1
        findings.add(
            "not_csv", f"row {row} has {lengths[row - 1]:,} bytes; expected at most {longest:,} in a line", row=row
        )
        findings.raise_if_any()
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        findings.add(
            "not_utf8",
            f"row {row} holds the byte 0x{error.object[error.start]:02x}, which is not UTF-8; save the file as UTF-8",
            row=row,
        )
        findings.raise_if_any()
        raise


def _parsed(text: str, answer: CsvAnswer, findings: Findings) -> _Table:
    return _regular(text, answer, findings) or _line_by_line(text, answer, findings)


def _regular(text: str, answer: CsvAnswer, findings: Findings) -> _Table | None:
    """Return the table of a file as nearly all are: equal rows, one line each; None for any other."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        lines = list(reader)
    except csv.Error:
        return None
    if not lines or reader.line_num != len(lines) or set(map(len, lines)) != {len(lines[0]) or -1}:
        return None
    header = _header(lines[0], 1, answer, findings)
    columns = list(zip(*lines[1:], strict=True)) or [()] * len(header)
    return _Table(header, dict(zip(header, columns, strict=True)), range(2, len(lines) + 1))


def _line_by_line(text: str, answer: CsvAnswer, findings: Findings) -> _Table:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    lines: list[list[str]] = []
    rows: list[int] = []
    row = 1
    header: list[str] = []
    try:
        for fields in reader:
            if not header and fields:
                header = _header(fields, row, answer, findings)
            elif fields and len(fields) != len(header):
                findings.add(
                    "not_csv",
                    f"row {row} has {len(fields)} cells; expected {len(header)}, as in the header",
                    row=row,
                    found=str(len(fields)),
                    expected=str(len(header)),
                )
            elif fields:
                lines.append(fields)
                rows.append(row)
            row = reader.line_num + 1
    except csv.Error as error:
        findings.add("not_csv", f"row {row} cannot be read as csv: {error}", row=row)
        findings.raise_if_any()
    columns = list(zip(*lines, strict=True)) if lines else [()] * len(header)
    return _Table(header, dict(zip(header, columns, strict=True)), rows)


def _header(found: list[str], row: int, answer: CsvAnswer, findings: Findings) -> list[str]:
    asked = [*answer.ids, *answer.columns]
    expected = ",".join(asked)
    if len(found) > MOST_COLUMNS:
        findings.add("not_csv", f"the header names {len(found)} columns; expected {expected}", row=row)
        findings.raise_if_any()
    if len(found) == 1 and len(asked) > 1 and (";" in found[0] or "\t" in found[0]):
        findings.add("not_csv", f"cells must be separated by commas; the header is {shown(found[0])!r}", row=row)
        findings.raise_if_any()
    for name in sorted({name for name in found if found.count(name) > 1}):
        findings.add("duplicate_column", f"column {shown(name)} stands twice in the header", row=row, column=name)
    for name in asked:
        if name not in found:
            findings.add(
                "missing_column", f"column {name} is missing; expected {expected}", row=row, column=name,
                expected=expected,
            )  # fmt: skip
    for name in dict.fromkeys(found):
        if name not in asked:
            findings.add(
                "unknown_column", f"column {shown(name)!r} is not asked for; expected {expected}", row=row,
                column=shown(name), expected=expected,
            )  # fmt: skip
    if len(set(found)) < len(found):
        findings.raise_if_any()
    return found


def _places(table: _Table, answer: CsvAnswer, expected: Expected, findings: Findings) -> NDArray[np.int64]:
    """Return where each row of the file stands in the published order."""
    if not all(name in table.columns for name in answer.ids):
        return np.zeros(0, dtype=np.int64)
    name = ", ".join(answer.ids)
    keys = list(zip(*(table.columns[part] for part in answer.ids), strict=True))
    order = _as_declared(answer, expected)
    places = np.fromiter((order.get(key, -1) for key in keys), dtype=np.int64, count=len(keys))
    unknown = np.flatnonzero(places < 0)
    if len(unknown):
        _note_id(
            "unknown_id", keys[unknown[0]], table.rows[unknown[0]], name, len(unknown), "is not asked for", findings
        )
    if len(set(keys)) < len(keys):
        first: dict[tuple[str, ...], int] = {}
        again = [row for row, key in enumerate(keys) if first.setdefault(key, row) != row]
        _note_id("duplicate_id", keys[again[0]], table.rows[again[0]], name, len(again), "stands here again", findings)
    absent = np.setdiff1d(np.arange(expected.rows), places)
    if len(absent):
        key = expected.keys[absent[0]]
        findings.add(
            "missing_id",
            f"{len(absent)} of {expected.rows} ids are missing, the first is {_joined(key)}",
            column=name,
            expected=_joined(key),
            count=len(absent),
        )
    return places


def _free_places(
    table: _Table, answer: CsvAnswer, free: FreeLines, expected: Expected, findings: Findings
) -> NDArray[np.int64]:
    """Return the row of each line's id. Raises InvalidSubmission for far more lines than all ids may have."""
    (name,) = answer.ids
    most = expected.rows * free.max_rows
    if len(table.rows) > most:
        findings.add(
            "too_many_items", f"the file has {len(table.rows):,} rows; expected at most {most:,}",
            found=str(len(table.rows)), expected=f"at most {most}", count=len(table.rows) - most,
        )  # fmt: skip
        findings.raise_if_any()
    if name not in table.columns:
        return np.zeros(0, dtype=np.int64)
    keys = table.columns[name]
    places = np.fromiter((expected.places.get((key,), -1) for key in keys), dtype=np.int64, count=len(keys))
    unknown = np.flatnonzero(places < 0)
    if len(unknown):
        first = unknown[0]
        _note_id("unknown_id", (keys[first],), table.rows[first], name, len(unknown), "is not asked for", findings)
    counts = np.bincount(places[places >= 0], minlength=expected.rows)
    crowded = np.flatnonzero(counts > free.max_rows)
    if len(crowded):
        row = int(np.flatnonzero(places == crowded[0])[free.max_rows])
        findings.add(
            "too_many_items",
            f"row {table.rows[row]}, column {name}: id {shown(keys[row])} has {counts[crowded[0]]} rows; expected at"
            f" most {free.max_rows}",
            row=table.rows[row], column=name, found=str(counts[crowded[0]]), expected=f"at most {free.max_rows}",
            count=len(crowded),
        )  # fmt: skip
    return places


def _as_declared(answer: CsvAnswer, expected: Expected) -> Mapping[tuple[str, ...], int]:
    if tuple(expected.ids) == answer.ids:
        return expected.places
    turned = Expected(ids={name: expected.ids[name] for name in answer.ids})
    return turned.places


def _note_id(code: str, key: tuple[str, ...], row: int, name: str, count: int, fault: str, findings: Findings) -> None:
    findings.add(
        code,
        f"row {row}, column {name}: id {_joined(key)} {fault}",
        row=row,
        column=name,
        found=_joined(key),
        count=count,
    )


def _joined(key: tuple[str, ...]) -> str:
    return shown(", ".join(key))
