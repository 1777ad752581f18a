"""How the score is spread over rows, games, images or whatever is independent: for all that has no plot of its own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from challenges.plots.discretion import LEAST_ROWS, Blur, enough, joined
from challenges.plots.shapes import Bar, Bars, Plot, rounded
from challenges.plots.subject import Subject
from challenges.uncertainty.resampling import from_figures, row_figures, summed, units_of

Floats = NDArray[np.float64]

MOST_BINS = 10
MOST_UNITS = 2000
"""Of more, every second, third ... is scored for the plot."""
MOST_UNITS_ANEW = 64
"""Of a metric that must score each unit afresh: as much work as so many of the thousand resamples."""


def unit_scores(subject: Subject) -> Sequence[Plot]:
    """Return how many units have which score; nothing for a metric that has no value on a single unit."""
    scores = _scores(subject)
    if scores is None:
        return ()
    scores = scores[np.isfinite(scores)]
    enough(len(scores))
    edges = _edges(scores)
    fine = np.searchsorted(edges, scores, side="right")
    bins = joined(np.bincount(fine, minlength=len(edges) + 1))
    shares = Blur(scores).shares(np.bincount(bins[fine]), np.array(len(scores)))
    ends = [None, *edges[np.diff(bins) > 0].tolist(), None]
    bars = [Bar(low=ends[k], high=ends[k + 1], value=float(share)) for k, share in enumerate(shares)]
    unit = subject.metric.unit
    return (Bars(name="unit_scores", title=f"Scores of a {unit}", x=subject.label, y=f"share of {unit}s", bars=bars),)


def _scores(subject: Subject) -> Floats | None:
    """Return the score of each unit, NaN where it has none; None for a metric of whole samples only."""
    metric = subject.metric
    anew = metric.row_scores is None and metric.row_sums is None
    if anew and (metric.resampled is None or metric.claims is None or not metric.claims.one_row):
        return None
    place, units = units_of(len(subject.truth), subject.unit)
    every = -(-units // (MOST_UNITS_ANEW if anew else MOST_UNITS))
    rows = np.flatnonzero(place % every == 0)
    place, units = place[rows] // every, -(-units // every)
    truth, predictions = subject.truth[rows], subject.predictions[rows]
    if metric.resampled is not None and anew:
        each = (place == np.arange(units)[:, None]).astype(np.int32)
        return metric.resampled(truth, predictions, each, **subject.params)
    figures = row_figures(metric, truth, predictions, subject.params)
    with np.errstate(all="ignore"):  # a unit on which the metric is not defined comes out as NaN
        return from_figures(metric, summed(figures, place, units))


def _edges(scores: Floats) -> Floats:
    """Return the inner ends of the bins: round numbers between the rare scores at both ends, which stay open."""
    low, high = np.percentile(scores, [5, 95])
    if low == high:
        return np.array([rounded(low, 2)])
    bins = min(MOST_BINS, len(scores) // LEAST_ROWS + 1)
    step = float(f"{(high - low) / bins:.0e}")
    first, last = np.ceil(low / step), np.floor(high / step)
    return np.array([rounded(step * k, 6) for k in np.arange(min(first, last), last + 1)])
