"""Where a rigid thing stands: poses of objects in space, corners of planes in pictures. A row is one object or picture.

A pose is (3, 4): rotation and, in the last column, translation in metres, from the model's frame to the camera's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import same_rows
from challenges.metrics.shapes import above_zero, array_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]

SQUARENESS = 1e-3
"""A matrix of rounded numbers is a rotation, one that shrinks or mirrors the model is none."""


def add(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean distance of the model's points from where they should be, mean over the rows.

    Parameters
    ----------
    truth : (n,) of {pose (3, 4), points_m (k, 3)}.
    predictions : (n,) of (3, 4) poses.

    Returns
    -------
    float, 0 (best) and up, in metres.

    Raises
    ------
    MetricError
        Other shapes, numbers that are not finite, a matrix that is no rotation.

    Source
    ------
    Hinterstoisser et al. 2012; bop_toolkit, pose_error.add.

    Examples
    --------
    >>> truth = np.empty(1, dtype=object)
    >>> truth[0] = {"pose": np.eye(3, 4), "points_m": np.array([[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0]])}
    >>> found = np.array([[[-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.3]]])
    >>> round(add(truth, found), 6), round(add_s(truth, found), 6)
    (0.360555, 0.3)
    """
    return float(point_distances(truth, predictions).mean())


def add_s(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean distance of the model's true points from the nearest predicted one: for symmetric things.

    Parameters
    ----------
    truth, predictions : as for `add`.

    Returns
    -------
    float, 0 (best) and up, in metres; mean over the rows.

    Raises
    ------
    MetricError
        As `add`.

    Source
    ------
    Hinterstoisser et al. 2012; bop_toolkit, pose_error.adi.

    Examples
    --------
    >>> truth = np.empty(1, dtype=object)
    >>> truth[0] = {"pose": np.eye(3, 4), "points_m": np.array([[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0]])}
    >>> add_s(truth, np.array([[[-1.0, 0.0, 0.0, 0.0], [0.0, -1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]]))
    0.0
    """
    return float(nearest_distances(truth, predictions).mean())


def add_auc(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    limit_m: float = 0.1,
    share_of_diameter: float | None = None,
    symmetric: bool = False,
) -> float:
    """Return the area under the share of poses within a distance, for distances from 0 to a limit.

    Parameters
    ----------
    truth : (n,) of {pose (3, 4), points_m (k, 3), diameter_m}; the diameter only where it makes the limit.
    predictions : (n,) of (3, 4) poses.
    limit_m : the limit in metres.
    share_of_diameter : if given, the limit of each row is this share of its diameter instead.
    symmetric : measure with `add_s` instead of `add`.

    Returns
    -------
    float, 0 to 1 (best): the mean of 1 - distance / limit, 0 beyond the limit, which is that area exactly.

    Raises
    ------
    MetricError
        As `add`; a limit or diameter not above 0.

    Source
    ------
    Xiang et al. 2018 (PoseCNN), limit 0.1 m.

    Examples
    --------
    >>> truth = np.empty(1, dtype=object)
    >>> truth[0] = {"pose": np.eye(3, 4), "points_m": np.array([[0.1, 0.0, 0.0], [-0.1, 0.0, 0.0]]), "diameter_m": 0.2}
    >>> found = np.eye(3, 4)[None] + [[[0, 0, 0, 0.0], [0, 0, 0, 0.0], [0, 0, 0, 0.025]]]
    >>> add_auc(truth, found), add_auc(truth, found, share_of_diameter=0.25)
    (0.75, 0.5)
    """
    scores = areas_within(truth, predictions, limit_m=limit_m, share_of_diameter=share_of_diameter, symmetric=symmetric)
    return float(scores.mean())


def corner_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean distance of four corners from where they should be, mean over the rows.

    Parameters
    ----------
    truth, predictions : (n, 4, 2) corners x, y in px, in one order; for a homography, the corners of the picture mapped
        by it.

    Returns
    -------
    float, 0 (best) and up, in px.

    Raises
    ------
    MetricError
        Other shapes, numbers that are not finite.

    Source
    ------
    DeTone et al. 2016.

    Examples
    --------
    >>> square = np.array([[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]])
    >>> corner_error(square, square + [3.0, 4.0])
    5.0
    """
    return float(corner_distances(truth, predictions).mean())


def corner_auc(truth: NDArray[Any], predictions: NDArray[Any], *, limit_px: float) -> float:
    """Return the area under the share of pictures within a mean distance of the corners, from 0 to a limit.

    Parameters
    ----------
    truth, predictions : as for `corner_error`.
    limit_px : the limit.

    Returns
    -------
    float, 0 to 1 (best): the mean of 1 - distance / limit, 0 beyond the limit, which is that area exactly.

    Raises
    ------
    MetricError
        As `corner_error`; a limit not above 0.

    Source
    ------
    Sarlin et al. 2020 (SuperGlue), there from a histogram.

    Examples
    --------
    >>> square = np.array([[[0.0, 0.0], [9.0, 0.0], [9.0, 9.0], [0.0, 9.0]]])
    >>> corner_auc(square, square + [3.0, 4.0], limit_px=20.0)
    0.75
    """
    return float(corner_areas(truth, predictions, limit_px=limit_px).mean())


def point_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) mean distances of the points in metres."""
    return np.array([_add(pair) for pair in _pairs(truth, predictions)])


def nearest_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) mean distances of the true points from the nearest predicted ones in metres."""
    return np.array([_add_s(pair) for pair in _pairs(truth, predictions)])


def areas_within(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    limit_m: float = 0.1,
    share_of_diameter: float | None = None,
    symmetric: bool = False,
) -> Floats:
    """Return (n,) 1 - distance / limit, 0 beyond the limit."""
    above_zero("limit_m", limit_m)
    limits = np.full(len(truth), limit_m)
    pairs = _pairs(truth, predictions)
    if share_of_diameter is not None:
        above_zero("share_of_diameter", share_of_diameter)
        limits = np.array([share_of_diameter * _diameter(cell, row) for row, cell in enumerate(truth)])
    distances = np.array([_add_s(pair) if symmetric else _add(pair) for pair in pairs])
    return np.asarray(np.maximum(0.0, 1.0 - distances / limits))


def corner_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) mean distances of the four corners in px."""
    same_rows(truth, predictions)
    expected, found = (
        np.stack([array_of(cell, f"{side}, row {row}", (4, 2)) for row, cell in enumerate(cells)])
        for side, cells in (("truth", truth), ("predictions", predictions))
    )
    return np.asarray(np.hypot(*np.moveaxis(found - expected, -1, 0)).mean(axis=1))


def corner_areas(truth: NDArray[Any], predictions: NDArray[Any], *, limit_px: float) -> Floats:
    """Return (n,) 1 - distance / limit, 0 beyond the limit."""
    above_zero("limit_px", limit_px)
    return np.asarray(np.maximum(0.0, 1.0 - corner_distances(truth, predictions) / limit_px))


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """The points of the model in the true and in the predicted pose."""

    expected: Floats
    found: Floats


def _pairs(truth: NDArray[Any], predictions: NDArray[Any]) -> list[_Pair]:
    same_rows(truth, predictions)
    pairs = []
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        if not isinstance(cell, dict) or not {"pose", "points_m"} <= set(cell) <= {"pose", "points_m", "diameter_m"}:
            raise MetricError(f"truth, row {row}: expected pose, points_m and perhaps diameter_m")
        points = array_of(cell["points_m"], f"truth, row {row}, points_m", (-1, 3))
        if len(points) == 0:
            raise MetricError(f"truth, row {row}, points_m: expected at least one point")
        if "diameter_m" in cell:
            _diameter(cell, row)
        expected, found = _pose(cell["pose"], f"truth, row {row}, pose"), _pose(answer, f"predictions, row {row}")
        pairs.append(
            _Pair(expected=points @ expected[:, :3].T + expected[:, 3], found=points @ found[:, :3].T + found[:, 3])
        )
    return pairs


def _pose(values: Any, where: str) -> Floats:
    pose = array_of(values, where, (3, 4))
    rotation = pose[:, :3]
    with np.errstate(over="ignore"):
        square = np.abs(rotation @ rotation.T - np.eye(3)).max() <= SQUARENESS
    if not square or np.linalg.det(rotation) < 0:
        raise MetricError(f"{where}: expected a rotation in the first three columns, found {rotation.tolist()}")
    return pose


def _diameter(cell: dict[str, Any], row: int) -> float:
    if "diameter_m" not in cell:
        raise MetricError(f"truth, row {row}: expected diameter_m, which makes the limit")
    diameter = float(array_of(cell["diameter_m"], f"truth, row {row}, diameter_m", ()))
    if diameter <= 0:
        raise MetricError(f"truth, row {row}: expected a diameter_m above 0, found {diameter}")
    return diameter


def _add(pair: _Pair) -> float:
    return float(np.sqrt(((pair.found - pair.expected) ** 2).sum(axis=1)).mean())


def _add_s(pair: _Pair) -> float:
    from scipy.spatial import KDTree

    return float(np.mean(KDTree(pair.found).query(pair.expected)[0]))
