from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.detection import coco_map50
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.faces import TRAITS, draw_folk, draw_moment, draw_person, person_of, portrait

SLUG = "face-detection-classical"
AnswerOf = Callable[[str, str], bytes]
Cells = NDArray[np.object_]


@pytest.fixture
def streams() -> Streams:
    return Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="unit", size=Size.SMALL)


def private(truth: Truth, answer: list[dict[str, Any]]) -> tuple[Cells, Cells]:
    """Return truth and detections of the private photos."""
    image_ids = truth.ids["image_id"].tolist()
    found = np.empty(len(image_ids), dtype=object)
    found[:] = [[box for box in answer if box["image_id"] == image_id] for image_id in image_ids]
    return truth.columns["annotations"][~truth.public], found[~truth.public]


@pytest.fixture(scope="module")
def starter(answer_of: AnswerOf) -> list[dict[str, Any]]:
    boxes: list[dict[str, Any]] = json.loads(answer_of(SLUG, "baseline"))
    return boxes


def boxes_of(truth: Truth, category_id: int) -> NDArray[np.float64]:
    return np.array(
        [b["bbox"] for cell in truth.columns["annotations"] for b in cell if b["category_id"] == category_id]
    )


def test_the_files_hold_what_the_statement_promises(dataset: Dataset, truth: Truth) -> None:
    assert sorted(dataset.public) == ["train.json", "train.zip"]
    train = json.loads(dataset.public["train.json"])
    assert train["categories"] == [{"id": 1, "name": "face"}, {"id": 2, "name": "eye"}]
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        assert {image["file_name"] for image in train["images"]} == set(archive.namelist())
        picture = Image.open(io.BytesIO(archive.read(archive.namelist()[0])))
    assert picture.size == (320, 240)
    assert len(picture.getexif()) == 0
    assert len(train["images"]) == 90
    assert set(dataset.inputs) == {"test.json", *(f"test/{name}.jpg" for name in truth.ids["image_id"])}
    assert set(json.loads(dataset.inputs["test.json"])) == {"images", "categories"}


def test_boxes_lie_inside_the_photo_and_are_as_large_as_the_statement_says(truth: Truth) -> None:
    faces, eyes = boxes_of(truth, 1), boxes_of(truth, 2)
    for boxes in (faces, eyes):
        assert boxes[:, :2].min() >= 0
        assert (boxes[:, 0] + boxes[:, 2]).max() <= 320
        assert (boxes[:, 1] + boxes[:, 3]).max() <= 240
    assert faces[:, 3].min() > 15
    assert faces[:, 3].max() < 105
    assert np.abs(eyes[:, 2] - eyes[:, 3]).mean() < 0.1  # squares, but for those at the border
    assert 100 < len(faces) < 220
    assert 1.4 < len(eyes) / len(faces) < 2.0


def test_eyes_lie_in_the_box_of_a_face(truth: Truth) -> None:
    for cell in truth.columns["annotations"]:
        faces = np.array([box["bbox"] for box in cell if box["category_id"] == 1])
        for box in cell:
            if box["category_id"] == 2:
                middle = np.array(box["bbox"][:2]) + np.array(box["bbox"][2:]) / 2
                assert ((middle > faces[:, :2]) & (middle < faces[:, :2] + faces[:, 2:])).all(axis=1).any()


def test_small_eyes_are_ignored_and_no_face_is(truth: Truth) -> None:
    for cell in truth.columns["annotations"]:
        for box in cell:
            if box["iscrowd"]:
                assert box["category_id"] == 2
                assert min(box["bbox"][2:]) < 4.01


def test_a_face_that_looks_straight_has_its_eyes_where_the_numbers_say(streams: Streams) -> None:
    folk = draw_folk(streams("folk"))
    for number in range(10):
        person = draw_person(streams("person", number), folk)
        straight = replace(draw_moment(streams("moment", number), folk), yaw=0.0, pitch=0.0, roll=0.0)
        drawn = portrait(person, straight, height_px=60)
        assert drawn.eyes[:, 0] == pytest.approx([-30 * person.eye_x, 30 * person.eye_x])
        assert drawn.eyes[:, 1] == pytest.approx(30 * person.eye_y)
        assert drawn.face[3] - drawn.face[1] == pytest.approx(60, abs=0.5)
        assert drawn.eye_side == pytest.approx(30 * person.eye_x)


def test_eyes_wander_to_the_side_to_which_a_head_turns(streams: Streams) -> None:
    folk = draw_folk(streams("folk"))
    person = draw_person(streams("person"), folk)
    moment = replace(draw_moment(streams("moment"), folk), pitch=0.0, roll=0.0)
    left, right = (portrait(person, replace(moment, yaw=yaw), height_px=60).eyes.mean(axis=0)[0] for yaw in (-0.4, 0.4))
    assert left < -5
    assert right > 5


def test_people_with_unlike_numbers_look_unlike_and_the_same_numbers_give_the_same_person(streams: Streams) -> None:
    folk = draw_folk(streams("folk"))
    one, other = (streams("traits", number).standard_normal(TRAITS) for number in range(2))
    assert person_of(folk, one).width == person_of(folk, one).width
    assert abs(person_of(folk, one).eye_x - person_of(folk, other).eye_x) > 1e-4


def test_ids_and_order_tell_nothing_of_how_many_are_on_a_photo(truth: Truth) -> None:
    counts = np.array([len(cell) for cell in truth.columns["annotations"]])
    assert abs(np.corrcoef(np.arange(75), counts)[0, 1]) < 0.46  # 4 standard errors of 75 independent pairs
    assert abs(np.corrcoef(truth.ids["image_id"], counts)[0, 1]) < 0.46


def test_the_same_face_on_every_photo_is_worth_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert coco_map50(*private(truth, json.loads(dataset.floor))) < 0.02


def test_the_exact_boxes_are_worth_one(truth: Truth) -> None:
    exact = [
        {"image_id": image_id, "category_id": box["category_id"], "bbox": box["bbox"], "score": 1.0}
        for image_id, cell in zip(truth.ids["image_id"].tolist(), truth.columns["annotations"], strict=True)
        for box in cell
        if not box["iscrowd"]
    ]
    assert coco_map50(*private(truth, exact)) == pytest.approx(1.0)


@pytest.mark.anchors
def test_the_starter_finds_the_plain_faces(truth: Truth, starter: list[dict[str, Any]]) -> None:
    assert 0.15 < coco_map50(*private(truth, starter)) < 0.45


@pytest.mark.anchors
def test_faces_without_eyes_lose_the_half_that_is_eyes(truth: Truth, starter: list[dict[str, Any]]) -> None:
    faces = [box for box in starter if box["category_id"] == 1]
    assert coco_map50(*private(truth, faces)) < coco_map50(*private(truth, starter))
    assert coco_map50(*private(truth, faces)) <= 0.5


@pytest.mark.anchors
@pytest.mark.timeout(300)  # 12 seconds on a free core; a busy machine takes longer
def test_a_second_look_beats_the_starter_by_far(
    truth: Truth, starter: list[dict[str, Any]], answer_of: AnswerOf
) -> None:
    reference = json.loads(answer_of(SLUG, "reference"))
    assert coco_map50(*private(truth, reference)) > coco_map50(*private(truth, starter)) + 0.25


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("CV-04",)
