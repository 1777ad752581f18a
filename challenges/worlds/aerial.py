"""Flat farmland from above, and photos of it by a drone whose every pose is known.

draw_land: fields ─> furrows, soil ─> roads ─> houses, trees, orchards ─> light 0..1
draw_flight: poses that overlap like branches of a tree ─> one matrix (photo px -> land px) for each
take_photo: clouds' shadows and lorries of the moment ─> pulled through the matrix

Coordinates are x to the right, y down, whole numbers at the middle of a pixel, as OpenCV counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from challenges.worlds.stage import clouds

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

SOILS = ((96, 124, 58), (130, 148, 72), (168, 152, 92), (140, 112, 78), (72, 104, 62), (186, 170, 116), (112, 92, 70))
SNOW_OR_WATER = ((70, 92, 112), (196, 198, 196), (150, 140, 104))
ROOFS = ((150, 74, 58), (112, 104, 100), (166, 116, 82), (92, 72, 66))
LORRIES = ((214, 58, 46), (232, 226, 214), (44, 84, 168), (236, 190, 52))


@dataclass(frozen=True, kw_only=True)
class Frame:
    """The camera's picture, in pixels."""

    width: int
    height: int

    @property
    def corners(self) -> Doubles:
        """The middles of the four corner pixels: upper left, upper right, lower right, lower left."""
        right, low = self.width - 1.0, self.height - 1.0
        return np.array([[0.0, 0.0], [right, 0.0], [right, low], [0.0, low]])


def mapped(matrix: Doubles, points: Doubles) -> Doubles:
    """Return (n, 2) points as a homography maps them."""
    found = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    placed: Doubles = found[:, :2] / found[:, 2:]
    return placed


def overlap(frame: Frame, one: Doubles, other: Doubles) -> float:
    """Return the share of one photo that the other shows too; both matrices lead to the land."""
    y, x = np.mgrid[0:13, 0:17]
    grid = np.column_stack([x.ravel() / 16 * (frame.width - 1), y.ravel() / 12 * (frame.height - 1)])
    there = mapped(np.linalg.inv(other) @ one, grid)
    return float(((there >= 0) & (there <= [frame.width - 1, frame.height - 1])).all(axis=1).mean())


def draw_land(rng: Generator, side: int) -> Floats:
    """Return (side, side, 3) land as light, 0 to 1. Some fields are nearly blank, some things stand in rows alike."""
    owner = _fields(rng, side)
    count = int(owner.max()) + 1
    soils = np.array(SOILS, dtype=np.float32)[rng.integers(0, len(SOILS), count)] * rng.uniform(0.8, 1.15, (count, 1))
    furrow, rough = rng.uniform(0, 0.14, count) * (rng.random(count) < 0.6), rng.uniform(0.05, 0.25, count)
    blank = rng.random(count) < 0.2
    soils[blank] = np.array(SNOW_OR_WATER, dtype=np.float32)[rng.integers(0, len(SNOW_OR_WATER), int(blank.sum()))]
    furrow[blank], rough[blank] = 0, 0.015
    turn, pitch = rng.uniform(0, np.pi, count), 2 * np.pi / rng.uniform(5, 12, count)
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    lines = x * (np.cos(turn) * pitch).astype(np.float32)[owner] + y * (np.sin(turn) * pitch).astype(np.float32)[owner]
    ground = 1 + furrow.astype(np.float32)[owner] * np.sin(lines)
    ground += rough.astype(np.float32)[owner] * clouds(rng, side, side, slope=2.0)
    land = soils.astype(np.float32)[owner] * ground[..., None] + 9 * clouds(rng, side, side, slope=3.6)[..., None]
    image = Image.fromarray(np.clip(land, 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    _roads(rng, pen, side)
    _homes_and_trees(rng, pen, side)
    light = ndimage.gaussian_filter(np.asarray(image, dtype=np.float32), (0.6, 0.6, 0)) / np.float32(255)
    clipped: Floats = np.clip(light, 0, 1)
    return clipped


def draw_flight(rng: Generator, frame: Frame, *, count: int, side: int, shared: tuple[float, float]) -> list[Doubles]:
    """Return matrices photo px -> land px; each shares `shared` of itself with one before it, with the rest less."""
    while True:
        flight = [_pose(rng, frame, np.full(2, side / 2) + rng.normal(0, 0.04 * side, 2), side)]
        for _ in range(60 * count):
            if len(flight) == count:
                break
            onward = rng.random() < 0.6
            parent = flight[-1] if onward else flight[int(rng.integers(0, len(flight)))]
            middle = mapped(parent, frame.corners).mean(axis=0)
            away, toward = rng.uniform(0.35, 0.85) * frame.width, rng.uniform(0, 2 * np.pi)
            pose = _pose(rng, frame, middle + away * np.array([np.cos(toward), np.sin(toward)]), side)
            corners = mapped(pose, frame.corners)
            inside = corners.min() > 2 and corners.max() < side - 3
            shares = overlap(frame, pose, parent), overlap(frame, parent, pose)
            others = [overlap(frame, pose, other) for other in flight if other is not parent]
            if inside and min(shares) > shared[0] and max(shares) < shared[1] and max(others, default=0) < shared[0]:
                flight.append(pose)
        if len(flight) == count:
            return flight


def take_photo(rng: Generator, land: Floats, matrix: Doubles, frame: Frame, *, busy: bool) -> Floats:
    """Return the light that reaches the camera; a busy land has lorries and shadows that are elsewhere every time."""
    y, x = np.mgrid[0 : frame.height, 0 : frame.width]
    at = mapped(matrix, np.column_stack([x.ravel(), y.ravel()]))
    seen = _looked_up(land, at).reshape(frame.height, frame.width, 3)
    if not busy:
        return seen
    picture = Image.fromarray((seen * 255).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    for _ in range(int(rng.integers(1, 4))):
        size = rng.uniform(9, 15) * np.array([1.0, 0.45])
        middle = rng.uniform(0, [frame.width, frame.height])
        corners = _box(middle, size, rng.uniform(0, np.pi))
        pen.polygon(_flat(corners + 2.0), fill=(40, 42, 44))
        pen.polygon(_flat(corners), fill=LORRIES[int(rng.integers(0, len(LORRIES)))])
    centre, radius = rng.uniform(0, [frame.width, frame.height]), rng.uniform(30, 70)
    far = np.hypot(x - centre[0], (y - centre[1]) * rng.uniform(0.7, 1.4)) / radius
    shade = 1 - np.clip(1.35 - far, 0, 0.35).astype(np.float32)
    shaded: Floats = np.asarray(picture, dtype=np.float32) / np.float32(255) * shade[..., None]
    return shaded


def _fields(rng: Generator, side: int) -> NDArray[np.uint8]:
    """Return the field that each pixel belongs to: a square, cut again and again across its largest piece."""
    pieces = [_box(np.full(2, side / 2), np.full(2, 1.5 * side), rng.uniform(0, np.pi))]
    while len(pieces) < 24:
        pieces.sort(key=_area)
        piece = pieces.pop()
        sides = np.roll(piece, -1, axis=0) - piece
        longest = sides[np.hypot(*sides.T).argmax()]
        turn = np.arctan2(longest[1], longest[0]) + rng.normal(0, 0.15)
        pieces += _halves(piece, np.array([np.cos(turn), np.sin(turn)]), rng.uniform(0.35, 0.65))
    image = Image.new("L", (side, side))
    pen = ImageDraw.Draw(image)
    for index, piece in enumerate(pieces):
        pen.polygon(_flat(piece), fill=index)
    owner: NDArray[np.uint8] = np.asarray(image)
    return owner


def _halves(piece: Doubles, normal: Doubles, share: float) -> list[Doubles]:
    """Return both parts of a convex piece cut across `normal`, at a share of its extent so that neither is empty."""
    extent = piece @ normal
    heights = extent - (1 - share) * extent.min() - share * extent.max()
    halves: tuple[list[Doubles], list[Doubles]] = ([], [])
    for place, (point, height) in enumerate(zip(piece, heights, strict=True)):
        following, next_height = piece[(place + 1) % len(piece)], heights[(place + 1) % len(piece)]
        halves[int(height > 0)].append(point)
        if (height > 0) != (next_height > 0):
            crossing = point + (following - point) * height / (height - next_height)
            halves[0].append(crossing)
            halves[1].append(crossing)
    return [np.array(half) for half in halves]


def _area(corners: Doubles) -> float:
    x, y = corners.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def _roads(rng: Generator, pen: ImageDraw.ImageDraw, side: int) -> None:
    for _ in range(int(rng.integers(2, 5))):
        turn = rng.uniform(0, np.pi)
        along = np.array([np.cos(turn), np.sin(turn)])
        start = rng.uniform(0.2, 0.8, 2) * side
        bend = rng.normal(0, 0.03 * side, (9, 2)).cumsum(axis=0)
        points = start + np.linspace(-1, 1, 9)[:, None] * along * side + bend - bend[4]
        width, grey = int(rng.integers(4, 9)), int(rng.integers(110, 190))
        pen.line(_flat(points), fill=(grey, grey - 4, grey - 10), width=width, joint="curve")


def _homes_and_trees(rng: Generator, pen: ImageDraw.ImageDraw, side: int) -> None:
    for _ in range(int(rng.integers(side // 20, side // 12))):
        _home(pen, rng.uniform(0, side, 2), rng.uniform(9, 20, 2), rng.uniform(0, np.pi), _roof(rng))
    for _ in range(int(rng.integers(side // 12, side // 6))):
        _tree(pen, rng.uniform(0, side, 2), rng.uniform(2.5, 7), rng.uniform(0.7, 1.2))
    for _ in range(int(rng.integers(1, 4))):
        turn, pitch, rows = rng.uniform(0, np.pi), rng.uniform(13, 26), rng.integers(4, 9, 2)
        start, size, roof = rng.uniform(0.1, 0.7, 2) * side, rng.uniform(8, 14, 2), _roof(rng)
        is_estate = rng.random() < 0.5
        for i, j in np.ndindex(int(rows[0]), int(rows[1])):
            spot = start + pitch * np.array([i * np.cos(turn) - j * np.sin(turn), i * np.sin(turn) + j * np.cos(turn)])
            if is_estate:
                _home(pen, spot, np.minimum(size, pitch * 0.7), turn, roof)
            else:
                _tree(pen, spot, pitch * 0.28, 0.9)


def _roof(rng: Generator) -> tuple[int, int, int]:
    red, green, blue = (np.array(ROOFS[int(rng.integers(0, len(ROOFS)))]) * rng.uniform(0.8, 1.2)).astype(int).tolist()
    return red, green, blue


def _home(pen: ImageDraw.ImageDraw, middle: Doubles, size: Doubles, turn: float, roof: tuple[int, int, int]) -> None:
    corners = _box(middle, size, turn)
    pen.polygon(_flat(corners + 2.5), fill=(48, 50, 46))
    pen.polygon(_flat(corners), fill=roof)
    ridge = [(corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2]
    dark = tuple(int(0.7 * part) for part in roof)
    pen.polygon(_flat(np.array([*ridge, corners[2], corners[3]])), fill=dark)


def _tree(pen: ImageDraw.ImageDraw, middle: Doubles, radius: float, shade: float) -> None:
    for shift, share, colour in ((1.6, 1.0, (42, 50, 40)), (0.0, 1.0, (56, 88, 44)), (-0.3, 0.5, (92, 124, 66))):
        low, high = middle + shift * radius / 3 - radius * share, middle + shift * radius / 3 + radius * share
        pen.ellipse([*low.tolist(), *high.tolist()], fill=tuple(int(shade * part) for part in colour))


def _box(middle: Doubles, size: Doubles, turn: float) -> Doubles:
    corners = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]) * size
    turned: Doubles = corners @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + middle
    return turned


def _flat(points: Doubles) -> list[float]:
    return [float(value) for value in np.asarray(points).ravel()]


def _pose(rng: Generator, frame: Frame, middle: Doubles, side: int) -> Doubles:
    """Return photo px -> land px of a drone that hovers above `middle`, turned and tilted a little."""
    scale, turn = np.exp(rng.normal(0, 0.1)), rng.normal(0, 0.3)
    tilt = np.clip(rng.normal(0, 0.09, 2), -0.2, 0.2) / frame.width
    centre = np.array([[1, 0, -(frame.width - 1) / 2], [0, 1, -(frame.height - 1) / 2], [0, 0, 1]])
    tilted = np.array([[1, 0, 0], [0, 1, 0], [tilt[0], tilt[1], 1]])
    placed = np.array(
        [
            [scale * np.cos(turn), -scale * np.sin(turn), middle[0]],
            [scale * np.sin(turn), scale * np.cos(turn), middle[1]],
            [0, 0, 1],
        ]
    )
    matrix: Doubles = placed @ tilted @ centre
    return matrix


def _looked_up(land: Floats, at: Doubles) -> Floats:
    """Return (n, 3) light at fractional places, between the four pixels around each."""
    at = np.clip(at, 0, len(land) - 1.001)
    x, y = at.astype(np.int64).T
    right, low = (at - np.floor(at)).astype(np.float32).T[..., None]
    upper = land[y, x] * (1 - right) + land[y, x + 1] * right
    lower = land[y + 1, x] * (1 - right) + land[y + 1, x + 1] * right
    seen: Floats = upper * (1 - low) + lower * low
    return seen
