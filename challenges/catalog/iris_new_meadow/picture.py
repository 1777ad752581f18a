"""Every known flower in its place, petal length against sepal width, drawn with its own petals and sepals."""

from __future__ import annotations

import numpy as np
from matplotlib.collections import EllipseCollection
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, ORANGE, RED, bare

COLOURS = {"setosa": ORANGE, "versicolor": BLUE, "virginica": RED}
SCALE = 0.030


def draw(figure: Figure, dataset: Dataset) -> None:
    flowers = table(dataset.public["train.csv"])
    axes = bare(figure, margin=0.0)
    x = (flowers.petal_length - flowers.petal_length.min()) / np.ptp(flowers.petal_length)
    y = (flowers.sepal_width - flowers.sepal_width.min()) / np.ptp(flowers.sepal_width)
    turn = np.arange(len(flowers)) * 137.5
    for colour_of, leaves, alpha in ((0, "sepal", 0.35), (60, "petal", 0.85)):
        for third in (0, 120, 240):
            angle = np.deg2rad(turn + third + colour_of)
            length, width = flowers[f"{leaves}_length"] * SCALE * 0.5, flowers[f"{leaves}_width"] * SCALE * 0.5
            centre = np.column_stack([16 * x + np.cos(angle) * length, 9 * y + np.sin(angle) * length])
            axes.add_collection(
                EllipseCollection(
                    2 * length, width * 2, np.rad2deg(angle), units="xy", offsets=centre,
                    offset_transform=axes.transData, facecolors=[COLOURS[name] for name in flowers.species], alpha=alpha, linewidths=0,
                )
            )  # fmt: skip
    axes.set_xlim(-0.9, 16.9)
    axes.set_ylim(-0.5, 9.5)
