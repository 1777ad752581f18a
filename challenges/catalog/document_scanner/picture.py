"""A photo of a page with its four corners, and the page as a flatbed would show it."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle

from challenges.minting import Dataset
from challenges.pictures.sheets import cover, images, table, unzipped
from challenges.pictures.style import LINE, ORANGE, SHEET, bare

PHOTO = 16
CORNERS = ("tl", "tr", "br", "bl")


def draw(figure: Figure, dataset: Dataset) -> None:
    photos = images(unzipped(dataset.public["train_photos.zip"]))
    pages = images(unzipped(dataset.public["train_pages.zip"]))
    name = list(photos)[PHOTO]
    truth = table(dataset.public["train.csv"]).set_index("image").loc[name.removesuffix(".jpg")]
    photo = cover(bare(figure, box=(0, 0, 0.46, 1)), photos[name])
    corners = np.array([[truth[f"x_{corner}"], truth[f"y_{corner}"]] for corner in CORNERS])
    photo.add_patch(Polygon(corners, fill=False, edgecolor=ORANGE, linewidth=3.5, joinstyle="round"))
    photo.scatter(corners[:, 0], corners[:, 1], s=120, c=SHEET, edgecolors=ORANGE, linewidths=3.5, zorder=3)
    page = bare(figure, box=(0.50, 0.06, 0.46, 0.88))
    page.imshow(pages[name.replace(".jpg", ".png")], interpolation="bicubic")
    height, width = pages[name.replace(".jpg", ".png")].shape[:2]
    page.add_patch(Rectangle((-0.5, -0.5), width, height, fill=False, edgecolor=LINE, linewidth=2))
