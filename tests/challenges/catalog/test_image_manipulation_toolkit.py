"""CV-01: every step comes out by hand, files say what they are, and copies of the source earn nothing."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.image_manipulation_toolkit.data import IMPOSSIBLE_CARD, UNREADABLE_CARD, read_on
from challenges.catalog.image_manipulation_toolkit.operations import OPERATIONS, Impossible, carried_out
from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import png_bytes, zip_bytes
from challenges.readers import read
from challenges.readers.expected import Expected
from challenges.scoring import SplitScores, score

SLUG = "image-manipulation-toolkit"

AnswerOf = Callable[[str, str], bytes]
Pixels = NDArray[np.uint8]


def private(truth: Truth, answer: bytes) -> SplitScores:
    spec = load(SLUG).spec
    assert spec.answer is not None
    columns = read(answer, spec.answer, Expected.of(truth))
    return score(spec.metric, aligned(truth, columns, spec.answer), seed="seed").private


def jobs(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.decode().splitlines()]


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def row(*levels: int) -> Pixels:
    """Return one line of grey pixels."""
    return np.repeat(np.array([levels], dtype=np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        ({"op": "flip", "axis": "left-right"}, [1, 2, 3], [3, 2, 1]),
        ({"op": "gamma", "gamma": 2.0}, [0, 128, 255], [0, 64, 255]),  # 255 (128 / 255)^2 = 64.25
        ({"op": "crop", "left": -1, "top": 0, "width": 3, "height": 1, "fill": [9, 9, 9]}, [1, 2, 3], [9, 1, 2]),
        ({"op": "pad", "left": 1, "top": 0, "right": 1, "bottom": 0, "fill": [7, 7, 7]}, [1, 2], [7, 1, 2, 7]),
        ({"op": "resize", "width": 4, "height": 1, "how": "nearest"}, [1, 2], [1, 1, 2, 2]),
        # Middles at 0.5, 1.5 of 2 lie at 0.25, 0.75, 1.25, 1.75: a quarter of the way beyond, then between.
        ({"op": "resize", "width": 4, "height": 1, "how": "linear"}, [0, 100], [0, 25, 75, 100]),
        ({"op": "box", "radius": 1}, [0, 30, 90], [20, 40, 50]),  # mirrored: 30 0 30 | 0 30 90 | 30 90 30
        ({"op": "median", "radius": 1}, [0, 30, 90], [0, 30, 90]),  # repeated: 0 0 30 | 0 30 90 | 30 90 90
    ],
)
def test_steps_on_a_line_of_pixels_come_out_by_hand(step: dict[str, Any], before: list[int], after: list[int]) -> None:
    assert carried_out(row(*before), [step])[0, :, 0].tolist() == after


def test_turns_and_rotations_go_clockwise() -> None:
    picture = row(1, 2)
    assert carried_out(picture, [{"op": "turn", "quarters": 1}])[:, 0, 0].tolist() == [1, 2]
    assert carried_out(picture, [{"op": "turn", "quarters": 3}])[:, 0, 0].tolist() == [2, 1]
    square = np.zeros((3, 3, 3), dtype=np.uint8)
    square[0, 1] = 200  # twelve o'clock
    turned = carried_out(square, [{"op": "rotate", "degrees": 90.0, "fill": [0, 0, 0]}])
    assert turned[1, 2, 0] == 200  # three o'clock


def test_colour_steps_come_out_by_hand() -> None:
    pixel = np.array([[[100, 50, 200]]], dtype=np.uint8)  # brightness 29.9 + 29.35 + 22.8 = 82.05
    assert carried_out(pixel, [{"op": "grey"}])[0, 0].tolist() == [82, 82, 82]
    assert carried_out(pixel, [{"op": "channels", "order": "BRG"}])[0, 0].tolist() == [200, 100, 50]
    assert carried_out(pixel, [{"op": "saturate", "factor": 2.0}])[0, 0].tolist() == [118, 18, 255]


def test_straightening_a_picture_by_its_own_corners_leaves_it_alone() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    corners = [[0, 0], [7, 0], [7, 5], [0, 5]]
    step = {"op": "straighten", "width": 7, "height": 5, "corners": corners}
    assert np.array_equal(carried_out(picture, [step]), picture)


def test_what_shines_through_is_the_background() -> None:
    pixels = np.array([[[200, 0, 0, 0], [200, 0, 0, 255], [200, 0, 0, 51]]], dtype=np.uint8)
    assert read_on(pixels, (0, 100, 50))[0].tolist() == [[0, 100, 50], [200, 0, 0], [40, 80, 40]]


@pytest.mark.parametrize(
    "step",
    [{"op": "sharpen"}, {"op": "gamma", "gamma": 0}, {"op": "shrink", "factor": 0}, {"op": "median", "radius": 0}],
)
def test_a_step_that_cannot_be_done_is_impossible(step: dict[str, Any]) -> None:
    with pytest.raises(Impossible):
        carried_out(row(1, 2, 3), [step])


def test_the_practice_night_holds_every_trap(dataset: Dataset) -> None:
    modes, turned, broken = set(), 0, 0
    for data in unpacked(dataset.public["train_sources.zip"]).values():
        try:
            with Image.open(io.BytesIO(data)) as image:
                image.load()
                modes.add(image.mode)
                turned += image.getexif().get(0x0112, 1) != 1
        except (OSError, SyntaxError):
            broken += 1
    assert {"RGB", "RGBA", "L", "P"} <= modes
    assert any(mode.startswith("I") for mode in modes)
    assert turned >= 2
    assert broken >= 1
    used = {step["op"] for job in jobs(dataset.inputs["test_jobs.jsonl"]) for step in job["steps"]}
    assert set(OPERATIONS) <= used


def test_cards_are_few_and_both_kinds_are_there(truth: Truth) -> None:
    def share(card: tuple[int, int, int]) -> float:
        return float(np.mean([(np.asarray(picture) == card).all() for picture in truth.columns["picture"]]))

    assert 0.02 < share(UNREADABLE_CARD) < 0.2
    assert 0.005 < share(IMPOSSIBLE_CARD) < 0.12


def test_no_source_is_near_its_result(dataset: Dataset, truth: Truth) -> None:
    sources = unpacked(dataset.inputs["test_sources.zip"])
    files = {}
    for job in jobs(dataset.inputs["test_jobs.jsonl"]):
        try:
            plain = Image.open(io.BytesIO(sources[job["source"]])).convert("RGB")
        except (OSError, SyntaxError):
            plain = Image.new("RGB", (8, 8))
        copied = np.asarray(plain.resize((job["width"], job["height"])))
        files[f"pictures/{job['job']}.png"] = png_bytes(copied)
    assert private(truth, zip_bytes(files)).primary.value == 0.0


def test_the_floor_earns_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private(truth, dataset.floor).primary.value == 0.0


def test_the_starter_does_a_part_of_the_jobs(truth: Truth, answer_of: AnswerOf) -> None:
    assert 0.08 < private(truth, answer_of(SLUG, "baseline")).primary.value < 0.35


def test_another_hand_with_opencv_comes_to_the_same_pictures(truth: Truth, answer_of: AnswerOf) -> None:
    assert private(truth, answer_of(SLUG, "reference")).primary.value >= 0.98
