"""Steps that change colours, and the spaces that colours are told in: HSV, Lab and YCrCb."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from challenges.catalog.image_manipulation_toolkit.pixels import (
    Floats,
    Pixels,
    Step,
    above_zero,
    brightness,
    rounded,
    thrice,
)

TO_XYZ = np.array([[0.412453, 0.357580, 0.180423], [0.212671, 0.715160, 0.072169], [0.019334, 0.119193, 0.950227]])
WHITE = np.array([0.950456, 1.0, 1.088754])
"""Linear sRGB -> XYZ under daylight D65, with the digits that OpenCV works with."""


def grey(picture: Pixels, step: Step) -> Pixels:
    return rounded(thrice(brightness(picture)))


def channels(picture: Pixels, step: Step) -> Pixels:
    return picture[..., ["RGB".index(letter) for letter in step["order"]]]


def gamma(picture: Pixels, step: Step) -> Pixels:
    return rounded(255 * (picture / 255) ** above_zero(step, "gamma"))


def saturate(picture: Pixels, step: Step) -> Pixels:
    level = brightness(picture)[..., None]
    return rounded(level + step["factor"] * (picture - level))


def convert(picture: Pixels, step: Step) -> Pixels:
    return SPACES[step["space"]](picture)


def hue(picture: Pixels, step: Step) -> Pixels:
    """Return the picture with its hues turned, there and back without any rounding in between."""
    degrees, chroma, value = _hue_chroma_value(picture)
    sectors = (np.array([5, 3, 1]) + (degrees[..., None] + step["degrees"]) / 60) % 6
    missing = np.clip(np.minimum(sectors, 4 - sectors), 0, 1)
    return rounded(value[..., None] - chroma[..., None] * missing)


def _hue_chroma_value(picture: Pixels) -> tuple[Floats, Floats, Floats]:
    """Return hues in degrees from 0 to 360, and chroma and value from 0 to 255."""
    red, green, blue = np.moveaxis(picture.astype(np.float64), -1, 0)
    value = np.maximum(np.maximum(red, green), blue)
    chroma = value - np.minimum(np.minimum(red, green), blue)
    some = np.where(chroma == 0, 1, chroma)
    degrees = 60 * np.where(
        value == red, (green - blue) / some, np.where(value == green, 2 + (blue - red) / some, 4 + (red - green) / some)
    )
    return np.where(chroma == 0, 0, degrees % 360), chroma, value


def _hsv(picture: Pixels) -> Pixels:
    degrees, chroma, value = _hue_chroma_value(picture)
    half = np.floor(degrees / 2 + 0.5) % 180
    return rounded(np.stack([half, 255 * chroma / np.where(value == 0, 1, value), value], axis=-1))


def _lab(picture: Pixels) -> Pixels:
    share = picture / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    x, y, z = np.moveaxis(linear @ TO_XYZ.T / WHITE, -1, 0)

    def root(t: Floats) -> Floats:
        return np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)

    lightness = np.where(y > 0.008856, 116 * np.cbrt(y) - 16, 903.3 * y)
    a, b = 500 * (root(x) - root(y)), 200 * (root(y) - root(z))
    return rounded(np.stack([lightness * 255 / 100, a + 128, b + 128], axis=-1))


def _ycrcb(picture: Pixels) -> Pixels:
    level = brightness(picture)
    return rounded(
        np.stack([level, (picture[..., 0] - level) / 1.402 + 128, (picture[..., 2] - level) / 1.772 + 128], axis=-1)
    )


SPACES: dict[str, Callable[[Pixels], Pixels]] = {"HSV": _hsv, "Lab": _lab, "YCrCb": _ycrcb}
