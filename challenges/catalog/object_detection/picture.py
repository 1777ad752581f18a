"""Eight frames from above the conveyor with the boxes of everything on it, a colour for each group."""

from __future__ import annotations

import json

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from challenges.minting import Dataset
from challenges.pictures.sheets import contact_sheet, images, unzipped
from challenges.pictures.style import ORANGE, SKY

COLOURS = {"parcel": ORANGE, "tool": "#ffe9b8", "toy": SKY}
SMALLEST_PX = 12
"""Frames with smaller things are as common, but say little on a card."""


def draw(figure: Figure, dataset: Dataset) -> None:
    told = json.loads(dataset.public["train.json"])
    group = {category["id"]: category["supercategory"] for category in told["categories"]}
    boxes: dict[int, list[tuple[str, list[float]]]] = {}
    for box in told["annotations"]:
        boxes.setdefault(box["image_id"], []).append((group[box["category_id"]], box["bbox"]))
    clear = [entry for entry in told["images"] if 4 <= len(boxes.get(entry["id"], ())) <= 7]
    clear = [entry for entry in clear if min(min(box[2:]) for _, box in boxes[entry["id"]]) > SMALLEST_PX]
    busy = [entry for entry in clear if {kind for kind, _ in boxes[entry["id"]]} == set(COLOURS)][:8]
    frames = images(unzipped(dataset.public["train.zip"]))
    sheet = contact_sheet(figure, [frames[entry["file_name"]] for entry in busy], rows=2, columns=4)
    for axes, entry in zip(sheet, busy, strict=True):
        for kind, (x, y, width, height) in boxes[entry["id"]]:
            axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=COLOURS[kind], linewidth=2.2))
