"""Eight mystery samples, one of each family, each with the interval that can be claimed for its mean."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.style import BLUE, GREEN, ORANGE, bare


def draw(figure: Figure, dataset: Dataset) -> None:
    practice = json.loads(dataset.public["practice.json"])
    longest: dict[str, tuple[list[float], dict[str, Any]]] = {}
    for case in practice:
        if case["function"] == "claim":
            values, told = case["steps"][0]["args"][0], case["steps"][0]["rule"]["expected"]
            if len(values) > len(longest.get(told["family"], ([], {}))[0]):
                longest[told["family"]] = values, told
    for place, (family, (values, told)) in enumerate(longest.items()):
        row, column = divmod(place, 4)
        axes = bare(figure, box=(0.035 + column * 0.238, 0.53 - row * 0.48, 0.216, 0.41))
        low, high = np.quantile(values, [0, 0.97])
        whole = family in ("poisson", "binomial", "geometric")
        edges = np.arange(low - 0.5, high + 1) if whole else np.linspace(low, high, 16)
        counts, _edges = np.histogram(values, edges)
        axes.bar(edges[:-1], counts, np.diff(edges) * 0.86, align="edge", color=GREEN if whole else BLUE)
        axes.plot([told["lo"], told["hi"]], [-0.13 * counts.max()] * 2, color=ORANGE, linewidth=9)
        axes.set_ylim(-0.25 * counts.max(), counts.max())
