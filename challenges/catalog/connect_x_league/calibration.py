"""Measures RATINGS: a round robin of the league's players, run by hand whenever one of them changes.

    python -m challenges.catalog.connect_x_league.calibration [openings a pair]

Ratings are the likeliest under Elo's rule, given one more draw for each pair, with the random mover at 0. Each opening
is played twice, colours swapped, with evaluation weights drawn as a deployment draws them.
"""

from __future__ import annotations

import sys
from itertools import combinations
from random import Random

import numpy as np
from numpy.typing import NDArray

from challenges.catalog.connect_x_league.bots import Bot
from challenges.catalog.connect_x_league.data import draw_weights
from challenges.catalog.connect_x_league.league import RATINGS, Game, Mover, bots
from challenges.catalog.connect_x_league.openings import SHAPES, SHARES, draw

STEPS = 4000


def main(openings: int) -> None:
    names = list(RATINGS)
    points = round_robin(names, openings)
    for name, rating in zip(names, ratings(points), strict=True):
        print(f'    "{name}": {rating:.0f}.0,')
    print(np.array2string(points, suppress_small=True))


def round_robin(names: list[str], openings: int) -> NDArray[np.float64]:
    """Return points[i, j] of player i in the games against player j."""
    points = np.zeros((len(names), len(names)))
    for pair, (i, j) in enumerate(combinations(range(len(names)), 2)):
        for k in range(openings):
            rng = np.random.default_rng([pair, k])
            players = bots(draw_weights(rng))
            opening = draw(SHAPES[rng.choice(len(SHAPES), p=SHARES)], rng)
            for begins in (True, False):
                game, chance = Game(opening=opening, learner_begins=begins), Random(int(rng.integers(2**32)))
                result = game.play(_mover(players[names[i]], chance), players[names[j]], chance)
                points[i, j] += result
                points[j, i] += 1 - result
    return points


def _mover(bot: Bot, chance: Random) -> Mover:
    """Return a bot that sits in the learner's place."""

    def move(game: Game) -> int:
        return bot(game.opening.shape, game.learner, game.bot, chance)

    return move


def ratings(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the likeliest ratings by Zermelo's iteration, the first player at 0."""
    points = points + 0.5 * (1 - np.eye(len(points)))
    games = points + points.T
    strength = np.ones(len(points))
    for _ in range(STEPS):
        strength = points.sum(axis=1) / (games / (strength[:, None] + strength)).sum(axis=1)
        strength /= strength[0]
    found: NDArray[np.float64] = 400 * np.log10(strength)
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 48)
