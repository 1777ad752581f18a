"""Tables and images of a dataset -> frames, pixels and contact sheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from challenges.pictures.style import bare

Pixels = NDArray[np.uint8]


def table(data: bytes) -> pd.DataFrame:
    """Return a csv file as a frame."""
    return pd.read_csv(io.BytesIO(data))


def unzipped(data: bytes) -> dict[str, bytes]:
    """Return name -> content of a zip, in the order of the names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in sorted(archive.namelist()) if not name.endswith("/")}


def pixels(data: bytes) -> Pixels:
    """Return a PNG, JPEG or WebP as (height, width, 3)."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def images(files: Mapping[str, bytes], prefix: str = "") -> dict[str, Pixels]:
    """Return name -> pixels of the image files whose names begin with `prefix`, in the order of the names."""
    found = sorted(name for name in files if name.startswith(prefix) and name.endswith((".png", ".jpg", ".jpeg")))
    return {name: pixels(files[name]) for name in found}


def contact_sheet(
    figure: Figure, tiles: Sequence[Pixels], *, rows: int, columns: int, gap: float = 0.02, margin: float = 0.0
) -> list[Axes]:
    """Show the first rows x columns images side by side, each cut to its cell; return their axes, row by row.

    Parameters
    ----------
    gap : float
        Between neighbours, as a share of the figure's height.
    margin : float
        Round the whole sheet, likewise.
    """
    if len(tiles) < rows * columns:
        raise ValueError(f"a sheet of {rows} x {columns} needs {rows * columns} images, found {len(tiles)}")
    across = figure.get_figheight() / figure.get_figwidth()
    width = (1 - 2 * margin * across - (columns - 1) * gap * across) / columns
    height = (1 - 2 * margin - (rows - 1) * gap) / rows
    shown = []
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        left = margin * across + column * (width + gap * across)
        bottom = 1 - margin - (row + 1) * height - row * gap
        shown.append(cover(bare(figure, box=(left, bottom, width, height)), tiles[place]))
    return shown


def cover(axes: Axes, image: Pixels, *, centre: tuple[float, float] = (0.5, 0.5)) -> Axes:
    """Show an image so that it fills the axes, whatever is cut off; units stay its pixels.

    Parameters
    ----------
    centre : (across, down)
        What stays in the middle, as shares of the image; held so that the axes stay full.
    """
    figure = axes.get_figure(root=True)
    if figure is None:
        raise ValueError("the axes stand in no figure")
    place = axes.get_position()
    wanted = place.width * figure.get_figwidth() / (place.height * figure.get_figheight())
    height, width = image.shape[:2]
    axes.imshow(image, aspect="auto", interpolation="bicubic")
    shown_width, shown_height = min(width, height * wanted), min(height, width / wanted)
    left = min(max(centre[0] * width - shown_width / 2, 0), width - shown_width) - 0.5
    top = min(max(centre[1] * height - shown_height / 2, 0), height - shown_height) - 0.5
    axes.set_xlim(left, left + shown_width)
    axes.set_ylim(top + shown_height, top)
    return axes
