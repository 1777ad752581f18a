"""Every known flower, drawn with its own petals and sepals, in the place that its petals and sepals give it."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, ORANGE, RED, bare

COLOURS = {"setosa": ORANGE, "versicolor": BLUE, "virginica": RED}
SCALE = 0.075
GOLDEN_ANGLE = 137.5
"""By which each flower is turned against the one before: no two look stamped."""


def draw(figure: Figure, dataset: Dataset) -> None:
    flowers = table(dataset.public["train.csv"])
    axes = bare(figure, margin=0.0)
    x = 16 * flowers.petal_length.rank(method="first", pct=True)
    y = 9 * flowers.sepal_width.rank(method="first", pct=True)
    colours = [COLOURS[name] for name in flowers.species]
    for leaves, turned, alpha in (("sepal", 0, 0.30), ("petal", 60, 0.85)):
        length, width = flowers[f"{leaves}_length"] * SCALE, flowers[f"{leaves}_width"] * SCALE
        for third in (0, 120, 240):
            angle = np.arange(len(flowers)) * GOLDEN_ANGLE + turned + third
            middle = np.column_stack(
                [x + np.cos(np.deg2rad(angle)) * length / 2, y + np.sin(np.deg2rad(angle)) * length / 2]
            )
            leaf = EllipseCollection(
                length, width, angle, units="xy", offsets=middle, offset_transform=axes.transData,
                facecolors=colours, alpha=alpha, linewidths=0,
            )  # fmt: skip
            axes.add_collection(leaf)
    axes.set_xlim(-0.35, 16.45)
    axes.set_ylim(-0.2, 9.25)
