"""What a run used over time, drawn like the plots of its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from web.pages.plots import BOTTOM, LEFT, RIGHT, TOP, Drawing, Table, Text

TIMELINE = "timeline"
"""The field of a submission's usage."""

FEWEST = 3
"""A run of fewer moments was over before there was a course of things to see."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One field of a moment (sandbox.contract.Moment) as a picture."""

    field: str
    title: Promise
    unit: Promise
    limit: str = ""
    """Which limit of the run is drawn as a line."""
    scale: float = 1.0
    full: float = 0.0
    """The axis reaches at least so high."""


QUANTITIES = (
    Quantity(field="cpus", title=gettext_lazy("Processors busy"), unit=gettext_lazy("processors"), limit="cpus"),
    Quantity(field="memory_mb", title=gettext_lazy("Memory"), unit=gettext_lazy("MB"), limit="peak_memory_mb"),
    Quantity(field="gpu_busy", title=gettext_lazy("GPU busy"), unit=gettext_lazy("%"), scale=100, full=100),
    Quantity(field="gpu_memory_mb", title=gettext_lazy("GPU memory"), unit=gettext_lazy("MB")),
)


def drawings(usage: Mapping[str, Any], limits: Mapping[str, float]) -> list[Drawing]:
    """Return a picture for each quantity that was measured throughout; none of a run that was over at once."""
    moments = usage.get(TIMELINE, [])
    drawn = []
    for quantity in QUANTITIES:
        points = [(m["until_s"], m[quantity.field] * quantity.scale) for m in moments if quantity.field in m]
        if len(points) >= FEWEST:
            drawn.append(_drawing(quantity, points, limits.get(quantity.limit)))
    return drawn


def _drawing(quantity: Quantity, points: Sequence[tuple[float, float]], limit: float | None) -> Drawing:
    end_s = points[-1][0]
    top = max(limit or 0.0, quantity.full, *(value for _until, value in points)) or 1.0

    def height(value: float) -> float:
        return round(BOTTOM - value / top * (BOTTOM - TOP), 1)

    steps = [f"V{height(value):g}H{round(LEFT + until_s / end_s * (RIGHT - LEFT), 1):g}" for until_s, value in points]
    return Drawing(
        name=quantity.field,
        title=str(quantity.title),
        x=_("seconds"),
        y=str(quantity.unit),
        paths=[(str(quantity.title), f"M{LEFT} {BOTTOM}{''.join(steps)}")],
        diagonal="" if limit is None else f"M{LEFT} {height(limit):g}H{RIGHT}",
        ticks=[
            Text(x=LEFT, y=BOTTOM + 14, text="0", anchor="start"),
            Text(x=RIGHT, y=BOTTOM + 14, text=f"{end_s:.3g}", anchor="end"),
            *(Text(x=LEFT - 22, y=height(value) + 4, text=f"{value:g}") for value in (0.0, float(f"{top:.2g}"))),
        ],
        table=Table(
            head=[_("until second"), str(quantity.unit)],
            rows=[[f"{until_s:g}", f"{value:g}"] for until_s, value in points],
        ),
    )
