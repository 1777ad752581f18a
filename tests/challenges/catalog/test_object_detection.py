from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.detection import coco_map, coco_map50
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.conveyor import draw_frame, draw_mood, draw_world
from challenges.worlds.conveyor_looks import CLASSES

SLUG = "object-detection"


@pytest.fixture(scope="module")
def starter(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return run("baseline", dataset, tmp_path_factory.mktemp("starter"))


def run(part: str, dataset: Dataset, root: Path) -> list[dict[str, Any]]:
    """Return the detections that a program of the folder writes."""
    for name, content in dataset.public.items():
        (root / name).write_bytes(content)
    (root / "main.py").write_bytes(load(SLUG).files(part)["main.py"])
    environment = os.environ | {"DATA_DIR": str(root), "OUTPUT_DIR": str(root), "OMP_NUM_THREADS": "2"}
    subprocess.run([sys.executable, "main.py"], cwd=root, env=environment, check=True, timeout=850)
    detections: list[dict[str, Any]] = json.loads((root / "detections.json").read_bytes())
    return detections


def private(truth: Truth, detections: list[dict[str, Any]]) -> tuple[Any, Any]:
    """Return truth and predictions of the private frames, row by row."""
    place = {int(image_id): row for row, image_id in enumerate(truth.ids["image_id"])}
    cells = np.empty(len(place), dtype=object)
    for row in range(len(cells)):
        cells[row] = []
    for detection in detections:
        cells[place[detection["image_id"]]].append({k: detection[k] for k in ("category_id", "bbox", "score")})
    return truth.columns["annotations"][~truth.public], cells[~truth.public]


def document(dataset: Dataset, name: str) -> Any:
    return json.loads(dataset.public[name])


def frames(dataset: Dataset, name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(dataset.public[name])) as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


def things(truth: Truth) -> list[dict[str, Any]]:
    return [thing for cell in truth.columns["annotations"] for thing in cell]


def test_the_files_hold_what_the_statement_promises(dataset: Dataset) -> None:
    assert sorted(dataset.public) == [
        "categories.json",
        "sample_submission.json",
        "test.json",
        "test.zip",
        "train.json",
        "train.zip",
    ]
    train, test = document(dataset, "train.json"), document(dataset, "test.json")
    assert len(train["images"]) == len(frames(dataset, "train.zip")) == 800
    assert len(test["images"]) == len(frames(dataset, "test.zip")) == 400
    assert [category["name"] for category in document(dataset, "categories.json")] == list(CLASSES)
    assert {image["file_name"] for image in test["images"]} == set(frames(dataset, "test.zip"))


def test_test_frames_are_published_without_annotations_or_shifts(dataset: Dataset) -> None:
    test = document(dataset, "test.json")
    assert set(test) == {"images", "categories"}
    assert all(set(image) == {"id", "file_name", "width", "height"} for image in test["images"])
    assert dataset.inputs == {}


def test_pictures_carry_no_metadata_and_have_one_size(dataset: Dataset) -> None:
    for content in list(frames(dataset, "test.zip").values())[:40]:
        picture = Image.open(io.BytesIO(content))
        assert picture.size == (128, 128)
        assert len(picture.getexif()) == 0
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_image_ids_are_distinct_numbers_that_tell_nothing_of_what_is_on_the_frame(truth: Truth) -> None:
    image_ids = truth.ids["image_id"]
    assert len(np.unique(image_ids)) == 400
    counts = np.array([len(cell) for cell in truth.columns["annotations"]])
    assert abs(np.corrcoef(image_ids, counts)[0, 1]) < 0.2  # 4 standard errors of 400 independent pairs
    assert abs(np.corrcoef(np.arange(400), counts)[0, 1]) < 0.2


def test_a_shift_lies_wholly_on_one_side_of_the_board(dataset: Dataset, truth: Truth) -> None:
    assert truth.public.sum() == 120  # 12 of 40 shifts with 10 frames each
    shifts = [image["shift"] for image in document(dataset, "train.json")["images"]]
    assert sorted(np.bincount(shifts).tolist()) == [20] * 40


def test_boxes_lie_inside_the_frame_and_are_large_enough_to_see(truth: Truth) -> None:
    boxes = np.array([thing["bbox"] for thing in things(truth) if not thing["iscrowd"]])
    assert boxes[:, :2].min() >= 0
    assert (boxes[:, :2] + boxes[:, 2:]).max() <= 128
    assert boxes[:, 2:].min() >= 4
    assert 18 < np.median(boxes[:, 2:]) < 30
    areas = [thing["area"] for thing in things(truth)]
    assert all(area <= thing["bbox"][2] * thing["bbox"][3] for area, thing in zip(areas, things(truth), strict=True))


def test_frames_hold_as_many_things_as_the_statement_says(truth: Truth) -> None:
    counts = np.array([len(cell) for cell in truth.columns["annotations"]])
    assert counts.max() <= 10
    assert 0.03 < np.mean(counts == 0) < 0.14  # about 8 %, 3 standard errors of 400 frames are 4 %
    assert 2.7 < counts.mean() < 3.8
    heaps = sum(thing["iscrowd"] for thing in things(truth))
    assert 2 <= heaps <= 26  # 3 % of 400
    kinds = np.bincount([thing["category_id"] for thing in things(truth)], minlength=9)[1:]
    assert kinds.min() > 30


def test_train_boxes_are_a_little_off_and_hidden_ones_are_whole_pixels(dataset: Dataset, truth: Truth) -> None:
    drawn = np.array([annotation["bbox"] for annotation in document(dataset, "train.json")["annotations"]])
    assert np.mean(drawn == np.round(drawn)) < 0.3
    exact = np.array([thing["bbox"] for thing in things(truth)])
    assert np.all(exact == np.round(exact))


def test_whatever_shines_on_a_black_belt_lies_in_a_box_and_reaches_its_edges() -> None:
    streams = Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="box", size=Size.SMALL)
    world = draw_world(streams("structure"))
    black = replace(world, belt=np.zeros_like(world.belt), mark=np.zeros(3, dtype=np.float32))
    mood = replace(draw_mood(streams("mood", 0)), noise=0.0, blur_px=0.0, rails=(0.0, 0.0), exposure=1.0, falloff=0.0)
    things = 0
    for index in range(120):
        frame = draw_frame(streams("frame", index), black, mood, side=128)
        bright = frame.pixels.max(axis=2) > 40  # print on labels has 0.13 of 255, half-covered edges are dimmer
        for thing in frame.things:
            x, y, width, height = thing.box
            if CLASSES[thing.category] not in ("wheel", "car") and len(frame.things) == 1:  # their tyres are black
                rows, columns = np.nonzero(bright)
                found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
                assert np.abs(found - [x, y, x + width, y + height]).max() <= 1
                things += 1
        for x, y, width, height in (thing.box for thing in frame.things):
            bright[max(y - 1, 0) : y + height + 1, max(x - 1, 0) : x + width + 1] = False
        assert not bright.any()
    assert things >= 4


def test_a_box_in_the_middle_of_every_frame_is_worth_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert dataset.floor == dataset.public["sample_submission.json"]
    expected, found = private(truth, json.loads(dataset.floor))
    assert coco_map(expected, found) < 0.01


def test_the_exact_boxes_are_worth_one(truth: Truth) -> None:
    image_ids = truth.ids["image_id"]
    exact = [
        {"image_id": int(image_id), "category_id": thing["category_id"], "bbox": thing["bbox"], "score": 1.0}
        for image_id, cell in zip(image_ids, truth.columns["annotations"], strict=True)
        for thing in cell
        if not thing["iscrowd"]
    ]
    assert coco_map(*private(truth, exact)) == pytest.approx(1.0, abs=1e-9)


def test_the_starter_finds_things_without_learning(truth: Truth, starter: list[dict[str, Any]]) -> None:
    assert 0.06 < coco_map(*private(truth, starter)) < 0.22


def test_a_starter_that_names_every_box_a_carton_loses_most_of_its_score(
    truth: Truth, starter: list[dict[str, Any]]
) -> None:
    cartons = [{**detection, "category_id": 1} for detection in starter]
    assert coco_map(*private(truth, cartons)) < 0.5 * coco_map(*private(truth, starter))


@pytest.mark.anchors
@pytest.mark.timeout(900)  # about a minute on two free cores; a busy machine takes far longer
def test_a_small_network_beats_the_starter_by_far(
    dataset: Dataset, truth: Truth, starter: list[dict[str, Any]], tmp_path: Path
) -> None:
    expected, found = private(truth, run("reference", dataset, tmp_path))
    assert coco_map(expected, found) > coco_map(*private(truth, starter)) + 0.2
    assert coco_map50(expected, found) > 0.6


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DL-16",)


def test_sizes_are_looked_at_one_by_one(truth: Truth) -> None:
    """Whoever finds the large things alone has all of these, and none of the small ones."""
    expected = truth.columns["annotations"]
    found = np.empty(len(expected), dtype=object)
    for row, cell in enumerate(expected):
        large = [thing for thing in cell if thing["area"] >= 1024 and not thing["iscrowd"]]
        found[row] = [{"category_id": thing["category_id"], "bbox": thing["bbox"], "score": 1.0} for thing in large]
    uses = [use for use in load(SLUG).spec.metric.secondary if use.name.endswith("things")]
    got = {use.name: coco_map(expected, found, **use.params) for use in uses}  # type: ignore[arg-type]
    # A thing of exactly 1024 pixels counts on both sides of the border.
    assert got == pytest.approx({"small things": 0.0, "medium things": 0.0, "large things": 1.0}, abs=0.03)
