"""One small noisy data set, and three models of it: too stiff, too flexible, and about right."""

from __future__ import annotations

import base64
import json

import numpy as np
from matplotlib.figure import Figure
from numpy.polynomial import Polynomial

from challenges.minting import Dataset
from challenges.pictures.style import BLUE, INK, ORANGE, PAPER, SKY, bare


def draw(figure: Figure, dataset: Dataset) -> None:
    practice = json.loads(dataset.public["practice.json"])
    case = next(case for case in practice if case["kind"] == "smooth, 20 points")["steps"][0]["args"]
    x, y = (np.frombuffer(base64.b64decode(array["b64"]), dtype=array["dtype"]) for array in case[:2])
    axes = bare(figure, margin=0.0)
    at = np.linspace(x.min() - 0.1, x.max() + 0.1, 600)
    for degree, colour, width in ((1, SKY, 4), (11, ORANGE, 3), (4, BLUE, 5)):
        axes.plot(at, Polynomial.fit(x, y, degree)(at), color=colour, linewidth=width)
    axes.scatter(x, y, s=130, color=INK, edgecolor=PAPER, linewidth=2, zorder=3)
    axes.set_xlim(at[0], at[-1])
    axes.set_ylim(y.min() - 0.3 * np.ptp(y), y.max() + 0.3 * np.ptp(y))
