"""Six tables with loose parts; the outline of every part in the colour of its shape."""

from __future__ import annotations

import json

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, unzipped
from challenges.pictures.style import GREEN, ORANGE, RED, SKY

PHOTOS = (10, 40, 60, 80, 100, 110)
COLOURS = (ORANGE, SKY, "#ffd34e", RED, "#5fd39a", "#c58bf0", "#ff8d7a", GREEN)


def draw(figure: Figure, dataset: Dataset) -> None:
    photos = images(unzipped(dataset.public["train.zip"]))
    truth = json.loads(dataset.public["train.json"])
    names = {image["id"]: image["file_name"].rpartition("/")[2] for image in truth["images"]}
    chosen = [list(photos)[place] for place in PHOTOS]
    sheet = contact_sheet(figure, [photos[name] for name in chosen], rows=2, columns=3, gap=0.015)
    for axes, name in zip(sheet, chosen, strict=True):
        for part in truth["annotations"]:
            if names[part["image_id"]] == name.rpartition("/")[2]:
                colour = COLOURS[part["category_id"] % len(COLOURS)]
                for ring in part["segmentation"]:
                    corners = np.reshape(ring, (-1, 2)) - 0.5
                    axes.add_patch(Polygon(corners, fill=False, edgecolor=colour, linewidth=2.6, joinstyle="round"))
