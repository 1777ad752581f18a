"""Specimen trays of four families, each with the labels that its own generator would give: the best possible answer.

flora       4 columns   iris-like species, every species with its own spread, rounded to 0.1 cm
stretched   2 columns   round groups, seen through one shear
shapes      2 columns   rings with or without a core, arcs and bars, among dust
densities   3 columns   balls from tight to thinly scattered, among dust
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import multivariate_normal
from sklearn.datasets import load_iris

DUST = -1
"""Label of points that belong to nothing."""

LEAST_POINTS, MOST_POINTS = 120, 600
GROUPS = (2, 3, 4, 5, 6)

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
LogDensity = Callable[[Points], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Tray:
    """One tray: (n, columns) points, who belongs together, and what the generator itself would answer."""

    points: Points
    truth: Labels
    best: Labels


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Points of one kind, and the log density from which they come."""

    points: Points
    log_density: LogDensity


def draw_tray(family: str, rng: np.random.Generator) -> Tray:
    """Return a new tray of one family; trays of an unfit size are drawn again."""
    while True:
        groups, dust = FAMILIES[family](int(rng.choice(GROUPS)), rng)
        count = sum(len(group.points) for group in groups) + (0 if dust is None else len(dust.points))
        if LEAST_POINTS <= count <= MOST_POINTS:
            return _finished(family, groups, dust, rng)


def _finished(family: str, groups: list[_Group], dust: _Group | None, rng: np.random.Generator) -> Tray:
    """Return the groups as one tray: shuffled rows, labels without an order, the family's unit of length."""
    parts = groups if dust is None else [*groups, dust]
    names = [*rng.permutation(len(groups)), *([] if dust is None else [DUST])]
    points = np.concatenate([part.points for part in parts])
    if family == "flora":
        points = np.maximum(np.round(points, 1), 0.1)
    truth = np.repeat(names, [len(part.points) for part in parts])
    # Densities see the rounded points, as a learner does.
    evidence = [np.log(len(part.points)) + part.log_density(points) for part in parts]
    best = np.array(names)[np.argmax(evidence, axis=0)]
    order = rng.permutation(len(points))
    if family != "flora":
        # One scale and one origin for all columns, so that no constant of this file fits every tray.
        points = np.round(points * np.exp(rng.uniform(-1, 3)) + rng.uniform(-50, 50, size=points.shape[1]), 4)
    return Tray(points=points[order], truth=truth[order], best=best[order])


def _flora(k: int, rng: np.random.Generator) -> tuple[list[_Group], None]:
    iris = load_iris()
    means = np.array([iris.data[iris.target == code].mean(axis=0) for code in range(3)])
    covariances = [np.cov(iris.data[iris.target == code], rowvar=False) for code in range(3)]
    centres: list[Points] = []
    spreads: list[Points] = []
    refused = 0
    while len(centres) < k:
        centre = rng.dirichlet(np.ones(3)) @ means + rng.normal(0, [0.45, 0.25, 0.8, 0.3])
        bend = np.eye(4) + rng.normal(0, 0.12, size=(4, 4))
        spread = bend @ covariances[rng.integers(3)] @ bend.T
        apart = [_mahalanobis(centre - c, (spread + s) / 2) for c, s in zip(centres, spreads, strict=True)]
        if min(apart, default=np.inf) >= 3.4 and (centre > [3.5, 1.5, 0.9, 0.3]).all():
            centres.append(centre)
            spreads.append(spread)
        elif (refused := refused + 1) % 500 == 0:  # the first species left no room: begin anew
            centres, spreads = [], []
    counts = rng.integers(25, 91, size=k)
    return [_gaussian(c, s, n, rng) for c, s, n in zip(centres, spreads, counts, strict=True)], None


def _stretched(k: int, rng: np.random.Generator) -> tuple[list[_Group], None]:
    centres = _apart(k, lambda i, j: 4.6, np.full(2, 5.0 * np.sqrt(k)), rng)
    shear = _turn(rng) @ np.diag([1.0, rng.uniform(0.15, 0.4)]) @ _turn(rng)
    counts = rng.integers(30, 121, size=k)
    return [_gaussian(shear @ centre, shear @ shear.T, n, rng) for centre, n in zip(centres, counts, strict=True)], None


def _densities(k: int, rng: np.random.Generator) -> tuple[list[_Group], _Group]:
    radii = np.exp(rng.uniform(np.log(0.35), np.log(1.6), size=k))
    centres = _apart(
        k, lambda i, j: 2.6 * (radii[i] + radii[j]), np.full(3, 3.2 * k ** (1 / 3) * radii.mean() + 3), rng
    )
    counts = rng.integers(35, 121, size=k)
    balls = [_gaussian(c, r**2 * np.eye(3), n, rng) for c, r, n in zip(centres, radii, counts, strict=True)]
    return balls, _dust(balls, share=0.06, margin=0.5, rng=rng)


def _shapes(k: int, rng: np.random.Generator) -> tuple[list[_Group], _Group]:
    """Return k curves (a core counts as one) that keep their distance."""
    pieces: list[Points] = []
    side = 2.0 * np.sqrt(k) + 1.5
    refused = 0
    while len(pieces) < k:
        fresh = _piece(rng)
        shift = rng.uniform(0, side, size=2)
        fresh = [curve + shift for curve in fresh]
        fits = len(pieces) + len(fresh) <= k
        if fits and all(_gap(old, new) >= 0.7 for old in pieces for new in fresh):
            pieces += fresh
        elif (refused := refused + 1) % 200 == 0:
            pieces, side = [], side * 1.1
    per_length = rng.uniform(13, 19)
    groups = [_along(curve, per_length, rng) for curve in pieces]
    return groups, _dust(groups, share=0.08, margin=0.4, rng=rng)


FAMILIES: dict[str, Callable[[int, np.random.Generator], tuple[list[_Group], _Group | None]]] = {
    "flora": _flora,
    "stretched": _stretched,
    "shapes": _shapes,
    "densities": _densities,
}

JITTER = 0.09
CORE_SD = 0.28
FINE = 200
"""Vertices of a curve; a core is a curve of one vertex."""


def _piece(rng: np.random.Generator) -> list[Points]:
    """Return a ring (perhaps with its core), an arc or a bar around the origin, as vertices."""
    kind = rng.choice(["ring", "arc", "bar"])
    if kind == "bar":
        along = np.linspace(-0.5, 0.5, FINE)[:, None] * rng.uniform(2.0, 4.5)
        return [np.hstack([along, np.zeros_like(along)]) @ _turn(rng)]
    span = 2 * np.pi if kind == "ring" else rng.uniform(0.6, 1.2) * np.pi
    angle = rng.uniform(0, 2 * np.pi) + np.linspace(0, span, FINE)
    curve = rng.uniform(1.2, 2.0) * np.column_stack([np.cos(angle), np.sin(angle)])
    has_core = kind == "ring" and rng.random() < 0.6
    return [curve, np.zeros((1, 2))] if has_core else [curve]


def _along(curve: Points, per_length: float, rng: np.random.Generator) -> _Group:
    """Return points strewn evenly along a curve with jitter, or a round core."""
    if len(curve) == 1:
        return _gaussian(curve[0], CORE_SD**2 * np.eye(2), int(rng.integers(30, 61)), rng)
    length = float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())
    count = max(round(per_length * length), 25)
    place = rng.uniform(0, len(curve) - 1, size=count)
    before = place.astype(int)
    on_curve = curve[before] + (place - before)[:, None] * (curve[before + 1] - curve[before])

    def log_density(points: Points) -> NDArray[np.float64]:
        away = np.linalg.norm(points[:, None] - curve[None], axis=2).min(axis=1)
        density: NDArray[np.float64] = -np.log(length * JITTER * np.sqrt(2 * np.pi)) - 0.5 * (away / JITTER) ** 2
        return density

    return _Group(points=on_curve + rng.normal(0, JITTER, size=(count, 2)), log_density=log_density)


def _gaussian(mean: Points, covariance: Points, count: int, rng: np.random.Generator) -> _Group:
    normal = multivariate_normal(mean, covariance)
    return _Group(points=normal.rvs(int(count), random_state=rng), log_density=normal.logpdf)


def _dust(groups: list[_Group], *, share: float, margin: float, rng: np.random.Generator) -> _Group:
    """Return points strewn evenly over the frame; they make `share` of the tray."""
    points = np.concatenate([group.points for group in groups])
    low, high = points.min(axis=0) - margin, points.max(axis=0) + margin
    count = round(share / (1 - share) * len(points))
    evenly = -float(np.log(high - low).sum())
    return _Group(
        points=rng.uniform(low, high, size=(count, points.shape[1])),
        log_density=lambda at: np.full(len(at), evenly),
    )


def _apart(k: int, distance: Callable[[int, int], float], box: NDArray[np.float64], rng: np.random.Generator) -> Points:
    """Return k centres that keep `distance(i, j)`, in the smallest box of the box's shape that has room for them."""
    while True:
        for _ in range(200):
            centres: Points = rng.uniform(0, box, size=(k, len(box)))
            if all(np.linalg.norm(centres[i] - centres[j]) >= distance(i, j) for i, j in combinations(range(k), 2)):
                return centres
        box = box * 1.1


def _gap(a: Points, b: Points) -> float:
    """Return the least distance between two curves; a core keeps twice its spread for itself."""
    reserve = 2 * CORE_SD * ((len(a) == 1) + (len(b) == 1))
    return float(np.linalg.norm(a[::4, None] - b[None, ::4], axis=2).min()) - reserve


def _turn(rng: np.random.Generator) -> Points:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _mahalanobis(difference: Points, covariance: Points) -> float:
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))
