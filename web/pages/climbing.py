"""Score over time of the leading teams: figures for static/site/plots.js to draw, and the newest of them as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from challenges.metrics.types import Better
from challenges.spec import MetricUse
from judge.climbs import Climb, Climbs, Step

IN_TABLE = 20
"""Newest steps of a team that the table beside the drawing has; a longer one would outweigh the board."""


@dataclass(frozen=True)
class Way:
    """One team's way up."""

    climb: Climb

    @property
    def newest_steps(self) -> Sequence[Step]:
        """The steps that its table has."""
        return self.climb.steps[-IN_TABLE:]


@dataclass(frozen=True)
class Drawing:
    """All ways on one plane, better upwards."""

    ways: Sequence[Way]
    figures: Mapping[str, Any]
    is_whole: bool


def drawing_of(climbs: Climbs, *, metric: MetricUse, better: Better, until: datetime) -> Drawing | None:
    """Return the drawing; None with fewer than two steps in all, which show nothing."""
    if sum(len(climb.steps) for climb in climbs.of_teams) < 2:
        return None
    figures = {
        "kind": "steps",
        "time": True,
        "x": _("time (UTC)"),
        "y": metric.name,
        "lines": [
            {"name": climb.team.name, "points": [[int(step.at.timestamp()), step.score] for step in climb.steps]}
            for climb in climbs.of_teams
        ],
        "until": int(until.timestamp()),
        "lower_is_better": better is Better.LOWER,
        "digits": metric.digits,
    }
    return Drawing([Way(climb) for climb in climbs.of_teams], figures, climbs.is_whole)
