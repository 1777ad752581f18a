"""Alarms against events: matching tried in every way, the anomaly benchmark step by step, and floods of alarms."""

from __future__ import annotations

import math
from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from challenges.metrics import nab, streams
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

TIMES = st.lists(st.integers(0, 30), max_size=5)


def stream(onsets: list[int], length: int = 100) -> NDArray[Any]:
    return cells([{"length": length, "onsets": onsets}])


@given(onsets=TIMES.filter(bool), alarms=TIMES, tolerance=st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_drift_f1_pairs_as_many_as_can_be_paired(onsets: list[int], alarms: list[int], tolerance: int) -> None:
    longer, shorter = sorted((onsets, alarms), key=len, reverse=True)
    pairs = max(
        sum(abs(a - b) <= tolerance for a, b in zip(order, shorter, strict=False)) for order in permutations(longer)
    )
    found = streams.drift_f1(stream(onsets), cells([alarms]), tolerance=tolerance)
    assert found == pytest.approx(2 * pairs / (len(onsets) + len(alarms)))


@given(onsets=TIMES.filter(bool), alarms=TIMES, window=st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_events_take_the_earliest_free_alarm_of_their_window(onsets: list[int], alarms: list[int], window: int) -> None:
    free, delays = sorted(alarms), []
    for onset in sorted(onsets):
        fitting = [alarm for alarm in free if onset <= alarm < onset + window]
        if fitting:
            free.remove(fitting[0])
            delays.append(fitting[0] - onset)
    worth = sum(1 - 0.5 * delay / window for delay in delays)
    truth, predictions = stream(onsets), cells([alarms])
    missed = len(onsets) - len(delays)
    assert streams.event_f1(truth, predictions, window=window) == pytest.approx(2 * worth / (len(onsets) + len(alarms)))
    assert streams.detection_delay(truth, predictions, window=window) == pytest.approx(
        (sum(delays) + missed * window) / len(onsets)
    )
    assert streams.false_alarm_rate(truth, predictions, window=window, per=10) == pytest.approx(len(free) / 10)


def test_the_end_of_a_window_does_not_belong_to_it() -> None:
    assert streams.event_f1(stream([10]), cells([[30]]), window=20) == 0.0
    assert streams.event_f1(stream([10]), cells([[10]]), window=20) == 1.0


def test_a_flood_of_alarms_is_worth_next_to_nothing() -> None:
    flood = cells([list(range(100))])
    assert streams.event_f1(stream([10, 50]), flood, window=20) == pytest.approx(4 / 102)
    assert streams.false_alarm_rate(stream([10, 50]), flood, window=20, per=100) == 98.0


def test_merging_keeps_the_first_alarm_and_counts_from_it() -> None:
    # 10 is kept, 14 is it, 16 is 6 later and kept again, 20 is it
    found = streams.event_f1(stream([10]), cells([[10, 14, 16, 20]]), window=20, merge=5)
    assert found == pytest.approx(2 * 1 / (1 + 2))


def test_the_same_alarm_twice_is_one_false_alarm() -> None:
    assert streams.drift_f1(stream([10]), cells([[10, 10]]), tolerance=0) == pytest.approx(2 / 3)


def test_streams_are_pooled() -> None:
    truth = cells([{"length": 100, "onsets": [10]}, {"length": 300, "onsets": []}])
    assert streams.false_alarm_rate(truth, cells([[10], [7]]), window=5, per=100) == pytest.approx(0.25)
    assert streams.detection_delay(truth, cells([[12], [7]]), window=5) == 2.0


def test_prequential_accuracy_gives_each_stream_the_same_weight() -> None:
    found = streams.prequential_accuracy(cells([[1, 1, 1, 0], [2]]), cells([[1, 1, 0, 0], [1]]))
    assert found == pytest.approx((0.75 + 0) / 2)


def benchmark(flags: list[bool], windows: list[tuple[int, int]], cost: float, miss: float, start: float) -> float:
    """Return the raw score of one file as the sweeper of the benchmark has it, a step at a time."""

    def sigmoid(place: float) -> float:
        return -1.0 if place >= 3 else 2 / (1 + math.exp(5 * place)) - 1

    waiting = list(windows)
    current: tuple[int, int] | None = None
    previous: tuple[int, int] | None = None
    parts: dict[tuple[int, int], float] = {}
    false = 0.0
    for step, flagged in enumerate(flags):
        if waiting and step == waiting[0][0]:
            current = waiting.pop(0)
        if current is not None:
            worth = sigmoid(-(current[1] - step + 1) / (current[1] - current[0] + 1)) / sigmoid(-1.0)
        elif previous is None:
            worth = -cost
        else:
            worth = cost * sigmoid((step - previous[1]) / (previous[1] - previous[0]))
        if step >= start:
            if current is not None:
                parts.setdefault(current, -miss)
                if flagged:
                    parts[current] = max(parts[current], worth)
            elif flagged:
                false += worth
        if current is not None and step == current[1]:
            previous, current = current, None
    return 100 * (sum(parts.values()) + false + miss * len(parts)) / ((1 + miss) * len(parts))


@given(seed=st.integers(0, 10**6), cost=st.sampled_from([0.11, 0.22]), miss=st.sampled_from([1.0, 2.0]))
@settings(max_examples=40, deadline=None)
def test_the_nab_score_is_that_of_the_benchmark(seed: int, cost: float, miss: float) -> None:
    rng = np.random.default_rng(seed)
    length = 200
    flags = rng.random(length) < rng.choice([0.01, 0.05, 0.5])
    onsets = [int(onset) for onset in rng.choice(8, rng.integers(1, 5), replace=False) * 24]
    onsets = sorted({*onsets, 120})
    window = int(rng.integers(2, 24))
    windows = [(onset, onset + window - 1) for onset in onsets]
    found = nab.nab_score(
        stream(onsets, length),
        cells([np.flatnonzero(flags)]),
        window=window,
        false_alarm_cost=cost,
        miss_cost=miss,
    )
    assert found == pytest.approx(benchmark(flags.tolist(), windows, cost, miss, start=30), rel=1e-9, abs=1e-9)


def test_no_alarm_at_all_has_a_nab_score_of_zero() -> None:
    assert nab.nab_score(stream([50]), cells([[]]), window=10) == 0.0


@pytest.mark.parametrize(
    ("truth", "message"),
    [
        ({"length": 100, "onsets": [50, 55]}, "expected onsets 10 steps or more apart"),
        ({"length": 100, "onsets": [100]}, "onsets from 0 up to it"),
        ({"length": 0, "onsets": []}, "expected a length above 0"),
        ({"length": 100, "onsets": []}, "expected an event"),
        ({"onsets": []}, "length is missing"),
        ([1, 2], "expected a dict"),
    ],
)
def test_a_stream_that_cannot_be_is_refused(truth: Any, message: str) -> None:
    with pytest.raises(MetricError, match=message):
        nab.nab_score(cells([truth]), cells([[50]]), window=10)


@pytest.mark.parametrize("alarms", [[np.nan], [np.inf], ["a"], [[1, 2], [3]], [[1.0]], "7"])
def test_what_is_not_a_time_is_no_alarm(alarms: Any) -> None:
    with pytest.raises(MetricError, match="predictions, row 0: expected"):
        streams.event_f1(stream([10]), cells([alarms]), window=20)


def test_an_alarm_outside_the_stream_is_a_false_one() -> None:
    assert streams.drift_f1(stream([10]), cells([[10, 1e300, -5]]), tolerance=1) == pytest.approx(2 / 4)
