"""Two films at three moments: the lamps change, the painted things go on, and each is followed in its own colour."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, table, unzipped
from challenges.pictures.style import INK, SHEET

FILMS = (0, 2)
FRAMES = (3, 17, 32)


def draw(figure: Figure, dataset: Dataset) -> None:
    frames = images(unzipped(dataset.public["train.zip"]))
    known = sorted({name.partition("/")[0] for name in frames})
    shown = [(known[film], frame) for film in FILMS for frame in FRAMES]
    tiles = [frames[f"{film}/{frame:03d}.jpg"] for film, frame in shown]
    tracks = table(dataset.public["train_tracks.csv"])
    swatches = table(dataset.public["train_swatches.csv"]).set_index(["film", "colour"]) / 255
    for axes, (film, frame) in zip(contact_sheet(figure, tiles, rows=2, columns=3, gap=0.015), shown, strict=True):
        for _track, steps in tracks[(tracks.film == film) & (tracks.frame <= frame)].groupby("track"):
            paint = swatches.loc[(film, steps.colour.iloc[0])]
            _follow(axes, steps.x + steps.w / 2, steps.y + steps.h / 2, colour=tuple(paint))
            last = steps.iloc[-1]
            if last.frame == frame:
                for colour, width in ((INK, 3.5), (SHEET, 2.0)):
                    box = Rectangle((last.x, last.y), last.w, last.h, fill=False, edgecolor=colour, linewidth=width)
                    axes.add_patch(box)


def _follow(axes: Axes, x: object, y: object, *, colour: tuple[float, ...]) -> None:
    for paint, width in ((SHEET, 5.0), (colour, 3.0)):
        axes.plot(np.asarray(x), np.asarray(y), color=paint, linewidth=width)
