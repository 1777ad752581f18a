"""What a learner hands in as a program is taken apart, never run, and refused with every finding."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.errors import InvalidSubmission
from challenges.packing import zip_bytes
from challenges.programs import read_program
from challenges.spec import PerSize, ProgramSpec

WALL = PerSize(small=10, full=10)
PLAIN = ProgramSpec(wall_s=WALL, max_mb=1)
STRICT = ProgramSpec(wall_s=WALL, max_mb=1, banned_imports=("scipy", "numpy.linalg"))
LIBRARY = ProgramSpec(wall_s=WALL, entry="harness.py", required=("linreg.py",), kit=True, accepts=("py", "zip"))
ACTS = ProgramSpec(wall_s=WALL, entry="harness.py", acts=("solution.py", "mystery.py"), kit=True, accepts=("py", "zip"))
KIT = {"harness.py": b"import linreg\n"}
MAIN = b"print('hello')\n"


def notebook(*sources: Any, **changes: Any) -> bytes:
    cells = [{"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells, **changes}).encode()


def refused(data: bytes, name: str, program: ProgramSpec = PLAIN) -> list[tuple[str, str | None, int | None]]:
    with pytest.raises(InvalidSubmission) as error:
        read_program(data, name, program, {})
    return [(found.code, found.file, found.row) for found in error.value.findings]


def test_a_lone_script_becomes_the_entry_whatever_it_is_called() -> None:
    program = read_program(MAIN, "My Solution (2).PY", PLAIN, {})
    assert program.files == {"main.py": MAIN}
    assert program.entry == "main.py"


def test_a_lone_script_becomes_the_required_file_beside_the_kit() -> None:
    program = read_program(b"def fit(): ...\n", "anything.py", LIBRARY, KIT)
    assert program.files == {"linreg.py": b"def fit(): ...\n", "harness.py": KIT["harness.py"]}
    assert program.entry == "harness.py"


def test_a_lone_script_becomes_the_act_whose_name_it_has_else_the_first() -> None:
    assert set(read_program(MAIN, "mystery.py", ACTS, KIT).files) == {"mystery.py", "harness.py"}
    assert set(read_program(MAIN, "mine.py", ACTS, KIT).files) == {"solution.py", "harness.py"}


def test_one_act_is_enough_and_none_is_refused() -> None:
    assert read_program(zip_bytes({"mystery.py": MAIN}), "a.zip", ACTS, KIT).entry == "harness.py"
    assert refused(zip_bytes({"other.py": MAIN}), "a.zip", ACTS) == [("missing_entry", None, None)]


def test_a_notebook_is_run_as_a_notebook() -> None:
    data = notebook("%matplotlib inline\nimport os", ["x = 1\n", "print(x)"])
    assert read_program(data, "work.ipynb", PLAIN, {}).entry == "main.ipynb"
    inside = read_program(zip_bytes({"main.ipynb": data, "net.bin": b"\0\1"}), "work.zip", PLAIN, {})
    assert inside.entry == "main.ipynb"
    assert set(inside.files) == {"main.ipynb", "net.bin"}


def test_a_zip_keeps_its_folders_and_loses_what_was_not_meant() -> None:
    files = {
        "main.py": MAIN,
        "net/weights.npz": b"\0",
        "__MACOSX/._main.py": b"\0",
        ".DS_Store": b"\0",
        "__pycache__/main.cpython-311.pyc": b"\0",
        "net/.ipynb_checkpoints/x.ipynb": b"",
    }
    assert set(read_program(zip_bytes(files), "a.zip", PLAIN, {}).files) == {"main.py", "net/weights.npz"}


def test_a_zip_of_a_folder_is_taken_as_the_files_in_it() -> None:
    program = read_program(zip_bytes({"mine/main.py": MAIN, "mine/lib/a.py": b""}), "a.zip", PLAIN, {})
    assert set(program.files) == {"main.py", "lib/a.py"}


def test_the_kit_wins_over_a_file_of_the_same_name() -> None:
    data = zip_bytes({"linreg.py": b"", "harness.py": b"print('mine')"})
    assert read_program(data, "a.zip", LIBRARY, KIT).files["harness.py"] == KIT["harness.py"]


def entry(name: str, content: bytes = MAIN, *, mode: int = 0o644, flags: int = 0) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, content)
        if name != "main.py":
            archive.writestr("main.py", MAIN)
    data = buffer.getvalue()
    place = data.index(b"PK\x01\x02") + 8
    return data[:place] + struct.pack("<H", flags) + data[place + 2 :] if flags else data


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (MAIN, "main.txt", [("unknown_type", None, None)]),
        (MAIN, "main", [("unknown_type", None, None)]),
        (b"", "main.py", [("empty_file", None, None)]),
        (b"\n \n", "main.py", [("empty_file", None, None)]),
        (b"#" * 1_000_001, "main.py", [("too_large", None, None)]),
        (b"x = 1\n" * 60_000, "main.py", [("too_large", "main.py", None)]),
        (b"x = 1\ny = (2\n", "main.py", [("not_python", "main.py", 2)]),
        (b"print 'hello'\n", "main.py", [("not_python", "main.py", 1)]),
        (b"x = 1\n\0", "main.py", [("not_python", "main.py", 1)]),
        (b"# \xff\n", "main.py", [("not_python", "main.py", 1)]),
        (b"PK\x03\x04 not a script", "main.py", [("not_python", "main.py", 1)]),
        (b"-" * 90_000 + b"1", "main.py", [("not_python", "main.py", 1)]),
        (b"a" + b"()" * 40_000, "main.py", [("not_python", "main.py", 1)]),
        (b"\x7fELF\x02\x01", "main.py", [("compiled_file", "main.py", None)]),
        (MAIN, "main.zip", [("not_zip", None, None)]),
        (zip_bytes({"other.py": MAIN}), "a.zip", [("missing_entry", "main.py", None)]),
        (zip_bytes({"a/main.py": MAIN, "b/x.py": MAIN}), "a.zip", [("missing_entry", "main.py", None)]),
        (zip_bytes({"main.py": MAIN, "fast.so": b"\0"}), "a.zip", [("compiled_file", "fast.so", None)]),
        (zip_bytes({"main.py": MAIN, "fast.so.1": b"\0"}), "a.zip", [("compiled_file", "fast.so.1", None)]),
        (zip_bytes({"main.py": MAIN, "fast.PYD": b"\0"}), "a.zip", [("compiled_file", "fast.PYD", None)]),
        (zip_bytes({"main.py": MAIN, "data.bin": b"\x7fELF"}), "a.zip", [("compiled_file", "data.bin", None)]),
        (zip_bytes({"main.py": MAIN, "lib.py": b"def"}), "a.zip", [("not_python", "lib.py", 1)]),
        (zip_bytes({"main.py": MAIN, "zeros": b"\0" * 3_000_000}), "a.zip", [("zip_bomb", "zeros", None)]),
        (zip_bytes({"main.py": MAIN, "zeros": b"\0" * 9_000_000}), "a.zip", [("zip_bomb", None, None)]),
        (zip_bytes({f"{n}.txt": b"" for n in range(1001)}), "a.zip", [("too_many_files", None, None)]),
        (zip_bytes({"main.py": MAIN, "Main.py": MAIN}), "a.zip", [("unsafe_path", "main.py", None)]),
        (zip_bytes({"main.py": MAIN, "\ufb01.py": b"", "fi.py": b""}), "a.zip", [("unsafe_path", "\ufb01.py", None)]),
        (entry("../main.py"), "a.zip", [("unsafe_path", "../main.py", None)]),
        (entry("/main.py"), "a.zip", [("unsafe_path", "/main.py", None)]),
        (entry("a\\main.py"), "a.zip", [("unsafe_path", "a\\main.py", None)]),
        (entry("/".join("a" * 20) + "/x"), "a.zip", [("unsafe_path", "/".join("a" * 20) + "/x", None)]),
        (entry("link", b"/etc/passwd", mode=0o120777), "a.zip", [("not_regular", "link", None)]),
        (entry("tty", b"", mode=0o020666), "a.zip", [("not_regular", "tty", None)]),
        (entry("main.py", flags=1), "a.zip", [("not_zip", "main.py", None)]),
        (MAIN, "main.ipynb", [("not_notebook", "main.ipynb", 1)]),
        (b"[]", "main.ipynb", [("not_notebook", "main.ipynb", None)]),
        (notebook("1", nbformat=3), "main.ipynb", [("not_notebook", "main.ipynb", None)]),
        (notebook("1", cells={}), "main.ipynb", [("not_notebook", "main.ipynb", None)]),
        (notebook("1", 2), "main.ipynb", [("not_notebook", "main.ipynb", 2)]),
    ],
)  # fmt: skip
def test_a_faulty_program_is_refused_with_code_file_and_line(
    data: bytes, name: str, expected: list[tuple[str, str | None, int | None]]
) -> None:
    assert refused(data, name) == expected


def test_a_type_that_the_challenge_does_not_take_is_refused() -> None:
    assert refused(notebook("1"), "main.ipynb", LIBRARY) == [("unknown_type", None, None)]


def test_a_zip_without_the_required_file_is_refused() -> None:
    assert refused(zip_bytes({"harness.py": MAIN}), "a.zip", LIBRARY) == [("missing_entry", "linreg.py", None)]


@pytest.mark.parametrize(
    "line",
    [
        "import scipy",
        "import os, scipy.stats as st",
        "from scipy import stats",
        "from scipy.stats import norm",
        "import numpy.linalg",
        "from numpy import linalg",
        "from numpy.linalg import solve",
        "__import__('scipy')",
        "importlib.import_module('scipy.special')",
        "def f():\n    import scipy",
    ],
)
def test_a_banned_import_is_seen_before_the_program_runs(line: str) -> None:
    source = f"import numpy\n{line}\n".encode()
    assert [found[:2] for found in refused(source, "main.py", STRICT)] == [("banned_import", "main.py")]
    cell = refused(notebook("1", line), "main.ipynb", STRICT)
    assert [found[:2] for found in cell] == [("banned_import", "main.ipynb, code cell 2")]


@pytest.mark.parametrize(
    "line", ["import numpy", "import scipylike", "from . import scipy", "'import scipy'", "from numpy import linspace"]
)
def test_an_import_that_only_looks_alike_is_allowed(line: str) -> None:
    assert read_program(line.encode(), "main.py", STRICT, {}).entry == "main.py"


def test_every_finding_is_told_at_once_with_its_line() -> None:
    data = zip_bytes({"main.py": b"import os\nimport scipy\nimport scipy.stats\n", "b.py": b"x=\n", "c.dll": b""})
    with pytest.raises(InvalidSubmission) as error:
        read_program(data, "a.zip", STRICT, {})
    found = {(one.code, one.file, one.row, one.count) for one in error.value.findings}
    assert found == {
        ("banned_import", "main.py", 2, 2),
        ("not_python", "b.py", 1, 1),
        ("compiled_file", "c.dll", None, 1),
    }


def test_an_odd_escape_in_a_learners_text_is_no_fault() -> None:
    assert read_program(b'import re\nre.compile("\\d")\n', "main.py", PLAIN, {}).entry == "main.py"


GOOD_ZIP = zip_bytes({"main.py": MAIN, "lib/a.py": b"x = 1\n"})


@given(st.binary(max_size=300), st.sampled_from(["a.py", "a.ipynb", "a.zip", "", "a"]))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_program_or_refused(data: bytes, name: str) -> None:
    try:
        read_program(data, name, STRICT, {})
    except InvalidSubmission as error:
        assert error.findings


@given(st.lists(st.tuples(st.integers(0, len(GOOD_ZIP) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_zip_with_a_few_bytes_changed_is_a_program_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD_ZIP)
    for place, byte in changes:
        data[place] = byte
    try:
        read_program(bytes(data), "a.zip", STRICT, {})
    except InvalidSubmission as error:
        assert error.findings
