"""The 95 % interval of a score from its standard error, so that it never reaches beyond what the metric can be.

mean of row scores from 0 to 1    Wilson's interval, of as many rows as would give a share this error
anything else                     value ± 1.96 errors, cut at the metric's ends
"""

from __future__ import annotations

import math

from challenges.metrics.types import Better, Metric
from challenges.uncertainty.closed_forms import Z_95, wilson


def interval(metric: Metric, value: float, standard_error: float) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a score.

    For rows that are right or wrong it is Wilson's interval of the share. Rows of larger units count as the fewer
    rows that they are worth (the effective sample size of a survey: Korn and Graubard 1998), scores between 0 and 1 as
    the more.

    Examples
    --------
    >>> from challenges.metrics.registry import METRICS
    >>> [round(end, 4) for end in interval(METRICS["accuracy"], 0.9, (0.9 * 0.1 / 20) ** 0.5)]
    [0.699, 0.9721]
    >>> [round(end, 4) for end in interval(METRICS["rmse"], 1.0, 0.6)]
    [0, 2.176]
    """
    rows = _rows(metric, value, standard_error)
    if rows is not None:
        low, high = wilson(value * rows, rows)
        return min(low, value), max(high, value)  # at 0 and 1 the last digit may lie beyond
    half, (least, most) = Z_95 * standard_error, _ends(metric)
    return max(value - half, min(least, value)), min(value + half, max(most, value))


def _rows(metric: Metric, value: float, standard_error: float) -> float | None:
    """Return how many rows would give a share of `value` this error; None where the score is no mean from 0 to 1."""
    if metric.row_scores is None or {metric.best, metric.worst} != {0, 1} or not 0 <= value <= 1:
        return None
    if 0 < value < 1:
        variance = standard_error**2
        rows = value * (1 - value) / variance if variance > 0 else math.inf
    else:  # all rows alike: closed_forms.py took the error from the width of Wilson's interval there
        width = 2 * Z_95 * standard_error
        rows = Z_95**2 * (1 - width) / width if width > 0 else math.inf
    return rows if 0 < rows < math.inf else None


def _ends(metric: Metric) -> tuple[float, float]:
    """Return between what the metric lies; infinite where it has no end."""
    best, worst = metric.best, metric.worst
    if metric.better is Better.LOWER:
        return -math.inf if best is None else best, math.inf if worst is None else worst
    return -math.inf if worst is None else worst, math.inf if best is None else best
