"""TP-06: slopes fit their losses, paths are the textbook's, curves show what they should, anchors hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from challenges.catalog.topic_ml_fundamentals.kit.properties import close, deep, height, oracle, slope
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Message, Player, Session
from challenges.scoring import Scores, score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("topic-ml-fundamentals")


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def hidden(function: str) -> list[tuple[Case, Any]]:
    """Return the hidden cases of a function, each with its answer."""
    cases = [case for case in read_cases(edition().referee["cases.json"]) if case.function == function]
    return [(case, case.steps[0].rule["expected"]) for case in cases if case.steps[0].rule is not None]


def in_process(player: Player) -> Scores:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        session = CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


@pytest.mark.parametrize("function", ["mse", "bce_logits"])
def test_slopes_of_losses_are_those_of_their_values(function: str) -> None:
    def loss(y: np.ndarray, found: np.ndarray, w: np.ndarray) -> float:
        if function == "mse":
            return float(((found - y) ** 2).mean())
        chance = 1 / (1 + np.exp(-found))
        return float(-(w * (y * np.log(chance) + (1 - y) * np.log(1 - chance))).sum() / w.sum())

    for case, answer in hidden(function):
        y, found, w = (*case.steps[0].args, np.ones(len(case.steps[0].args[0])))[:3]
        if "plain" in case.kind:
            assert answer["loss"] == pytest.approx(loss(y, found, w))
            steps = 1e-6 * np.eye(len(found))
            differences = [(loss(y, found + h, w) - loss(y, found - h, w)) / 2e-6 for h in steps]
            assert answer["grad"] == pytest.approx(differences, rel=1e-4, abs=1e-7)


def test_huge_scores_have_finite_losses_that_textbook_formulas_miss() -> None:
    extreme = [(case, answer) for case, answer in hidden("cce") if "huge" in case.kind]
    assert len(extreme) == 4
    assert all(math.isfinite(answer["loss"]) for _, answer in extreme)
    with np.errstate(all="ignore"):
        naive = [np.exp(case.steps[0].args[1]).sum(axis=1) for case, _ in extreme]
    assert sum(not np.isfinite(sums).all() or (sums == 0).any() for sums in naive) >= 2


def test_class_numbers_and_one_hot_rows_give_the_same_loss() -> None:
    hot, numbers = hidden("cce"), hidden("sparse_cce")
    known = sorted(round(answer["loss"], 9) for _, answer in hot)
    assert known == sorted(round(answer["loss"], 9) for _, answer in numbers)


def test_ridge_zeroes_its_own_gradient_and_leaves_the_intercept_alone() -> None:
    for case, answer in hidden("ridge"):
        X, y, l2 = case.steps[0].args
        rest = y - answer["intercept"] - X @ answer["coef"]
        assert rest.sum() == pytest.approx(0, abs=1e-8)
        assert X.T @ rest == pytest.approx(l2 * answer["coef"], abs=1e-6)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_size_of_the_gradient() -> None:
    for case, path in hidden("adam"):
        grads, start, rate, *_ = case.steps[0].args
        moved = grads[0] != 0
        large = np.abs(grads[0]) > 1e-4
        assert np.abs(path[0] - start)[moved & large] == pytest.approx(rate, rel=1e-3)
        assert (path[0] == start)[~moved].all()


def test_plain_descent_follows_two_steps_worked_out_by_hand() -> None:
    case, path = next((case, path) for case, path in hidden("gd") if case.steps[0].args[3] >= 2)
    X, y, rate, _ = case.steps[0].args
    first = rate * 2 * X.T @ y / len(y)
    assert path[0] == pytest.approx(first)
    assert path[1] == pytest.approx(first - rate * 2 * X.T @ (X @ first - y) / len(y))


def test_curves_show_what_they_are_called() -> None:
    seen = Counter(answer for _, answer in hidden("diagnose"))
    assert seen == {"under": 3, "over": 3, "good": 3, "leak": 3}
    for case, answer in hidden("diagnose"):
        train, validation, constant, noise = case.steps[0].args
        assert (validation[-1] < 0.75 * noise) == (answer == "leak")
        assert (train[-1] > 0.55 * constant) == (answer == "under")
        if answer == "over":
            assert validation[-1] > 1.3 * validation.min()


def test_predictions_earn_by_their_distance_from_the_function_without_noise() -> None:
    rule = {"truth": np.array([1.0, 3.0]), "floor": 4.0}
    assert close([1.0, 3.0], rule, []) == 1.0
    assert close([2.0, 4.0], rule, []) == 0.5
    assert close([3.0, 5.0], rule, []) == 0.0
    with pytest.raises(ValueError, match="list of 2 numbers"):
        close([1.0], rule, [])


def test_interpolating_the_noise_costs_and_the_mean_of_the_points_earns_nothing() -> None:
    mean, nearest = [], []
    for case, rule in hidden("generalise"):
        x, y, query = case.steps[0].args
        mean.append(close(np.full(len(query), y.mean()), rule, []))
        place = ((query[:, None] - x[None]) ** 2).sum(axis=2).argmin(axis=1)
        nearest.append(max(close(y[place], rule, []), 0.0))
    assert len(mean) == 36
    assert mean == pytest.approx([0.0] * 36, abs=1e-9)
    assert 0.1 < np.mean(nearest) < 0.6


def test_slopes_of_landscapes_fit_their_heights_and_noise_has_no_bias() -> None:
    for case, landscape in hidden("optimise"):
        x = np.array(landscape["center"]) + 0.4
        steps = 1e-5 * np.eye(len(x))
        rise = [(height(landscape, (x + h).tolist()) - height(landscape, (x - h).tolist())) / 2e-5 for h in steps]
        exact = slope(landscape, x.tolist())
        assert exact == pytest.approx(rise, rel=1e-4, abs=1e-4)
        answer = oracle("optimise", landscape)
        told = np.array([answer(x.tolist()) for _ in range(3000)])
        error = told.std(axis=0) / math.sqrt(3000) + 1e-12
        assert (np.abs(told.mean(axis=0) - exact) < 5 * error).all()
        assert deep(case.steps[0].args[0], landscape, [case.steps[0].args[0]]) == 0.0


def test_guesses_that_need_no_work_earn_next_to_nothing() -> None:
    def always(guess: Any) -> Player:
        def play(message: Message) -> Message | None:
            if message["type"] != "case":
                return None
            return {"results": [{"ret": guess}] * len(message["steps"]), "cpu_s": 0.0}

        return play

    for guess in (0.0, "over", "supervised", [0.0] * 60):
        assert in_process(always(guess)).private.primary.value < 0.06


def test_the_floor_earns_nothing_and_the_ceiling_all() -> None:
    assert CHALLENGE.referee is not None
    assert in_process(CHALLENGE.referee.floor_player(edition().referee)).private.primary.value == 0.0
    ceiling = CHALLENGE.referee.ceiling_player(edition().referee)
    assert ceiling is not None
    assert in_process(ceiling).private.primary.value == pytest.approx(1.0, abs=1e-12)


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    marks = {
        part: score(
            CHALLENGE.spec.metric, play_program(CHALLENGE, edition(), CHALLENGE.files(part)).evaluation, seed="seed"
        ).private
        for part in ("baseline", "reference")
    }
    assert 0.35 < marks["baseline"].primary.value < 0.6
    assert marks["reference"].primary.value > 0.85
    exact = ("losses", "penalties", "optimisers", "judgement")
    assert [marks["reference"].secondary[name] for name in exact] == [1.0, 1.0, 1.0, 1.0]
