"""TP-03: the truth obeys the rules of calculus, differences are not enough, valleys cannot be guessed, anchors hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pytest

from challenges.catalog.topic_calculus.expressions import jet, taylor
from challenges.catalog.topic_calculus.kit.properties import deep, height, oracle, slope
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Player, Session
from challenges.scoring import Scores, score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("topic-calculus")
X = ["var", "x"]


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def hidden() -> list[Case]:
    return read_cases(edition().referee["cases.json"])


def in_process(player: Player) -> Scores:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        session = CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


@pytest.mark.parametrize(
    ("expression", "value", "slope", "curvature"),
    [
        (["mul", X, X], 4.0, 4.0, 2.0),
        (["pow", X, -1], 0.5, -0.25, 0.25),
        (["exp", ["mul", 3, X]], math.exp(6), 3 * math.exp(6), 9 * math.exp(6)),
        (["log", X], math.log(2), 0.5, -0.25),
        (["relu", ["sub", X, 3]], 0.0, 0.0, 0.0),
        (["abs", ["sub", X, 3]], 1.0, -1.0, 0.0),
        (["max", ["mul", X, X], X], 4.0, 4.0, 2.0),
        (["let", "t", ["mul", X, X], ["mul", ["var", "t"], ["var", "t"]]], 16.0, 32.0, 48.0),
        (["sqrt", ["add", X, 2]], 2.0, 0.25, -1 / 32),
    ],
)
def test_the_truth_obeys_the_rules_of_calculus(
    expression: object, value: float, slope: float, curvature: float
) -> None:
    found = jet(expression, {"x": 2.0}, ["x"])
    assert found.head == pytest.approx(value, rel=1e-14)
    assert found.gradient[0] == pytest.approx(slope, rel=1e-14)
    assert found.hessian[0, 0] == pytest.approx(curvature, rel=1e-14)


def test_mixed_second_derivatives_are_right_by_hand() -> None:
    # f = x^2 y + sin(y):  f_xx = 2 y, f_xy = 2 x, f_yy = -sin y
    expression = ["add", ["mul", ["mul", X, X], ["var", "y"]], ["sin", ["var", "y"]]]
    found = jet(expression, {"x": 3.0, "y": 0.5}, ["x", "y"]).hessian
    assert found == pytest.approx(np.array([[1.0, 6.0], [6.0, -math.sin(0.5)]]), rel=1e-14)


@pytest.mark.parametrize(
    ("expression", "coefficients"),
    [
        (["exp", X], [1, 1, 1 / 2, 1 / 6]),
        (["tan", X], [0, 1, 0, 1 / 3]),
        (["tanh", X], [0, 1, 0, -1 / 3]),
        (["sigmoid", X], [1 / 2, 1 / 4, 0, -1 / 48]),
        (["log", ["add", 1, X]], [0, 1, -1 / 2, 1 / 3]),
        (["div", 1, ["add", 1, X]], [1, -1, 1, -1]),
        (["cos", X], [1, 0, -1 / 2, 0]),
    ],
)
def test_taylor_coefficients_are_those_of_the_textbook(expression: object, coefficients: list[float]) -> None:
    assert taylor(expression, {"x": 0.0}, "x", 3) == pytest.approx(np.array(coefficients), abs=1e-15)


def test_every_function_stands_on_both_boards_and_practice_shares_no_case() -> None:
    boards = Counter((case.function, case.public) for case in hidden())
    functions = {case.function for case in hidden()}
    assert len(functions) == 18
    assert min(boards[function, public] for function in functions for public in (True, False)) >= 2
    shown = read_cases(edition().public["practice.json"])
    assert {case.function for case in shown} == functions
    known = {repr(case.steps[0].args) for case in shown}
    # What can repeat are the two or three cases without a drawn number, such as sin against cos.
    assert sum(repr(case.steps[0].args) in known for case in hidden()) <= 3


def test_differences_drown_beside_a_large_constant() -> None:
    case = next(c for c in hidden() if c.function == "derivative" and "drowned" in c.kind)
    expression, name, at = case.steps[0].args
    up, down = (jet(expression, {**at, name: at[name] + h}, [name]).head for h in (1e-5, -1e-5))
    assert case.steps[0].rule is not None
    exact = case.steps[0].rule["expected"]
    assert abs((up - down) / 2e-5 - exact) > 1e-9 * abs(exact)


def test_slopes_of_valleys_fit_their_heights() -> None:
    for case in hidden():
        if case.secret is not None:
            x = np.array(case.secret["center"]) + 0.7
            steps = 1e-5 * np.eye(len(x))
            differences = [
                (height(case.secret, (x + h).tolist()) - height(case.secret, (x - h).tolist())) / 2e-5 for h in steps
            ]
            assert slope(case.secret, x.tolist()) == pytest.approx(differences, rel=1e-5, abs=1e-5)
            assert height(case.secret, case.secret["center"]) == pytest.approx(case.secret["bottom"], abs=1e-12)


def test_a_descent_earns_its_digits_and_a_guess_none() -> None:
    valley = {"form": "bowl", "center": [1.0, -2.0], "axes": [[1.0, 0.0], [0.0, 1.0]], "scale": [2.0, 2.0],
              "bottom": 3.0, "seed": 1, "blind": False, "noise": 0.0}  # fmt: skip
    start = [2.0, -2.0]
    assert deep([1.0, -2.0], valley, [start]) == 1.0
    assert deep([1.001, -2.0], valley, [start]) == pytest.approx(1.0)  # a millionth of the height is left
    assert deep([1.1, -2.0], valley, [start]) == pytest.approx(1 / 3)
    assert deep([0.0, 0.0], valley, [start]) == 0.0
    told = oracle("descend", valley)([2.0, -1.0])
    assert told == {"f": 5.0, "grad": [2.0, 2.0]}


def test_guesses_that_need_no_work_earn_next_to_nothing() -> None:
    for guess in (0.0, 1.0, [], [0.0, 0.0]):
        found = in_process(
            lambda message, guess=guess: (  # type: ignore[misc]
                {"results": [{"ret": guess}] * len(message["steps"]), "cpu_s": 0.0}
                if message["type"] == "case"
                else None
            )
        )
        assert found.private.primary.value < 0.06


def test_the_floor_earns_nothing_and_the_ceiling_all() -> None:
    assert CHALLENGE.referee is not None
    assert in_process(CHALLENGE.referee.floor_player(edition().referee)).private.primary.value == 0.0
    ceiling = CHALLENGE.referee.ceiling_player(edition().referee)
    assert ceiling is not None
    assert in_process(ceiling).private.primary.value == 1.0


@pytest.mark.anchors
def test_the_anchors_stand_apart(play_program: PlayProgram) -> None:
    marks = {
        part: score(
            CHALLENGE.spec.metric, play_program(CHALLENGE, edition(), CHALLENGE.files(part)).evaluation, seed="seed"
        ).private
        for part in ("baseline", "reference")
    }
    assert 0.25 < marks["baseline"].primary.value < 0.5
    assert marks["reference"].primary.value > 0.9
    assert marks["reference"].secondary["derivatives"] == 1.0
