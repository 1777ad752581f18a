"""ROC, precision and recall, calibration: three views of one table, the positive rows of each bin of scores."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.calibration import confidences
from challenges.metrics.matrices import is_matrix
from challenges.plots.discretion import LEAST_ROWS, Blur, bins_by
from challenges.plots.shapes import Line, Lines, Mark, Plot, Point
from challenges.plots.subject import Subject

Floats = NDArray[np.float64]


def curves(subject: Subject) -> Sequence[Plot]:
    """Return ROC, precision and recall, and for probabilities calibration, with the operating point on the curves."""
    if is_matrix(subject.predictions):
        return _of_classes(subject)
    positive = np.asarray(subject.truth == 1)
    scores = subject.predictions.astype(np.float64)
    bins, blur = bins_by(scores), Blur(subject.truth, scores)
    hits = blur.rows(bins.sums(positive), bins.rows)
    found, called = np.cumsum(hits[::-1]), np.cumsum(bins.rows[::-1])
    if not 0 < found[-1] < called[-1]:
        return ()  # blurred away: a handful of positives, or of negatives
    false = called - found
    chances = bool(((scores >= 0) & (scores <= 1)).all())
    marks = _operating_points(positive, scores, subject.threshold, blur) if chances else ((), ())
    roc = Lines(
        name="roc",
        title="ROC curve",
        x="false positive rate",
        y="true positive rate",
        lines=[Line(name=subject.label, points=[(0.0, 0.0), *_points(false / false[-1], found / found[-1])])],
        marks=marks[0],
        diagonal=True,
    )
    precision = Lines(
        name="precision_recall",
        title="Precision and recall",
        x="recall",
        y="precision",
        lines=[Line(name=subject.label, points=_points(found / found[-1], found / called))],
        marks=marks[1],
    )
    return (
        (roc, precision, _calibration(bins.sums(scores) / bins.rows, hits / bins.rows)) if chances else (roc, precision)
    )


def calibration_of_classes(subject: Subject) -> Sequence[Plot]:
    """Return how often the class of the highest probability is right."""
    return _of_classes(subject)


def _of_classes(subject: Subject) -> Sequence[Plot]:
    if not is_matrix(subject.predictions) or is_matrix(subject.truth):
        return ()
    chances, came_true = confidences(subject.truth, subject.predictions)
    bins, blur = bins_by(chances), Blur(subject.truth, chances)
    return (_calibration(bins.sums(chances) / bins.rows, blur.shares(bins.sums(came_true), bins.rows)),)


def _calibration(said: Floats, came_true: Floats) -> Plot:
    return Lines(
        name="calibration",
        title="Calibration",
        x="probability said",
        y="share that came true",
        lines=[Line(name="bins of about equal numbers of rows", points=_points(said, came_true))],
        diagonal=True,
    )


def _operating_points(
    positive: NDArray[np.bool_], scores: Floats, threshold: float, blur: Blur
) -> tuple[Sequence[Mark], Sequence[Mark]]:
    """Return the marks of ROC and of precision and recall; none where either side of the threshold has few rows."""
    called = scores >= threshold
    sides = np.array([np.count_nonzero(called), np.count_nonzero(~called)])
    if (sides < LEAST_ROWS).any():
        return (), ()
    found, missed = blur.rows(
        np.array([np.count_nonzero(positive & called), np.count_nonzero(positive & ~called)]), sides
    )
    false, right = sides - (found, missed)
    if found + missed == 0 or false + right == 0:
        return (), ()
    recall, fall_out = found / (found + missed), false / (false + right)
    name = f"at {threshold:g}"
    return (
        (Mark(name=name, x=round(float(fall_out), 3), y=round(float(recall), 3)),),
        (Mark(name=name, x=round(float(recall), 3), y=round(float(found / sides[0]), 3)),),
    )


def _points(x: Floats, y: Floats) -> list[Point]:
    """Return the points to three digits, without those that lie on the straight way between their neighbours."""
    points = [(round(float(a), 3), round(float(b), 3)) for a, b in zip(x, y, strict=True)]
    return points[:1] + [point for before, point in pairwise(points) if point != before]
