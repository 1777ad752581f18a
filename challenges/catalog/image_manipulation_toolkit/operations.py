"""The print shop's steps, as the statement defines them: pictures of 8 bits in, pictures of 8 bits out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float64]
Step = Mapping[str, Any]


class Impossible(Exception):
    """A step that cannot be done."""


def carried_out(picture: Pixels, steps: Sequence[Step]) -> Pixels:
    """Return the picture after all steps. Raises Impossible."""
    for step in steps:
        name = step["op"]
        if name not in OPERATIONS:
            raise Impossible(f"there is no step {name}")
        picture = OPERATIONS[name](picture, step)
    return picture


def rounded(values: Floats) -> Pixels:
    return np.asarray(np.floor(np.clip(values, 0, 255) + 0.5), dtype=np.uint8)


def _above(step: Step, name: str, least: float = 0.0, *, whole: bool = False) -> Any:
    value = step[name]
    if (whole and value < 1) or (not whole and value <= least):
        raise Impossible(f"{step['op']}: {name} is {value}")
    return value


def _grey(picture: Pixels, step: Step) -> Pixels:
    level = picture @ np.array([0.299, 0.587, 0.114])
    return rounded(np.repeat(level[..., None], 3, axis=2))


def _channels(picture: Pixels, step: Step) -> Pixels:
    return picture[..., ["RGB".index(letter) for letter in step["order"]]]


def _gamma(picture: Pixels, step: Step) -> Pixels:
    return rounded(255 * (picture / 255) ** _above(step, "gamma"))


def _saturate(picture: Pixels, step: Step) -> Pixels:
    level = (picture @ np.array([0.299, 0.587, 0.114]))[..., None]
    return rounded(level + step["factor"] * (picture - level))


def _flip(picture: Pixels, step: Step) -> Pixels:
    return picture[:, ::-1] if step["axis"] == "left-right" else picture[::-1]


def _turn(picture: Pixels, step: Step) -> Pixels:
    return np.rot90(picture, -step["quarters"])


def _crop(picture: Pixels, step: Step) -> Pixels:
    width, height = _above(step, "width", whole=True), _above(step, "height", whole=True)
    result = np.empty((height, width, 3), dtype=np.uint8)
    result[:] = step["fill"]
    top, left = step["top"], step["left"]
    rows = slice(max(top, 0), max(min(top + height, picture.shape[0]), 0))
    columns = slice(max(left, 0), max(min(left + width, picture.shape[1]), 0))
    if rows.start < rows.stop and columns.start < columns.stop:
        result[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left] = picture[rows, columns]
    return result


def _resize(picture: Pixels, step: Step) -> Pixels:
    width, height = _above(step, "width", whole=True), _above(step, "height", whole=True)
    y = (np.arange(height) + 0.5) * picture.shape[0] / height
    x = (np.arange(width) + 0.5) * picture.shape[1] / width
    if step["how"] == "nearest":
        return np.asarray(picture[np.floor(y).astype(int)][:, np.floor(x).astype(int)])
    return rounded(_sampled(picture, *np.meshgrid(x, y)))


def _shrink(picture: Pixels, step: Step) -> Pixels:
    factor = _above(step, "factor", whole=True)
    height, width = (side // factor for side in picture.shape[:2])
    if min(height, width) < 1:
        raise Impossible(f"shrink: nothing is left at {factor}")
    blocks = picture[: height * factor, : width * factor].reshape(height, factor, width, factor, 3)
    return rounded(blocks.mean(axis=(1, 3)))


def _rotate(picture: Pixels, step: Step) -> Pixels:
    height, width = picture.shape[:2]
    angle = np.deg2rad(step["degrees"])
    x, y = np.meshgrid(np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2)
    source_x = np.cos(angle) * x + np.sin(angle) * y + width / 2
    source_y = np.cos(angle) * y - np.sin(angle) * x + height / 2
    return _filled(picture, source_x, source_y, step["fill"])


def _straighten(picture: Pixels, step: Step) -> Pixels:
    width, height = _above(step, "width", whole=True), _above(step, "height", whole=True)
    target = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    rows, right = [], []
    for (u, v), (x, y) in zip(target, step["corners"], strict=True):
        rows += [[u, v, 1, 0, 0, 0, -x * u, -x * v], [0, 0, 0, u, v, 1, -y * u, -y * v]]
        right += [x, y]
    a, b, c, d, e, f, g, h = np.linalg.solve(np.array(rows, dtype=np.float64), np.array(right, dtype=np.float64))
    u, v = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    depth = g * u + h * v + 1
    return _filled(picture, (a * u + b * v + c) / depth, (d * u + e * v + f) / depth, (0, 0, 0))


def _box(picture: Pixels, step: Step) -> Pixels:
    size = 2 * _above(step, "radius", whole=True) + 1
    return rounded(ndimage.uniform_filter(picture.astype(np.float64), (size, size, 1), mode="mirror"))


def _gauss(picture: Pixels, step: Step) -> Pixels:
    return rounded(_blurred(picture, _above(step, "sigma")))


def _median(picture: Pixels, step: Step) -> Pixels:
    size = 2 * _above(step, "radius", whole=True) + 1
    return np.asarray(ndimage.median_filter(picture, (size, size, 1), mode="nearest"))


def _unsharp(picture: Pixels, step: Step) -> Pixels:
    detail = picture - _blurred(picture, _above(step, "sigma"))
    return rounded(picture + step["amount"] * np.where(np.abs(detail) >= step["threshold"], detail, 0))


def _sobel(picture: Pixels, step: Step) -> Pixels:
    level = picture @ np.array([0.299, 0.587, 0.114])
    across, down = (ndimage.sobel(level, axis=axis, mode="mirror") for axis in (1, 0))
    return rounded(np.repeat(np.hypot(across, down)[..., None], 3, axis=2))


def _pad(picture: Pixels, step: Step) -> Pixels:
    height, width = picture.shape[:2]
    edges = [step[side] for side in ("left", "top", "right", "bottom")]
    if min(edges) < 0:
        raise Impossible("pad: an edge below 0")
    left, top, right, bottom = edges
    whole = {"left": -left, "top": -top, "width": left + width + right, "height": top + height + bottom}
    return _crop(picture, {"op": "crop", "fill": step["fill"], **whole})


def _blurred(picture: Pixels, sigma: float) -> Floats:
    radius = int(np.ceil(3 * sigma))
    weights = np.exp(-(np.arange(-radius, radius + 1) ** 2) / (2 * sigma**2))
    weights /= weights.sum()
    once = ndimage.correlate1d(picture.astype(np.float64), weights, axis=0, mode="mirror")
    return np.asarray(ndimage.correlate1d(once, weights, axis=1, mode="mirror"))


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


OPERATIONS: dict[str, Callable[[Pixels, Step], Pixels]] = {
    "grey": _grey,
    "channels": _channels,
    "gamma": _gamma,
    "saturate": _saturate,
    "flip": _flip,
    "turn": _turn,
    "crop": _crop,
    "pad": _pad,
    "resize": _resize,
    "shrink": _shrink,
    "rotate": _rotate,
    "straighten": _straighten,
    "box": _box,
    "gauss": _gauss,
    "median": _median,
    "unsharp": _unsharp,
    "sobel": _sobel,
}
