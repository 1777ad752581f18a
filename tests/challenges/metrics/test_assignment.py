"""Matching by what outweighs, and only the rest by assignment problems, is the matching of the greatest total."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from challenges.metrics import assignment, tracks
from challenges.metrics.assignment import best_pairs, heaviest_by_parts
from tests.challenges.metrics.test_detection import overlap_by_hand

SIDE = 6


def frame_by_frame(frame: Any, expected: Any, found: Any, weight: Any) -> list[int]:
    """Solve each frame as one whole table."""
    chosen = []
    for number in np.unique(frame):
        places = np.flatnonzero(frame == number)
        table = np.zeros((SIDE, SIDE))
        table[expected[places] - number * SIDE, found[places] - number * SIDE] = weight[places]
        pairs = set(zip(*(side.tolist() for side in linear_sum_assignment(table, maximize=True)), strict=True))
        chosen += [place for place in places.tolist() if (expected[place] % SIDE, found[place] % SIDE) in pairs]
    return chosen


def best(frames: int, expected: Any, found: Any, weight: Any) -> list[int]:
    of_boxes = np.repeat(np.arange(frames), SIDE)
    return list(best_pairs(expected, found, weight, expected_frame=of_boxes, found_frame=of_boxes))


def scene(rng: np.random.Generator, frames: int, share: float) -> tuple[Any, Any, Any]:
    """Return frame, expected and found of pairs: in each frame up to SIDE of either side, `share` of them a pair."""
    there = rng.random((frames, SIDE, SIDE)) < share
    frame, row, column = np.nonzero(there)
    return frame, frame * SIDE + row, frame * SIDE + column


@given(st.integers(0, 2**32), st.integers(1, 30), st.floats(0.02, 1.0))
@settings(deadline=None, max_examples=60)
def test_the_chosen_pairs_are_those_of_each_frame_solved_whole(seed: int, frames: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    frame, expected, found = scene(rng, frames, share)
    if len(frame) == 0:
        return
    weight = rng.random(len(frame)) ** rng.integers(1, 6) + 1e-9  # often one of several is far heavier than the rest
    assert best(frames, expected, found, weight) == frame_by_frame(frame, expected, found, weight)


@given(st.integers(0, 2**32), st.floats(0.1, 1.0))
@settings(deadline=None, max_examples=60)
def test_of_matchings_that_are_worth_the_same_the_table_of_the_frame_decides(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    frame, expected, found = scene(rng, 8, share)
    if len(frame) == 0:
        return
    weight = rng.integers(1, 4, len(frame)) / 4
    assert best(8, expected, found, weight) == frame_by_frame(frame, expected, found, weight)


def test_what_outweighs_is_never_handed_to_a_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Worked by hand: 5 > 2 + 2 is chosen and takes two pairs away; then 1 is alone. But 3 < 2 + 2 is in doubt."""
    monkeypatch.delattr(assignment, "heaviest_in_table")
    expected, found = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 1])
    assert best(1, expected, found, np.array([5.0, 2.0, 2.0, 1.0])) == [0, 3]
    with pytest.raises(NameError, match="heaviest_in_table"):
        best(1, expected[:3], found[:3], np.array([3.0, 2.0, 2.0]))


@pytest.mark.parametrize("small", [0, assignment.SMALL_TABLE], ids=["in parts", "whole where small"])
def test_many_tracks_in_parts_reach_the_total_of_the_whole_table(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assignment, "SMALL_TABLE", small)
    rng = np.random.default_rng(4)
    for share in (0.02, 0.1, 0.5):
        table = rng.integers(1, 50, (30, 40)) * (rng.random((30, 40)) < share)
        expected, found = np.nonzero(table)
        chosen = heaviest_by_parts(expected, found, table[expected, found].astype(np.float64))
        assert table[expected[chosen], found[chosen]].sum() == table[linear_sum_assignment(table, maximize=True)].sum()


coordinate = st.sampled_from([0.0, 1.0, 2.0, 2.5, -3.0, 1e9 - 1, -1e9, 1e-9, 4e8])
extent = st.sampled_from([1.0, 0.5, 1e-9, 3.0, 1e9, 700.0])
box = st.tuples(st.integers(-2, 2), coordinate, coordinate, extent, extent, st.integers(0, 1))
boxes = st.lists(box, max_size=12)


def side_of(drawn: list[Any]) -> Any:
    lines = [[frame, track, *corner, width, height, kind] for track, (frame, *corner, width, height, kind)
             in enumerate(drawn)]  # fmt: skip
    return np.array(lines, dtype=np.float64).reshape(-1, 7)


@given(boxes, boxes)
@settings(deadline=None, max_examples=80)
def test_all_boxes_of_a_frame_and_class_that_overlap_are_paired(truth: Any, found: Any) -> None:
    left, right = (tracks._boxes(side_of(drawn), "truth", 0) for drawn in (truth, found))
    pairs = tracks._overlapping(left, right)
    expected = [
        (a, b)
        for a in range(len(left))
        for b in range(len(right))
        if (left.frame[a], left.category[a]) == (right.frame[b], right.category[b])
        and overlap_by_hand(right.box[b], left.box[a]) > 0
    ]
    assert list(zip(pairs.expected.tolist(), pairs.guess.tolist(), strict=True)) == expected


@given(st.lists(st.integers(-9, 9) | st.integers(-(10**15), 10**15), max_size=20))
@settings(deadline=None, max_examples=60)
def test_values_are_numbered_in_rising_order(values: list[int]) -> None:
    distinct, number = tracks.numbered(np.array(values, dtype=np.int64))
    assert distinct.tolist() == sorted(set(values))
    assert distinct[number].tolist() == values
