"""Part of a practice list as a clinic sent it, and over its faults, in red pencil, what belongs there."""

from __future__ import annotations

import io

import pandas as pd
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.style import INK, LINE, RED, bare

COLUMNS = {"name": 0.6, "age": 5.4, "town": 7.0, "rest_bp": 11.0, "cholesterol": 13.5}
"""And where each begins, of 16."""
ROWS = 7


def draw(figure: Figure, dataset: Dataset) -> None:
    repairs = words(dataset.public["practice_repairs.csv"])
    repairs = repairs[repairs.column.isin(COLUMNS) & (repairs.value != "")]
    name = repairs.groupby("list").kind.nunique().idxmax()
    sheet = words(dataset.public[f"practice/{name}.csv"]).set_index("row")
    right = repairs[repairs["list"] == name].set_index(["row", "column"]).value
    faulty = [sheet.loc[place].strip() for place in right.index]
    right = right[[fault not in (value, "") for fault, value in zip(faulty, right, strict=True)]]  # what eyes can see
    rows = sorted(right.groupby("row").size().sort_values(ascending=False, kind="stable").index[:ROWS], key=int)
    axes = bare(figure, margin=0.0)
    axes.set_xlim(0, 16)
    axes.set_ylim(0, 9)
    for place, row in enumerate(rows):
        y = 8.0 - 1.22 * place
        axes.plot([0.5, 15.5], [y - 0.42] * 2, color=LINE, linewidth=1.5)
        for column, x in COLUMNS.items():
            written, wanted = sheet.loc[row, column], right.get((row, column))
            shown = axes.text(x, y, written, fontsize=13, va="center", color=INK)
            if wanted is not None:
                width = shown.get_window_extent().transformed(axes.transData.inverted()).width
                axes.plot([x - 0.1, x + max(width, 0.4) + 0.1], [y - 0.08, y + 0.12], color=RED, linewidth=2.5)
                axes.text(x + 0.3, y + 0.55, wanted, fontsize=12, va="center", color=RED, style="italic", weight="bold")


def words(data: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
