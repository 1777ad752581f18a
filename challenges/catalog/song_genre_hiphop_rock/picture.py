"""Eighteen tracks as records: a ray for each figure that a computer heard, orange for Hip-Hop, blue for Rock."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import table
from challenges.pictures.style import BLUE, ORANGE, bare

ROWS, COLUMNS = 3, 6
COLOURS = {"Rock": BLUE, "Hip-Hop": ORANGE}


def draw(figure: Figure, dataset: Dataset) -> None:
    heard = pd.DataFrame(json.loads(dataset.public["features.json"])).set_index("track_id").rank(pct=True)
    genres = table(dataset.public["tracks.csv"]).set_index("track_id").genre
    hip_hop = (genres == "Hip-Hop").astype(float)
    rays = heard[heard.corrwith(hip_hop).sort_values().index]
    chosen = np.random.default_rng(5).permutation(
        pd.concat([genres[genres == genre].sample(9, random_state=1) for genre in COLOURS]).index.to_numpy()
    )
    angle = np.linspace(0, 2 * np.pi, rays.shape[1], endpoint=False) + np.pi / 2
    axes = bare(figure, margin=0.02)
    for place, track in enumerate(chosen):
        centre = np.array([place % COLUMNS, place // COLUMNS]) * [2.1, 2.2]
        reach = 0.3 + 0.75 * rays.loc[track].fillna(0.5).to_numpy()
        colour = COLOURS[genres[track]]
        inner, outer = (centre[:, None] + r * np.stack([np.cos(angle), np.sin(angle)]) for r in (0.3, reach))
        axes.plot(np.stack([inner[0], outer[0]]), np.stack([inner[1], outer[1]]), color=colour, linewidth=3)
        axes.scatter(centre[0], centre[1], s=60, color=colour)
    axes.set_aspect("equal")
