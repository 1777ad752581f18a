"""How the leading teams came to their scores: read from a bounded number of their submissions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from challenges.metrics.types import Better
from challenges.spec import Counts
from judge import leaderboard, rules
from judge.leaderboard import Row
from judge.models import Edition, Submission, Team
from judge.verdicts import Verdict

LEADING = 5
"""Teams that are told apart in one drawing."""

NEWEST = 2000
"""Submissions that are read for all of them together: 80 days of 5 teams that hand in 5 times each day."""


@dataclass(frozen=True)
class Step:
    """From this moment on the team stood on the public board with this score."""

    at: datetime
    score: float


@dataclass(frozen=True)
class Climb:
    """One team's way, oldest step first."""

    team: Team
    rank: int
    steps: Sequence[Step]


@dataclass(frozen=True)
class Climbs:
    """The ways of the leading teams, best team first."""

    of_teams: Sequence[Climb]
    is_whole: bool
    """False where older submissions than those that were read may be missing at the beginning."""


def of_leading(edition: Edition, rows: Sequence[Row]) -> Climbs:
    """Return the ways of the first teams among the rows of the public board; the host's own rows are left out."""
    leading = [row for row in rows if not row.standing.team.is_baseline][:LEADING]
    scored = Submission.objects.filter(team__in=[row.standing.team_id for row in leading], verdict=Verdict.SCORED)
    newest = list(scored.order_by("-created_at", "-pk").values_list("team_id", "created_at", "public_score")[:NEWEST])
    steps: dict[int, list[Step]] = {row.standing.team_id: [] for row in leading}
    for team_id, at, score in reversed(newest):
        if score is not None:
            steps[team_id].append(Step(at, score))
    counts, better = edition.challenge.spec.board.counts, leaderboard.better(edition)
    if counts is not Counts.LAST:
        steps = {team_id: list(_improvements(found, better)) for team_id, found in steps.items()}
    climbs = [Climb(row.standing.team, row.shared_rank, steps[row.standing.team_id]) for row in leading]
    return Climbs([climb for climb in climbs if climb.steps], is_whole=len(newest) < NEWEST)


def _improvements(steps: Iterable[Step], better: Better) -> Iterable[Step]:
    best: float | None = None
    for step in steps:
        key = rules.sort_key(step.score, better)
        if best is None or key < best:
            best = key
            yield step
