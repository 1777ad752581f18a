"""A map of where rides begin: larger dots for more rides, from blue to red for what they bring, and the bridges."""

from __future__ import annotations

from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import INK, SKY, WARMTH, bare

CELL_KM = 0.6


def draw(figure: Figure, dataset: Dataset) -> None:
    trips = table(dataset.public["trips.csv"])
    places = table(dataset.public["places.csv"])
    trips = trips[trips.pickup_x_km.between(40, 70) & trips.pickup_y_km.between(70, 90) & trips.total.between(3, 120)]
    east, north = trips.pickup_x_km // CELL_KM, trips.pickup_y_km // CELL_KM
    cells = trips.assign(east=east, north=north).groupby(["east", "north"]).total.agg(["size", "median"]).reset_index()
    cells = cells[cells["size"] > 2]
    bridges = places[places.kind != "airport"]
    river = bridges.x_km.mean() / CELL_KM - 0.5
    axes = bare(figure, margin=0.0)
    axes.axvline(river, color=SKY, linewidth=16, alpha=0.45, zorder=0)
    size = cells["size"].clip(upper=95) * 1.15
    axes.scatter(cells.east, cells.north, s=size, c=cells["median"], cmap=WARMTH, vmin=10, vmax=42)
    axes.hlines(bridges.y_km / CELL_KM - 0.5, river - 1.3, river + 1.3, color=INK, linewidth=7)
    axes.set_aspect("equal")
    axes.set_xlim(40 / CELL_KM - 1, 70 / CELL_KM)
    axes.set_ylim(70.3 / CELL_KM, 87.3 / CELL_KM)
