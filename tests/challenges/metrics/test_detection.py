"""Boxes agree with pycocotools and with VOC's own loop, and no trick raises their score."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics import detection, voc
from challenges.metrics.types import MetricError
from tests.challenges.metrics.coco_reference import coco_stats
from tests.challenges.metrics.samples import cells

SUMMARY: tuple[Any, ...] = (
    detection.coco_map,
    detection.coco_map50,
    detection.coco_map75,
    detection.coco_map_small,
    detection.coco_map_medium,
    detection.coco_map_large,
    lambda truth, predictions: detection.coco_ar(truth, predictions, maxdets=1),
    lambda truth, predictions: detection.coco_ar(truth, predictions, maxdets=10),
    detection.coco_ar,
)


def scenes(seed: int, images: int = 25, classes: int = 3, crowded: float = 0.15, levels: int = 0) -> tuple[Any, Any]:
    """Return crowded images with objects of all sizes; with `levels`, only so many different scores."""
    rng = np.random.default_rng(seed)
    truth, found = [], []
    for _ in range(images):
        boxes: list[dict[str, Any]] = [
            {"category_id": int(rng.integers(1, classes + 1)), "bbox": [*rng.uniform(0, 90, 2), *size]}
            for size in np.exp(rng.uniform(2, 5.7, (rng.integers(0, 9), 2)))
        ]
        truth.append(
            [
                {
                    **box,
                    "iscrowd": int(rng.random() < crowded),
                    "area": box["bbox"][2] * box["bbox"][3] * rng.uniform(0.5, 1),
                }
                for box in boxes
            ]
        )
        moved = [
            {**box, "bbox": (np.array(box["bbox"]) * np.exp(rng.normal(0, 0.15, 4))).tolist()}
            for box in boxes
            for _ in range(rng.integers(0, 4))
        ]
        strays = [
            {
                "category_id": int(rng.integers(1, classes + 2)),
                "bbox": [*rng.uniform(0, 90, 2), *rng.uniform(3, 120, 2)],
            }
            for _ in range(rng.integers(0, 9))
        ]
        scores = rng.random(len(moved + strays))
        scores = np.round(scores * levels) / levels if levels else scores
        found.append([{**box, "score": float(score)} for box, score in zip(moved + strays, scores, strict=True)])
    return cells(truth), cells(found)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("levels", [0, 3])
def test_all_figures_of_boxes_agree_with_pycocotools(seed: int, levels: int) -> None:
    truth, predictions = scenes(seed, levels=levels)
    stats = coco_stats(truth, predictions)
    for place, function in enumerate(SUMMARY):
        assert function(truth, predictions) == pytest.approx(stats[place], abs=1e-12), place


grid = st.integers(0, 6).map(lambda number: number * 8.0)
side = st.integers(1, 6).map(lambda number: number * 8.0)
box = st.tuples(grid, grid, side, side).map(list)
object_ = st.fixed_dictionaries(
    {"category_id": st.integers(1, 2), "bbox": box, "iscrowd": st.sampled_from([0, 0, 0, 1]), "area": side}
)
detection_ = st.fixed_dictionaries(
    {"category_id": st.integers(1, 3), "bbox": box, "score": st.sampled_from([0.1, 0.5, 0.5, 0.9])}
)
image = st.tuples(st.lists(object_, max_size=6), st.lists(detection_, max_size=12))


@given(st.lists(image, min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_boxes_full_of_ties_agree_with_pycocotools(images: list[Any]) -> None:
    truth, predictions = cells([a for a, _ in images]), cells([b for _, b in images])
    if all(thing["iscrowd"] for cell in truth for thing in cell):
        with pytest.raises(MetricError):
            detection.coco_map(truth, predictions)
        return
    stats = coco_stats(truth, predictions)
    assert detection.coco_map(truth, predictions) == pytest.approx(stats[0], abs=1e-12)
    assert detection.coco_ar(truth, predictions, maxdets=1) == pytest.approx(stats[6], abs=1e-12)
    assert detection.coco_ar(truth, predictions) == pytest.approx(stats[8], abs=1e-12)
    if stats[3] > -1:
        assert detection.coco_map_small(truth, predictions) == pytest.approx(stats[3], abs=1e-12)


@pytest.mark.parametrize(("least", "most"), [(0.5, 0.75), (0.3, 0.3), (0.75, 1.0)])
def test_another_range_of_overlaps_agrees_with_pycocotools(least: float, most: float) -> None:
    truth, predictions = scenes(3)
    expected = coco_stats(truth, predictions, thresholds=np.linspace(least, most, round((most - least) / 0.05) + 1))[0]
    found = detection.coco_map(truth, predictions, least_iou=least, most_iou=most)
    assert found == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("least", "most"), [(0.0, 0.5), (0.9, 0.5), (0.5, 1.5), (math.nan, 0.9)])
def test_a_range_of_overlaps_that_is_none_is_refused(least: float, most: float) -> None:
    truth, predictions = scenes(3)
    with pytest.raises(MetricError, match="least"):
        detection.coco_map(truth, predictions, least_iou=least, most_iou=most)


def test_images_that_repeat_count_as_images_of_their_own() -> None:
    truth, predictions = scenes(3, images=6)
    rows = [0, 0, 1, 3, 3, 3, 5]
    counts = np.array([[2, 1, 0, 3, 0, 1]])
    expected = coco_stats(truth[rows], predictions[rows])
    assert detection.coco_map(truth[rows], predictions[rows]) == pytest.approx(expected[0], abs=1e-12)
    assert detection.coco_map_resampled(truth, predictions, counts)[0] == pytest.approx(expected[0], abs=1e-12)
    assert detection.coco_ar_resampled(truth, predictions, counts)[0] == pytest.approx(expected[8], abs=1e-12)


def test_a_draw_without_an_object_has_no_value_and_spoils_no_other() -> None:
    truth, predictions = scenes(3, images=6)
    truth[2] = []
    counts = np.array([[0, 0, 4, 0, 0, 0], [1, 1, 1, 1, 1, 1]])
    values = detection.coco_map_resampled(truth, predictions, counts)
    assert math.isnan(values[0])
    assert values[1] == pytest.approx(detection.coco_map(truth, predictions), abs=1e-15)


def honest() -> tuple[Any, Any]:
    """Return scenes and a detector that finds most objects, none of them twice."""
    rng = np.random.default_rng(8)
    truth, found = [], []
    for _ in range(20):
        boxes: list[dict[str, Any]] = [
            {"category_id": int(rng.integers(1, 3)), "bbox": [*rng.uniform(0, 300, 2), *rng.uniform(20, 60, 2)]}
            for _ in range(5)
        ]
        truth.append([{**box, "iscrowd": 0, "area": box["bbox"][2] * box["bbox"][3]} for box in boxes])
        found.append(
            [
                {**box, "bbox": (np.array(box["bbox"]) + rng.normal(0, 2, 4)).tolist(), "score": float(rng.random())}
                for box in boxes
                if rng.random() < 0.8
            ]
        )
    return cells(truth), cells(found)


def test_objects_of_any_size_can_be_looked_at_alone() -> None:
    truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, side, side]} for side in (10.0, 20.0, 40.0)]
    predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 20.0, 20.0], "score": 0.9}]
    found = {
        "small": detection.coco_map(truth, predictions, most_px2=256),
        "medium": detection.coco_map(truth, predictions, least_px2=256, most_px2=1024),
        "large": detection.coco_map(truth, predictions, least_px2=1024),
    }
    assert found == pytest.approx({"small": 0.0, "medium": 1.0, "large": 0.0})


METRICS = (detection.coco_map, detection.coco_map50, detection.coco_map75, detection.coco_ar, voc.voc_ap)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_boxes_of_nan_are_refused_where_other_libraries_reward_them(metric: Any, bad: float) -> None:
    truth, predictions = honest()
    for cell in predictions:
        for thing in cell:
            thing["bbox"] = [bad] * 4
    with pytest.raises(MetricError, match=r"predictions, row 0, bbox: expected 4 finite numbers"):
        metric(truth, predictions)


def test_a_score_of_nan_is_refused() -> None:
    truth, predictions = honest()
    predictions[7][1]["score"] = math.nan
    with pytest.raises(MetricError, match=r"predictions, row 7, score: expected a finite number .*found nan"):
        detection.coco_map(truth, predictions)


@pytest.mark.parametrize("metric", METRICS)
def test_every_detection_three_times_raises_no_score(metric: Any) -> None:
    truth, predictions = honest()
    thrice = cells([[thing for thing in cell for _ in range(3)] for cell in predictions])
    if metric is detection.coco_ar:  # recall alone cannot see what is too much
        assert metric(truth, thrice) == pytest.approx(metric(truth, predictions), abs=1e-12)
    else:
        assert metric(truth, thrice) < metric(truth, predictions)


@pytest.mark.parametrize("size", [[0.0, 5.0], [5.0, 0.0], [-4.0, 5.0], [5.0, -4.0]])
def test_a_box_without_extent_is_refused(size: list[float]) -> None:
    truth, predictions = honest()
    predictions[2].append({"category_id": 1, "bbox": [1.0, 1.0, *size], "score": 0.9})
    with pytest.raises(MetricError, match=r"predictions, row 2, bbox: expected \[x, y, w, h\] with a width"):
        detection.coco_map(truth, predictions)


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_a_thousand_junk_boxes_on_one_image_help_nobody_and_hurt_that_image_alone(score: float) -> None:
    truth, predictions = honest()
    rng = np.random.default_rng(2)
    junk = [
        {"category_id": 1, "bbox": [*rng.uniform(0, 300, 2), *rng.uniform(20, 60, 2)], "score": score}
        for _ in range(1000)
    ]
    flooded = predictions.copy()
    flooded[4] = [*predictions[4], *junk]
    assert detection.coco_map(truth, flooded) <= detection.coco_map(truth, predictions)
    assert detection.coco_map(truth, flooded) == pytest.approx(coco_stats(truth, flooded)[0], abs=1e-12)
    counts = np.ones((1, len(truth)), dtype=np.int64)
    counts[0, 4] = 0
    without = detection.coco_map_resampled(truth, flooded, counts)
    assert without == detection.coco_map_resampled(truth, predictions, counts)


def test_detections_of_a_class_that_the_truth_lacks_change_nothing() -> None:
    truth, predictions = honest()
    more = cells([[*cell, {"category_id": 99, "bbox": [1.0, 1.0, 5.0, 5.0], "score": 0.99}] for cell in predictions])
    for metric in METRICS:
        assert metric(truth, more) == metric(truth, predictions)


def test_no_detections_at_all_score_zero() -> None:
    truth, _ = honest()
    for metric in METRICS:
        assert metric(truth, cells([[] for _ in truth])) == 0.0


GOOD = {"category_id": 1, "bbox": [1.0, 1.0, 5.0, 5.0], "score": 0.5}


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({**GOOD, "score": "0.9"}, "score: expected a number, found '0.9'"),
        ({**GOOD, "score": True}, "score: expected a number, found True"),
        ({**GOOD, "category_id": 1.5}, "category_id: expected a whole number, found 1.5"),
        ({**GOOD, "category_id": "1"}, "category_id: expected a whole number, found '1'"),
        ({**GOOD, "category_id": 2**70}, "category_id: expected a whole number of 64 bits"),
        ({**GOOD, "bbox": [1.0, 1.0, 5.0]}, "bbox: expected 4 finite numbers"),
        ({**GOOD, "bbox": [1.0, 1.0, 5.0, "wide"]}, "bbox: expected 4 finite numbers"),
        ({**GOOD, "bbox": [1.0, 1.0, 5.0, [5.0]]}, "bbox: expected 4 finite numbers"),
        ({**GOOD, "bbox": "1 1 5 5"}, "bbox: expected 4 finite numbers"),
        ({**GOOD, "bbox": [1.0, 1.0, 1e200, 1e200]}, "bbox: expected 4 finite numbers within"),
        ({"category_id": 1, "bbox": [1.0, 1.0, 5.0, 5.0]}, "expected the field score, found category_id, bbox"),
        ([1, 1.0, 1.0, 5.0, 5.0, 0.5], "expected an object with fields"),
        (None, "expected an object with fields"),
    ],
)
def test_a_detection_that_is_none_is_named_with_its_row(wrong: Any, expected: str) -> None:
    truth, predictions = honest()
    predictions[3] = [GOOD, wrong]
    with pytest.raises(MetricError) as caught:
        detection.coco_map(truth, predictions)
    assert str(caught.value).startswith("predictions, row 3")
    assert expected in str(caught.value)


def test_a_truth_that_is_none_is_named_with_its_row() -> None:
    truth, predictions = honest()
    for wrong in ({"iscrowd": 2}, {"iscrowd": math.nan}, {"area": -1.0}, {"area": math.inf}, {"area": "large"}):
        spoilt = truth.copy()
        spoilt[5] = [{**truth[5][0], **wrong}]
        with pytest.raises(MetricError, match=f"truth, row 5, {next(iter(wrong))}"):
            detection.coco_map(spoilt, predictions)
    with pytest.raises(MetricError, match="truth, row 0: expected a list of objects, found dict"):
        detection.coco_map(cells([{"bbox": []}, []]), cells([[], []]))


def test_images_without_any_object_have_no_average_precision() -> None:
    crowd = [{"category_id": 1, "bbox": [0.0, 0.0, 9.0, 9.0], "iscrowd": 1}]
    for truth in (cells([[], []]), cells([crowd, []])):
        for metric in METRICS:
            with pytest.raises(MetricError, match="truth holds no object that counts"):
                metric(truth, cells([[], []]))


def test_a_size_that_no_object_has_is_refused() -> None:
    truth, predictions = honest()
    with pytest.raises(MetricError, match="truth holds no object that counts"):
        detection.coco_map_large(truth, predictions)


LEFT, RIGHT, BETWEEN = ({"category_id": 1, "bbox": [x, 0.0, 8.0, 8.0]} for x in (0.0, 4.0, 2.0))


@pytest.mark.parametrize(("objects", "by_coco", "by_voc"), [([LEFT, RIGHT], 1.0, 0.5), ([RIGHT, LEFT], 0.5, 1.0)])
def test_of_two_objects_overlapped_alike_coco_takes_the_last_and_voc_the_first(
    objects: Any, by_coco: float, by_voc: float
) -> None:
    """The second guess finds the left object alone, and finds it taken or free."""
    truth = cells([[{**thing, "area": 64.0, "iscrowd": 0} for thing in objects]])
    predictions = cells([[{**BETWEEN, "score": 0.9}, {**LEFT, "score": 0.8}]])
    assert detection.coco_ar(truth, predictions) == pytest.approx(coco_stats(truth, predictions)[8], abs=1e-12)
    assert detection.coco_map50(truth, predictions) == pytest.approx(coco_stats(truth, predictions)[1], abs=1e-12)
    assert detection.coco_map50(truth, predictions) == pytest.approx(by_coco, abs=0.01)
    assert voc.voc_ap(truth, predictions) == by_voc


def voc_by_hand(truth: Any, predictions: Any, iou: float, eleven: bool) -> float:
    """Follow VOCevaldet.m and VOCap.m line by line, without the + 1 for whole pixels."""
    classes = sorted({thing["category_id"] for cell in truth for thing in cell if not thing["iscrowd"]})
    averages = []
    for category in classes:
        expected = [[thing for thing in cell if thing["category_id"] == category] for cell in truth]
        positives = sum(not thing["iscrowd"] for cell in expected for thing in cell)
        found = [
            (thing, row) for row, cell in enumerate(predictions) for thing in cell if thing["category_id"] == category
        ]
        found.sort(key=lambda pair: -pair[0]["score"])
        taken: set[tuple[int, int]] = set()
        right, wrong = [], []
        for thing, row in found:
            best, place = -math.inf, -1
            for number, other in enumerate(expected[row]):
                overlap = overlap_by_hand(thing["bbox"], other["bbox"])
                if overlap > best:
                    best, place = overlap, number
            if best >= iou:
                if not expected[row][place]["iscrowd"]:
                    right.append(float((row, place) not in taken))
                    wrong.append(1.0 - right[-1])
                    taken.add((row, place))
            else:
                right.append(0.0)
                wrong.append(1.0)
        averages.append(area_by_hand(np.cumsum(right), np.cumsum(wrong), positives, eleven))
    return float(np.mean(averages))


def overlap_by_hand(a: Any, b: Any) -> float:
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return float(width * height / (a[2] * a[3] + b[2] * b[3] - width * height))


def area_by_hand(right: Any, wrong: Any, positives: int, eleven: bool) -> float:
    recall, precision = right / positives, right / (right + wrong)
    if eleven:
        return sum(max(precision[recall >= t], default=0.0) for t in np.linspace(0, 1, 11)) / 11
    recall, precision = np.r_[0.0, recall, 1.0], np.r_[0.0, precision, 0.0]
    for place in range(len(precision) - 2, -1, -1):
        precision[place] = max(precision[place], precision[place + 1])
    steps = np.flatnonzero(recall[1:] != recall[:-1]) + 1
    return float(((recall[steps] - recall[steps - 1]) * precision[steps]).sum())


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("eleven", [False, True])
@pytest.mark.parametrize("iou", [0.5, 0.3])
def test_voc_agrees_with_the_loop_of_its_development_kit(seed: int, eleven: bool, iou: float) -> None:
    truth, predictions = scenes(seed, levels=4)
    expected = voc_by_hand(truth, predictions, iou, eleven)
    found = voc.voc_ap(truth, predictions, iou=iou, eleven_points=eleven)
    assert found == pytest.approx(expected, abs=1e-12)


def test_voc_asks_for_half_an_overlap() -> None:
    truth = cells([[{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}]])
    half, less = ([{"category_id": 1, "bbox": [0.0, 0.0, 10.0, high], "score": 0.5}] for high in (5.0, 4.9))
    assert voc.voc_ap(truth, cells([half])) == 1.0
    assert voc.voc_ap(truth, cells([less])) == 0.0


def test_voc_counts_a_second_look_at_the_same_object_as_wrong_where_coco_forgives_it() -> None:
    truth = cells(
        [[{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}, {"category_id": 1, "bbox": [2.0, 0.0, 10.0, 10.0]}]]
    )
    same = {"category_id": 1, "bbox": [0.5, 0.0, 10.0, 10.0]}
    predictions = cells([[{**same, "score": 0.9}, {**same, "score": 0.8}]])
    assert detection.coco_map50(truth, predictions) == pytest.approx(1.0)
    assert voc.voc_ap(truth, predictions) == 0.5
