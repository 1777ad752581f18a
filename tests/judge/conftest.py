"""A minted edition of the smallest challenge, learners, and submissions in any state."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge import teams
from judge.models import Edition, Submission, Team
from judge.verdicts import State, Verdict

T0 = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def learner(db: None) -> User:
    return User.objects.create_user("ada")  # who logs in nowhere here: to hash a password takes a while


_numbers = count(1)


@pytest.fixture
def make_team(edition: Edition) -> Callable[[], Team]:
    def make() -> Team:
        user = User.objects.create_user(f"learner{next(_numbers)}")
        return teams.ensure(user, edition)

    return make


@pytest.fixture
def make_submission(edition: Edition, make_team: Callable[[], Team]) -> Callable[..., Submission]:
    """Make a submission row as intake does; with `score` it is scored already."""

    def make(*, team: Team | None = None, score: float | None = None, minutes: int = 0, **fields: Any) -> Submission:
        team = team or make_team()
        scored = score is not None
        defaults: dict[str, Any] = {
            "edition": edition,
            "team": team,
            "user": team.captain,
            "file_name": "species.csv",
            "sha256": "0" * 64,
            "size_bytes": 10,
            "created_at": T0 + timedelta(minutes=minutes),
            "state": State.DONE if scored else State.QUEUED,
            "verdict": Verdict.SCORED if scored else None,
            "public_score": score,
            "public_error": 0.01 if scored else None,
            "private_score": score,
            "private_error": 0.01 if scored else None,
            "resource": "score",
        }
        return Submission.objects.create(**(defaults | fields))

    return make
