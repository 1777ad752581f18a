"""Four drives, by day and by night, with the two lines of the own lane drawn where the truth says."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, table, unzipped
from challenges.pictures.style import ORANGE, SKY

CLIPS = (21, 3, 2, 48)
"""Places among the train clips: a bend, two nights, and traffic."""


def draw(figure: Figure, dataset: Dataset) -> None:
    frames = images(unzipped(dataset.public["train.zip"]))
    lanes = table(dataset.public["train_lanes.csv"])
    clips = sorted({name.partition("/")[0] for name in frames})
    chosen = [clips[place] for place in CLIPS]
    tiles = [frames[max(name for name in frames if name.startswith(clip))] for clip in chosen]
    for axes, clip in zip(contact_sheet(figure, tiles, rows=2, columns=2, gap=0.015), chosen, strict=True):
        lane = lanes[lanes["clip"] == clip]
        for side, colour in (("left", ORANGE), ("right", SKY)):
            inside = lane[lane[side] >= 0]
            axes.plot(np.asarray(inside[side]), np.asarray(inside.row), color=colour, linewidth=4, alpha=0.9)
