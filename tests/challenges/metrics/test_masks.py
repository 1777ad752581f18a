"""Masks agree with pycocotools and with panopticapi, and no trick raises their score."""

from __future__ import annotations

import math
from typing import Any

import hotcoco
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from challenges.metrics import masks, panoptic
from challenges.metrics.types import MetricError
from tests.challenges.metrics import scenes
from tests.challenges.metrics.coco_reference import coco_stats
from tests.challenges.metrics.samples import cells


def compressed(cell: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a cell with the masks as pycocotools encodes them itself, from the pixels."""
    return [
        {**thing, "segmentation": coco_mask.encode(np.asfortranarray(pixels(thing).astype(np.uint8)))} for thing in cell
    ]


def pixels(thing: dict[str, Any]) -> Any:
    height, width = thing["segmentation"]["size"]
    values = [place % 2 for place, count in enumerate(thing["segmentation"]["counts"]) for _ in range(count)]
    return np.array(values, dtype=bool).reshape(width, height).T


@pytest.mark.parametrize("seed", range(6))
def test_average_precision_of_masks_agrees_with_pycocotools(seed: int) -> None:
    truth, predictions = scenes.masks(np.random.default_rng(seed), 25)
    for cell in predictions:  # another guess of the same class with every second mask, and one of a class of no object
        cell += [{**thing, "score": thing["score"] / 2} for thing in cell[::2]]
        cell += [{**thing, "category_id": 9} for thing in cell[:1]]
    stats = coco_stats([compressed(cell) for cell in truth], [compressed(cell) for cell in predictions], task="segm")
    assert masks.mask_map(truth, predictions) == pytest.approx(stats[0], abs=1e-12)
    assert masks.mask_map(truth, predictions, most_iou=0.5) == pytest.approx(stats[1], abs=1e-12)
    assert masks.mask_map(truth, predictions, least_iou=0.75, most_iou=0.75) == pytest.approx(stats[2], abs=1e-12)


def test_arrays_and_run_lengths_are_the_same_masks() -> None:
    truth, predictions = scenes.masks(np.random.default_rng(1), 12)
    arrays = [cells([[{**thing, "segmentation": pixels(thing)} for thing in cell] for cell in side])
              for side in (truth, predictions)]  # fmt: skip
    assert masks.mask_map(*arrays) == masks.mask_map(truth, predictions)
    assert panoptic.pq(*arrays) == panoptic.pq(truth, predictions)


def test_a_mask_that_starts_inside_has_its_own_pixels() -> None:
    mask = masks._from_array(np.array([[1, 0], [1, 1]]), "here")
    assert mask.counts.tolist() == [0, 2, 1, 1]
    assert mask.as_array().tolist() == [[True, False], [True, True]]


SQUARE = np.zeros((8, 8), dtype=int)
SQUARE[2:6, 2:6] = 1
GOOD = {"category_id": 1, "segmentation": SQUARE, "score": 0.5}


@pytest.mark.parametrize(
    ("segmentation", "expected"),
    [
        ({"size": [8, 8], "counts": [10, 20]}, "expected counts that add up to 64 pixels, found 30"),
        ({"size": [8, 8], "counts": [70, -6]}, "expected counts of pixels, whole and not below 0"),
        ({"size": [8, 8], "counts": [10.0, 54.0]}, "expected counts of pixels, whole"),
        ({"size": [8, 8], "counts": [math.nan, 54.0]}, "expected counts of pixels, whole"),
        ({"size": [8, 8], "counts": b"153NN00O1OO"}, "expected counts of pixels, whole"),
        ({"size": [8, 8], "counts": [64]}, "expected a mask of at least one pixel"),
        ({"size": [8, 8, 8], "counts": [0, 512]}, "expected a size [height, width]"),
        ({"size": [10**9, 10**9], "counts": [0, 10**18]}, "expected a size [height, width]"),
        ({"size": [4, 4], "counts": [0, 16]}, "expected 8 x 8 pixels, found 4 x 4"),
        ({"size": [8, 8]}, "expected size and counts"),
        ([[0.0, 0.0, 5.0, 0.0, 5.0, 5.0]], "expected size and counts, or an array"),
        (np.zeros((8, 8), dtype=int), "expected a mask of at least one pixel"),
        (SQUARE * 2, "expected an array of 0 and 1"),
        (SQUARE * math.nan, "expected size and counts, or an array"),
        (np.zeros((8, 0), dtype=int), "expected size and counts, or an array"),
        (None, "expected size and counts, or an array"),
    ],
)
def test_a_mask_that_is_none_is_named_with_its_row(segmentation: Any, expected: str) -> None:
    truth = cells([[GOOD], [GOOD]])
    predictions = cells([[GOOD], [{**GOOD, "segmentation": segmentation}]])
    for metric in (masks.mask_map, panoptic.pq):
        with pytest.raises(MetricError) as caught:
            metric(truth, predictions)
        assert str(caught.value).startswith("predictions, row 1, segmentation: ")
        assert expected in str(caught.value)


def test_every_mask_three_times_raises_no_score() -> None:
    truth, predictions = scenes.masks(np.random.default_rng(4), 20)
    thrice = cells([[thing for thing in cell for _ in range(3)] for cell in predictions])
    assert masks.mask_map(truth, thrice) < masks.mask_map(truth, predictions)
    assert panoptic.pq(truth, thrice) < panoptic.pq(truth, predictions)


def test_images_without_an_object_have_no_score() -> None:
    for truth in (cells([[], []]), cells([[{**GOOD, "iscrowd": 1}], []])):
        for metric in (masks.mask_map, panoptic.pq):
            with pytest.raises(MetricError, match="truth holds no object that counts"):
                metric(truth, cells([[], []]))


def painted(cell: list[dict[str, Any]]) -> Any:
    """Return (h, w) numbers of segments, pixel by pixel: the first of the list that covers it."""
    picture = np.zeros((scenes.SIDE_PX, scenes.SIDE_PX), dtype=int)
    for number in range(len(cell), 0, -1):
        picture[pixels(cell[number - 1])] = number
    return picture


def panoptic_by_hand(truth: Any, predictions: Any, void: int | None) -> float:
    """Follow pq_compute_single_core of panopticapi, segment by segment; uncovered pixels are background."""
    figures: dict[int, list[float]] = {}
    for expected, found in zip(truth, predictions, strict=True):
        there, guessed = painted(expected), painted(found)
        void_pixels = np.isin(there, [n for n, thing in enumerate(expected, 1) if thing["category_id"] == void])
        matched_truth, matched_found = set(), set()
        for n, thing in enumerate(expected, 1):
            for m, guess in enumerate(found, 1):
                if thing["iscrowd"] or thing["category_id"] == void or thing["category_id"] != guess["category_id"]:
                    continue
                shared = ((there == n) & (guessed == m)).sum()
                union = (there == n).sum() + (guessed == m).sum() - shared - (void_pixels & (guessed == m)).sum()
                if union and shared / union > 0.5:
                    entry = figures.setdefault(thing["category_id"], [0.0, 0, 0, 0])
                    entry[0] += shared / union
                    entry[1] += 1
                    matched_truth.add(n)
                    matched_found.add(m)
        for n, thing in enumerate(expected, 1):
            if n not in matched_truth and not thing["iscrowd"] and thing["category_id"] != void:
                figures.setdefault(thing["category_id"], [0.0, 0, 0, 0])[3] += 1
        for m, guess in enumerate(found, 1):
            if m in matched_found:
                continue
            crowd = np.isin(
                there,
                [
                    n
                    for n, thing in enumerate(expected, 1)
                    if thing["iscrowd"] and thing["category_id"] == guess["category_id"] != void
                ],
            )
            area = (guessed == m).sum()
            if area and ((void_pixels | crowd) & (guessed == m)).sum() / area > 0.5:
                continue
            figures.setdefault(guess["category_id"], [0.0, 0, 0, 0])[2] += 1
    return float(np.mean([q / (f + fp / 2 + fn / 2) for q, f, fp, fn in figures.values() if f + fn > 0]))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("void", [None, 3])
def test_panoptic_quality_agrees_with_the_loop_of_panopticapi(seed: int, void: int | None) -> None:
    rng = np.random.default_rng(seed)
    truth, predictions = scenes.masks(rng, 25)
    for cell in truth:
        for thing in cell:
            thing["iscrowd"] = int(rng.random() < 0.25)
    for cell in predictions:
        cell += [{"category_id": int(rng.integers(1, 3)), "segmentation": scenes.runs(scenes.disc(rng)), "score": 0.1}]
    assert panoptic.pq(truth, predictions, void=void) == pytest.approx(panoptic_by_hand(truth, predictions, void))


@pytest.mark.parametrize("seed", range(3))
def test_panoptic_quality_agrees_with_hotcoco_where_every_pixel_has_an_object(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, predictions = [], []
    for _ in range(12):
        sides = []
        labels = np.zeros((scenes.SIDE_PX, scenes.SIDE_PX), dtype=int)
        for number in (1, 2, 3):
            labels[scenes.disc(rng)] = number
        for picture in (labels, scenes.moved(rng, labels)):
            sides.append([(number + 1, picture == number) for number in np.unique(picture).tolist()])
        truth.append([{"category_id": c, "segmentation": scenes.runs(inside), "iscrowd": 0} for c, inside in sides[0]])
        predictions.append(
            [{"category_id": c, "segmentation": scenes.runs(inside), "score": 1.0} for c, inside in sides[1]]
        )
    ids = range(1, len(truth) + 1)
    size = {"height": scenes.SIDE_PX, "width": scenes.SIDE_PX}
    annotations = [
        {
            **thing,
            "segmentation": compressed([thing])[0]["segmentation"],
            "image_id": image,
            "area": 1.0,
            "bbox": [0, 0, 1, 1],
        }
        for image, cell in zip(ids, truth, strict=True)
        for thing in cell
    ]
    expected = hotcoco.COCO(
        {
            "images": [{"id": image, **size} for image in ids],
            "categories": [{"id": number, "name": str(number), "isthing": 1} for number in (1, 2, 3, 4)],
            "annotations": [{**thing, "id": number} for number, thing in enumerate(annotations, 1)],
        }
    )
    found = [
        {**thing, "segmentation": compressed([thing])[0]["segmentation"], "image_id": image}
        for image, cell in zip(ids, predictions, strict=True)
        for thing in cell
    ]
    evaluator = hotcoco.panoptic.PanopticEval(expected, expected.load_res(found))
    evaluator.evaluate()
    assert panoptic.pq(cells(truth), cells(predictions)) == pytest.approx(evaluator.results()["All"]["pq"], abs=1e-9)


def test_an_object_predicted_on_the_background_is_false() -> None:
    elsewhere = np.zeros((8, 8), dtype=int)
    elsewhere[7, 7] = 1
    truth = cells([[{"category_id": 1, "segmentation": SQUARE}]])
    one, two = [{"category_id": 1, "segmentation": SQUARE}], [{"category_id": 1, "segmentation": elsewhere}]
    assert panoptic.pq(truth, cells([one])) == 1.0
    assert panoptic.pq(truth, cells([one + two])) == pytest.approx(1 / 1.5)
