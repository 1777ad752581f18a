"""Import libraries ahead of a learner's program, so that it finds them loaded.

What is not installed, or is banned by a challenge, is left out: the program meets it, or its absence, by itself.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

PARTS = {
    # Without these the first `from sklearn.x import y` would still take most of a second.
    "sklearn": (
        "sklearn.cluster",
        "sklearn.compose",
        "sklearn.decomposition",
        "sklearn.ensemble",
        "sklearn.impute",
        "sklearn.linear_model",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sklearn.naive_bayes",
        "sklearn.neighbors",
        "sklearn.pipeline",
        "sklearn.preprocessing",
        "sklearn.svm",
        "sklearn.tree",
    ),
}
"""Library -> the parts that programs use most; a library itself does not load them."""


def preload(names: Iterable[str], *, banned: Sequence[str] = ()) -> None:
    """Import the libraries and their usual parts."""
    for name in names:
        for module in (name, *PARTS.get(name, ())):
            if not _is_banned(module, banned):
                # A library that needs a banned one fails in a way of its own.
                with contextlib.suppress(Exception):
                    import_module(module)


def use_threads(count: int) -> None:
    """Let numerical libraries use so many threads; they were loaded with one, because threads do not survive a fork."""
    if count > 1 and "threadpoolctl" in sys.modules:
        sys.modules["threadpoolctl"].threadpool_limits(count)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)


def reseed() -> None:
    """Give this process chances of its own; `random` does it by itself after a fork."""
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].seed()


def _is_banned(module: str, banned: Sequence[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in banned)
