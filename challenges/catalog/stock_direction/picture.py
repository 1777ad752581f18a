"""Forty-five days of one share as candles above their volume, and the two ways that tomorrow may go."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import GREEN, INK, RED, bare

DAYS = 45


def draw(figure: Figure, dataset: Dataset) -> None:
    prices = table(dataset.public["prices.csv"])
    bars = prices[prices.share == prices.share.unique()[6]].tail(DAYS)
    day = np.arange(DAYS)
    colours = np.where(bars.close > bars.open, GREEN, RED)
    axes = bare(figure, box=(0.03, 0.25, 0.94, 0.7))
    axes.vlines(day, bars.low, bars.high, color=colours, linewidth=1.6)
    axes.vlines(day, bars.open, bars.close, color=colours, linewidth=7)
    last, step = bars.close.iloc[-1], 0.2 * np.ptp(bars.close)
    for way, colour in ((step, GREEN), (-step, RED)):
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 4, "mutation_scale": 26}
        axes.annotate("", (DAYS + 2.8, last + way), (DAYS - 0.5, last), arrowprops=arrow)
    volume = bare(figure, box=(0.03, 0.05, 0.94, 0.16))
    volume.vlines(day, 0, bars.volume, color=INK, alpha=0.25, linewidth=7)
    for shared in (axes, volume):
        shared.set_xlim(-0.8, DAYS + 2.9)
