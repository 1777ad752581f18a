"""A torn table whose entries run in waves: single cells are blank, and one corner was torn off."""

from __future__ import annotations

import json

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.style import PAPER, WARMTH, bare


def draw(figure: Figure, dataset: Dataset) -> None:
    practice = json.loads(dataset.public["practice.json"])
    torn = next(case for case in practice if case["function"] == "fill")["steps"][0]["args"][0]
    rows = np.array(torn, dtype=np.float64)
    rows = (rows - np.nanmean(rows, axis=0)) / np.nanstd(rows)
    axes = bare(figure, margin=0.03)
    axes.pcolormesh(rows.T, cmap=WARMTH, vmin=-2, vmax=2, edgecolor=PAPER, linewidth=0.7)
