"""Films of six conditions: one of each with its truth for learners, three of each for the camera that asks live."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, json_bytes, npz_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.yard import CONDITIONS, FPS, Film, draw_film, draw_yard

JPEG_QUALITY = 88


@dataclass(frozen=True, kw_only=True)
class Scale:
    height: int
    width: int
    frames: int
    train_each: int
    live_each: int
    """Films of each condition; every third is public."""


SCALES = {
    Size.SMALL: Scale(height=120, width=160, frames=150, train_each=1, live_each=3),
    Size.FULL: Scale(height=240, width=320, frames=400, train_each=3, live_each=9),
}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the practice films with their truth, and the live films for the referee."""
    scale = SCALES[size]
    yard = draw_yard(streams("structure"))
    each = scale.train_each + scale.live_each
    count = each * len(CONDITIONS)
    ids = streams.ids("films", count)
    public: dict[str, bytes] = {}
    referee: dict[str, bytes] = {}
    train_rows, crossing_rows, live_rows = [], [], []
    for place in range(count):
        condition, number = CONDITIONS[place // each], place % each
        film = draw_film(
            streams("film", place), yard, condition, frames=scale.frames, height=scale.height, width=scale.width
        )
        row = {
            "film": ids[place],
            "condition": condition,
            **dict(zip(("x0", "y0", "x1", "y1"), film.line, strict=True)),
        }
        if number < scale.train_each:
            public[f"train/{ids[place]}.zip"] = _frames(film)
            public[f"train/{ids[place]}_masks.npz"] = npz_bytes({"masks": film.masks})
            train_rows.append({**row, "frames": scale.frames})
            crossing_rows += [{"film": ids[place], "frame": c.frame, "direction": c.direction} for c in film.crossings]
        else:
            referee[f"{ids[place]}.zip"] = _frames(film)
            referee[f"{ids[place]}_masks.npz"] = npz_bytes({"masks": np.packbits(film.masks, axis=None)})
            crossings = [[c.frame, c.direction] for c in film.crossings]
            live_rows.append({**row, "crossings": crossings, "public": (number - scale.train_each) % 3 == 0})
    order = streams("order").permutation(len(live_rows))
    referee["live.json"] = json_bytes(
        {
            "width": scale.width,
            "height": scale.height,
            "frames": scale.frames,
            "fps": FPS,
            "films": [live_rows[place] for place in order],
        }
    )
    public["films.csv"] = csv_bytes(pd.DataFrame(train_rows).sort_values("film"))
    public["crossings.csv"] = csv_bytes(pd.DataFrame(crossing_rows).sort_values(["film", "frame"]))
    return Dataset(public=public, referee=referee)


def masks_of(data: bytes, shape: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return the masks of a live film, (frames, height, width)."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        bits = np.unpackbits(arrays["masks"], count=int(np.prod(shape)))
    return bits.reshape(shape).astype(np.bool_)


def _frames(film: Film) -> bytes:
    pictures = {
        f"{frame:03d}.jpg": jpeg_bytes(pixels, quality=JPEG_QUALITY) for frame, pixels in enumerate(film.frames)
    }
    return zip_bytes(pictures, compress=False)
