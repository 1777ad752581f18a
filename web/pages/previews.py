"""The first rows of tables and what their columns hold, so that learners see what they are about to download."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path

from web.pages.columns import Column, describe

ROWS = 5
LOOKED_AT = 2000
"""Rows from which kind and range of a column are told."""
TABLES = 4
COLUMNS = 24
CELL = 60


@dataclass(frozen=True)
class Preview:
    name: str
    header: list[str]
    rows: list[list[str]]
    more_columns: int
    columns: Sequence[Column]
    looked_at: int
    is_whole: bool
    """Whether these were all rows of the table."""


def of_tables(folder: Path, names: Iterable[str], *, statement: str, digest: str) -> list[Preview]:
    """Return the heads of up to four csv files."""
    tables = sorted((name for name in names if name.endswith(".csv")), key=_interest)
    previews = (_head(folder, name, statement, digest) for name in tables[:TABLES])
    return [preview for preview in previews if preview is not None]


def _interest(name: str) -> tuple[bool, bool, str]:
    """What there is to learn from comes first, the example of an answer last."""
    return "sample" in name, "train" not in name, name


@lru_cache(maxsize=128)
def _head(folder: Path, name: str, statement: str, digest: str) -> Preview | None:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        rows = list(islice(csv.reader(file), LOOKED_AT + 2))
    if not rows:
        return None
    header, *body = rows
    return Preview(
        name,
        header[:COLUMNS],
        [[_cut(cell) for cell in row[:COLUMNS]] for row in body[:ROWS]],
        more_columns=max(len(header) - COLUMNS, 0),
        columns=describe(header, body[:LOOKED_AT], statement),
        looked_at=min(len(body), LOOKED_AT),
        is_whole=len(body) <= LOOKED_AT,
    )


def _cut(cell: str) -> str:
    return cell if len(cell) <= CELL else cell[: CELL - 1] + "…"
