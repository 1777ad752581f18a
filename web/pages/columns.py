"""The columns of a table: what stands in them, by looking, and what they mean, by the challenge's own statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from web.pages.markdown import render_inline

WHOLE = re.compile(r"[+-]?\d{1,18}")
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?")
NAME = re.compile(r"`([^`]+)`")
CELLS = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\|[\s:|-]+\|")

HEADINGS = {"列": "Column", "单位": "Unit", "含义": "Meaning"}
"""How translated statements head the tables that are read here."""

LISTED = 8
"""So many values are named one by one; a column with more, of which each is frequent, is still one of classes."""
CLASSES = 20
OFTEN = 4
"""Times that each value of a column of classes stands there on average, at least."""

KINDS: Mapping[str, str | Promise] = {
    "empty": gettext_lazy("empty"),
    "whole": gettext_lazy("whole number"),
    "number": gettext_lazy("number"),
    "date": gettext_lazy("date"),
    "class": gettext_lazy("class"),
    "text": gettext_lazy("text"),
}


@dataclass(frozen=True)
class Meaning:
    """What a statement says of a column."""

    unit: str
    text: SafeString


@dataclass(frozen=True)
class Content:
    """What was found in a column."""

    kind: str
    values: Sequence[str]
    """Of a class all of them, or none where they are many; of numbers and dates the ends."""
    different: int
    blank: int
    rows: int


@dataclass(frozen=True)
class Column:
    """A row of the table of columns."""

    name: str
    content: Content
    meaning: Meaning | None

    @property
    def kind(self) -> str | Promise:
        return KINDS[self.content.kind]

    @property
    def values(self) -> str:
        content = self.content
        if content.kind in ("whole", "number", "date"):
            return _("%(low)s to %(high)s") % {"low": content.values[0], "high": content.values[-1]}
        if content.kind == "class" and content.values:
            return ", ".join(content.values)
        if content.kind == "empty":
            return ""
        if content.different == content.rows - content.blank > 1:
            return _("all different")
        return ngettext("%d value", "%d different values", content.different) % content.different

    @property
    def blank(self) -> str:
        if not self.content.blank:
            return ""
        share = 100 * self.content.blank / self.content.rows
        return _("under 1 %") if share < 1 else f"{share:.0f} %"


def describe(header: Sequence[str], rows: Sequence[Sequence[str]], statement: str) -> list[Column]:
    """Return the columns of a table from its first rows."""
    meanings = meanings_of(statement)
    return [
        Column(name, _content([row[place] for row in rows if place < len(row)]), meanings.get(name))
        for place, name in enumerate(header)
    ]


@lru_cache(maxsize=128)
def meanings_of(statement: str) -> Mapping[str, Meaning]:
    """Return column -> meaning, from the tables of a statement whose first column is headed Column."""
    found: dict[str, Meaning] = {}
    for row in _rows(statement):
        for name in NAME.findall(row["Column"]):
            found.setdefault(name, Meaning(row.get("Unit", ""), render_inline(row.get("Meaning", ""))))
    return found


def _rows(statement: str) -> Iterator[Mapping[str, str]]:
    header: list[str] | None = None
    for line in statement.splitlines():
        if not line.startswith("|"):
            header = None
        elif header is None:
            header = [HEADINGS.get(cell, cell) for cell in _cells(line)]
        elif header[:1] == ["Column"] and not RULE.fullmatch(line.strip()):
            yield dict(zip(header, _cells(line), strict=False))


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in CELLS.split(line.strip().strip("|"))]


def _content(cells: Sequence[str]) -> Content:
    filled = [cell for cell in cells if cell.strip()]
    different = set(filled)
    kind, values = _kind(filled, different)
    return Content(kind, values, different=len(different), blank=len(cells) - len(filled), rows=len(cells))


def _kind(filled: Sequence[str], different: set[str]) -> tuple[str, Sequence[str]]:
    if not filled:
        return "empty", ()
    if all(map(WHOLE.fullmatch, different)):
        return "whole", (min(different, key=int), max(different, key=int))
    if all(map(NUMBER.fullmatch, different)):
        return "number", (min(different, key=float), max(different, key=float))
    if all(map(DATE.fullmatch, different)):
        return "date", (min(different), max(different))
    if len(different) <= CLASSES and len(filled) >= OFTEN * len(different):
        return "class", sorted(different) if len(different) <= LISTED else ()
    return "text", ()
