"""Scenes that were photographed several times, and what years in an archive do to a print.

family (palette, kinds of things) ──> scenes with one palette and another layout ──> views ──> faded prints
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from challenges.worlds.stage import Floats, Look, colour_of, draw_look, draw_palette, draw_thing, ground, lay, shade

HEIGHT, WIDTH = 72, 96
"""Of a view; a scene is larger by SPARE on every side."""
SPARE = 22


@dataclass(frozen=True, kw_only=True)
class Family:
    """What scenes of one roll of film share: their colours and the things that stand about."""

    palette: Floats
    looks: tuple[Look, ...]
    clothes: Floats
    """(things, 2, 3) colours."""


def draw_family(rng: Generator) -> Family:
    """Return the colours and things of one family."""
    clothes = [
        [
            colour_of(rng.uniform(), rng.uniform(0.4, 0.95), rng.uniform(0.25, 0.95)),
            colour_of(0, 0, rng.uniform(0.1, 0.9)),
        ]
        for _ in range(4)
    ]
    return Family(
        palette=draw_palette(rng, 5, colourful=0.6),
        looks=tuple(draw_look(rng) for _ in range(4)),
        clothes=np.array(clothes, dtype=np.float32),
    )


def draw_scene(rng: Generator, family: Family) -> Floats:
    """Return (height, width, 3) light of a whole scene, which uses the range from black to white."""
    canvas = ground(rng, HEIGHT + 2 * SPARE, WIDTH + 2 * SPARE, family.palette, clutter=4)
    for _ in range(int(rng.integers(5, 9))):
        kind = int(rng.integers(len(family.looks)))
        x, y = rng.uniform(0.1, 0.9) * canvas.shape[1], rng.uniform(0.1, 0.9) * canvas.shape[0]
        patch = draw_thing(rng, family.looks[kind], family.clothes[kind], radius_px=rng.uniform(5, 14),
                           angle=rng.uniform(0, 2 * np.pi), light=-np.pi / 2)  # fmt: skip
        shade(canvas, patch, x + 3, y + 3, darkness=0.4)
        lay(canvas, patch, x, y)
    low, high = np.percentile(canvas, (1, 99))
    return np.asarray(np.clip(0.03 + 0.94 * (canvas - low) / (high - low), 0, 1), dtype=np.float32)


def draw_view(rng: Generator, scene: Floats, *, may_mirror: bool = True) -> Floats:
    """Return (HEIGHT, WIDTH, 3) light of a view of a scene: moved, nearer or further, turned a little, mirrored."""
    zoom, turn = np.exp(rng.normal(0, 0.09)), rng.normal(0, 0.07)
    matrix = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array(scene.shape[:2]) / 2 - 0.5 + np.clip(rng.normal(0, 7, 2), -16, 16)
    offset = middle - matrix @ np.array([HEIGHT / 2 - 0.5, WIDTH / 2 - 0.5])
    planes = [
        ndimage.affine_transform(scene[..., plane], matrix, offset, (HEIGHT, WIDTH), order=1, mode="nearest")
        for plane in range(3)
    ]
    view = np.stack(planes, axis=-1)
    return np.ascontiguousarray(view[:, ::-1]) if may_mirror and rng.random() < 0.3 else view


def printed(light: Floats) -> NDArray[np.uint8]:
    """Return light from 0 to 1 as 8 bits."""
    return np.asarray(np.clip(light, 0, 1) * 255 + 0.5, dtype=np.uint8)


def another_day(rng: Generator, view: Floats) -> NDArray[np.uint8]:
    """Return a print of a view in other light: brighter or darker, softer or harder, warmer or colder."""
    light = np.exp(rng.normal(0, 0.25)) * np.clip(view, 0, 1) ** np.exp(rng.normal(0, 0.2))
    return printed(light * (1 + rng.normal(0, 0.08, 3)).astype(np.float32))


def faded(rng: Generator, view: Floats) -> NDArray[np.uint8]:
    """Return a print as the archive gives it back: two to four things have happened to it, and it is grainy."""
    light = np.clip(view, 0, 1)
    for damage in rng.permutation(5)[: int(rng.integers(2, 5))]:
        match int(damage):
            case 0:  # too little light
                light = light * np.float32(rng.uniform(0.3, 0.7))
            case 1:  # the wrong paper
                light = np.clip(light, 0, 1) ** np.float32(rng.choice([rng.uniform(0.5, 0.75), rng.uniform(1.4, 2.0)]))
            case 2:  # haze
                clear = np.float32(rng.uniform(0.35, 0.75))
                light = clear * light + (1 - clear) * np.float32(rng.uniform(0.6, 0.9))
            case 3:  # dyes that have gone
                light = light * np.exp(rng.normal(0, 0.2, 3)).astype(np.float32)
            case 4:  # sun on one side of the frame
                light = light * _sunlight(rng)[..., None]
    grain = rng.standard_normal(light.shape, dtype=np.float32) * np.float32(rng.uniform(0.004, 0.02))
    return printed(light + grain)


def _sunlight(rng: Generator) -> Floats:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    far = np.hypot((x - rng.uniform(0, WIDTH)) / WIDTH, (y - rng.uniform(0, HEIGHT)) / HEIGHT)
    return np.asarray(rng.uniform(0.35, 0.6) + 0.6 * np.exp(-((far / rng.uniform(0.4, 0.7)) ** 2)), dtype=np.float32)
