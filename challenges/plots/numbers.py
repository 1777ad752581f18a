"""Residuals: where a regression predicts too much or too little."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from challenges.plots.discretion import ROWS_A_STEP, Blur, bins_by
from challenges.plots.shapes import Bar, Bars, Plot, rounded
from challenges.plots.subject import Subject

Floats = NDArray[np.float64]

MOST_BINS = 10
QUARTERS = (25, 50, 75)


def residuals(subject: Subject) -> Sequence[Plot]:
    """Return the median of prediction - truth, and what half of the rows lie between, by the size of the prediction."""
    if subject.truth.ndim != 1 or subject.predictions.ndim != 1:
        return ()
    predicted = subject.predictions.astype(np.float64)
    errors = predicted - subject.truth.astype(np.float64)
    bins, blur = bins_by(predicted, most=MOST_BINS), Blur(subject.truth, predicted)
    order = np.argsort(bins.of_row.astype(np.uint8), kind="stable")  # small integers: sorted by counting
    bars = []
    for rows in np.split(order, np.cumsum(bins.rows)[:-1]):
        low, middle, high = _quarters(errors[rows], blur)
        ends = predicted[rows].min(), predicted[rows].max()
        bars.append(Bar(low=rounded(ends[0], 2), high=rounded(ends[1], 2), value=middle, band=(low, high)))
    return (
        Bars(
            name="residuals",
            title="Residuals",
            x="predicted",
            y="prediction - truth, median",
            bars=bars,
        ),
    )


def _quarters(errors: Floats, blur: Blur) -> tuple[float, float, float]:
    """Return the quartiles of a bin in steps of the width that the truth of ROWS_A_STEP rows moves them by or more."""
    quarters = np.percentile(errors, QUARTERS)
    width = float(quarters[2] - quarters[0])
    if width > 0:
        step = float(f"{width * ROWS_A_STEP / len(errors):.0e}")  # of one digit: the step itself tells little
        quarters = blur.numbers(quarters, np.full(3, max(step, np.finfo(float).tiny)))
    low, middle, high = (rounded(quarter) for quarter in quarters)
    return low, middle, high
