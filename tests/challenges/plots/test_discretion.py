"""What a plot may tell of a single row: next to nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.plots.discretion import LEAST_ROWS, Blur, TooFewRows, bins_by

pytestmark = pytest.mark.slow


def key(number: int) -> Any:
    return np.array([number])


def test_round_numbers_of_rows_are_told_as_they_are() -> None:
    # 50 rows: ten steps of five
    assert Blur(key(0)).shares(np.array([0, 5, 25, 50]), np.array(50)).tolist() == [0, 0.1, 0.5, 1]


def test_none_stays_none_and_all_stay_all_whatever_the_size_of_the_group() -> None:
    for rows in range(25, 200):
        assert Blur(key(rows)).shares(np.array([0, rows]), np.array(rows)).tolist() == [0, 1]


def test_other_numbers_are_told_as_one_of_the_two_nearest_steps_and_right_in_the_mean() -> None:
    told = np.array([Blur(key(seed)).rows(np.array([7]), np.array(50))[0] for seed in range(4000)])
    assert set(told.tolist()) == {5, 10}
    assert told.mean() == pytest.approx(7, abs=0.16)  # 4 standard errors: 5 * sqrt(0.4 * 0.6 / 4000) = 0.039


def test_one_row_more_changes_a_figure_with_a_chance_of_a_fifth_at_most() -> None:
    for rows in (25, 49, 100, 1000):
        for count in (0, 7, 13):
            pairs = [
                [Blur(key(seed)).rows(np.array([one]), np.array(rows))[0] for one in (count, count + 1)]
                for seed in range(2000)
            ]
            changed = np.mean([first != second for first, second in pairs])
            assert changed <= 0.2 + 4 * np.sqrt(0.2 * 0.8 / 2000)


def test_the_same_submission_draws_the_same_and_another_anew() -> None:
    counts, of = np.arange(1, 49), np.array(50)
    first, again, other = (Blur(key(seed)).rows(counts, of).tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_row_that_is_set_apart_by_its_score_has_no_bin_of_its_own() -> None:
    scores = np.append(np.full(99, 0.5), 0.99)
    assert bins_by(scores).rows.tolist() == [100]


def test_rows_of_one_score_share_a_bin() -> None:
    bins = bins_by(np.repeat([0.2, 0.7, 0.9], [30, 40, 30]))
    assert bins.rows.tolist() == [30, 40, 30]
    assert bins.of_row[[0, 29, 30, 69, 70, 99]].tolist() == [0, 0, 1, 1, 2, 2]


def test_bins_have_about_the_same_number_of_rows() -> None:
    assert bins_by(np.random.default_rng(0).random(1500)).rows.tolist() == [100] * 15


def test_fewer_rows_than_one_bin_takes_are_refused() -> None:
    with pytest.raises(TooFewRows):
        bins_by(np.arange(LEAST_ROWS - 1))


@given(st.lists(st.integers(0, 12), min_size=25, max_size=300))
@settings(max_examples=200, deadline=None)
def test_every_bin_has_the_least_number_of_rows_and_keeps_the_order(values: list[int]) -> None:
    bins = bins_by(np.array(values))
    assert bins.rows.sum() == len(values)
    assert bins.rows.min() >= LEAST_ROWS
    ordered = bins.of_row[np.argsort(values, kind="stable")]
    assert (np.diff(ordered) >= 0).all()
    assert np.bincount(bins.of_row).tolist() == bins.rows.tolist()
