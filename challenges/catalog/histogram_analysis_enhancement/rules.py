"""The exact rules of the statement: a histogram of colours, and three pictures that follow from histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Counts = NDArray[np.int64]

LEVELS = 256
BINS = 4
"""Of each channel, 64 levels wide: a pixel that is counted wrongly shows, and 64 numbers can still be read."""
TILES_X, TILES_Y = 4, 3
"""Tiles of 24 x 24 pixels: in much smaller ones there are more levels than pixels."""
CLIP_LIMIT = 3.0
"""Times the mean count of a level, as OpenCV means it."""


def grey(picture: Pixels) -> Pixels:
    """Return (h, w) brightness in whole numbers, as OpenCV and the statement have it."""
    red, green, blue = (picture[..., plane].astype(np.int64) for plane in range(3))
    return np.asarray((9798 * red + 19235 * green + 3735 * blue + 16384) >> 15, dtype=np.uint8)


def colours(picture: Pixels) -> Counts:
    """Return (4, 4, 4) how many pixels of an RGB picture lie in each bin of red, green and blue."""
    red, green, blue = np.moveaxis(picture.astype(np.int64) * BINS // LEVELS, -1, 0)
    places = (red * BINS + green) * BINS + blue
    return np.bincount(places.ravel(), minlength=BINS**3).reshape(BINS, BINS, BINS).astype(np.int64)


def equalise(picture: Pixels) -> Pixels:
    """Return a grey picture whose levels are spread over their cumulative histogram, the darkest one at 0."""
    counts = np.bincount(picture.ravel(), minlength=LEVELS)
    below = np.cumsum(counts)
    darkest = counts[picture.min()]
    spread = np.rint((below - darkest) * 255 / max(picture.size - darkest, 1))
    return np.asarray(np.clip(spread, 0, 255), dtype=np.uint8)[picture]


def equalise_by_tiles(picture: Pixels) -> Pixels:
    """Return a grey picture after CLAHE; its sides are multiples of the numbers of tiles."""
    height, width = picture.shape[0] // TILES_Y, picture.shape[1] // TILES_X
    tiles = picture.reshape(TILES_Y, height, TILES_X, width).swapaxes(1, 2).reshape(TILES_Y, TILES_X, -1)
    curves = np.array([[_limited_curve(tile) for tile in row] for row in tiles])
    above, below, down = _neighbours(picture.shape[0], height, TILES_Y)
    left, right, across = _neighbours(picture.shape[1], width, TILES_X)
    upper, lower = (
        (1 - across) * curves[rows[:, None], left, picture] + across * curves[rows[:, None], right, picture]
        for rows in (above, below)
    )
    mixed = (1 - down[:, None]) * upper + down[:, None] * lower
    return np.asarray(np.rint(mixed), dtype=np.uint8)


def match(picture: Pixels, target: Pixels) -> Pixels:
    """Return a picture with each channel's histogram brought to that of a target of the same size."""
    planes = []
    for plane in range(3):
        below = np.cumsum(np.bincount(picture[..., plane].ravel(), minlength=LEVELS))
        wanted = np.cumsum(np.bincount(target[..., plane].ravel(), minlength=LEVELS))
        levels = np.minimum(np.searchsorted(wanted, below), LEVELS - 1)
        planes.append(levels.astype(np.uint8)[picture[..., plane]])
    return np.stack(planes, axis=-1)


def _limited_curve(tile: Pixels) -> NDArray[np.float64]:
    """Return (256,) what a tile makes of each level: its cumulative histogram, no level counting more than the limit.

    What is cut off is given out again: evenly, and the rest one by one to levels at even steps from the darkest.
    """
    counts = np.bincount(tile, minlength=LEVELS)
    most = max(int(CLIP_LIMIT * len(tile) / LEVELS), 1)
    each, rest = divmod(int(np.maximum(counts - most, 0).sum()), LEVELS)
    counts = np.minimum(counts, most) + each
    if rest:
        counts[np.arange(rest) * (LEVELS // rest)] += 1
    return np.rint(np.cumsum(counts) * 255 / len(tile))


def _neighbours(length: int, tile: int, tiles: int) -> tuple[Counts, Counts, NDArray[np.float64]]:
    """Return, for each place along a side, the tiles before and behind it and how far it is on the way between."""
    place = np.arange(length) / tile - 0.5
    before = np.floor(place).astype(np.int64)
    return np.maximum(before, 0), np.minimum(before + 1, tiles - 1), place - before
