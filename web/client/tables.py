"""Rows as a table, as csv or as JSON, in the look of the kaggle tool: two spaces between columns, a row of dashes."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

Row = Mapping[str, Any]
GUTTER = "  "
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula; a text that starts like one gets an apostrophe before it."""


class Format(StrEnum):
    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def render(rows: Sequence[Row], columns: Sequence[str], style: Format) -> str:
    """Return rows in one of the styles, without a line end after the last."""
    match style:
        case Format.TABLE:
            return _table(rows, columns)
        case Format.CSV:
            return _csv(rows, columns)
        case Format.JSON:
            return json.dumps([{name: _plain(row[name]) for name in columns} for row in rows], indent=2)


def printable(text: str) -> str:
    """Return a text that cannot steer a terminal: other people chose team names and descriptions."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def when(text: str | None) -> datetime | None:
    """Return a time of the API."""
    return None if text is None else datetime.fromisoformat(text)


def shown(value: Any) -> str:
    """Return one cell."""
    match value:
        case None:
            return ""
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case _:
            return printable(str(value))


def _table(rows: Sequence[Row], columns: Sequence[str]) -> str:
    cells = [[shown(row[name]) for name in columns] for row in rows]
    widths = [max(len(name), *(len(line[place]) for line in cells)) for place, name in enumerate(columns)]
    rights = [all(isinstance(row[name], (int, float, type(None))) for row in rows) for name in columns]

    def line(texts: Sequence[str]) -> str:
        padded = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(texts, widths, rights, strict=True)
        ]
        return GUTTER.join(padded).rstrip()

    return "\n".join([line(list(columns)), line(["-" * width for width in widths]), *(line(texts) for texts in cells)])


def _csv(rows: Sequence[Row], columns: Sequence[str]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_harmless(row[name]) for name in columns] for row in rows)
    return buffer.getvalue().rstrip("\n")


def _harmless(value: Any) -> str:
    text = shown(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
