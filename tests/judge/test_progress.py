"""From standings and anchors to the tier of each challenge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import leaderboard, progress, teams
from judge.models import Edition, Submission, Team
from judge.tiers import Tier

IRIS = "iris-new-meadow"
MakeSubmission = Callable[..., Submission]


@pytest.fixture(autouse=True)
def anchors(edition: Edition) -> None:
    edition.anchors = {
        "floor": {"value": 0.3, "standard_error": 0.01},
        "ceiling": {"value": 0.9, "standard_error": 0.01},
    }
    edition.save()


@pytest.fixture
def hand_in(learner: User, make_submission: MakeSubmission) -> Callable[..., Team]:
    """Score a submission of somebody, by default the learner, and bring the boards up to date."""

    def make(
        public: float, *, private: float | None = None, edition: Edition | None = None, user: User = learner
    ) -> Team:
        team = teams.ensure(user, edition or Edition.objects.get(retired_at=None))
        fields: dict[str, Any] = {"team": team, "edition": team.edition, "score": public}
        if private is not None:
            fields["private_score"] = private
        make_submission(**fields)
        leaderboard.refresh(team)
        return team

    return make


def test_whoever_handed_in_nothing_has_no_progress(learner: User, edition: Edition) -> None:
    teams.ensure(learner, edition)  # in a team, but with nothing handed in
    assert progress.of_user(learner) == {}


def test_a_hand_in_without_a_score_is_a_try(learner: User, edition: Edition, make_submission: MakeSubmission) -> None:
    make_submission(team=teams.ensure(learner, edition))
    assert progress.of_user(learner) == {IRIS: Tier.TRIED}


@pytest.mark.parametrize(
    ("score", "expected"), [(0.59, Tier.TRIED), (0.61, Tier.BRONZE), (0.76, Tier.SILVER), (0.85, Tier.GOLD)]
)
def test_floor_and_ceiling_alone_give_medals(
    learner: User, hand_in: Callable[..., Team], score: float, expected: Tier
) -> None:
    hand_in(score)  # from 0.3 to 0.9: bronze at 0.6, silver at 0.75, gold at 0.84
    assert progress.of_user(learner) == {IRIS: expected}


def test_the_hosts_row_is_the_baseline_and_the_weakest_where_there_are_several(
    learner: User, hand_in: Callable[..., Team]
) -> None:
    for name, score in (("host", 0.5), ("strong host", 0.8)):
        hand_in(score, user=User.objects.create_user(name))
        Team.objects.filter(name=name).update(is_baseline=True)
    hand_in(0.52)
    assert progress.of_user(learner) == {IRIS: Tier.TRIED}  # 0.02 is less than 2 * sqrt(2) * 0.01
    hand_in(0.53)
    assert progress.of_user(learner) == {IRIS: Tier.ABOVE_BASELINE}


def test_a_stored_baseline_and_reference_are_used(
    learner: User, edition: Edition, hand_in: Callable[..., Team]
) -> None:
    edition.anchors |= {
        "baseline": {"value": 0.5, "standard_error": 0.01},
        "reference": {"value": 0.6, "standard_error": 0.01},
    }
    edition.save()
    hand_in(0.6)
    assert progress.of_user(learner) == {IRIS: Tier.SILVER}


def test_without_a_stored_ceiling_the_best_of_the_metric_is_the_end(
    learner: User, edition: Edition, hand_in: Callable[..., Team]
) -> None:
    edition.anchors = {"floor": {"value": 0.0, "standard_error": 0.0}}
    edition.save()
    hand_in(0.51)  # accuracy ends at 1
    assert progress.of_user(learner) == {IRIS: Tier.BRONZE}


def test_the_private_score_counts_only_after_the_deadline(
    learner: User, edition: Edition, hand_in: Callable[..., Team]
) -> None:
    hand_in(0.61, private=0.85)
    assert progress.of_user(learner) == {IRIS: Tier.BRONZE}
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert progress.of_user(learner) == {IRIS: Tier.GOLD}


def test_the_best_of_all_editions_counts_also_of_a_retired_one(
    learner: User, edition: Edition, hand_in: Callable[..., Team]
) -> None:
    season = Edition.objects.create(
        slug=IRIS, name="season", version=1, size="small", digest="d", folder="f", anchors=edition.anchors
    )
    hand_in(0.76, edition=edition)
    hand_in(0.61, edition=season)
    edition.retired_at = timezone.now()
    edition.save()
    assert progress.of_user(learner) == {IRIS: Tier.SILVER}


def test_progress_is_the_teams_and_nobody_elses(learner: User, edition: Edition, hand_in: Callable[..., Team]) -> None:
    hand_in(0.85, user=User.objects.create_user("bob"))
    assert progress.of_user(learner) == {}


def test_a_challenge_that_left_the_catalogue_is_left_out(learner: User, edition: Edition, make_submission: Any) -> None:
    make_submission(team=teams.ensure(learner, edition))
    Edition.objects.update(slug="gone")
    assert progress.of_user(learner) == {}


def test_three_queries_are_enough(learner: User, hand_in: Callable[..., Team], django_assert_num_queries: Any) -> None:
    hand_in(0.61)
    with django_assert_num_queries(3):  # teams with editions, their standings, the host's rows
        progress.of_user(learner)
