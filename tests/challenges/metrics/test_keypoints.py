"""Keypoints agree with pycocotools, and no trick raises their score."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from challenges.metrics import keypoints
from challenges.metrics.types import MetricError
from tests.challenges.metrics import scenes
from tests.challenges.metrics.coco_reference import coco_stats
from tests.challenges.metrics.samples import cells


def with_class(side: Any, *, truth: bool) -> list[list[dict[str, Any]]]:
    """Return the cells with what pycocotools wants to be told."""
    return [
        [
            {**thing, "category_id": 1, "num_keypoints": sum(v > 0 for v in thing["keypoints"][2::3])}
            if truth
            else {**thing, "category_id": 1}
            for thing in cell
        ]
        for cell in side
    ]


def crowded(seed: int, points: int = 17) -> tuple[Any, Any]:
    """Return images with figures without a labelled point, with strays and with more than twenty guesses."""
    rng = np.random.default_rng(seed)
    truth, predictions = scenes.keypoints(rng, 20, points=points)
    for cell, answer in zip(truth, predictions, strict=True):
        for thing in cell:
            if rng.random() < 0.15:
                thing["keypoints"][2::3] = [0.0] * points
        for thing in [*answer]:
            figure = np.array(thing["keypoints"]).reshape(-1, 3)
            figure[:, :2] += rng.normal(0, 3, (points, 2))
            answer.append({"keypoints": figure.ravel().tolist(), "score": float(rng.random())})
    predictions[3] = [thing for thing in predictions[3] for _ in range(15)]
    return truth, predictions


@pytest.mark.parametrize("seed", range(6))
def test_average_precision_of_keypoints_agrees_with_pycocotools(seed: int) -> None:
    truth, predictions = crowded(seed)
    stats = coco_stats(with_class(truth, truth=True), with_class(predictions, truth=False), task="keypoints")
    assert keypoints.oks_map(truth, predictions) == pytest.approx(stats[0], abs=1e-12)
    assert keypoints.oks_map(truth, predictions, most_oks=0.5) == pytest.approx(stats[1], abs=1e-12)
    assert keypoints.oks_map(truth, predictions, least_oks=0.75, most_oks=0.75) == pytest.approx(stats[2], abs=1e-12)


def test_other_figures_with_one_tolerance_agree_with_pycocotools() -> None:
    truth, predictions = crowded(9, points=5)
    sides = with_class(truth, truth=True), with_class(predictions, truth=False)
    stats = coco_stats(*sides, task="keypoints", sigma=0.05)
    assert keypoints.oks_map(truth, predictions, sigma=0.05) == pytest.approx(stats[0], abs=1e-12)
    with pytest.raises(MetricError, match="truth, row 0, keypoints: expected 51 finite numbers"):
        keypoints.oks_map(truth, predictions)


def test_every_figure_three_times_raises_no_score() -> None:
    truth, predictions = scenes.keypoints(np.random.default_rng(3), 20)
    thrice = cells([[thing for thing in cell for _ in range(3)] for cell in predictions])
    assert keypoints.oks_map(truth, thrice) < keypoints.oks_map(truth, predictions)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_figures_of_nan_are_refused(bad: float) -> None:
    truth, predictions = scenes.keypoints(np.random.default_rng(3), 20)
    predictions[6] = [{"keypoints": [bad] * 51, "score": 0.5}]
    with pytest.raises(MetricError, match="predictions, row 6, keypoints: expected 51 finite numbers"):
        keypoints.oks_map(truth, predictions)


def test_figures_without_a_labelled_point_have_no_average_precision() -> None:
    blind = {"keypoints": [1.0, 1.0, 0.0] * 17, "bbox": [0.0, 0.0, 9.0, 9.0]}
    with pytest.raises(MetricError, match="truth holds no object that counts"):
        keypoints.oks_map(cells([[blind]]), cells([[]]))


def test_right_points_are_counted_up_to_the_boundary() -> None:
    points = np.array([[0.0, 0.0, 2.0], [0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    truth = cells([{"points": points, "scale_px": 10.0}])
    found = np.array([[[2.0, 0.0], [0.0, 2.0001], [1.2, 1.6], [0.0, 0.0]]])
    assert keypoints.pck(truth, found, alpha=0.2) == pytest.approx(2 / 3)
    assert keypoints.pck(truth, found, alpha=0.3) == 1.0


@pytest.mark.parametrize(
    ("cell", "answer", "expected"),
    [
        ({"points": np.ones((2, 3)), "scale_px": 0.0}, np.ones((2, 2)), "truth, row 0: expected a scale_px above 0"),
        ({"points": np.ones((2, 3)), "scale_px": math.nan}, np.ones((2, 2)), "truth, row 0, scale_px: expected finite"),
        ({"points": np.ones((2, 2)), "scale_px": 9.0}, np.ones((2, 2)), "truth, row 0, points: expected k x 3 numbers"),
        ({"points": np.ones((2, 3))}, np.ones((2, 2)), "truth, row 0: expected points and scale_px"),
        ({"points": np.ones((2, 3)), "scale_px": 9.0}, np.ones((3, 2)), "predictions, row 0: expected 2 x 2 numbers"),
        (
            {"points": np.ones((2, 3)), "scale_px": 9.0},
            np.full((2, 2), math.nan),
            "predictions, row 0: expected finite",
        ),
        ({"points": np.zeros((2, 3)), "scale_px": 9.0}, np.ones((2, 2)), "truth: expected at least one keypoint"),
    ],
)
def test_points_that_are_none_are_named(cell: Any, answer: Any, expected: str) -> None:
    with pytest.raises(MetricError) as caught:
        keypoints.pck(cells([cell]), cells([answer]))
    assert str(caught.value).startswith(expected)
