"""The Ladder against the attack that it was made for: boosting random submissions by what the board tells."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from challenges.metrics.registry import METRICS
from challenges.metrics.types import Better
from challenges.uncertainty.differences import Difference, of_rows
from challenges.uncertainty.ladder import climbs, rounded

ACCURACY = METRICS["accuracy"]
ROWS = 4000


class Board:
    """What one team is told of the public rows."""

    def __init__(self, truth: Any, *, ladder: bool) -> None:
        self.truth, self.ladder = truth, ladder
        self.best: tuple[float, Any] | None = None

    def hand_in(self, predictions: Any) -> float:
        score = float((predictions == self.truth).mean())
        if not self.ladder:
            return score
        if self.best is None or climbs(of_rows(ACCURACY, self.truth, predictions, self.best[1]), Better.HIGHER):
            self.best = rounded(score, ROWS), predictions
        return self.best[0]


def boost(board: Board, *, submissions: int, seed: int) -> float:
    """Return what the board shows for the majority of those random submissions that it showed as better than chance.

    Blum and Hardt 2015, section 4.1; no submission has looked at a single row.
    """
    rng = np.random.default_rng(seed)
    votes = np.zeros(ROWS)
    kept = 0
    for _ in range(submissions):
        guess = rng.integers(0, 2, ROWS)
        if board.hand_in(guess) > 0.5:
            votes += guess
            kept += 1
    return board.hand_in((votes > kept / 2).astype(int))


@pytest.mark.parametrize("seed", range(3))
def test_random_submissions_climb_a_plain_board_and_stay_near_the_truth_on_a_ladder(seed: int) -> None:
    truth = np.random.default_rng(100 + seed).integers(0, 2, ROWS)
    plain = boost(Board(truth, ladder=False), submissions=500, seed=seed)
    held = boost(Board(truth, ladder=True), submissions=500, seed=seed)
    # The 250 that are kept are right on a share of 0.5 + 0.4 / sqrt(n) of the rows, their majority on
    # Phi(0.8 sqrt(250 / n)) = 0.58. The truth is 0.5, and 0.008 the standard error of any single score.
    assert plain > 0.56
    assert held < 0.53


def test_a_real_step_forward_is_shown() -> None:
    truth = np.random.default_rng(0).integers(0, 2, ROWS)
    board = Board(truth, ladder=True)
    weak, strong = truth.copy(), truth.copy()
    weak[:1600], strong[:1500] = 1 - weak[:1600], 1 - strong[:1500]
    assert [board.hand_in(side) for side in (weak, strong, weak)] == [0.6, 0.625, 0.625]


def test_a_step_within_chance_is_not_shown() -> None:
    """Of 4000 rows, 100 are won and 95 lost: 5 / 4000 is less than sqrt(195) / 4000."""
    truth = np.ones(ROWS, dtype=int)
    first, second = truth.copy(), truth.copy()
    first[:500], second[100:595] = 0, 0
    board = Board(truth, ladder=True)
    assert board.hand_in(first) == board.hand_in(second) == 0.875


@pytest.mark.parametrize(
    ("value", "better", "shown"),
    [(0.011, Better.HIGHER, True), (0.009, Better.HIGHER, False), (-0.011, Better.HIGHER, False),
     (-0.011, Better.LOWER, True), (-0.009, Better.LOWER, False), (0.011, Better.LOWER, False)],
)  # fmt: skip
def test_a_step_counts_in_the_direction_of_the_metric(value: float, better: Better, shown: bool) -> None:
    assert climbs(Difference(value=value, standard_error=0.01), better) is shown


def test_what_cannot_be_compared_is_not_shown() -> None:
    assert climbs(None, Better.HIGHER) is False


def test_a_score_is_rounded_to_one_row() -> None:
    assert rounded(0.61803, 4000) == 0.618
    assert rounded(12.34567, 100) == 12.35
