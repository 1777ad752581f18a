"""A year of the chain as grains of coffee: a column ten days, a row an hour, the grain as large as the orders in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import bare

ROAST = LinearSegmentedColormap.from_list("roast", ["#d9b48a", "#a8733f", "#6f4526", "#3b2416"])
OPEN_H, CLOSED_H = 6.0, 21.0


def draw(figure: Figure, dataset: Dataset) -> None:
    orders = table(dataset.public["orders.csv"]).drop_duplicates("order_id")
    times = pd.to_datetime(orders["time"], errors="coerce", format="%Y-%m-%d %H:%M:%S").dropna()
    hour = times.dt.hour + times.dt.minute / 60
    hours = np.arange(OPEN_H, CLOSED_H + 1)
    counts, _x, _y = np.histogram2d(times.dt.dayofyear, hour, bins=[np.arange(1, 366, 10), hours])
    when, hour_of = np.nonzero(counts)
    found = counts[when, hour_of] / np.quantile(counts, 0.99)
    axes = bare(figure, margin=0.03)
    axes.scatter(when, hour_of, s=300 * found, c=np.minimum(found, 1), cmap=ROAST, linewidths=0)
    axes.set_xlim(-0.6, counts.shape[0] - 0.4)
    axes.set_ylim(-0.8, counts.shape[1] - 0.2)
