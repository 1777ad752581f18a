"""Payments over twenty days by their amount: a grey stream, and in it those of the thieves."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, RED, bare

FROM_DAY, DAYS = 60, 14
DAY_S = 86_400


def draw(figure: Figure, dataset: Dataset) -> None:
    payments = table(dataset.public["history.csv"])
    day = payments.ts / DAY_S
    payments = payments[(day >= FROM_DAY) & (day < FROM_DAY + DAYS)]
    axes = bare(figure, margin=0.0)
    for fraud, colour, size, alpha in ((0, BLUE, 5, 0.22), (1, RED, 42, 0.9)):
        some = payments[payments.fraud == fraud]
        axes.scatter(some.ts, np.log(some.amount), s=size, c=colour, alpha=alpha, linewidths=0)
    axes.margins(0.01, 0.04)
