"""Films with swatches: train films with the tracks of everything painted in a swatch's colour, other films hidden."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.colour_object_tracking.films import HEIGHT, WIDTH, Film, draw_film, draw_habits
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, zip_bytes
from challenges.spec import Size

FILMS = {Size.SMALL: (5, 20), Size.FULL: (40, 80)}
"""Train and hidden films."""
FRAMES = {Size.SMALL: 36, Size.FULL: 150}
QUALITY = 92
COLUMNS = ["frame", "track", "x", "y", "w", "h", "colour"]
PUBLIC_SHARE = 0.3


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition; every film has colours of its own."""
    train_count, test_count = FILMS[size]
    habits = draw_habits(streams("structure"))
    train = [draw_film(streams("train", number), habits, frames=FRAMES[size]) for number in range(train_count)]
    test = [draw_film(streams("test", number), habits, frames=FRAMES[size]) for number in range(test_count)]
    ids = streams.ids("films", train_count + test_count)
    train_ids, test_ids = ids[:train_count], ids[train_count:]
    tracks = np.empty(test_count, dtype=object)
    tracks[:] = [film.tracks for film in test]
    public = np.zeros(test_count, dtype=np.bool_)
    public[streams("split").permutation(test_count)[: round(PUBLIC_SHARE * test_count)]] = True
    return Dataset(
        public={
            "train.zip": zip_bytes(_pictures(train_ids, train), compress=False),
            "train_swatches.csv": _swatches(train_ids, train),
            "train_tracks.csv": _tracks(train_ids, [film.tracks[film.tracks[:, 7] == 0] for film in train]),
        },
        inputs={
            **{f"test/{name}": picture for name, picture in _pictures(test_ids, test).items()},
            "test_swatches.csv": _swatches(test_ids, test),
        },
        truth=Truth(
            ids={"film": test_ids},
            columns={"tracks": tracks},
            public=public,
            unit=np.arange(test_count),
        ),
        floor=_tracks(test_ids, [_standing(film, FRAMES[size]) for film in test]),
    )


def _pictures(ids: NDArray[np.str_], films: list[Film]) -> dict[str, bytes]:
    return {
        f"{name}/{number:03d}.jpg": jpeg_bytes(frame, quality=QUALITY)
        for name, film in zip(ids, films, strict=True)
        for number, frame in enumerate(film.frames)
    }


def _swatches(ids: NDArray[np.str_], films: list[Film]) -> bytes:
    rows = [
        (name, colour, *swatch)
        for name, film in zip(ids, films, strict=True)
        for colour, swatch in enumerate(film.swatches, 1)
    ]
    return csv_bytes(pd.DataFrame(rows, columns=["film", "colour", "red", "green", "blue"]))


def _tracks(ids: NDArray[np.str_], tracks: list[NDArray[np.float64]]) -> bytes:
    table = pd.DataFrame(np.concatenate([lines[:, :7] for lines in tracks]), columns=COLUMNS).astype(np.int64)
    table.insert(0, "film", np.repeat(ids, [len(lines) for lines in tracks]))
    return csv_bytes(table)


def _standing(film: Film, frames: int) -> NDArray[np.float64]:
    """Return the answer without a look: one thing of each colour, in the middle, that never moves."""
    box = (WIDTH / 2 - 10, HEIGHT / 2 - 10, 20, 20)
    return np.array(
        [(frame, colour, *box, colour) for colour in range(1, len(film.swatches) + 1) for frame in range(frames)]
    )
