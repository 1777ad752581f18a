"""Overlapping photos of flat land: where each lies on its scene's first photo is told in train and asked in test.

The four corners of every photo in its reference hold its homography, the exposure beside them what blending evens out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, npz_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.aerial import Doubles, Frame, draw_flight, draw_land, mapped, take_photo
from challenges.worlds.lens import Habits, draw_lens, photograph

PUBLIC_SHARE = 1 / 3
JPEG_QUALITY = 90
CORNERS = ("ul", "ur", "lr", "ll")
SHARED = (0.3, 0.65)
"""How much of a photo its neighbour shows, at least and at most."""
BUSY_SHARE = 0.4
STOPS = 0.4
"""Spread of the exposures, in powers of two; gamma stays 1, so that exposure is one well-defined number."""
DIMMED = 0.85
"""Leaves room above: most fields stay below white at most exposures."""
HABITS = Habits(tint=0.03, slope=(0.0, 0.08), vignette=(0.0, 0.2), blur_px=(0.2, 0.9), noise=(0.01, 0.03), gamma=(1, 1))


@dataclass(frozen=True, kw_only=True)
class Scale:
    frame: Frame
    side: int
    views: int
    train: int
    test: int


SCALES = {
    Size.SMALL: Scale(frame=Frame(width=240, height=180), side=640, views=5, train=6, test=27),
    Size.FULL: Scale(frame=Frame(width=480, height=360), side=1600, views=6, train=60, test=150),
}


@dataclass(frozen=True, kw_only=True)
class Scene:
    photos: list[NDArray[np.uint8]]
    corners: list[Doubles]
    """Of every photo, in pixels of the first."""
    stops: list[float]
    """Exposure of every photo, in powers of two above the first."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return scenes with their truth to learn from, and scenes to be registered."""
    scale = SCALES[size]
    count = scale.train + scale.test
    busy = streams("busy").permutation(count) < round(BUSY_SHARE * count)
    scenes = [_scene(streams("scene", index), scale, busy=bool(busy[index])) for index in range(count)]
    names, photos = streams.ids("scenes", count), streams.ids("photos", count * scale.views)
    of_scene = photos.reshape(count, scale.views)
    train, test = (
        _rows(streams(f"rows/{part}"), names[where], of_scene[where], scenes[where])
        for part, where in (("train", slice(0, scale.train)), ("test", slice(scale.train, count)))
    )
    public_scenes = set(streams("split").permutation(names[scale.train :])[: round(PUBLIC_SHARE * scale.test)].tolist())
    keys, asked = ["photo", "scene", "reference"], test["photo"].to_numpy(dtype=np.str_)
    public = {
        "train.csv": csv_bytes(train.drop(columns="cell")),
        "train_photos.zip": _album(of_scene[: scale.train], scenes[: scale.train]),
        "test.csv": csv_bytes(test[keys]),
        "test_photos.zip": _album(of_scene[scale.train :], scenes[scale.train :]),
    }
    truth = Truth(
        ids={"photo": asked},
        columns={"corners": _cells(list(test["cell"])), "stops": test["stops"].to_numpy(dtype=np.float64)},
        public=test["scene"].isin(public_scenes).to_numpy(),
        unit=np.unique(test["scene"], return_inverse=True)[1].astype(np.int64),
    )
    return Dataset(public=public, truth=truth, floor=_floor(len(asked), scale.frame))


def _scene(rng: np.random.Generator, scale: Scale, *, busy: bool) -> Scene:
    land = draw_land(rng, scale.side)
    flight = draw_flight(rng, scale.frame, count=scale.views, side=scale.side, shared=SHARED)
    stops = np.clip(rng.normal(0, STOPS, scale.views), -1, 0.8)
    photos = []
    for matrix, stop in zip(flight, stops, strict=True):
        lens = dataclasses.replace(draw_lens(rng, HABITS), gain=float(DIMMED * 2.0**stop))
        photos.append(photograph(rng, take_photo(rng, land, matrix, scale.frame, busy=busy), lens))
    back = np.linalg.inv(flight[0])
    return Scene(
        photos=photos,
        corners=[mapped(back @ matrix, scale.frame.corners).round(3) for matrix in flight],
        stops=[round(float(stop - stops[0]), 3) for stop in stops],
    )


def _rows(
    rng: np.random.Generator, names: NDArray[np.str_], photos: NDArray[np.str_], scenes: list[Scene]
) -> pd.DataFrame:
    """Return a row for each photo but the references, in an order that tells nothing of the flight."""
    rows: list[dict[str, Any]] = []
    for name, ids, scene in zip(names, photos, scenes, strict=True):
        for view in range(1, len(ids)):
            corners = scene.corners[view]
            told = {
                f"{axis}_{corner}": round(float(corners[i, j]), 2)
                for i, corner in enumerate(CORNERS)
                for j, axis in enumerate("xy")
            }
            row = {"photo": ids[view], "scene": name, "reference": ids[0], **told, "stops": scene.stops[view]}
            rows.append({**row, "cell": corners})
    return pd.DataFrame(rows).iloc[rng.permutation(len(rows))].reset_index(drop=True)


def _album(ids: NDArray[np.str_], scenes: list[Scene]) -> bytes:
    return zip_bytes(
        {
            f"{id_}.jpg": jpeg_bytes(photo, quality=JPEG_QUALITY)
            for row, scene in zip(ids, scenes, strict=True)
            for id_, photo in zip(row, scene.photos, strict=True)
        },
        compress=False,
    )


def _cells(values: list[Doubles]) -> NDArray[np.object_]:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _floor(count: int, frame: Frame) -> bytes:
    """Return the answer without skill: every photo lies exactly on its reference and is exposed like it."""
    return npz_bytes({"corners": np.tile(frame.corners, (count, 1, 1)), "stops": np.zeros(count)})
