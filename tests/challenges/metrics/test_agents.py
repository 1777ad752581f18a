"""Agents, services and records: against the papers' formulas, numerical integrals, and cases worked by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from challenges.metrics import agents, load, records, systems
from challenges.metrics.types import MetricError
from tests.challenges.metrics.samples import cells

MU, SIGMA, BETA = 25.0, 25.0 / 3, 25.0 / 6
MARGIN = stats.norm.ppf(0.55) * math.sqrt(2) * BETA


@pytest.mark.parametrize("opponent", [5.0, 25.0, 31.0])
def test_one_game_is_the_update_of_trueskill(opponent: float) -> None:
    c = math.sqrt(2 * BETA**2 + SIGMA**2)
    t, e = (MU - opponent) / c, MARGIN / c
    phi, cdf = stats.norm.pdf, stats.norm.cdf
    win_v = phi(t - e) / cdf(t - e)
    win_w = win_v * (win_v + t - e)
    between = cdf(e - t) - cdf(-e - t)
    draw_v = (phi(-e - t) - phi(e - t)) / between
    draw_w = draw_v**2 + ((e - t) * phi(e - t) + (e + t) * phi(e + t)) / between
    for result, v, w in ((1.0, win_v, win_w), (0.5, draw_v, draw_w)):
        expected = MU + SIGMA**2 / c * v - 3 * SIGMA * math.sqrt(1 - SIGMA**2 / c**2 * w)
        assert agents.trueskill(np.array([opponent]), np.array([result])) == pytest.approx(expected, rel=1e-9)


def integrated(opponents: list[float], results: list[float]) -> float:
    def belief(skill: float) -> float:
        value = stats.norm.pdf(skill, MU, SIGMA)
        for opponent, result in zip(opponents, results, strict=True):
            ahead = (skill - opponent) / (math.sqrt(2) * BETA)
            e = MARGIN / (math.sqrt(2) * BETA)
            win, loss = stats.norm.cdf(ahead - e), stats.norm.cdf(-ahead - e)
            value *= {1.0: win, 0.0: loss, 0.5: stats.norm.cdf(e - ahead) - stats.norm.cdf(-e - ahead)}[result]
        return float(value)

    moments = [
        integrate.quad(lambda skill, k=k: skill**k * belief(skill), -40, 90, epsabs=0, epsrel=1e-12, limit=500)[0]
        for k in range(3)
    ]
    mean = moments[1] / moments[0]
    return float(mean - 3 * math.sqrt(moments[2] / moments[0] - mean**2))


def test_many_games_are_the_integral_over_all_skills() -> None:
    opponents, results = [15.0, 25.0, 25.0, 32.0, 40.0], [1.0, 1.0, 0.5, 0.0, 1.0]
    found = agents.trueskill(np.array(opponents), np.array(results))
    assert found == pytest.approx(integrated(opponents, results), rel=1e-7)


def test_ten_thousand_games_leave_a_narrow_belief() -> None:
    # at equal strength, with draws never so rare, 4500 wins, 1000 draws and 4500 losses are what is expected of 25
    results = np.repeat([1.0, 0.5, 0.0], [4500, 1000, 4500])
    found = agents.trueskill(np.full(10_000, 25.0), results)
    assert 24.5 < found < 25.0


def test_only_wins_against_hopeless_and_only_losses_against_gods_are_finite() -> None:
    assert math.isfinite(agents.trueskill(np.full(50, -500.0), np.zeros(50)))
    assert math.isfinite(agents.trueskill(np.full(50, 500.0), np.ones(50)))


def test_a_normalised_return_is_clipped_in_each_episode() -> None:
    truth = np.array([[0.0, 10.0], [0.0, 10.0]])
    assert agents.normalised_return(truth, np.array([100.0, -100.0]), low=-0.5, high=1.2) == pytest.approx(0.35)


def test_an_expert_no_better_than_chance_is_refused() -> None:
    with pytest.raises(MetricError, match="truth, row 1: expected an expert"):
        agents.normalised_return(np.array([[0.0, 1.0], [1.0, 1.0]]), np.zeros(2))


@pytest.mark.parametrize("metric", [agents.success_rate, load.error_rate])
def test_an_outcome_is_0_or_1(metric: Callable[..., float]) -> None:
    with pytest.raises(MetricError, match=r"predictions, row 1: expected 0 or 1, found 0\.5"):
        metric(np.zeros(2), np.array([1, 0.5]))


def test_goodput_weighs_phases_and_not_requests() -> None:
    # phase 0: 1 of 3, weight 1; phase 5: 1 of 1, weight 3
    truth = np.array([[0, 1.0], [0, 1.0], [0, 1.0], [5, 3.0]])
    assert load.goodput(truth, np.array([1, 0, 0, 1])) == pytest.approx((1 / 3 + 3) / 4)


def test_a_phase_with_two_weights_is_refused() -> None:
    with pytest.raises(MetricError, match=r"truth, row 1: expected weight 1\.0"):
        load.goodput(np.array([[0, 1.0], [0, 2.0]]), np.array([1, 1]))


def test_one_fast_case_cannot_carry_the_speed_up() -> None:
    before, now = np.full(4, 8.0), np.array([1.0, 8.0, 8.0, 8.0])
    assert load.speedup(before, now) == pytest.approx(8**0.25)
    assert load.speedup(before, before) == pytest.approx(1.0)


@pytest.mark.parametrize("metric", [load.latency_p50, load.latency_p99, load.size_bytes])
def test_what_cannot_be_negative_is_refused(metric: Callable[..., float]) -> None:
    with pytest.raises(MetricError, match="predictions, row 1: expected 0 or more"):
        metric(np.zeros(2), np.array([1.0, -1.0]))


def test_a_stretch_of_no_time_has_no_rate() -> None:
    with pytest.raises(MetricError, match="truth, row 1: expected a number above 0"):
        load.throughput(np.array([1.0, 0.0]), np.array([1.0, 1.0]))


def test_an_answer_costs_the_cap_at_most() -> None:
    assert load.relative_error(np.array([2.0, 2.0]), np.array([-1e308, 3.0])) == pytest.approx((1 + 0.5) / 2)


def test_sums_that_leave_the_range_of_a_float_are_refused() -> None:
    for metric in (systems.total, systems.mean, agents.mean_return):
        with pytest.raises(MetricError, match="predictions, row 0: expected numbers of a size that can be summed"):
            metric(np.zeros(2), np.array([1.7e308, 1.7e308]))


@given(
    sides=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=9),
)
@settings(max_examples=40, deadline=None)
def test_pairwise_f1_counts_the_pairs(sides: list[tuple[int, int]]) -> None:
    expected = {(a, b) for a, b in combinations(range(len(sides)), 2) if sides[a][0] == sides[b][0]}
    found = {(a, b) for a, b in combinations(range(len(sides)), 2) if sides[a][1] == sides[b][1]}
    truth, predictions = cells([[a for a, _ in sides]]), cells([[b for _, b in sides]])
    if not expected and not found:
        with pytest.raises(MetricError, match="two records of one entity"):
            records.pairwise_f1(truth, predictions)
    else:
        score = 2 * len(expected & found) / (len(expected) + len(found))
        assert records.pairwise_f1(truth, predictions) == pytest.approx(score)


def test_a_repair_is_right_in_its_cell_and_value() -> None:
    truth = cells([[[1, "age", 40.0], [2, "town", "Ulm"], [3, "age", 7]]])
    found = cells([[[1, "age", "40.00001"], [2, "town", "ulm"], [3, "town", 7], [3, "age", 8]]])
    assert records.edit_f1(truth, found) == pytest.approx(2 * 1 / (3 + 4))


def test_repairs_may_be_free_lines_of_a_csv() -> None:
    found = cells([[{"row": 1, "column": "age", "value": "41"}, {"value": "Bonn", "column": "town", "row": 2}]])
    assert records.edit_f1(cells([[[1, "age", 41], [2, "town", "Ulm"]]]), found) == 0.5


def test_a_repair_of_other_names_is_refused() -> None:
    with pytest.raises(MetricError, match="expected \\[row, column, new value\\]"):
        records.edit_f1(cells([[[1, "age", 41]]]), cells([[{"line": 1, "column": "age", "value": "41"}]]))


def test_guessing_every_value_of_a_cell_costs_as_many_repairs() -> None:
    found = cells([[[1, "town", name] for name in ("Ulm", "Bonn", "Kiel", "Jena", "Ulm")]])
    assert records.edit_f1(cells([[[1, "town", "Ulm"]]]), found) == pytest.approx(2 * 1 / (1 + 4))


def test_listed_items_are_right_as_a_whole_and_letter_by_letter() -> None:
    truth = cells([[{"kind": "ean13", "text": "0123"}, {"kind": "qr", "text": "box"}], []])
    found = cells([[{"text": "123", "kind": "ean13"}, {"text": "box", "kind": "qr"}], [{"kind": "qr", "text": "box"}]])
    assert records.listing_f1(truth, found) == pytest.approx(2 * 1 / (2 + 3))


def test_an_item_listed_twice_is_two_items() -> None:
    truth, found = cells([[["qr", "a"], ["qr", "b"]]]), cells([[["qr", "a"], ["qr", "a"]]])
    assert records.listing_f1(truth, found) == 0.5
    assert records.listing_f1(truth, truth) == 1


def test_two_empty_lists_have_no_f1() -> None:
    with pytest.raises(MetricError, match="at least one item"):
        records.listing_f1(cells([[]]), cells([[]]))


@pytest.mark.parametrize("item", [[], {}, "abc", 7, [["a"]], {"text": None}, ["qr", math.inf]])
def test_what_is_no_item_is_refused(item: Any) -> None:
    with pytest.raises(MetricError, match="predictions, row 0, item 0: expected texts and numbers by name"):
        records.listing_f1(cells([[["qr", "a"]]]), cells([[item]]))


@pytest.mark.parametrize(
    "repair", [[1, "age"], [1, "age", None], [1, "age", math.nan], [1.5, "age", 3], [1, ["age"], 3], "abc", 7]
)
def test_what_is_no_repair_is_refused(repair: Any) -> None:
    with pytest.raises(MetricError, match="predictions, row 0, repair 0: expected"):
        records.edit_f1(cells([[[1, "age", 3]]]), cells([[repair]]))


def test_tolerances_belong_to_what_is_right() -> None:
    assert records.gis_exact(np.array([[10.0, 0.5]] * 3), np.array([9.5, 10.5, 10.51])) == pytest.approx(2 / 3)
    assert records.period_hit(np.array([10.0, 10.0]), np.array([10.1, 10.11])) == 0.5
