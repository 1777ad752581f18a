"""What a chain sold of its families week by week, each a ridge of its own, up to the four weeks that are asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUES, ORANGE, PAPER, bare


def draw(figure: Figure, dataset: Dataset) -> None:
    sales = table(dataset.public["train.csv"])
    week = pd.to_datetime(sales.date).dt.to_period("W")
    weekly = sales.pivot_table(index=week, columns="family", values="units", aggfunc="mean").iloc[1:-1]
    weekly = (weekly / weekly.mean()) ** 0.5
    weekly = weekly[weekly.std().sort_values(ascending=False).index]
    axes = bare(figure, margin=0.0)
    weeks = np.arange(len(weekly))
    for place, family in enumerate(weekly):
        height = 11 - place + 2.9 * weekly[family]
        axes.fill_between(weeks, 0, height, color=BLUES(0.12 + 0.07 * place), zorder=place)
        axes.plot(weeks, height, color=PAPER, linewidth=2, zorder=place)
    axes.axvline(len(weekly) - 1, color=ORANGE, linewidth=4, zorder=99)
    axes.set_xlim(0, len(weekly) + 3)
    axes.set_ylim(1.7, 18.2)
