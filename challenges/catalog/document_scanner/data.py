"""Photos of printed pages: the corners and the clean page are told in train, and asked of the hidden ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, npz_bytes, png_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.papers import KINDS, Photo, Sheet, draw_photo, draw_sheet, draw_words

PUBLIC_SHARE = 0.3
JPEG_QUALITY = 88
CORNERS = ("tl", "tr", "br", "bl")


@dataclass(frozen=True, kw_only=True)
class Scale:
    height: int
    width: int
    train: int
    test: int


SCALES = {
    # Pages of 210 x 297 pixels with large print: a photo costs 50 ms to draw, and all pages are a few megabytes.
    Size.SMALL: Scale(height=400, width=300, train=24, test=80),
    Size.FULL: Scale(height=800, width=600, train=200, test=300),
}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return photos with their truth to learn from, and hidden photos."""
    scale = SCALES[size]
    words = draw_words(streams("structure"), 400)
    count = scale.train + scale.test
    ids = streams.ids("images", count)
    kinds = streams("kinds").permutation(np.arange(count) % len(KINDS))
    sheets, photos = [], []
    for index in range(count):
        rng = streams("photo", index)
        sheets.append(draw_sheet(rng, KINDS[kinds[index]], words))
        photos.append(draw_photo(rng, sheets[-1], height=scale.height, width=scale.width))
    train, test = slice(0, scale.train), slice(scale.train, count)
    public = {
        "train.csv": csv_bytes(_table(ids[train], sheets[train], photos[train])),
        "train_photos.zip": _photos(ids[train], photos[train]),
        "train_pages.zip": zip_bytes(_pages(ids[train], sheets[train])),
    }
    inputs = {
        "test.csv": csv_bytes(_sizes(ids[test], sheets[test])),
        "test_photos.zip": _photos(ids[test], photos[test]),
    }
    widths, heights = np.array([sheet.size_px for sheet in sheets[test]]).T
    is_public = np.zeros(scale.test, dtype=np.bool_)
    is_public[streams("split").permutation(scale.test)[: round(PUBLIC_SHARE * scale.test)]] = True
    truth = Truth(
        ids={"image": ids[test]},
        columns={
            "corners": _cells([photo.corners.round(3) for photo in photos[test]]),
            "page": _cells([sheet.clean for sheet in sheets[test]]),
        },
        public=is_public,
        unit=np.arange(scale.test, dtype=np.int64),
        facts={"width": widths, "height": heights},
    )
    return Dataset(public=public, inputs=inputs, truth=truth, floor=_floor(ids[test], sheets[test], scale))


def _sizes(ids: NDArray[np.str_], sheets: list[Sheet]) -> pd.DataFrame:
    widths, heights = np.array([sheet.size_px for sheet in sheets]).T
    return pd.DataFrame({"image": ids, "width": widths, "height": heights})


def _table(ids: NDArray[np.str_], sheets: list[Sheet], photos: list[Photo]) -> pd.DataFrame:
    frame = _sizes(ids, sheets)
    for place, corner in enumerate(CORNERS):
        for axis, letter in enumerate("xy"):
            frame[f"{letter}_{corner}"] = [round(float(photo.corners[place, axis]), 2) for photo in photos]
    return frame


def _photos(ids: NDArray[np.str_], photos: list[Photo]) -> bytes:
    pictures = (jpeg_bytes(photo.pixels, quality=JPEG_QUALITY) for photo in photos)
    return zip_bytes({f"{id_}.jpg": picture for id_, picture in zip(ids, pictures, strict=True)}, compress=False)


def _pages(ids: NDArray[np.str_], sheets: list[Sheet]) -> dict[str, bytes]:
    return {f"{id_}.png": png_bytes(sheet.clean) for id_, sheet in zip(ids, sheets, strict=True)}


def _cells(values: list[NDArray[Any]]) -> NDArray[np.object_]:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _floor(ids: NDArray[np.str_], sheets: list[Sheet], scale: Scale) -> bytes:
    """Return the answer without skill: the page fills the middle of every photo, and all of it is ink."""
    low, high = np.array([0.1, 0.1]), np.array([0.9, 0.9])
    box = np.array([low, [high[0], low[1]], high, [low[0], high[1]]]) * [scale.width, scale.height]
    inked = {
        f"pages/{id_}.png": png_bytes(np.zeros(sheet.clean.shape, dtype=np.uint8))
        for id_, sheet in zip(ids, sheets, strict=True)
    }
    return zip_bytes({"corners.npz": npz_bytes({"corners": np.tile(box, (len(ids), 1, 1))}), **inked})
