"""Effects and rankings of whom to treat, against the curves of scikit-uplift drawn slowly."""

from __future__ import annotations

from itertools import groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from challenges.metrics import causal
from challenges.metrics.types import MetricError

Row = tuple[int, int, float]
"""Treated, responded, gain."""


def uplift_rows() -> st.SearchStrategy[list[Row]]:
    row = st.tuples(st.integers(0, 1), st.integers(0, 1), st.sampled_from([-1.0, 0.0, 0.5, 2.0]))
    every = [(1, 1, 0.0), (0, 0, 0.5), (1, 0, 0.5), (0, 1, 2.0)]
    return st.lists(row, max_size=20).map(lambda rows: rows + every)


def sides(rows: list[Row]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array(rows, dtype=float)
    return table[:, :2], table[:, 2]


def points(rows: list[Row], kind: str) -> list[tuple[float, float]]:
    """Return the curve as scikit-uplift defines it: one point for each distinct gain, from the highest down."""
    curve = [(0.0, 0.0)]
    seen: list[Row] = []
    for _, group in groupby(sorted(rows, key=lambda row: -row[2]), key=lambda row: row[2]):
        seen += list(group)
        treated = [responded for arm, responded, _ in seen if arm == 1]
        untreated = [responded for arm, responded, _ in seen if arm == 0]
        if kind == "qini":
            control = sum(untreated) * len(treated) / len(untreated) if untreated else 0.0
            height = sum(treated) - control
        else:
            rates = [sum(arm) / len(arm) if arm else 0.0 for arm in (treated, untreated)]
            height = (rates[0] - rates[1]) * len(seen)
        curve.append((float(len(seen)), float(height)))
    return curve


def area(curve: list[tuple[float, float]]) -> float:
    return sum((x1 - x0) * (y0 + y1) / 2 for (x0, y0), (x1, y1) in pairwise(curve))


def slow(rows: list[Row], kind: str) -> float:
    if kind == "qini":
        knowing = [(arm, y, float(y * arm - y * (1 - arm))) for arm, y, _ in rows]
    else:
        responders = sum(1 for arm, y, _ in rows if (arm, y) == (0, 1))
        unmoved = sum(1 for arm, y, _ in rows if (arm, y) == (1, 0))
        knowing = [(arm, y, 2.0 * (y == arm) + (y if responders > unmoved else arm)) for arm, y, _ in rows]
    chance = area([(0.0, 0.0), points(rows, kind)[-1]])
    return (area(points(rows, kind)) - chance) / (area(points(knowing, kind)) - chance)


@given(rows=uplift_rows())
@settings(max_examples=30, deadline=None)
def test_qini_and_auuc_are_those_of_scikit_uplift(rows: list[Row]) -> None:
    assert causal.qini(*sides(rows)) == pytest.approx(slow(rows, "qini"), rel=1e-9, abs=1e-12)
    assert causal.auuc(*sides(rows)) == pytest.approx(slow(rows, "uplift"), rel=1e-9, abs=1e-12)


def test_a_ranking_worked_by_hand_has_its_qini_coefficient() -> None:
    # untreated responder first: -0; treated responder: 1 - 1 * 1/1 = 0; treated: 1 - 1 * 2 = -1; untreated: 1 - 1 = 0
    # heights 0 0 -1 0 after 1 2 3 4 rows: area -1; chance 0; knowing heights 1 1 1 0: area 0.5 + 1 + 1 + 0.5 = 3
    truth = np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    assert causal.qini(truth, np.array([4.0, 3.0, 2.0, 1.0])) == pytest.approx(-1 / 3)


def test_equal_gains_are_worth_what_chance_is() -> None:
    truth = np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    assert causal.qini(truth, np.zeros(4)) == pytest.approx(0.0)
    assert causal.auuc(truth, np.zeros(4)) == pytest.approx(0.0)


@pytest.mark.parametrize("column", [0, 1])
@pytest.mark.parametrize("value", [0, 1])
def test_one_arm_or_one_outcome_alone_gives_no_curve(column: int, value: int) -> None:
    truth = np.array([[0, 1], [1, 1], [1, 0], [0, 0]])
    truth[:, column] = value
    for metric in (causal.qini, causal.auuc):
        with pytest.raises(MetricError, match="expected treated and untreated rows"):
            metric(truth, np.arange(4.0))


def test_outcomes_other_than_0_and_1_are_refused() -> None:
    with pytest.raises(MetricError, match="expected treated and outcome"):
        causal.qini(np.array([[1, 2], [0, 1]]), np.zeros(2))


def test_errors_of_single_effects_may_cancel_in_the_mean_but_not_in_pehe() -> None:
    truth, predictions = np.array([1.0, 3.0]), np.array([3.0, 1.0])
    assert causal.ate_error(truth, predictions) == 0.0
    assert causal.pehe(truth, predictions) == 2.0
