"""A submission's score beside others: the team's best before it, the row above, another submission of the team.

Everything is told from the figures that are shown. On a Ladder a held submission shows those of another one, so that
nothing can be said of it on the public board: neither a difference nor a tier.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Better
from challenges.scoring import Score
from challenges.uncertainty.differences import Difference, of_spreads
from challenges.uncertainty.ties import LEVEL
from judge import leaderboard, progress
from judge.models import Board, Standing, Submission
from judge.tiers import Tier, tier
from judge.verdicts import Verdict

ONE_RULER = ("challenge_version", "data_digest", "metric", "metric_version")
"""Entries of the provenance that two scores must share to be compared at all."""


class Outcome(StrEnum):
    BETTER = "better"
    WORSE = "worse"
    LEVEL = "level"
    """Chance alone may have put the two in this order."""
    UNTOLD = "untold"
    """The scores differ, but their resamples are missing: nothing is claimed."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One score minus another on one board."""

    board: Board
    first: float
    second: float
    value: float
    interval: tuple[float, float] | None
    """The 95 % interval of the difference; None where the two were not resampled alike."""
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Above:
    """The row above a team's own, and the team's distance from it."""

    rank: int
    standing: Standing
    comparison: Comparison | None


def compare(first: Submission, second: Submission, board: Board) -> Comparison | None:
    """Return the first score minus the second; None where one of them is not scored, or held by the Ladder."""
    values = _score(first, board), _score(second, board)
    if values[0] is None or values[1] is None:
        return None
    found = of_spreads(values[0], values[1], first_spread=_spread(first, board), second_spread=_spread(second, board))
    value = values[0] - values[1]
    return Comparison(
        board=board,
        first=values[0],
        second=values[1],
        value=value,
        interval=None if found is None else found.interval,
        outcome=_outcome(value, found, leaderboard.better(first.edition)),
    )


def measured_alike(first: Submission, second: Submission) -> bool:
    """Return whether two submissions were scored on the same rows by the same version of the metric."""
    return all(first.provenance.get(name) == second.provenance.get(name) for name in ONE_RULER)


def best_before(submission: Submission) -> Submission | None:
    """Return the team's best public score among those handed in earlier."""
    direction = "-" if leaderboard.better(submission.edition) is Better.HIGHER else ""
    earlier = Submission.objects.filter(
        team=submission.team_id, verdict=Verdict.SCORED, public_held=False, pk__lt=submission.pk
    )
    best = earlier.defer("findings", "log_tail", "usage", "replay", "plots", "private_spread")
    return best.order_by(f"{direction}public_score", "created_at", "pk").first()


def others(submission: Submission, *, most: int = 50) -> list[Submission]:
    """Return the team's other scored submissions, newest first."""
    found = Submission.objects.filter(team=submission.team_id, verdict=Verdict.SCORED).exclude(pk=submission.pk)
    return list(found.only("pk", "file_name", "public_score", "public_held", "created_at").order_by("-pk")[:most])


def above(submission: Submission, board: Board) -> Above | None:
    """Return the row above the team's; None at the top, or where another submission stands for the team."""
    own = Standing.objects.filter(submission=submission, board=board).select_related("edition").first()
    upper = None if own is None else leaderboard.row_above(own)
    if own is None or upper is None:
        return None
    rank = leaderboard.rank_of(own) - 1
    return Above(rank=rank, standing=upper, comparison=compare(submission, upper.submission, board))


def tier_of(submission: Submission, board: Board) -> Tier | None:
    """Return the tier of a submission's own score; None where it has none that is shown."""
    value = _score(submission, board)
    if value is None:
        return None
    hosts = Standing.objects.filter(edition=submission.edition_id, board=board, team__is_baseline=True)
    host = hosts.order_by("-key").first()  # of several the weakest: that is the starter
    error: float = getattr(submission, f"{board}_error") or 0.0
    return tier(Score(value=value, standard_error=error), progress.anchors_of(submission.edition, host))


def _score(submission: Submission, board: Board) -> float | None:
    if board is Board.PUBLIC and submission.public_held:
        return None
    value: float | None = getattr(submission, f"{board}_score")
    return value


def _spread(submission: Submission, board: Board) -> NDArray[np.float64]:
    stored = getattr(submission, f"{board}_spread")
    return np.frombuffer(stored or b"", dtype="<f4").astype(np.float64)


def _outcome(value: float, found: Difference | None, better: Better) -> Outcome:
    if value == 0:
        return Outcome.LEVEL
    if found is None:
        return Outcome.UNTOLD
    if found.p_value > LEVEL:
        return Outcome.LEVEL
    return Outcome.BETTER if (value > 0) == (better is Better.HIGHER) else Outcome.WORSE
