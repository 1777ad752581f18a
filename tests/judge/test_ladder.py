"""A board that keeps a Ladder shows a public score only where it is a step forward."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from challenges.scoring import Score, Scores, SplitScores
from challenges.spec import BoardSpec, Counts
from judge import bookkeeping, ladder, leaderboard
from judge.models import Board, Edition, Submission, Team
from judge.reports import Report
from judge.verdicts import Verdict

Make = Callable[..., Submission]

ROWS = 1000


def split(value: float, *, own_noise: int = 0) -> SplitScores:
    """Return scores whose difference to others of another noise has a standard error of 0.01."""
    noise = np.linalg.qr(np.random.default_rng(1).normal(size=(400, 6)))[0]
    noise = np.linalg.qr(noise - noise.mean(axis=0))[0] * np.sqrt(399 / 2) * 0.01
    return SplitScores(
        primary=Score(value=value, standard_error=0.007 + value / 1000),
        secondary={"f1_macro": value - 0.1},
        rows=ROWS,
        spread=value + noise[:, own_noise],
    )


PLOTS = {"plots": [{"shape": "matrix", "name": "confusion"}], "missing": []}


def recorded(submission: Submission, public: float, *, private: float = 0.5, own_noise: int = 0) -> Submission:
    lease = bookkeeping.claim(submission.pk, worker="test")
    assert lease is not None
    scores = Scores(public=split(public, own_noise=own_noise), private=split(private, own_noise=own_noise))
    bookkeeping.record(lease, Report(verdict=Verdict.SCORED, scores=scores, sentence="Scored.", plots=PLOTS))
    submission.refresh_from_db()
    return submission


@pytest.fixture
def keep_a_ladder(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def keep(edition: Edition, **board: Any) -> None:
        challenge = edition.challenge
        spec = challenge.spec.model_copy(update={"board": BoardSpec(ladder=True, **board)})
        monkeypatch.setattr(Edition, "challenge", replace(challenge, spec=spec))

    return keep


@pytest.fixture
def team(make_team: Callable[[], Team]) -> Team:
    return make_team()


def test_a_step_within_chance_shows_the_best_so_far(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    first = recorded(make_submission(team=team), 0.8)
    second = recorded(make_submission(team=team, minutes=1), 0.809, private=0.6, own_noise=1)
    assert (first.public_held, second.public_held) == (False, True)
    for figure in ("public_score", "public_error", "public_secondary", "public_spread"):
        assert getattr(second, figure) == getattr(first, figure)
    assert second.private_score == 0.6
    assert second.sentence == f"Scored. {ladder.HELD}"


def test_a_worse_score_is_not_told_either(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    recorded(make_submission(team=team), 0.8)
    assert recorded(make_submission(team=team, minutes=1), 0.1, own_noise=1).public_score == 0.8


def test_a_step_beyond_chance_is_shown_rounded_to_a_row(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    recorded(make_submission(team=team), 0.8)
    second = recorded(make_submission(team=team, minutes=1), 0.81149, own_noise=1)
    assert (second.public_held, second.public_score) == (False, 0.811)
    assert second.public_secondary == {"f1_macro": pytest.approx(0.71149)}
    assert second.sentence == "Scored."


def test_the_next_step_is_measured_from_the_best_that_was_shown(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    """Three steps of 0.009 each: the first is within chance, the second is 0.018 above what is shown."""
    keep_a_ladder(edition)
    shown = [
        recorded(make_submission(team=team, minutes=n), value, own_noise=n).public_score
        for n, value in enumerate([0.8, 0.809, 0.818, 0.827])
    ]
    assert shown == [0.8, 0.8, 0.818, 0.818]


def test_other_teams_do_not_hold_a_score_back(
    edition: Edition, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    recorded(make_submission(), 0.9)
    other = recorded(make_submission(), 0.5, own_noise=1)
    assert (other.public_score, other.public_held) == (0.5, False)


def test_a_held_submission_never_takes_the_place_of_the_one_that_earned_the_score(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    """Handed in first, graded last: it carries the other's public score, but not its place on the private board."""
    keep_a_ladder(edition)
    slow = make_submission(team=team)
    quick = recorded(make_submission(team=team, minutes=1), 0.8, private=0.7)
    recorded(slow, 0.6, private=0.99, own_noise=1)
    for board in Board:
        (row,) = leaderboard.page(edition, board).rows
        assert row.standing.submission == quick


def test_where_the_last_submission_counts_the_public_board_shows_the_best_so_far(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition, counts=Counts.LAST)
    recorded(make_submission(team=team), 0.8, private=0.7)
    recorded(make_submission(team=team, minutes=1), 0.6, private=0.55, own_noise=1)
    shown = {board: leaderboard.page(edition, board).rows[0].standing.score for board in Board}
    assert shown == {Board.PUBLIC: 0.8, Board.PRIVATE: 0.55}


def test_scores_resampled_otherwise_need_the_step_of_two_strangers(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    make_submission(team=team, score=0.8, public_spread=None)  # its error is 0.01, the others' 0.0078
    assert recorded(make_submission(team=team, minutes=1), 0.811).public_score == 0.8
    assert recorded(make_submission(team=team, minutes=2), 0.814).public_score == 0.814


def test_a_plain_board_shows_every_score_as_it_is(edition: Edition, team: Team, make_submission: Make) -> None:
    assert edition.challenge.spec.board.ladder is False
    recorded(make_submission(team=team), 0.8)
    second = recorded(make_submission(team=team, minutes=1), 0.70049, own_noise=1)
    assert (second.public_score, second.public_held, second.sentence) == (0.70049, False, "Scored.")


def test_a_held_submission_shows_no_plots_of_its_public_rows(
    edition: Edition, team: Team, make_submission: Make, keep_a_ladder: Callable[..., None]
) -> None:
    keep_a_ladder(edition)
    first = recorded(make_submission(team=team), 0.8)
    second = recorded(make_submission(team=team, minutes=1), 0.809, own_noise=1)
    assert (first.public_held, first.plots) == (False, PLOTS)
    assert (second.public_held, second.plots) == (True, {})
