"""Tracks agree with TrackEval's loops and with motrics, and no trick raises their score.

motrics gives TrackEval's IDF1 and HOTA; its MOTA differs where several pairs could go on, so that this one is compared
with TrackEval's own loop, frame by frame over whole tables.
"""

from __future__ import annotations

import math
from typing import Any

import motrics
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from challenges.metrics import tracking
from challenges.metrics.types import MetricError
from tests.challenges.metrics import scenes
from tests.challenges.metrics.samples import cells
from tests.challenges.metrics.test_detection import overlap_by_hand

METRICS = (tracking.mota, tracking.idf1, tracking.hota)


def framed(table: Any, frames: Any) -> motrics.Frames:
    ids, boxes = [], []
    for frame in frames:
        lines = table[table[:, 0] == frame]
        lines = lines[np.argsort(lines[:, 1])]
        ids.append(lines[:, 1].astype(int).tolist())
        boxes.append(np.column_stack([lines[:, 2:4], lines[:, 2:4] + lines[:, 4:6]]))
    return motrics.Frames(ids, boxes)


def of_one_sequence(truth: Any, found: Any) -> motrics.EvaluationResult:
    frames = np.union1d(truth[:, 0], found[:, 0])
    return motrics.evaluate(framed(truth, frames), framed(found, frames))


def clear_by_hand(truth: Any, found: Any) -> tuple[int, int]:
    """Follow CLEAR.eval_sequence of TrackEval: matches less false boxes and switches, true boxes."""
    before: dict[float, float] = {}
    ever: dict[float, float] = {}
    score = 0
    for frame in np.union1d(truth[:, 0], found[:, 0]):
        expected, guesses = (side[side[:, 0] == frame] for side in (truth, found))
        expected, guesses = expected[np.argsort(expected[:, 1])], guesses[np.argsort(guesses[:, 1])]
        if len(expected) == 0 or len(guesses) == 0:
            score -= len(guesses)
            continue
        similar = np.array([[overlap_by_hand(a[2:], b[2:]) for b in guesses] for a in expected])
        worth = np.array([[1000.0 * (before.get(a[1]) == b[1]) for b in guesses] for a in expected]) + similar
        worth[similar < 0.5 - np.finfo(float).eps] = 0
        pairs = [pair for pair in zip(*linear_sum_assignment(-worth), strict=True) if worth[pair] > 0]
        matched = {expected[i, 1]: guesses[j, 1] for i, j in pairs}
        switches = sum(track in ever and ever[track] != name for track, name in matched.items())
        score += len(pairs) - (len(guesses) - len(pairs)) - switches
        ever |= matched
        before = matched
    return score, len(truth)


def pooled(truth: Any, predictions: Any) -> tuple[float, float]:
    """Return IDF1 and HOTA of several sequences by TrackEval's rules of combination, from motrics' figures."""
    each = [of_one_sequence(expected, found) for expected, found in zip(truth, predictions, strict=True)]
    right = sum(one.identity.idtp for one in each)
    wrong = sum(one.identity.idfp + one.identity.idfn for one in each)
    hits, missed, false, associated = (
        np.array([getattr(one.hota, name) for one in each])
        for name in ("hota_tp_alphas", "hota_fn_alphas", "hota_fp_alphas", "assa_alphas")
    )
    detection = hits.sum(axis=0) / (hits + missed + false).sum(axis=0)
    association = (associated * hits).sum(axis=0) / np.maximum(hits.sum(axis=0), 1)
    return right / (right + wrong / 2), float(np.sqrt(detection * association).mean())


@pytest.mark.parametrize("seed", range(8))
def test_pooled_sequences_agree_with_trackeval(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, predictions = scenes.tracks(rng, 3, frames=int(rng.integers(5, 40)), things=int(rng.integers(2, 12)))
    found = tracking.idf1(truth, predictions), tracking.hota(truth, predictions)
    assert found == pytest.approx(pooled(truth, predictions), rel=1e-12)
    each = [clear_by_hand(*pair) for pair in zip(truth, predictions, strict=True)]
    assert tracking.clear_sums(truth, predictions).tolist() == [list(one) for one in each]
    assert tracking.mota(truth, predictions) == sum(a for a, _ in each) / sum(b for _, b in each)


corner = st.integers(0, 5).map(lambda number: number * 4.0)
line = st.tuples(st.integers(0, 3), st.integers(0, 3), corner, corner, st.sampled_from([8.0, 12.0]), st.just(8.0))
table: st.SearchStrategy[Any] = st.lists(line, min_size=1, max_size=14, unique_by=lambda cells: cells[:2]).map(np.array)


@given(table, table)
@settings(deadline=None, max_examples=60)
def test_boxes_full_of_ties_agree_with_trackeval(truth: Any, found: Any) -> None:
    assert tracking.clear_sums(truth[None], found[None])[0].tolist() == list(clear_by_hand(truth, found))
    expected = of_one_sequence(truth, found)
    assert tracking.idf1(truth[None], found[None]) == pytest.approx(expected.identity.idf1, abs=1e-12)
    assert tracking.hota(truth[None], found[None]) == pytest.approx(np.mean(expected.hota.hota_alphas), abs=1e-12)


def track(name: int, frames: Any, x: float = 0.0) -> list[list[float]]:
    return [[frame, name, x, 0.0, 10.0, 10.0] for frame in frames]


def test_figures_of_one_thing_that_changes_its_name_half_way() -> None:
    """Worked by hand: 4 boxes, all found, one switch; the longer half has 2 of 4; half associates half."""
    truth, found = np.array([track(1, range(4))]), np.array([track(5, range(2)) + track(6, range(2, 4))])
    assert tracking.mota(truth, found) == 0.75
    assert tracking.idf1(truth, found) == 0.5
    assert tracking.hota(truth, found) == pytest.approx(math.sqrt(0.5))


def test_figures_of_a_false_track_beside_a_true_one() -> None:
    """Worked by hand: 4 of 4 found, 4 false: MOTA 0, IDF1 4 / 6, DetA 4 / 8, AssA 1."""
    truth, found = np.array([track(1, range(4))]), np.array([track(5, range(4)) + track(6, range(4), x=50.0)])
    assert tracking.mota(truth, found) == 0.0
    assert tracking.idf1(truth, found) == pytest.approx(2 / 3)
    assert tracking.hota(truth, found) == pytest.approx(math.sqrt(0.5))


def test_a_pair_goes_on_although_another_overlaps_more() -> None:
    truth = np.array([track(1, range(2))])
    found = np.array([[[0, 5, 0.0, 0.0, 10.0, 10.0], [1, 5, 2.0, 0.0, 10.0, 10.0], [1, 6, 0.0, 0.0, 10.0, 10.0]]])
    assert tracking.clear_sums(truth, found).tolist() == [[2 - 1, 2]]  # two matches, one false box, no switch


def test_tracks_of_two_sequences_have_nothing_to_do_with_each_other() -> None:
    truth = np.array([track(1, range(3)), track(1, range(3))])
    found = np.array([track(1, range(3)), track(2, range(3))])
    for metric in METRICS:
        assert metric(truth, found) == 1.0


def test_the_order_of_the_lines_and_the_names_of_the_tracks_do_not_matter() -> None:
    rng = np.random.default_rng(5)
    truth, predictions = scenes.tracks(rng, 2)
    mixed = cells([rng.permutation(cell) for cell in predictions])
    names = cells([np.column_stack([cell[:, 0], 7 * cell[:, 1] + 3, cell[:, 2:]]) for cell in predictions])
    for metric in METRICS:
        assert metric(truth, mixed) == metric(truth, predictions)
        assert metric(truth, names) == metric(truth, predictions)


def test_boxes_of_several_classes_never_match() -> None:
    truth = np.array([[[*line, 1] for line in track(1, range(3))]])
    same, other = (np.array([[[*line, kind] for line in track(1, range(3))]]) for kind in (1, 2))
    assert tracking.hota(truth, same) == 1.0
    assert [metric(truth, other) for metric in METRICS] == [-1.0, 0.0, 0.0]
    with pytest.raises(MetricError, match="row 0: expected the column class on both sides"):
        tracking.hota(truth, np.array([track(1, range(3))]))


def test_a_box_on_an_ignored_one_neither_helps_nor_harms() -> None:
    truth = np.array(
        [[[*line, 0, 0] for line in track(1, range(3))] + [[*line, 0, 1] for line in track(2, range(3), 50.0)]]
    )
    alone = np.array([[[*line, 0] for line in track(1, range(3))]])
    both = np.array([[[*line, 0] for line in track(1, range(3)) + track(2, range(3), 51.0)]])
    aside = np.array([[[*line, 0] for line in track(1, range(3)) + track(2, range(3), 90.0)]])
    for metric in METRICS:
        assert metric(truth, alone) == metric(truth, both) == 1.0
        assert metric(truth, aside) < 1.0


def test_every_box_three_times_raises_no_score() -> None:
    truth, predictions = scenes.tracks(np.random.default_rng(2), 3)
    thrice = cells(
        [
            np.vstack([np.column_stack([cell[:, 0], cell[:, 1] + 1000 * k, cell[:, 2:]]) for k in range(3)])
            for cell in predictions
        ]
    )
    for metric in METRICS:
        assert metric(truth, thrice) < metric(truth, predictions)


def test_a_new_name_in_every_frame_does_not_look_like_a_track() -> None:
    truth = np.array([track(1, range(50))])
    found = np.array([[[frame, frame, 0.0, 0.0, 10.0, 10.0] for frame in range(50)]])
    assert tracking.idf1(truth, found) == pytest.approx(1 / 50)
    assert tracking.hota(truth, found) == pytest.approx(math.sqrt(1 / 50))


GOOD = [0.0, 1.0, 0.0, 0.0, 10.0, 10.0]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([[*GOOD[:2], math.nan, 0.0, 10.0, 10.0]], "line 0: expected finite numbers"),
        ([[*GOOD[:2], 0.0, math.inf, 10.0, 10.0]], "line 0: expected finite numbers"),
        ([GOOD, [1.0, 1.0, 0.0, 0.0, 0.0, 10.0]], "line 1: expected boxes x, y, w, h with a width"),
        ([GOOD, [1.0, 1.0, 0.0, 0.0, 10.0, -5.0]], "line 1: expected boxes x, y, w, h with a width"),
        ([[0.5, *GOOD[1:]]], "line 0: expected whole numbers for frame and track"),
        ([[*GOOD, 0.5]], "line 0: expected a whole number for the class"),
        ([GOOD, GOOD], "expected each track once a frame, found track 1 in 0 twice"),
        ([GOOD[:5]], "expected numbers frame, track, x, y, w, h in each line"),
        ([[*GOOD, 0.0, 1.0]], "expected numbers frame, track, x, y, w, h in each line"),
        ([["0", "1", "0", "0", "10", "10"]], "expected numbers frame, track, x, y, w, h in each line"),
        ("tracks", "expected numbers frame, track, x, y, w, h in each line"),
    ],
)
def test_lines_that_are_none_are_named_with_their_row(lines: Any, expected: str) -> None:
    truth = cells([np.array(track(1, range(3)))] * 2)
    for metric in METRICS:
        with pytest.raises(MetricError) as caught:
            metric(truth, cells([truth[0], np.array(lines)]))
        assert str(caught.value).startswith("predictions, row 1")
        assert expected in str(caught.value)


def test_sequences_without_a_true_box_have_no_score_and_those_without_an_answer_none_to_speak_of() -> None:
    truth, nothing = np.array([track(1, range(3))]), np.zeros((1, 0, 6))
    assert [metric(truth, nothing) for metric in METRICS] == [0.0, 0.0, 0.0]
    for metric in METRICS:
        with pytest.raises(MetricError, match="truth holds no box that counts"):
            metric(nothing, truth)


def test_lines_with_names_are_read_as_the_same_lines_without() -> None:
    truth = cells([np.array([[0, 1, 0, 0, 9, 9, 2, 0], [1, 1, 0, 0, 9, 9, 2, 0]])])
    line = {"track": 7, "x": 0.0, "y": 0.0, "w": 9.0, "h": 9.0, "colour": 2}
    named = np.empty(1, dtype=object)
    named[0] = [{"frame": 0, **line}, {"frame": 1, **line}]
    assert tracking.idf1(truth, named) == 1.0
    named[0] = []
    assert tracking.idf1(truth, named) == 0.0
    named[0] = [{"track": 7, "frame": 0, "x": 0.0, "y": 0.0, "w": 9.0, "h": 9.0, "colour": 2}]
    with pytest.raises(MetricError, match="expected lines of frame, track, x, y, w, h, found track, frame"):
        tracking.idf1(truth, named)
