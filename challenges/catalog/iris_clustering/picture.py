"""Eight trays as they lie on the table; on half of them somebody has sorted the specimens already."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import COLOURS, LINE, SHEET, SOFT

ROWS, COLUMNS = 2, 4


def draw(figure: Figure, dataset: Dataset) -> None:
    truth = table(dataset.public["practice_truth.csv"])
    trays = {name[9:-4]: table(data) for name, data in dataset.public.items() if name.startswith("practice/")}
    flat = [name for name, tray in trays.items() if tray.shape[1] == 2]
    sorted_ones = [name for name in flat if name in set(truth.tray)]
    others = [name for name in flat if name not in sorted_ones]
    shown = [*sorted_ones, *others][: ROWS * COLUMNS]
    for place, name in enumerate(shown):
        row, column = divmod(place * 5 % (ROWS * COLUMNS), COLUMNS)
        axes = figure.add_axes((0.02 + column * 0.2425, 0.035 + row * 0.4775, 0.2325, 0.4525), facecolor=SHEET)
        axes.set(xticks=[], yticks=[])
        axes.spines[:].set(visible=True, color=LINE)
        known = truth[truth.tray == name].set_index("row").label
        x, y = trays[name].m1.to_numpy(), trays[name].m2.to_numpy()
        colours = [COLOURS[known[row] % len(COLOURS)] if row in known else SOFT for row in range(len(x))]
        axes.scatter(x, y, s=9, c=colours, alpha=0.75, linewidths=0)
        for limits, values in ((axes.set_xlim, x), (axes.set_ylim, y)):
            low, high = np.quantile(values, [0.01, 0.99])
            limits(low - 0.15 * (high - low), high + 0.15 * (high - low))
