"""Cases of the tracks `risk` and `descent`: noisy points of hidden functions, and slopes seen through noise."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.funclib.cases import Case, Step, call, holds

RISK, DESCENT = "risk", "descent"
Floats = NDArray[np.float64]
Function = Callable[[Floats], Floats]

QUERIES = 60
OUTSIDE = 10
"""Queries of a one-dimensional problem that lie just beyond the points."""

COUNTS = (20, 35, 60, 100, 180, 300)
ASKS = 250
DESCENT_S = 4.0


def risks(rng: Generator) -> Iterator[Case]:
    """Yield six kinds of functions, each with six numbers of points."""
    for count in COUNTS:
        for kind, draw, width in (
            ("smooth", _smooth, 1),
            ("kinked", _kinked, 1),
            ("periodic", _periodic, 1),
            ("hills", _hills, 2),
            ("sum of parts", _additive, 3),
            ("sparse", _sparse, 40),
        ):
            points = max(count, 60) if width == 40 else count
            yield _risk(rng, kind, draw(rng), points, width)


def _risk(rng: Generator, kind: str, f: Function, count: int, width: int) -> Case:
    x, query = rng.uniform(-1, 1, (count, width)).round(4), rng.uniform(-1, 1, (QUERIES, width)).round(4)
    if width == 1:
        side = rng.choice([-1.0, 1.0], OUTSIDE)
        query[:OUTSIDE, 0] = (side * rng.uniform(1, 1.08, OUTSIDE)).round(4)
        query = query[rng.permutation(QUERIES)]
    spread = f(rng.uniform(-1, 1, (2000, width))).std()
    y = (f(x) + rng.normal(0, rng.uniform(0.1, 0.6) * spread, count)).round(4)
    truth = f(query)
    # The best constant: the mean of the points, as a learner without a model would answer.
    hidden = {"truth": truth, "floor": float(((truth - y.mean()) ** 2).mean())}
    step = call("generalise", x, y, query, rule=holds("close", hidden))
    return Case(function="generalise", kind=f"{kind}, {count} points", steps=(step,), track=RISK, limit_s=4.0)


def _smooth(rng: Generator) -> Function:
    turns, phases, sizes = rng.uniform(0.8, 3.0, 3), rng.uniform(0, 6, 3), rng.normal(size=3)
    return lambda x: (sizes * np.sin(turns * x + phases)).sum(axis=1) + 0.8 * sizes[0] * x[:, 0] ** 2


def _kinked(rng: Generator) -> Function:
    places, sizes = rng.uniform(-0.7, 0.7, 3), rng.choice([-1, 1], 3) * rng.uniform(0.7, 2, 3)
    return lambda x: (sizes * np.abs(x - places)).sum(axis=1)


def _periodic(rng: Generator) -> Function:
    turns, phase, second = rng.uniform(1.8, 3.5), rng.uniform(0, 6), rng.uniform(0.2, 0.6)
    return lambda x: np.sin(2 * np.pi * turns * x[:, 0] + phase) + second * np.sin(4 * np.pi * turns * x[:, 0])


def _hills(rng: Generator) -> Function:
    places, widths, sizes = rng.uniform(-0.8, 0.8, (4, 2)), rng.uniform(0.3, 0.7, 4), rng.normal(0, 1.5, 4)
    return lambda x: (sizes * np.exp(-((x[:, None] - places) ** 2).sum(axis=2) / (2 * widths**2))).sum(axis=1)


def _additive(rng: Generator) -> Function:
    turns, phases, sizes = rng.uniform(1, 3, 3), rng.uniform(0, 6, 3), rng.uniform(0.5, 1.5, 3)
    return lambda x: (sizes * np.sin(turns * x + phases)).sum(axis=1) + sizes[0] * x[:, 0] * x[:, 1]


def _sparse(rng: Generator) -> Function:
    w = np.zeros(40)
    w[rng.choice(40, 4, replace=False)] = rng.choice([-1, 1], 4) * rng.uniform(0.6, 2, 4)
    return lambda x: x @ w


def descents(rng: Generator) -> Iterator[Case]:
    """Yield landscapes whose slopes are noisy, two of each kind."""
    for kind, form, condition, sparse in (
        ("round", "bowl", 3.0, False),
        ("long", "bowl", 100.0, False),
        ("very long", "bowl", 2000.0, False),
        ("saddle", "saddle", 3.0, False),
        ("few coordinates", "bowl", 5.0, True),
    ):
        for size in (2, 5):
            start, landscape = _landscape(rng, form, condition, size)
            landscape["sparse"] = sparse
            step = Step(fn="optimise", args=(start,), asks=ASKS, rule=holds("deep", landscape))
            yield Case(
                function="optimise",
                kind=f"{kind}, {size}-D",
                steps=(step,),
                track=DESCENT,
                limit_s=DESCENT_S,
                secret=landscape,
            )


def _landscape(rng: Generator, form: str, condition: float, size: int) -> tuple[list[float], dict[str, Any]]:
    axes = np.linalg.qr(rng.normal(size=(size, size)))[0]
    scale = rng.uniform(0.5, 2) * np.geomspace(1, condition, size)
    u = rng.choice([-1.0, 1.0], size) * rng.uniform(2, 4, size)
    if form == "saddle":  # along the first axis a saddle at 0, the bottom at +1 and -1
        u[0] = rng.choice([-1.0, 1.0]) * 0.05
    center = rng.uniform(-3, 3, size)
    slope = scale * u
    landscape = {
        "form": form,
        "center": center.tolist(),
        "axes": axes.tolist(),
        "scale": scale.tolist(),
        "noise": 0.02 * float(np.sqrt((slope**2).mean())),
        "seed": int(rng.integers(2**31)),
    }
    return (center + axes.T @ u).tolist(), landscape
