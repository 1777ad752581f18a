"""Films of a fixed camera over a yard that things cross: all outlines are exact, and all crossings of a line.

Yard (kinds of things, from the secret) ──┐
condition (light, wind, shake, ...)  ─────┼──> draw_film ──> Film (frames, masks, crossings)
chance of one film ───────────────────────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from challenges.worlds.stage import (
    Floats,
    Look,
    Patch,
    clouds,
    colour_of,
    draw_look,
    draw_palette,
    draw_thing,
    ground,
    lay,
    overlap,
)

Condition = Literal["calm", "wind", "light", "shake", "grain", "camouflage"]

CONDITIONS: tuple[Condition, ...] = ("calm", "wind", "light", "shake", "grain", "camouflage")
FPS = 15
EMPTY_FRAMES = 30
"""Nothing is in the yard for the first two seconds."""
GAP_FRAMES = (6, 30)
"""From one arrival to the next."""
MARGIN = 6
"""Pixels of ground around the frame, for a camera that shakes."""
REFERENCE_PX = 160
"""Width of the frame for which radii, speeds and shakes are given in pixels; larger frames scale them."""


@dataclass(frozen=True, kw_only=True)
class Yard:
    """What one deployment's yard is like."""

    looks: tuple[Look, ...]
    speed_px: tuple[float, float]
    shadow: float
    """How much of the light a shadow takes away."""
    shadow_at: tuple[float, float]
    """Where a shadow lies, in radii of its thing."""


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One thing on its way: where its middle is in each frame from `start` on."""

    start: int
    path: Floats
    """(frames, 2) x, y."""
    radius_px: float
    patch: Patch


@dataclass(frozen=True, kw_only=True)
class Crossing:
    frame: int
    """The first frame in which the middle of the thing is on the other side."""
    direction: int
    """+1 to the right of the line, -1 to its left."""


@dataclass(frozen=True, kw_only=True)
class Film:
    frames: NDArray[np.uint8]
    """(frames, height, width, 3)"""
    masks: NDArray[np.bool_]
    """(frames, height, width) True where more than half of a pixel is covered by a thing; shadows are ground."""
    line: tuple[float, float, float, float]
    """x0, y0 at the upper and x1, y1 at the lower edge."""
    crossings: tuple[Crossing, ...]


def draw_yard(rng: Generator) -> Yard:
    """Return the yard of one deployment."""
    toward = rng.uniform(0.15, 0.85) * np.pi
    return Yard(
        looks=tuple(draw_look(rng) for _ in range(6)),
        speed_px=(rng.uniform(1.0, 1.3), rng.uniform(2.1, 2.6)),
        shadow=rng.uniform(0.35, 0.45),
        shadow_at=(float(np.cos(toward)), float(np.sin(toward))),
    )


def draw_film(rng: Generator, yard: Yard, condition: Condition, *, frames: int, height: int, width: int) -> Film:
    """Return one film; every pixel and every crossing of it is known."""
    scale = width / REFERENCE_PX
    line = _line(rng, height, width)
    backdrop = _backdrop(rng, height, width)
    walks = _walks(rng, yard, condition, backdrop, line, frames)
    shifts = rng.normal(0, 0.6 * scale, (frames, 2)) if condition == "shake" else np.zeros((frames, 2))
    gains = _gains(rng, frames) if condition == "light" else np.ones(frames)
    wind = _Wind.drawn(rng, backdrop.shape[0], backdrop.shape[1], scale) if condition == "wind" else None
    noise = _noise(rng, height, width, rng.uniform(0.045, 0.06) if condition == "grain" else rng.uniform(0.008, 0.014))
    pictures = np.empty((frames, height, width, 3), dtype=np.uint8)
    masks = np.zeros((frames, height, width), dtype=np.bool_)
    for frame in range(frames):
        still = backdrop if wind is None else wind.blown(backdrop, frame)
        canvas = _seen(still, shifts[frame], height, width)
        for walk in walks:
            if walk.start <= frame < walk.start + len(walk.path):
                x, y = walk.path[frame - walk.start] - shifts[frame]
                _darken(canvas, walk, x + yard.shadow_at[0] * walk.radius_px, y + yard.shadow_at[1] * walk.radius_px,
                        yard.shadow)  # fmt: skip
                masks[frame] |= lay(canvas, walk.patch, x, y) > 0.5
        down, right = rng.integers(0, height, endpoint=True), rng.integers(0, width, endpoint=True)
        photo = canvas * np.float32(gains[frame]) + noise[down : down + height, right : right + width]
        pictures[frame] = np.clip(photo * 255 + 0.5, 0, 255)
    return Film(frames=pictures, masks=masks, line=line, crossings=_crossings(walks, line, frames))


def right_of(line: tuple[float, float, float, float], x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return whether points lie to the right of a line that runs from the upper to the lower edge."""
    x0, y0, x1, y1 = line
    return np.asarray(x > x0 + (x1 - x0) * (y - y0) / (y1 - y0))


def _line(rng: Generator, height: int, width: int) -> tuple[float, float, float, float]:
    middle, tilt = rng.uniform(0.38, 0.62) * width, rng.uniform(-0.15, 0.15) * width
    return (round(middle - tilt, 1), 0.0, round(middle + tilt, 1), float(height))


def _backdrop(rng: Generator, height: int, width: int) -> Floats:
    palette = draw_palette(rng, 4, colourful=0.4) * np.float32(0.75) + np.float32(0.08)  # no pixel white or black
    still = ground(rng, height + 2 * MARGIN, width + 2 * MARGIN, palette)
    return np.asarray(np.clip(ndimage.gaussian_filter(still, (0.5, 0.5, 0)), 0.05, 0.8), dtype=np.float32)


def _walks(
    rng: Generator, yard: Yard, condition: Condition, backdrop: Floats, line: tuple[float, float, float, float],
    frames: int,
) -> list[Walk]:  # fmt: skip
    """Return the things of a film, further ones first, so that nearer ones hide them."""
    height, width = backdrop.shape[0] - 2 * MARGIN, backdrop.shape[1] - 2 * MARGIN
    scale = width / REFERENCE_PX
    arrivals = EMPTY_FRAMES + np.cumsum(np.r_[0, rng.integers(*GAP_FRAMES, size=frames)])
    walks = []
    for start in arrivals[arrivals < frames].tolist():
        radius = rng.uniform(5.0, 9.0) * scale
        middle_y = rng.uniform(0.14, 0.86) * height
        strip = backdrop[round(middle_y) : round(middle_y) + 2 * MARGIN].mean(axis=(0, 1))
        patch = draw_thing(rng, yard.looks[int(rng.integers(len(yard.looks)))], _clothes(rng, strip, condition),
                           radius_px=radius, angle=rng.uniform(-0.4, 0.4), light=-np.pi / 2)  # fmt: skip
        path = _path(rng, yard, line, middle_y, radius, (height, width))
        walks.append(Walk(start=start, path=path[: frames - start], radius_px=radius, patch=patch))
    return sorted(walks, key=lambda walk: float(walk.path[0, 1]))


def _clothes(rng: Generator, nearby: Floats, condition: Condition) -> Floats:
    """Return two colours: near those of the ground in camouflage, else well away from them."""
    if condition == "camouflage":
        away = rng.normal(size=(2, 3))
        away *= np.array([[0.12], [0.06]]) / np.linalg.norm(away, axis=1, keepdims=True)
        return np.asarray(np.clip(nearby + away, 0.03, 0.9), dtype=np.float32)
    for _ in range(20):
        one = colour_of(rng.uniform(), rng.uniform(0.2, 0.9), rng.uniform(0.15, 0.9))
        if np.linalg.norm(one - nearby) > 0.35:
            break
    other = np.clip(one * rng.uniform(0.5, 1.4), 0, 1)
    return np.stack([one, other]).astype(np.float32)


def _path(
    rng: Generator, yard: Yard, line: tuple[float, float, float, float], y: float, radius: float, size: tuple[int, int]
) -> Floats:
    """Return a way from one side to the other with a rest now and then; one thing in seven turns round."""
    height, width = size
    scale = width / REFERENCE_PX
    speed, heading = rng.uniform(*yard.speed_px) * scale, 1 if rng.random() < 0.5 else -1
    reach = 1.6 * radius
    x = -reach if heading > 0 else width + reach
    turn_x = None
    if (
        rng.random() < 1 / 7
    ):  # well before the line or well behind it: a middle that grazes it would be a matter of luck
        at_line = line[0] + (line[2] - line[0]) * y / height
        turn_x = at_line + heading * (1 if rng.random() < 0.5 else -1) * rng.uniform(16, 26) * scale
    points: list[tuple[float, float]] = []
    rest, drift = 0, 0.0
    while -reach - 1 < x < width + reach + 1 and len(points) < 4000:
        points.append((x, y))
        if rest == 0 and rng.random() < 0.008:
            rest = int(rng.integers(15, 35))
        if rest > 0:
            rest -= 1
            continue
        drift = 0.9 * drift + rng.normal(0, 0.08 * scale)
        x += heading * speed * (1 + 0.15 * rng.normal())
        y = float(np.clip(y + drift, 0.1 * height, 0.9 * height))
        if turn_x is not None and heading * (x - turn_x) > 0:
            heading, turn_x = -heading, None
    return np.array(points, dtype=np.float32)


def _crossings(walks: list[Walk], line: tuple[float, float, float, float], frames: int) -> tuple[Crossing, ...]:
    found = []
    for walk in walks:
        is_right = right_of(line, walk.path[:, 0], walk.path[:, 1])
        for step in np.flatnonzero(np.diff(is_right.astype(np.int8))).tolist():
            frame = walk.start + step + 1
            if frame < frames:
                found.append(Crossing(frame=frame, direction=1 if is_right[step + 1] else -1))
    return tuple(sorted(found, key=lambda crossing: (crossing.frame, crossing.direction)))


def _gains(rng: Generator, frames: int) -> NDArray[np.float64]:
    """Return the light of each frame: a lamp that is switched, once or twice, and clouds that drift."""
    drift = 0.08 * np.sin(2 * np.pi * (np.arange(frames) / rng.uniform(90, 160) + rng.uniform()))
    lamp = np.ones(frames)
    dark, switch = rng.uniform(0.58, 0.68), int(rng.integers(EMPTY_FRAMES + 10, frames // 2))
    lamp[switch:] = dark
    if rng.random() < 0.5:
        lamp[int(rng.integers(switch + 20, max(frames - 10, switch + 21))) :] = 1.0
    return np.asarray(lamp * (1 + drift))


def _noise(rng: Generator, height: int, width: int, spread: float) -> Floats:
    """Return noise of twice the frame: each frame shows another window of it, which is as good and far quicker."""
    return rng.standard_normal((2 * height, 2 * width, 3), dtype=np.float32) * np.float32(spread)


def _seen(still: Floats, shift: NDArray[np.float64], height: int, width: int) -> Floats:
    """Return the frame that a camera sees which has moved by (x, y) pixels."""
    x, y = (float(np.clip(part, -MARGIN + 1, MARGIN - 1)) + MARGIN for part in shift)
    left, top = int(x), int(y)
    if x == left and y == top:
        return still[top : top + height, left : left + width].copy()
    right, down = np.float32(x - left), np.float32(y - top)
    rows = still[top : top + height + 1, left : left + width + 1]
    mixed = rows[:-1] * (1 - down) + rows[1:] * down
    return np.asarray(mixed[:, :-1] * (1 - right) + mixed[:, 1:] * right, dtype=np.float32)


def _darken(canvas: Floats, walk: Walk, x: float, y: float, darkness: float) -> None:
    side = walk.patch.alpha.shape[0]
    window, part = overlap(round(y - side / 2), round(x - side / 2), walk.patch.alpha.shape, canvas.shape[:2])
    canvas[window] *= 1 - np.float32(darkness) * walk.patch.alpha[part][..., None]


@dataclass(frozen=True, kw_only=True)
class _Wind:
    """Bushes that sway: patches of ground that move to and fro."""

    reach_px: Floats
    """(height, width) how far each pixel sways."""
    phase: Floats
    period: float

    @classmethod
    def drawn(cls, rng: Generator, height: int, width: int, scale: float) -> _Wind:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        reach = np.zeros((height, width), dtype=np.float32)
        for _ in range(int(rng.integers(3, 6))):
            middle_x, middle_y = rng.uniform(0, width), rng.uniform(0, height)
            half_x, half_y = rng.uniform(0.07, 0.16) * width, rng.uniform(0.09, 0.22) * height
            far = ((x - middle_x) / half_x) ** 2 + ((y - middle_y) / half_y) ** 2
            reach = np.maximum(reach, np.clip(2 * (1 - far), 0, 1) * np.float32(rng.uniform(2, 5) * scale))
        return cls(reach_px=reach, phase=0.6 * clouds(rng, height, width, slope=3.0), period=float(rng.uniform(18, 30)))

    def blown(self, still: Floats, frame: int) -> Floats:
        rows, columns = np.nonzero(self.reach_px)
        sway = self.reach_px[rows, columns] * np.sin(2 * np.pi * frame / self.period + self.phase[rows, columns])
        source = np.clip(columns + sway, 0, still.shape[1] - 1.001)
        left = source.astype(np.int64)
        share = (source - left)[:, None].astype(np.float32)
        moved = still.copy()
        moved[rows, columns] = still[rows, left] * (1 - share) + still[rows, left + 1] * share
        return moved
