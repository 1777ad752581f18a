"""Two photos of the belt."""

from __future__ import annotations

from matplotlib.figure import Figure

from challenges.minting import Dataset
from challenges.pictures.sheets import cover, images, unzipped
from challenges.pictures.style import bare

PHOTOS = {6: (0.5, 0.5), 14: (0.6, 0.5)}
"""Place among the train photos -> what of it stays in the middle."""


def draw(figure: Figure, dataset: Dataset) -> None:
    photos = list(images(unzipped(dataset.public["train.zip"])).values())
    for half, (place, centre) in enumerate(PHOTOS.items()):
        cover(bare(figure, box=(half * 0.504, 0, 0.496, 1)), photos[place], centre=centre)
