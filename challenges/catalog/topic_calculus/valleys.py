"""Cases of the track `descent`: valleys that are only seen by asking, each question for a height and a slope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from challenges.catalog.topic_calculus.kit.properties import height
from challenges.worlds.funclib.cases import Case, Step, holds

TRACK = "descent"
ASKS = 150
DESCENT_S = 4.0

KINDS: tuple[tuple[str, str, tuple[int, ...], bool, float], ...] = (
    ("round bowl", "bowl", (2, 5), False, 0.0),
    ("long bowl", "bowl", (3, 6), False, 0.0),
    ("banana", "bent", (2, 3), False, 0.0),
    ("straight sides", "soft", (2, 8), False, 0.0),
    ("ripples", "ripple", (1, 2), False, 0.0),
    ("plateau", "plateau", (2, 4), False, 0.0),
    ("no slopes told", "bowl", (2, 3), True, 0.0),
    ("noisy slopes", "bowl", (2, 4), False, 0.1),
)
"""What is particular, the form, how many variables, whether the slope is kept back, noise in it."""


def cases(rng: Generator) -> Iterator[Case]:
    """Yield the valleys, two or three of each kind."""
    for kind, form, sizes, blind, noise in KINDS:
        for size in sizes:
            start, valley = _valley(rng, kind, form, size)
            valley |= {"blind": blind, "noise": noise}
            step = Step(fn="descend", args=(start,), asks=ASKS, rule=holds("deep", valley))
            told = f"{kind}, {size}-D"
            yield Case(function="descend", kind=told, steps=(step,), track=TRACK, limit_s=DESCENT_S, secret=valley)


def _valley(rng: Generator, kind: str, form: str, size: int) -> tuple[list[float], dict[str, Any]]:
    axes, _ = np.linalg.qr(rng.normal(size=(size, size)))
    center = rng.uniform(-2, 2, size)
    away = rng.normal(size=size)
    distance = {"plateau": 4.0, "soft": 5.0, "bent": 2.2}.get(form, 4.5)
    start = center + axes.T @ (distance * away / np.linalg.norm(away))
    valley = {
        "form": form,
        "center": center.tolist(),
        "axes": axes.tolist(),
        "scale": _scale(rng, kind, form, size),
        "bottom": round(float(rng.normal(0, 5)), 3),
        "seed": int(rng.integers(2**31)),
    }
    if height(valley, start.tolist()) - valley["bottom"] < 0.1:
        return _valley(rng, kind, form, size)
    return list(map(float, start)), valley


def _scale(rng: Generator, kind: str, form: str, size: int) -> list[float]:
    if kind.startswith("long"):
        return list(map(float, rng.uniform(0.5, 2) * np.geomspace(1, 1e3, size)))
    if form == "bent":
        return [float(rng.uniform(5, 15))] * size
    if form == "ripple":
        return list(map(float, rng.uniform(0.3, 0.6, size)))
    return list(map(float, rng.uniform(0.5, 2.0, size)))
