"""The rules of the contest as pure functions: who may hand in, what counts, how a score becomes a place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Generic, Protocol, TypeVar

from challenges.metrics.types import Better
from challenges.spec import BoardSpec, Counts

TEAM_MAX = 4
"""Members of a team; larger teams would share more quota than a class can follow."""

MAX_ATTEMPTS = 3
"""Tries after failures of ours before a submission ends as a judge error."""


class Scored(Protocol):
    """What the rules read of a scored submission."""

    pk: int
    created_at: datetime
    chosen: bool
    public_held: bool
    public_score: float | None
    private_score: float | None


S = TypeVar("S", bound=Scored)


@dataclass(frozen=True)
class Counting(Generic[S]):
    """The submissions that stand on the two boards."""

    public: S
    private: S


def sort_key(score: float, better: Better) -> float:
    """Return a score turned so that smaller is better. Raises ValueError for a score that may not rank."""
    if not math.isfinite(score):
        raise ValueError(f"a score of {score} never ranks")
    return -score if better is Better.HIGHER else score


def quota_day(now: datetime) -> date:
    """Return the day an attempt is charged to: days begin at midnight UTC for everybody."""
    return now.astimezone(UTC).date()


def quota_resets_at(now: datetime) -> datetime:
    """Return when the next attempt of a team whose quota is used up becomes possible."""
    return datetime.combine(quota_day(now) + timedelta(days=1), time.min, tzinfo=UTC)


def most_attempts(*, per_day: int, opened_at: datetime, now: datetime) -> int:
    """Return how many attempts one team could have used by now: the quota of each day since the opening."""
    return per_day * max((quota_day(now) - quota_day(opened_at)).days + 1, 0)


def day_of_attempts(attempts: int, *, per_day: int, opened_at: datetime) -> date:
    """Return the first day by whose end one team could have used so many attempts."""
    return quota_day(opened_at) + timedelta(days=max(math.ceil(attempts / per_day), 1) - 1)


def retry_delay(attempts: int) -> timedelta:
    """Return how long to wait after the given number of failed tries of ours: 5 s, 20 s, 80 s."""
    return timedelta(seconds=5 * 4 ** (attempts - 1))


def counting(submissions: Sequence[S], board: BoardSpec, better: Better) -> Counting[S] | None:
    """Return which of a team's scored submissions stand on the public and on the private board.

    best     the best public score stands on both boards: nobody profits from the private rows before the end
    last     the latest stands on both
    chosen   the public board shows the best; the private one the better of those the team chose, or,
             where it chose none, the one with the best public score

    Among equal scores the earlier one counts. A score that the Ladder held back never makes a submission the best.
    """
    if not submissions:
        return None

    def by_public(s: S) -> tuple[float, datetime, int]:
        return sort_key(_present(s.public_score), better), s.created_at, s.pk

    def by_private(s: S) -> tuple[float, datetime, int]:
        return sort_key(_present(s.private_score), better), s.created_at, s.pk

    # A held score is that of another submission, which alone earned it; the first of a team is never held.
    best = min((s for s in submissions if not s.public_held), key=by_public)
    match board.counts:
        case Counts.BEST:
            return Counting(best, best)
        case Counts.LAST:
            last = max(submissions, key=lambda s: (s.created_at, s.pk))
            return Counting(last, last)
        case Counts.CHOSEN:
            picked = [s for s in submissions if s.chosen]
            return Counting(best, min(picked, key=by_private) if picked else best)


def _present(score: float | None) -> float:
    if score is None:
        raise ValueError("a submission without scores was offered to the board")
    return score
