"""Tracks of boxes: what the metrics of tracking demand of both sides, and which boxes overlap.

rows (frame, track, x, y, w, h) ──> boxes by frame ──> boxes on ignored ones taken out ──> overlapping pairs
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.assignment import best_pairs, heaviest_of_frame
from challenges.metrics.detection import overlaps
from challenges.metrics.maps import same_rows
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LARGEST = 1e9
EPSILON = float(np.finfo(np.float64).eps)
"""TrackEval's tolerance: an overlap that is the threshold but for rounding is enough."""
IGNORED_IOU = 0.5
"""A box that overlaps an ignored one by so much, and is matched to it, is taken out (MOTChallenge)."""

TABLE_FACTOR = 6
"""Entries of a table for each value, up to which looking up beats sorting; numpy.isin has the same."""

FRAME, TRACK, BOX, CLASS, IGNORED = 0, 1, slice(2, 6), 6, 7
NAMES = ("frame", "track", "x", "y", "w", "h")
"""Of the first columns, where a line is a dict; the class comes next, whatever a challenge calls it."""


@dataclass(frozen=True, kw_only=True)
class Boxes:
    """The boxes of one side of a sequence, by frame, then by track."""

    frame: Integers
    track: Integers
    box: Floats
    """(m, 4) x, y, w, h."""
    category: Integers
    ignored: Flags

    def __len__(self) -> int:
        return len(self.frame)

    def __getitem__(self, these: Flags) -> Boxes:
        return Boxes(
            frame=self.frame[these],
            track=self.track[these],
            box=self.box[these],
            category=self.category[these],
            ignored=self.ignored[these],
        )


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """Both sides of one sequence and all pairs of boxes of one frame and class that overlap, in order of the frames."""

    truth: Boxes
    found: Boxes
    expected: Integers
    """(p,) places of the true boxes."""
    guess: Integers
    """(p,) places of the predicted boxes."""
    iou: Floats

    @property
    def frame(self) -> Integers:
        return self.truth.frame[self.expected]

    def best(self, weight: Floats) -> Integers:
        """Return the places of the pairs with the greatest sum of these (p,) weights, each box in one of them."""
        return best_pairs(
            self.expected, self.guess, weight, expected_frame=self.truth.frame, found_frame=self.found.frame
        )

    def best_of_frame(self, frame: int, places: Integers, weight: Floats) -> Integers:
        """Return which of the pairs of one frame, at these places and of these weights, are the best."""
        expected, guess = self.expected[places], self.guess[places]
        return heaviest_of_frame(
            frame, expected, guess, weight, expected_frame=self.truth.frame, found_frame=self.found.frame
        )

    def at_least(self, iou: float) -> Sequence:
        enough = self.iou >= iou - EPSILON
        return Sequence(
            truth=self.truth,
            found=self.found,
            expected=self.expected[enough],
            guess=self.guess[enough],
            iou=self.iou[enough],
        )


def sequences(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[Sequence]:
    """Yield each row. Raises MetricError naming side and row, or where the truth of all rows holds no box."""
    same_rows(truth, predictions)
    boxes = 0
    for row, (cell, answer) in enumerate(zip(truth, predictions, strict=True)):
        table, guesses = _table(cell, "truth", row, IGNORED + 1), _table(answer, "predictions", row, CLASS + 1)
        if len(table) and len(guesses) and (table.shape[1] > CLASS) != (guesses.shape[1] > CLASS):
            raise MetricError(f"predictions, row {row}: expected the column class on both sides or on none")
        sequence = _overlapping(*_without_ignored(_boxes(table, "truth", row), _boxes(guesses, "predictions", row)))
        boxes += len(sequence.truth)
        yield sequence
    if boxes == 0:
        raise MetricError("truth holds no box that counts: tracking has no score")


def _table(cell: Any, side: str, row: int, most_columns: int) -> Floats:
    if isinstance(cell, list) and cell and isinstance(cell[0], dict):  # free lines of a csv
        if tuple(cell[0])[: len(NAMES)] != NAMES:
            raise MetricError(f"{side}, row {row}: expected lines of {', '.join(NAMES)}, found {', '.join(cell[0])}")
        cell = [list(line.values()) for line in cell]
    try:
        table = np.asarray(cell)
    except ValueError:
        table = np.empty(0, dtype=object)
    if table.size == 0 and table.dtype != object:
        return np.zeros((0, 6))
    if table.ndim != 2 or not 6 <= table.shape[1] <= most_columns or table.dtype.kind not in "fiu":
        raise MetricError(
            f"{side}, row {row}: expected numbers frame, track, x, y, w, h in each line, found {table.dtype} of shape"
            f" {table.shape}"
        )
    table = table.astype(np.float64, copy=False)
    names, kind, ignored = table[:, [FRAME, TRACK]], table[:, CLASS : CLASS + 1], table[:, IGNORED:]
    for wrong, expected in (
        (~(np.abs(table) <= LARGEST), f"finite numbers within ±{LARGEST:g}"),
        (np.floor(names) != names, "whole numbers for frame and track"),
        (table[:, 4:6] <= 0, "boxes x, y, w, h with a width and a height above 0"),
        (np.floor(kind) != kind, "a whole number for the class"),
        ((ignored != 0) & (ignored != 1), "0 or 1 for ignored"),
    ):
        if wrong.any():
            odd = np.flatnonzero(wrong.any(axis=1))
            raise MetricError(f"{side}, row {row}, line {odd[0]}: expected {expected}, found {table[odd[0]].tolist()}")
    return table


def _boxes(table: Floats, side: str, row: int) -> Boxes:
    frame, track = table[:, FRAME].astype(np.int64), table[:, TRACK].astype(np.int64)
    least, most = int(track.min(initial=0)), int(track.max(initial=0))
    place = frame * (most - least + 1) + (track - least)
    if (place[1:] <= place[:-1]).any():
        order = np.argsort(place, kind="stable")
        table, frame, track, place = table[order], frame[order], track[order], place[order]
        twice = np.flatnonzero(place[1:] == place[:-1])
        if len(twice):
            where = f"found track {track[twice[0]]} in {frame[twice[0]]} twice"
            raise MetricError(f"{side}, row {row}: expected each track once a frame, {where}")
    return Boxes(
        frame=frame,
        track=numbered(track)[1],
        box=table[:, BOX],
        category=(table[:, CLASS] if table.shape[1] > CLASS else np.zeros(len(table))).astype(np.int64),
        ignored=table[:, IGNORED] == 1 if table.shape[1] > IGNORED else np.zeros(len(table), dtype=bool),
    )


def _without_ignored(truth: Boxes, found: Boxes) -> tuple[Boxes, Boxes]:
    if not truth.ignored.any():
        return truth, found
    near = _overlapping(truth, found).at_least(IGNORED_IOU)
    chosen = near.best(near.iou)
    beside = np.zeros(len(found), dtype=bool)
    beside[near.guess[chosen][truth.ignored[near.expected[chosen]]]] = True
    return truth[~truth.ignored], found[~beside]


def _overlapping(truth: Boxes, found: Boxes) -> Sequence:
    expected, guess = _beside(truth, found)
    for side in (0, 1):
        (start, end), (other_start, other_end) = (
            (boxes.box[:, side].copy(), boxes.box[:, side] + boxes.box[:, side + 2]) for boxes in (truth, found)
        )
        near = (start[expected] < other_end[guess]) & (other_start[guess] < end[expected])
        expected, guess = expected[near], guess[near]
    width = max(len(found), 1)
    expected, guess = np.divmod(np.sort(expected * width + guess), width)
    iou = overlaps(found.box.take(guess, axis=0), truth.box.take(expected, axis=0))
    some = iou > 0
    return Sequence(truth=truth, found=found, expected=expected[some], guess=guess[some], iou=iou[some])


def _beside(truth: Boxes, found: Boxes) -> tuple[Integers, Integers]:
    """Return pairs of boxes of one frame and class, (p,) true and (p,) predicted: all that overlap, and some more.

    Boxes stand on one line, frame behind frame, each frame from left to right. Who overlaps a true box starts before
    its end, and not further before its start than the widest box reaches.
    """
    if len(truth) == 0 or len(found) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    both = (np.concatenate(sides) for sides in ((truth.frame, found.frame), (truth.category, found.category)))
    (_, frame), (classes, category) = (numbered(values) for values in both)
    group = frame * len(classes) + category
    start = np.concatenate([truth.box[:, 0], found.box[:, 0]])
    reach = np.concatenate([truth.box[:, 2], found.box[:, 2]])
    widest = reach.max()
    start, blur = start - start.min(), np.spacing(np.abs(start).max() + widest)
    line = 2 * (start.max() + 2 * widest) + 16 * blur  # the length of a frame: twice what its boxes take
    at = group * line + start
    blur = 4 * (blur + np.spacing(at.max() + line))  # more than rounding can move a place
    order = np.argsort(at[len(truth) :])
    places = at[len(truth) :][order]
    first = np.searchsorted(places, at[: len(truth)] - (widest + blur))
    sizes = np.searchsorted(places, at[: len(truth)] + (reach[: len(truth)] + blur)) - first
    within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.repeat(np.arange(len(truth)), sizes), order[np.repeat(first, sizes) + within]


def numbered(values: Integers) -> tuple[Integers, Integers]:
    """Return the distinct values in rising order, and for each value which of them it is."""
    least, span = (int(values.min()), int(np.ptp(values)) + 1) if len(values) else (0, 1)
    if span > TABLE_FACTOR * len(values):
        distinct, number = np.unique(values, return_inverse=True)
        return distinct, number
    there = np.zeros(span, dtype=bool)
    there[values - least] = True
    return least + np.flatnonzero(there), (np.cumsum(there) - 1)[values - least]
