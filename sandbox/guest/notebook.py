"""Run the code cells of a notebook in order, in one namespace, headless and without Jupyter.

Lines for IPython (`%matplotlib inline`, `!pip install ...`) and cells in other languages (`%%bash`) are skipped, and
standard error says so. They are looked for only in cells that are no Python as they stand, since a line of an
honest expression may begin with a percent sign.
"""

from __future__ import annotations

import ast
import io
import json
import linecache
import re
import sys
import tokenize
import types
from pathlib import Path
from typing import Any

CELL_NAME = re.compile(r"<cell (\d+)>\Z")
PYTHON_MAGICS = {"%%time", "%%timeit", "%%capture", "%%prun"}


class NotANotebook(Exception):
    """The file is no notebook of format 4."""


def run(main: types.ModuleType, path: Path) -> None:
    main.__dict__.setdefault("display", print)
    for number, source in code_cells(path):
        name = f"<cell {number}>"
        text = _plain_python(source, name)
        # Tracebacks show the cell's own lines.
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec", dont_inherit=True), main.__dict__)  # noqa: S102


def code_cells(path: Path) -> list[tuple[int, str]]:
    """Return (1-based number among the code cells, source) of every code cell."""
    try:
        document: Any = json.loads(path.read_bytes())
        cells = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        return [(number, "".join(cell["source"])) for number, cell in enumerate(cells, start=1)]
    except (ValueError, KeyError, TypeError) as error:
        raise NotANotebook(f"{path.name} is not a Jupyter notebook of format 4 ({error!r})") from None


def _plain_python(source: str, name: str) -> str:
    try:
        ast.parse(source)
    except SyntaxError:
        return _without_magics(source, name)
    return source


def _without_magics(source: str, name: str) -> str:
    lines = source.splitlines()
    first = next((line.strip() for line in lines if line.strip()), "")
    if first.startswith("%%") and first.split()[0] not in PYTHON_MAGICS:
        _say(f"{name}: skipped, since {first.split()[0]} cells are not Python")
        return ""
    kept: list[str] = []
    for number, line in enumerate(lines, start=1):
        skip = line.lstrip().startswith(("%", "!")) and not _inside_expression(kept)
        if skip:
            _say(f"{name}, line {number}: skipped, since lines that begin with % or ! are for Jupyter only")
        # `pass` keeps the line numbers and an otherwise empty block valid.
        kept.append(re.sub(r"\S.*", "pass", line) if skip else line)
    return "\n".join(kept)


def _inside_expression(lines: list[str]) -> bool:
    """Whether the lines so far end within brackets, a long string or behind a backslash."""
    text = "".join(f"{line}\n" for line in lines)
    try:
        for _ in tokenize.generate_tokens(io.StringIO(text).readline):
            pass
    except tokenize.TokenError:
        return True
    except SyntaxError:
        return False
    return False


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
