"""A function of two variables as a landscape, with its peaks, its hollows, and the saddles between them."""

from __future__ import annotations

import json

import numpy as np
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from challenges.catalog.topic_calculus.expressions import jet
from challenges.minting import Dataset
from challenges.pictures.style import HEAT, INK, PAPER, bare

MARKERS = {"min": "v", "max": "^", "saddle": "X"}


def draw(figure: Figure, dataset: Dataset) -> None:
    practice = json.loads(dataset.public["practice.json"])
    case = next(case for case in practice if case["function"] == "critical_points" and "turned" in case["kind"])
    surface, _box = case["steps"][0]["args"]
    points = case["steps"][0]["rule"]["expected"]
    places = np.array([point[:2] for point in points])
    middle = (places.min(axis=0) + places.max(axis=0)) / 2
    half = 0.75 * max(np.ptp(places[:, 1]), np.ptp(places[:, 0]) * 9 / 16)
    x, y = np.meshgrid(*(m + np.linspace(-h, h, 110) for m, h in zip(middle, (half * 16 / 9, half), strict=True)))
    height = np.array([jet(surface, {"x": a, "y": b}, ("x", "y")).head for a, b in zip(x.flat, y.flat, strict=True)])
    special = [jet(surface, {"x": a, "y": b}, ("x", "y")).head for a, b in places]
    span = 0.45 * np.ptp(special)
    levels = np.linspace(min(special) - span, max(special) + span, 23)
    axes = bare(figure, margin=0.0)
    tint = Normalize(min(special) - span / 2, max(special) + span / 4)
    axes.contourf(x, y, height.reshape(x.shape), levels=levels, cmap=HEAT, norm=tint, extend="both")
    axes.contour(
        x, y, height.reshape(x.shape), levels=levels, colors=INK, linewidths=0.8, alpha=0.4, linestyles="solid"
    )
    for a, b, kind in points:
        axes.scatter(a, b, s=260, marker=MARKERS[kind], color=INK, edgecolor=PAPER, linewidth=2, zorder=3)
