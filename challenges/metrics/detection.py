"""Boxes in images: average precision and recall as COCO defines them.

A row is one image. Truth: a list of {category_id, bbox [x, y, w, h], iscrowd, area}; predictions: a list of
{category_id, bbox [x, y, w, h], score}. Boxes in pixels, x and y of the upper left corner. An object with iscrowd 1 is
a crowd or a region to be ignored: finding it neither helps nor harms. `iscrowd` (0) and `area` (w * h) may be absent.

    rows ──> one matching of every image ──┬── every row once ───> the metric
                                           └── counts of a draw ─> the metric of a resample, without matching again

What cannot raise a score: a box of NaN or without extent (refused), the same box again (wrong), a class that the truth
lacks (not looked at), a thousand boxes on one image (the hundred best of each class count, and only there).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import Annotations, listed
from challenges.metrics.average_precision import (
    COCO_RECALLS,
    Matches,
    average_precisions,
    mean_of_defined,
    recalls_reached,
)
from challenges.metrics.coco import LARGE, MEDIUM, SMALL, AreaRange, Protocol, Sides, matches, sides, thresholds
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Cells = NDArray[Any]
Counts = NDArray[np.integer]


def coco_map(
    truth: Cells,
    predictions: Cells,
    *,
    least_iou: float = 0.5,
    most_iou: float = 0.95,
    least_px2: float = 0.0,
    most_px2: float = 1e10,
) -> float:
    """Return the mean average precision over the classes and over the overlaps 0.50, 0.55 .. 0.95.

    Parameters
    ----------
    truth : (n,) lists of {category_id, bbox, iscrowd, area}, one list an image.
    predictions : (n,) lists of {category_id, bbox, score}; beyond the 100 best of an image and class none counts.
    least_iou, most_iou : ends of the overlaps, in steps of 0.05.
    least_px2, most_px2 : areas of the objects that count; objects of other sizes neither help nor harm.

    Returns
    -------
    float, 0 to 1 (best). Classes that the truth lacks do not count; crowds neither help nor harm.

    Raises
    ------
    MetricError
        No object in the truth that counts; a box or score that is not finite, or without width or height.

    Edge cases
    ----------
    No detections at all: 0. Detections of one score are taken in the order of the rows and, within a row, of the list.

    Source
    ------
    Lin et al. 2014; pycocotools.cocoeval.COCOeval 2.0.11, stats[0].

    Examples
    --------
    >>> box = {"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0], predictions[0] = [{**box, "iscrowd": 0, "area": 100.0}], [{**box, "score": 0.9}]
    >>> round(coco_map(truth, predictions), 9)
    1.0
    """
    return _one(_map(truth, predictions, _protocol(least_iou, most_iou, least_px2, most_px2)))


def coco_map50(truth: Cells, predictions: Cells) -> float:
    """Return the mean average precision over the classes at an overlap of 0.5.

    Parameters
    ----------
    truth, predictions : as for `coco_map`.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[1].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}]
    >>> predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 6.0], "score": 0.9}]
    >>> round(coco_map50(truth, predictions), 9), round(coco_map75(truth, predictions), 9)
    (1.0, 0.0)
    """
    return _one(_map(truth, predictions, MAP50))


def coco_map75(truth: Cells, predictions: Cells) -> float:
    """Return the mean average precision over the classes at an overlap of 0.75.

    Parameters
    ----------
    truth, predictions : as for `coco_map`.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[2].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}]
    >>> predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 10.0, 8.0], "score": 0.9}]
    >>> round(coco_map75(truth, predictions), 9)
    1.0
    """
    return _one(_map(truth, predictions, MAP75))


def coco_map_small(truth: Cells, predictions: Cells) -> float:
    """Return `coco_map` of the objects of at most 32 x 32 pixels; others neither help nor harm.

    Parameters
    ----------
    truth, predictions : as for `coco_map`; `area` of the truth decides, not the box.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        As `coco_map`; no object of that size.

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[3].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, side, side]} for side in (20.0, 50.0)]
    >>> predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 50.0, 50.0], "score": 0.9}]
    >>> round(coco_map_small(truth, predictions), 9), round(coco_map_medium(truth, predictions), 9)
    (0.0, 1.0)
    """
    return _one(_map(truth, predictions, MAP_SMALL))


def coco_map_medium(truth: Cells, predictions: Cells) -> float:
    """Return `coco_map` of the objects of 32 x 32 to 96 x 96 pixels; others neither help nor harm.

    Parameters
    ----------
    truth, predictions : as for `coco_map_small`.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[4].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 50.0, 50.0]}]
    >>> predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 50.0, 50.0], "score": 0.9}]
    >>> round(coco_map_medium(truth, predictions), 9)
    1.0
    """
    return _one(_map(truth, predictions, MAP_MEDIUM))


def coco_map_large(truth: Cells, predictions: Cells) -> float:
    """Return `coco_map` of the objects of at least 96 x 96 pixels; others neither help nor harm.

    Parameters
    ----------
    truth, predictions : as for `coco_map_small`.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[5].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 100.0, 100.0]}]
    >>> predictions[0] = [{"category_id": 1, "bbox": [0.0, 0.0, 100.0, 100.0], "score": 0.9}]
    >>> round(coco_map_large(truth, predictions), 9)
    1.0
    """
    return _one(_map(truth, predictions, MAP_LARGE))


def coco_ar(truth: Cells, predictions: Cells, *, maxdets: int = 100) -> float:
    """Return the mean share of objects found by the best detections, over classes and overlaps 0.50 .. 0.95.

    Parameters
    ----------
    truth, predictions : as for `coco_map`.
    maxdets : how many detections of an image and class count, the best ones.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        As `coco_map`; `maxdets` below 1.

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11, stats[6], [7] and [8] for 1, 10 and 100.

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [x, 0.0, 9.0, 9.0]} for x in (0.0, 20.0)]
    >>> predictions[0] = [{**box, "score": 0.5} for box in truth[0]]
    >>> coco_ar(truth, predictions, maxdets=1), coco_ar(truth, predictions)
    (0.5, 1.0)
    """
    return _one(coco_ar_resampled(truth, predictions, _once(truth), maxdets=maxdets))


def coco_map_resampled(
    truth: Cells,
    predictions: Cells,
    counts: Counts,
    *,
    least_iou: float = 0.5,
    most_iou: float = 0.95,
    least_px2: float = 0.0,
    most_px2: float = 1e10,
) -> Floats:
    """Return (m,) values of `coco_map`, one for each row of (m, n) counts."""
    return _map(truth, predictions, _protocol(least_iou, most_iou, least_px2, most_px2), counts)


def coco_map50_resampled(truth: Cells, predictions: Cells, counts: Counts) -> Floats:
    """Return (m,) values of `coco_map50`, one for each row of (m, n) counts."""
    return _map(truth, predictions, MAP50, counts)


def coco_map75_resampled(truth: Cells, predictions: Cells, counts: Counts) -> Floats:
    """Return (m,) values of `coco_map75`, one for each row of (m, n) counts."""
    return _map(truth, predictions, MAP75, counts)


def coco_map_small_resampled(truth: Cells, predictions: Cells, counts: Counts) -> Floats:
    """Return (m,) values of `coco_map_small`, one for each row of (m, n) counts."""
    return _map(truth, predictions, MAP_SMALL, counts)


def coco_map_medium_resampled(truth: Cells, predictions: Cells, counts: Counts) -> Floats:
    """Return (m,) values of `coco_map_medium`, one for each row of (m, n) counts."""
    return _map(truth, predictions, MAP_MEDIUM, counts)


def coco_map_large_resampled(truth: Cells, predictions: Cells, counts: Counts) -> Floats:
    """Return (m,) values of `coco_map_large`, one for each row of (m, n) counts."""
    return _map(truth, predictions, MAP_LARGE, counts)


def coco_ar_resampled(truth: Cells, predictions: Cells, counts: Counts, *, maxdets: int = 100) -> Floats:
    """Return (m,) values of `coco_ar`, one for each row of (m, n) counts."""
    if maxdets < 1:
        raise MetricError(f"maxdets: expected 1 or more, found {maxdets}")
    found = _matches(truth, predictions, Protocol(thresholds=thresholds(0.5, 0.95), at_most=maxdets))
    return mean_of_defined(recalls_reached(found, counts))


MAP50, MAP75 = Protocol(thresholds=thresholds(0.5, 0.5)), Protocol(thresholds=thresholds(0.75, 0.75))
MAP_SMALL, MAP_MEDIUM, MAP_LARGE = (
    Protocol(thresholds=thresholds(0.5, 0.95), areas=areas) for areas in (SMALL, MEDIUM, LARGE)
)


def _protocol(least_iou: float, most_iou: float, least_px2: float, most_px2: float) -> Protocol:
    return Protocol(thresholds=thresholds(least_iou, most_iou), areas=AreaRange(least_px2=least_px2, most_px2=most_px2))


def _once(truth: Cells) -> Counts:
    return np.ones((1, len(truth)), dtype=np.int64)


def _one(values: Floats) -> float:
    return float(values[0])


def _map(truth: Cells, predictions: Cells, protocol: Protocol, counts: Counts | None = None) -> Floats:
    found = _matches(truth, predictions, protocol)
    return mean_of_defined(average_precisions(found, _once(truth) if counts is None else counts, COCO_RECALLS))


def _matches(truth: Cells, predictions: Cells, protocol: Protocol) -> Matches:
    both, boxes, objects = read_boxes(truth, predictions)

    def overlap(found: Integers, expected: Integers) -> Floats:
        return overlaps(boxes[found], objects[expected], crowd=both.crowd[expected])

    return matches(both, overlap, protocol)


def read_boxes(truth: Cells, predictions: Cells) -> tuple[Sides, Floats, Floats]:
    """Return both sides, (d, 4) boxes of the predictions and (g, 4) boxes of the truth."""
    expected, found = listed(
        truth,
        predictions,
        truth_fields=("category_id", "bbox"),
        found_fields=("category_id", "bbox", "score"),
    )
    objects, boxes = _boxes(expected), _boxes(found)
    area = expected.areas(objects[:, 2] * objects[:, 3])
    return sides(expected, found, truth_area=area, found_area=boxes[:, 2] * boxes[:, 3]), boxes, objects


def _boxes(annotations: Annotations) -> Floats:
    boxes = annotations.vectors("bbox", 4)
    annotations.refuse(np.any(boxes[:, 2:] <= 0, axis=1), "bbox", "[x, y, w, h] with a width and a height above 0")
    return boxes


def overlaps(boxes: Floats, objects: Floats, *, crowd: NDArray[np.bool_] | None = None) -> Floats:
    """Return (p,) overlaps of (p, 4) boxes [x, y, w, h]: intersection by union; with a crowd, by the detection."""
    shared = _shared(boxes, objects, 0) * _shared(boxes, objects, 1)
    own = boxes[:, 2] * boxes[:, 3]
    union = own + objects[:, 2] * objects[:, 3] - shared
    return np.asarray(shared / (union if crowd is None else np.where(crowd, own, union)))


def _shared(boxes: Floats, objects: Floats, side: int) -> Floats:
    """Return (p,) lengths that the pairs share along x (0) or y (1)."""
    start, other = boxes[:, side], objects[:, side]
    end = np.minimum(start + boxes[:, side + 2], other + objects[:, side + 2])
    return np.asarray(np.maximum(end - np.maximum(start, other), 0.0))
