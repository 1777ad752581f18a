"""Three faded prints above, the same three as they were below, each with the histogram of its greys."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, unzipped
from challenges.pictures.style import SHEET

PRINTS = (60, 22, 39)


def draw(figure: Figure, dataset: Dataset) -> None:
    faded = images(unzipped(dataset.public["train_faded.zip"]))
    clean = images(unzipped(dataset.public["train_clean.zip"]))
    names = [list(faded)[place] for place in PRINTS]
    tiles = [*(faded[name] for name in names), *(clean[name] for name in names)]
    for axes, tile in zip(contact_sheet(figure, tiles, rows=2, columns=3, gap=0.015), tiles, strict=True):
        counts, _edges = np.histogram(tile.mean(axis=2), bins=64, range=(0, 256))
        (left, right), (low, _high) = axes.get_xlim(), axes.get_ylim()
        heights = np.sqrt(counts / counts.max()) * tile.shape[0] * 0.24
        axes.bar(
            np.linspace(left, right, 65)[:-1], -heights, width=(right - left) / 64, bottom=low, align="edge",
            color=SHEET, alpha=0.9,
        )  # fmt: skip
