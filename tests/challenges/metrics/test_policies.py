"""Decisions, searches and experiments worked out by hand or by trying every choice."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics import policies
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells


@given(
    rows=st.lists(st.tuples(st.integers(-3, 5), st.sampled_from([-1.0, 0.0, 1.0, 2.0])), min_size=1, max_size=6).filter(
        lambda rows: any(profit > 0 for profit, _ in rows)
    ),
    share=st.sampled_from([0.2, 0.5, 1.0]),
)
@settings(max_examples=30, deadline=None)
def test_captured_profit_is_the_mean_over_all_ways_to_break_ties(rows: list[tuple[int, float]], share: float) -> None:
    places = int(np.ceil(share * len(rows)))
    lists = [sorted(order, key=lambda row: -row[1])[:places] for order in permutations(rows)]
    captured = np.mean([sum(profit for profit, score in chosen if score > 0) for chosen in lists])
    best = sum(sorted((profit for profit, _ in rows if profit > 0), reverse=True)[:places])
    truth, predictions = np.array(rows, dtype=float).T
    found = policies.capture_profit(truth, predictions, share=share)
    assert found == pytest.approx(captured / best, rel=1e-9, abs=1e-12)


def test_a_score_of_zero_is_never_chosen() -> None:
    assert policies.capture_profit(np.array([5.0, -9.0]), np.array([0.0, -1.0]), share=1.0) == 0.0


def test_the_best_list_leaves_out_what_loses() -> None:
    assert policies.capture_profit(np.array([5.0, -9.0]), np.array([2.0, 0.0]), share=1.0) == 1.0


def test_an_oracle_can_be_beaten_by_luck_only() -> None:
    # The oracle expects to gain by lending in both rows, and loses 4 in the second.
    truth = np.array([[10.0, 0.0, 10.0], [-4.0, 0.0, -4.0]])
    assert policies.profit_ratio(truth, np.array([1, 1])) == pytest.approx(1.0)
    assert policies.profit_ratio(truth, np.array([1, 0])) == pytest.approx(10 / 6)
    assert policies.profit_ratio(truth, np.array([0, 1])) == pytest.approx(-4 / 6)


@pytest.mark.parametrize("choice", [2, -1, 0.5, 1e300])
def test_a_choice_that_is_no_option_is_refused(choice: float) -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected an option from 0 to 1"):
        policies.profit_ratio(np.array([[1.0, 0.0, 1.0]] * 2), np.array([0, choice]))


def test_utilities_are_clipped_on_both_sides() -> None:
    # learner: 2 and -1 (from -7); best: 3 (from 9) and 1
    found = policies.utility_ratio(np.array([9.0, 1.0]), np.array([2.0, -7.0]), low=-1.0, high=3.0)
    assert found == pytest.approx((2 - 1) / (3 + 1))


def test_the_regret_score_is_a_ratio_of_sums_and_ends_at_minus_one() -> None:
    truth = np.array([[0.0, 1.0], [0.0, 9.0]])
    assert policies.regret_score(truth, np.array([1.0, 4.0])) == pytest.approx(0.5)
    assert policies.regret_score(truth, np.array([-90.0, 0.0])) == -1.0


def test_a_search_keeps_its_best_find_and_starts_from_the_typical_one() -> None:
    # optimum 1, typical 3, budget 4; finds 5 2: regrets 2, 0.5, 0.5, 0.5; nothing tried: 1
    truth = np.array([[1.0, 3.0, 4.0], [1.0, 3.0, 4.0]])
    found = policies.regret_auc(truth, cells([[5.0, 2.0], []]))
    assert found == pytest.approx(((2 + 0.5 + 0.5 + 0.5) / 4 + 1) / 2)


def test_what_is_tried_beyond_the_budget_does_not_count() -> None:
    truth = np.array([[0.0, 1.0, 2.0]])
    assert policies.regret_auc(truth, cells([[1.0, 1.0, 0.0]])) == policies.regret_auc(truth, cells([[1.0, 1.0]]))


@pytest.mark.parametrize(
    ("tried", "message"),
    [
        ([0.5, -1.0], "predictions, row 0: expected values of 0.0 or more"),
        ([0.5, np.nan], "predictions, row 0: predictions, row 1: expected a finite number"),
        ("ab", "predictions, row 0"),
    ],
)
def test_a_find_that_cannot_be_is_refused(tried: Any, message: str) -> None:
    with pytest.raises(MetricError, match=message):
        policies.regret_auc(np.array([[0.0, 1.0, 2.0]]), cells([tried]))


def test_errors_of_the_first_kind_and_power_look_at_different_experiments() -> None:
    truth, declared = np.array([0, 0, 0, 0, 1, 1]), np.array([1, 0, 0, 0, 1, 0])
    assert policies.type_one_error(truth, declared) == 0.25
    assert policies.power(truth, declared) == 0.5


def test_a_probability_is_not_a_verdict() -> None:
    with pytest.raises(MetricError, match=r"predictions, row 1: expected 0 or 1, found 0\.7"):
        policies.power(np.array([1, 1]), np.array([1, 0.7]))
