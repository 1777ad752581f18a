"""The score of the Numenta anomaly benchmark: early alarms are worth more, alarms just after a window cost less."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.streams import Stream, streams
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

MOST_PROBATION = 750
"""The probationary part is a share of the first 5000 steps at most: 0.15 x 5000."""


def nab_score(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    window: int,
    false_alarm_cost: float = 0.11,
    miss_cost: float = 1.0,
    probation: float = 0.15,
) -> float:
    """Return the score of the Numenta anomaly benchmark, 0 being worth as much as no alarm at all.

    Parameters
    ----------
    truth : (n,) dicts with `length` and `onsets` (k,), in steps; the windows do not overlap.
    predictions : (n,) cells of the steps that are flagged; a step flagged twice is flagged once.
    window : steps of the window of an event, from its onset on; 2 and up.
    false_alarm_cost : 0.11 is the standard profile, 0.22 the one of few false alarms.
    miss_cost : 1 is the standard profile, 2 the one of few misses.
    probation : share of each stream (of 5000 steps at most) at its start in which nothing counts.

    Returns
    -------
    float, 100 (best) and down without bound.

    Raises
    ------
    MetricError
        No event behind the probationary part in any stream; windows that overlap.

    Source
    ------
    Lavin and Ahmad 2015; sweeper.py of the benchmark.

    Examples
    --------
    >>> nab_score(np.array([{"length": 100, "onsets": [50]}]), np.array([[50]]), window=10)
    100.0
    """
    figures = nab_sums(
        truth,
        predictions,
        window=window,
        false_alarm_cost=false_alarm_cost,
        miss_cost=miss_cost,
        probation=probation,
    )
    value = float(percent(figures.sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected an event behind the probationary part in at least one stream")
    return value


def nab_sums(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    window: int,
    false_alarm_cost: float = 0.11,
    miss_cost: float = 1.0,
    probation: float = 0.15,
) -> Array:
    """Return (n, 2): score above that of no alarm, best score above that of no alarm."""
    if window < 2:
        raise MetricError(f"window: expected 2 steps or more, found {window}")
    rows = []
    for row, stream in enumerate(streams(truth, predictions)):
        if (np.diff(stream.onsets) < window).any():
            raise MetricError(f"truth, row {row}: expected onsets {window} steps or more apart")
        start = min(np.floor(probation * stream.length), MOST_PROBATION)
        worths, cost = _worths_and_cost(stream, window, start)
        detected = np.where(np.isnan(worths), 0.0, worths + miss_cost)
        rows.append((detected.sum() - false_alarm_cost * cost, len(worths) * (1 + miss_cost)))
    return np.array(rows, dtype=np.float64)


def percent(sums: Array) -> Array:
    """Return 100 x first sum / second sum; NaN where the second is 0."""
    most = sums[..., 1]
    return np.asarray(np.where(most > 0, 100.0 * sums[..., 0] / np.where(most > 0, most, 1.0), np.nan))


def _worths_and_cost(stream: Stream, window: int, start: float) -> tuple[Array, float]:
    """Return the worth of each event that counts, NaN where it is missed, and the cost of the false alarms."""
    alarms = np.unique(stream.alarms)
    alarms = alarms[alarms >= start]
    last = stream.onsets + window - 1
    counted = last >= start
    worths = np.full(len(stream.onsets), np.nan)
    cost = 0.0
    for alarm in alarms:
        event = int(np.searchsorted(stream.onsets, alarm, side="right")) - 1
        if event < 0:
            cost += 1.0  # before every window
        elif alarm <= last[event]:
            early = _sigmoid(-(last[event] - alarm + 1) / window) / _sigmoid(-1.0)
            worths[event] = np.fmax(worths[event], early)
        else:
            cost -= _sigmoid((alarm - last[event]) / (window - 1))
    return worths[counted], cost


def _sigmoid(place: float) -> float:
    """Return 0.99 at the left edge of a window (-1), 0 at its right edge (0), and -1 far behind it (3)."""
    return -1.0 if place >= 3 else float(2 / (1 + np.exp(5 * place)) - 1)
