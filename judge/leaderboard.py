"""The boards: written in the transaction that records a score, read by index.

Order: better score first; among equal scores the one handed in earlier; then the team's number, so that the order is
total. A page is read from where the last one ended (a cursor), never by counting from the top.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import numpy as np
import orjson
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from challenges.metrics.types import Better
from challenges.scoring import metric_of
from challenges.uncertainty.ties import Entry, Leader, leaders
from judge import rules
from judge.models import Board, BoardState, Edition, Standing, Submission, Team
from judge.verdicts import Verdict

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

PAGE = 50

WALK = 200
"""Rows above a team's own from which groups of level rows are walked; on a longer board a group may start there."""

READ = (
    *(field.name for field in Standing._meta.concrete_fields),
    *(f"team__{column}" for column in ("edition", "name", "captain", "is_baseline")),
)
"""Columns of a row and its team that every board reads; a submission has many more, and long ones."""


@dataclass(frozen=True)
class Row:
    """One line of a board."""

    rank: int
    """Its place: 1 + the number of rows before it."""
    standing: Standing
    level_with: int | None
    """Rank of the leader of its group, where chance alone may have ordered the two: see challenges/uncertainty/ties.py.
    None for a row that leads a group itself."""

    @property
    def shared_rank(self) -> int:
        """The rank that it shares with all rows of its group."""
        return self.rank if self.level_with is None else self.level_with


class Ranked(TypedDict):
    """What `with_rank` adds to a row."""

    rank: int


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    next_cursor: str | None
    above_key: float | None = None
    """Key of the row before the first one; None at the top of the board."""


@dataclass(frozen=True)
class Marked:
    """The rows that a board shows in a way of their own, wherever they stand."""

    own: Standing | None
    hosts: Sequence[Standing]
    """The host's own rows, best first: the starter is the last."""


def better(edition: Edition) -> Better:
    """Return the direction of the edition's primary metric, from the registry."""
    return metric_of(edition.challenge.spec.metric.primary).better


def update(submission: Submission) -> None:
    """Bring a team's rows up to date after one of its submissions was scored; call inside the recording transaction."""
    refresh(submission.team)


def refresh(team: Team) -> None:
    """Derive a team's rows on both boards from its scored submissions."""
    scored = list(team.submissions.filter(verdict=Verdict.SCORED))
    edition = team.edition
    direction = better(edition)
    counts = rules.counting(scored, edition.challenge.spec.board, direction)
    if counts is None:
        team.standings.all().delete()
        return
    for board, submission in ((Board.PUBLIC, counts.public), (Board.PRIVATE, counts.private)):
        score: float = getattr(submission, f"{board}_score")
        Standing.objects.update_or_create(
            edition=edition,
            board=board,
            team=team,
            defaults={
                "key": rules.sort_key(score, direction),
                "achieved_at": submission.created_at,
                "submission": submission,
                "score": score,
                "standard_error": getattr(submission, f"{board}_error"),
                "entries": len(scored),
            },
        )


def page(edition: Edition, board: Board, *, cursor: str | None = None, size: int = PAGE) -> Page:
    """Return up to `size` rows behind a cursor, or the first page. Raises ValueError for a cursor that is not ours."""
    rows, rank, after, above = _ordered(edition, board), 0, None, None
    if cursor is not None:
        after = _read_cursor(cursor)
        rows, rank = rows.filter(_behind(after.place)), after.rank
        above = _leader_of(after, rows=_ordered(edition, board), board=board)
    found = list(rows[: size + 1])
    shown = _ranked(found[:size], first_rank=rank + 1, above=above, board=board)
    more = len(found) > size
    return Page(
        rows=shown,
        next_cursor=_write_cursor(shown, after) if more else None,
        above_key=None if after is None else after.place.key,
    )


def teams_on(edition: Edition, board: Board) -> int:
    """Return how many teams have a score, the host's own left out."""
    state = state_of(edition, board)
    return 0 if state is None else state.teams


def state_of(edition: Edition, board: Board) -> BoardState | None:
    """Return which state a board is in; None before its first row. Read before rows, it is never newer than they."""
    return BoardState.objects.filter(edition=edition, board=board).first()


def length_of(edition: Edition, board: Board) -> int:
    """Return the number of rows, those of the host with them."""
    state = state_of(edition, board)
    hosts = Standing.objects.filter(
        edition=edition, board=board, team__in=Team.objects.filter(edition=edition, is_baseline=True)
    )
    return (0 if state is None else state.teams) + hosts.count()


def marked(edition: Edition, board: Board, team: Team | None) -> Marked:
    """Return a team's own row and those of the host."""
    on_board = Standing.objects.filter(edition=edition, board=board).select_related("team").only(*READ)
    found = on_board.filter(team__in=Team.objects.filter(edition=edition, is_baseline=True))
    if team is not None:
        # A union and no OR: with an OR, PostgreSQL looks at every row of the board.
        found = found.union(on_board.filter(team=team), all=True)
    rows = sorted({row.pk: row for row in found}.values(), key=lambda row: (row.key, row.achieved_at, row.team_id))
    own = next((row for row in rows if team is not None and row.team_id == team.pk), None)
    return Marked(own=own, hosts=[row for row in rows if row.team.is_baseline])


def own(edition: Edition, board: Board, team: Team) -> Standing | None:
    """Return a team's own row."""
    row = Standing.objects.filter(edition=edition, board=board, team=team).first()
    if row is not None:
        row.team = team
    return row


def around(edition: Edition, board: Board, team: Team, *, reach: int = 5) -> Sequence[Row]:
    """Return a team's row with up to `reach` rows on each side; empty when it has none."""
    own = _ordered(edition, board).filter(team=team).first()
    return () if own is None else beside(own, reach=reach)


def beside(own: Standing, *, reach: int = 5) -> Sequence[Row]:
    """Return a row with up to `reach` rows on each side."""
    edition, board = own.edition_id, Board(own.board)
    nearest_first = _ordered(edition, board, upwards=True).filter(_before(_place(own)))
    wanted = ("score", f"submission__{board}_spread", "key", "achieved_at", "team_id")
    above = list(nearest_first.values_list(*wanted)[:WALK])
    near = above[:reach]
    start = _Place(*near[-1][2:]) if near else _place(own)
    rows = list(_ordered(edition, board).filter(_from(start))[: len(near) + 1 + reach])
    further = [_entry_of(score, spread) for score, spread, *_place_ in reversed(above[reach:])]
    return _ranked(rows, first_rank=rank_of(own) - len(near), above=None, board=board, walked=further)


def first(edition: Edition, board: Board) -> Standing | None:
    """Return the row at the top of a board."""
    return _ordered(edition, board).first()


def newest(edition: Edition, board: Board, *, size: int) -> Sequence[Standing]:
    """Return the rows that were reached last, newest first."""
    rows = Standing.objects.filter(edition=edition, board=board).select_related("team")
    return list(rows.order_by("-achieved_at", "-pk")[:size])


def rank_of(standing: Standing) -> int:
    """Return 1 + the number of rows before this one."""
    here = Standing.objects.filter(edition=standing.edition_id, board=standing.board)
    place = _place(standing)
    level = here.filter(_sooner(place.achieved_at, place.team_id), key=place.key)
    # Two counts in one query: rows with a better key are counted in the index alone, without a look at each of them.
    before: int = here.filter(key__lt=place.key).aggregate(number=Count("*") + _counted(level))["number"]
    return before + 1


def with_rank(standings: QuerySet[Standing]) -> QuerySet[WithAnnotations[Standing, Ranked]]:
    """Return rows of any boards with `rank`: 1 + the number of rows before each, all of them in one query."""
    here = Standing.objects.filter(edition=OuterRef("edition"), board=OuterRef("board"))
    level = here.filter(_sooner(OuterRef("achieved_at"), OuterRef("team_id")), key=OuterRef("key"))
    return standings.annotate(rank=_counted(here.filter(key__lt=OuterRef("key"))) + _counted(level) + 1)


def row_above(standing: Standing) -> Standing | None:
    """Return the row next above this one with its submission; None at the top."""
    board = Board(standing.board)
    above = _ordered(standing.edition_id, board, upwards=True).filter(_before(_place(standing)))
    return above.only(*READ, "submission").defer(*(f"submission__{column}" for column in Submission.LONG)).first()


def rank(edition: Edition, board: Board, team: Team) -> int | None:
    """Return a team's rank, or None when it has no score yet."""
    standing = own(edition, board, team)
    return None if standing is None else rank_of(standing)


def sees_private(edition: Edition, *, is_staff: bool, now: datetime) -> bool:
    """Return whether somebody may see private scores: everybody after the deadline, before it instructors only."""
    return is_staff or edition.has_closed(now)


@dataclass(frozen=True)
class _Place:
    """Where a row stands: the columns of the board's index."""

    key: float
    achieved_at: datetime
    team_id: int


def _place(standing: Standing) -> _Place:
    return _Place(standing.key, standing.achieved_at, standing.team_id)


def _ordered(edition: Edition | int, board: Board, *, upwards: bool = False) -> QuerySet[Standing]:
    columns = ("key", "achieved_at", "team_id")
    order = [f"-{column}" for column in columns] if upwards else list(columns)
    rows = Standing.objects.filter(edition=edition, board=board).select_related("team", "submission")
    return rows.only(*READ, f"submission__{board}_spread", f"submission__{board}_secondary").order_by(*order)


def _behind(place: _Place) -> Q:
    # `key >= k` alone lets the database start in the index; the rest settles ties.
    return Q(key__gte=place.key) & (_later(place) | Q(achieved_at=place.achieved_at, team_id__gt=place.team_id))


def _from(place: _Place) -> Q:
    return Q(key__gte=place.key) & (_later(place) | Q(achieved_at=place.achieved_at, team_id__gte=place.team_id))


def _later(place: _Place) -> Q:
    return Q(key__gt=place.key) | Q(achieved_at__gt=place.achieved_at)


def _before(place: _Place) -> Q:
    return Q(key__lte=place.key) & (Q(key__lt=place.key) | _sooner(place.achieved_at, place.team_id))


def _sooner(achieved_at: datetime | OuterRef, team_id: int | OuterRef) -> Q:
    return Q(achieved_at__lt=achieved_at) | Q(achieved_at=achieved_at, team_id__lt=team_id)


def _counted(rows: QuerySet[Standing]) -> Coalesce:
    return Coalesce(Subquery(rows.order_by().values("edition").annotate(number=Count("*")).values("number")), 0)


def _ranked(
    rows: Sequence[Standing],
    *,
    first_rank: int,
    above: Leader | None,
    board: Board,
    walked: Sequence[Entry] = (),
) -> list[Row]:
    """Return rows with their groups, those `walked` standing right above them."""
    entries = [_entry_of(standing.score, getattr(standing.submission, f"{board}_spread")) for standing in rows]
    groups = leaders([*walked, *entries], first_rank=first_rank - len(walked), above=above)[len(walked) :]
    return [
        Row(rank_number, standing, leader.rank if leader.rank < rank_number else None)
        for rank_number, (standing, leader) in enumerate(zip(rows, groups, strict=True), start=first_rank)
    ]


def _entry_of(score: float, stored: bytes | None) -> Entry:
    return Entry(score=score, spread=np.frombuffer(stored, dtype="<f4") if stored else None)


@dataclass(frozen=True)
class _After:
    """Where a page starts: behind a row, whose group's leader is known."""

    rank: int
    place: _Place
    leader_rank: int
    leader_team_id: int


def _leader_of(after: _After, *, rows: QuerySet[Standing], board: Board) -> Leader | None:
    """Return the leader of the group that a page continues; None when that team stands there no longer."""
    standing = rows.filter(team_id=after.leader_team_id).filter(key__lte=after.place.key).first()
    if standing is None:
        return None
    entry = _entry_of(standing.score, getattr(standing.submission, f"{board}_spread"))
    return Leader(rank=after.leader_rank, entry=entry)


def _write_cursor(shown: Sequence[Row], after: _After | None) -> str:
    last = shown[-1]
    leader_rank = last.shared_rank
    if after is not None and leader_rank < shown[0].rank:
        leader_team_id = after.leader_team_id
    else:
        leader_team_id = shown[leader_rank - shown[0].rank].standing.team_id
    place = last.standing
    cursor = [last.rank, place.key, place.achieved_at, place.team_id, leader_rank, leader_team_id]
    return base64.urlsafe_b64encode(orjson.dumps(cursor)).decode().rstrip("=")


def _read_cursor(cursor: str) -> _After:
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        rank_number, key, achieved_at, team_id, leader_rank, leader_team_id = orjson.loads(raw)
        place = _Place(float(key), datetime.fromisoformat(achieved_at), int(team_id))
        return _After(int(rank_number), place, int(leader_rank), int(leader_team_id))
    except (ValueError, TypeError) as error:
        raise ValueError(f"this cursor is not one of ours: {cursor!r}") from error
