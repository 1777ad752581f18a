"""Plays the league's games one after another, each against the clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import orjson

from challenges.catalog.connect_x_league.board import landings, to_cells
from challenges.catalog.connect_x_league.bots import Weights
from challenges.catalog.connect_x_league.data import opening_from
from challenges.catalog.connect_x_league.league import RATINGS, Forfeit, Game, bots
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Foul, FoulKind, Message, Player, Session
from challenges.spec import Size

MOVE_S = 0.150
RESERVE_S = 2.0
"""A game's clock starts with the reserve and gains MOVE_S before every move."""

REPLAYED = 4
"""Public games on the result page, two of them lost ones if there are any."""

PAIRS_OF_A_SPLIT = 10_000


@dataclass(frozen=True, kw_only=True)
class Played:
    """A finished game."""

    entry: dict[str, Any]
    game: Game
    result: float
    seconds: float

    @property
    def seconds_a_move(self) -> float:
        own = len(self.game.moves[int(not self.game.learner_begins) :: 2])
        return self.seconds / max(own, 1)


class Clock:
    """Asks a learner for the moves of one game until its time is up."""

    def __init__(self, dialogue: Dialogue, number: int) -> None:
        self._dialogue = dialogue
        self._number = number
        self._left_s = RESERVE_S
        self.used_s = 0.0

    def __call__(self, game: Game) -> int:
        shape = game.opening.shape
        self._left_s += MOVE_S
        me, other = (1, 2) if game.learner_is_first else (2, 1)
        first, second = (game.learner, game.bot) if me < other else (game.bot, game.learner)
        try:
            reply = self._dialogue.ask(
                "move",
                timeout_s=self._left_s,
                game=self._number,
                rows=shape.rows,
                cols=shape.cols,
                inarow=shape.inarow,
                board=to_cells(shape, first, second),
                me=me,
                clock_s=round(self._left_s, 3),
            )
        except Foul as foul:
            if foul.kind is not FoulKind.LATE:
                raise
            self.used_s += self._left_s
            raise Forfeit("out of time") from None
        self._left_s -= reply.elapsed_s
        self.used_s += reply.elapsed_s
        return _landing(game, reply.message)


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Play all games in the shuffled order of the mint; their number tells nothing of the opponent."""
    league = orjson.loads(episodes["league.json"])
    players = bots(Weights(**league["weights"]))
    dialogue.open(challenge="connect-x-league", games=len(league["games"]), move_s=MOVE_S, reserve_s=RESERVE_S)
    played = []
    for number, entry in enumerate(league["games"]):
        game = Game(opening=opening_from(entry), learner_begins=entry["learner_begins"])
        clock = Clock(dialogue, number)
        result = game.play(clock, players[entry["bot"]], Random(entry["seed"]))
        played.append(Played(entry=entry, game=game, result=result, seconds=clock.used_s))
        dialogue.tell("over", game=number, result=result, ending=game.ending)
    public = np.array([entry["public"] for entry in league["games"]])
    pairs = np.array([entry["pair"] for entry in league["games"]])
    return Session(
        evaluation=Evaluation(
            truth={"rating": np.array([RATINGS[entry["bot"]] for entry in league["games"]])},
            predictions={
                "result": np.array([item.result for item in played]),
                "seconds": np.array([item.seconds_a_move for item in played]),
            },
            public=public,
            unit=np.where(public, pairs, pairs + PAIRS_OF_A_SPLIT),
            facts={name: np.array([int(entry["bot"] == name) for entry in league["games"]]) for name in RATINGS},
        ),
        remarks=_remarks(played),
        replay=_replay(played),
    )


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that drops its discs as near the middle as there is room.

    Of the players that look for a free column only it is the best: some 20 points above a stack at one side, 200 above
    discs dropped anywhere.
    """
    return _first_free(lambda cols: sorted(range(cols), key=lambda col: abs(2 * col - cols + 1)))


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return the other players that look for a free column only."""
    rng = Random(0)
    return {
        "the leftmost free column": _first_free(range),
        "the rightmost free column": _first_free(lambda cols: range(cols)[::-1]),
        "any free column": _first_free(lambda cols: rng.sample(range(cols), cols)),
    }


def _first_free(order: Callable[[int], Iterable[int]]) -> Player:
    """Return a player that takes the first free column in an order of all of them."""

    def play(message: Message) -> Message | None:
        if message["type"] != "move":
            return None
        return {"col": next(column for column in order(message["cols"]) if message["board"][column] == 0)}

    return play


def ceiling_player(episodes: Mapping[str, bytes]) -> Player | None:
    """Return None: perfect play is out of reach of plain Python, and winning every game bounds the score."""
    return None


def _landing(game: Game, message: Message) -> int:
    shape, column = game.opening.shape, message.get("col")
    if not isinstance(column, int) or isinstance(column, bool) or not 0 <= column < shape.cols:
        raise Forfeit("illegal move: no such column")
    cell = landings(shape, game.learner | game.bot) & shape.columns[column]
    if not cell:
        raise Forfeit("illegal move: the column is full")
    return cell


def _remarks(played: list[Played]) -> tuple[str, ...]:
    public = [item for item in played if item.entry["public"]]
    forfeits = [item.game.ending for item in public if item.game.ending not in ("line", "full board")]
    return tuple(
        f"{forfeits.count(ending)} of {len(public)} public games lost: {ending}" for ending in dict.fromkeys(forfeits)
    )


def _replay(played: list[Played]) -> dict[str, Any]:
    """Return results by opponent and a few whole games, public ones only."""
    public = [item for item in played if item.entry["public"]]
    ladder = [
        {
            "bot": name,
            "rating": rating,
            "results": [item.result for item in public if item.entry["bot"] == name],
        }
        for name, rating in RATINGS.items()
    ]
    lost = [item for item in public if item.result == 0]
    others = sorted((item for item in public if item.result > 0), key=lambda item: -RATINGS[item.entry["bot"]])
    chosen = [*lost[: REPLAYED // 2], *others, *lost[REPLAYED // 2 :]][:REPLAYED]
    return {"ladder": ladder, "games": [_shown(item) for item in chosen]}


def _shown(item: Played) -> dict[str, Any]:
    shape, opening = item.game.opening.shape, item.game.opening
    return {
        "bot": item.entry["bot"],
        "rows": shape.rows,
        "cols": shape.cols,
        "inarow": shape.inarow,
        "opening": to_cells(shape, opening.first, opening.second),
        "to_move": 1 if opening.first_to_move else 2,
        "you": 1 if item.game.learner_is_first else 2,
        "moves": item.game.moves,
        "result": item.result,
        "ending": item.game.ending,
    }
