"""What pycocotools says of the cells that our metrics take."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval


def coco_stats(
    truth: Any, predictions: Any, *, task: str = "bbox", sigma: float | None = None, thresholds: Any = None
) -> NDArray[np.float64]:
    """Return the summary figures of one of pycocotools' tasks; classes are those of the truth."""
    objects = [{"iscrowd": 0, **item, "image_id": row} for row, cell in enumerate(truth, 1) for item in cell]
    known = {item["category_id"] for item in objects}
    found = [
        {**item, "image_id": row}
        for row, cell in enumerate(predictions, 1)
        for item in cell
        if item["category_id"] in known
    ]
    dataset = {
        "images": [
            {"id": row, "height": 1, "width": 1} for row in range(1, len(truth) + 1)
        ],  # encoded masks know better
        "categories": [{"id": number} for number in sorted(known)],
        "annotations": [{**item, "id": number} for number, item in enumerate(objects, 1)],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        expected = COCO()
        expected.dataset = dataset
        expected.createIndex()
        evaluator = COCOeval(expected, expected.loadRes(found) if found else COCO(), task)
        if not found:
            evaluator.cocoDt.dataset = {**dataset, "annotations": []}
            evaluator.cocoDt.createIndex()
        if sigma is not None:
            points = len(objects[0]["keypoints"]) // 3
            evaluator.params.kpt_oks_sigmas = np.full(points, sigma)
        if thresholds is not None:
            evaluator.params.iouThrs = thresholds
        evaluator.evaluate()
        evaluator.accumulate()
        if thresholds is not None:
            precision = evaluator.eval["precision"][..., 0, -1]
            return np.array([precision[precision > -1].mean()])
        evaluator.summarize()
    return np.asarray(evaluator.stats)
