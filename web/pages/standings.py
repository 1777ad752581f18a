"""The lines of a board as its page shows them: teams with a shared rank, a drawn interval and a medal, anchors between.

Floor, baseline, reference and ceiling are no teams: they take no rank and stand where their score would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from challenges.metrics.types import Better, Metric
from challenges.scoring import Score, metric_of
from challenges.uncertainty.intervals import interval
from judge import leaderboard, rules
from judge.leaderboard import Row
from judge.models import Edition, Standing
from judge.progress import anchors_of
from judge.tiers import Anchors, Tier, tier
from web.pages.scale import LABELS, MEANINGS

WIDTH = 100
PAD = 3
"""Units left free at both ends of a bar's field."""


@dataclass(frozen=True)
class Interval:
    """Ends of a 95 % interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Bar:
    """A 95 % interval in a field of 100 x 12 units, better to the right."""

    ends: Interval
    path: str
    middle: str


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """A row of the board, the same for every visitor."""

    team_id: int
    name: str
    host: bool
    place: int
    shared_rank: int
    score: float
    standard_error: float
    bar: Bar | None
    entries: int
    reached: datetime
    medal: Tier | None


@dataclass(frozen=True)
class AnchorLine:
    """A mark of the scale that is no team; it is measured on the private rows."""

    name: str
    value: float
    standard_error: float

    @property
    def label(self) -> str:
        return str(LABELS[self.name])

    @property
    def meaning(self) -> str:
        return str(MEANINGS[self.name])


@dataclass(frozen=True)
class Lines:
    """All lines of a page with the field that their bars share."""

    lines: Sequence[TeamLine | AnchorLine]
    worst: float | None
    best: float | None
    """Ends of the field; None where no interval is known."""


@dataclass(frozen=True)
class Reach:
    """The part of the board that a page answers for, by sort key: from `first` on and before `end`; None is open."""

    first: float | None
    end: float | None


def lines_of(edition: Edition, rows: Sequence[Row], *, hosts: Sequence[Standing], reach: Reach) -> Lines:
    """Return the lines of a page."""
    better, anchors = leaderboard.better(edition), scale(edition, hosts)
    metric = metric_of(edition.challenge.spec.metric.primary)
    intervals = [interval_of(row.standing, metric) for row in rows]
    field = _field(intervals, better)
    between = [line for line in _anchor_lines(edition, hosts) if _within(rules.sort_key(line.value, better), reach)]
    between.sort(key=lambda line: rules.sort_key(line.value, better))
    lines: list[TeamLine | AnchorLine] = []
    for row, ends in zip(rows, intervals, strict=True):
        while between and rules.sort_key(between[0].value, better) < row.standing.key:
            lines.append(between.pop(0))
        lines.append(_line(row, ends, field, anchors))
    lines += between
    return Lines(lines, None if field is None else field.worst, None if field is None else field.best)


def _line(row: Row, ends: Interval, field: _Field | None, anchors: Anchors) -> TeamLine:
    standing = row.standing
    return TeamLine(
        team_id=standing.team_id,
        name=standing.team.name,
        host=standing.team.is_baseline,
        place=row.rank,
        shared_rank=row.shared_rank,
        score=standing.score,
        standard_error=standing.standard_error,
        bar=None if field is None or ends.high <= ends.low else field.bar(standing.score, ends),
        entries=standing.entries,
        reached=standing.achieved_at,
        medal=medal(standing, anchors),
    )


def scale(edition: Edition, hosts: Sequence[Standing]) -> Anchors:
    """Return the scale by which the medals of a board are given, from the host's own rows, best first."""
    return anchors_of(edition, hosts[-1] if hosts else None)


def medal(standing: Standing, anchors: Anchors) -> Tier | None:
    """Return the medal of a row; None without one, and for the host's own."""
    if standing.team.is_baseline:
        return None
    reached = tier(Score(value=standing.score, standard_error=standing.standard_error), anchors)
    return reached if reached >= Tier.BRONZE else None


def interval_of(standing: Standing, metric: Metric) -> Interval:
    """Return the 95 % interval of a row's score."""
    return Interval(*interval(metric, standing.score, standing.standard_error))


def _anchor_lines(edition: Edition, hosts: Sequence[Standing]) -> Iterator[AnchorLine]:
    for name in MEANINGS:
        if name == "baseline" and hosts:
            continue  # the host's own row stands on the board itself
        anchor = edition.anchors.get(name)
        if anchor is not None:
            yield AnchorLine(name, anchor["value"], anchor["standard_error"])


def _within(key: float, reach: Reach) -> bool:
    return (reach.first is None or key >= reach.first) and (reach.end is None or key < reach.end)


@dataclass(frozen=True)
class _Field:
    worst: float
    best: float

    def bar(self, score: float, ends: Interval) -> Bar:
        left, right = sorted((self._place(ends.low), self._place(ends.high)))
        return Bar(ends, f"M{left} 6H{right}", str(self._place(score)))

    def _place(self, value: float) -> float:
        share = (value - self.worst) / (self.best - self.worst)
        return round(PAD + share * (WIDTH - 2 * PAD), 1)


def _field(intervals: Sequence[Interval], better: Better) -> _Field | None:
    low = min((ends.low for ends in intervals), default=0.0)
    high = max((ends.high for ends in intervals), default=0.0)
    if low == high:
        return None
    return _Field(low, high) if better is Better.HIGHER else _Field(high, low)
