"""What the eight classes of the conveyor look like: parts, colours and surfaces.

    carton  crate    one silhouette, two surfaces          wrench  hammer   one surface, two silhouettes
    ball    wheel    one silhouette, two surfaces          duck    car      one surface, two silhouettes

So neither colour nor outline alone tells the classes apart. The layout of the parts is common knowledge; their
proportions and the colours come from the secret.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Colour = NDArray[np.float32]
Floats = NDArray[np.float32]

CLASSES = ("carton", "crate", "ball", "wheel", "wrench", "hammer", "duck", "car")
GROUPS = ("parcel", "parcel", "toy", "toy", "tool", "tool", "toy", "toy")


@dataclass(frozen=True, kw_only=True)
class Part:
    """A superellipse |u|^n + |v|^n <= 1 with n = 2, 4, 8 for squareness 0, 1, 2; one unit is half a thing."""

    at: tuple[float, float]
    half: tuple[float, float]
    angle: float = 0.0
    squareness: int = 0
    material: str = "plastic"
    roundness: float = 0.0
    """How much the surface turns towards and away from the light."""
    repeat: int = 3
    """Boards, sectors, spokes or rings of the surface."""
    width: float = 0.2
    """Share of the surface that its tape, tyre or gap takes."""
    cut: bool = False
    """Whether the part is taken away instead of added."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Two or three usual pairs of colours of a class."""

    main: NDArray[np.float64]
    second: NDArray[np.float64]

    def pick(self, rng: np.random.Generator) -> tuple[Colour, Colour]:
        """Return the colours of one thing: a usual pair, a little off."""
        mode = int(rng.integers(len(self.main)))
        shade = np.exp(rng.normal(0, 0.10))
        main, second = (np.clip(colours[mode] * shade + rng.normal(0, 0.035, 3), 0.02, 0.98)
                        for colours in (self.main, self.second))  # fmt: skip
        return main.astype(np.float32), second.astype(np.float32)


@dataclass(frozen=True, kw_only=True)
class Look:
    parts: tuple[Part, ...]
    palette: Palette


def draw_look(rng: np.random.Generator) -> tuple[list[tuple[Part, ...]], list[Palette]]:
    """Return the parts and the palette of each class, in the order of CLASSES."""
    box = rng.uniform(0.55, 0.9)
    shapes = [
        _carton(rng, box),
        _crate(rng, box),
        (_disc("ball", repeat=int(rng.integers(2, 5)), width=0.2, roundness=0.35),),
        (_disc("wheel", repeat=int(rng.integers(3, 7)), width=rng.uniform(0.22, 0.38), roundness=0.12),),
        _wrench(rng),
        _hammer(rng),
        _duck(rng),
        _car(rng),
    ]
    steel, plastic = _steel(rng), _vivid(rng, modes=3)
    palettes = [_board(rng), _wood(rng), _vivid(rng, modes=3), _rubber(rng), steel, steel, plastic, plastic]
    return shapes, palettes


def _carton(rng: np.random.Generator, box: float) -> tuple[Part, ...]:
    label = rng.uniform(0.12, 0.22)
    return (
        Part(at=(0, 0), half=(1, box), squareness=2, material="board", width=rng.uniform(0.1, 0.2), roundness=0.08),
        Part(at=(rng.uniform(0.35, 0.6), 0.5 * box), half=(1.4 * label, label), squareness=2, material="label"),
    )


def _crate(rng: np.random.Generator, box: float) -> tuple[Part, ...]:
    boards = int(rng.integers(3, 6))
    return (
        Part(at=(0, 0), half=(1, box), squareness=2, material="slats", repeat=boards, width=rng.uniform(0.14, 0.24)),
        Part(at=(-0.86, 0), half=(0.12, box), squareness=2, material="grain", roundness=0.1),
        Part(at=(0.86, 0), half=(0.12, box), squareness=2, material="grain", roundness=0.1),
    )


def _disc(surface: str, *, repeat: int, width: float, roundness: float) -> Part:
    return Part(at=(0, 0), half=(0.8, 0.8), material=surface, repeat=repeat, width=width, roundness=roundness)


def _wrench(rng: np.random.Generator) -> tuple[Part, ...]:
    head, bar, jaw = rng.uniform(0.30, 0.40), rng.uniform(0.12, 0.17), rng.uniform(0.12, 0.18)
    return (
        Part(at=(-0.15, 0), half=(0.8, bar), squareness=2, material="steel", roundness=0.25),
        Part(at=(-0.45, 0), half=(0.5, bar + 0.04), squareness=1, material="grip", repeat=int(rng.integers(3, 6))),
        Part(at=(0.68, 0), half=(head, head * rng.uniform(1.0, 1.3)), material="steel", roundness=0.2),
        Part(at=(0.95, 0), half=(0.34, jaw), angle=rng.uniform(-0.4, 0.4), squareness=2, cut=True),
    )


def _hammer(rng: np.random.Generator) -> tuple[Part, ...]:
    head, bar = rng.uniform(0.42, 0.58), rng.uniform(0.10, 0.15)
    return (
        Part(at=(-0.1, 0), half=(0.85, bar), squareness=2, material="steel", roundness=0.25),
        Part(at=(-0.45, 0), half=(0.52, bar + 0.04), squareness=1, material="grip", repeat=int(rng.integers(3, 6))),
        Part(at=(0.72, 0), half=(rng.uniform(0.17, 0.23), head), squareness=2, material="steel", roundness=0.2),
        Part(at=(0.72, head), half=(0.26, 0.13), squareness=2, material="steel", roundness=0.2),
    )


def _duck(rng: np.random.Generator) -> tuple[Part, ...]:
    body, head = rng.uniform(0.45, 0.6), rng.uniform(0.30, 0.38)
    return (
        Part(at=(-0.85, 0), half=(0.25, 0.16), angle=0.3, material="plastic", roundness=0.3),
        Part(at=(-0.2, 0), half=(0.75, body), material="plastic", roundness=0.35),
        Part(at=(0.82, 0), half=(0.26, 0.17), squareness=1, material="trim", roundness=0.2),
        Part(at=(0.5, 0), half=(head, head), material="plastic", roundness=0.35),
    )


def _car(rng: np.random.Generator) -> tuple[Part, ...]:
    body, axle = rng.uniform(0.38, 0.48), rng.uniform(0.45, 0.6)
    cabin = rng.uniform(0.26, 0.4)
    return (
        Part(at=(-axle, 0), half=(0.19, body + 0.1), squareness=2, material="tyre"),
        Part(at=(axle, 0), half=(0.19, body + 0.1), squareness=2, material="tyre"),
        Part(at=(0, 0), half=(1, body), squareness=1, material="plastic", roundness=0.25),
        Part(at=(-0.12, 0), half=(cabin, body * 0.72), squareness=1, material="trim", roundness=0.2),
    )


def _board(rng: np.random.Generator) -> Palette:
    main = [_hsv(rng.uniform(0.06, 0.11), rng.uniform(0.3, 0.5), rng.uniform(0.55, 0.78)) for _ in range(2)]
    tape = [_hsv(rng.uniform(0, 1), rng.uniform(0.05, 0.6), rng.uniform(0.6, 0.9)) for _ in range(2)]
    return Palette(main=np.array(main), second=np.array(tape))


def _wood(rng: np.random.Generator) -> Palette:
    main = [_hsv(rng.uniform(0.05, 0.12), rng.uniform(0.35, 0.6), rng.uniform(0.5, 0.75)) for _ in range(2)]
    return Palette(main=np.array(main), second=0.35 * np.array(main))


def _rubber(rng: np.random.Generator) -> Palette:
    rim = [_hsv(rng.uniform(0, 1), rng.uniform(0.1, 0.9), rng.uniform(0.65, 0.92)) for _ in range(2)]
    tyre = [_hsv(rng.uniform(0, 1), 0.1, rng.uniform(0.05, 0.12)) for _ in range(2)]
    return Palette(main=np.array(rim), second=np.array(tyre))


def _steel(rng: np.random.Generator) -> Palette:
    main = [_hsv(rng.uniform(0.5, 0.65), rng.uniform(0.02, 0.12), rng.uniform(0.55, 0.75)) for _ in range(2)]
    grip = [_hsv(rng.uniform(0, 1), rng.uniform(0.6, 0.95), rng.uniform(0.5, 0.85)) for _ in range(2)]
    return Palette(main=np.array(main), second=np.array(grip))


def _vivid(rng: np.random.Generator, *, modes: int) -> Palette:
    hues = (rng.uniform() + np.arange(modes) / modes + rng.uniform(-0.1, 0.1, modes)) % 1
    main = [_hsv(hue, rng.uniform(0.65, 0.95), rng.uniform(0.65, 0.95)) for hue in hues]
    second = [_hsv(rng.uniform(0, 1), rng.uniform(0.1, 0.9), rng.uniform(0.7, 0.95)) for _ in hues]
    return Palette(main=np.array(main), second=np.array(second))


def _hsv(hue: float, saturation: float, value: float) -> tuple[float, float, float]:
    return colorsys.hsv_to_rgb(hue, saturation, value)


def material(name: str, u: Floats, v: Floats, phase: float, part: Part) -> tuple[Floats, Floats]:
    """Return (blend towards the second colour, brightness) of a surface at a part's own coordinates."""
    zero, one = np.zeros_like(u), np.ones_like(u)
    match name:
        case "board":
            fibre = 0.04 * np.sin(37 * u + 11 * v + 6.28 * phase).astype(np.float32)
            return (np.abs(v) < part.width).astype(np.float32), (one + fibre).astype(np.float32)
        case "slats":
            step = (v + 1) / 2 * part.repeat
            gap = (step - np.floor(step) < part.width).astype(np.float32)
            board = np.floor(step)
            tone = 1 + 0.09 * np.sin(2.4 * board + 6.28 * phase) + 0.05 * np.sin(9 * u + 3 * board)
            return gap, tone.astype(np.float32)
        case "grain":
            return zero, 0.9 + 0.06 * np.sin(14 * v + 6.28 * phase)
        case "ball":
            turn = (np.arctan2(v, u) / (2 * np.pi) + phase) * part.repeat * 2
            radius = u * u + v * v
            cap = radius < 0.03
            blend = np.where(cap, 1.0, np.floor(turn) % 2).astype(np.float32)
            return blend, (1.12 - 0.38 * radius).astype(np.float32)
        case "wheel":
            radius = np.sqrt(u * u + v * v)
            spokes = np.cos(part.repeat * (np.arctan2(v, u) + 6.28 * phase)) > 0.1
            rim = (radius > 1 - part.width - 0.1) | (radius < 0.26) | spokes
            tyre = (radius > 1 - part.width) | ~rim
            return tyre.astype(np.float32), one + 0.35 * (radius > 0.94)
        case "steel":
            return zero, 1 + 0.10 * np.sin(9 * v + 3 * u) + 0.12 * (v < -0.3)
        case "grip":
            step = (u + 1) / 2 * part.repeat
            return one, 1 - 0.3 * (step - np.floor(step) < 0.25).astype(np.float32)
        case "plastic" | "trim":
            gloss = np.exp(-((u + 0.35) ** 2 + (v + 0.35) ** 2) / 0.12).astype(np.float32)
            return (zero if name == "plastic" else one), 0.95 + 0.4 * gloss
        case "tyre":
            return zero, 0.16 * one
        case "label":
            ragged = 0.5 + 0.3 * np.sin(29 * np.round(3 * v))
            lines = (np.abs(v) < 0.75) & (u > -0.8) & (u < ragged) & (np.sin(19 * v) > 0.3)
            return lines.astype(np.float32), 1.1 * one
        case "tape" | "paint":
            return zero, one
        case "shade":
            return one, 0.4 * one
        case _:
            raise ValueError(f"no surface is called {name!r}")
