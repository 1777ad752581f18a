"""Every donor as a drop: to the left who came lately, upwards who comes often, red who came in the month asked for."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import RED, bare

DROP = Path(
    [(0, 1.5), (0.15, 0.75), (0.95, 0.35), (0.95, -0.3), (0.95, -0.9), (0.5, -1.2), (0, -1.2), (-0.5, -1.2),
     (-0.95, -0.9), (-0.95, -0.3), (-0.95, 0.35), (-0.15, 0.75), (0, 1.5)],
    [Path.MOVETO, *[Path.CURVE4] * 12],
)  # fmt: skip


def draw(figure: Figure, dataset: Dataset) -> None:
    donors = table(dataset.public["transfusion.csv"])
    rng = np.random.default_rng(0)
    x = np.sqrt(donors.recency_m + rng.uniform(0, 1.2, len(donors)))
    y = np.sqrt(donors.frequency + rng.uniform(0, 1.2, len(donors)))
    axes = bare(figure, margin=0.03)
    for donated, colour, size, alpha in ((0, "#cdbfae", 120, 0.75), (1, RED, 190, 0.85)):
        some = donors.donated == donated
        axes.scatter(x[some], y[some], s=size, marker=DROP, c=colour, alpha=alpha, linewidths=0)
    axes.set_xlim(-0.1, np.quantile(x, 0.995))
    axes.set_ylim(0.9, np.quantile(y, 0.997))
