"""Lines on a road: a lane is found or not. A row is one image: x of each lane at fixed heights.

Arrays (lanes, heights), x in px, negative at a height where the lane is not (TuSimple writes -2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.assignment import heaviest
from challenges.metrics.maps import same_rows
from challenges.metrics.shapes import above_zero, array_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]


def lane_f1(
    truth: NDArray[Any], predictions: NDArray[Any], *, tolerance_px: float = 20.0, share: float = 0.85
) -> float:
    """Return the F1 of lanes: one is found when most of its points lie near those of one predicted lane.

    Parameters
    ----------
    truth, predictions : (n,) of (lanes, heights) x in px, negative where the lane is not; (0, heights) for none.
    tolerance_px : how far a point may be off, sideways.
    share : least share of the points of the true lane that are near; 20 px and 0.85 are TuSimple's.

    Returns
    -------
    float, 0 to 1 (best): twice the found lanes by the lanes of both sides, all images pooled.

    Raises
    ------
    MetricError
        Other shapes, numbers that are not finite, a true lane without a point, no lane in the truth.

    Edge cases
    ----------
    A predicted lane stands for one true lane at most, chosen so that most points are near. Its points at heights where
    the true lane is not do not count.

    Source
    ------
    Rule of the TuSimple benchmark, with two changes: one to one, and tolerance along the row whatever the slope.

    Examples
    --------
    >>> truth = np.array([[[10.0, 12.0, 14.0, -2.0], [50.0, 50.0, 50.0, 50.0]]])
    >>> found = np.array([[[11.0, 12.0, 13.0, 90.0], [80.0, 80.0, 80.0, 80.0]]])
    >>> lane_f1(truth, found, tolerance_px=4.0)
    0.5
    """
    value = float(f1(lane_sums(truth, predictions, tolerance_px=tolerance_px, share=share).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one lane")
    return value


def lane_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, tolerance_px: float = 20.0, share: float = 0.85
) -> Floats:
    """Return (n, 3): found lanes, true lanes, predicted lanes."""
    above_zero("tolerance_px", tolerance_px)
    if not 0 < share <= 1:
        raise MetricError(f"share: expected more than 0 and at most 1, found {share}")
    same_rows(truth, predictions)
    sums = np.empty((len(truth), 3))
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        expected = array_of(cell, f"truth, row {row}", (-1, -1))
        found = array_of(answer, f"predictions, row {row}", (-1, expected.shape[1]))
        if not (expected >= 0).any(axis=1).all():
            raise MetricError(f"truth, row {row}: expected a point at one height at least of each lane")
        sums[row] = _found(expected, found, tolerance_px, share), len(expected), len(found)
    return sums


def f1(sums: Floats) -> Floats:
    """Return twice the found by the lanes of both sides; NaN where the truth has none."""
    found, expected, called = np.moveaxis(sums, -1, 0)
    return np.asarray(np.where(expected > 0, 2 * found / np.maximum(expected + called, 1), np.nan))


def _found(expected: Floats, found: Floats, tolerance_px: float, share: float) -> int:
    if len(expected) == 0 or len(found) == 0:
        return 0
    there = expected >= 0
    close = np.abs(found - expected[:, None]) <= tolerance_px
    near = (close & there[:, None] & (found >= 0)).sum(axis=2)
    lanes, guesses = np.nonzero(near >= share * there.sum(axis=1)[:, None] - 1e-9)
    return len(heaviest(lanes, guesses, near[lanes, guesses].astype(np.float64)))
