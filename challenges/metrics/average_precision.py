"""From matched detections to average precision and recall, for the rows as they are or drawn again and again.

Only the places of right detections matter: there lie the peaks of the precision, and there the recall rises. A row that
is drawn three times counts three times, so a resample needs no matching of its own. Detections of exactly one score
stay in their order, as in pycocotools, and those of a row drawn several times stay together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

COCO_RECALLS = np.linspace(0.0, 1.0, 101)

BLOCK = 1_000_000
"""Figures held at once: small enough for the cache, large enough to hide the calls."""


@dataclass(frozen=True, kw_only=True)
class Matches:
    """All detections, by falling score, with what became of them at each of the thresholds."""

    rows: int
    classes: int
    row: Integers
    """(d,) of each detection."""
    category: Integers
    """(d,) 0 .. classes - 1."""
    right: Flags
    """(thresholds, d) matched to an object that counts."""
    ignored: Flags
    """(thresholds, d) neither right nor wrong."""
    object_row: Integers
    """(g,) of each object that counts."""
    object_category: Integers

    def all_rows_once(self) -> Integers:
        return np.ones((1, self.rows), dtype=np.int64)


def average_precisions(matches: Matches, counts: NDArray[np.integer], recalls: Floats | None = COCO_RECALLS) -> Floats:
    """Return (m, classes, thresholds) average precisions of (m, rows) draws; NaN where a class has no object.

    It is the mean of the best precision at each of the recalls or beyond; without recalls, the area below that curve.
    """
    table = np.full((len(counts), matches.classes, len(matches.right)), np.nan)
    for curves in _curves(matches, counts):
        table[curves.draws, curves.category] = _averages(curves, recalls)
    return table


def recalls_reached(matches: Matches, counts: NDArray[np.integer]) -> Floats:
    """Return (m, classes, thresholds) shares of the objects that are found; NaN where a class has none."""
    table = np.full((len(counts), matches.classes, len(matches.right)), np.nan)
    for curves in _curves(matches, counts):
        hits = curves.weight @ curves.right.T
        table[curves.draws, curves.category] = _ratio(hits, curves.objects[:, None])
    return table


def mean_of_defined(table: Floats) -> Floats:
    """Return (m,) means over all classes and thresholds that are defined; NaN where none is."""
    flat = table.reshape(len(table), -1)
    defined = ~np.isnan(flat)
    return _ratio(np.where(defined, flat, 0.0).sum(axis=1), defined.sum(axis=1))


@dataclass(frozen=True, kw_only=True)
class _Curves:
    """The detections of one class in a block of draws."""

    draws: slice
    category: int
    weight: Floats
    """(draws, d) how often each detection is drawn."""
    right: Flags
    ignored: Flags
    objects: Floats
    """(draws,) objects drawn."""


def _curves(matches: Matches, counts: NDArray[np.integer]) -> Iterator[_Curves]:
    by_class = np.argsort(matches.category, kind="stable")
    ends = np.cumsum(np.bincount(matches.category, minlength=matches.classes))
    for category, end in enumerate(ends):
        places = by_class[ends[category - 1] if category else 0 : end]
        objects = matches.object_row[matches.object_category == category]
        row, right, ignored = matches.row[places], matches.right[:, places], matches.ignored[:, places]
        step = max(1, BLOCK // (len(places) + len(right) * min(len(objects), len(places)) + 1))
        for start in range(0, len(counts), step):
            draws = slice(start, start + step)
            yield _Curves(
                draws=draws,
                category=category,
                weight=counts[draws][:, row].astype(np.float64),
                right=right,
                ignored=ignored,
                objects=counts[draws][:, objects].sum(axis=1).astype(np.float64),
            )


def _averages(curves: _Curves, recalls: Floats | None) -> Floats:
    """Return (draws, thresholds) average precisions."""
    draws, thresholds = len(curves.weight), len(curves.right)
    hits = np.flatnonzero(curves.right.any(axis=0))
    if len(hits) == 0:
        return np.repeat(np.where(curves.objects > 0, 0.0, np.nan)[:, None], thresholds, axis=1)
    weight = curves.weight[:, None, hits] * curves.right[:, hits]
    found = np.cumsum(weight, axis=2)
    precision = found / np.maximum(_called(curves, hits), 1.0)
    best = np.maximum.accumulate(precision[..., ::-1], axis=2)[..., ::-1]
    if recalls is None:
        return _ratio((weight * best).sum(axis=2), curves.objects[:, None])
    reached = _recalls_reached(curves.objects, recalls)
    lift = np.arange(draws)[:, None, None] * reached.shape[1]
    levels = reached.ravel()[found.astype(np.int64) + lift]
    steps = np.diff(levels, axis=2, prepend=0)  # how many of the recalls each hit is the first to reach
    return np.where(curves.objects[:, None] > 0, (best * steps).sum(axis=2) / len(recalls), np.nan)


def _called(curves: _Curves, hits: Integers) -> Floats:
    """Return (draws, thresholds or 1, hits) how many detections that count have a score at least that of each hit."""
    called = np.cumsum(curves.weight, axis=1)[:, None, hits]
    beside = np.flatnonzero(curves.ignored.any(axis=0))
    if len(beside) == 0:
        return called
    ignored = np.cumsum(curves.weight[:, None, beside] * curves.ignored[:, beside], axis=2)
    ignored = np.concatenate([np.zeros((*ignored.shape[:2], 1)), ignored], axis=2)
    return np.asarray(called - ignored[..., np.searchsorted(beside, hits)])


def _needed(objects: Floats, recalls: Floats) -> Floats:
    """Return (draws, recalls) least numbers of objects whose share of all, as a float, is at least the recall."""
    total = np.maximum(objects, 1.0)[:, None]
    needed = np.ceil(recalls * total)
    needed = np.where((needed > 0) & ((needed - 1) / total >= recalls), needed - 1, needed)
    return np.where(needed / total < recalls, needed + 1, needed)


def _recalls_reached(objects: Floats, recalls: Floats) -> Integers:
    """Return (draws, most objects + 1): how many of the recalls are reached with 0, 1, 2 .. objects found."""
    table = np.zeros((len(objects), int(objects.max()) + 2), dtype=np.int64)
    np.add.at(table, (np.arange(len(objects))[:, None], _needed(objects, recalls).astype(np.int64)), 1)
    return np.cumsum(table, axis=1)


def _ratio(a: Floats, b: Floats | NDArray[np.integer]) -> Floats:
    """Return a / b, NaN where b is 0."""
    return np.asarray(np.where(b > 0, a / np.where(b > 0, b, 1), np.nan))
