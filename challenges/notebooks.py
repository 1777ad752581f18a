"""A starter's program as the cells of a Jupyter notebook that says and does the same.

    main.py   its docstring ─> a text cell     each part between two blank lines ─> a code cell

Only statements of the top level are taken apart, in their order, so the cells do in one namespace what the file does.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from challenges.loader import Challenge
from challenges.packing import json_bytes
from challenges.spec import Kind

KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Cell:
    kind: Literal["markdown", "code"]
    source: str


def starter_source(challenge: Challenge) -> str | None:
    """Return the starter's only file; None where a notebook cannot take its place."""
    files = challenge.files("baseline")
    program = challenge.spec.program
    is_taken = challenge.spec.kind is Kind.PREDICTIONS or (program is not None and "ipynb" in program.accepts)
    if not is_taken or len(files) != 1:
        return None
    ((name, content),) = files.items()
    return content.decode("utf-8") if name.endswith(".py") else None


def cells_of(source: str) -> Sequence[Cell]:
    """Return a program as cells."""
    tree = ast.parse(source)
    told = ast.get_docstring(tree)
    statements = tree.body if told is None else tree.body[1:]
    lines = source.split("\n")
    first_line = 1 if told is None else (tree.body[0].end_lineno or 1) + 1
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in statements):
        parts = ["\n".join(lines[first_line - 1 :]).strip("\n")]  # it holds for the cell in which it stands, no further
    else:
        parts = list(_parts(lines, statements, first_line))
    cells = [Cell("code", part) for part in parts if part]
    return cells if told is None else [Cell("markdown", told), *cells]


def notebook_bytes(cells: Sequence[Cell]) -> bytes:
    """Return a notebook of format 4.5, with nothing run and nothing put out; the same cells give the same bytes."""
    document = {
        "cells": [_as_json(cell, f"cell-{number}") for number, cell in enumerate(cells, start=1)],
        "metadata": {"kernelspec": KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json_bytes(document)


def _parts(lines: Sequence[str], statements: Sequence[ast.stmt], first_line: int) -> Iterator[str]:
    """Yield the statements with the comments above them, cut at blank lines; all imports at the top are one part."""
    start, end = first_line, first_line - 1
    only_imports = True
    for statement in statements:
        begin = min([statement.lineno, *(one.lineno for one in getattr(statement, "decorator_list", []))])
        blank = next((line for line in range(end + 1, begin) if not lines[line - 1].strip()), None)
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        if blank is not None and end >= start and not (only_imports and is_import):
            yield "\n".join(lines[start - 1 : blank - 1]).strip("\n")
            start = blank
        only_imports = only_imports and is_import
        end = statement.end_lineno or begin
    yield "\n".join(lines[start - 1 :]).strip("\n")


def _as_json(cell: Cell, cell_id: str) -> dict[str, object]:
    source = cell.source.splitlines(keepends=True)
    common: dict[str, object] = {"cell_type": cell.kind, "id": cell_id, "metadata": {}, "source": source}
    return common if cell.kind == "markdown" else common | {"execution_count": None, "outputs": []}
