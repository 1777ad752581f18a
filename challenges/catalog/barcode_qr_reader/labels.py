"""Labels with codes, good and bad, and how they come to lie in a picture.

draw_label ──> Label (modules, size on the picture) ──> lay_label: turn, perspective, bend of a bottle, scratches
"""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.stage import Floats
from challenges.worlds.symbols import Modules, code128, ean13, ean13_check, qr

FINE = 3
"""Samples per pixel and axis when a label is drawn."""
LETTERS = string.ascii_uppercase + string.digits
QUIET = {"qr": 4, "ean13": 11, "code128": 10}
"""Light modules around a code, as the standards ask."""
MODULE_PX = {"qr": (3.0, 4.8), "ean13": (1.7, 2.7), "code128": (1.5, 2.3)}
SPOILT = 0.3
"""Share of labels that hold no code that a reader may report."""


@dataclass(frozen=True, kw_only=True)
class Label:
    symbology: str
    modules: Modules
    """With the quiet zone; 1 is ink."""
    width_px: float
    height_px: float
    text: str | None
    """What a reader should report; None on a label that is spoilt or only looks like a code."""
    cut: bool = False
    """Whether a part lies outside the photo."""
    taped: bool = False
    """Whether tape hides a part."""

    def reach(self, angle: float) -> tuple[float, float]:
        """Return half the width and half the height of what it covers when turned, with room for perspective."""
        across, down = abs(np.cos(angle)), abs(np.sin(angle))
        return (
            0.54 * float(across * self.width_px + down * self.height_px),
            0.54 * float(down * self.width_px + across * self.height_px),
        )


def draw_label(rng: Generator) -> Label:
    """Return a label; three of ten are spoilt."""
    symbology = str(rng.choice(["qr", "ean13", "code128"], p=[0.38, 0.26, 0.36]))
    spoilt = str(rng.choice(["misprint", "cut", "taped", "stripes"])) if rng.random() < SPOILT else ""
    text = _draw_text(rng, symbology)
    modules = _modules(rng, symbology, text, spoilt)
    quiet = QUIET[symbology]
    module_px = rng.uniform(*MODULE_PX[symbology])
    if symbology == "qr":
        modules = np.pad(modules, quiet)
        height_px = modules.shape[0] * module_px
    else:
        modules = np.pad(modules, ((0, 0), (quiet, quiet)))
        height_px = rng.uniform(45, 90)
    return Label(
        symbology=symbology,
        modules=modules,
        width_px=modules.shape[1] * module_px,
        height_px=height_px,
        text=None if spoilt else text,
        cut=spoilt == "cut",
        taped=spoilt == "taped",
    )


def lay_label(rng: Generator, canvas: Floats, label: Label, x: float, y: float, angle: float) -> None:
    """Print the label into the canvas with its middle at (x, y): a turned plane, sometimes on a bottle."""
    paper, ink = _colours(rng)
    tilt = rng.normal(0, 0.08, 2).clip(-0.16, 0.16)
    bend = rng.uniform(0.5, 1.0) if rng.random() < 0.2 else 0.0
    scratches = [
        (rng.uniform(-0.5, 0.5), rng.normal(0, 0.6), rng.uniform(0.004, 0.012)) for _ in range(rng.poisson(0.6))
    ]
    window, u, v = _places(canvas, label, x, y, angle, tilt)
    if bend:
        u = np.arcsin(np.clip(2 * u * float(np.sin(bend)), -1, 1)) / (2 * bend)  # the sides turn away from the eye
    inside = (np.abs(u) < 0.5) & (np.abs(v) < 0.5)
    rows, columns = label.modules.shape
    margin = 0.0 if label.symbology == "qr" else 5 / label.height_px  # bars end before the paper does
    row = np.clip(((v + 0.5) * rows).astype(np.int32), 0, rows - 1)
    column = np.clip(((u + 0.5) * columns).astype(np.int32), 0, columns - 1)
    dark = label.modules[row, column].astype(np.float32) * (np.abs(v) < 0.5 - margin)
    for place, slope, width in scratches:
        dark *= np.abs(v - place - slope * u) > width
    _paint(canvas, window, inside, dark, paper, ink)


def tape(rng: Generator, canvas: Floats, label: Label, x: float, y: float, angle: float) -> None:
    """Hide the middle third of a label across its bars, so that nobody can read it."""
    window, u, v = _places(canvas, label, x, y, angle, np.zeros(2))
    if label.symbology == "qr":
        inside = (np.abs(u + 0.1 - rng.uniform(0, 0.2)) < 0.2) & (np.abs(v) < 0.6)
    else:
        inside = (np.abs(u - rng.uniform(-0.2, 0.2)) < 0.16) & (np.abs(v) < 0.6)
    brown = np.array([0.6, 0.45, 0.3], dtype=np.float32) * np.float32(rng.uniform(0.7, 1.3))
    _paint(canvas, window, inside, np.zeros(u.shape, dtype=np.float32), brown, brown)


def _draw_text(rng: Generator, symbology: str) -> str:
    def letters(count: int, alphabet: str = LETTERS) -> str:
        return "".join(alphabet[place] for place in rng.integers(0, len(alphabet), count))

    if symbology == "ean13":
        digits = letters(1, "23456789") + letters(11, string.digits)
        return f"{digits}{ean13_check(digits)}"
    if symbology == "code128":
        return f"{letters(2, string.ascii_uppercase)}-{letters(int(rng.integers(4, 8)))}"
    match int(rng.integers(3)):
        case 0:
            return letters(int(rng.integers(8, 15)))
        case 1:
            return f"https://p.example/{letters(int(rng.integers(4, 20)), string.ascii_letters + string.digits)}"
        case _:
            return f"PARCEL {letters(8)} BAY {letters(2, string.digits)} KG {rng.integers(1, 30)}.{rng.integers(10)}"


def _modules(rng: Generator, symbology: str, text: str, spoilt: str) -> Modules:
    if symbology == "ean13":
        last = (int(text[-1]) + int(rng.integers(1, 10))) % 10 if spoilt == "misprint" else int(text[-1])
        modules = ean13(f"{text[:-1]}{last}")
    elif symbology == "code128":
        modules = code128(text, check_off_by=int(rng.integers(1, 103)) if spoilt == "misprint" else 0)
    else:
        modules = qr(text, mask=int(rng.integers(8)))
        if spoilt == "misprint":  # more modules are wrong than the check codewords can mend
            middle = modules[8:-8, :]
            middle ^= (rng.random(middle.shape) < 0.5).astype(np.uint8)
    if spoilt != "stripes":
        return modules
    if symbology == "qr":
        return (rng.random(modules.shape) < 0.5).astype(np.uint8)
    widths = rng.integers(1, 5, modules.shape[1] // 2)
    return (np.repeat(np.arange(len(widths)) % 2 == 0, widths).astype(np.uint8))[None, :]


def _colours(rng: Generator) -> tuple[Floats, Floats]:
    paper = np.clip(rng.uniform(0.65, 1.0) + rng.normal(0, 0.04, 3), 0.5, 1)
    ink = np.clip(rng.uniform(0.02, 0.28) + rng.normal(0, 0.04, 3), 0.02, 0.4)
    if rng.random() < 0.1:  # white on black
        paper, ink = ink, paper
    return paper.astype(np.float32), ink.astype(np.float32)


def _places(
    canvas: Floats, label: Label, x: float, y: float, angle: float, tilt: NDArray[np.float64]
) -> tuple[tuple[slice, slice], Floats, Floats]:
    """Return the window of the canvas that a label may touch, and the label's (u, v), -0.5 to 0.5, of its samples."""
    half_x, half_y = (reach * 1.1 + 2 for reach in label.reach(angle))
    rows = slice(max(int(y - half_y), 0), min(int(y + half_y) + 1, canvas.shape[0]))
    columns = slice(max(int(x - half_x), 0), min(int(x + half_x) + 1, canvas.shape[1]))
    down = _samples(rows) - np.float32(y)
    right = _samples(columns) - np.float32(x)
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    along = (cos * right[None, :] + sin * down[:, None]) / label.width_px
    across = (cos * down[:, None] - sin * right[None, :]) / label.height_px
    depth = 1 + float(tilt[0]) * along + float(tilt[1]) * across
    u, v = (np.asarray(part / depth, dtype=np.float32) for part in (along, across))
    return (rows, columns), u, v


def _samples(pixels: slice) -> Floats:
    places = pixels.start + (np.arange((pixels.stop - pixels.start) * FINE) + 0.5) / FINE
    return np.asarray(places, dtype=np.float32)


def _paint(
    canvas: Floats, window: tuple[slice, slice], inside: NDArray[np.bool_], dark: Floats, paper: Floats, ink: Floats
) -> None:
    """Put the mean of the samples into each pixel."""
    height, width = canvas[window].shape[:2]
    cells = (height, FINE, width, FINE)
    cover = inside.reshape(cells).mean(axis=(1, 3), dtype=np.float32)[..., None]
    inked = (dark * inside).reshape(cells).mean(axis=(1, 3), dtype=np.float32)[..., None]
    canvas[window] = canvas[window] * (1 - cover) + paper * (cover - inked) + ink * inked
