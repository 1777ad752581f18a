"""Things that fool a face finder: round, with dark spots where eyes would be, or faces that stand on their heads."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.faces import Sheet, oval
from challenges.worlds.stage import Patch, colour_of

Floats = NDArray[np.float64]


def draw_decoy(rng: Generator, *, height_px: float) -> Patch:
    """Return a clock, a smiley on its head, a ball with dots or a balloon."""
    sheet = Sheet(height_px / 2)
    kind = ("clock", "smiley", "ball", "balloon")[int(rng.integers(4))]
    turn = rng.normal(0, 0.15)
    wide = rng.uniform(0.75, 1.0)
    sheet.fill(oval(0, 0, wide, 1.0), _colour(rng, pale=kind == "clock"))
    dark = np.full(3, rng.uniform(0.03, 0.2))
    match kind:
        case "clock":
            sheet.fill(oval(0, 0, 0.85 * wide, 0.85), np.full(3, 0.93))
            for hour in range(12):
                angle = hour * np.pi / 6
                sheet.fill(oval(0.7 * wide * np.cos(angle), 0.7 * np.sin(angle), 0.05, 0.05), dark)
            for length, thick in ((0.45, 0.05), (0.65, 0.03)):
                sheet.fill(_hand(rng.uniform(0, 2 * np.pi), length, thick), dark)
        case "smiley":
            turn += np.pi
            for side in (-1, 1):
                sheet.fill(_turned(oval(side * 0.34, -0.15, 0.1, 0.14), turn), dark)
            bow = np.linspace(-0.4, 0.4, 11)
            mouth = np.concatenate([np.stack([bow, 0.55 - bow**2], 1), np.stack([bow, 0.65 - bow**2], 1)[::-1]])
            sheet.fill(_turned(mouth, turn), dark)
        case "ball":
            for _ in range(int(rng.integers(4, 12))):
                far, angle = 0.75 * np.sqrt(rng.uniform()), rng.uniform(0, 2 * np.pi)
                spot = rng.uniform(0.07, 0.15)
                sheet.fill(oval(wide * far * np.cos(angle), far * np.sin(angle), spot, spot), dark)
        case "balloon":
            sheet.fill(oval(-0.3 * wide, -0.4, 0.12, 0.2), np.full(3, 0.95))
            sheet.fill(np.array([[-0.02, 1.0], [0.02, 1.0], [0.02, 1.9], [-0.02, 1.9]]), dark)
    return sheet.patch()


def draw_cover(rng: Generator, *, height_px: float) -> Patch:
    """Return something that somebody holds before a face: a book, a cup, a hand of one colour."""
    sheet = Sheet(height_px / 2)
    half = rng.uniform(0.25, 0.7, 2)
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    sheet.fill(
        _turned(box, rng.uniform(0, np.pi)),
        np.asarray(colour_of(rng.uniform(), rng.uniform(0, 0.7), rng.uniform(0.15, 0.9)), dtype=np.float64),
    )
    return sheet.patch()


def draw_board(rng: Generator, *, height_px: float) -> Patch:
    """Return a window, a shelf or a poster: straight edges and stripes, as rooms are full of them."""
    sheet = Sheet(height_px / 2)
    half = rng.uniform(0.5, 1.0, 2)
    sheet.fill(np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half, _colour(rng, pale=False))
    bars = int(rng.integers(1, 6))
    upright = rng.random() < 0.5
    ink = _colour(rng, pale=False)
    for place in np.linspace(-0.8, 0.8, bars):
        bar = np.array([[place - 0.05, -0.9], [place + 0.05, -0.9], [place + 0.05, 0.9], [place - 0.05, 0.9]])
        sheet.fill((bar if upright else bar[:, ::-1]) * half, ink)
    return sheet.patch()


def _colour(rng: Generator, *, pale: bool) -> Floats:
    # Half of the things have the colour of skin, so that colour alone finds no face.
    if pale or rng.random() < 0.5:
        return np.asarray(
            colour_of(0.06 + rng.normal(0, 0.015), rng.uniform(0.2, 0.55), rng.uniform(0.35, 0.95)), dtype=np.float64
        )
    return np.asarray(colour_of(rng.uniform(), rng.uniform(0.1, 0.9), rng.uniform(0.2, 0.9)), dtype=np.float64)


def _turned(points: Floats, angle: float) -> Floats:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


def _hand(angle: float, length: float, thick: float) -> Floats:
    return _turned(np.array([[-thick, -thick], [length, -thick], [length, thick], [-thick, thick]]), angle)
