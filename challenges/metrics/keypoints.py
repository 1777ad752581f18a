"""Keypoints of figures: COCO's average precision with the likeness of keypoints, and the share of right points.

For `oks_map` a row is one image. Truth: a list of {keypoints [x, y, v, x, y, v, ...], bbox [x, y, w, h], area,
iscrowd}; predictions: a list of {keypoints, score}, whose v is not looked at. v is 0 for a point that is not labelled.
For `pck` a row is one figure.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import Annotations, listed
from challenges.metrics.average_precision import Matches, average_precisions, mean_of_defined
from challenges.metrics.coco import Protocol, matches, sides, thresholds
from challenges.metrics.maps import same_rows
from challenges.metrics.shapes import above_zero, array_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

COCO_SIGMAS = np.array(
    [26, 25, 25, 35, 35, 79, 79, 72, 72, 62, 62, 107, 107, 87, 87, 89, 89], dtype=np.float64
) / 1000  # fmt: skip
"""How far annotators of COCO differ, relative to the size of a person: nose, eyes, ears, shoulders .. ankles."""

BEST_FIGURES = 20
"""Of one image and class; further ones do not count."""


def oks_map(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    sigma: float | None = None,
    least_oks: float = 0.5,
    most_oks: float = 0.95,
) -> float:
    """Return the mean average precision of figures over the likenesses of keypoints (OKS) 0.50, 0.55 .. 0.95.

    Parameters
    ----------
    truth : (n,) lists of {keypoints, bbox, area, iscrowd, category_id}, one list an image; a figure without a labelled
        point is ignored like a crowd. `area` is the squared scale in px2 (the box, if left out), `category_id` 1.
    predictions : (n,) lists of {keypoints, score, category_id}; beyond the 20 best of an image none counts.
    sigma : tolerance of every point, relative to the scale; None for COCO's of the 17 points of a person.
    least_oks, most_oks : ends of the likenesses, in steps of 0.05.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        No figure in the truth; figures with another number of points; 17 points missing where `sigma` is.

    Edge cases
    ----------
    As `coco_map`.

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11 with "keypoints", stats[0].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"keypoints": [3.0, 4.0, 2] * 17, "bbox": [0.0, 0.0, 9.0, 9.0], "area": 40.0}]
    >>> predictions[0] = [{"keypoints": [3.0, 4.0, 1] * 17, "score": 0.5}]
    >>> round(oks_map(truth, predictions), 9)
    1.0
    """
    once = np.ones((1, len(truth)), dtype=np.int64)
    return float(oks_map_resampled(truth, predictions, once, sigma=sigma, least_oks=least_oks, most_oks=most_oks)[0])


def pck(truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.2) -> float:
    """Return the share of keypoints that lie within a share of the figure's scale of where they should.

    Parameters
    ----------
    truth : (n,) of {points (k, 3) x, y, v in px, scale_px}: points with v = 0 do not count; the scale is what the
        challenge names, such as the torso, the head or the longer side of the box.
    predictions : (n,) of (k, 2) x, y in px.
    alpha : the share of the scale.

    Returns
    -------
    float, 0 to 1 (best); the points of all figures are pooled.

    Raises
    ------
    MetricError
        Other shapes, numbers that are not finite, a scale or an alpha not above 0, no point that counts.

    Source
    ------
    Yang and Ramanan 2013: within alpha times the scale, the boundary included.

    Examples
    --------
    >>> truth = np.empty(1, dtype=object)
    >>> truth[0] = {"points": np.array([[0.0, 0.0, 2.0], [9.0, 0.0, 1.0], [5.0, 5.0, 0.0]]), "scale_px": 10.0}
    >>> pck(truth, np.array([[[0.0, 2.0], [9.0, 3.0], [50.0, 50.0]]]))
    0.5
    """
    value = float(share(point_sums(truth, predictions, alpha=alpha).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one keypoint with v above 0")
    return value


def oks_map_resampled(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    counts: NDArray[np.integer],
    *,
    sigma: float | None = None,
    least_oks: float = 0.5,
    most_oks: float = 0.95,
) -> Floats:
    """Return (m,) values of `oks_map`, one for each row of (m, n) counts."""
    protocol = Protocol(thresholds=thresholds(least_oks, most_oks), at_most=BEST_FIGURES)
    return mean_of_defined(average_precisions(_matches(truth, predictions, protocol, sigma), counts))


def point_sums(truth: NDArray[Any], predictions: NDArray[Any], *, alpha: float = 0.2) -> Floats:
    """Return (n, 2): keypoints that are right, keypoints that count."""
    above_zero("alpha", alpha)
    same_rows(truth, predictions)
    sums = np.empty((len(truth), 2))
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        if not isinstance(cell, dict) or set(cell) != {"points", "scale_px"}:
            raise MetricError(f"truth, row {row}: expected points and scale_px")
        points = array_of(cell["points"], f"truth, row {row}, points", (-1, 3))
        scale = array_of(cell["scale_px"], f"truth, row {row}, scale_px", ())
        if scale <= 0:
            raise MetricError(f"truth, row {row}: expected a scale_px above 0, found {scale}")
        found = array_of(answer, f"predictions, row {row}", (len(points), 2))
        labelled = points[:, 2] > 0
        apart = np.hypot(*(found - points[:, :2])[labelled].T)
        sums[row] = (apart <= alpha * scale).sum(), labelled.sum()
    return sums


def share(sums: Floats) -> Floats:
    """Return the first sum by the second; NaN where that is 0."""
    return np.asarray(np.where(sums[..., 1] > 0, sums[..., 0] / np.maximum(sums[..., 1], 1), np.nan))


def _matches(truth: NDArray[Any], predictions: NDArray[Any], protocol: Protocol, sigma: float | None) -> Matches:
    expected, found = listed(
        truth, predictions, truth_fields=("keypoints", "bbox"), found_fields=("keypoints", "score")
    )
    sigmas = _sigmas(expected, sigma)
    objects = expected.vectors("keypoints", 3 * len(sigmas)).reshape(-1, len(sigmas), 3)
    figures = found.vectors("keypoints", 3 * len(sigmas)).reshape(-1, len(sigmas), 3)
    boxes = expected.vectors("bbox", 4)
    expected.refuse(np.any(boxes[:, 2:] < 0, axis=1), "bbox", "[x, y, w, h] with a width and a height, 0 or more")
    labelled = objects[..., 2] > 0
    blind = ~np.any(labelled, axis=1, keepdims=True)[:, 0]
    area = expected.areas(boxes[:, 2] * boxes[:, 3])
    both = sides(
        expected,
        found,
        truth_area=area,
        found_area=np.prod(np.ptp(figures[..., :2], axis=1), axis=-1) if len(figures) else np.zeros(0),
        category=1,
        nothing_to_find=blind,
    )

    def likeness(found_place: Integers, truth_place: Integers) -> Floats:
        apart = _apart(figures[found_place, :, :2], objects[truth_place], boxes[truth_place])
        spread = (2 * sigmas) ** 2 * (area[truth_place] + np.spacing(1))[:, None] * 2
        alike = np.exp(-apart / spread)
        counts = labelled[truth_place] | blind[truth_place, None]
        return np.asarray((alike * counts).sum(axis=1) / counts.sum(axis=1))

    return matches(both, likeness, protocol)


def _apart(found: Floats, expected: Floats, boxes: Floats) -> Floats:
    """Return (p, k) squared distances; of a figure without a labelled point, those to its box and as much around."""
    apart = found - expected[..., :2]
    blind = ~(expected[..., 2] > 0).any(axis=1)
    start, size = boxes[blind, None, :2], boxes[blind, None, 2:]
    apart[blind] = np.maximum(start - size - found[blind], 0) + np.maximum(found[blind] - start - 2 * size, 0)
    return np.asarray((apart**2).sum(axis=-1))


def _sigmas(expected: Annotations, sigma: float | None) -> Floats:
    if sigma is None:
        return COCO_SIGMAS
    above_zero("sigma", sigma)
    first = expected.columns["keypoints"][:1]
    points = len(first[0]) // 3 if first and isinstance(first[0], list | tuple | np.ndarray) else 1
    return np.full(max(points, 1), float(sigma))
