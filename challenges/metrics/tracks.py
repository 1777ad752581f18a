"""Tracks of boxes: what the metrics of tracking demand of both sides, and which boxes overlap.

rows (frame, track, x, y, w, h) ──> boxes by frame ──> boxes on ignored ones taken out ──> overlapping pairs
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.assignment import best_pairs
from challenges.metrics.detection import overlaps
from challenges.metrics.maps import same_rows
from challenges.metrics.matching import pairs_within
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LARGEST = 1e9
EPSILON = float(np.finfo(np.float64).eps)
"""TrackEval's tolerance: an overlap that is the threshold but for rounding is enough."""
IGNORED_IOU = 0.5
"""A box that overlaps an ignored one by so much, and is matched to it, is taken out (MOTChallenge)."""

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
    table = table.astype(np.float64)
    for wrong, expected in (
        (~(np.abs(table) <= LARGEST), f"finite numbers within ±{LARGEST:g}"),
        (table[:, [FRAME, TRACK]] % 1 != 0, "whole numbers for frame and track"),
        (table[:, 4:6] <= 0, "boxes x, y, w, h with a width and a height above 0"),
        (table[:, CLASS : CLASS + 1] % 1 != 0, "a whole number for the class"),
        (~np.isin(table[:, IGNORED:], (0, 1)), "0 or 1 for ignored"),
    ):
        odd = np.flatnonzero(wrong.any(axis=1))
        if len(odd):
            raise MetricError(f"{side}, row {row}, line {odd[0]}: expected {expected}, found {table[odd[0]].tolist()}")
    return table


def _boxes(table: Floats, side: str, row: int) -> Boxes:
    table = table[np.lexsort((table[:, TRACK], table[:, FRAME]))]
    twice = np.flatnonzero((np.diff(table[:, [FRAME, TRACK]], axis=0) == 0).all(axis=1))
    if len(twice):
        frame, track = table[twice[0], [FRAME, TRACK]].astype(np.int64)
        raise MetricError(f"{side}, row {row}: expected each track once a frame, found track {track} in {frame} twice")
    columns = np.column_stack([table, np.zeros((len(table), IGNORED + 1 - table.shape[1]))])
    return Boxes(
        frame=columns[:, FRAME].astype(np.int64),
        track=np.unique(columns[:, TRACK], return_inverse=True)[1],
        box=columns[:, BOX],
        category=columns[:, CLASS].astype(np.int64),
        ignored=columns[:, IGNORED] == 1,
    )


def _without_ignored(truth: Boxes, found: Boxes) -> tuple[Boxes, Boxes]:
    if not truth.ignored.any():
        return truth, found
    near = _overlapping(truth, found).at_least(IGNORED_IOU)
    chosen = best_pairs(near.frame, near.expected, near.guess, near.iou)
    beside = np.zeros(len(found), dtype=bool)
    beside[near.guess[chosen][truth.ignored[near.expected[chosen]]]] = True
    return truth[~truth.ignored], found[~beside]


def _overlapping(truth: Boxes, found: Boxes) -> Sequence:
    classes, category = np.unique(np.r_[truth.category, found.category], return_inverse=True)
    group = np.r_[truth.frame, found.frame] * max(len(classes), 1) + category
    pairs = pairs_within(group[: len(truth)], group[len(truth) :])  # the true boxes in front: pairs in their order
    expected, guess = pairs.found, pairs.truth
    for side in (0, 1):  # most boxes of a frame are beside or above each other
        (start, end), (other_start, other_end) = (
            (boxes.box[:, side].copy(), boxes.box[:, side] + boxes.box[:, side + 2]) for boxes in (truth, found)
        )
        near = (start[expected] < other_end[guess]) & (other_start[guess] < end[expected])
        expected, guess = expected[near], guess[near]
    iou = overlaps(found.box[guess], truth.box[expected])
    some = iou > 0
    return Sequence(truth=truth, found=found, expected=expected[some], guess=guess[some], iou=iou[some])
