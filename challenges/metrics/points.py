"""Shapes in space: clouds of points sampled from surfaces, and grids of voxels. A row is one shape.

Neighbours are found in a tree, so that a hundred thousand points take no longer than a second. Points that are written
several times are one point of the tree: neither the answer nor the time can be changed by repeating them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import same_rows
from challenges.metrics.segmentation import mask_overlaps
from challenges.metrics.shapes import above_zero, array_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def chamfer(truth: NDArray[Any], predictions: NDArray[Any], *, squared: bool = False) -> float:
    """Return how far two surfaces are apart, by the distance of each point from the nearest of the other side.

    Parameters
    ----------
    truth, predictions : (n,) of (k, 3) points in one unit; k may differ.
    squared : the sum of the mean squared distances of both directions; else half the sum of the mean distances.

    Returns
    -------
    float, 0 (best) and up, in the unit of the points (squared, in its square); mean over the rows.

    Raises
    ------
    MetricError
        Other shapes, no points, numbers that are not finite.

    Source
    ------
    Mescheder et al. 2019 (Chamfer-L1); squared, Fan et al. 2017 and pytorch3d.loss.chamfer_distance.

    Examples
    --------
    >>> truth, found = np.array([[[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]]), np.array([[[0.0, 3.0, 0.0]]])
    >>> chamfer(truth, found), chamfer(truth, found, squared=True)
    (3.5, 26.0)
    """
    return float(chamfer_distances(truth, predictions, squared=squared).mean())


def fscore_3d(truth: NDArray[Any], predictions: NDArray[Any], *, tau: float) -> float:
    """Return the F-score of points that have a point of the other side nearer than tau.

    Parameters
    ----------
    truth, predictions : (n,) of (k, 3) points in one unit; k may differ.
    tau : the distance, in the unit of the points.

    Returns
    -------
    float, 0 to 1 (best); mean over the rows. Precision is the share of predicted points near a true one, recall the
        reverse.

    Raises
    ------
    MetricError
        Other shapes, no points, numbers that are not finite, a tau not above 0.

    Source
    ------
    Knapitsch et al. 2017; Tatarchenko et al. 2019.

    Examples
    --------
    >>> truth, found = np.array([[[0.0, 0.0, 0.0], [4.0, 0.0, 0.0]]]), np.array([[[0.0, 3.0, 0.0]]])
    >>> round(fscore_3d(truth, found, tau=3.5), 6)
    0.666667
    """
    return float(fscores(truth, predictions, tau=tau).mean())


def normal_consistency(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return how well the surfaces of both sides are parallel, each point compared with the nearest of the other side.

    Parameters
    ----------
    truth, predictions : (n,) of (k, 6): point and normal; k may differ. Normals have any length but 0.

    Returns
    -------
    float, 0 to 1 (best): the mean absolute cosine of both directions, then over the rows. Inside out is as good.

    Raises
    ------
    MetricError
        Other shapes, no points, numbers that are not finite, a normal of length 0.

    Edge cases
    ----------
    A point that is written several times with several normals has the first of them, in the order of the normals.

    Source
    ------
    Mescheder et al. 2019.

    Examples
    --------
    >>> truth = np.array([[[0.0, 0.0, 0.0, 0.0, 0.0, 1.0], [9.0, 0.0, 0.0, 0.0, 1.0, 0.0]]])
    >>> found = np.array([[[0.1, 0.0, 0.0, 0.0, 0.0, -2.0], [9.1, 0.0, 0.0, 1.0, 0.0, 0.0]]])
    >>> normal_consistency(truth, found)
    0.5
    """
    return float(consistencies(truth, predictions).mean())


def voxel_iou(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the overlap (intersection by union) of two grids of filled voxels, mean over the rows.

    Parameters
    ----------
    truth, predictions : (n,) grids of 0 and 1, or (n, d, h, w), of one shape.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Shapes that differ, values other than 0 and 1.

    Edge cases
    ----------
    Two empty grids: 1.

    Source
    ------
    Choy et al. 2016.

    Examples
    --------
    >>> voxel_iou(np.array([[[[0, 1], [1, 1]]]]), np.array([[[[0, 0], [1, 1]]]]))
    0.6666666666666666
    """
    return float(mask_overlaps(truth, predictions).mean())


def chamfer_distances(truth: NDArray[Any], predictions: NDArray[Any], *, squared: bool = False) -> Floats:
    """Return (n,) chamfer distances."""

    def measure(near: _Neighbours) -> float:
        if squared:
            return float((near.of_truth**2).mean() + (near.of_found**2).mean())
        return float(near.of_truth.mean() + near.of_found.mean()) / 2

    return _by_row(truth, predictions, 3, measure)


def fscores(truth: NDArray[Any], predictions: NDArray[Any], *, tau: float) -> Floats:
    """Return (n,) F-scores."""
    above_zero("tau", tau)

    def measure(near: _Neighbours) -> float:
        precision, recall = float((near.of_found < tau).mean()), float((near.of_truth < tau).mean())
        return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0

    return _by_row(truth, predictions, 3, measure)


def consistencies(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) mean absolute cosines of the normals."""

    def measure(near: _Neighbours) -> float:
        expected, found = _unit(near.truth[:, 3:]), _unit(near.found[:, 3:])
        there = np.abs((expected * found[near.nearest_to_truth]).sum(axis=1)).mean()
        back = np.abs((found * expected[near.nearest_to_found]).sum(axis=1)).mean()
        return min(1.0, float(there + back) / 2)

    return _by_row(truth, predictions, 6, measure)


@dataclass(frozen=True, kw_only=True)
class _Neighbours:
    truth: Floats
    found: Floats
    of_truth: Floats
    """Distance of each true point from the nearest predicted one."""
    of_found: Floats
    nearest_to_truth: Integers
    """Place of that predicted point."""
    nearest_to_found: Integers


def _by_row(
    truth: NDArray[Any], predictions: NDArray[Any], columns: int, measure: Callable[[_Neighbours], float]
) -> Floats:
    return np.array([measure(near) for near in _neighbours(truth, predictions, columns)])


def _neighbours(truth: NDArray[Any], predictions: NDArray[Any], columns: int) -> Iterator[_Neighbours]:
    same_rows(truth, predictions)
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        expected, found = (
            _cloud(points, f"{side}, row {row}", columns) for points, side in ((cell, "truth"), (answer, "predictions"))
        )
        of_truth, nearest_to_truth = _nearest(expected[:, :3], found)
        of_found, nearest_to_found = _nearest(found[:, :3], expected)
        yield _Neighbours(
            truth=expected,
            found=found,
            of_truth=of_truth,
            of_found=of_found,
            nearest_to_truth=nearest_to_truth,
            nearest_to_found=nearest_to_found,
        )


def _cloud(points: Any, where: str, columns: int) -> Floats:
    cloud = array_of(points, where, (-1, columns))
    if len(cloud) == 0:
        raise MetricError(f"{where}: expected at least one point")
    if columns == 6 and not (np.abs(cloud[:, 3:]) > 0).any(axis=1).all():
        raise MetricError(f"{where}: expected normals of a length other than 0")
    return cloud[np.lexsort(cloud.T[::-1])]


def _nearest(points: Floats, others: Floats) -> tuple[Floats, Integers]:
    """Return the distance of each point from the nearest of the others, and its place."""
    from scipy.spatial import KDTree

    first = np.r_[True, (np.diff(others[:, :3], axis=0) != 0).any(axis=1)]
    distance, place = KDTree(others[first, :3]).query(points)
    return np.asarray(distance), np.flatnonzero(first)[place]


def _unit(vectors: Floats) -> Floats:
    vectors = vectors / np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))
