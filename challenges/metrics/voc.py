"""Boxes in images: average precision as PASCAL VOC defines it. Cells as in `detection`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.average_precision import Matches, average_precisions, mean_of_defined
from challenges.metrics.detection import overlaps, read_boxes
from challenges.metrics.matching import pairs_within, turn_within
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Cells = NDArray[Any]

ELEVEN_RECALLS = np.linspace(0.0, 1.0, 11)


def voc_ap(truth: Cells, predictions: Cells, *, iou: float = 0.5, eleven_points: bool = False) -> float:
    """Return the mean average precision over the classes as PASCAL VOC defines it.

    Other than in COCO, a detection looks only at the object of its class that it overlaps most: if another detection
    had it first, this one is wrong, even where it overlaps a second object enough.

    Parameters
    ----------
    truth : (n,) lists of {category_id, bbox, iscrowd}; iscrowd 1 marks what VOC calls difficult: not counted.
    predictions : (n,) lists of {category_id, bbox, score}; all of them count.
    iou : least overlap of a right detection.
    eleven_points : the rule of VOC 2007, mean of the best precision at recall 0, 0.1 .. 1; else the area under it.

    Returns
    -------
    float, 0 to 1 (best). Classes that the truth lacks do not count.

    Raises
    ------
    MetricError
        As `coco_map`; an `iou` outside of 0 to 1.

    Edge cases
    ----------
    Of two objects that are overlapped alike, the first of the list is meant. Boxes are continuous: the "+ 1" of the
    development kit, for pixels that are counted whole, is not added.

    Source
    ------
    Everingham et al. 2010, development kit of VOC 2012, VOCevaldet.m.

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "bbox": [x, 0.0, 9.0, 9.0]} for x in (0.0, 20.0)]
    >>> predictions[0] = [{**box, "score": 0.5} for box in truth[0][:1]]
    >>> voc_ap(truth, predictions), round(voc_ap(truth, predictions, eleven_points=True), 6)
    (0.5, 0.545455)
    """
    once = np.ones((1, len(truth)), dtype=np.int64)
    return float(voc_ap_resampled(truth, predictions, once, iou=iou, eleven_points=eleven_points)[0])


def voc_ap_resampled(
    truth: Cells, predictions: Cells, counts: NDArray[np.integer], *, iou: float = 0.5, eleven_points: bool = False
) -> Floats:
    """Return (m,) values of `voc_ap`, one for each row of (m, n) counts."""
    if not 0 < iou <= 1:
        raise MetricError(f"iou: expected more than 0 and at most 1, found {iou}")
    found = _matches(truth, predictions, iou)
    return mean_of_defined(average_precisions(found, counts, ELEVEN_RECALLS if eleven_points else None))


def _matches(truth: Cells, predictions: Cells, iou: float) -> Matches:
    both, boxes, objects = read_boxes(truth, predictions)
    if both.crowd.all():
        raise MetricError("truth holds no object that counts: average precision is not defined")
    classes, truth_code = np.unique(both.truth_category, return_inverse=True)
    known = np.flatnonzero(np.isin(both.found_category, classes))
    known = known[np.argsort(-both.score[known], kind="stable")]
    code = np.searchsorted(classes, both.found_category[known])
    pairs = pairs_within(both.found_row[known] * len(classes) + code, both.truth_row * len(classes) + truth_code)
    overlap = overlaps(boxes[known[pairs.found]], objects[pairs.truth])
    enough = np.flatnonzero(overlap >= iou)
    found, expected = pairs.found[enough], pairs.truth[enough]
    most = np.lexsort((expected, -overlap[enough], found))  # the object overlapped most, the first of equals
    most = most[turn_within(found[most]) == 0]
    found, expected = found[most], expected[most]
    beside = both.crowd[expected]
    by_object = np.lexsort((found, expected))
    first = np.zeros(len(found), dtype=bool)
    first[by_object] = turn_within(expected[by_object]) == 0
    right, ignored = np.zeros((2, 1, len(known)), dtype=bool)
    right[0, found] = first & ~beside
    ignored[0, found] = beside
    return Matches(
        rows=both.rows,
        classes=len(classes),
        row=both.found_row[known],
        category=code,
        right=right,
        ignored=ignored,
        object_row=both.truth_row[~both.crowd],
        object_category=truth_code[~both.crowd],
    )
