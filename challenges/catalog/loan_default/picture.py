"""Loans in the order of the old score, the best to the left: many small gains upward, few defaults far downward."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import GREEN, INK, RED, bare

LOANS = 190


def draw(figure: Figure, dataset: Dataset) -> None:
    loans = table(dataset.public["train.csv"]).dropna(subset=["defaulted"])
    loans = loans.sample(LOANS, random_state=7).sort_values("old_score", ascending=False)
    lost = loans.defaulted.to_numpy() == 1
    money = np.where(lost, -loans.loss_if_default, loans.gain_if_repaid)
    place = np.arange(LOANS)
    axes = bare(figure, margin=0.07)
    axes.vlines(place[~lost], 0, money[~lost], color=GREEN, linewidth=2.4)
    axes.vlines(place[lost], 0, money[lost], color=RED, linewidth=4)
    axes.scatter(place[lost], money[lost], s=70, color=RED)
    axes.axhline(0, color=INK, linewidth=1.5)
    axes.set_xlim(-1, LOANS)
