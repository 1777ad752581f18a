"""Plots of a submission as its page carries them: figures for static/site/plots.js to draw, and the same as a table.

The kinds of figures are those of the script: curves, bars and steps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

SAID = frozenset(
    (
        gettext_noop("ROC curve"),
        gettext_noop("Precision and recall"),
        gettext_noop("Precision and recall by class, overlap 0.5"),
        gettext_noop("Calibration"),
        gettext_noop("Confusion matrix"),
        gettext_noop("Residuals"),
        gettext_noop("By length"),
        gettext_noop("Objects found"),
        gettext_noop("Worst rows"),
        gettext_noop("false positive rate"),
        gettext_noop("true positive rate"),
        gettext_noop("precision"),
        gettext_noop("recall"),
        gettext_noop("probability said"),
        gettext_noop("share that came true"),
        gettext_noop("bins of about equal numbers of rows"),
        gettext_noop("predicted"),
        gettext_noop("prediction - truth, median"),
        gettext_noop("overlap (IoU) of at least"),
        gettext_noop("share found"),
        gettext_noop("words of the truth"),
    )
)
"""Titles and axes of challenges/plots; what is not here is a name from the challenge, the same in every language."""

MISSING = {
    "curves": gettext_lazy("the curves of the scores"),
    "confusion": gettext_lazy("the confusion matrix"),
    "confusion_of_calls": gettext_lazy("the confusion matrix"),
    "calibration_of_classes": gettext_lazy("the calibration"),
    "residuals": gettext_lazy("the residuals"),
    "score_by_length": gettext_lazy("the score by length"),
    "precision_and_tightness": gettext_lazy("precision and recall by class"),
    "unit_scores": gettext_lazy("the spread of the score"),
    "worst": gettext_lazy("the worst rows"),
}

WHY = {
    "few_rows": gettext_lazy("cannot be shown: with so few public rows it would tell their answers."),
    "too_large": gettext_lazy("is too large to be kept."),
    "failed": gettext_lazy("could not be drawn. That is our fault; the score is not touched by it."),
}

DIAGONALS = {"roc": gettext_lazy("chance"), "calibration": gettext_lazy("as often as said")}
"""What the line from (0, 0) to (1, 1) means, by plot."""


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
    figures: Mapping[str, Any] | None = None
    """What the script draws; None where the shape is a table by itself or holds nothing."""
    columns: Sequence[str] = ()
    cells: Sequence[tuple[str, Sequence[Cell]]] = ()
    table: Table | None = None


def drawings(plots: Mapping[str, Any]) -> list[Drawing]:
    """Return the plots that a submission carries."""
    return [_DRAW[plot["shape"]](_in_words(plot)) for plot in plots.get("plots", ())]


def missing(plots: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each plot that is missing."""
    said = [(str(MISSING.get(gone["name"], gone["name"])), WHY[gone["why"]]) for gone in plots.get("missing", ())]
    return [f"{name[0].upper()}{name[1:]} {why}" for name, why in said]


def _in_words(plot: Mapping[str, Any]) -> dict[str, Any]:
    """Return a plot with its title, axes and lines in the reader's language."""
    said: dict[str, Any] = {field: _said(plot[field]) for field in ("title", "x", "y") if field in plot}
    if "lines" in plot:
        said["lines"] = [{**line, "name": _said(line["name"])} for line in plot["lines"]]
    return {**plot, **said}


def _said(text: str) -> str:
    return _(text) if text in SAID else text


def _lines(plot: Mapping[str, Any]) -> Drawing:
    rows = [[line["name"], _figure(x), _figure(y)] for line in plot["lines"] for x, y in line["points"]]
    rows += [[mark["name"], _figure(mark["x"]), _figure(mark["y"])] for mark in plot["marks"]]
    figures = {
        "kind": "curves",
        "x": plot["x"],
        "y": plot["y"],
        "lines": [line for line in plot["lines"] if line["points"]],
        "marks": plot["marks"],
        "diagonal": str(DIAGONALS.get(plot["name"], _("equal"))) if plot["diagonal"] else None,
    }
    return Drawing(
        name=plot["name"],
        title=plot["title"],
        x=plot["x"],
        y=plot["y"],
        figures=figures if figures["lines"] else None,
        table=Table(head=["", plot["x"], plot["y"]], rows=rows),
    )


def _bars(plot: Mapping[str, Any]) -> Drawing:
    bars = plot["bars"]
    banded = any(bar["band"] for bar in bars)
    figures = {
        "kind": "bars",
        "x": plot["x"],
        "y": plot["y"],
        "bars": [{**bar, "told": _bin(bar)} for bar in bars],
        "band": _("middle half of the rows"),
    }
    return Drawing(
        name=plot["name"],
        title=plot["title"],
        x=plot["x"],
        y=plot["y"],
        figures=figures if bars else None,
        table=Table(
            head=[plot["x"], plot["y"], *([_("lower quarter"), _("upper quarter")] if banded else [])],
            rows=[[_bin(bar), _figure(bar["value"]), *(_figure(end) for end in bar["band"] or ())] for bar in bars],
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
    table = Table(head=["id", _("predicted"), plot["y"]], rows=rows)
    return Drawing(name=plot["name"], title=plot["title"], table=table)


_DRAW = {"lines": _lines, "bars": _bars, "matrix": _matrix, "examples": _examples}


def _figure(value: float) -> str:
    """Return a number with three significant digits, 12300 and not 1.23e+04."""
    return f"{float(f'{value:.3g}'):g}"


def _bin(bar: Mapping[str, Any]) -> str:
    low, high = bar["low"], bar["high"]
    if low is None:
        return "" if high is None else _("below %(high)g") % {"high": high}
    return (
        _("%(low)g or more") % {"low": low} if high is None else _("%(low)g to %(high)g") % {"low": low, "high": high}
    )
