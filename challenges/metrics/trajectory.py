"""Paths of a camera or robot: how far the places are off once the two paths are laid on each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import same_rows
from challenges.metrics.shapes import array_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]


def trajectory_error(truth: NDArray[Any], predictions: NDArray[Any], *, scaled: bool = False) -> float:
    """Return the absolute trajectory error after the best alignment, mean over the sequences.

    Parameters
    ----------
    truth, predictions : (n,) of (k, 3) places in m at the same k times, k at least 3.
    scaled : align by a scale too, for one camera alone; else by rotation and translation.

    Returns
    -------
    float, 0 (best) and up, in m: the root of the mean squared distance of one sequence, mean over the sequences.

    Raises
    ------
    MetricError
        Other shapes, fewer than three places, numbers that are not finite.

    Edge cases
    ----------
    Mirroring is no alignment. A path that never moves cannot be scaled: it lies at the middle of the true path.

    Source
    ------
    Sturm et al. 2012 (TUM RGB-D, ATE); alignment by Umeyama 1991.

    Examples
    --------
    >>> path = np.array([[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 2.0, 0.0], [1.0, 2.0, 3.0]])
    >>> turned = path[:, [1, 2, 0]] + 5.0
    >>> round(trajectory_error(path[None], turned[None]), 9)
    0.0
    >>> round(trajectory_error(path[None], 2 * turned[None], scaled=True), 9)
    0.0
    """
    return float(aligned_errors(truth, predictions, scaled=scaled).mean())


def aligned_errors(truth: NDArray[Any], predictions: NDArray[Any], *, scaled: bool = False) -> Floats:
    """Return (n,) absolute trajectory errors in m."""
    same_rows(truth, predictions)
    errors = np.empty(len(truth))
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        expected = array_of(cell, f"truth, row {row}", (-1, 3))
        if len(expected) < 3:
            raise MetricError(f"truth, row {row}: expected at least three places, found {len(expected)}")
        errors[row] = _error(expected, array_of(answer, f"predictions, row {row}", (len(expected), 3)), scaled)
    return errors


def _error(expected: Floats, found: Floats, scaled: bool) -> float:
    expected, found = expected - expected.mean(axis=0), found - found.mean(axis=0)
    left, sizes, right = np.linalg.svd(expected.T @ found)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(left) * np.linalg.det(right))])
    rotation = (left * signs) @ right
    spread = (found**2).sum()
    scale = (sizes * signs).sum() / spread if scaled and spread > 0 else 1.0
    return float(np.sqrt(((expected - scale * found @ rotation.T) ** 2).sum(axis=1).mean()))
