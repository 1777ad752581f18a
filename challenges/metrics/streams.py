"""Events in streams and the alarms raised for them. A row is a stream.

    events    ────●───────────────●──────────     onsets
    windows       [───window─────)[────────)
    alarms    ──▲────▲────▲──────────▲───────     false, matched, false (its event has one), matched

The truth of a row is a dict with `length` and `onsets` (k,), the prediction its alarms (a,), in the same unit of time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.series import parts_of, rows_of_both, steps
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stream:
    length: float
    onsets: Array
    """(k,) rising."""
    alarms: Array
    """(a,) rising."""


def prequential_accuracy(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of labels that were right before they were told, averaged over the streams.

    Parameters
    ----------
    truth, predictions : (n,) cells of (h,) integer labels, the predictions made before each label was told.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Dawid 1984; Gama, Sebastiao and Rodrigues 2013, without forgetting.

    Examples
    --------
    >>> prequential_accuracy(np.array([[0, 1, 1, 0]]), np.array([[0, 1, 0, 0]]))
    0.75
    """
    return float(stream_accuracies(truth, predictions).mean())


def detection_delay(truth: NDArray[Any], predictions: NDArray[Any], *, window: float) -> float:
    """Return the mean time from an event to its alarm; an event without alarm counts as the whole window.

    Parameters
    ----------
    truth : (n,) dicts with `length` and `onsets` (k,).
    predictions : (n,) cells of the times of the alarms.
    window : how long after its onset an event can be detected, in the unit of the times.

    Returns
    -------
    float, 0 (best) to window. Alone it can be had by endless alarms: read it beside `false_alarm_rate`.

    Raises
    ------
    MetricError
        No event in any stream.

    Source
    ------
    Basseville and Nikiforov 1993, mean delay of detection.

    Examples
    --------
    >>> detection_delay(np.array([{"length": 100, "onsets": [10, 50]}]), np.array([[14]]), window=20)
    12.0
    """
    return _defined(weighted_mean(delay_sums(truth, predictions, window=window).sum(axis=0)))


def false_alarm_rate(truth: NDArray[Any], predictions: NDArray[Any], *, window: float, per: float = 1000.0) -> float:
    """Return the false alarms in a stretch of time: those that are not the first in the window of an event.

    Parameters
    ----------
    truth : (n,) dicts with `length` and `onsets` (k,).
    predictions : (n,) cells of the times of the alarms.
    window : how long after its onset an event can be detected, in the unit of the times.
    per : the stretch of time.

    Returns
    -------
    float, 0 (best) and up.

    Source
    ------
    Basseville and Nikiforov 1993, the inverse of the mean time between false alarms.

    Examples
    --------
    >>> false_alarm_rate(np.array([{"length": 100, "onsets": [10]}]), np.array([[5, 14, 20]]), window=20, per=100)
    2.0
    """
    return _defined(weighted_mean(false_alarm_sums(truth, predictions, window=window, per=per).sum(axis=0)))


def drift_f1(truth: NDArray[Any], predictions: NDArray[Any], *, tolerance: float) -> float:
    """Return the F1 of change points, an alarm being right within a tolerance before or after one.

    Parameters
    ----------
    truth : (n,) dicts with `length` and `onsets` (k,).
    predictions : (n,) cells of the times of the alarms.
    tolerance : how far an alarm may be from its change, in the unit of the times.

    Returns
    -------
    float, 0 to 1 (best). Matching is one to one and as full as possible; streams are pooled.

    Raises
    ------
    MetricError
        No event in any stream, and no alarm.

    Source
    ------
    van den Burg and Williams 2020, with one-to-one matching.

    Examples
    --------
    >>> drift_f1(np.array([{"length": 100, "onsets": [10, 50]}]), np.array([[8, 30]]), tolerance=5)
    0.5
    """
    return _defined(weighted_mean(drift_sums(truth, predictions, tolerance=tolerance).sum(axis=0)))


def event_f1(truth: NDArray[Any], predictions: NDArray[Any], *, window: float, merge: float = 0.0) -> float:
    """Return the F1 of events, a detection being worth 1 at once and half of that at the end of its window.

    Parameters
    ----------
    truth : (n,) dicts with `length` and `onsets` (k,).
    predictions : (n,) cells of the times of the alarms.
    window : how long after its onset an event can be detected, in the unit of the times.
    merge : alarms nearer than this to the last one that was kept are that alarm.

    Returns
    -------
    float, 0 to 1 (best): twice the worth of the detections over events + alarms; streams are pooled.

    Raises
    ------
    MetricError
        No event in any stream, and no alarm.

    Edge cases
    ----------
    Events take alarms in the order of their onsets, each the earliest free one in [onset, onset + window).

    Source
    ------
    Own definition: the F1 of events, with a reward for earliness as in Lavin and Ahmad 2015.

    Examples
    --------
    >>> event_f1(np.array([{"length": 100, "onsets": [10, 50]}]), np.array([[20, 30]]), window=20)
    0.375
    """
    return _defined(weighted_mean(event_sums(truth, predictions, window=window, merge=merge).sum(axis=0)))


def stream_accuracies(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) shares of right labels."""
    paired = steps(truth, predictions)
    return paired.means((paired.truth == paired.predictions).astype(np.float64))


def delay_sums(truth: NDArray[Any], predictions: NDArray[Any], *, window: float) -> Array:
    """Return (n, 2): delays, events."""
    _positive("window", window)
    rows = [(sum(_delays(stream, window)), len(stream.onsets)) for stream in streams(truth, predictions)]
    return np.array(rows, dtype=np.float64)


def false_alarm_sums(truth: NDArray[Any], predictions: NDArray[Any], *, window: float, per: float = 1000.0) -> Array:
    """Return (n, 2): false alarms x stretch, length."""
    _positive("window", window)
    rows = []
    for stream in streams(truth, predictions):
        detected = sum(delay < window for delay in _delays(stream, window))
        rows.append((per * (len(stream.alarms) - detected), stream.length))
    return np.array(rows, dtype=np.float64)


def drift_sums(truth: NDArray[Any], predictions: NDArray[Any], *, tolerance: float) -> Array:
    """Return (n, 2): twice the matched pairs, changes + alarms."""
    if not tolerance >= 0:
        raise MetricError(f"tolerance: expected 0 or more, found {tolerance}")
    rows = [
        (2 * _pairs_within(stream, tolerance), len(stream.onsets) + len(stream.alarms))
        for stream in streams(truth, predictions)
    ]
    return np.array(rows, dtype=np.float64)


def event_sums(truth: NDArray[Any], predictions: NDArray[Any], *, window: float, merge: float = 0.0) -> Array:
    """Return (n, 2): twice the worth of the detections, events + alarms."""
    _positive("window", window)
    rows = []
    for stream in streams(truth, predictions):
        merged = Stream(stream.length, stream.onsets, _apart(stream.alarms, merge))
        worth = sum(1 - 0.5 * delay / window for delay in _delays(merged, window) if delay < window)
        rows.append((2 * worth, len(merged.onsets) + len(merged.alarms)))
    return np.array(rows, dtype=np.float64)


def streams(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[Stream]:
    """Yield the streams. Raises MetricError naming side and row of what is not a time."""
    rows_of_both(truth, predictions)
    lengths, onsets = parts_of(truth, "length", "onsets")
    for row, (length, events, alarms) in enumerate(zip(lengths, onsets, predictions, strict=True)):
        stream = Stream(
            float(_times(length, "truth", row).sum()),
            np.sort(_times(events, "truth", row)),
            np.sort(_times(alarms, "predictions", row)),
        )
        inside = (stream.onsets >= 0) & (stream.onsets < stream.length)
        if not (stream.length > 0 and inside.all()):
            raise MetricError(f"truth, row {row}: expected a length above 0 and onsets from 0 up to it")
        yield stream


def _times(cell: Any, side: str, row: int) -> Array:
    try:
        raw = np.asarray(cell)
    except ValueError:
        raise MetricError(f"{side}, row {row}: expected times, found lists of unequal length") from None
    if raw.size == 0:
        return np.zeros(0)
    if raw.dtype.kind not in "fiu" or raw.ndim > 1:
        raise MetricError(f"{side}, row {row}: expected times, found {raw.dtype} of shape {raw.shape}")
    times = np.atleast_1d(raw).astype(np.float64)
    if not np.isfinite(times).all():
        raise MetricError(f"{side}, row {row}: expected finite times, found {times[~np.isfinite(times)][0]}")
    return times


def _delays(stream: Stream, window: float) -> list[float]:
    """Return for each event the delay of the earliest free alarm in its window, or the whole window without one."""
    delays, free = [], 0
    for onset in stream.onsets:
        free = max(free, int(np.searchsorted(stream.alarms, onset, side="left")))
        if free < len(stream.alarms) and stream.alarms[free] - onset < window:
            delays.append(float(stream.alarms[free] - onset))
            free += 1
        else:
            delays.append(float(window))
    return delays


def _pairs_within(stream: Stream, tolerance: float) -> int:
    """Return how many changes and alarms can be paired; taking the earliest fit is best where all windows are equal."""
    change = alarm = pairs = 0
    while change < len(stream.onsets) and alarm < len(stream.alarms):
        late = stream.alarms[alarm] - stream.onsets[change]
        pairs += abs(late) <= tolerance
        change += late >= -tolerance
        alarm += late <= tolerance
    return pairs


def _apart(alarms: Array, merge: float) -> Array:
    """Return the alarms that are `merge` or more after the last one that was kept."""
    kept: list[float] = []
    for alarm in alarms:
        if not kept or alarm - kept[-1] >= merge:
            kept.append(alarm)
    return np.array(kept)


def _positive(name: str, value: float) -> None:
    if not 0 < value < np.inf:
        raise MetricError(f"{name}: expected a number above 0, found {value}")


def _defined(value: Array) -> float:
    if np.isnan(value):
        raise MetricError("truth: expected an event in at least one stream")
    return float(value)
