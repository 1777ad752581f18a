"""Flat scenes before a camera takes them: clouded grounds with clutter, and things with exact outlines.

    ground ──> canvas (height, width, 3), light as shares of 1
                 │  lay(canvas, patch, x, y)       things at sub-pixel places; returns how much of each pixel they cover
                 └─ lens.photograph              -> 8 bit

x points right, y down; the middle of the first pixel is (0.5, 0.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Texture = Literal["plain", "stripes", "dots", "checks", "rings"]

TEXTURES: tuple[Texture, ...] = ("plain", "stripes", "dots", "checks", "rings")
FINE = 3
"""Samples per pixel and axis when a thing is drawn."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a kind of thing looks like: a radial outline 1 + sum of a_k cos(k t + p_k), and what is painted on it."""

    amplitudes: Floats
    phases: Floats
    stretch: float
    texture: Texture
    frequency: float
    angle: float


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A thing that is ready to be laid: both arrays share their middle with it."""

    alpha: Floats
    """(side, side) share of each pixel that the thing covers."""
    colour: Floats
    """(side, side, 3)."""


def clouds(rng: Generator, height: int, width: int, *, slope: float = 2.0) -> Floats:
    """Return (height, width) noise of mean 0 and sd 1 whose power falls with the frequency to the power `slope`."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])
    frequency[0, 0] = np.inf
    white = np.fft.rfft2(rng.standard_normal((height, width)))
    field = np.fft.irfft2(white * frequency ** (-slope / 2), s=(height, width))
    return np.asarray((field - field.mean()) / field.std(), dtype=np.float32)


def draw_palette(rng: Generator, count: int, *, colourful: float = 0.5) -> Floats:
    """Return (count, 3) colours of one mood: hues near each other, brightness spread."""
    hue = rng.uniform(0, 1) + rng.normal(0, 0.12, count)
    saturation = np.clip(colourful * rng.uniform(0.4, 1.2, count), 0, 0.95)
    value = rng.permutation(np.linspace(0.25, 0.85, count)) + rng.normal(0, 0.04, count)
    return np.array([colour_of(*triple) for triple in zip(hue, saturation, value, strict=True)], dtype=np.float32)


def colour_of(hue: float, saturation: float, value: float) -> Floats:
    """Return the RGB colour of hue (any number, one turn is 1), saturation and value (0..1)."""
    wheel = np.clip(np.abs((hue * 6 + np.array([0.0, 4.0, 2.0])) % 6 - 3) - 1, 0, 1)
    return np.asarray(value * (1 - saturation + saturation * wheel), dtype=np.float32)


def ground(rng: Generator, height: int, width: int, palette: Floats, *, clutter: float = 6.0) -> Floats:
    """Return (height, width, 3) ground in the colours of a palette, with about `clutter` flat marks on it."""
    level = clouds(rng, height, width, slope=rng.uniform(1.8, 2.8))
    place = (np.clip(level / 3, -1, 1) + 1) / 2 * (len(palette) - 1)
    lower = np.minimum(place.astype(np.int64), len(palette) - 2)
    share = (place - lower)[..., None]
    canvas: Floats = palette[lower] * (1 - share) + palette[lower + 1] * share
    canvas = canvas * (1 + 0.06 * clouds(rng, height, width, slope=1.0)[..., None])
    for _ in range(int(rng.poisson(clutter))):
        _mark(rng, canvas, palette)
    return np.clip(canvas, 0.02, 1).astype(np.float32)


def draw_look(rng: Generator) -> Look:
    """Return a kind of thing."""
    return Look(
        amplitudes=rng.normal(0, [0.16, 0.12, 0.08, 0.06]).astype(np.float32),
        phases=rng.uniform(0, 2 * np.pi, 4).astype(np.float32),
        stretch=float(np.exp(rng.normal(0, 0.25))),
        texture=TEXTURES[int(rng.integers(len(TEXTURES)))],
        frequency=rng.uniform(1.2, 3.0),
        angle=rng.uniform(0, np.pi),
    )


def draw_thing(
    rng: Generator, look: Look, colours: Floats, *, radius_px: float, angle: float = 0.0, light: float | None = None
) -> Patch:
    """Return one thing of a kind, `radius_px` in the mean, in (2, 3) colours, lit from `light` (radians) if given."""
    amplitudes = look.amplitudes * rng.uniform(0.75, 1.25, 4)
    reach = radius_px * float(1 + np.abs(amplitudes).sum()) * max(look.stretch, 1 / look.stretch) ** 0.5
    side = 2 * int(np.ceil(reach)) + 3
    steps = ((np.arange(side * FINE) + 0.5) / FINE - side / 2) / radius_px
    x, y = (
        np.cos(angle) * steps[None, :] + np.sin(angle) * steps[:, None],
        (np.cos(angle) * steps[:, None] - np.sin(angle) * steps[None, :]),
    )
    u, v = x / look.stretch**0.5, y * look.stretch**0.5
    around = np.arctan2(v, u)
    edge = 1 + sum(a * np.cos(k * around + p) for k, (a, p) in enumerate(zip(amplitudes, look.phases, strict=True), 2))
    inside = np.hypot(u, v) < np.maximum(edge, 0.2)
    blend = _painted(look, u, v)[..., None]
    colour = colours[0] * (1 - blend) + colours[1] * blend
    if light is not None:  # a dome: brighter on the side of the light
        toward = np.cos(light - angle) * x + np.sin(light - angle) * y
        colour = colour * (1 + 0.25 * np.clip(toward, -1.2, 1.2))[..., None]
    cells = (side, FINE, side, FINE)
    alpha = inside.reshape(cells).mean(axis=(1, 3))
    weighted = (colour * inside[..., None]).reshape(*cells, 3).mean(axis=(1, 3))
    mean = weighted / np.maximum(alpha, 1e-6)[..., None]
    return Patch(alpha=alpha.astype(np.float32), colour=np.clip(mean, 0, 1).astype(np.float32))


def glossed(patch: Patch, x: float, y: float, *, radius_px: float, strength: float) -> Patch:
    """Return a patch on which light is mirrored: a white spot whose middle lies (x, y) pixels from the patch's."""
    side = patch.alpha.shape[0]
    steps = np.arange(side) + 0.5 - side / 2
    away = np.square(steps[None, :] - x) + np.square(steps[:, None] - y)
    shine = (strength * np.exp(-away / (2 * radius_px**2)))[..., None]
    return Patch(alpha=patch.alpha, colour=(patch.colour * (1 - shine) + shine).astype(np.float32))


def smeared(patch: Patch, right: float, down: float) -> Patch:
    """Return a patch as a shutter sees it that is open while the patch moves by so many pixels."""
    side = patch.alpha.shape[0]
    reach = int(np.ceil(max(abs(right), abs(down)) / 2)) + 1
    layers = np.dstack([patch.colour * patch.alpha[..., None], patch.alpha])
    total = np.zeros((side + 2 * reach, side + 2 * reach, 4), dtype=np.float32)
    moments = (-1 / 3, 0.0, 1 / 3)  # the middles of three equal parts of the time
    for moment in moments:
        x, y = reach + moment * right, reach + moment * down
        left, top = int(np.floor(x)), int(np.floor(y))
        for row, height in ((top, top + 1 - y), (top + 1, y - top)):
            for column, width in ((left, left + 1 - x), (left + 1, x - left)):
                share = np.float32(height * width / len(moments))
                total[row : row + side, column : column + side] += share * layers
    alpha = total[..., 3]
    return Patch(alpha=alpha, colour=(total[..., :3] / np.maximum(alpha, 1e-6)[..., None]).astype(np.float32))


def lay(canvas: Floats, patch: Patch, x: float, y: float) -> Floats:
    """Lay a patch with its middle at (x, y) and return (height, width) how much of each pixel it covers."""
    cover = np.zeros(canvas.shape[:2], dtype=np.float32)
    side = patch.alpha.shape[0]
    left, top = x - side / 2, y - side / 2
    alpha = _shifted(patch.alpha, left - np.floor(left), top - np.floor(top))
    premultiplied = _shifted(patch.colour * patch.alpha[..., None], left - np.floor(left), top - np.floor(top))
    window, part = overlap(int(np.floor(top)), int(np.floor(left)), alpha.shape, canvas.shape[:2])
    cover[window] = alpha[part]
    canvas[window] = canvas[window] * (1 - alpha[part][..., None]) + premultiplied[part]
    return cover


def shade(canvas: Floats, patch: Patch, x: float, y: float, *, darkness: float) -> None:
    """Darken the canvas where a patch with its middle at (x, y) keeps the light away; the edge is soft."""
    soft = ndimage.gaussian_filter(np.pad(patch.alpha, 3), 1.0, truncate=2.5)
    side = soft.shape[0]
    top, left = round(y - side / 2), round(x - side / 2)
    window, part = overlap(top, left, soft.shape, canvas.shape[:2])
    canvas[window] *= 1 - np.float32(darkness) * soft[part][..., None]


def overlap(top: int, left: int, shape: tuple[int, ...], frame: tuple[int, ...]) -> tuple[Any, Any]:
    """Return the window of the frame and the part of a patch that lie on each other."""
    rows = slice(max(top, 0), max(min(top + shape[0], frame[0]), 0))
    columns = slice(max(left, 0), max(min(left + shape[1], frame[1]), 0))
    return (rows, columns), (
        slice(rows.start - top, max(rows.stop - top, rows.start - top)),
        slice(columns.start - left, max(columns.stop - left, columns.start - left)),
    )


def _painted(look: Look, u: NDArray[np.float64], v: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much of the second colour shows at each place of a thing."""
    turn = look.frequency * np.pi
    along = np.cos(look.angle) * u + np.sin(look.angle) * v
    across = np.cos(look.angle) * v - np.sin(look.angle) * u
    match look.texture:
        case "plain":
            wave = np.full(u.shape, -1.0)
        case "stripes":
            wave = np.sin(turn * along)
        case "dots":
            wave = np.cos(turn * along) + np.cos(turn * across) - 0.6
        case "checks":
            wave = np.sin(turn * along) * np.sin(turn * across)
        case "rings":
            wave = np.cos(turn * np.hypot(u, v))
    return np.asarray(1 / (1 + np.exp(-8 * wave)))


def _mark(rng: Generator, canvas: Floats, palette: Floats) -> None:
    """Draw a stain or a line that belongs to the ground."""
    height, width = canvas.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    along = rng.uniform(0, np.pi)
    dx, dy = x - rng.uniform(0, width), y - rng.uniform(0, height)
    u, v = np.cos(along) * dx + np.sin(along) * dy, np.cos(along) * dy - np.sin(along) * dx
    if rng.random() < 0.5:
        half, thin = rng.uniform(0.2, 0.8) * width, rng.uniform(0.006, 0.02) * width
        bend = rng.normal(0, 0.3) / width
        far = np.maximum(np.abs(u) / half, np.abs(v + bend * u * u) / thin)
    else:
        far = np.hypot(u / (rng.uniform(0.04, 0.14) * width), v / (rng.uniform(0.03, 0.09) * width))
    cover = np.clip((1 - far) * 6, 0, 1)[..., None] * np.float32(rng.uniform(0.4, 0.9))
    canvas += cover * (palette[int(rng.integers(len(palette)))] * np.float32(rng.uniform(0.7, 1.3)) - canvas)


def _shifted(values: Floats, right: float, down: float) -> Floats:
    """Return an array moved by a part of a pixel; it grows by one row and one column."""
    pad = ((0, 1), (0, 1)) + ((0, 0),) * (values.ndim - 2)
    here, back = np.pad(values, pad), ((1, 0), (1, 0)) + ((0, 0),) * (values.ndim - 2)
    diagonal = np.pad(values, back)
    beside = np.pad(values, ((0, 1), (1, 0), *pad[2:]))
    below = np.pad(values, ((1, 0), (0, 1), *pad[2:]))
    mixed = (
        (1 - right) * (1 - down) * here + right * (1 - down) * beside
        + (1 - right) * down * below + right * down * diagonal
    )  # fmt: skip
    return np.asarray(mixed, dtype=np.float32)
