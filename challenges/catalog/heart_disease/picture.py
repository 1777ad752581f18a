"""Patients by age and by the highest pulse they reached: a heart for everybody who is ill, a dot for everybody well."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.path import Path

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, RED, bare

PATIENTS = 700
HEART = Path(
    [(0, -1), (-0.4, -0.55), (-1.1, -0.15), (-1.1, 0.4), (-1.1, 1.0), (-0.2, 1.05), (0, 0.45),
     (0.2, 1.05), (1.1, 1.0), (1.1, 0.4), (1.1, -0.15), (0.4, -0.55), (0, -1)],
    [Path.MOVETO, *[Path.CURVE4] * 12],
)  # fmt: skip


def draw(figure: Figure, dataset: Dataset) -> None:
    patients = table(dataset.public["train.csv"]).head(PATIENTS)
    rng = np.random.default_rng(0)
    axes = bare(figure, margin=0.03)
    for ill, marker, colour, size, alpha in ((0, "o", BLUE, 22, 0.35), (1, HEART, RED, 110, 0.75)):
        some = patients[patients.disease == ill]
        x = some.age + rng.uniform(-0.5, 0.5, len(some))
        axes.scatter(x, some.max_hr, s=size, marker=marker, c=colour, alpha=alpha, linewidths=0)
