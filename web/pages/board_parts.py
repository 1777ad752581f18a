"""The part of a board that a page shows, read once for every state of the board and then kept in this process.

What is kept is the same for everybody who may see the board, in figures: words, the moment of the day and the mark of
one's own row are added for each visitor. A part goes by the revision of its board, which the database draws anew in
the transaction that changes a row or a name; it is read before the rows, so that no part is older than its revision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.cache import caches

from judge import leaderboard
from judge.leaderboard import Marked, Row
from judge.models import Board, BoardState, Edition, Standing, Team
from judge.tiers import Anchors
from web.pages import standings
from web.pages.standings import Lines, Reach, TeamLine

KEPT_S = 600


@dataclass(frozen=True)
class Part:
    """The same for everybody."""

    table: Lines
    next_cursor: str | None
    around: bool
    is_top: bool
    scale: Anchors
    """By which medals are given."""

    @property
    def team_lines(self) -> Sequence[TeamLine]:
        """The lines without the anchors."""
        return [line for line in self.table.lines if isinstance(line, TeamLine)]


@dataclass(frozen=True)
class Seen:
    """A part with the visitor's own row, and the rows themselves where they had to be read."""

    part: Part
    state: BoardState | None
    own: Standing | None
    rows: Sequence[Row] | None

    @property
    def teams(self) -> int:
        return 0 if self.state is None else self.state.teams

    @property
    def own_position(self) -> int | None:
        """Where among the teams of the part the own row stands; None where it has not got it."""
        if self.own is None:
            return None
        team_id = self.own.team_id
        return next((position for position, line in enumerate(self.part.team_lines) if line.team_id == team_id), None)


def see(
    edition: Edition,
    board: Board,
    *,
    team: Team | None = None,
    cursor: str | None = None,
    around: bool = False,
    size: int = leaderboard.PAGE,
) -> Seen:
    """Return the part behind a cursor, or around a team's own row where it has one. Raises ValueError for a cursor."""
    state = leaderboard.state_of(edition, board)
    middle = team.pk if around and team is not None else None
    key = None if state is None else key_of(edition, f"{_name(state)}: {size} rows behind {cursor}, around {middle}")
    part: Part | None = None if key is None else caches["boards"].get(key)
    if part is not None:
        return Seen(part, state, None if team is None else leaderboard.own(edition, board, team), None)
    marked = leaderboard.marked(edition, board, team)
    part, rows = _read(edition, board, state, marked, cursor=cursor, around=around, size=size)
    if key is not None:
        caches["boards"].set(key, part, KEPT_S)
    return Seen(part, state, marked.own, rows)


def place_of(own: Standing, state: BoardState | None) -> int:
    """Return the place of a row that is on no page at hand."""
    if state is None:
        return leaderboard.rank_of(own)
    key = f"{state.revision}-place-{own.pk}"
    kept: int | None = caches["boards"].get(key)
    if kept is None:
        kept = leaderboard.rank_of(own)
        caches["boards"].set(key, kept, KEPT_S)
    return kept


def key_of(edition: Edition, what: str) -> str:
    """Return the key of something that is the same as long as its edition stays as it is."""
    minted = f"{edition.pk} {edition.anchors} {edition.closes_at}"
    return hashlib.sha256(f"{minted} {what}".encode()).hexdigest()


def _name(state: BoardState) -> str:
    return f"{state.board} {state.revision}"


def _read(
    edition: Edition,
    board: Board,
    state: BoardState | None,
    marked: Marked,
    *,
    cursor: str | None,
    around: bool,
    size: int,
) -> tuple[Part, Sequence[Row]]:
    rows: Sequence[Row] = leaderboard.beside(marked.own) if around and marked.own is not None else ()
    beside, next_cursor = bool(rows), None
    if beside:
        length = (0 if state is None else state.teams) + len(marked.hosts)
        first = None if rows[0].rank == 1 else rows[0].standing.key
        reach = Reach(first, None if rows[-1].rank == length else rows[-1].standing.key)
    else:
        page = leaderboard.page(edition, board, cursor=cursor, size=size)
        rows, next_cursor = page.rows, page.next_cursor
        reach = Reach(page.above_key, rows[-1].standing.key if next_cursor else None)
    table = standings.lines_of(edition, rows, hosts=marked.hosts, reach=reach)
    scale = standings.scale(edition, marked.hosts)
    return Part(table, next_cursor, around=beside, is_top=reach.first is None, scale=scale), rows
