"""Who plays in the league, how strong each is, and how a game goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from challenges.catalog.connect_x_league.board import column_of, has_line, landings
from challenges.catalog.connect_x_league.bots import (
    Bot,
    Weights,
    one_ply,
    random_mover,
    searcher,
    tree_sampler,
)
from challenges.catalog.connect_x_league.openings import Opening

RATINGS: dict[str, float] = {
    "random": 0.0,
    "one-ply": 497.0,
    "mcts-60": 629.0,
    "negamax-3": 1010.0,
    "mcts-300": 912.0,
    "negamax-5": 1090.0,
    "negamax-7": 1115.0,
}
"""Measured by calibration.py over 48 games a pair, to within some 50 points; the random mover is 0."""


def bots(weights: Weights) -> dict[str, Bot]:
    """Return the league's players; `weights` are the deployment's secret."""
    plain = Weights()
    return {
        "random": random_mover,
        "one-ply": one_ply,
        "mcts-60": tree_sampler(playouts=60),
        "negamax-3": searcher(depth=3, most_nodes=2_000, weights=plain),
        "mcts-300": tree_sampler(playouts=300),
        "negamax-5": searcher(depth=5, most_nodes=6_000, weights=weights),
        "negamax-7": searcher(depth=7, most_nodes=15_000, weights=weights, blunder_rate=0.01),
    }


class Forfeit(Exception):
    """The player to move has lost by breaking a rule; the text says which."""


Mover = Callable[["Game"], int]
"""A game whose player is to move -> the cell to take. Raises Forfeit."""


@dataclass(kw_only=True)
class Game:
    """One game between a learner and a bot."""

    opening: Opening
    learner_begins: bool
    """Whether the learner moves first from the opening."""
    learner: int = field(init=False)
    bot: int = field(init=False)
    moves: list[int] = field(default_factory=list)
    """Columns played after the opening."""
    ending: str = ""

    def __post_init__(self) -> None:
        mover, other = self.opening.first, self.opening.second
        if not self.opening.first_to_move:
            mover, other = other, mover
        self.learner, self.bot = (mover, other) if self.learner_begins else (other, mover)

    @property
    def learner_is_first(self) -> bool:
        """Whether the learner owns the discs of player 1, who began the opening."""
        return self.learner_begins == self.opening.first_to_move

    def play(self, learner: Mover, bot: Bot, rng: Random) -> float:
        """Play to the end and return the learner's result: 1, 0.5 or 0."""
        shape, learners_turn = self.opening.shape, self.learner_begins
        while landings(shape, self.learner | self.bot):
            if learners_turn:
                try:
                    move = learner(self)
                except Forfeit as forfeit:
                    self.ending = str(forfeit)
                    return 0.0
                self.learner |= move
            else:
                move = bot(shape, self.bot, self.learner, rng)
                self.bot |= move
            self.moves.append(column_of(shape, move))
            if has_line(shape, self.learner if learners_turn else self.bot):
                self.ending = "line"
                return float(learners_turn)
            learners_turn = not learners_turn
        self.ending = "full board"
        return 0.5
