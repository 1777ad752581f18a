"""Stored replays -> what the viewer draws step by step, and the same as tables for those who read.

A referee stores what it likes; the shapes known here are drawn, others are not. A reel is one game on a board or one
plane of lines over time; a reel's steps each have a sentence, so that the drawing is never the only way to follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError

Side = Literal[0, 1, 2]

FIGURE = re.compile(r"–?|[-\N{MINUS SIGN}+]?[\d ]*\d[\d.,]*( ?%| / \d+)?")
"""A cell that holds a figure, or nothing."""


class Misfit(ValueError):
    """A stored replay has a known shape, but its parts contradict each other."""


class Stored(BaseModel):
    """A part of a stored replay; what later judges add to it does not make it unreadable."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class StoredGame(Stored):
    bot: str
    rows: int = Field(ge=1, le=30)
    cols: int = Field(ge=1, le=30)
    inarow: int = Field(ge=2, le=30)
    opening: tuple[Side, ...]
    to_move: Literal[1, 2]
    you: Literal[1, 2]
    moves: tuple[int, ...]
    result: float
    ending: str


class StoredOpponent(Stored):
    bot: str
    rating: float
    results: tuple[float, ...]


class StoredLeague(Stored):
    games: tuple[StoredGame, ...]
    ladder: tuple[StoredOpponent, ...] = ()


class StoredSaving(Stored):
    lost_if_approved: float
    paid: float


class StoredLatency(Stored):
    up_to: tuple[float, ...]
    payments: tuple[int, ...]


class StoredDesk(Stored):
    cost_by_day: dict[str, tuple[float, ...]]
    cost0_by_day: tuple[float, ...]
    by_tactic: dict[str, StoredSaving] = {}
    latency_ms: StoredLatency | None = None


class StoredFamily(Stored):
    family: str
    target: float
    digits: tuple[float, ...]


class StoredRegression(Stored):
    families: tuple[StoredFamily, ...]
    gradient_loss: dict[str, tuple[float | None, ...]]


class StoredFunction(Stored):
    function: str
    right: int
    cases: int
    first_wrong: str | None = None


class StoredExam(Stored):
    functions: tuple[StoredFunction, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def columns(self) -> Sequence[tuple[str, bool]]:
        """Return name and whether the column holds figures alone, which are set against its right edge."""
        return [(name, all(map(FIGURE.fullmatch, cells))) for name, *cells in zip(self.head, *self.rows, strict=True)]

    @property
    def lines(self) -> Iterator[Sequence[tuple[str, bool]]]:
        """Yield each row's cells likewise."""
        figures = [is_figure for _name, is_figure in self.columns]
        for row in self.rows:
            yield list(zip(row, figures, strict=True))


@dataclass(frozen=True, kw_only=True)
class Move:
    cell: int
    """Counted row by row from the top."""
    side: Side
    column: int


@dataclass(frozen=True, kw_only=True)
class BoardReel:
    """A game in which discs fall into columns."""

    title: str
    rows: int
    cols: int
    opening: Sequence[Side]
    you: Side
    moves: Sequence[Move]
    line: Sequence[int]
    """Cells of the discs that won; empty where nobody made a line."""
    says: Sequence[str]
    """A sentence for the opening and for each move."""
    kind: Literal["board"] = field(default="board", init=False)

    @property
    def table(self) -> Table:
        rows = [
            (str(number), _("you") if move.side == self.you else _("opponent"), str(move.column))
            for number, move in enumerate(self.moves, start=1)
        ]
        head = (_("Move"), _("Who"), _("Column, counted from 0"))
        return Table(title=self.title, head=head, rows=rows)

    @property
    def opening_text(self) -> str:
        """Return the position before the first move in letters, a line for each row."""
        letters = ["." if not side else "x" if side == self.you else "o" for side in self.opening]
        return "\n".join(" ".join(letters[row * self.cols : (row + 1) * self.cols]) for row in range(self.rows))


@dataclass(frozen=True, kw_only=True)
class LinesReel:
    """What grew or fell over time."""

    title: str
    x: str
    y: str
    lines: Sequence[tuple[str, Sequence[float | None]]]
    says: Sequence[str]
    """A sentence for each step."""
    first: int
    """Number of the first step."""
    logarithmic: bool = False
    kind: Literal["lines"] = field(default="lines", init=False)

    @property
    def table(self) -> Table:
        columns = [values for _name, values in self.lines]
        rows = [
            (str(step), *(self._cell(value) for value in at))
            for step, at in enumerate(zip(*columns, strict=True), start=self.first)
        ]
        return Table(title=self.title, head=(self.x, *(name for name, _values in self.lines)), rows=rows)

    def _cell(self, value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.4g}" if self.logarithmic else f"{value:.2f}"


Reel = BoardReel | LinesReel


@dataclass(frozen=True, kw_only=True)
class Replay:
    reels: Sequence[Reel]
    tables: Sequence[Table]
    """What belongs beside the reels: results by opponent, savings by tactic."""


def replay_of(stored: Mapping[str, Any] | None) -> Replay | None:
    """Return what can be drawn of a stored replay; None where there is none, or none of a shape known here."""
    if not stored:
        return None
    for model, shape in _SHAPES:
        try:
            return shape(model.model_validate(stored))
        except (ValidationError, Misfit):
            continue
    return None


def is_known(stored: Mapping[str, Any] | None) -> bool:
    """Return whether a stored replay looks like one of the shapes, without reading it through."""
    return stored is not None and any(set(_needed(model)) <= set(stored) for model, _shape in _SHAPES)


def _needed(model: type[Stored]) -> Iterator[str]:
    return (name for name, info in model.model_fields.items() if info.is_required())


def _league(stored: StoredLeague) -> Replay:
    opponents = [
        (
            one.bot,
            f"{one.rating:.0f}",
            *(str(sum(result == value for result in one.results)) for value in (1.0, 0.5, 0.0)),
        )
        for one in stored.ladder
    ]
    head = (_("Opponent"), _("Rating"), _("Won"), _("Drawn"), _("Lost"))
    return Replay(
        reels=[_game(number, game) for number, game in enumerate(stored.games, start=1)],
        tables=[Table(title=_("Public games by opponent"), head=head, rows=opponents)] if opponents else [],
    )


def _game(number: int, stored: StoredGame) -> BoardReel:
    cells: list[Side] = list(stored.opening)
    if len(cells) != stored.rows * stored.cols:
        raise Misfit(f"opening: {len(cells)} cells")
    side: Side = stored.to_move
    moves = []
    for column in stored.moves:
        if not 0 <= column < stored.cols or cells[column] != 0:
            raise Misfit(f"moves: column {column}")
        cell = max(row * stored.cols + column for row in range(stored.rows) if cells[row * stored.cols + column] == 0)
        cells[cell] = side
        moves.append(Move(cell=cell, side=side, column=column))
        side = 2 if side == 1 else 1
    result = {1.0: _("won"), 0.5: _("drawn"), 0.0: _("lost")}.get(stored.result, f"{stored.result:g}")
    title = _("Game %(number)s against %(bot)s: %(result)s") % {"number": number, "bot": stored.bot, "result": result}
    return BoardReel(
        title=title,
        rows=stored.rows,
        cols=stored.cols,
        opening=stored.opening,
        you=stored.you,
        moves=moves,
        line=_line(stored, cells, moves[-1].side) if stored.ending == "line" and moves else (),
        says=list(_game_says(stored, moves, result)),
    )


def _game_says(stored: StoredGame, moves: Sequence[Move], result: str) -> Iterator[str]:
    begins = _("You begin.") if stored.to_move == stored.you else _("%(bot)s begins.") % {"bot": stored.bot}
    discs = sum(side != 0 for side in stored.opening)
    opened = _("The opening has %(count)s discs.") % {"count": discs} if discs else _("The board is empty.")
    end = _("The end: %(ending)s; %(result)s.") % {"ending": stored.ending, "result": result}
    yield f"{opened} {begins}" if moves else f"{opened} {begins} {end}"
    for number, move in enumerate(moves, start=1):
        words = {"bot": stored.bot, "column": move.column}
        said = _("You: column %(column)s.") if move.side == stored.you else _("%(bot)s: column %(column)s.")
        yield f"{said % words} {end}" if number == len(moves) else said % words


def _line(stored: StoredGame, cells: Sequence[Side], side: Side) -> list[int]:
    """Return the cells of the winner's discs that lie on a winning line."""
    own = {divmod(cell, stored.cols) for cell, owner in enumerate(cells) if owner == side}
    winning = set()
    for row, column in own:
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
            run = {(row + step * down, column + step * right) for step in range(stored.inarow)}
            if run <= own:
                winning |= run
    return sorted(row * stored.cols + column for row, column in winning)


def _desk(stored: StoredDesk) -> Replay:
    days = len(stored.cost0_by_day)
    if any(len(costs) != days for costs in stored.cost_by_day.values()):
        raise Misfit(f"cost_by_day: not {days} days each")
    accounts = sorted(stored.cost_by_day.items())
    paid = [sum(costs[day] for _name, costs in accounts) for day in range(days)]
    saved = [idle - own for idle, own in zip(stored.cost0_by_day, paid, strict=True)]
    so_far = list(accumulate(saved))
    savings = LinesReel(
        title=_("Cost saved, day by day"),
        x=_("Day"),
        y=_("euros so far"),
        lines=[
            (_("if all were approved"), [round(value, 2) for value in accumulate(stored.cost0_by_day)]),
            (_("your decisions"), [round(value, 2) for value in accumulate(paid)]),
            (_("saved"), [round(value, 2) for value in so_far]),
        ],
        says=[
            _("Day %(day)s: %(saved)s euros saved, %(total)s in all.")
            % {"day": day, "saved": f"{saved[day - 1]:.2f}", "total": f"{so_far[day - 1]:.2f}"}
            for day in range(1, days + 1)
        ],
        first=1,
    )
    decisions = LinesReel(
        title=_("What each kind of decision cost, day by day"),
        x=_("Day"),
        y=_("euros a day"),
        lines=accounts,
        says=[
            _("Day %(day)s: %(costs)s.")
            % {"day": day + 1, "costs": "; ".join(f"{name} {costs[day]:.2f}" for name, costs in accounts)}
            for day in range(days)
        ],
        first=1,
    )
    return Replay(reels=[savings, decisions] if days else [], tables=list(_desk_tables(stored)))


def _desk_tables(stored: StoredDesk) -> Iterator[Table]:
    if stored.by_tactic:
        rows = [
            (name, f"{one.lost_if_approved:.2f}", f"{one.paid:.2f}", f"{one.lost_if_approved - one.paid:.2f}")
            for name, one in stored.by_tactic.items()
        ]
        head = (_("Tactic"), _("If all were approved"), _("Your decisions"), _("Saved"))
        yield Table(title=_("Fraud by tactic, in euros"), head=head, rows=rows)
    if stored.latency_ms is not None:
        pairs = zip(stored.latency_ms.up_to, stored.latency_ms.payments, strict=False)
        rows_ms = [(f"{edge:g}", str(count)) for edge, count in pairs]
        yield Table(title=_("Time to decide"), head=(_("Up to, in ms"), _("Payments")), rows=rows_ms)


def _regression(stored: StoredRegression) -> Replay:
    names = {"truth": _("exact"), "yours": _("yours")}
    lines = [(names.get(name, name), values) for name, values in stored.gradient_loss.items()]
    steps = min((len(values) for _name, values in lines), default=0)
    reel = LinesReel(
        title=_("Loss after each step of gradient descent"),
        x=_("Step"),
        y=_("mean squared error"),
        lines=[(name, values[:steps]) for name, values in lines],
        says=[
            _("Step %(step)s: %(losses)s.") % {"step": step, "losses": "; ".join(_losses(lines, step))}
            for step in range(steps)
        ],
        first=0,
        logarithmic=True,
    )
    families = [
        (one.family, f"{one.target:g}", f"{sum(one.digits) / len(one.digits):.1f}" if one.digits else "–")
        for one in stored.families
    ]
    head = (_("Kind of task"), _("Digits wanted"), _("Digits right, on average"))
    return Replay(
        reels=[reel] if steps else [],
        tables=[Table(title=_("Right digits by kind of task"), head=head, rows=families)],
    )


def _losses(lines: Sequence[tuple[str, Sequence[float | None]]], step: int) -> Iterator[str]:
    for name, values in lines:
        value = values[step]
        yield f"{name} –" if value is None else f"{name} {value:.4g}"


def _exam(stored: StoredExam) -> Replay:
    rows = [(one.function, f"{one.right} / {one.cases}", one.first_wrong or "–") for one in stored.functions]
    head = (_("Function"), _("Right"), _("First that went wrong"))
    return Replay(reels=[], tables=[Table(title=_("Public cases by function"), head=head, rows=rows)])


_SHAPES: tuple[tuple[type[Any], Callable[[Any], Replay]], ...] = (
    (StoredLeague, _league),
    (StoredDesk, _desk),
    (StoredRegression, _regression),
    (StoredExam, _exam),
)
