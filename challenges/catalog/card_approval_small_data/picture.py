"""All 690 decisions as cards, approved ones blue, declined ones pale, ordered by what seems to matter."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Rectangle

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, LINE, PAPER, SKY, SOFT, bare

COLUMNS, ROWS = 30, 23
LOOK = {True: (BLUE, SKY, PAPER), False: ("#e7e1d3", LINE, SOFT)}


def draw(figure: Figure, dataset: Dataset) -> None:
    decisions = table(dataset.public["train.csv"]).drop_duplicates("id").head(COLUMNS * ROWS)
    promising = (decisions.A9 == "t") * 3.0
    for name in ("A8", "A11", "A15"):
        promising += pd.to_numeric(decisions[name], errors="coerce").rank(pct=True).fillna(0.5)
    cards = decisions.assign(promising=promising).sort_values("promising", ascending=False, kind="stable")
    axes = bare(figure, margin=0.03)
    for place, approved in enumerate(np.asarray(cards.approved == "+")):
        column, row = divmod(place, ROWS)
        body, stripe, chip = LOOK[bool(approved)]
        x, y = column * 1.6, -row
        axes.add_patch(FancyBboxPatch((x + 0.14, y + 0.14), 1.12, 0.62, boxstyle="round,pad=0.06", facecolor=body))
        axes.add_patch(Rectangle((x + 0.08, y + 0.55), 1.24, 0.14, facecolor=stripe))
        axes.add_patch(Rectangle((x + 0.2, y + 0.2), 0.24, 0.18, facecolor=chip))
    axes.set_xlim(-0.1, COLUMNS * 1.6)
    axes.set_ylim(-ROWS + 0.95, 1)
