"""Films of a warehouse floor: painted things move, lamps change, and every visible pixel's owner is known.

    palette ──> Actors (target colours, lookalikes) ── walk ──> positions ─┐
    lamp (colour and strength over time), shadows, pillars ────────────────┴──> frames, tracks

A grey card lies in a corner: it is grey under the reference lamp, so its colour is the colour of the light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from challenges.worlds.stage import (
    Floats,
    Look,
    Patch,
    colour_of,
    draw_look,
    draw_palette,
    draw_thing,
    glossed,
    ground,
    lay,
    smeared,
)

WIDTH, HEIGHT = 160, 120
CARD_PX = 14
CARD_GREY = 0.6
"""The card lies in the lower left corner, CARD_PX wide and high."""
SHOWN_AT_LEAST = 0.25
IGNORED_BELOW = 0.10
"""Of its area: things that show less than the first are ignored, less than the second are not there."""
GAP_TURNS = 0.11
"""Least distance of two swatches on the colour wheel, in turns: 40 degrees."""
LEAST_SMEAR_PX = 0.4
"""What moves less while the shutter is open looks sharp anyway."""
LOOKALIKE_TURNS = (0.065, 0.10)
"""How far the hue of a lookalike is from the swatch: 23 to 36 degrees."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What films of one edition have in common."""

    lamp: float
    """Spread of the lamp's colour within a film, as a logarithm."""
    dim: float
    shutter: float
    """Share of the time between two frames for which the shutter is open: what moves is smeared by that much."""
    glossy: float
    """Share of the things that mirror a lamp."""
    speed_px: tuple[float, float]
    radius_px: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Actor:
    colour: int
    """Number of the swatch; 0 for a lookalike, which nobody asks for."""
    patch: Patch
    path: NDArray[np.float64]
    """(frames, 2) x, y of the middle."""

    def step(self, frame: int) -> NDArray[np.float64]:
        """Return by how many pixels the thing moves from one frame to the next."""
        last = len(self.path) - 1
        return np.asarray(self.path[min(frame + 1, last)] - self.path[min(frame, last - 1)])


@dataclass(frozen=True, kw_only=True)
class Film:
    frames: NDArray[np.uint8]
    swatches: list[tuple[int, int, int]]
    """8-bit colours under the reference lamp; the first is colour 1."""
    tracks: NDArray[np.float64]
    """(m, 8) frame, track, x, y, w, h, colour, ignored."""


def draw_habits(rng: Generator) -> Habits:
    """Return the films of one edition."""
    return Habits(
        lamp=rng.uniform(0.17, 0.22),
        dim=rng.uniform(0.25, 0.35),
        shutter=rng.uniform(0.6, 0.95),
        glossy=rng.uniform(0.4, 0.6),
        speed_px=(rng.uniform(0.6, 1.0), rng.uniform(2.0, 2.6)),
        radius_px=(rng.uniform(5.5, 6.5), rng.uniform(9.5, 11.0)),
    )


def draw_film(rng: Generator, habits: Habits, *, frames: int) -> Film:
    """Return one film with the boxes of everything that is painted in a swatch's colour."""
    hues = _hues(rng, int(rng.integers(3, 5)))
    paints = [(hue, rng.uniform(0.6, 0.85), rng.uniform(0.6, 0.85)) for hue in hues]
    actors = _actors(rng, habits, paints, frames)
    floor = ground(rng, HEIGHT, WIDTH, draw_palette(rng, 4, colourful=0.15), clutter=4.0)
    floor = 0.25 + 0.35 * floor  # a dull floor: colours stand out from it, brightness need not
    floor[-CARD_PX:, :CARD_PX] = CARD_GREY
    pillars = _pillars(rng)
    light = _lamp(rng, habits, frames)
    shade = _shadow(rng)
    grain = rng.normal(0, rng.uniform(0.01, 0.025), (2 * HEIGHT, 2 * WIDTH, 3)).astype(np.float32)
    pictures = np.empty((frames, HEIGHT, WIDTH, 3), dtype=np.uint8)
    lines: list[tuple[float, ...]] = []
    for frame in range(frames):
        canvas = floor.copy()
        owner = np.full((HEIGHT, WIDTH), -1)
        for number, actor in enumerate(actors):
            moved = habits.shutter * actor.step(frame)
            seen = smeared(actor.patch, *moved) if np.abs(moved).max() > LEAST_SMEAR_PX else actor.patch
            owner[lay(canvas, seen, *actor.path[frame]) > 0.5] = number
        for left, wide, grey in pillars:
            canvas[:-CARD_PX, left : left + wide] = grey
            owner[:-CARD_PX, left : left + wide] = -1
        canvas[-CARD_PX:, :CARD_PX] = CARD_GREY
        owner[-CARD_PX:, :CARD_PX] = -1
        lines += _boxes(frame, actors, owner)
        lit = ndimage.gaussian_filter(canvas * shade[..., None], (0.5, 0.5, 0), truncate=3.0) * light[frame]
        down, right = rng.integers(HEIGHT), rng.integers(WIDTH)
        lit += grain[down : down + HEIGHT, right : right + WIDTH]
        pictures[frame] = np.clip(lit * 255 + 0.5, 0, 255)
    swatches = [tuple(int(255 * part + 0.5) for part in colour_of(*paint)) for paint in paints]
    return Film(frames=pictures, swatches=swatches, tracks=np.array(lines).reshape(-1, 8))  # type: ignore[arg-type]


def _hues(rng: Generator, count: int) -> list[float]:
    """Return hues that are at least GAP_TURNS apart on the wheel."""
    while True:
        hues = np.sort(rng.uniform(0, 1, count))
        if np.diff(hues, append=hues[0] + 1).min() >= GAP_TURNS:
            return [float(hue) for hue in rng.permutation(hues)]


def _actors(rng: Generator, habits: Habits, paints: list[tuple[float, float, float]], frames: int) -> list[Actor]:
    actors = []
    for number, (hue, saturation, value) in enumerate(paints, 1):
        for _ in range(int(rng.integers(1, 4))):
            paint = (hue + rng.uniform(-0.012, 0.012), saturation * rng.uniform(0.85, 1.05), value)
            actors.append(_actor(rng, habits, number, paint, frames))
    for _ in range(int(rng.integers(4, 7))):
        hue, saturation, value = paints[int(rng.integers(len(paints)))]
        aside = hue + rng.choice([-1, 1]) * rng.uniform(*LOOKALIKE_TURNS)
        is_free = min(abs((aside - other + 0.5) % 1 - 0.5) for other, _, _ in paints) >= LOOKALIKE_TURNS[0]
        # Another hue where there is room for one on the wheel, else the same hue with little colour in it.
        paint = (aside, saturation, value) if is_free and rng.random() < 0.7 else (hue, 0.3 * saturation, value)
        actors.append(_actor(rng, habits, 0, paint, frames))
    return [actors[place] for place in rng.permutation(len(actors))]


def _actor(rng: Generator, habits: Habits, colour: int, paint: tuple[float, float, float], frames: int) -> Actor:
    look = draw_look(rng)
    plain = Look(amplitudes=look.amplitudes * np.float32(0.6), phases=look.phases, stretch=look.stretch,
                 texture="plain", frequency=look.frequency, angle=look.angle)  # fmt: skip
    colours = np.stack([colour_of(*paint)] * 2)
    radius, light = rng.uniform(*habits.radius_px), rng.uniform(0, 6.3)
    patch = draw_thing(rng, plain, colours, radius_px=radius, angle=rng.uniform(0, 6.3), light=light)
    if rng.random() < habits.glossy:
        off = 0.4 * radius * np.array([np.cos(light), np.sin(light)])  # on the side of the light
        patch = glossed(patch, *off, radius_px=rng.uniform(0.16, 0.3) * radius, strength=rng.uniform(0.75, 1.0))
    return Actor(colour=colour, patch=patch, path=_path(rng, habits, frames))


def _path(rng: Generator, habits: Habits, frames: int) -> NDArray[np.float64]:
    """Return a walk that turns slowly and stays in the picture; now and then it stands still for a while."""
    low, high = np.array([6.0, 6.0]), np.array([WIDTH - 6.0, HEIGHT - 6.0])
    place = rng.uniform(low, high)
    angle, speed = rng.uniform(0, 2 * np.pi), rng.uniform(*habits.speed_px)
    rest = 0
    path = np.empty((frames, 2))
    for frame in range(frames):
        path[frame] = place
        rest = rest - 1 if rest else (int(rng.integers(4, 12)) if rng.random() < 0.02 else 0)
        angle += rng.normal(0, 0.12)
        step = np.array([np.cos(angle), np.sin(angle)]) * speed * (rest == 0)
        for axis in range(2):
            if not low[axis] <= place[axis] + step[axis] <= high[axis]:
                step[axis] *= -1
                angle = np.arctan2(step[1], step[0])
        place = place + step
    return path


def _pillars(rng: Generator) -> list[tuple[int, int, float]]:
    """Return left edge, width and grey of one or two pillars before the scene."""
    return [
        (int(rng.integers(20, WIDTH - 30)), int(rng.integers(7, 13)), rng.uniform(0.25, 0.5))
        for _ in range(int(rng.integers(1, 3)))
    ]


def _lamp(rng: Generator, habits: Habits, frames: int) -> Floats:
    """Return (frames, 1, 1, 3) the light: a colour that drifts, a strength that falls or grows, perhaps a flicker."""
    steps = ndimage.gaussian_filter1d(rng.normal(size=(frames + 40, 3)), 12, axis=0, mode="reflect")[20:-20]
    drift = habits.lamp * steps / steps.std() * 0.7 + rng.normal(0, 0.5 * habits.lamp, 3)
    drift -= drift.mean(axis=1, keepdims=True)
    start_and_end = rng.normal(0, habits.dim, 2)
    strength = np.linspace(float(start_and_end[0]), float(start_and_end[1]), frames)
    if rng.random() < 0.3:
        start = int(rng.integers(3, frames - 6))
        strength[start : start + 3] -= rng.uniform(0.3, 0.6)
    light = np.exp(drift + np.clip(strength, -0.75, 0.2)[:, None])
    return np.asarray(light[:, None, None, :], dtype=np.float32)


def _shadow(rng: Generator) -> Floats:
    """Return (height, width) how much light reaches the floor: a band lies in the shade of something."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    along = rng.uniform(0, np.pi)
    place = np.cos(along) * (x - rng.uniform(30, WIDTH - 30)) + np.sin(along) * (y - rng.uniform(20, HEIGHT - 20))
    band = np.clip((rng.uniform(10, 25) - np.abs(place)) / 3 + 0.5, 0, 1)
    shade = 1 - np.float32(rng.uniform(0.3, 0.5)) * band
    shade[-CARD_PX:, :CARD_PX] = 1  # the card lies in the open light
    return np.asarray(shade, dtype=np.float32)


def _boxes(frame: int, actors: list[Actor], owner: NDArray[np.int64]) -> list[tuple[float, ...]]:
    lines: list[tuple[float, ...]] = []
    for number, actor in enumerate(actors):
        if actor.colour == 0:
            continue
        rows, columns = np.nonzero(owner == number)
        shown = len(rows) / (actor.patch.alpha > 0.5).sum()
        if shown < IGNORED_BELOW:
            continue
        x, y = int(columns.min()), int(rows.min())
        wide, high = int(columns.max()) + 1 - x, int(rows.max()) + 1 - y
        lines.append((frame, number, x, y, wide, high, actor.colour, int(shown < SHOWN_AT_LEAST)))
    return lines
