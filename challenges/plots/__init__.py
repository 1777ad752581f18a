"""Plots of a submission as compact data, made once when it is scored; whoever shows them draws nothing from rows.

    public rows ──> Subject ──> TABLE ──> shapes.py ──> JSON of at most MOST_BYTES

Private rows never get here. What a plot may tell of public ones: see discretion.py. A plot that fails is logged and
named as missing, and the score stands.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.evaluation import Evaluation
from challenges.metrics.types import Takes
from challenges.plots.boxes import precision_and_tightness
from challenges.plots.classes import confusion, confusion_of_calls
from challenges.plots.curves import calibration_of_classes, curves
from challenges.plots.discretion import TooFewRows
from challenges.plots.numbers import residuals
from challenges.plots.shapes import to_json
from challenges.plots.subject import PlotFunction, Subject
from challenges.plots.texts import score_by_length
from challenges.plots.units import unit_scores
from challenges.plots.worst import worst
from challenges.scoring import bound, handed_in, metric_of
from challenges.spec import MetricSpec, MetricUse, PlotSpec

log = logging.getLogger(__name__)

TABLE: dict[Takes, tuple[PlotFunction, ...]] = {
    Takes.LABELS: (confusion,),
    Takes.PROBABILITIES: (curves, confusion_of_calls),
    Takes.CLASS_PROBABILITIES: (confusion_of_calls, calibration_of_classes),
    Takes.NUMBERS: (residuals,),
    Takes.TEXTS: (score_by_length,),
    Takes.DETECTIONS: (precision_and_tightness,),
}
EVERYTHING_ELSE: tuple[PlotFunction, ...] = (unit_scores,)

MOST_BYTES = 8000
"""Of all plots of a submission."""


def draw(
    metric: MetricSpec, evaluation: Evaluation, *, plots: PlotSpec, ids: NDArray[Any] | None = None
) -> dict[str, Any]:
    """Return {"plots": [...], "missing": [{"name", "why"}]} of the public rows; {} where a challenge wants none.

    `why` is `few_rows` where a plot would tell too much, `too_large` beyond MOST_BYTES, and `failed` where it is our
    fault. `ids` (n,) is what a learner calls the rows of the evaluation; their numbers by default.
    """
    if not plots.shown:
        return {}
    drawn: list[dict[str, Any]] = []
    missing: list[dict[str, str]] = []
    size = 0
    subject: Subject | None = None
    for function, use in _wanted(metric, plots):
        if not handed_in(use, evaluation):
            continue
        try:
            if subject is None or subject.use is not use:
                subject = _subject(metric, use, evaluation, ids)
            made = [to_json(plot) for plot in function(subject)]
        except TooFewRows:
            missing.append({"name": function.__name__, "why": "few_rows"})
            continue
        except Exception:  # whatever it is: the score is right, and a learner must not lose it to a picture of it
            log.exception("plot %s of metric %s failed", function.__name__, use.id)
            missing.append({"name": function.__name__, "why": "failed"})
            continue
        for plot in made:
            bytes_ = len(json.dumps(plot, separators=(",", ":"), ensure_ascii=False).encode())
            if size + bytes_ > MOST_BYTES:
                missing.append({"name": plot["name"], "why": "too_large"})
                continue
            size += bytes_
            drawn.append(plot)
    return {"plots": drawn, "missing": missing}


def _wanted(metric: MetricSpec, plots: PlotSpec) -> Iterator[tuple[PlotFunction, MetricUse]]:
    """Yield what is drawn: each plot once for each pair of columns; spread and worst rows of what counts only."""
    counting = tuple(part.metric for part in metric.primary.parts) or (metric.primary,)
    seen: set[tuple[PlotFunction, str | None, str | None, str | None]] = set()
    for use in (*counting, *(use for use in metric.secondary if use not in counting)):
        functions = TABLE.get(metric_of(use).takes, EVERYTHING_ELSE if use in counting else ())
        for function in functions if not use.parts and use.where is None else ():
            key = (function, use.truth, use.predictions, use.id if function is unit_scores else None)
            if key not in seen:
                seen.add(key)
                yield function, use
    if plots.worst:
        yield from ((worst, use) for use in counting[:1])


def _subject(metric: MetricSpec, use: MetricUse, evaluation: Evaluation, ids: NDArray[Any] | None) -> Subject:
    public = np.flatnonzero(evaluation.public)  # to take by places is ten times as fast as by a mask
    truth, predictions = bound(use, evaluation)
    return Subject(
        metric=metric_of(use),
        use=use,
        truth=truth[public],
        predictions=predictions[public],
        unit=evaluation.unit[public],
        ids=public if ids is None else ids[public],
        threshold=_threshold(metric, use),
    )


def _threshold(metric: MetricSpec, use: MetricUse) -> float:
    """Return the operating point of these columns: the first that a metric of the challenge names."""
    for other in (metric.primary, *metric.secondary):
        columns = (other.truth, other.predictions)
        if "threshold" in other.params and columns == (use.truth, use.predictions):
            return float(other.params["threshold"])
    return 0.5
