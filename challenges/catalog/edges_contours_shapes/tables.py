"""Loose parts on a table: polygons whose measures are known exactly, and tables that make them hard to see.

    Factory (from the secret) ──> table (plain | slanting light | grain of wood | noise) ──┐
                                  parts (shape, size, turn, brighter or darker)  ──────────┴──> picture, parts

A part is drawn against the brightness of the very place where it lies: on one photo some are brighter than the table
and some darker, and the light may change by more from left to right than a part differs from its surroundings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from challenges.worlds.stage import clouds

Floats = NDArray[np.float64]
Table = Literal["plain", "slant", "wood", "noise"]

WIDTH, HEIGHT = 192, 144
SHAPES = ("circle", "ellipse", "triangle", "square", "rectangle", "pentagon", "hexagon", "star")
TABLES: tuple[Table, ...] = ("plain", "slant", "wood", "noise")
FINE = 4
REACH_PX = (8.0, 25.0)
"""Distance of the farthest corner from the middle."""
MOST_PARTS = 8
OUTLINED = 0.25
"""Share of parts of which only the rim differs from the table: rings and wire frames."""
CORNERS_OFF = 0.03
"""By how much corners are off, in units of the reach: stamped parts are never perfect."""


@dataclass(frozen=True, kw_only=True)
class Factory:
    """What the photos of one edition have in common."""

    tables: NDArray[np.float64]
    """How common each kind of table is."""
    shapes: NDArray[np.float64]
    contrast: tuple[float, float]
    noise: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class LoosePart:
    shape: int
    """Place in SHAPES."""
    corners: Floats
    """(n, 2) x, y; a circle has 96."""

    @property
    def area(self) -> float:
        x, y = self.corners.T
        return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)

    @property
    def perimeter(self) -> float:
        return float(np.hypot(*(self.corners - np.roll(self.corners, 1, axis=0)).T).sum())

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height"""
        low, high = self.corners.min(axis=0), self.corners.max(axis=0)
        return float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1])


@dataclass(frozen=True, kw_only=True)
class Photo:
    pixels: NDArray[np.uint8]
    """(HEIGHT, WIDTH) grey"""
    parts: tuple[LoosePart, ...]
    table: Table


def draw_factory(rng: Generator) -> Factory:
    """Return the factory of one edition."""
    return Factory(
        tables=rng.dirichlet(np.full(len(TABLES), 20.0)),
        shapes=rng.dirichlet(np.full(len(SHAPES), 25.0)),
        contrast=(rng.uniform(0.11, 0.14), rng.uniform(0.4, 0.5)),
        noise=(rng.uniform(0.03, 0.045), rng.uniform(0.07, 0.09)),
    )


def draw_photo(rng: Generator, factory: Factory) -> Photo:
    """Return one photo with two to eight parts that do not touch."""
    table = TABLES[int(rng.choice(len(TABLES), p=factory.tables))]
    light = _table(rng, table)
    parts: list[LoosePart] = []
    spots: list[tuple[float, float, float]] = []
    for _ in range(int(rng.integers(2, MOST_PARTS + 1))):
        reach = float(np.exp(rng.uniform(*np.log(REACH_PX))))
        spot = _free_spot(rng, spots, reach)
        if spot is None:
            continue
        spots.append((*spot, reach))
        shape = int(rng.choice(len(SHAPES), p=factory.shapes))
        part = LoosePart(shape=shape, corners=corners_of(rng, shape, reach) + np.array(spot))
        _draw(rng, light, part, factory)
        parts.append(part)
    sigma = rng.uniform(0.3, 1.2)
    photo = ndimage.gaussian_filter(light, sigma)
    noise = rng.uniform(*factory.noise) if table == "noise" else rng.uniform(0.005, 0.015)
    photo = photo + rng.normal(0, noise, photo.shape)
    return Photo(pixels=(np.clip(photo, 0, 1) * 255 + 0.5).astype(np.uint8), parts=tuple(parts), table=table)


def corners_of(rng: Generator, shape: int, reach: float) -> Floats:
    """Return the corners of a shape around (0, 0), turned by chance."""
    turn = rng.uniform(0, 2 * np.pi)
    match SHAPES[shape]:
        case "circle":
            points = _round(96)
        case "ellipse":
            points = _round(96) * np.array([1.0, rng.uniform(0.45, 0.75)])
        case "rectangle":
            flat = np.arctan(rng.uniform(0.4, 0.72))
            angles = np.array([flat, np.pi - flat, np.pi + flat, -flat])
            points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        case "star":
            points = _round(10) * np.where(np.arange(10) % 2, rng.uniform(0.42, 0.52), 1.0)[:, None]
        case name:
            points = _round({"triangle": 3, "square": 4, "pentagon": 5, "hexagon": 6}[name])
    if len(points) < 96:
        points = points + rng.normal(0, CORNERS_OFF, points.shape)
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(reach * points @ np.array([[cos, sin], [-sin, cos]]))


def _round(count: int) -> Floats:
    angles = np.arange(count) * 2 * np.pi / count
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _free_spot(rng: Generator, spots: list[tuple[float, float, float]], reach: float) -> tuple[float, float] | None:
    edge = 1.06 * reach + 2
    for _ in range(40):
        x, y = rng.uniform(edge, WIDTH - edge), rng.uniform(edge, HEIGHT - edge)
        if all(np.hypot(x - other_x, y - other_y) > 1.06 * (reach + other) + 3 for other_x, other_y, other in spots):
            return x, y
    return None


def _table(rng: Generator, table: Table) -> Floats:
    """Return (HEIGHT, WIDTH) the light that an empty table sends back."""
    level = rng.uniform(0.4, 0.6)
    light = np.full((HEIGHT, WIDTH), level) + 0.01 * clouds(rng, HEIGHT, WIDTH, slope=2.0)
    if table == "slant":
        angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.35, 0.6)
        y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
        light = light * (1 + strength * (np.cos(angle) * x + np.sin(angle) * y) / 1.2)
    if table == "wood":
        # Grain of wood is long one way: clouds that are stretched.
        grain = clouds(rng, HEIGHT, WIDTH // 4, slope=1.6).repeat(4, axis=1)
        if rng.random() < 0.5:
            grain = clouds(rng, HEIGHT // 4, WIDTH, slope=1.6).repeat(4, axis=0)
        light = light + rng.uniform(0.04, 0.075) * ndimage.gaussian_filter(grain, 1.0)
    return np.asarray(np.clip(light, 0.08, 0.92), dtype=np.float64)


def _draw(rng: Generator, light: Floats, part: LoosePart, factory: Factory) -> None:
    """Lay a part on the table, as much brighter or darker than the place where it lies as its contrast says."""
    cover = _cover(part.corners)
    here = float((light * cover).sum() / cover.sum())
    contrast = rng.uniform(*factory.contrast)
    brighter = here + contrast < 0.97 and (rng.random() < 0.5 or here - contrast < 0.03)
    tone = here + contrast if brighter else here - contrast
    if rng.random() < OUTLINED:
        middle = part.corners.mean(axis=0)
        thick = rng.uniform(1.5, 3.0)
        reach = np.hypot(*(part.corners - middle).T).max()
        cover = np.clip(cover - _cover(middle + (part.corners - middle) * (1 - 1.6 * thick / reach)), 0, 1)
    light += cover * (tone - light)


def _cover(corners: Floats) -> Floats:
    """Return (HEIGHT, WIDTH) how much of each pixel a polygon covers."""
    sheet = Image.new("L", (WIDTH * FINE, HEIGHT * FINE))
    # Pillow puts the middle of the first pixel at 0; ours is at 0.5.
    ImageDraw.Draw(sheet).polygon([(x * FINE - 0.5, y * FINE - 0.5) for x, y in corners.tolist()], fill=255)
    return np.asarray(sheet.reduce(FINE), dtype=np.float64) / 255
