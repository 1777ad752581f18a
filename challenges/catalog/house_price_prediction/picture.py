"""Houses of Delta by their size and what they fetched, the finer the redder, with the unfinished giants far below."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, INK, OCHRE, ORANGE, RED, SKY, bare

HOUSES = 230
HOUSE = Path(
    [(-1, -1), (-1, 0.2), (-1.25, 0.2), (0, 1.35), (1.25, 0.2), (1, 0.2), (1, -1), (0.3, -1), (0.3, -0.2),
     (-0.3, -0.2), (-0.3, -1), (-1, -1)],
    closed=True,
)  # fmt: skip


def draw(figure: Figure, dataset: Dataset) -> None:
    houses = table(dataset.public["train.csv"])
    feet = houses[houses.area_unit == houses.area_unit.mode()[0]]
    feet = feet.assign(area=feet.first_floor_sf + feet.second_floor_sf)
    giants = feet[(feet.area > 3600) & (feet.sale_price < 330_000)]
    shown = feet.drop(giants.index).sample(HOUSES, random_state=2)
    axes = bare(figure, margin=0.03)
    fineness = np.digitize(shown.overall_quality, [4, 5, 6, 7, 8])
    size = 70 + shown.lot_area.fillna(8000) / 50
    colours = np.array([SKY, BLUE, BLUE, OCHRE, ORANGE, RED])[fineness]
    axes.scatter(np.sqrt(shown.area), np.log(shown.sale_price), s=size, marker=HOUSE, c=colours, alpha=0.8)
    axes.scatter(np.sqrt(giants.area), np.log(giants.sale_price), s=500, marker=HOUSE, c=INK, alpha=0.75)
    axes.margins(0.03)
