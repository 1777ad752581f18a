"""Groups of rows that chance may have ordered, against Holm's procedure done by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.uncertainty.differences import of_spreads
from challenges.uncertainty.ties import Entry, Leader, leaders, level


def entries(*scores: float, error: float = 1.0) -> list[Entry]:
    """Return rows whose paired differences all have the same standard error: noise of their own, error / sqrt(2)."""
    rng = np.random.default_rng(0)
    noise = np.linalg.qr(rng.normal(size=(200, len(scores) + 1)) - 0.0)[0]
    noise = noise - noise.mean(axis=0)
    noise = np.linalg.qr(noise)[0] * np.sqrt(199 / 2) * error
    return [
        Entry(score=score, spread=score + column) for score, column in zip(scores, noise.T[: len(scores)], strict=True)
    ]


def ranks(rows: list[Entry]) -> list[int]:
    return [leader.rank for leader in leaders(rows)]


def test_the_rows_of_these_tests_differ_with_the_error_they_say() -> None:
    first, second, third = entries(10.0, 9.0, 5.0)
    for other in (second, third):
        assert first.spread is not None
        assert other.spread is not None
        found = of_spreads(first.score, other.score, first_spread=first.spread, second_spread=other.spread)
        assert found is not None
        assert found.standard_error == pytest.approx(1.0)


def test_a_row_stays_level_while_the_difference_to_the_leader_may_be_chance() -> None:
    # z = 1.9 has p = 0.057; then 2.2 below the leader as the 2nd: p = 0.028 > 0.025; 2.5 as the 3rd: 0.0124 < 0.0167
    assert ranks(entries(10.0, 8.1, 7.8, 7.5)) == [1, 1, 1, 4]


def test_neighbours_that_are_level_do_not_chain_a_board_together() -> None:
    """Steps of one error each: every row is level with the one above, but not with a leader three errors away."""
    assert ranks(entries(10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0)) == [1, 1, 1, 4, 4, 4, 7]


def test_the_first_below_a_leader_is_compared_without_correction() -> None:
    assert ranks(entries(10.0, 8.03)) == [1, 2]  # z = 1.97
    assert ranks(entries(10.0, 8.05)) == [1, 1]  # z = 1.95


def test_equal_scores_are_level_and_unresampled_ones_claim_nothing() -> None:
    assert ranks([Entry(score=1.0, spread=None), Entry(score=1.0, spread=None), Entry(score=0.9, spread=None)]) == [
        1,
        1,
        3,
    ]


def test_a_page_continues_the_group_of_the_page_before() -> None:
    rows = entries(10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0)
    whole = leaders(rows)
    first = leaders(rows[:2])
    second = leaders(rows[2:5], first_rank=3, above=first[-1])
    third = leaders(rows[5:], first_rank=6, above=second[-1])
    assert [leader.rank for leader in [*first, *second, *third]] == [leader.rank for leader in whole]


@given(st.lists(st.floats(0, 8), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_a_group_ends_where_holms_procedure_over_the_rows_down_to_it_first_rejects(scores: list[float]) -> None:
    rows = entries(*sorted(scores, reverse=True))
    start = 0
    expected = [1]
    for place in range(1, len(rows)):
        p_values = [p_value(rows[start], row) for row in rows[start + 1 : place + 1]]
        if rejected_by_holm(p_values)[-1]:
            start = place
        expected.append(start + 1)
    assert ranks(rows) == expected


def p_value(leader: Entry, row: Entry) -> float:
    assert leader.spread is not None
    assert row.spread is not None
    found = of_spreads(leader.score, row.score, first_spread=leader.spread, second_spread=row.spread)
    assert found is not None
    return found.p_value


def rejected_by_holm(p_values: list[float]) -> list[bool]:
    rejected = [False] * len(p_values)
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        if p_values[place] > 0.05 / (len(p_values) - done):
            break
        rejected[place] = True
    return rejected


def test_a_later_comparison_must_be_clearer() -> None:
    leader, row = entries(10.0, 7.8)  # p = 0.028
    assert not level(leader, row)
    assert level(leader, row, compared=2)
    assert Leader(rank=1, entry=leader).rank == 1
