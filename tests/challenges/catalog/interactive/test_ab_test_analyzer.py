"""ML-10: textbook answers, traps that fool a plain mean, utilities by hand, peeking that costs, anchors that hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from challenges.catalog.ab_test_analyzer.kit.properties import best, honest, movers, oracle, utility, worthwhile
from challenges.catalog.ab_test_analyzer.toolkit import adjusted, newcombe
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Message, Player, Session
from challenges.scoring import Scores, score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("ab-test-analyzer")


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


@cache
def hidden() -> tuple[Case, ...]:
    return tuple(read_cases(edition().referee["cases.json"]))


def of(function: str) -> list[tuple[Case, Any]]:
    """Return the hidden cases of a function, each with its truth."""
    return [
        (case, case.steps[0].rule["expected"])
        for case in hidden()
        if case.function == function and case.steps[0].rule is not None
    ]


def in_process(player: Player) -> Scores:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        session = CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


def plain_lift(case: Case) -> tuple[float, float]:
    """Return relative lift and its error as a plain comparison of conversions sees them."""
    users = case.steps[0].args[0]["users"]
    a, b = (users["converted"][users["arm"] == k].astype(float) for k in (0, 1))
    return b.mean() / a.mean() - 1, math.sqrt(a.var() / len(a) + b.var() / len(b)) / a.mean()


def a_live_test(**changed: Any) -> dict[str, Any]:
    days = {"n_a": [10, 20, 30] * 20, "x_a": [1, 2, 3] * 20, "n_b": [11, 21, 31] * 20, "x_b": [0, 4, 2] * 20}
    return {"lift": 0.1, "novelty": 0.0, "cost": 0.02, **days, **changed}


def test_utilities_are_those_worked_out_by_hand() -> None:
    # Shipped after 15 of 60 days: 15/60 * 0.5 * 0.1 + 45/60 * 0.1 - 0.02.
    assert utility(a_live_test(), shipped=True, day=15) == pytest.approx(0.0675)
    assert utility(a_live_test(), shipped=False, day=15) == pytest.approx(0.0125)
    assert best(a_live_test()) == pytest.approx(0.08)
    assert best(a_live_test(lift=-0.1)) == 0.0
    assert best(a_live_test(lift=0.02)) == pytest.approx(0.01)  # shipping would cost all that it gains
    assert utility(a_live_test(lift=0.9), shipped=True, day=0) == 0.2
    assert worthwhile({"decision": "ship", "day": 15}, a_live_test(), []) == pytest.approx(0.75)


def test_a_live_test_is_told_day_by_day_and_no_further() -> None:
    answer = oracle("watch", a_live_test())
    assert answer("next day") == {"day": 1, "n_a": 10, "x_a": 1, "n_b": 11, "x_b": 0}
    assert answer("next day") == {"day": 2, "n_a": 30, "x_a": 3, "n_b": 32, "x_b": 4}
    for _ in range(58):
        answer("next day")
    with pytest.raises(ValueError, match="over"):
        answer("next day")


def test_credit_of_a_read_out_is_that_worked_out_by_hand() -> None:
    truth = {"valid": True, "lift": 0.1, "cost": 0.02, "error": 0.05}
    said = {"valid": True, "lo": 0.0, "hi": 0.21, "ship": True}
    assert honest(said, truth, []) == pytest.approx(1.0)  # 4.2 standard errors wide, and right
    assert honest(said | {"ship": False}, truth, []) == pytest.approx(0.6 + 0.4 * 0.2)
    missed = honest(said | {"lo": 0.12, "hi": 0.21}, truth, [])  # (0.09 + 20 * 0.02) / 0.05 = 9.8
    assert missed == pytest.approx(0.6 * 6.2 / 11.8 + 0.4)
    assert honest(said | {"lo": math.nan}, truth, []) == pytest.approx(0.4)
    assert honest(said | {"valid": False}, truth, []) == 0.0
    assert honest({"valid": False}, truth | {"valid": False}, []) == 1.0


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("bonferroni", [0.04, 0.16, 0.12, 1.0]),
        # Sorted 0.01, 0.03, 0.04, 0.5 times 4, 3, 2, 1: 0.04, 0.09, 0.08 (so 0.09), 0.5.
        ("holm", [0.04, 0.09, 0.09, 0.5]),
        # Times 4, 2, 4/3, 1: 0.04, 0.06 (so 0.0533), 0.0533, 0.5.
        ("bh", [0.04, 0.16 / 3, 0.16 / 3, 0.5]),
    ],
)
def test_adjusted_p_values_are_those_worked_out_by_hand(method: str, expected: list[float]) -> None:
    assert adjusted(np.array([0.01, 0.04, 0.03, 0.5]), method) == pytest.approx(expected)


def test_benjamini_and_hochberg_are_those_of_scipy() -> None:
    for case, answer in of("adjust"):
        p, method = case.steps[0].args
        if method == "bh":
            assert np.asarray(answer) == pytest.approx(stats.false_discovery_control(p))


def test_names_of_moved_metrics_earn_f1_and_any_name_is_wrong_where_nothing_moved() -> None:
    assert movers(["clicks", "orders", "likes"], ["clicks", "orders", "saves", "shares", "minutes"], []) == 0.5
    assert movers(["clicks"], ["clicks"], []) == 1.0
    assert movers([], ["clicks"], []) == 0.0
    assert movers([], [], []) == 1.0
    assert movers(["clicks"], [], []) == 0.0


def welch(case: Case, step: int) -> dict[str, float]:
    """Return metric -> p of a plain test."""
    users = {name: np.asarray(values, dtype=float) for name, values in case.steps[step].args[0]["users"].items()}
    arm = users.pop("arm")
    return {name: float(stats.ttest_ind(v[arm == 0], v[arm == 1], equal_var=False).pvalue) for name, v in users.items()}


def test_of_twenty_metrics_that_nothing_moved_one_looks_changed() -> None:
    """640 p-values that are uniform: 32 below 0.05, give or take 5.5 if they were independent."""
    cases = [case for case in hidden() if case.function == "moved"]
    assert len(cases) == 16
    idle, moved = [], []
    for case in cases:
        for place, step in enumerate(case.steps):
            assert step.rule is not None
            p = welch(case, place)
            assert len(p) == 20
            (moved if step.rule["expected"] else idle).append([p[name] < 0.05 for name in step.rule["expected"] or p])
    assert (len(idle), len(moved)) == (16, 16)
    assert 0.01 < np.mean(idle) < 0.10
    assert np.mean([any(looks) for looks in idle]) > 0.3
    assert np.mean([np.mean(looks) for looks in moved]) > 0.8


def test_newcombes_interval_is_that_of_the_paper() -> None:
    # Newcombe 1998, example (a): 56/70 against 48/80, method 10: 0.0524 to 0.3339.
    assert newcombe(48, 80, 56, 70, 0.95) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def test_the_bayesian_comparison_is_that_of_many_draws() -> None:
    rng = np.random.default_rng(5)
    for case, answer in of("bayes_ab")[:3]:
        xa, na, xb, nb, prior = case.steps[0].args
        a = rng.beta(prior[0] + xa, prior[1] + na - xa, 200_000)
        b = rng.beta(prior[0] + xb, prior[1] + nb - xb, 200_000)
        assert answer["p_b_better"] == pytest.approx((b > a).mean(), abs=0.006)
        assert answer["expected_loss"] == pytest.approx(np.maximum(a - b, 0).mean(), rel=0.05, abs=2e-5)


def test_plain_means_are_fooled_by_ramps_and_lost_users_but_not_without_traps() -> None:
    def off(kind: str) -> float:
        cases = [(case, truth) for case, truth in of("read") if case.kind == kind]
        return float(np.mean([(plain_lift(case)[0] - truth["lift"]) / plain_lift(case)[1] for case, truth in cases]))

    assert abs(off("conversion")) < 1.5
    assert off("conversion, ramp") > 1.5
    assert off("conversion, novelty") > 0.6
    assert off("conversion, lost users") > 2


def test_lost_users_show_in_the_split_and_only_there() -> None:
    shifts: dict[bool, list[float]] = {True: [], False: []}
    for case, truth in of("read"):
        users = case.steps[0].args[0]["users"]
        planned = users["planned"].astype(float)
        shift = (users["arm"].sum() - planned.sum()) / math.sqrt((planned * (1 - planned)).sum())
        shifts[truth["valid"]].append(abs(shift))
    assert len(shifts[False]) == 10
    assert min(shifts[False]) > 3
    assert np.mean(np.array(shifts[True]) > 3) < 0.05


def test_wholesalers_and_bots_are_few_and_far_out() -> None:
    for case, _ in of("read"):
        users = case.steps[0].args[0]["users"]
        rich, busy = users["revenue"] > 1500, users["impressions"] > 200
        assert rich.any() == (case.kind == "revenue, wholesale")
        assert busy.any() == (case.kind == "clicks, bots")
        assert max(rich.mean(), busy.mean()) < 0.02


def test_peeking_ships_tests_without_lift_and_a_fixed_test_seldom() -> None:
    def shipped(days: range) -> float:
        hits = []
        for _, test in of("watch"):
            if test["lift"] == test["novelty"] == 0:
                counts = {name: np.cumsum(test[name]) for name in ("n_a", "x_a", "n_b", "x_b")}
                a, b = counts["x_a"] / counts["n_a"], counts["x_b"] / counts["n_b"]
                error = np.sqrt(a * (1 - a) / counts["n_a"] + b * (1 - b) / counts["n_b"])
                hits.append(any(b[day] - a[day] > 1.96 * error[day] for day in days))
        return float(np.mean(hits))

    assert shipped(range(13, 14)) < 0.2
    assert shipped(range(1, 60)) > 1.5 * shipped(range(13, 14)) + 0.05


def test_what_travels_to_a_learner_holds_no_truth() -> None:
    for case in hidden():
        message = case.steps[0].message()
        assert "rule" not in message
        if case.act == "live":
            assert message["args"] == [{"cost": case.secret["cost"]}]
        if case.function == "read":
            assert set(message["args"][0]) == {"metric", "cost", "users"}


def decided(decision: str, *, valid: bool) -> Player:
    """Return a player that decides live tests at once, and finished ones without looking."""

    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        answers = {
            "live": {"decision": decision, "day": 0},
            "readout": {"valid": valid, "effect": 0.0, "lo": -9.0, "hi": 9.0, "ship": decision == "ship"},
        }
        return {"results": [{"ret": answers.get(message["act"])} for _ in message["steps"]], "cpu_s": 0.0}

    return play


def test_answers_without_looking_earn_little() -> None:
    always_ship = in_process(decided("ship", valid=True)).private
    assert always_ship.secondary["live gain over the best"] < 0
    assert always_ship.primary.value < 0.2
    never = in_process(decided("stop", valid=False)).private
    assert never.secondary["live gain over the best"] == 0.0
    assert never.secondary["tests without lift left alone"] == 1.0
    assert never.primary.value < 0.1


def test_a_decision_on_another_day_than_the_one_reached_counts_as_none() -> None:
    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [{"ret": {"decision": "ship", "day": 30}}], "cpu_s": 0.0}

    found = in_process(play).private
    assert found.secondary["live gain over the best"] == 0.0


def test_one_reading_for_every_test_earns_less_than_half_the_baseline_and_the_ceiling_all() -> None:
    assert CHALLENGE.referee is not None
    assert in_process(CHALLENGE.referee.floor_player(edition().referee)).private.primary.value == pytest.approx(
        0.18, abs=0.05
    )
    ceiling = CHALLENGE.referee.ceiling_player(edition().referee)
    assert ceiling is not None
    assert in_process(ceiling).private.primary.value == pytest.approx(1.0, abs=1e-9)


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    marks = {
        part: score(
            CHALLENGE.spec.metric, play_program(CHALLENGE, edition(), CHALLENGE.files(part)).evaluation, seed="seed"
        ).private
        for part in ("baseline", "reference")
    }
    assert 0.3 < marks["baseline"].primary.value < 0.65
    assert marks["reference"].primary.value > marks["baseline"].primary.value + 0.15
    assert marks["reference"].secondary["toolkit"] == 1.0
    # 54 intervals that hold the truth seven times in eight: three standard errors below are 0.74.
    assert marks["reference"].secondary["coverage of 90 % intervals"] > 0.74
