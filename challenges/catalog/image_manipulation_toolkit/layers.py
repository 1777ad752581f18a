"""Steps that need more files than the one they begin with, and what shines through them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from challenges.catalog.image_manipulation_toolkit.geometry import resized
from challenges.catalog.image_manipulation_toolkit.pixels import Impossible, Pixels, Step, above_zero, rounded

Colour = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The night's files by name, (height, width, 3), or 4 with alpha; and the background of the job at hand."""

    files: Mapping[str, Pixels] = field(default_factory=dict)
    background: Colour = (0, 0, 0)


def read_on(pixels: Pixels, background: Colour) -> Pixels:
    """Return a picture as jobs see it: what shines through it is the background."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:] / 255
    return rounded(alpha * pixels[..., :3] + (1 - alpha) * np.array(background))


def paste(picture: Pixels, step: Step, desk: Desk) -> Pixels:
    """Return the picture with another file's upon it, which keeps its own alpha."""
    other = desk.files[step["source"]]
    left, top = step["left"], step["top"]
    height, width = picture.shape[:2]
    # The window of `picture`, and the same of `other`, on which the two lie upon each other.
    rows, columns = (
        range(max(top, 0), min(top + len(other), height)),
        range(max(left, 0), min(left + other.shape[1], width)),
    )
    result = picture.copy()
    if not rows or not columns:
        return result
    here = np.s_[rows.start : rows.stop, columns.start : columns.stop]
    upper = other[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
    alpha = upper[..., 3:] / 255 if upper.shape[2] == 4 else np.ones((*upper.shape[:2], 1))
    cover = alpha * step["opacity"]
    result[here] = rounded(cover * upper[..., :3] + (1 - cover) * picture[here])
    return result


def sheet(picture: Pixels, step: Step, desk: Desk) -> Pixels:
    """Return a contact sheet: the picture and others, row by row, each as large as its cell lets it be."""
    columns = above_zero(step, "width", "height", "columns")
    width, height, gap = step["width"], step["height"], step["gap"]
    if gap < 0:
        raise Impossible("sheet: a gap below 0")
    pictures = [picture, *(read_on(desk.files[name], desk.background) for name in step["sources"])]
    rows = -(-len(pictures) // columns)
    result = np.empty((rows * height + (rows - 1) * gap, columns * width + (columns - 1) * gap, 3), dtype=np.uint8)
    result[:] = step["fill"]
    for number, whole in enumerate(pictures):
        row, column = divmod(number, columns)
        small = resized(whole, *_fitting(whole.shape[1], whole.shape[0], width, height))
        top = row * (height + gap) + (height - len(small)) // 2
        left = column * (width + gap) + (width - small.shape[1]) // 2
        result[top : top + len(small), left : left + small.shape[1]] = small
    return result


def _fitting(width: int, height: int, cell_width: int, cell_height: int) -> tuple[int, int]:
    """Return the size of a picture that fills its cell one way; the other side is rounded, halves up, to 1 at least."""
    if width * cell_height >= height * cell_width:
        return cell_width, max((2 * height * cell_width + width) // (2 * width), 1)
    return max((2 * width * cell_height + height) // (2 * height), 1), cell_height
