"""Services and programs under load: how soon, how many, how often wrong, how large. Measured on our side."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.agents import outcomes
from challenges.metrics.arrays import number_rows
from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.order import counted_percentile
from challenges.metrics.series import rows_of_both, table, within_range
from challenges.metrics.systems import measured
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def latency_p50(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the median latency: half of the answers came sooner.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) latency of each request, in ms.

    Returns
    -------
    float, 0 (best) and up, in ms; between two rows it is interpolated.

    Source
    ------
    Hyndman and Fan 1996, definition 7, as `numpy.quantile`.

    Examples
    --------
    >>> latency_p50(np.zeros(3), np.array([4.0, 8.0, 90.0]))
    8.0
    """
    return float(np.percentile(_latencies(truth, predictions), 50))


def latency_p99(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the latency that one answer of a hundred exceeds.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) latency of each request, in ms.

    Returns
    -------
    float, 0 (best) and up, in ms; between two rows it is interpolated.

    Source
    ------
    Hyndman and Fan 1996, definition 7, as `numpy.quantile`.

    Examples
    --------
    >>> latency_p99(np.zeros(101), np.arange(101.0))
    99.0
    """
    return float(np.percentile(_latencies(truth, predictions), 99))


def throughput(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return how much was done a second.

    Parameters
    ----------
    truth : (n,) length of each stretch in which we counted, above 0, in s.
    predictions : (n,) requests (or items) done in each stretch, 0 and up.

    Returns
    -------
    float, 0 and up, in 1/s; higher is better. All done over all the time.

    Source
    ------
    Own definition: a plain rate.

    Examples
    --------
    >>> throughput(np.array([2.0, 3.0]), np.array([100.0, 50.0]))
    30.0
    """
    return float(weighted_mean(rate_sums(truth, predictions).sum(axis=0)))


def error_rate(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of requests that failed.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) 1 failed, 0 answered.

    Returns
    -------
    float, 0 (best) to 1.

    Source
    ------
    Own definition: a plain share.

    Examples
    --------
    >>> error_rate(np.zeros(4), np.array([0, 0, 0, 1]))
    0.25
    """
    return float(outcomes(truth, predictions).mean())


def speedup(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return how many times faster the learner's program is, as a geometric mean over the cases.

    Parameters
    ----------
    truth : (n,) time of the program to beat, above 0.
    predictions : (n,) time of the learner's program, above 0, in the same unit.

    Returns
    -------
    float, above 0; 1 is as fast, higher is better. No single case can carry the mean.

    Source
    ------
    Fleming and Wallace 1986; SPEC.

    Examples
    --------
    >>> round(speedup(np.array([8.0, 1.0]), np.array([1.0, 2.0])), 9)
    2.0
    """
    return float(exponential_of_mean(log_ratio_sums(truth, predictions).sum(axis=0)))


def size_bytes(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the size of all files together.

    Parameters
    ----------
    truth : (n,) not looked at.
    predictions : (n,) size of each file, 0 and up, in bytes.

    Returns
    -------
    float, 0 (best) and up, in bytes.

    Source
    ------
    Own definition: a plain sum.

    Examples
    --------
    >>> size_bytes(np.zeros(2), np.array([100, 20]))
    120.0
    """
    return float(size_sums(truth, predictions).sum())


def relative_error(truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-12, cap: float = 1.0) -> float:
    """Return the mean of |error| / |truth| of numeric answers, each at most `cap`.

    Parameters
    ----------
    truth, predictions : (n,) numbers.
    floor : a truth nearer to 0 than this is divided by this.
    cap : what one answer costs at most; with 1, an answer twice off is no better than 0.

    Returns
    -------
    float, 0 (best) to cap.

    Source
    ------
    Own definition: the mean absolute percentage error as a share, with a floor and a cap.

    Examples
    --------
    >>> relative_error(np.array([2.0, 0.0]), np.array([1.0, 0.5]))
    0.75
    """
    return float(capped_relative_errors(truth, predictions, floor=floor, cap=cap).mean())


def goodput(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of requests answered right and in time, phase by phase, weighted by phase.

    Parameters
    ----------
    truth : (n, 2) phase of each request, an integer, and the weight of that phase, 0 and up.
    predictions : (n,) 1 right and within the deadline, else 0.

    Returns
    -------
    float, 0 to 1 (best). The weights are divided by their sum over the phases.

    Raises
    ------
    MetricError
        A phase with two weights; weights that are all 0.

    Source
    ------
    Own definition: throughput that met its deadline, as networks count it.

    Examples
    --------
    >>> goodput(np.array([[0, 0.25], [0, 0.25], [1, 0.75]]), np.array([1, 0, 1]))
    0.875
    """
    value = float(weighted_phases(phase_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected weights of the phases with a sum above 0")
    return value


def latency_p50_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) medians, one for each row of (m, n) counts."""
    return counted_percentile(_latencies(truth, predictions), counts, 50)


def latency_p99_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) 99th percentiles, one for each row of (m, n) counts."""
    return counted_percentile(_latencies(truth, predictions), counts, 99)


def rate_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): done, seconds."""
    seconds, done = number_rows(truth, predictions)
    _all_at_least("truth", seconds, above=True)
    _all_at_least("predictions", done, above=False)
    return within_range(np.column_stack([done, seconds]))


def log_ratio_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): ln(truth / prediction), 1."""
    before, now = number_rows(truth, predictions)
    _all_at_least("truth", before, above=True)
    _all_at_least("predictions", now, above=True)
    return np.column_stack([np.log(before) - np.log(now), np.ones(len(now))])


def exponential_of_mean(sums: Array) -> Array:
    """Return e ** (first sum / second sum)."""
    return np.exp(weighted_mean(sums))


def size_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 1): bytes."""
    sizes = measured(truth, predictions)
    _all_at_least("predictions", sizes, above=False)
    return within_range(sizes[:, None])


def capped_relative_errors(
    truth: NDArray[Any], predictions: NDArray[Any], *, floor: float = 1e-12, cap: float = 1.0
) -> Array:
    """Return (n,) |error| / max(|truth|, floor), at most cap."""
    if not (floor > 0 and cap > 0):
        raise MetricError(f"floor and cap: expected numbers above 0, found {floor} and {cap}")
    expected, found = number_rows(truth, predictions)
    with np.errstate(over="ignore"):
        return np.asarray(np.minimum(np.abs(found - expected) / np.maximum(np.abs(expected), floor), cap))


def phase_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 3 x phases): of each phase its good answers, requests, and weight as often as it has requests."""
    rows_of_both(truth, predictions)
    facts = table(truth, "truth")
    if facts.shape[1] != 2 or (facts[:, 1] < 0).any():
        raise MetricError("truth: expected a phase and its weight, 0 or more, in each row")
    phases, phase = np.unique(facts[:, 0], return_inverse=True)
    weights = facts[np.unique(phase, return_index=True)[1], 1]
    if (weights[phase] != facts[:, 1]).any():
        row = int(np.argmax(weights[phase] != facts[:, 1]))
        raise MetricError(f"truth, row {row}: expected weight {weights[phase[row]]} as in the rest of its phase")
    member = (phase[:, None] == np.arange(len(phases))).astype(np.float64)
    good = outcomes(facts[:, 0], predictions)[:, None]
    return within_range(np.column_stack([member * good, member, member * weights]))


def weighted_phases(sums: Array) -> Array:
    """Return the mean of the phases' shares, by weight; NaN where the weights of the phases there are 0."""
    good, requests, weight = np.split(sums, 3, axis=-1)
    there = np.where(requests > 0, requests, 1.0)
    return weighted_mean(np.stack([(weight / there * good / there).sum(axis=-1), (weight / there).sum(axis=-1)], -1))


def _latencies(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    latencies = measured(truth, predictions)
    _all_at_least("predictions", latencies, above=False)
    return within_range(latencies)


def _all_at_least(side: str, numbers: Array, *, above: bool) -> None:
    wrong = numbers <= 0 if above else numbers < 0
    if wrong.any():
        row = int(np.argmax(wrong))
        wanted = "a number above 0" if above else "0 or more"
        raise MetricError(f"{side}, row {row}: expected {wanted}, found {numbers[row]}")
