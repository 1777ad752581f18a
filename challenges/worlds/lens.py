"""The camera: the last step of every drawn picture, from light to 8 bits.

canvas (light, 0..1) ─> exposure, tint, slope of light ─> vignette ─> blur ─> noise ─> gamma ─> uint8
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Floats = NDArray[np.float32]
Range = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Within what a world's cameras vary; every picture draws its lens from here."""

    gain: Range = (0.8, 1.2)
    tint: float = 0.05
    """Spread of the white balance between red and blue."""
    slope: Range = (0.0, 0.3)
    """By how much the light differs between the middle and the edge of the frame."""
    vignette: Range = (0.0, 0.25)
    blur_px: Range = (0.2, 0.8)
    motion_px: Range = (0.0, 0.0)
    """Length of the smear of a moving camera."""
    noise: Range = (0.006, 0.025)
    gamma: Range = (0.9, 1.1)


@dataclass(frozen=True, kw_only=True)
class Lens:
    """One camera at one moment."""

    gain: float
    tint: Floats
    slope: float
    toward: float
    """Direction the light comes from, in radians."""
    vignette: float
    blur_px: float
    motion_px: float
    motion_toward: float
    noise: float
    gamma: float


def draw_lens(rng: np.random.Generator, habits: Habits) -> Lens:
    """Return a lens within the habits."""
    warmth = rng.normal(0, habits.tint)
    return Lens(
        gain=rng.uniform(*habits.gain),
        tint=np.array([1 + warmth, 1 + rng.normal(0, habits.tint / 4), 1 - warmth], dtype=np.float32),
        slope=rng.uniform(*habits.slope),
        toward=rng.uniform(0, 2 * np.pi),
        vignette=rng.uniform(*habits.vignette),
        blur_px=rng.uniform(*habits.blur_px),
        motion_px=rng.uniform(*habits.motion_px),
        motion_toward=rng.uniform(0, np.pi),
        noise=rng.uniform(*habits.noise),
        gamma=rng.uniform(*habits.gamma),
    )


def photograph(rng: np.random.Generator, canvas: Floats, lens: Lens) -> NDArray[np.uint8]:
    """Return the (height, width, 3) picture that the lens takes of a canvas of light, 0 to 1."""
    photo = canvas * (_light(canvas.shape[0], canvas.shape[1], lens)[..., None] * lens.tint)
    if lens.blur_px > 0.15:
        photo = ndimage.gaussian_filter(photo, (lens.blur_px, lens.blur_px, 0), truncate=3.0)
    if lens.motion_px >= 2:
        photo = _smeared(photo, lens)
    np.clip(photo, 0, 1, out=photo)
    grain = rng.standard_normal(photo.shape, dtype=np.float32)
    photo += grain * (np.float32(lens.noise) * (np.float32(0.5) + np.sqrt(photo)))
    np.clip(photo, 0, 1, out=photo)
    if lens.gamma != 1:
        photo **= np.float32(lens.gamma)
    return (photo * 255 + 0.5).astype(np.uint8)


def _light(height: int, width: int, lens: Lens) -> Floats:
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    slope = 1 + np.float32(lens.slope / 1.4) * (
        np.float32(np.cos(lens.toward)) * x + np.float32(np.sin(lens.toward)) * y
    )
    light: Floats = np.float32(lens.gain) * slope * (1 - np.float32(lens.vignette / 2) * (x * x + y * y))
    return light


def _smeared(photo: Floats, lens: Lens) -> Floats:
    """Return the picture of a camera that moved in a straight line while the shutter was open."""
    steps = round(lens.motion_px)
    along = np.arange(steps) - (steps - 1) / 2
    moved = np.zeros_like(photo)
    for step in along:
        down, right = round(step * np.sin(lens.motion_toward)), round(step * np.cos(lens.motion_toward))
        rows = np.clip(np.arange(photo.shape[0]) + down, 0, photo.shape[0] - 1)
        columns = np.clip(np.arange(photo.shape[1]) + right, 0, photo.shape[1] - 1)
        moved += photo[rows][:, columns]
    return (moved / np.float32(steps)).astype(np.float32)
