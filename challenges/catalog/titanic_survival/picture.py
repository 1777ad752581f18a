"""Passengers as dots in the hull, first class on top, women before men: blue was saved, red was not."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, INK, RED, SKY, bare

DECKS = ((12, 32), (11, 34), (9, 36), (8, 37), (0, 45), (1, 45), (1, 44), (2, 44), (2, 43), (3, 43), (4, 42), (5, 41))
"""First and last place of each row of dots, from the top."""


def draw(figure: Figure, dataset: Dataset) -> None:
    people = table(dataset.public["train.csv"]).sort_values("pclass", kind="stable")
    cells = np.array([(x, -deck) for deck, (first, last) in enumerate(DECKS) for x in range(first, last)])
    people = people.iloc[np.linspace(0, len(people) - 1, len(cells)).astype(int)]
    order = np.lexsort((-cells[:, 1], cells[:, 0], people.pclass))
    people = people.sort_values(["pclass", "sex", "age"])
    axes = bare(figure, margin=0.0)
    colours = np.where(people.survived, BLUE, RED)
    axes.scatter(cells[order, 0], cells[order, 1], s=88, color=colours, zorder=2)
    for x in (13.5, 19, 24.5, 30):
        axes.add_patch(Polygon([(x, 0.5), (x + 2.6, 0.5), (x + 2.1, 5.4), (x - 0.5, 5.4)], color=INK))
    for x in (4.5, 40.5):
        axes.plot([x, x - 0.6], [-3.4, 7.2], color=INK, linewidth=2.5)
    water = np.linspace(-3, 49, 300)
    axes.fill_between(water, -10.6 + 0.25 * np.sin(water * 1.3), -18, color=SKY, alpha=0.75, zorder=3)
    axes.set_aspect("equal")
    axes.set_xlim(-1.8, 46.2)
    axes.set_ylim(-15.3, 11.7)
