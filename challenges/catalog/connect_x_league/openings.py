"""Starting positions: a few random discs on a board of the league's sizes, with nothing decided yet."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.random import Generator

from challenges.catalog.connect_x_league.board import Shape, cells, has_line, landings
from challenges.catalog.connect_x_league.bots import WON, Search, Weights

SHAPES = (Shape(6, 7, 4), Shape(5, 6, 4), Shape(7, 8, 4), Shape(8, 9, 5))
SHARES = (0.60, 0.15, 0.15, 0.10)
PLIES = (2, 4)

PROVEN_DEPTH = 8
MOST_NODES = 6_000
"""Some 20 ms an opening; where it does not last to the full depth, the depth that was reached counts."""


@dataclass(frozen=True)
class Opening:
    """A position after a few plies; `first` is the player who began."""

    shape: Shape
    first: int
    second: int

    @property
    def first_to_move(self) -> bool:
        return self.first.bit_count() == self.second.bit_count()


def boards(count: int) -> list[Shape]:
    """Return the sizes of `count` openings in the league's shares, by largest remainders."""
    exact = np.array(SHARES) * count
    counts = np.floor(exact).astype(int)
    for position in np.argsort(counts - exact, kind="stable")[: count - counts.sum()]:
        counts[position] += 1
    return [shape for shape, times in zip(SHAPES, counts, strict=True) for _ in range(times)]


def draw(shape: Shape, rng: Generator) -> Opening:
    """Return an opening in which nobody is seen to win within eight plies."""
    while True:
        opening = _scattered(shape, rng)
        if not _is_decided(opening):
            return opening


def _scattered(shape: Shape, rng: Generator) -> Opening:
    discs = [0, 0]
    for ply in range(int(rng.integers(PLIES[0], PLIES[1] + 1))):
        free = list(cells(landings(shape, discs[0] | discs[1])))
        discs[ply % 2] |= free[int(rng.integers(len(free)))]
    return Opening(shape, discs[0], discs[1])


def _is_decided(opening: Opening) -> bool:
    shape = opening.shape
    mine, theirs = opening.first, opening.second
    if not opening.first_to_move:
        mine, theirs = theirs, mine
    if has_line(shape, mine) or has_line(shape, theirs):
        return True
    search = Search(shape=shape, weights=Weights(middle=0.0, threat=0.0), most_nodes=MOST_NODES)
    search.best(mine, theirs, depth=PROVEN_DEPTH, rng=Random(0))
    return abs(search.value) > WON / 2
