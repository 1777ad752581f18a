"""Torn tables and littered clouds: what a few directions explain, behind noise, holes and outliers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

ROWS, COLUMNS = 60, 24
RANKS = (2, 3, 4)
POINTS, DIMENSIONS, DIRECTIONS = 90, 12, 3
OUTLIERS = 0.06


@dataclass(frozen=True, kw_only=True)
class Torn:
    """A table with blanks (None), and what it would be without noise and blanks."""

    rows: list[list[float | None]]
    whole: list[list[float]]
    most_rank: int
    """Upper end of what its rank may be; the learner is told."""


@dataclass(frozen=True, kw_only=True)
class Cloud:
    """Points near a subspace, some far off, and an orthonormal basis of the subspace."""

    points: list[list[float]]
    basis: list[list[float]]


def table(rng: Generator) -> Torn:
    rank = int(rng.choice(RANKS))
    rows = _smooth(rng, ROWS, rank) * rng.uniform(0.7, 1.6, size=rank)
    columns = _smooth(rng, COLUMNS, rank)
    whole = rng.normal(0, 3, size=COLUMNS) + rows @ columns.T
    noisy = whole + rng.uniform(0.1, 0.3) * rng.normal(size=whole.shape)
    blank = rng.random(whole.shape) < rng.uniform(0.15, 0.3)
    top, left = int(rng.integers(0, ROWS - 15)), int(rng.integers(0, COLUMNS - 6))
    blank[top : top + 15, left : left + 6] = True  # a corner that was torn off
    listed = noisy.round(3).tolist()
    given = [
        [None if gone else value for value, gone in zip(row, holes, strict=True)]
        for row, holes in zip(listed, blank, strict=True)
    ]
    return Torn(rows=given, whole=whole.tolist(), most_rank=max(RANKS))


def cloud(rng: Generator) -> Cloud:
    basis = np.linalg.qr(rng.normal(size=(DIMENSIONS, DIRECTIONS)))[0].T
    spread = rng.uniform(2, 6, size=DIRECTIONS)
    centre = rng.normal(0, 5, size=DIMENSIONS)
    points = rng.normal(size=(POINTS, DIRECTIONS)) * spread @ basis
    points += rng.uniform(0.3, 0.7) * rng.normal(size=points.shape)
    far = rng.choice(POINTS, size=int(OUTLIERS * POINTS), replace=False)
    points[far] = 25 * rng.normal(size=DIMENSIONS) + 4 * rng.normal(size=(len(far), DIMENSIONS))
    return Cloud(points=(points + centre).round(3).tolist(), basis=basis.tolist())


def _smooth(rng: Generator, count: int, rank: int) -> NDArray[np.float64]:
    """Return (count, rank) waves of random length and phase, one a column, with a little of their own each."""
    place = np.linspace(0, 1, count)[:, None]
    waves = np.sin(2 * np.pi * (rng.uniform(0.4, 2.0, size=rank) * place + rng.random(rank)))
    mixed: NDArray[np.float64] = 1.4 * waves + 0.5 * rng.normal(size=(count, rank))
    return mixed
