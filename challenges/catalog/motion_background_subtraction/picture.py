"""One frame of each of the six practice films, what moves outlined, and the counting line."""

from __future__ import annotations

import io

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, pixels, table, unzipped
from challenges.pictures.style import ORANGE, SHEET


def draw(figure: Figure, dataset: Dataset) -> None:
    films = table(dataset.public["films.csv"])
    tiles, outlines = [], []
    for film in films.film:
        masks = np.load(io.BytesIO(dataset.public[f"train/{film}_masks.npz"]))["masks"]
        best = int(masks.sum(axis=(1, 2)).argmax())
        tiles.append(pixels(unzipped(dataset.public[f"train/{film}.zip"])[f"{best:03}.jpg"]))
        outlines.append(masks[best])
    sheet = contact_sheet(figure, tiles, rows=2, columns=3)
    for axes, outline, (_row, film) in zip(sheet, outlines, films.iterrows(), strict=True):
        axes.contour(outline, levels=[0.5], colors=ORANGE, linewidths=2.5)
        axes.plot(
            [film.x0, film.x1], [film.y0, film.y1], color=SHEET, linewidth=2, dashes=(3, 2), scalex=False, scaley=False
        )
