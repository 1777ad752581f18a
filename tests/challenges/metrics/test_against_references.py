"""Every metric with a reference library agrees with it, and refuses what has fooled such libraries."""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import jiwer
import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from challenges.metrics import (
    detection,
    games,
    regression,
    systems,
    text,
)
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells, detections

finite = st.floats(-1e6, 1e6, allow_subnormal=False)
positive = st.floats(0, 1e6, allow_subnormal=False)
CLOSE = {"rel": 1e-9, "abs": 1e-9}


def pairs(left: Any, right: Any, least: int = 2) -> Any:
    return st.lists(st.tuples(left, right), min_size=least, max_size=60).map(
        lambda rows: (np.array([a for a, _ in rows]), np.array([b for _, b in rows]))
    )


@given(pairs(finite, finite))
@settings(deadline=None, max_examples=40)
def test_errors_of_numbers_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    assert regression.rmse(truth, predictions) == pytest.approx(sk.root_mean_squared_error(truth, predictions), **CLOSE)
    assert regression.mae(truth, predictions) == pytest.approx(sk.mean_absolute_error(truth, predictions), **CLOSE)
    assume(np.ptp(truth) > 1e-3)
    assert regression.r2(truth, predictions) == pytest.approx(sk.r2_score(truth, predictions), **CLOSE)


@given(pairs(positive, positive))
@settings(deadline=None, max_examples=40)
def test_rmsle_agrees_with_scikit_learn(pair: Any) -> None:
    expected = sk.root_mean_squared_log_error(*pair)
    assert regression.rmsle(*pair) == pytest.approx(expected, **CLOSE)


words = st.lists(st.sampled_from(["ship", "shop", "a", "go", "on"]), min_size=1, max_size=7).map(" ".join)


@given(pairs(words, words | st.just(""), least=1))
@settings(deadline=None, max_examples=40)
def test_error_rates_of_texts_agree_with_jiwer(pair: Any) -> None:
    truth, predictions = pair
    assert text.wer(truth, predictions) == pytest.approx(jiwer.wer(truth.tolist(), predictions.tolist()), **CLOSE)
    assert text.cer(truth, predictions) == pytest.approx(jiwer.cer(truth.tolist(), predictions.tolist()), **CLOSE)


def coco_stats(truth: Any, predictions: Any) -> Any:
    images = [{"id": row + 1} for row in range(len(truth))]
    boxes = [{**box, "image_id": row + 1} for row, cell in enumerate(truth) for box in cell]
    dataset = {
        "images": images,
        "categories": [{"id": number} for number in sorted({box["category_id"] for box in boxes})],
        "annotations": [{**box, "id": number + 1} for number, box in enumerate(boxes)],
    }
    found = [{**box, "image_id": row + 1} for row, cell in enumerate(predictions) for box in cell]
    with contextlib.redirect_stdout(io.StringIO()):
        ours = COCO()
        ours.dataset = dataset
        ours.createIndex()
        evaluator = COCOeval(ours, ours.loadRes(found), "bbox")
        evaluator.evaluate()
        evaluator.accumulate()
        evaluator.summarize()
    return evaluator.stats


@pytest.mark.parametrize("seed", range(8))
def test_average_precision_agrees_with_pycocotools(seed: int) -> None:
    truth, predictions = detections(np.random.default_rng(seed), 30)
    stats = coco_stats(truth, predictions)
    assert detection.coco_map(truth, predictions) == pytest.approx(stats[0], abs=1e-9)
    assert detection.coco_map50(truth, predictions) == pytest.approx(stats[1], abs=1e-9)
    assert detection.coco_map75(truth, predictions) == pytest.approx(stats[2], abs=1e-9)


def test_average_precision_of_flooded_images_agrees_with_pycocotools() -> None:
    rng = np.random.default_rng(1)
    truth, predictions = detections(rng, 4)
    for cell in predictions:
        cell += [
            {"category_id": 1, "bbox": [*rng.uniform(0, 60, 2), 9.0, 9.0], "score": float(rng.random())}
            for _ in range(300)
        ]
    assert detection.coco_map(truth, predictions) == pytest.approx(coco_stats(truth, predictions)[0], abs=1e-9)


def test_images_that_repeat_count_as_images_of_their_own() -> None:
    truth, predictions = detections(np.random.default_rng(3), 6)
    rows = [0, 0, 1, 3, 3, 3, 5]
    expected = coco_stats(truth[rows], predictions[rows])[0]
    assert detection.coco_map(truth[rows], predictions[rows]) == pytest.approx(expected, abs=1e-9)


def test_detections_of_a_class_that_the_truth_lacks_change_nothing_and_say_nothing(
    capfd: pytest.CaptureFixture[str],
) -> None:
    truth, predictions = detections(np.random.default_rng(3), 6)
    alone = detection.coco_map(truth, predictions)
    more = cells([[*cell, {"category_id": 99, "bbox": [1.0, 1.0, 5.0, 5.0], "score": 0.99}] for cell in predictions])
    assert detection.coco_map(truth, more) == alone
    assert capfd.readouterr() == ("", "")


def test_no_detections_at_all_score_zero() -> None:
    truth, _ = detections(np.random.default_rng(3), 6)
    assert detection.coco_map(truth, cells([[] for _ in truth])) == 0.0


@pytest.mark.parametrize("box", [[1.0, 1.0, 0.0, 5.0], [1.0, 1.0, 5.0, -1.0]])
def test_a_box_without_extent_is_refused(box: list[float]) -> None:
    truth, predictions = detections(np.random.default_rng(3), 6)
    predictions[2] = [{"category_id": 1, "bbox": box, "score": 0.9}]
    with pytest.raises(MetricError, match="row 2"):
        detection.coco_map(truth, predictions)


def test_images_without_any_object_have_no_average_precision() -> None:
    with pytest.raises(MetricError):
        detection.coco_map(cells([[], []]), cells([[], []]))


@pytest.mark.parametrize(
    ("metric", "truth", "predictions"),
    [
        (regression.r2, [2.0, 2.0], [1.0, 2.0]),
        (regression.r2, [0.1, 0.1, 0.1], [1.0, 2.0, 3.0]),
        (regression.r2, [2.0], [2.0]),
        (regression.rmsle, [1.0, 2.0], [1.0, -0.5]),
        (regression.rmsle, [-1.0, 2.0], [1.0, 0.5]),
        (regression.rmse, ["1", "2"], [1.0, 2.0]),
        (text.wer, ["", " "], ["a", "b"]),
        (games.win_rate, [0.0, 1.0], [0.7, 1.0]),
        (systems.cost_saving, [0.0, 0.0], [1.0, 1.0]),
        (systems.digits_score, [0.0, 8.0], [1.0, 1.0]),
        (systems.checks_passed, [1.0, 1.0], [1.5, 1.0]),
        (systems.checks_passed, [0.0, 0.0], [1.0, 1.0]),
        (systems.checks_passed, [-1.0, 2.0], [1.0, 1.0]),
    ],
)
def test_what_has_no_sound_value_is_refused(metric: Any, truth: list[Any], predictions: list[Any]) -> None:
    with pytest.raises(MetricError):
        metric(np.array(truth), np.array(predictions))


def test_an_empty_reference_counts_its_insertions() -> None:
    assert text.wer(np.array(["", "one two"]), np.array(["oh", "one two"])) == 0.5


def test_white_space_is_no_error() -> None:
    assert text.wer(np.array(["one two"]), np.array(["  one\ttwo\n"])) == 0.0
    assert text.cer(np.array(["one two"]), np.array(["  one\ttwo\n"])) == 0.0


def test_a_rating_makes_the_points_expected_equal_to_the_points_won() -> None:
    truth = np.array([0.0] * 8 + [450.0] * 8 + [1200.0] * 4)
    points = np.array([1.0] * 7 + [0.5] + [1.0] * 3 + [0.0] * 5 + [0.0] * 4)
    rating = games.elo(truth, points)
    opponents = np.concatenate([truth, [0.0, 450.0, 1200.0]])
    expected = (1 / (1 + 10 ** ((opponents - rating) / 400))).sum()
    assert expected == pytest.approx(points.sum() + 1.5, abs=1e-9)


def test_a_virtual_draw_keeps_a_rating_finite() -> None:
    assert games.elo(np.zeros(10), np.ones(10)) == pytest.approx(400 * math.log10(10.5 / 0.5))
    assert games.elo(np.zeros(10), np.zeros(10)) == pytest.approx(-400 * math.log10(10.5 / 0.5))


def test_losses_beyond_the_whole_cost_count_as_the_whole_cost() -> None:
    assert systems.cost_saving(np.array([10.0]), np.array([500.0])) == -1.0


def test_digits_beyond_the_target_or_below_none_do_not_count() -> None:
    assert systems.digits_score(np.array([10.0, 10.0]), np.array([40.0, -5.0])) == 0.5
