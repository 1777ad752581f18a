"""Depth maps. A row is one image; every metric is the mean over its pixels with known depth, then over the images.

Depths in metres, both sides of one shape. The truth is 0 where it is not known; the predictions are above 0 everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import same_rows
from challenges.metrics.shapes import LARGEST
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]

CLOSE_RATIO = 1.25


def abs_rel(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> float:
    """Return the mean error of the depth relative to the true depth.

    Parameters
    ----------
    truth : (n, h, w), or (n,) of (h, w): depths in m, 0 where it is not known.
    predictions : the same shapes, above 0.
    furthest_m : if given, pixels with a greater true depth do not count.
    aligned : scale the predictions of each image by the ratio of the medians first, for cameras without a scale.

    Returns
    -------
    float, 0 (best) and up; mean over the pixels of an image, then over the images.

    Raises
    ------
    MetricError
        Other shapes, numbers that are not finite, a depth below 0 or, in the predictions, of 0; an image in which no
        pixel counts.

    Source
    ------
    Eigen et al. 2014; median scaling by Zhou et al. 2017.

    Examples
    --------
    >>> abs_rel(np.array([[[1.0, 2.0, 0.0]]]), np.array([[[1.5, 2.0, 9.0]]]))
    0.25
    """
    return float(relative_errors(truth, predictions, furthest_m=furthest_m, aligned=aligned).mean())


def depth_rmse(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> float:
    """Return the root of the mean squared error of the depth, mean over the images.

    Parameters
    ----------
    truth, predictions, furthest_m, aligned : as for `abs_rel`.

    Returns
    -------
    float, 0 (best) and up, in m.

    Raises
    ------
    MetricError
        As `abs_rel`.

    Source
    ------
    Eigen et al. 2014.

    Examples
    --------
    >>> depth_rmse(np.array([[[1.0, 2.0, 0.0]]]), np.array([[[4.0, 6.0, 9.0]]]))
    3.5355339059327378
    """
    return float(root_errors(truth, predictions, furthest_m=furthest_m, aligned=aligned).mean())


def delta1(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> float:
    """Return the share of pixels whose depth is off by a factor of less than 1.25, mean over the images.

    Parameters
    ----------
    truth, predictions, furthest_m, aligned : as for `abs_rel`.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        As `abs_rel`.

    Source
    ------
    Ladicky et al. 2014; Eigen et al. 2014.

    Examples
    --------
    >>> delta1(np.array([[[1.0, 2.0, 0.0]]]), np.array([[[1.2, 1.6, 9.0]]]))
    0.5
    """
    return float(close_shares(truth, predictions, furthest_m=furthest_m, aligned=aligned).mean())


def relative_errors(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> Floats:
    """Return (n,) mean relative errors."""
    return _by_image(truth, predictions, furthest_m, aligned, lambda a, b: float((np.abs(b - a) / a).mean()))


def root_errors(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> Floats:
    """Return (n,) roots of the mean squared errors in m."""
    return _by_image(truth, predictions, furthest_m, aligned, lambda a, b: float(np.sqrt(((b - a) ** 2).mean())))


def close_shares(
    truth: NDArray[Any], predictions: NDArray[Any], *, furthest_m: float | None = None, aligned: bool = False
) -> Floats:
    """Return (n,) shares of pixels within a factor of 1.25."""
    return _by_image(
        truth, predictions, furthest_m, aligned, lambda a, b: float((np.maximum(a / b, b / a) < CLOSE_RATIO).mean())
    )


def _by_image(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    furthest_m: float | None,
    aligned: bool,
    measure: Callable[[Floats, Floats], float],
) -> Floats:
    if furthest_m is not None and not furthest_m > 0:
        raise MetricError(f"furthest_m: expected more than 0, found {furthest_m}")
    same_rows(truth, predictions)
    values = np.empty(len(truth))
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        expected, found = _map(cell, "truth", row), _map(answer, "predictions", row)
        if found.shape != expected.shape:
            raise MetricError(f"predictions, row {row}: expected shape {expected.shape}, found {found.shape}")
        known = expected > 0 if furthest_m is None else (expected > 0) & (expected <= furthest_m)
        if not known.any():
            raise MetricError(f"truth, row {row}: expected a pixel with a depth that counts")
        a, b = expected[known], found[known]
        values[row] = measure(a, b * (np.median(a) / np.median(b)) if aligned else b)
    return values


def _map(cell: Any, side: str, row: int) -> Floats:
    depths = np.asarray(cell)
    if depths.dtype.kind not in "fiu" or depths.ndim == 0 or depths.size == 0:
        raise MetricError(f"{side}, row {row}: expected a map of depths, found {depths.dtype} of shape {depths.shape}")
    depths = depths.astype(np.float64)
    least = 0.0 if side == "truth" else 1.0 / LARGEST
    wrong = ~((depths >= least) & (depths <= LARGEST))
    if wrong.any():
        expected = "0 or more" if side == "truth" else "more than 0"
        raise MetricError(f"{side}, row {row}: expected finite depths, {expected}, found {depths[wrong][0]}")
    return depths
