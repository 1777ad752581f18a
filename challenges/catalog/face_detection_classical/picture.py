"""Six photos of people among clocks, balloons and biscuits, with the boxes of faces and eyes."""

from __future__ import annotations

import json

from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, unzipped
from challenges.pictures.style import INK, ORANGE, SHEET

PHOTOS = (25, 35, 87, 32, 40, 10)
FACE = 1


def draw(figure: Figure, dataset: Dataset) -> None:
    photos = images(unzipped(dataset.public["train.zip"]))
    truth = json.loads(dataset.public["train.json"])
    names = {f"{image['id']}": image["file_name"] for image in truth["images"]}
    chosen = [list(photos)[place] for place in PHOTOS]
    sheet = contact_sheet(figure, [photos[name] for name in chosen], rows=2, columns=3, gap=0.015)
    for axes, name in zip(sheet, chosen, strict=True):
        for thing in truth["annotations"]:
            if names[f"{thing['image_id']}"].rpartition("/")[2] != name.rpartition("/")[2]:
                continue
            x, y, width, height = thing["bbox"]
            if thing["category_id"] == FACE:
                for colour, stroke in ((INK, 4.5), (ORANGE, 2.5)):
                    axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=colour, linewidth=stroke))
            else:
                middle = (x + width / 2, y + height / 2)
                axes.add_patch(Circle(middle, width / 2.2, fill=False, edgecolor=SHEET, linewidth=1.4))
