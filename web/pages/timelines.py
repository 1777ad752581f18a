"""What a run used over time, drawn like the plots of its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from web.pages.plots import Drawing, Table

TIMELINE = "timeline"
"""The field of a submission's usage."""

FEWEST = 3
"""A run of fewer moments was over before there was a course of things to see."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One field of a moment (sandbox.contract.Moment) as a plot."""

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
    """Return a plot for each quantity that was measured throughout; none of a run that was over at once."""
    moments = usage.get(TIMELINE, [])
    drawn = []
    for quantity in QUANTITIES:
        points = [(m["until_s"], m[quantity.field] * quantity.scale) for m in moments if quantity.field in m]
        if len(points) >= FEWEST:
            drawn.append(_drawing(quantity, points, limits.get(quantity.limit)))
    return drawn


def _drawing(quantity: Quantity, points: Sequence[tuple[float, float]], limit: float | None) -> Drawing:
    untils = [until_s for until_s, _value in points]
    since = [0.0, *untils[:-1]]
    title, unit = str(quantity.title), str(quantity.unit)
    return Drawing(
        name=quantity.field,
        title=title,
        x=_("seconds"),
        y=unit,
        figures={
            "kind": "steps",
            "x": _("seconds"),
            "y": unit,
            "lines": [{"name": title, "points": [[at, value] for at, (_u, value) in zip(since, points, strict=True)]}],
            "until": untils[-1],
            "floor": {"reaches": quantity.full},
            "limit": None if limit is None else {"name": _("limit"), "y": limit},
        },
        table=Table(
            head=[_("until second"), unit],
            rows=[[f"{until_s:g}", f"{value:g}"] for until_s, value in points],
        ),
    )
