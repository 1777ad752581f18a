"""How the makers of cases speak: what is asked, with the answer of the reference solution beside it."""

from __future__ import annotations

import copy
import importlib.util
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from challenges.worlds.funclib.cases import Step, call, raises, same

FOLDER = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A case before it has a place on the board."""

    kind: str
    steps: tuple[Step, ...]
    limit_s: float = 2.0


@cache
def module(part: str, name: str) -> ModuleType:
    """Return a program of this folder (reference/solution.py, kit/toys.py), which is no package."""
    spec = importlib.util.spec_from_file_location(f"topic_programming_{name}", FOLDER / part / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(FOLDER / part / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def asked(kind: str, *steps: Step, limit_s: float = 2.0) -> Asked:
    return Asked(kind=kind, steps=steps, limit_s=limit_s)


def right(fn: str, *args: Any, rel: float = 1e-9) -> Step:
    """Return a call whose answer is the reference's."""
    expected = getattr(module("reference", "solution"), fn)(*copy.deepcopy(args))
    return call(fn, *args, rule=same(expected, rel=rel))


def wrong(fn: str, *args: Any, error: str = "ValueError") -> Step:
    """Return a call that must raise, as the reference does."""
    try:
        getattr(module("reference", "solution"), fn)(*copy.deepcopy(args))
    except Exception as raised:
        if error in {kind.__name__ for kind in type(raised).__mro__}:
            return call(fn, *args, rule=raises(error))
        raise
    raise ValueError(f"the reference's {fn} does not raise {error} for {args!r}")


def toy(fn: str, *args: Any, keep: str | None = None, expected: Any = None) -> Step:
    """Return a call of a toy that is kept, or checked where `expected` says so."""
    return Step(fn=fn, of="toys", args=args, keep=keep, rule=None if expected is None else same(expected))
