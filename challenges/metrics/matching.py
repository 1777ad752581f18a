"""COCO's greedy matching of detections to objects, all images, classes and thresholds at once.

Detections of one image and class take their turn from the best score down; each takes the most similar object that is
still free, one that counts before one that is to be ignored, the later of two equals. As in pycocotools, a crowd is
never used up. Similarity is the caller's: overlap of boxes or of masks, likeness of keypoints.

    detections ┐            ┌─ alone on both sides ──────────────────┐
    objects    ┴─> pairs ──>┤                                        ├──> (thresholds, detections) object or none
                            └─ contested: one round for each rank ───┘

Most pairs above the least threshold are alone; the rounds see only what is left of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
"""In an array of places of objects: no object."""


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Which detections and objects may match; (p,) arrays, the detections in rising order."""

    found: Integers
    truth: Integers


@dataclass(frozen=True, kw_only=True)
class Objects:
    """What is known of each of the (g,) objects of the truth."""

    ignored: Flags
    """Whoever matches it is neither right nor wrong."""
    crowd: Flags
    """May be matched by any number of detections."""


def best_first(group: Integers, score: Floats, *, at_most: int) -> Integers:
    """Return the places of the `at_most` best detections of each group, by group, then by falling score.

    Detections of one score stay in their order.
    """
    order = np.lexsort((-score, group))
    return order[turn_within(group[order]) < at_most]


def turn_within(group: Integers) -> Integers:
    """Return 0, 1, 2 ... for the first, second, third ... member of each group of a grouped array."""
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    sizes = np.diff(np.r_[starts, len(group)])
    return np.asarray(np.arange(len(group)) - np.repeat(starts, sizes))


def pairs_within(found_group: Integers, truth_group: Integers) -> Pairs:
    """Return every pair of a detection and an object of the same group."""
    order = np.argsort(truth_group, kind="stable")
    grouped = truth_group[order]
    first = np.searchsorted(grouped, found_group, side="left")
    sizes = np.searchsorted(grouped, found_group, side="right") - first
    found = np.repeat(np.arange(len(found_group)), sizes)
    within = np.arange(len(found)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return Pairs(found=found, truth=order[np.repeat(first, sizes) + within])


def greedy(pairs: Pairs, similarity: Floats, objects: Objects, *, group: Integers, thresholds: Floats) -> Integers:
    """Return (thresholds, detections) places of the matched objects, NONE where there is none.

    `group` (d,) is that of each detection; the detections are in the order of `best_first`.
    """
    similar = np.flatnonzero(similarity >= thresholds.min())
    found, truth, similarity = pairs.found[similar], pairs.truth[similar], similarity[similar]
    matched = np.full((len(thresholds), len(group)), NONE)
    alone = np.bincount(found, minlength=len(group))[found] == 1
    alone &= (np.bincount(truth, minlength=len(objects.crowd))[truth] == 1) | objects.crowd[truth]
    matched[:, found[alone]] = np.where(similarity[alone] >= thresholds[:, None], truth[alone], NONE)
    rest = ~alone
    if rest.any():
        _rounds(found[rest], truth[rest], similarity[rest], objects, group, thresholds, matched)
    return matched


def _rounds(
    found: Integers,
    truth: Integers,
    similarity: Floats,
    objects: Objects,
    group: Integers,
    thresholds: Floats,
    matched: Integers,
) -> None:
    """Fill `matched`: in each round every group lets one detection choose, so that no two want the same object."""
    wish = np.lexsort((truth, similarity, ~objects.ignored[truth]))
    rank = np.empty(len(wish), dtype=np.int64)
    rank[wish] = np.arange(len(wish))
    detections, of_pair = np.unique(found, return_inverse=True)
    turn = turn_within(group[detections])[of_pair]
    order = np.argsort(turn, kind="stable")
    ends = np.cumsum(np.bincount(turn))
    used = np.zeros((len(thresholds), len(objects.crowd)), dtype=bool)
    for start, end in zip(np.r_[0, ends[:-1]], ends, strict=True):
        now = order[start:end]
        free = ~used[:, truth[now]] & (similarity[now] >= thresholds[:, None])
        firsts = np.flatnonzero(np.r_[True, np.diff(found[now]) != 0])
        chosen = np.maximum.reduceat(np.where(free, rank[now], NONE), firsts, axis=1)
        taken = np.where(chosen == NONE, NONE, truth[wish[chosen]])
        matched[:, found[now][firsts]] = taken
        level, place = np.nonzero((taken != NONE) & ~objects.crowd[taken])
        used[level, taken[level, place]] = True
