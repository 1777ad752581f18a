"""Four jobs of the night: the file as the customer sent it, and the print that was asked for."""

from __future__ import annotations

import io
import json

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageOps

from challenges.minting import Dataset
from challenges.pictures.sheets import Pixels, pixels, unzipped
from challenges.pictures.style import SOFT, bare

JOBS = (87, 36, 3, 4)
"""Places among the train jobs: hues turned, an affine map, a contact sheet, thin edges."""
COLUMNS = 2
ARROW = {"arrowstyle": "-|>", "color": SOFT, "linewidth": 3, "mutation_scale": 24}


def draw(figure: Figure, dataset: Dataset) -> None:
    jobs = [json.loads(line) for line in dataset.public["train_jobs.jsonl"].splitlines()]
    sources = unzipped(dataset.public["train_sources.zip"])
    results = unzipped(dataset.public["train_results.zip"])
    for place, job in enumerate(jobs[number] for number in JOBS):
        row, column = divmod(place, COLUMNS)
        left, bottom = 0.015 + column * 0.5, 0.515 - row * 0.485
        _show(figure, _upright(sources[job["source"]]), (left, bottom, 0.21, 0.455))
        _show(figure, pixels(results[f"{job['job']}.png"]), (left + 0.26, bottom, 0.21, 0.455))
        arrow = bare(figure, box=(left + 0.21, bottom, 0.05, 0.455))
        arrow.annotate("", xy=(0.9, 0.5), xytext=(0.1, 0.5), arrowprops=ARROW)


def _upright(data: bytes) -> Pixels:
    """Return a customer's file as it is meant to be looked at, upon white."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB"))


def _show(figure: Figure, image: Pixels, box: tuple[float, float, float, float]) -> None:
    bare(figure, box=box).imshow(image, interpolation="bicubic")
