"""A starter as a notebook: the same program, and where notebooks are accepted a hand-in as it stands."""

from __future__ import annotations

import ast

import nbformat
import orjson
import pytest

from challenges.loader import load, slugs
from challenges.notebooks import Cell, cells_of, notebook_bytes, starter_source
from challenges.spec import Kind

PROGRAM = '''"""Starter: adds.

- quickly
"""

import os

import numpy as np
DATA = os.environ.get("DATA_DIR", "data")


# What is one?
# A number.
ONE = 1
TWO = 2  # as everybody knows
# the end of the numbers

@staticmethod
def add(a, b):

    return a + b


text = """first

last"""

if __name__ == "__main__":
    print(add(ONE, TWO))
# done
'''


def test_a_program_becomes_a_text_and_cells_cut_at_blank_lines() -> None:
    assert cells_of(PROGRAM) == [
        Cell("markdown", "Starter: adds.\n\n- quickly"),
        Cell("code", 'import os\n\nimport numpy as np\nDATA = os.environ.get("DATA_DIR", "data")'),
        Cell("code", "# What is one?\n# A number.\nONE = 1\nTWO = 2  # as everybody knows\n# the end of the numbers"),
        Cell("code", "@staticmethod\ndef add(a, b):\n\n    return a + b"),
        Cell("code", 'text = """first\n\nlast"""'),
        Cell("code", 'if __name__ == "__main__":\n    print(add(ONE, TWO))\n# done'),
    ]


def test_a_program_without_a_docstring_begins_with_code() -> None:
    assert cells_of("# A note.\nx = 1\n\ny = 2\n") == [Cell("code", "# A note.\nx = 1"), Cell("code", "y = 2")]


def test_a_future_import_keeps_the_whole_program_in_its_cell() -> None:
    source = '"""Told."""\nfrom __future__ import annotations\n\nx: Unknown = 1\n\ny = 2\n'
    assert cells_of(source) == [
        Cell("markdown", "Told."),
        Cell("code", "from __future__ import annotations\n\nx: Unknown = 1\n\ny = 2"),
    ]


def test_a_notebook_is_one_of_format_4_5() -> None:
    data = notebook_bytes([Cell("markdown", "# One\n\ntwo"), Cell("code", "x = 1\nx")])
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))
    assert orjson.loads(data) == {
        "cells": [
            {"cell_type": "markdown", "id": "cell-1", "metadata": {}, "source": ["# One\n", "\n", "two"]},
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "cell-2",
                "metadata": {},
                "outputs": [],
                "source": ["x = 1\n", "x"],
            },
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }


@pytest.mark.parametrize("slug", [slug for slug in slugs() if starter_source(load(slug)) is not None])
def test_the_cells_of_every_starter_are_the_statements_of_its_file(slug: str) -> None:
    source = starter_source(load(slug))
    assert source is not None
    whole = ast.parse(source).body
    statements = whole if ast.get_docstring(ast.parse(source)) is None else whole[1:]
    parts = [node for cell in cells_of(source) if cell.kind == "code" for node in ast.parse(cell.source).body]
    assert [ast.dump(node) for node in parts] == [ast.dump(node) for node in statements]
    assert "__file__" not in source  # a notebook has none


def test_where_notebooks_are_not_accepted_there_is_none() -> None:
    assert starter_source(load("connect-x-league")) is None


def test_every_challenge_that_could_have_a_notebook_has_one() -> None:
    specs = [load(slug).spec for slug in slugs()]
    could = {
        spec.slug
        for spec in specs
        if spec.kind is Kind.PREDICTIONS or (spec.program is not None and "ipynb" in spec.program.accepts)
    }
    assert {slug for slug in could if starter_source(load(slug)) is None} == set()
