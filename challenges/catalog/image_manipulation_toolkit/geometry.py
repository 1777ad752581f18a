"""Steps that move pixels. The middle of the first pixel is (0.5, 0.5): a picture reaches from 0 to its width."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from challenges.catalog.image_manipulation_toolkit.pixels import Floats, Impossible, Pixels, Step, above_zero, rounded


def flip(picture: Pixels, step: Step) -> Pixels:
    return picture[:, ::-1] if step["axis"] == "left-right" else picture[::-1]


def turn(picture: Pixels, step: Step) -> Pixels:
    return np.rot90(picture, -step["quarters"])


def crop(picture: Pixels, step: Step) -> Pixels:
    above_zero(step, "width", "height")
    width, height, top, left = step["width"], step["height"], step["top"], step["left"]
    result = np.empty((height, width, 3), dtype=np.uint8)
    result[:] = step["fill"]
    rows = slice(max(top, 0), max(min(top + height, picture.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + width, picture.shape[1]), 0))
    if rows.start < rows.stop and columns.start < columns.stop:
        result[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[rows, columns]
    return result


def pad(picture: Pixels, step: Step) -> Pixels:
    height, width = picture.shape[:2]
    edges = [step[side] for side in ("left", "top", "right", "bottom")]
    if min(edges) < 0:
        raise Impossible("pad: an edge below 0")
    left, top, right, bottom = edges
    whole = {"left": -left, "top": -top, "width": left + width + right, "height": top + height + bottom}
    return crop(picture, {"op": "crop", "fill": step["fill"], **whole})


def resize(picture: Pixels, step: Step) -> Pixels:
    above_zero(step, "width", "height")
    return resized(picture, step["width"], step["height"], nearest=step["how"] == "nearest")


def resized(picture: Pixels, width: int, height: int, *, nearest: bool = False) -> Pixels:
    y = (np.arange(height) + 0.5) * picture.shape[0] / height
    x = (np.arange(width) + 0.5) * picture.shape[1] / width
    if nearest:
        return np.asarray(picture[np.floor(y).astype(int)][:, np.floor(x).astype(int)])
    return rounded(_sampled(picture, *np.meshgrid(x, y)))


def shrink(picture: Pixels, step: Step) -> Pixels:
    factor = above_zero(step, "factor")
    height, width = (side // factor for side in picture.shape[:2])
    if min(height, width) < 1:
        raise Impossible(f"shrink: nothing is left at {factor}")
    blocks = picture[: height * factor, : width * factor].reshape(height, factor, width, factor, 3)
    return rounded(blocks.mean(axis=(1, 3)))


def rotate(picture: Pixels, step: Step) -> Pixels:
    height, width = picture.shape[:2]
    angle = np.deg2rad(step["degrees"])
    x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    source_x = np.cos(angle) * x + np.sin(angle) * y + width / 2
    source_y = np.cos(angle) * y - np.sin(angle) * x + height / 2
    return _filled(picture, source_x, source_y, step["fill"])


def affine(picture: Pixels, step: Step) -> Pixels:
    above_zero(step, "width", "height")
    (a, b, c), (d, e, f) = step["matrix"]
    spread = a * e - b * d
    if spread == 0:
        raise Impossible("affine: a matrix that makes a line of the picture")
    u, v = np.meshgrid(np.arange(step["width"]) + 0.5 - c, np.arange(step["height"]) + 0.5 - f)
    return _filled(picture, (e * u - b * v) / spread, (a * v - d * u) / spread, step["fill"])


def straighten(picture: Pixels, step: Step) -> Pixels:
    above_zero(step, "width", "height")
    width, height = step["width"], step["height"]
    target = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    rows, right = [], []
    for (u, v), (x, y) in zip(target, step["corners"], strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        right += [x, y]
    a, b, c, d, e, f, g, h = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(right, dtype=np.float64))
    u, v = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    depth = g * u + h * v + 1
    return _filled(picture, (a * u + b * v + c) / depth, (d * u + e * v + f) / depth, (0, 0, 0))


def _sampled(picture: Pixels, x: Floats, y: Floats) -> Floats:
    """Return the picture at places between its pixels' middles; beyond the outermost middles it goes on as they are."""
    planes = [
        ndimage.map_coordinates(picture[..., plane].astype(np.float64), [y - 0.5, x - 0.5], order=1, mode="nearest")
        for plane in range(3)
    ]
    return np.stack(planes, axis=-1)


def _filled(picture: Pixels, x: Floats, y: Floats, fill: Any) -> Pixels:
    height, width = picture.shape[:2]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    return np.where(inside[..., None], rounded(_sampled(picture, x, y)), np.array(fill, dtype=np.uint8))
