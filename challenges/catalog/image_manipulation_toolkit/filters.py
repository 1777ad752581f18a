"""Steps that blur, sharpen and find edges."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from challenges.catalog.image_manipulation_toolkit.pixels import (
    Floats,
    Pixels,
    Step,
    above_zero,
    brightness,
    rounded,
    thrice,
)

EIGHTH_TURN = np.tan(np.pi / 8)


def box(picture: Pixels, step: Step) -> Pixels:
    size = 2 * above_zero(step, "radius") + 1
    return rounded(ndimage.uniform_filter(picture.astype(np.float64), (size, size, 1), mode="mirror"))


def gauss(picture: Pixels, step: Step) -> Pixels:
    return rounded(_blurred(picture, above_zero(step, "sigma")))


def median(picture: Pixels, step: Step) -> Pixels:
    size = 2 * above_zero(step, "radius") + 1
    return np.asarray(ndimage.median_filter(picture, (size, size, 1), mode="nearest"))


def unsharp(picture: Pixels, step: Step) -> Pixels:
    detail = picture - _blurred(picture, above_zero(step, "sigma"))
    return rounded(picture + step["amount"] * np.where(np.abs(detail) >= step["threshold"], detail, 0))


def sobel(picture: Pixels, step: Step) -> Pixels:
    level = brightness(picture)
    across, down = (ndimage.sobel(level, axis=axis, mode="mirror") for axis in (1, 0))
    return rounded(thrice(np.hypot(across, down)))


def canny(picture: Pixels, step: Step) -> Pixels:
    """Return edges, in whole numbers all the way: one wrong pixel of 0 or 255 may cost a small picture its 40 dB."""
    level = (picture.astype(np.int64) @ np.array([299, 587, 114]) + 500) // 1000
    across, down = (ndimage.sobel(level, axis=axis, mode="nearest") for axis in (1, 0))
    square = across**2 + down**2
    around = np.pad(square, 1)
    height, width = level.shape

    def beside(x: int, y: int) -> NDArray[np.int64]:
        return around[1 + y : 1 + y + height, 1 + x : 1 + x + width]

    flat = np.abs(down) < EIGHTH_TURN * np.abs(across)
    steep = np.abs(across) < EIGHTH_TURN * np.abs(down)
    falling = across * down > 0
    ridge = np.select(
        [flat, steep, falling],
        [
            (square > beside(-1, 0)) & (square >= beside(1, 0)),
            (square > beside(0, -1)) & (square >= beside(0, 1)),
            (square > beside(-1, -1)) & (square > beside(1, 1)),
        ],
        (square > beside(1, -1)) & (square > beside(-1, 1)),
    )
    pieces, _ = ndimage.label(ridge & (square > step["low"] ** 2), structure=np.ones((3, 3)))
    strong = np.unique(pieces[ridge & (square > step["high"] ** 2)])
    return rounded(thrice(255.0 * np.isin(pieces, strong[strong > 0])))


def _blurred(picture: Pixels, sigma: float) -> Floats:
    radius = int(np.ceil(3 * sigma))
    weights = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    once = ndimage.correlate1d(picture.astype(np.float64), weights, axis=0, mode="mirror")
    return np.asarray(ndimage.correlate1d(once, weights, axis=1, mode="mirror"))
