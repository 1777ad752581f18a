from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.edges_contours_shapes.tables import SHAPES, LoosePart, corners_of, draw_factory, draw_photo
from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes, zip_bytes
from challenges.readers import Expected, read
from challenges.scoring import score
from challenges.spec import Size

SLUG = "edges-contours-shapes"


@pytest.fixture
def streams() -> Streams:
    return Streams.of(b"a secret that is used in tests only", slug=SLUG, version=1, edition="unit", size=Size.SMALL)


def private(truth: Truth, answer: bytes) -> dict[str, float]:
    """Return label -> value on the private photos."""
    spec = load(SLUG).spec
    assert spec.answer is not None
    evaluation = aligned(truth, read(answer, spec.answer, Expected.of(truth)), spec.answer)
    scores = score(spec.metric, evaluation, seed="tests").private
    return {"score": scores.primary.value, **scores.secondary}


def parts_of(truth: Truth) -> list[dict[str, Any]]:
    return [
        {"image_id": image_id, "category_id": part["category_id"], "bbox": part["bbox"], "score": 1.0}
        for image_id, cell in zip(truth.ids["image_id"].tolist(), truth.columns["annotations"], strict=True)
        for part in cell
    ]


def packed(truth: Truth, parts: list[dict[str, Any]], area: NDArray[Any], perimeter: NDArray[Any]) -> bytes:
    measures = pd.DataFrame({"image_id": truth.ids["image_id"], "area": area, "perimeter": perimeter})
    return zip_bytes({"parts.json": json_bytes(parts), "measures.csv": csv_bytes(measures)})


def test_the_files_hold_what_the_statement_promises(dataset: Dataset, truth: Truth) -> None:
    assert sorted(dataset.public) == ["train.json", "train.zip"]
    train = json.loads(dataset.public["train.json"])
    assert [category["name"] for category in train["categories"]] == list(SHAPES)
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        assert {image["file_name"] for image in train["images"]} == set(archive.namelist())
        picture = Image.open(io.BytesIO(archive.read(archive.namelist()[0])))
    assert (picture.size, picture.mode) == ((192, 144), "L")
    assert set(dataset.inputs) == {"test.json", *(f"test/{name}.png" for name in truth.ids["image_id"])}
    assert set(json.loads(dataset.inputs["test.json"])) == {"images", "categories"}


def test_area_and_perimeter_of_a_square_are_those_of_school() -> None:
    square = LoosePart(shape=3, corners=np.array([[2.0, 3.0], [12.0, 3.0], [12.0, 13.0], [2.0, 13.0]]))
    assert square.area == 100.0
    assert square.perimeter == 40.0
    assert square.box == (2.0, 3.0, 10.0, 10.0)


def test_every_shape_has_its_number_of_corners_and_fits_its_reach(streams: Streams) -> None:
    counts = {
        "circle": 96,
        "ellipse": 96,
        "triangle": 3,
        "square": 4,
        "rectangle": 4,
        "pentagon": 5,
        "hexagon": 6,
        "star": 10,
    }
    for place, name in enumerate(SHAPES):
        corners = corners_of(streams(name), place, 20.0)
        assert len(corners) == counts[name]
        assert 18 < np.hypot(*corners.T).max() < 23
    circle = LoosePart(shape=0, corners=corners_of(streams("circle"), 0, 20.0))
    assert circle.area == pytest.approx(np.pi * 400, rel=0.002)
    assert circle.perimeter == pytest.approx(2 * np.pi * 20, rel=0.002)


def test_drawn_parts_cover_as_many_pixels_as_their_area_says(streams: Streams) -> None:
    factory = draw_factory(streams("factory"))
    for number in range(10):
        photo = draw_photo(streams("photo", number), factory)
        for part in photo.parts:
            x, y, wide, high = part.box
            assert x > 0
            assert y > 0
            assert x + wide < 192
            assert y + high < 144
            assert 0.2 * wide * high < part.area <= wide * high


def test_parts_do_not_touch(truth: Truth) -> None:
    for cell in truth.columns["annotations"]:
        middles = np.array([[b["bbox"][0] + b["bbox"][2] / 2, b["bbox"][1] + b["bbox"][3] / 2] for b in cell])
        halves = np.array([min(b["bbox"][2:]) / 2 for b in cell])
        far = np.hypot(*(middles[:, None] - middles[None]).transpose(2, 0, 1)) + 1e3 * np.eye(len(cell))
        assert (far > halves[:, None] + halves[None]).all()


def test_brighter_and_darker_parts_lie_on_one_photo(streams: Streams) -> None:
    factory = draw_factory(streams("factory"))
    mixed = 0
    for number in range(30):
        photo = draw_photo(streams("photo", number), factory)
        if photo.table != "plain":
            continue
        grey = photo.pixels.astype(float)
        table = np.median(grey)
        mixed += (grey > table + 25).sum() > 40 and (grey < table - 25).sum() > 40
    assert mixed >= 2


def test_measures_are_the_sums_over_the_parts(truth: Truth) -> None:
    for cell, area in zip(truth.columns["annotations"], truth.columns["area"], strict=True):
        assert area == pytest.approx(sum(part["area"] for part in cell), abs=0.06 * len(cell) + 0.06)
    assert truth.columns["area"].min() > 60
    assert 30 < truth.public.sum() < 42


def test_ids_and_order_tell_nothing_of_how_much_lies_on_a_table(truth: Truth) -> None:
    area = truth.columns["area"]
    assert abs(np.corrcoef(np.arange(120), area)[0, 1]) < 0.37  # 4 standard errors of 120 independent pairs
    assert abs(np.corrcoef(truth.ids["image_id"], area)[0, 1]) < 0.37


def test_an_answer_without_a_look_is_worth_next_to_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private(truth, dataset.floor)["score"] < 0.12


def test_the_truth_is_worth_one_and_each_half_of_it_its_share(truth: Truth) -> None:
    area, perimeter = truth.columns["area"], truth.columns["perimeter"]
    assert private(truth, packed(truth, parts_of(truth), area, perimeter))["score"] == pytest.approx(1.0)
    no_measures = private(truth, packed(truth, parts_of(truth), 0 * area, 0 * perimeter))
    assert no_measures["score"] == pytest.approx(4 / 6)
    assert no_measures["area off by"] == pytest.approx(1.0)
    tenth_off = private(truth, packed(truth, [], 1.1 * area, 0.9 * perimeter))
    assert tenth_off["score"] == pytest.approx(0.8 * 2 / 6)  # 0.1 of 0.5 is lost of each measure


@pytest.mark.anchors
def test_fixed_thresholds_find_less_than_half(truth: Truth, answer_of: Callable[[str, str], bytes]) -> None:
    scores = private(truth, answer_of(SLUG, "baseline"))
    assert 0.28 < scores["score"] < 0.55


@pytest.mark.anchors
def test_thresholds_that_suit_the_photo_beat_fixed_ones_by_far(
    truth: Truth, answer_of: Callable[[str, str], bytes]
) -> None:
    reference = private(truth, answer_of(SLUG, "reference"))
    assert reference["score"] > private(truth, answer_of(SLUG, "baseline"))["score"] + 0.25
    assert reference["mAP at 0.5"] > 0.9


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("CV-02",)


def test_each_kind_of_photo_is_looked_at_alone(truth: Truth) -> None:
    kinds = np.array([truth.facts[name] for name in ("plain", "slant", "wood", "noise")])
    assert (kinds.sum(axis=0) == 1).all()
    for split in (truth.public, ~truth.public):
        assert (kinds[:, split].sum(axis=1) >= 4).all()
