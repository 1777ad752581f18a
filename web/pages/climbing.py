"""Score over time of the leading teams, drawn here so that the page needs neither a script nor an inline style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from challenges.metrics.types import Better
from judge.climbs import Climb, Climbs, Step

LEFT, RIGHT, TOP, BOTTOM = 8, 712, 10, 190
"""The plane of the stairs, in units of a picture of 720 x 200."""

IN_TABLE = 20
"""Newest steps of a team that the table beside the drawing has; a longer one would outweigh the board."""


@dataclass(frozen=True)
class Stair:
    """One team's way: level until the next step."""

    climb: Climb
    path: str

    @property
    def newest_steps(self) -> Sequence[Step]:
        """The steps that its table has."""
        return self.climb.steps[-IN_TABLE:]


@dataclass(frozen=True)
class Drawing:
    """All stairs on one plane, better upwards."""

    stairs: Sequence[Stair]
    since: datetime
    until: datetime
    worst: float
    best: float
    is_whole: bool

    frame = f"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"


def drawing_of(climbs: Climbs, better: Better, *, until: datetime) -> Drawing | None:
    """Return the drawing; None with fewer than two steps in all, which show nothing."""
    steps = [step for climb in climbs.of_teams for step in climb.steps]
    if len(steps) < 2:
        return None
    since = min(step.at for step in steps)
    span = max(until - since, timedelta(seconds=1))
    scores = [step.score for step in steps]
    worst, best = (min(scores), max(scores)) if better is Better.HIGHER else (max(scores), min(scores))

    def across(at: datetime) -> float:
        return round(LEFT + (at - since) / span * (RIGHT - LEFT), 1)

    def up(score: float) -> float:
        share = 0.5 if best == worst else (score - worst) / (best - worst)
        return round(BOTTOM - 8 - share * (BOTTOM - TOP - 16), 1)

    stairs = []
    for climb in climbs.of_teams:
        first, *later = climb.steps
        treads = "".join(f"H{across(step.at):g}V{up(step.score):g}" for step in later)
        stairs.append(Stair(climb, f"M{across(first.at):g} {up(first.score):g}{treads}H{RIGHT}"))
    return Drawing(stairs, since, until, worst, best, climbs.is_whole)
