"""Live tests as they are watched: the measured lift of each, wild on the first days and settling towards the truth."""

from __future__ import annotations

import json

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.style import BLUE, INK, ORANGE, SOFT, bare

DAYS = 60
WIDEST = 0.46


def draw(figure: Figure, dataset: Dataset) -> None:
    tests = [case["secret"] for case in json.loads(dataset.public["practice.json"]) if case["track"] == "live"]
    axes = bare(figure, margin=0.0)
    for test in sorted(tests, key=lambda test: abs(test["lift"])):
        rate_a, rate_b = (np.cumsum(test[f"x_{arm}"]) / np.cumsum(test[f"n_{arm}"]) for arm in "ab")
        lift = rate_b / np.maximum(rate_a, 1e-9) - 1
        is_lift = abs(test["lift"]) > 0.03
        width, alpha = (2.6, 0.75) if is_lift else (1.6, 0.4)
        colour = SOFT if not is_lift else BLUE if test["lift"] > 0 else ORANGE
        axes.plot(np.arange(1, len(lift) + 1), lift, color=colour, linewidth=width, alpha=alpha)
        axes.scatter(len(lift), lift[-1], s=30, color=colour, zorder=3, linewidths=0)
    axes.axhline(0, color=INK, linewidth=1.5, zorder=0)
    axes.set_xlim(1, DAYS + 2)
    axes.set_ylim(-WIDEST, WIDEST)
