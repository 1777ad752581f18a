"""The look that all pictures share: paper, ink and the site's colours, and no furniture round the data.

A card shows a picture at a third of its size, so lines want to be 1.5 points or more and dots 12 square points or more.
"""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

PAPER = "#fbf9f4"
SHEET = "#ffffff"
FAINT = "#f1ede3"
LINE = "#dcd7cb"
SOFT = "#5a6472"
INK = "#1b2430"
BLUE = "#1d4e89"
RED = "#c2331f"
GREEN = "#1f7a4d"
ORANGE = "#e07a00"
OCHRE = "#8a5a00"
SKY = "#8fbcf0"
COLOURS = (BLUE, ORANGE, GREEN, RED, SKY, OCHRE, SOFT)
"""For classes, in this order: tokens of web/static/site/site.css, the first three of which every eye tells apart."""

BLUES = LinearSegmentedColormap.from_list("paper to blue", [PAPER, SKY, BLUE, INK])
HEAT = LinearSegmentedColormap.from_list("blue, paper, red", [BLUE, SKY, PAPER, ORANGE, RED])
WARMTH = LinearSegmentedColormap.from_list("blue to red, pale nowhere", [BLUE, SKY, "#ffd9a0", ORANGE, RED])
"""Like HEAT, for dots and cells that must not vanish on paper."""
NIGHT = LinearSegmentedColormap.from_list("ink to light", [INK, BLUE, SKY, "#ffe9b8"])
"""For spectrograms and other fields of light upon dark."""

RC: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so a picture looks the same wherever it is drawn
    "font.size": 13,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": SOFT,
    "axes.facecolor": "none",
    "axes.linewidth": 1.2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "lines.linewidth": 2.5,
    "lines.solid_capstyle": "round",
    "patch.linewidth": 0,
    "image.interpolation": "antialiased",
}


def bare(figure: Figure, *, margin: float = 0.05, box: tuple[float, float, float, float] | None = None) -> Axes:
    """Return axes without spines and ticks that fill the figure, or the part of it that `box` names.

    Parameters
    ----------
    margin : float
        Left free on all four sides, as a share of the figure's height.
    box : (left, bottom, width, height)
        Shares of the figure, from its lower left corner; takes the place of the margin.
    """
    across = margin * figure.get_figheight() / figure.get_figwidth()
    axes = figure.add_axes(box or (across, margin, 1 - 2 * across, 1 - 2 * margin))
    axes.set_axis_off()
    return axes


def plain(figure: Figure, *, box: tuple[float, float, float, float] = (0.06, 0.09, 0.89, 0.83)) -> Axes:
    """Return axes with a left and a lower line and nothing written on them."""
    axes = figure.add_axes(box)
    axes.set_xticks([])
    axes.set_yticks([])
    return axes
