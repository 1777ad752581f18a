"""One of the small jobs: read a table of numbers clockwise, from the upper left inwards."""

from __future__ import annotations

import json

from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from challenges.minting import Dataset
from challenges.pictures.style import BLUES, INK, ORANGE, PAPER, bare

PATH = [(0, x) for x in range(6)] + [(1, 5)] + [(2, x) for x in reversed(range(6))] + [(1, x) for x in range(5)]
"""Row and column of the cells of a table of 3 x 6, in the order in which they are read."""


def draw(figure: Figure, dataset: Dataset) -> None:
    practice = json.loads(dataset.public["practice.json"])
    tables = [step["args"][0] for case in practice if case["function"] == "spiral" for step in case["steps"]]
    numbers = next(table for table in tables if (len(table), len(table[0])) == (3, 6))
    axes = bare(figure, margin=0.05)
    axes.plot([x for _, x in PATH], [y for y, _ in PATH], color=ORANGE, linewidth=7, zorder=0)
    for order, (y, x) in enumerate(PATH):
        shade, ink = (BLUES(0.1 + 0.045 * order), INK if order < 9 else PAPER)
        axes.add_patch(FancyBboxPatch((x - 0.3, y - 0.3), 0.6, 0.6, "round,pad=0.06", facecolor=shade))
        axes.text(x, y, str(numbers[y][x]), ha="center", va="center", fontsize=19, color=ink)
    axes.set_xlim(-0.4, 5.4)
    axes.set_ylim(2.4, -0.4)
