"""A score beside others, told from shown figures only."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from judge import comparison, leaderboard
from judge.comparison import Outcome
from judge.models import Board, Edition, Submission, Team
from judge.tiers import Tier

MakeTeam = Callable[[], Team]
MakeSubmission = Callable[..., Submission]

ONES = np.array([1.0, -1.0] * 50, dtype="<f4")
"""A hundred resamples, whose standard deviation with ddof=1 is sqrt(100 / 99) = 1.005038."""


def spread(centre: float, error: float) -> bytes:
    return (centre + error * ONES).astype("<f4").tobytes()


def scored(make: MakeSubmission, score: float, error: float = 0.0, **fields: Any) -> Submission:
    submission = make(score=score, **fields)
    submission.public_spread = spread(score, error)
    submission.save()
    leaderboard.update(submission)
    return submission


def test_a_difference_has_the_interval_of_its_paired_resamples(
    make_submission: MakeSubmission, make_team: MakeTeam
) -> None:
    team = make_team()
    worse, better = scored(make_submission, 0.80, 0.01, team=team), scored(make_submission, 0.85, 0.03, team=team)
    found = comparison.compare(better, worse, Board.PUBLIC)
    assert found is not None
    assert found.value == pytest.approx(0.05)
    assert found.interval == pytest.approx((0.05 - 1.959964 * 0.02010076, 0.05 + 1.959964 * 0.02010076), abs=1e-6)
    assert found.outcome is Outcome.BETTER  # the interval ends above zero
    turned = comparison.compare(worse, better, Board.PUBLIC)
    assert turned is not None
    assert turned.outcome is Outcome.WORSE


def test_a_step_within_chance_is_level(make_submission: MakeSubmission, make_team: MakeTeam) -> None:
    team = make_team()
    one, other = scored(make_submission, 0.80, 0.01, team=team), scored(make_submission, 0.83, 0.03, team=team)
    found = comparison.compare(other, one, Board.PUBLIC)
    assert found is not None
    assert found.outcome is Outcome.LEVEL  # 0.03 is less than 1.96 * 0.0201


def test_without_resamples_nothing_is_claimed(make_submission: MakeSubmission, make_team: MakeTeam) -> None:
    team = make_team()
    one, other = make_submission(score=0.5, team=team), make_submission(score=0.9, team=team)
    found = comparison.compare(other, one, Board.PUBLIC)
    assert found is not None
    assert (found.interval, found.outcome) == (None, Outcome.UNTOLD)


def test_of_a_held_score_nothing_is_told_on_the_public_board(
    make_submission: MakeSubmission, make_team: MakeTeam
) -> None:
    team = make_team()
    best, held = scored(make_submission, 0.8, 0.01, team=team), scored(make_submission, 0.8, 0.01, team=team)
    held.public_held = True
    held.save()
    assert comparison.compare(held, best, Board.PUBLIC) is None
    assert comparison.compare(best, held, Board.PUBLIC) is None
    assert comparison.tier_of(held, Board.PUBLIC) is None
    assert comparison.compare(held, best, Board.PRIVATE) is not None
    assert comparison.best_before(scored(make_submission, 0.9, 0.01, team=team)) == best


def test_the_best_before_is_of_the_same_team_and_earlier(make_submission: MakeSubmission, make_team: MakeTeam) -> None:
    team = make_team()
    first, second = scored(make_submission, 0.7, team=team), scored(make_submission, 0.6, team=team)
    third = scored(make_submission, 0.9, team=team)
    scored(make_submission, 0.95)
    assert comparison.best_before(first) is None
    assert comparison.best_before(second) == first
    assert comparison.best_before(third) == first
    assert comparison.others(second) == [third, first]


def test_the_row_above_is_told_only_for_the_submission_that_stands(
    make_submission: MakeSubmission, make_team: MakeTeam
) -> None:
    team = make_team()
    leader = scored(make_submission, 0.9, 0.01)
    weaker, stands = scored(make_submission, 0.5, 0.01, team=team), scored(make_submission, 0.8, 0.01, team=team)
    found = comparison.above(stands, Board.PUBLIC)
    assert found is not None
    assert (found.rank, found.standing.team) == (1, leader.team)
    assert found.comparison is not None
    assert found.comparison.value == pytest.approx(-0.1)
    assert comparison.above(weaker, Board.PUBLIC) is None
    assert comparison.above(leader, Board.PUBLIC) is None


def test_the_tier_is_that_of_the_submissions_own_score(
    edition: Edition, make_submission: MakeSubmission, make_team: MakeTeam
) -> None:
    edition.anchors = {
        "floor": {"value": 0.2, "standard_error": 0.0},
        "baseline": {"value": 0.4, "standard_error": 0.0},
        "reference": {"value": 0.8, "standard_error": 0.0},
        "ceiling": {"value": 1.0, "standard_error": 0.0},
    }
    edition.save()
    team = make_team()
    team.edition.refresh_from_db()
    tiers = [
        comparison.tier_of(Submission.objects.get(pk=make_submission(score=score, team=team).pk), Board.PUBLIC)
        for score in (0.3, 0.7, 0.85, 0.95)
    ]
    assert tiers == [Tier.TRIED, Tier.BRONZE, Tier.SILVER, Tier.GOLD]


def test_scores_by_two_versions_of_a_metric_are_not_alike(make_submission: MakeSubmission, make_team: MakeTeam) -> None:
    one, other = make_submission(score=0.5), make_submission(score=0.5)
    one.provenance, other.provenance = {"metric_version": 1}, {"metric_version": 2}
    assert not comparison.measured_alike(one, other)
    other.provenance = {"metric_version": 1}
    assert comparison.measured_alike(one, other)
