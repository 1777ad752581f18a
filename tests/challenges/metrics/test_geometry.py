"""Poses, lanes, depth, paths and shapes agree with slow loops straight from their papers."""

from __future__ import annotations

import itertools
import math
import time
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from challenges.metrics import depth, lanes, points, pose, trajectory
from challenges.metrics.types import MetricError
from tests.challenges.metrics import scenes
from tests.challenges.metrics.samples import cells


def placed(pose_: Any, model: Any) -> Any:
    return np.array([pose_[:, :3] @ point + pose_[:, 3] for point in model])


@pytest.mark.parametrize("seed", range(3))
def test_distances_of_poses_agree_with_a_loop_over_the_points(seed: int) -> None:
    truth, found = scenes.poses(np.random.default_rng(seed), 5)
    each, nearest = [], []
    for cell, answer in zip(truth, found, strict=True):
        a, b = placed(cell["pose"], cell["points_m"]), placed(answer, cell["points_m"])
        each.append(np.mean([np.linalg.norm(x - y) for x, y in zip(a, b, strict=True)]))
        nearest.append(np.mean([min(np.linalg.norm(x - y) for y in b) for x in a]))
    assert pose.add(truth, found) == pytest.approx(np.mean(each), rel=1e-12)
    assert pose.add_s(truth, found) == pytest.approx(np.mean(nearest), rel=1e-12)


@pytest.mark.parametrize("symmetric", [False, True])
def test_the_area_is_that_under_the_share_of_poses_within_each_distance(symmetric: bool) -> None:
    truth, found = scenes.poses(np.random.default_rng(4), 30)
    distances = (pose.nearest_distances if symmetric else pose.point_distances)(truth, found)
    limits = np.linspace(0, 0.05, 200_001)
    area = np.trapezoid((distances[:, None] <= limits).mean(axis=0), limits) / 0.05
    assert pose.add_auc(truth, found, limit_m=0.05, symmetric=symmetric) == pytest.approx(area, abs=1e-4)
    by_size = pose.add_auc(truth, found, share_of_diameter=0.25, symmetric=symmetric)  # diameters are 0.2
    assert by_size == pytest.approx(pose.add_auc(truth, found, limit_m=0.05, symmetric=symmetric), rel=1e-12)


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((3, 3)), np.eye(3) * 0.5, np.diag([1.0, 1.0, -1.0]), np.ones((3, 3)), np.full((3, 3), 1e300)],
)
def test_what_shrinks_or_mirrors_the_model_is_no_pose(matrix: Any) -> None:
    truth, found = scenes.poses(np.random.default_rng(4), 3)
    found[1, :, :3] = matrix
    for metric in (pose.add, pose.add_s, pose.add_auc):
        with pytest.raises(MetricError, match=r"predictions, row 1: expected (a rotation|finite numbers)"):
            metric(truth, found)


def test_a_rotation_of_rounded_numbers_is_a_pose() -> None:
    truth, found = scenes.poses(np.random.default_rng(4), 3)
    assert pose.add(truth, found.round(4)) == pytest.approx(pose.add(truth, found), abs=1e-4)


def test_a_limit_by_diameters_needs_diameters() -> None:
    truth = cells([{"pose": np.eye(3, 4), "points_m": np.ones((2, 3))}])
    with pytest.raises(MetricError, match="truth, row 0: expected diameter_m"):
        pose.add_auc(truth, np.eye(3, 4)[None], share_of_diameter=0.1)
    with pytest.raises(MetricError, match="limit_m: expected more than 0"):
        pose.add_auc(truth, np.eye(3, 4)[None], limit_m=0.0)


def test_corners_of_a_homography_are_those_it_maps() -> None:
    size = np.array([[0.0, 0.0, 1.0], [9.0, 0.0, 1.0], [9.0, 9.0, 1.0], [0.0, 9.0, 1.0]])
    right, wrong = np.diag([2.0, 2.0, 1.0]), np.array([[2.0, 0.0, 3.0], [0.0, 2.0, 4.0], [0.0, 0.0, 1.0]])
    truth, found = ((size @ matrix.T)[None, :, :2] for matrix in (right, wrong))
    assert pose.corner_error(truth, found) == 5.0
    assert pose.corner_auc(truth, found, limit_px=10.0) == 0.5
    assert pose.corner_auc(truth, found, limit_px=4.0) == 0.0


def lanes_by_hand(truth: Any, predictions: Any, tolerance: float, share: float) -> float:
    """Try every way to pair lanes: most pairs first is not asked for, most near points is."""
    found = expected_lanes = called = 0
    for expected, guesses in zip(truth, predictions, strict=True):
        near = {}
        for (i, a), (j, b) in itertools.product(enumerate(expected), enumerate(guesses)):
            valid = [k for k in range(len(a)) if a[k] >= 0]
            hits = sum(b[k] >= 0 and abs(a[k] - b[k]) <= tolerance for k in valid)
            if hits >= share * len(valid) - 1e-9:
                near[i, j] = hits
        options = [*range(len(guesses)), *[None] * len(expected)]
        best = max(
            (
                [(i, j) for i, j in enumerate(order) if (i, j) in near]
                for order in itertools.permutations(options, len(expected))
            ),
            key=lambda pairs: sum(near[pair] for pair in pairs),
            default=[],
        )
        found, expected_lanes, called = found + len(best), expected_lanes + len(expected), called + len(guesses)
    return 2 * found / (expected_lanes + called)


@pytest.mark.parametrize("seed", range(4))
def test_lanes_agree_with_a_search_through_all_pairings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = scenes.lanes(rng, 5)
    found = cells([np.vstack([cell[:2], cell[:2] + rng.normal(0, 3, cell[:2].shape)]) for cell in found])
    found[0] = np.zeros((0, 12))
    expected = lanes_by_hand(truth, found, 6.0, 0.8)
    assert lanes.lane_f1(truth, found, tolerance_px=6.0, share=0.8) == pytest.approx(expected, abs=1e-12)


def test_one_line_stands_for_one_lane_and_many_lines_have_their_price() -> None:
    lane = np.full((1, 10), 50.0)
    two = np.vstack([lane, lane + 10])
    assert lanes.lane_f1(two[None], (lane + 5)[None], tolerance_px=8.0) == pytest.approx(2 / 3)
    flood = np.repeat(np.linspace(0, 100, 101)[:, None], 10, axis=1)
    assert lanes.lane_f1(lane[None], flood[None], tolerance_px=8.0) == pytest.approx(2 / 102)


def test_lanes_that_are_none_are_named() -> None:
    lane = np.full((1, 1, 10), 50.0)
    with pytest.raises(MetricError, match="predictions, row 0: expected k x 10 numbers"):
        lanes.lane_f1(lane, lane[:, :, :9])
    with pytest.raises(MetricError, match=r"predictions, row 0: expected finite numbers within .* found nan"):
        lanes.lane_f1(lane, lane * math.nan)
    with pytest.raises(MetricError, match="truth, row 0: expected a point at one height at least"):
        lanes.lane_f1(-lane, lane)
    with pytest.raises(MetricError, match="truth: expected at least one lane"):
        lanes.lane_f1(lane[:, :0], lane)


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("furthest_m", [None, 6.0])
def test_depth_agrees_with_a_loop_over_pixels(aligned: bool, furthest_m: float | None) -> None:
    truth, found = scenes.depths(np.random.default_rng(2), 4)
    relative, roots, close = [], [], []
    for a, b in zip(truth, found, strict=True):
        pairs = [(x, y) for x, y in zip(a.ravel(), b.ravel(), strict=True) if 0 < x <= (furthest_m or math.inf)]
        factor = np.median([x for x, _ in pairs]) / np.median([y for _, y in pairs]) if aligned else 1.0
        pairs = [(x, y * factor) for x, y in pairs]
        relative.append(np.mean([abs(y - x) / x for x, y in pairs]))
        roots.append(math.sqrt(np.mean([(y - x) ** 2 for x, y in pairs])))
        close.append(np.mean([max(x / y, y / x) < 1.25 for x, y in pairs]))
    options: dict[str, Any] = {"furthest_m": furthest_m, "aligned": aligned}
    assert depth.abs_rel(truth, found, **options) == pytest.approx(np.mean(relative), rel=1e-12)
    assert depth.depth_rmse(truth, found, **options) == pytest.approx(np.mean(roots), rel=1e-12)
    assert depth.delta1(truth, found, **options) == pytest.approx(np.mean(close), rel=1e-12)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf, 1e300])
def test_a_depth_that_is_none_is_refused_even_where_the_truth_is_not_known(bad: float) -> None:
    truth, found = scenes.depths(np.random.default_rng(2), 4)
    truth[2, 1, 1], found[2, 1, 1] = 0.0, bad
    for metric in (depth.abs_rel, depth.depth_rmse, depth.delta1):
        with pytest.raises(MetricError, match="predictions, row 2: expected finite depths, more than 0"):
            metric(truth, found)


def test_an_image_without_a_known_depth_has_no_error() -> None:
    with pytest.raises(MetricError, match="truth, row 0: expected a pixel with a depth that counts"):
        depth.abs_rel(np.full((1, 2, 2), 50.0), np.ones((1, 2, 2)), furthest_m=10.0)


@pytest.mark.parametrize("seed", range(3))
def test_rigid_alignment_agrees_with_scipy(seed: int) -> None:
    truth, found = scenes.trajectories(np.random.default_rng(seed), 4)
    errors = []
    for a, b in zip(truth, found, strict=True):
        a, b = a - a.mean(axis=0), b - b.mean(axis=0)
        turn, _ = Rotation.align_vectors(a, b)
        errors.append(math.sqrt(((a - turn.apply(b)) ** 2).sum(axis=1).mean()))
    assert trajectory.trajectory_error(truth, found) == pytest.approx(np.mean(errors), rel=1e-7)


def test_no_scale_turn_or_shift_is_better_than_the_alignment() -> None:
    truth, found = scenes.trajectories(np.random.default_rng(7), 1)
    found[0] = 0.3 * found[0]

    def error(x: Any) -> Any:
        moved = x[0] * Rotation.from_rotvec(x[1:4]).apply(found[0]) + x[4:]
        return ((truth[0] - moved) ** 2).sum(axis=1).mean()

    best = min(minimize(error, np.r_[1.0, start, 0, 0, 0], tol=1e-12).fun for start in np.eye(3) * 2)
    assert trajectory.trajectory_error(truth, found, scaled=True) == pytest.approx(math.sqrt(best), rel=1e-5)


def test_a_mirrored_path_is_not_aligned_and_a_still_one_lies_in_the_middle() -> None:
    path = np.array([[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 3.0]]])
    assert trajectory.trajectory_error(path, path * [1, 1, -1]) > 0.1
    spread = math.sqrt(((path[0] - path[0].mean(axis=0)) ** 2).sum(axis=1).mean())
    for scaled in (False, True):
        assert trajectory.trajectory_error(path, np.ones_like(path), scaled=scaled) == pytest.approx(spread)


def test_a_path_of_other_times_is_refused() -> None:
    path = np.zeros((1, 4, 3))
    with pytest.raises(MetricError, match="predictions, row 0: expected 4 x 3 numbers"):
        trajectory.trajectory_error(path, path[:, :3])
    with pytest.raises(MetricError, match="truth, row 0: expected at least three places"):
        trajectory.trajectory_error(path[:, :2], path[:, :2])


@pytest.mark.parametrize("seed", range(3))
def test_distances_of_clouds_agree_with_a_loop_over_points(seed: int) -> None:
    truth, found = scenes.clouds(np.random.default_rng(seed), 4, oriented=True)
    linear, square, scores, normals = [], [], [], []
    for a, b in zip(truth, found, strict=True):
        apart = np.array([[np.linalg.norm(x[:3] - y[:3]) for y in b] for x in a])
        there, back = apart.min(axis=1), apart.min(axis=0)
        linear.append((there.mean() + back.mean()) / 2)
        square.append((there**2).mean() + (back**2).mean())
        precision, recall = (back < 0.2).mean(), (there < 0.2).mean()
        scores.append(2 * precision * recall / (precision + recall))
        alike = np.abs(a[:, 3:] @ b[:, 3:].T)
        normals.append(
            (
                alike[np.arange(len(a)), apart.argmin(axis=1)].mean()
                + alike[apart.argmin(axis=0), np.arange(len(b))].mean()
            )
            / 2
        )
    bare = cells([cell[:, :3] for cell in truth]), cells([cell[:, :3] for cell in found])
    assert points.chamfer(*bare) == pytest.approx(np.mean(linear), rel=1e-12)
    assert points.chamfer(*bare, squared=True) == pytest.approx(np.mean(square), rel=1e-12)
    assert points.fscore_3d(*bare, tau=0.2) == pytest.approx(np.mean(scores), rel=1e-12)
    assert points.normal_consistency(truth, found) == pytest.approx(np.mean(normals), rel=1e-12)


def test_a_hundred_thousand_copies_of_one_point_cost_no_time() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(1, 20_000, 3))
    start = time.process_time()
    points.chamfer(truth, np.ones((1, 100_000, 3)))
    assert time.process_time() - start < 3.0


@pytest.mark.parametrize("metric", [points.chamfer, lambda a, b: points.fscore_3d(a, b, tau=1.0)])
def test_clouds_that_are_none_are_named(metric: Any) -> None:
    cloud = np.ones((1, 5, 3))
    for wrong, expected in (
        (np.zeros((0, 3)), "predictions, row 0: expected at least one point"),
        (np.ones((5, 2)), "predictions, row 0: expected k x 3 numbers"),
        (np.full((5, 3), math.nan), "predictions, row 0: expected finite numbers"),
        (np.full((5, 3), 1e300), "predictions, row 0: expected finite numbers"),
    ):
        with pytest.raises(MetricError, match=expected):
            metric(cloud, cells([wrong]))


def test_a_normal_of_no_length_is_refused() -> None:
    flat = np.ones((1, 4, 6))
    hollow = flat.copy()
    hollow[0, 2, 3:] = 0.0
    with pytest.raises(MetricError, match="predictions, row 0: expected normals of a length other than 0"):
        points.normal_consistency(flat, hollow)


def test_two_empty_grids_are_alike() -> None:
    empty, full = np.zeros((1, 2, 2, 2), dtype=int), np.ones((1, 2, 2, 2), dtype=int)
    assert [points.voxel_iou(a, b) for a in (empty, full) for b in (empty, full)] == [1.0, 0.0, 0.0, 1.0]
    with pytest.raises(MetricError, match="predictions, row 0: expected a mask of 0 and 1, found 2"):
        points.voxel_iou(full, full * 2)
