from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.lane_detection_basic.data import ROWS, _bends
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.lanes import lane_f1
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.road import Camera, draw_country, draw_drive, draw_frame, line_px

SLUG = "lane-detection-basic"
AnswerOf = Callable[[str, str], bytes]


def private_f1(truth: Truth, lanes: NDArray[np.float32]) -> float:
    return lane_f1(truth.columns["lanes"][~truth.public], lanes[~truth.public], tolerance_px=4.0, share=0.85)


def handed_in(content: bytes) -> NDArray[np.float32]:
    with np.load(io.BytesIO(content)) as arrays:
        return np.asarray(arrays["lanes"])


@pytest.fixture(scope="module")
def starter(answer_of: AnswerOf) -> NDArray[np.float32]:
    return handed_in(answer_of(SLUG, "baseline"))


def test_the_files_hold_what_the_statement_promises(dataset: Dataset) -> None:
    assert sorted(dataset.public) == ["train.zip", "train_clips.csv", "train_lanes.csv"]
    clips = pd.read_csv(io.BytesIO(dataset.public["train_clips.csv"]), dtype={"clip": str})
    assert list(clips.columns) == ["clip", "focal_px", "camera_height_m", "pitch_rad"]
    lanes = pd.read_csv(io.BytesIO(dataset.public["train_lanes.csv"]), dtype={"clip": str})
    assert list(lanes.columns) == ["clip", "row", "left", "right"]
    assert lanes["row"].tolist() == [70, 76, 82, 88, 94, 100, 106, 112, 118, 124, 130] * 60
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        assert set(archive.namelist()) == {f"{clip}/{frame}.jpg" for clip in clips["clip"] for frame in range(4)}
        picture = Image.open(io.BytesIO(archive.read(f"{clips['clip'][0]}/3.jpg")))
    assert picture.size == (240, 136)
    assert len(picture.getexif()) == 0


def test_hidden_clips_come_in_the_order_of_their_table(dataset: Dataset, truth: Truth) -> None:
    rows = list(csv.DictReader(io.StringIO(dataset.inputs["test_clips.csv"].decode())))
    assert [row["clip"] for row in rows] == truth.ids["clip"].tolist()
    assert set(dataset.inputs) == {
        "test_clips.csv",
        *(f"test/{clip}/{frame}.jpg" for clip in truth.ids["clip"] for frame in range(4)),
    }


def test_left_is_left_of_right_and_a_lane_narrows_into_the_distance(truth: Truth) -> None:
    for left, right in truth.columns["lanes"]:
        seen = (left >= 0) & (right >= 0)
        widths = (right - left)[seen]
        assert seen.sum() >= 6
        assert np.all(widths > 15)
        assert np.all(np.diff(widths) > 0)


def test_a_straight_road_seen_level_lies_where_similar_triangles_put_it() -> None:
    # 1.5 m above the road, 200 px focal length, no pitch: the ground of row y px below the middle is 300 / y m away.
    camera = Camera(width=240, height=136, focal_px=200.0, height_m=1.5, pitch_rad=0.0)
    z, px_m = camera.ground(np.array([78.0, 98.0, 128.0]))
    assert z == pytest.approx([30.0, 10.0, 5.0])
    assert camera.column(np.array([-1.75, 1.75, 1.75]), px_m) == pytest.approx([120 - 11.6667, 155.0, 190.0], abs=1e-3)
    assert camera.ground(np.array([60.0]))[0] == np.inf


def test_the_true_lines_run_along_the_drawn_paint() -> None:
    streams = Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="road", size=Size.SMALL)
    country = draw_country(streams("structure"))
    rows = np.arange(80.5, 131)[::10]
    for number in range(12):
        drive = draw_drive(streams("drive", number), country, width=240, height=136)
        bare = [replace(line, strength=0.0) for line in drive.paints]
        painted = [
            replace(line, wear=0.0, strength=1.0, dash_m=0.0, colour=np.ones(3, dtype=np.float32))
            if line.offset_m in (drive.left_m, drive.left_m + drive.lane_m)
            else replace(line, strength=0.0)
            for line in drive.paints
        ]
        lens = replace(drive.lens, noise=0.0, blur_px=0.0)
        without, with_lines = (
            draw_frame(
                streams("frame", number),
                country,
                replace(drive, paints=tuple(paints), shadows=(), cars=(), at_night=False, fog_m=1e9, lens=lens),
                behind_m=0.0,
                nod_rad=0.0,
            )
            for paints in (bare, painted)
        )
        added = with_lines.astype(float).sum(axis=2) - without.astype(float).sum(axis=2)
        for side in line_px(drive, rows):
            for row, x in zip(rows, side, strict=True):
                window = slice(max(int(x) - 8, 0), int(x) + 9)
                if 12 < x < 228 and added[int(row), window].sum() > 0:
                    middle = np.average(np.arange(240)[window] + 0.5, weights=np.clip(added[int(row), window], 0, None))
                    assert middle == pytest.approx(x, abs=0.6)


def test_a_third_of_the_lines_bends_too_much_for_a_ruler(truth: Truth) -> None:
    rows = np.arange(70, 131, 6)
    off = []
    for lane in truth.columns["lanes"]:
        for line in lane:
            seen = line >= 0
            straight = np.polyval(np.polyfit(rows[seen], line[seen], 1), rows[seen])
            off.append(np.mean(np.abs(straight - line[seen]) <= 4) >= 0.85)
    assert 0.3 < np.mean(off) < 0.75  # a perfect eye with a ruler


def test_names_and_order_of_clips_do_not_tell_where_the_road_bends(truth: Truth) -> None:
    bend = truth.columns["bend_px"]
    assert abs(np.corrcoef(np.arange(120), bend)[0, 1]) < 0.37  # 4 standard errors of 120 independent pairs
    assert abs(np.corrcoef(np.argsort(np.argsort(truth.ids["clip"])), bend)[0, 1]) < 0.37
    assert truth.public.sum() == 36


def test_calibrations_are_near_but_do_not_tell_the_lane(dataset: Dataset, truth: Truth) -> None:
    table = pd.read_csv(io.BytesIO(dataset.inputs["test_clips.csv"]))
    for column in ("focal_px", "camera_height_m", "pitch_rad"):
        assert abs(np.corrcoef(table[column], truth.columns["bend_px"])[0, 1]) < 0.37
    assert table["focal_px"].between(165, 241).all()
    assert table["pitch_rad"].between(0.023, 0.077).all()


def test_the_mean_lane_is_found_hardly_ever(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private_f1(truth, handed_in(dataset.floor)) < 0.13


def test_the_true_lanes_are_worth_one(truth: Truth) -> None:
    assert private_f1(truth, np.array(truth.columns["lanes"].tolist(), dtype=np.float32)) == 1.0


def test_giving_up_a_line_is_worth_no_more_than_guessing_wrong(truth: Truth, starter: NDArray[np.float32]) -> None:
    right_given_up = starter.copy()
    right_given_up[:, 1] = -1
    assert private_f1(truth, right_given_up) < private_f1(truth, starter)


@pytest.mark.anchors
def test_the_starter_finds_the_lines_of_easy_roads(truth: Truth, starter: NDArray[np.float32]) -> None:
    assert 0.12 < private_f1(truth, starter) < 0.38


@pytest.mark.anchors
def test_last_clips_lane_for_every_clip_is_not_much_better_than_the_floor(truth: Truth) -> None:
    lanes = np.array(truth.columns["lanes"].tolist(), dtype=np.float32)
    assert private_f1(truth, np.roll(lanes, 1, axis=0)) < 0.12


@pytest.mark.anchors
def test_a_search_from_above_over_all_frames_beats_the_starter_by_far(
    truth: Truth, starter: NDArray[np.float32], answer_of: AnswerOf
) -> None:
    assert private_f1(truth, handed_in(answer_of(SLUG, "reference"))) > private_f1(truth, starter) + 0.2


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("CV-09",)


def test_nights_and_bends_are_looked_at_alone(truth: Truth) -> None:
    assert 0.15 < truth.facts["night"].mean() < 0.45
    assert 0.4 < truth.facts["bend"].mean() < 0.8
    for split in (truth.public, ~truth.public):
        assert all(truth.facts[name][split].sum() >= 3 for name in ("night", "bend"))


def test_a_straight_line_bends_nowhere_and_a_parabola_does() -> None:
    straight = np.array([50 + 0.8 * ROWS, 150 - 0.8 * ROWS])
    assert not _bends(straight)
    middle = ROWS.mean()
    bent = straight + 0.02 * (ROWS - middle) ** 2
    assert _bends(bent)
    # What lies outside the picture tells nothing of the bend.
    outside = straight.copy()
    outside[0, :3] = -1
    assert not _bends(outside)
