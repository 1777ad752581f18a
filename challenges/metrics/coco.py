"""COCO's protocol for whatever has a likeness: boxes, masks, keypoints. pycocotools.cocoeval, to the last digit.

annotations ──> best detections of each image and class ──> likeness of pairs ──> greedy matching ──> Matches
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import Annotations
from challenges.metrics.average_precision import Matches
from challenges.metrics.matching import NONE, Objects, best_first, greedy, pairs_within
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Likeness = Callable[[Integers, Integers], Floats]
"""(p,) places of detections, (p,) places of objects -> (p,) likeness of each pair, 0 to 1."""

BEST_DETECTIONS = 100
"""Of one image and class; further ones do not count."""


@dataclass(frozen=True, kw_only=True)
class AreaRange:
    """Objects of other sizes are ignored, and so are detections of other sizes that match nothing."""

    least_px2: float
    most_px2: float

    def outside(self, area: Floats) -> Flags:
        return np.asarray((area < self.least_px2) | (area > self.most_px2))


ALL = AreaRange(least_px2=0.0, most_px2=1e10)
SMALL = AreaRange(least_px2=0.0, most_px2=32.0**2)
MEDIUM = AreaRange(least_px2=32.0**2, most_px2=96.0**2)
LARGE = AreaRange(least_px2=96.0**2, most_px2=1e10)


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """What one of COCO's figures looks at."""

    thresholds: Floats
    """Least likeness of a match; the figure is the mean over them."""
    areas: AreaRange = ALL
    at_most: int = BEST_DETECTIONS


def thresholds(least: float, most: float) -> Floats:
    """Return least, least + 0.05 .. most. Raises MetricError unless 0 < least <= most <= 1."""
    if not 0 < least <= most <= 1:
        raise MetricError(f"expected thresholds 0 < least <= most <= 1, found {least} and {most}")
    steps = round((most - least) / 0.05)
    return np.minimum(np.linspace(least, most, steps + 1), 1 - 1e-10)


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Both sides as the protocol needs them; (g,) of the truth, (d,) of the predictions."""

    rows: int
    truth_row: Integers
    truth_category: Integers
    truth_area: Floats
    crowd: Flags
    found_row: Integers
    found_category: Integers
    found_area: Floats
    score: Floats
    nothing_to_find: Flags | None = None
    """(g,) objects that are ignored for a reason of their own, such as a person without a single keypoint."""


def sides(
    truth: Annotations,
    found: Annotations,
    *,
    truth_area: Floats,
    found_area: Floats,
    category: int | None = None,
    nothing_to_find: Flags | None = None,
) -> Sides:
    """Read what all of COCO's tasks have: class, score, crowd. `category` stands where an item names none."""
    return Sides(
        rows=truth.rows,
        truth_row=truth.row,
        truth_category=truth.whole_numbers("category_id", default=category),
        truth_area=truth_area,
        crowd=truth.flags("iscrowd"),
        found_row=found.row,
        found_category=found.whole_numbers("category_id", default=category),
        found_area=found_area,
        score=found.numbers("score"),
        nothing_to_find=nothing_to_find,
    )


def matches(both: Sides, likeness: Likeness, protocol: Protocol) -> Matches:
    """Return every detection that counts with what became of it. Raises MetricError for a truth without an object."""
    ignored = both.crowd | protocol.areas.outside(both.truth_area)
    if both.nothing_to_find is not None:
        ignored = ignored | both.nothing_to_find
    if ignored.all():
        raise MetricError("truth holds no object that counts: average precision and recall are not defined")
    classes, truth_code = np.unique(both.truth_category, return_inverse=True)
    found_code = np.searchsorted(classes, both.found_category)
    known = np.flatnonzero(classes[np.minimum(found_code, len(classes) - 1)] == both.found_category)
    group = both.found_row[known] * len(classes) + found_code[known]
    best = best_first(group, both.score[known], at_most=protocol.at_most)
    chosen, group = known[best], group[best]
    pairs = pairs_within(group, both.truth_row * len(classes) + truth_code)
    matched = greedy(
        pairs,
        likeness(chosen[pairs.found], pairs.truth),
        Objects(ignored=ignored, crowd=both.crowd),
        group=group,
        thresholds=protocol.thresholds,
    )
    hit = matched != NONE
    beside = np.where(hit, ignored[matched], protocol.areas.outside(both.found_area[chosen]))
    order = np.argsort(-both.score[chosen], kind="stable")
    return Matches(
        rows=both.rows,
        classes=len(classes),
        row=both.found_row[chosen][order],
        category=found_code[chosen][order],
        right=(hit & ~beside)[:, order],
        ignored=beside[:, order],
        object_row=both.truth_row[~ignored],
        object_category=truth_code[~ignored],
    )
