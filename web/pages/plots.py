"""Plots of a submission as its page draws them: pictures of paths and boxes, each with its figures as a table.

Everything is laid out here, so that the page needs neither a script nor an inline style.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LEFT, RIGHT, TOP, BOTTOM = 46, 354, 10, 210
"""The plane between the axes, in units of a picture of 360 x 240."""

MISSING = {
    "curves": "the curves of the scores",
    "confusion": "the confusion matrix",
    "confusion_of_calls": "the confusion matrix",
    "calibration_of_classes": "the calibration",
    "residuals": "the residuals",
    "score_by_length": "the score by length",
    "precision_and_tightness": "precision and recall by class",
    "unit_scores": "the spread of the score",
    "worst": "the worst rows",
}

WHY = {
    "few_rows": "cannot be shown: with so few public rows it would tell their answers.",
    "too_large": "is too large to be kept.",
    "failed": "could not be drawn. That is our fault; the score is not touched by it.",
}


@dataclass(frozen=True, kw_only=True)
class Box:
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Text:
    x: float
    y: float
    text: str
    anchor: str = "middle"
    """Which part of the text stands at x: start, middle or end."""


@dataclass(frozen=True, kw_only=True)
class Table:
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Cell:
    text: str
    shade: int | None
    """0 to 10; None where nothing is known."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """One plot; what a shape does not have stays empty."""

    name: str
    title: str
    x: str = ""
    y: str = ""
    paths: Sequence[tuple[str, str]] = ()
    """(name, path) of each line."""
    diagonal: str = ""
    marks: Sequence[Text] = ()
    boxes: Sequence[Box] = ()
    bands: str = ""
    ticks: Sequence[Text] = ()
    zero_y: float | None = None
    columns: Sequence[str] = ()
    cells: Sequence[tuple[str, Sequence[Cell]]] = ()
    table: Table | None = None
    named: bool = False
    """Whether the lines need a legend."""

    frame = f"M{LEFT} {TOP}V{BOTTOM}H{RIGHT}"

    @property
    def has_picture(self) -> bool:
        return bool(self.paths or self.boxes)


def drawings(plots: Mapping[str, Any]) -> list[Drawing]:
    """Return the plots that a submission carries."""
    return [_DRAW[plot["shape"]](plot) for plot in plots.get("plots", ())]


def missing(plots: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each plot that is missing."""
    said = [(MISSING.get(gone["name"], gone["name"]), WHY[gone["why"]]) for gone in plots.get("missing", ())]
    return [f"{name[0].upper()}{name[1:]} {why}" for name, why in said]


def _lines(plot: Mapping[str, Any]) -> Drawing:
    rows = [[line["name"], f"{x:.3g}", f"{y:.3g}"] for line in plot["lines"] for x, y in line["points"]]
    rows += [[mark["name"], f"{mark['x']:.3g}", f"{mark['y']:.3g}"] for mark in plot["marks"]]
    return Drawing(
        name=plot["name"],
        title=plot["title"],
        x=plot["x"],
        y=plot["y"],
        paths=[(line["name"], _path(line["points"])) for line in plot["lines"]],
        diagonal=_path([(0, 0), (1, 1)]) if plot["diagonal"] else "",
        marks=[Text(x=_across(mark["x"]), y=_up(mark["y"]), text=mark["name"]) for mark in plot["marks"]],
        ticks=[
            *(Text(x=_across(share), y=BOTTOM + 14, text=f"{share:g}") for share in (0, 0.5, 1)),
            *(Text(x=LEFT - 18, y=_up(share) + 4, text=f"{share:g}") for share in (0, 0.5, 1)),
        ],
        table=Table(head=["", plot["x"], plot["y"]], rows=rows),
        named=len(plot["lines"]) > 1,
    )


def _bars(plot: Mapping[str, Any]) -> Drawing:
    bars = plot["bars"]
    ends = [0.0, *(bar["value"] for bar in bars), *(end for bar in bars for end in bar["band"] or ())]
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    width = (RIGHT - LEFT) / len(bars)
    zero = _up(-low / span)

    def height(value: float) -> float:
        return _up((value - low) / span)

    middles = [round(LEFT + width * (place + 0.5), 1) for place in range(len(bars))]
    tops = [height(bar["value"]) for bar in bars]
    banded = any(bar["band"] for bar in bars)
    return Drawing(
        name=plot["name"],
        title=plot["title"],
        x=plot["x"],
        y=plot["y"],
        boxes=[
            Box(
                x=round(middle - width * 0.4, 1),
                y=round(min(top, zero), 1),
                width=round(width * 0.8, 1),
                height=round(max(abs(top - zero), 1), 1),
            )
            for middle, top in zip(middles, tops, strict=True)
        ],
        bands="".join(
            f"M{middle:g} {height(bar['band'][0]):g}V{height(bar['band'][1]):g}"
            for middle, bar in zip(middles, bars, strict=True)
            if bar["band"]
        ),
        ticks=[
            Text(x=LEFT, y=BOTTOM + 14, text=_bin(bars[0]), anchor="start"),
            *([Text(x=RIGHT, y=BOTTOM + 14, text=_bin(bars[-1]), anchor="end")] if len(bars) > 1 else []),
            *(
                Text(x=LEFT - 22, y=_up((value - low) / span) + 4, text=f"{value:.2g}")
                for value in sorted({low, 0.0, high})
            ),
        ],
        zero_y=zero,
        table=Table(
            head=[plot["x"], plot["y"], *(["lower quarter", "upper quarter"] if banded else [])],
            rows=[[_bin(bar), f"{bar['value']:.3g}", *(f"{end:.3g}" for end in bar["band"] or ())] for bar in bars],
        ),
    )


def _matrix(plot: Mapping[str, Any]) -> Drawing:
    none = [Cell(text="–", shade=None)] * len(plot["columns"])
    cells = [
        (name, none if shares is None else [Cell(text=f"{share:.0%}", shade=round(share * 10)) for share in shares])
        for name, shares in zip(plot["rows"], plot["shares"], strict=True)
    ]
    return Drawing(name=plot["name"], title=plot["title"], columns=plot["columns"], cells=cells)


def _examples(plot: Mapping[str, Any]) -> Drawing:
    rows = [[one["id"], one["predicted"], f"{one['score']:.4g}"] for one in plot["examples"]]
    table = Table(head=["id", "predicted", plot["y"]], rows=rows)
    return Drawing(name=plot["name"], title=plot["title"], table=table)


_DRAW = {"lines": _lines, "bars": _bars, "matrix": _matrix, "examples": _examples}


def _path(points: Sequence[Sequence[float]]) -> str:
    dot = "h0" if len(points) == 1 else ""  # drawn by the round ends of the line
    return "M" + "L".join(f"{_across(x):g} {_up(y):g}" for x, y in points) + dot if points else ""


def _across(share: float) -> float:
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _up(share: float) -> float:
    return round(BOTTOM - share * (BOTTOM - TOP), 1)


def _bin(bar: Mapping[str, Any]) -> str:
    low, high = bar["low"], bar["high"]
    if low is None:
        return f"below {high:g}"
    return f"{low:g} or more" if high is None else f"{low:g} to {high:g}"
