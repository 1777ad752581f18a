"""Refuse banned imports with a clear error.

The guard is the friendly half of the rule. The strict half is outside: a banned package is not in the sandbox at all,
and of a banned part of a package (numpy.linalg) or of the standard library only a stub is there (stubs/), so that
whoever takes the guard away gains nothing. Libraries may therefore go on importing the stubs; only the learner's own
code is refused.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

LIBRARIES = tuple(
    {str(Path(entry).resolve()) for entry in sys.path if entry} | {"<frozen ", str(Path(__file__).parent)}
)


class BannedImport(ImportError):
    """The challenge does not allow this module."""


class Guard(MetaPathFinder):
    """Stands first among the finders, so that every way to import comes past it."""

    def __init__(self, banned: Sequence[str]) -> None:
        self._banned = tuple(banned)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        self.check(name, sys._getframe(1))
        return None

    def check(self, name: str, frame: FrameType | None) -> None:
        for banned in self._banned:
            if (name == banned or name.startswith(banned + ".")) and _asked_by_learner(frame):
                raise BannedImport(f"{banned} may not be used in this challenge", name=name)


def install(banned: Sequence[str]) -> None:
    guard = Guard(banned)
    sys.meta_path.insert(0, guard)
    original = builtins.__import__

    def checked_import(
        name: str,
        globals: Mapping[str, Any] | None = None,
        locals: Mapping[str, Any] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        # What is loaded already comes past no finder.
        if level == 0:
            guard.check(name, sys._getframe(1))
            for attribute in fromlist or ():
                guard.check(f"{name}.{attribute}", sys._getframe(1))
        return original(name, globals, locals, fromlist, level)

    builtins.__import__ = checked_import


def _asked_by_learner(frame: FrameType | None) -> bool:
    """Whether the first frame outside the import machinery is no library's."""
    while frame is not None:
        filename = frame.f_code.co_filename
        if not filename.startswith("<frozen ") and not filename.endswith(("/importlib/__init__.py", "/guard.py")):
            return not filename.startswith(LIBRARIES)
        frame = frame.f_back
    return False
