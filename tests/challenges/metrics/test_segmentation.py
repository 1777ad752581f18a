"""Pixels and outlines agree with scikit-learn and with slow loops straight from the papers."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from challenges.metrics import segmentation, surfaces
from challenges.metrics.types import MetricError
from tests.challenges.metrics import scenes
from tests.challenges.metrics.samples import cells

maps = st.integers(1, 4).flatmap(
    lambda rows: st.tuples(
        arrays(np.int64, (rows, 3, 4), elements=st.sampled_from([0, 1, 2, 255])),
        arrays(np.int64, (rows, 3, 4), elements=st.sampled_from([0, 1, 2, 3, 255])),
    )
)


@given(maps)
@settings(deadline=None, max_examples=40)
def test_overlaps_and_shares_of_pixels_agree_with_scikit_learn(pair: Any) -> None:
    truth, predictions = pair
    for void in (None, 255):
        counts = truth != void if void is not None else np.ones(truth.shape, dtype=bool)
        assume(counts.any())
        a, b = truth[counts], predictions[counts]
        expected = sk.jaccard_score(a, b, labels=np.unique(a), average="macro", zero_division=0)
        assert segmentation.mean_iou(truth, predictions, void=void) == pytest.approx(expected, abs=1e-12)
        assert segmentation.pixel_accuracy(truth, predictions, void=void) == pytest.approx(sk.accuracy_score(a, b))


@given(maps)
@settings(deadline=None, max_examples=40)
def test_dice_agrees_with_the_f1_of_scikit_learn(pair: Any) -> None:
    truth, predictions = (side == 1 for side in pair)
    each = [sk.f1_score(a.ravel(), b.ravel(), zero_division=1) for a, b in zip(truth, predictions, strict=True)]
    assert segmentation.dice(*pair) == pytest.approx(np.mean(each), abs=1e-12)
    assume(truth.any() or predictions.any())
    pooled = sk.f1_score(truth.ravel(), predictions.ravel(), zero_division=0)
    assert segmentation.dice(*pair, pooled=True) == pytest.approx(pooled, abs=1e-12)


def test_an_image_without_the_region_is_one_when_left_alone_and_nothing_when_pooled() -> None:
    empty, full = np.zeros((2, 2), dtype=int), np.ones((2, 2), dtype=int)
    truth = np.stack([empty, full])
    assert segmentation.dice(truth, np.stack([empty, empty])) == 0.5
    assert segmentation.dice(truth, np.stack([empty, empty]), pooled=True) == 0.0
    with pytest.raises(MetricError, match="neither side has a pixel of the label 1"):
        segmentation.dice(empty[None], empty[None], pooled=True)


def test_a_class_of_the_predictions_alone_makes_no_class_of_its_own() -> None:
    truth, found = np.array([[[0, 0, 1, 1]]]), np.array([[[0, 0, 1, 7]]])
    assert segmentation.mean_iou(truth, found) == 0.75


def test_nothing_but_void_has_no_score() -> None:
    void = np.full((2, 3, 3), 255)
    for metric in (segmentation.mean_iou, segmentation.pixel_accuracy):
        with pytest.raises(MetricError, match="pixel other than void"):
            metric(void, np.zeros((2, 3, 3), dtype=int), void=255)


def test_predicting_void_gains_nothing() -> None:
    truth = np.array([[[0, 0, 1, 1]]])
    assert segmentation.mean_iou(truth, np.full((1, 1, 4), 255), void=255) == 0.0
    assert segmentation.pixel_accuracy(truth, np.full((1, 1, 4), 255), void=255) == 0.0


@pytest.mark.parametrize("metric", [segmentation.mean_iou, segmentation.pixel_accuracy, segmentation.dice])
def test_maps_that_are_none_are_named_with_their_row(metric: Any) -> None:
    truth = cells([np.zeros((2, 2), dtype=int), np.ones((2, 2), dtype=int)])
    for wrong, expected in (
        (np.ones((2, 3), dtype=int), r"predictions, row 1: expected shape \(2, 2\), found \(2, 3\)"),
        (np.array([[1.0, math.nan], [0.0, 0.0]]), "predictions, row 1: expected a map of whole numbers, found nan"),
        (np.ones((2, 2)), "predictions, row 1: expected a map of whole numbers, found type float64"),
        ("a map", "predictions, row 1: expected a map of whole numbers"),
    ):
        with pytest.raises(MetricError, match=expected):
            metric(truth, cells([truth[0], wrong]))


def test_prompts_without_a_mask_count_nothing_and_too_many_are_refused() -> None:
    target = np.array([[[1, 1], [0, 0]]])
    half, whole = np.array([[1, 0], [0, 0]]), np.array([[1, 1], [0, 0]])
    assert segmentation.promptable_iou(target, cells([np.stack([half, whole])]), budget=2) == 0.75
    assert segmentation.promptable_iou(target, cells([np.stack([half, whole])]), budget=5) == pytest.approx(0.3)
    assert segmentation.promptable_iou(target, np.zeros((1, 0, 2, 2), dtype=int), budget=5) == 0.0
    with pytest.raises(MetricError, match="row 0: expected at most 1 masks"):
        segmentation.promptable_iou(target, cells([np.stack([half, whole])]), budget=1)
    with pytest.raises(MetricError, match="row 0: expected a target of at least one pixel"):
        segmentation.promptable_iou(target * 0, cells([np.stack([half])]))


def thinned_by_hand(edges: Any) -> Any:
    """Follow Zhang and Suen 1984 pixel by pixel."""
    picture = np.pad(np.asarray(edges, dtype=int), 1)
    changed = True
    while changed:
        changed = False
        for turn in (0, 1):
            gone = []
            for y, x in np.argwhere(picture):
                ring = [
                    picture[y - 1, x], picture[y - 1, x + 1], picture[y, x + 1], picture[y + 1, x + 1],
                    picture[y + 1, x], picture[y + 1, x - 1], picture[y, x - 1], picture[y - 1, x - 1],
                ]  # fmt: skip
                p2, _, p4, _, p6, _, p8, _ = ring
                rises = sum(a == 0 and b == 1 for a, b in zip(ring, ring[1:] + ring[:1], strict=True))
                turns = (p2 * p4 * p6, p4 * p6 * p8) if turn == 0 else (p2 * p4 * p8, p2 * p6 * p8)
                if 2 <= sum(ring) <= 6 and rises == 1 and turns == (0, 0):
                    gone.append((y, x))
            for place in gone:
                picture[place] = 0
            changed |= bool(gone)
    return picture[1:-1, 1:-1].astype(bool)


@given(arrays(np.int64, (9, 11), elements=st.sampled_from([0, 1, 1, 1])))
@settings(deadline=None, max_examples=30)
def test_strokes_are_thinned_as_zhang_and_suen_say(edges: Any) -> None:
    assert (surfaces.thinned(edges) == thinned_by_hand(edges)).all()


def test_a_filled_picture_is_thinned_quickly() -> None:
    assert surfaces.thinned(np.ones((400, 600), dtype=int)).sum() < 1000


def boundary_by_hand(expected: Any, found: Any, tolerance: float) -> float:
    if not expected.any() or not found.any():
        return float(expected.any() == found.any())

    def near(these: Any, those: Any) -> float:
        places = np.argwhere(those)
        return float(np.mean([np.hypot(*(places - place).T).min() <= tolerance for place in np.argwhere(these)]))

    right, reached = near(found, expected), near(expected, found)
    return 2 * right * reached / (right + reached) if right + reached else 0.0


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("tolerance", [0.0, 1.0, 2.0, 2.5])
def test_edges_agree_with_a_loop_over_pixels(seed: int, tolerance: float) -> None:
    rng = np.random.default_rng(seed)
    truth, found = (rng.random((2, 5, 14, 17)) < 0.08).astype(int)
    expected = np.mean([boundary_by_hand(a, thinned_by_hand(b), tolerance) for a, b in zip(truth, found, strict=True)])
    score = surfaces.boundary_f1(truth, found, tolerance_px=tolerance, maps="edges")
    assert score == pytest.approx(expected, abs=1e-12)


def test_a_thick_stroke_scores_as_the_line_in_its_middle() -> None:
    truth = np.zeros((1, 15, 30), dtype=int)
    truth[0, 7, 3:27] = 1
    thick = np.zeros_like(truth)
    thick[0, 5:10, 3:27] = 1
    everything = np.ones_like(truth)
    line = thinned_by_hand(thick[0])
    assert line.sum(axis=0).max() == 1
    assert (
        surfaces.boundary_f1(truth, thick, maps="edges") == surfaces.boundary_f1(truth, line[None], maps="edges") > 0.9
    )
    assert surfaces.boundary_f1(np.roll(truth, 5, axis=1), everything, maps="edges") == 0.0


def test_the_border_of_a_region_lies_where_a_pixel_differs_below_or_to_the_right() -> None:
    labels = np.array([[0, 0, 0], [0, 5, 5], [0, 5, 5]])
    assert surfaces._borders(labels).astype(int).tolist() == [[1, 1, 1], [1, 0, 0], [1, 0, 0]]
    assert surfaces.boundary_f1(labels[None], labels[None] * 3) == 1.0


def surface_by_hand(inside: Any, spacing: Any) -> Any:
    padded = np.pad(inside, 1)
    points = []
    for place in np.argwhere(padded):
        steps = [place + sign * step for step in np.eye(inside.ndim, dtype=int) for sign in (-1, 1)]
        if not all(padded[tuple(step)] for step in steps):
            points.append((place - 1) * spacing)
    return np.array(points)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("axes", [2, 3])
def test_surface_distances_agree_with_a_loop_over_points(seed: int, axes: int) -> None:
    rng = np.random.default_rng(seed)
    spacing = rng.uniform(0.5, 3.0, axes)
    expected, found = (scenes.disc(rng, side=9, axes=axes) | scenes.disc(rng, side=9, axes=axes) for _ in range(2))
    a, b = surface_by_hand(expected, spacing), surface_by_hand(found, spacing)
    apart = np.sqrt(((a[:, None] - b) ** 2).sum(axis=-1))
    value = max(np.percentile(apart.min(axis=1), 95), np.percentile(apart.min(axis=0), 95))
    truth = cells([{"mask": expected, "spacing_mm": spacing}])
    assert surfaces.hausdorff95(truth, cells([found])) == pytest.approx(value, rel=1e-12)


def test_surface_distances_grow_with_the_spacing() -> None:
    truth, found = scenes.scaled_masks(np.random.default_rng(1), 6)
    wide = cells([{**cell, "spacing_mm": cell["spacing_mm"] * 3} for cell in truth])
    assert surfaces.hausdorff95(wide, found) == pytest.approx(3 * surfaces.hausdorff95(truth, found), rel=1e-12)


def test_an_empty_answer_is_as_far_away_as_the_volume_is_wide() -> None:
    one, empty = np.ones((3, 4), dtype=int), np.zeros((3, 4), dtype=int)
    spacing = [1.0, 1.0]
    for expected, found in itertools.product((one, empty), (one, empty)):
        value = surfaces.hausdorff95(cells([{"mask": expected, "spacing_mm": spacing}]), cells([found]))
        assert value == (0.0 if (expected == found).all() else 5.0)


@pytest.mark.parametrize("spacing", [[1.0], [1.0, 0.0], [1.0, -1.0], [1.0, math.nan], [1.0, math.inf], "1 1"])
def test_a_spacing_that_is_none_is_refused(spacing: Any) -> None:
    one = np.ones((3, 4), dtype=int)
    with pytest.raises(MetricError, match="truth, row 0: expected spacing_mm"):
        surfaces.hausdorff95(cells([{"mask": one, "spacing_mm": spacing}]), cells([one]))


def test_a_kind_of_map_or_a_tolerance_that_is_none_is_refused() -> None:
    one = np.ones((1, 3, 4), dtype=int)
    with pytest.raises(MetricError, match="maps"):
        surfaces.boundary_f1(one, one, maps="lines")
    with pytest.raises(MetricError, match="tolerance_px"):
        surfaces.boundary_f1(one, one, tolerance_px=-1.0)
    with pytest.raises(MetricError, match=r"row 0: expected a picture \(h, w\)"):
        surfaces.boundary_f1(one[None], one[None])
