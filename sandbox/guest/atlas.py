"""Where on disk a module lives, so that the backends can lay a stub or nothing over it; runs on both sides.

As a program it prints the same as JSON: `python atlas.py numpy.linalg ctypes`.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

COMPILED = re.compile(r"(\.so|\.abi3\.so|\.(cpython|pypy)[^/]*\.so)\Z")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One file or folder to be covered."""

    path: str
    cover: str
    """`absent` or `hollow`, the stub that replaces Python code; `empty` for compiled code."""
    folder: bool


def places(banned: Sequence[str], roots: Sequence[Path]) -> tuple[Place, ...]:
    """Return what must be covered under the given import roots, so that none of the banned modules can be had."""
    stdlib = set(sys.stdlib_module_names)
    found = []
    for name in banned:
        top = name.partition(".")[0]
        cover = "hollow" if "." in name or top in stdlib else "absent"
        for relative in _files_of(name, own=top in stdlib):
            for root in roots:
                found += _at(root / relative, cover)
    return tuple(found)


def _files_of(name: str, own: bool) -> list[Path]:
    path = Path(*name.split("."))
    # The standard library keeps a module's other halves beside it: _ctypes, _pydecimal.
    return [path] if not own else [path, path.with_name(f"_{path.name}"), path.with_name(f"_py{path.name}")]


def _at(stem: Path, cover: str) -> list[Place]:
    found = []
    if stem.is_dir():
        found.append(Place(path=str(stem), cover=cover, folder=True))
    if stem.with_name(f"{stem.name}.py").is_file():
        found.append(Place(path=f"{stem}.py", cover=cover, folder=False))
    # Only files of this very name: numpy.random must not take numpy.random_extra along.
    found += [
        Place(path=str(compiled), cover="empty", folder=False)
        for compiled in stem.parent.glob(f"{stem.name}.*")
        if COMPILED.fullmatch(compiled.name.removeprefix(stem.name))
    ]
    # Byte code left beside a covered source could be loaded without it.
    found += [
        Place(path=str(bytecode), cover="empty", folder=False)
        for bytecode in (stem.parent / "__pycache__").glob(f"{stem.name}.*.pyc")
    ]
    return found


def import_roots() -> tuple[Path, ...]:
    """Return the folders in which this interpreter looks for modules, lib-dynload among them."""
    return tuple(Path(entry) for entry in sys.path if entry and Path(entry).is_dir())


if __name__ == "__main__":
    print(json.dumps([asdict(place) for place in places(sys.argv[1:], import_roots())]))
