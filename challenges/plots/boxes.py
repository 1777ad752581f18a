"""Detection: precision against recall for each class, and how tightly the objects are boxed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import listed
from challenges.metrics.average_precision import Matches
from challenges.metrics.coco import Protocol, matches, sides
from challenges.metrics.detection import overlaps
from challenges.plots.discretion import LEAST_ROWS, Blur, TooFewRows, bins_by
from challenges.plots.shapes import Bar, Bars, Line, Lines, Plot
from challenges.plots.subject import Subject

MOST_CLASSES = 8
MOST_BINS = 8
OVERLAPS = np.array([0.5, 0.6, 0.7, 0.8, 0.9])
MOST_IMAGES = 1000
"""Of more, every second, third ... is looked at: matching once more is the dear part of a plot."""


def precision_and_tightness(subject: Subject) -> Sequence[Plot]:
    """Return precision and recall at an overlap of 0.5 for the most frequent classes, and recall at each overlap."""
    found = _matches(subject)
    blur = Blur(found.right, found.category, found.row, found.object_category)
    objects = np.bincount(found.object_category, minlength=found.classes)
    often = [number for number in np.argsort(-objects, kind="stable")[:MOST_CLASSES] if objects[number] >= LEAST_ROWS]
    if not often:
        raise TooFewRows(f"no class has {LEAST_ROWS} objects")
    names = _class_names(subject)
    lines = [_line(found, number, int(objects[number]), names[number], blur) for number in sorted(often)]
    reached = blur.shares(found.right.sum(axis=1), np.array(objects.sum()))
    bars = [
        Bar(low=round(float(least), 2), high=None, value=float(share))
        for least, share in zip(OVERLAPS, reached, strict=True)
    ]
    return (
        Lines(
            name="precision_recall_of_classes",
            title="Precision and recall by class, overlap 0.5",
            x="recall",
            y="precision",
            lines=[line for line in lines if line.points],
        ),
        Bars(name="found_by_overlap", title="Objects found", x="overlap (IoU) of at least", y="share found", bars=bars),
    )


def _line(found: Matches, number: int, objects: int, name: str, blur: Blur) -> Line:
    """Return the curve of one class: its detections from the best score down, in bins of LEAST_ROWS or more."""
    counted = (found.category == number) & ~found.ignored[0]
    right = found.right[0][counted]
    if len(right) < LEAST_ROWS:
        return Line(name=name, points=[])
    bins = bins_by(np.arange(len(right)), most=MOST_BINS)
    hits = np.cumsum(blur.rows(bins.sums(right), bins.rows))
    recall, precision = np.minimum(hits / objects, 1), hits / np.cumsum(bins.rows)
    return Line(
        name=name, points=[(round(float(x), 3), round(float(y), 3)) for x, y in zip(recall, precision, strict=True)]
    )


def _matches(subject: Subject) -> Matches:
    some = slice(None, None, -(-len(subject.truth) // MOST_IMAGES))
    expected, found = listed(
        subject.truth[some],
        subject.predictions[some],
        truth_fields=("category_id", "bbox"),
        found_fields=("category_id", "bbox", "score"),
    )
    objects, boxes = expected.vectors("bbox", 4), found.vectors("bbox", 4)
    both = sides(
        expected,
        found,
        truth_area=expected.areas(objects[:, 2] * objects[:, 3]),
        found_area=boxes[:, 2] * boxes[:, 3],
    )

    def likeness(of: NDArray[np.int64], to: NDArray[np.int64]) -> NDArray[np.float64]:
        return overlaps(boxes[of], objects[to], crowd=both.crowd[to])

    return matches(both, likeness, Protocol(thresholds=OVERLAPS))


def _class_names(subject: Subject) -> list[str]:
    """Return the classes of the truth in the order in which they are numbered."""
    some = slice(None, None, -(-len(subject.truth) // MOST_IMAGES))
    return [str(number) for number in sorted({item["category_id"] for cell in subject.truth[some] for item in cell})]
