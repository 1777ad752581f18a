"""Boxes in images: average precision as COCO defines it.

A row is one image. Truth: a list of {category_id, bbox [x, y, w, h], iscrowd, area}; predictions: a list of
{category_id, bbox [x, y, w, h], score}. Boxes in pixels. Matching is hotcoco's, which agrees with pycocotools.

    rows ──> one match of every image ──┬── counts 1 ──────────> the metric
                                        └── counts of a draw ──> the metric of a resample, without matching again
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hotcoco
import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

ALL_AREAS = 0
HUNDRED_DETECTIONS = 2
RECALLS = np.linspace(0.0, 1.0, 101)


def coco_map(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean average precision over the classes and over the overlaps 0.50, 0.55 .. 0.95.

    Parameters
    ----------
    truth : (n,) lists of {category_id, bbox, iscrowd, area}, one list an image.
    predictions : (n,) lists of {category_id, bbox, score}; beyond the 100 best of an image and class none counts.

    Returns
    -------
    float, 0 to 1 (best). Classes that the truth lacks do not count; crowds neither help nor harm.

    Raises
    ------
    MetricError
        No object in the truth; a box or score that is not finite, or without width or height.

    Source
    ------
    Lin et al. 2014; pycocotools.cocoeval.COCOeval, stats[0].

    Examples
    --------
    >>> box = {"category_id": 1, "bbox": [0.0, 0.0, 10.0, 10.0]}
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0], predictions[0] = [{**box, "iscrowd": 0, "area": 100.0}], [{**box, "score": 0.9}]
    >>> round(coco_map(truth, predictions), 9)
    1.0
    """
    return _average_precision(truth, predictions, slice(None))


def coco_map50(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean average precision at an overlap of 0.5; see `coco_map`. Source: COCOeval, stats[1]."""
    return _average_precision(truth, predictions, slice(0, 1))


def coco_map75(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean average precision at an overlap of 0.75; see `coco_map`. Source: COCOeval, stats[2]."""
    return _average_precision(truth, predictions, slice(5, 6))


def coco_map_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) values of `coco_map`, one for each row of (m, n) counts."""
    return _resampled(truth, predictions, counts, slice(None))


def coco_map50_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) values of `coco_map50`, one for each row of (m, n) counts."""
    return _resampled(truth, predictions, counts, slice(0, 1))


def coco_map75_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) values of `coco_map75`, one for each row of (m, n) counts."""
    return _resampled(truth, predictions, counts, slice(5, 6))


def _average_precision(truth: NDArray[Any], predictions: NDArray[Any], overlaps: slice) -> float:
    evaluator = _matched(truth, predictions)
    evaluator.accumulate()
    precision = np.asarray(evaluator.eval["precision"])[overlaps, :, :, ALL_AREAS, HUNDRED_DETECTIONS]
    return float(precision[precision > -1].mean())


def _resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64], overlaps: slice) -> Array:
    classes = _by_class(_matched(truth, predictions))
    values = [
        _average_precisions(found, draw[found.image], float(found.objects @ draw), overlaps)
        for draw in counts
        for found in classes
    ]
    table = np.array(values).reshape(len(counts), len(classes))
    return np.asarray([row[~np.isnan(row)].mean() if (~np.isnan(row)).any() else np.nan for row in table])


@dataclass(frozen=True)
class _ClassMatches:
    """All detections of one class, best score first, and the objects of each image."""

    image: NDArray[np.int64]
    hit: NDArray[np.bool_]
    """(overlaps, detections)"""
    ignored: NDArray[np.bool_]
    objects: Array
    """(images,) objects that count"""


def _by_class(evaluator: Any) -> list[_ClassMatches]:
    images = len(evaluator.params.img_ids)
    found: dict[int, list[dict[str, Any]]] = {}
    for entry in evaluator.eval_imgs:
        if entry is not None and entry["aRng"] == evaluator.params.area_rng[ALL_AREAS]:
            found.setdefault(entry["category_id"], []).append(entry)
    return [_one_class(entries, images) for _, entries in sorted(found.items())]


def _one_class(entries: list[dict[str, Any]], images: int) -> _ClassMatches:
    objects = np.zeros(images)
    for entry in entries:
        objects[entry["image_id"] - 1] = entry["gtIgnore"].count(False)
    seen = [entry for entry in entries if entry["dtScores"]]
    if not seen:
        empty = np.zeros((10, 0), dtype=bool)
        return _ClassMatches(np.zeros(0, dtype=np.int64), empty, empty, objects)
    scores = np.concatenate([entry["dtScores"] for entry in seen])
    image = np.concatenate([np.full(len(entry["dtScores"]), entry["image_id"] - 1) for entry in seen])
    matched = np.concatenate([np.array(entry["dtMatched"], dtype=bool) for entry in seen], axis=1)
    ignored = np.concatenate([np.array(entry["dtIgnore"], dtype=bool) for entry in seen], axis=1)
    order = np.argsort(-scores, kind="stable")
    return _ClassMatches(image[order], (matched & ~ignored)[:, order], ignored[:, order], objects)


def _average_precisions(found: _ClassMatches, weight: Array, objects: float, overlaps: slice) -> float:
    """Return the mean over the overlaps of one class's average precision; NaN where it has no object."""
    if objects == 0:
        return float("nan")
    hits = np.cumsum(found.hit[overlaps] * weight, axis=1)
    if hits.shape[1] == 0:
        return 0.0
    called = np.cumsum(~found.ignored[overlaps] * weight, axis=1)
    precision = hits / np.maximum(called, np.spacing(1))
    envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    total = 0.0
    for recall, heights in zip(hits / objects, envelope, strict=True):
        place = np.searchsorted(recall, RECALLS, side="left")
        total += float(heights[place[place < len(heights)]].sum()) / len(RECALLS)
    return total / len(hits)


def _matched(truth: NDArray[Any], predictions: NDArray[Any]) -> Any:
    """Return hotcoco's evaluator with every image matched; images are numbered 1..n in the order of the rows."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} images and predictions {len(predictions)}; expected the same")
    objects = [{**box, "image_id": row + 1} for row, cell in enumerate(truth) for box in cell]
    found = [{**box, "image_id": row + 1} for row, cell in enumerate(predictions) for box in cell]
    if all(box["iscrowd"] for box in objects):
        raise MetricError("truth holds no object: average precision is not defined")
    _boxes_are_sound(found)
    categories = sorted({int(box["category_id"]) for box in objects})
    found = [box for box in found if box["category_id"] in categories]  # a class that the truth lacks has no precision
    expected = hotcoco.COCO(
        {
            "images": [{"id": row + 1, "width": 0, "height": 0} for row in range(len(truth))],
            "categories": [{"id": category, "name": str(category)} for category in categories],
            "annotations": [{**box, "id": number + 1} for number, box in enumerate(objects)],
        }
    )
    evaluator = hotcoco.COCOeval(expected, expected.load_res(found), "bbox")
    evaluator.evaluate()
    return evaluator


def _boxes_are_sound(found: list[dict[str, Any]]) -> None:
    if not found:
        return
    figures = np.array([[*box["bbox"], box["score"]] for box in found], dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(figures).all(axis=1) | (figures[:, 2] <= 0) | (figures[:, 3] <= 0))
    if len(wrong):
        box = found[wrong[0]]
        raise MetricError(
            f"predictions, row {box['image_id'] - 1}: expected finite boxes with width and height, found {box['bbox']}"
            f" with score {box['score']}"
        )
