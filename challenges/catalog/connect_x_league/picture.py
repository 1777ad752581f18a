"""Two boards of the league, of two sizes, each with a game just won and the winning line marked."""

from __future__ import annotations

from random import Random

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch

from challenges.catalog.connect_x_league.board import Shape, cells, has_line
from challenges.catalog.connect_x_league.bots import Weights, searcher
from challenges.minting import Dataset
from challenges.pictures.style import BLUE, INK, PAPER, RED, bare

YELLOW = "#ffc23d"
GAMES = ((Shape(rows=6, cols=7, inarow=4), 0), (Shape(rows=8, cols=9, inarow=5), 29))
"""Board and seed of its game."""


def draw(figure: Figure, dataset: Dataset) -> None:
    axes = bare(figure, margin=0.0)
    axes.set_xlim(0, 19.2)
    axes.set_ylim(-1.4, 9.4)
    left = 1.1
    for shape, seed in GAMES:
        first, second = _played(shape, Random(seed))
        _show(axes, shape, (first, second), left)
        left += shape.cols + 1.0


def _played(shape: Shape, rng: Random) -> tuple[int, int]:
    """Return the discs of the winner and of the loser after a game between two short-sighted searchers."""
    play = searcher(depth=4, most_nodes=3000, weights=Weights(), blunder_rate=0.05)
    mine, theirs = 0, 0
    for _move in range(shape.rows * shape.cols):
        mine |= play(shape, mine, theirs, rng)
        if has_line(shape, mine):
            break
        mine, theirs = theirs, mine
    return mine, theirs


def _show(axes: Axes, shape: Shape, discs: tuple[int, int], left: float) -> None:
    axes.add_patch(
        FancyBboxPatch((left, 0), shape.cols, shape.rows, boxstyle="round,pad=0.12,rounding_size=0.35", facecolor=BLUE)
    )
    won = _line(shape, discs[0])
    for column in range(shape.cols):
        for height in range(shape.rows):
            cell = 1 << column * shape.height + height
            colour = YELLOW if discs[0] & cell else RED if discs[1] & cell else PAPER
            middle = (left + column + 0.5, height + 0.5)
            axes.add_patch(Circle(middle, 0.41, facecolor=colour))
            if won & cell:
                axes.add_patch(Circle(middle, 0.22, fill=False, edgecolor=INK, linewidth=3.5))


def _line(shape: Shape, discs: int) -> int:
    """Return the cells without which the discs would hold no line."""
    return sum(cell for cell in cells(discs) if not has_line(shape, discs & ~cell))
