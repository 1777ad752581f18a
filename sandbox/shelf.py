"""The packages that a program in a bubblewrap sandbox may import: an allow-list, never a whole environment.

    ALLOWED ──importlib.metadata──> what they require, in turn ──> their files' top folders ──> /site/<name>

Nothing else of this interpreter's packages is visible inside: no Django, no judge, no client of Docker.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

ALLOWED = ("numpy", "pandas", "scikit-learn", "scipy", "joblib", "threadpoolctl", "pillow", "torch")

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_EXTRA = re.compile(r";.*\bextra\b")
# Installation tools that some packages name as requirements; nothing imports them at run time.
_LEFT_OUT = {"setuptools", "pip", "wheel"}


@dataclass(frozen=True, kw_only=True)
class Item:
    """One file or folder of a package."""

    source: Path
    name: str


@cache
def items() -> tuple[Item, ...]:
    """Return what lies on the shelf, in order of name; packages that are not installed are left out."""
    found: dict[str, Item] = {}
    for package in closure(ALLOWED):
        for item in _top_level(distribution(package)):
            found[item.name] = item
    return tuple(found[name] for name in sorted(found))


def closure(wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the installed ones of the wanted distributions and everything that they require, without extras."""
    known: dict[str, None] = {}
    queue = list(wanted)
    while queue:
        name = re.sub(r"[-_.]+", "-", queue.pop()).lower()
        if name in known or name in _LEFT_OUT:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:
            continue
        known[name] = None
        queue += [match[0] for line in requires if not _EXTRA.search(line) and (match := _NAME.match(line))]
    return tuple(known)


def _top_level(package: Distribution) -> list[Item]:
    names = {path.parts[0] for path in package.files or () if path.parts[0] not in ("..", "__pycache__")}
    return [Item(source=Path(str(package.locate_file(name))), name=name) for name in names if not name.endswith(".pth")]
