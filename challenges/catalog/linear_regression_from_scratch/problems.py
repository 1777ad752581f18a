"""The eight families of regression problems, from friendly to nasty.

Each is drawn from a generator of its own, and each family has one thing about it that a plain program gets wrong.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from challenges.catalog.linear_regression_from_scratch.exact import Floats


class Family(NamedTuple):
    """One kind of difficulty and the digits that count as full marks."""

    name: str
    target: int


FAMILIES = (
    Family("friendly", 13),
    Family("offset", 12),
    Family("collinear", 12),
    Family("polynomial", 10),
    Family("ridge", 12),
    Family("weighted", 12),
    Family("gradient", 10),
    Family("stream", 8),
)
TARGETS = dict(FAMILIES)
WITH_INFERENCE = ("friendly", "offset", "collinear")
"""Families whose problems also ask for standard errors, sigma2 and r2."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What the learner's functions are given."""

    X: Floats
    y: Floats
    w: Floats | None = None
    l2: float = 0.0
    lr: float = 0.0
    steps: int = 0


STREAM_CHUNKS = 40
CHUNK_ROWS = 500
"""Forty chunks of 500 rows and 10 columns: one chunk (44 kB) fits into the 64 kB of state, two do not."""


def draw(family: str, rng: Generator, *, chunks: int = STREAM_CHUNKS) -> Problem:
    """Return one problem; `chunks` shortens an out-of-core one for practice."""
    return _stream(rng, chunks) if family == "stream" else _DRAWS[family](rng)


def _friendly(rng: Generator) -> Problem:
    n, p = int(rng.integers(60, 401)), int(rng.integers(2, 9))
    z = _mixed(rng, n, p)
    return _with_outcome(rng, z, slopes=_slopes(rng, p), intercept=float(_slopes(rng, 1)[0]))


def _offset(rng: Generator) -> Problem:
    """Columns of very different size, far from zero: sums of squares cancel."""
    n, p = int(rng.integers(60, 401)), int(rng.integers(3, 7))
    means, scales = _far_offsets(rng, p, lowest=3.0, highest=6.0)
    z = _mixed(rng, n, p)
    friendly = _with_outcome(rng, z, slopes=_slopes(rng, p), intercept=rng.uniform(1, 100))
    return replace(friendly, X=means + scales * z)


def _collinear(rng: Generator) -> Problem:
    """The last column is the sum of the others, up to a whisper."""
    n, p = int(rng.integers(60, 401)), int(rng.integers(3, 7))
    z = rng.normal(size=(n, p))
    z[:, -1] = z[:, :-1].sum(axis=1) + 10 ** -rng.uniform(4, 7) * z[:, -1]
    return _with_outcome(rng, z, slopes=_slopes(rng, p), intercept=float(_slopes(rng, 1)[0]))


def _polynomial(rng: Generator) -> Problem:
    """Powers of one number on a narrow interval: columns that look alike."""
    n, degree = int(rng.integers(60, 201)), int(rng.integers(6, 11))
    left, width = rng.uniform(0.2, 1.0), rng.uniform(0.4, 1.0)
    x = rng.uniform(left, left + width, size=n)
    return _with_outcome(
        rng, x[:, None] ** np.arange(1, degree + 1), slopes=_slopes(rng, degree), intercept=float(_slopes(rng, 1)[0])
    )


def _ridge(rng: Generator) -> Problem:
    n, p = int(rng.integers(30, 201)), int(rng.integers(3, 11))
    z = _mixed(rng, n, p) + 10 ** rng.uniform(0, 3) * _slopes(rng, p)
    problem = _with_outcome(rng, z, slopes=_slopes(rng, p), intercept=rng.uniform(1, 100))
    return replace(problem, l2=float(10 ** rng.uniform(-2, 3)))


def _weighted(rng: Generator) -> Problem:
    """Weights over six decades; rows of weight zero are wild and must not matter."""
    n, p = int(rng.integers(60, 401)), int(rng.integers(2, 9))
    problem = _with_outcome(rng, _mixed(rng, n, p), slopes=_slopes(rng, p), intercept=float(_slopes(rng, 1)[0]))
    w = 10 ** rng.uniform(-3, 3, size=n)
    absent = rng.random(n) < 0.1
    w[absent] = 0.0
    return replace(problem, w=w, y=np.where(absent, problem.y + 1e6 * rng.normal(size=n), problem.y))


def _gradient(rng: Generator) -> Problem:
    """A step size between sluggish and nearly unstable."""
    n, p = int(rng.integers(30, 201)), int(rng.integers(2, 7))
    problem = _with_outcome(rng, _mixed(rng, n, p), slopes=_slopes(rng, p), intercept=float(_slopes(rng, 1)[0]))
    A = np.column_stack([np.ones(n), problem.X])
    steepest = float(np.linalg.eigvalsh(2 / n * A.T @ A)[-1])
    return replace(problem, lr=float(rng.uniform(0.1, 0.95) * 2 / steepest), steps=int(rng.integers(50, 201)))


def _stream(rng: Generator, chunks: int) -> Problem:
    """Arrives in chunks, far from zero: raw sums of squares lose their digits."""
    n, p = chunks * CHUNK_ROWS, 10
    means, scales = _far_offsets(rng, p, lowest=4.0, highest=6.0)
    z = _mixed(rng, n, p)
    problem = _with_outcome(rng, z, slopes=_slopes(rng, p), intercept=rng.uniform(1, 100))
    return replace(problem, X=means + scales * z)


_DRAWS: dict[str, Callable[[Generator], Problem]] = {
    "friendly": _friendly,
    "offset": _offset,
    "collinear": _collinear,
    "polynomial": _polynomial,
    "ridge": _ridge,
    "weighted": _weighted,
    "gradient": _gradient,
}


def _mixed(rng: Generator, n: int, p: int) -> Floats:
    """Return standard columns with mild, secret correlations."""
    mixed: Floats = rng.normal(size=(n, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)) / np.sqrt(p))
    return mixed


def _slopes(rng: Generator, p: int) -> Floats:
    """Return numbers of either sign that stay away from zero, where relative errors mean little."""
    return rng.choice([-1.0, 1.0], size=p) * rng.uniform(0.5, 2.0, size=p)


def _far_offsets(rng: Generator, p: int, *, lowest: float, highest: float) -> tuple[Floats, Floats]:
    """Return means and scales of columns whose mean lies 10**lowest to 10**highest standard deviations from zero."""
    scales = 10 ** rng.uniform(-5, 5, size=p)
    distance = 10 ** rng.uniform(lowest, highest, size=p)
    distance[rng.integers(p)] = 10 ** rng.uniform(highest - 0.5, highest)
    return rng.choice([-1.0, 1.0], size=p) * distance * scales, scales


def _with_outcome(rng: Generator, X: Floats, *, slopes: Floats, intercept: float) -> Problem:
    noise = rng.uniform(0.2, 1.0) * rng.normal(size=len(X))
    return Problem(X=X, y=intercept + X @ slopes + noise)
