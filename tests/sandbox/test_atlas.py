"""Where banned modules live."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.guest.atlas import places


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in (
        "pack/__init__.py",
        "pack/part/__init__.py",
        "pack/part.cpython-311-x86_64-linux-gnu.so",
        "pack/party.py",
        "single.py",
        "__pycache__/single.cpython-311.pyc",
        "__pycache__/singles.cpython-311.pyc",
        "ctypes/__init__.py",
        "_ctypes.cpython-311-x86_64-linux-gnu.so",
        "_ctypes_test.cpython-311-x86_64-linux-gnu.so",
        "decimal.py",
        "_pydecimal.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("banned", "covered"),
    [
        ("pack", {("pack", "absent")}),
        ("pack.part", {("pack/part", "hollow"), ("pack/part.cpython-311-x86_64-linux-gnu.so", "empty")}),
        ("single", {("single.py", "absent"), ("__pycache__/single.cpython-311.pyc", "empty")}),
        ("ctypes", {("ctypes", "hollow"), ("_ctypes.cpython-311-x86_64-linux-gnu.so", "empty")}),
        ("decimal", {("decimal.py", "hollow"), ("_pydecimal.py", "hollow")}),
        ("nowhere", set()),
    ],
)
def test_everything_of_a_module_is_found_and_nothing_else(
    root: Path, banned: str, covered: set[tuple[str, str]]
) -> None:
    found = {(str(Path(place.path).relative_to(root)), place.cover) for place in places([banned], [root])}
    assert found == covered
