"""Short drives of a dash camera: train clips with the lines of the own lane, other clips hidden."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, npz_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.road import Country, Drive, draw_country, draw_drive, draw_frame, line_px

WIDTH, HEIGHT = 240, 136
ROWS = np.arange(70, 131, 6)
"""Image rows in which the lines are asked for: from about 30 m away to just before the bonnet."""
NOWHERE = -1.0
"""What is written in a row in which a line is outside the picture."""
LEAST_ROWS = 9
"""Of the eleven, in which each line is inside: a lane that is hardly in the picture is no question."""
FRAMES = 4
STEP_M = 2.0
"""The car moves this far from frame to frame; the answer is for the last one."""
PITCH_ERROR_RAD = 0.006
NOD_RAD = 0.003
"""The given calibration is a little off, and a car nods while it drives."""
BENT_PX = 4.0
"""As far as a line may be off and still be right."""
PUBLIC_SHARE = 0.3

CLIPS = {Size.SMALL: (60, 120), Size.FULL: (1_000, 1_000)}
"""Train and hidden clips. Frames are as large in the full edition: more roads, not more pixels."""


@dataclass(frozen=True, kw_only=True)
class Clip:
    frames: list[bytes]
    lanes: NDArray[np.float64]
    """(2, ROWS) columns of the left and the right line."""
    calibration: tuple[float, float, float]
    at_night: bool


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition."""
    train_count, test_count = CLIPS[size]
    country = draw_country(streams("structure"))
    train = [_clip(streams, "train", number, country) for number in range(train_count)]
    test = [_clip(streams, "test", number, country) for number in range(test_count)]
    ids = streams.ids("clips", train_count + test_count)
    train_ids, test_ids = ids[:train_count], ids[train_count:]
    mean_lane = _mean_lane(train)
    lanes = np.empty(test_count, dtype=object)
    lanes[:] = [clip.lanes for clip in test]
    public = np.zeros(test_count, dtype=np.bool_)
    public[streams("split").permutation(test_count)[: round(PUBLIC_SHARE * test_count)]] = True
    return Dataset(
        public={
            "train.zip": zip_bytes(_pictures(train_ids, train), compress=False),
            "train_clips.csv": _clips_table(train_ids, train),
            "train_lanes.csv": _lanes_table(train_ids, train),
        },
        inputs={
            **{f"test/{name}": picture for name, picture in _pictures(test_ids, test).items()},
            "test_clips.csv": _clips_table(test_ids, test),
        },
        truth=Truth(
            ids={"clip": test_ids},
            columns={
                "lanes": lanes,
                # What a clip's name, place and size must not tell: by how much, and to which side, the lane bends.
                "bend_px": np.array([_bend_px(clip.lanes) for clip in test]),
            },
            public=public,
            unit=np.arange(test_count),
            facts={
                "night": np.array([int(clip.at_night) for clip in test]),
                "bend": np.array([int(_bends(clip.lanes)) for clip in test]),
            },
        ),
        floor=npz_bytes({"lanes": np.repeat(mean_lane[None], test_count, axis=0).astype(np.float32)}),
    )


def _clip(streams: Streams, part: str, number: int, country: Country) -> Clip:
    rng = streams(part, number)
    while True:
        drive = draw_drive(rng, country, width=WIDTH, height=HEIGHT)
        lanes = line_px(drive, ROWS.astype(np.float64) + 0.5)
        inside = (lanes >= 0) & (lanes <= WIDTH)
        if (inside.sum(axis=1) >= LEAST_ROWS).all():
            break
    frames = []
    for step in range(FRAMES):
        behind_m = STEP_M * (FRAMES - 1 - step)
        nod_rad = rng.normal(0, NOD_RAD) if behind_m else 0.0
        picture = draw_frame(rng, country, drive, behind_m=behind_m, nod_rad=nod_rad)
        frames.append(jpeg_bytes(picture, quality=int(rng.integers(75, 93))))
    return Clip(
        frames=frames,
        lanes=np.where(inside, lanes, NOWHERE),
        calibration=_calibration(rng, drive),
        at_night=drive.at_night,
    )


def _calibration(rng: np.random.Generator, drive: Drive) -> tuple[float, float, float]:
    camera = drive.camera
    pitch = camera.pitch_rad + rng.uniform(-PITCH_ERROR_RAD, PITCH_ERROR_RAD)
    return round(camera.focal_px, 1), round(camera.height_m, 2), round(pitch, 4)


def _mean_lane(clips: list[Clip]) -> NDArray[np.float64]:
    """Return (2, ROWS) the mean line of the train clips: an answer without a look at the picture."""
    lanes = np.array([clip.lanes for clip in clips])
    return np.asarray(np.nanmean(np.where(lanes == NOWHERE, np.nan, lanes), axis=0))


def _bend_px(lanes: NDArray[np.float64]) -> float:
    """Return how far the middle of the lane at the top lies right of the picture's middle."""
    return float(lanes[:, 0].mean() - WIDTH / 2)


def _bends(lanes: NDArray[np.float64]) -> bool:
    """Return whether one of the lines leaves the best straight line through it by more than BENT_PX."""
    return any(
        _off_straight(ROWS[line != NOWHERE].astype(np.float64), line[line != NOWHERE]) > BENT_PX for line in lanes
    )


def _off_straight(rows: NDArray[np.float64], columns: NDArray[np.float64]) -> float:
    return float(np.abs(columns - np.polyval(np.polyfit(rows, columns, 1), rows)).max())


def _pictures(ids: NDArray[np.str_], clips: list[Clip]) -> dict[str, bytes]:
    return {
        f"{name}/{number}.jpg": frame
        for name, clip in zip(ids, clips, strict=True)
        for number, frame in enumerate(clip.frames)
    }


def _clips_table(ids: NDArray[np.str_], clips: list[Clip]) -> bytes:
    table = pd.DataFrame([clip.calibration for clip in clips], columns=["focal_px", "camera_height_m", "pitch_rad"])
    table.insert(0, "clip", ids)
    return csv_bytes(table)


def _lanes_table(ids: NDArray[np.str_], clips: list[Clip]) -> bytes:
    lanes = np.array([clip.lanes for clip in clips]).round(2)
    return csv_bytes(
        pd.DataFrame(
            {
                "clip": np.repeat(ids, len(ROWS)),
                "row": np.tile(ROWS, len(ids)),
                "left": lanes[:, 0].ravel(),
                "right": lanes[:, 1].ravel(),
            }
        )
    )
