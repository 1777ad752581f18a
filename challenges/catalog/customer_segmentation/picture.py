"""A year in the shop: each row is a customer, each dot an invoice, coloured by what was bought."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import COLOURS, LINE, bare

CUSTOMERS = 44


def draw(figure: Figure, dataset: Dataset) -> None:
    lines = table(dataset.public["invoices.csv"]).dropna(subset=["customer_id"])
    invoices = lines[lines.qty > 0].drop_duplicates("invoice")
    sizes = invoices.groupby("customer_id").size()
    usual = sizes[(sizes >= 4) & (sizes <= 60)].sample(CUSTOMERS, random_state=4).index
    shown = invoices[invoices.customer_id.isin(usual)]
    order = shown.groupby("customer_id").day.agg(["min", "max"]).sort_values(["min", "max"]).index
    categories = sorted(invoices.category.unique())
    axes = bare(figure, margin=0.035)
    for row, customer in enumerate(order):
        own = shown[shown.customer_id == customer]
        when = own.day + own.hour / 24
        axes.plot([when.min(), when.max()], [row, row], color=LINE, linewidth=2, zorder=0)
        colours = [COLOURS[categories.index(name) % len(COLOURS)] for name in own.category]
        axes.scatter(when, np.full(len(own), row), s=22 + 9 * np.sqrt(own.qty), c=colours, alpha=0.85, linewidths=0)
    axes.set_xlim(-2, 367)
    axes.set_ylim(-0.8, CUSTOMERS - 0.2)
