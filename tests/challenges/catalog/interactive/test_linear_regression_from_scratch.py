"""V-03: the referee's arithmetic is exact, the anchors stand apart, the harness keeps its promises."""

from __future__ import annotations

import base64
import io
import math
import subprocess
import sys
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import orjson
import pytest

from challenges.catalog.linear_regression_from_scratch import exact
from challenges.catalog.linear_regression_from_scratch.problems import FAMILIES
from challenges.catalog.linear_regression_from_scratch.truths import digits
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, Foul, FoulKind, InProcess, Message, Session
from challenges.scoring import Scores, score
from challenges.spec import Size

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("linear-regression-from-scratch")
X = np.array([[0.0], [1.0], [2.0], [3.0]])
Y = np.array([1.0, 3.0, 4.0, 6.0])
"""By hand: slope 1.6, intercept 1.1, RSS 0.2, TSS 13, so sigma2 0.1, r2 1 - 0.2 / 13."""


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def in_process(player: Callable[[Message], Message | None]) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)


def scored(session: Session) -> Scores:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed")


def test_a_fit_by_hand_comes_out_exactly() -> None:
    found = exact.coefficients(exact.gram(X, Y))
    assert found.tolist() == [1.1, 1.6]


def test_weights_count_rows_several_times() -> None:
    twice = exact.gram(X, Y, np.array([2.0, 1.0, 1.0, 1.0]))
    assert np.array_equal(twice, exact.gram(np.vstack([X[:1], X]), np.concatenate([Y[:1], Y])))


def test_a_penalty_shrinks_the_slope_and_spares_the_intercept() -> None:
    # Centred: sum of squares 5, of products 8; slope 8 / (5 + 3) = 1, intercept 3.5 - 1 * 1.5.
    assert exact.coefficients(exact.gram(X, Y), l2=3.0).tolist() == [2.0, 1.0]


def test_standard_errors_by_hand_come_out_exactly() -> None:
    found = exact.inference(exact.gram(X, Y))
    assert found.sigma2 == 0.1
    assert found.r2 == float(1 - Fraction(2, 130))
    # var(slope) = 0.1 / 5; var(intercept) = 0.1 * (1/4 + 1.5^2 / 5) = 0.07
    assert found.stderr.tolist() == [math.sqrt(0.07), math.sqrt(0.02)]


def test_a_gradient_path_by_hand_comes_out_exactly() -> None:
    # From zeros: b = lr * (2/4) * [sum y, sum x y] = lr * [7, 14.5]
    path = exact.gradient_path(exact.gram(X, Y), lr=0.125, steps=2)
    assert path[0].tolist() == [0.875, 3.625 / 2]
    # residual sums of A b - y at that b: [4*.875 + 6*1.8125 - 14, 6*.875 + 14*1.8125 - 29] = [0.375, 1.625]
    assert path[1].tolist() == [0.875 - 0.0625 * 0.375, 1.8125 - 0.0625 * 1.625]


def test_tiny_and_huge_floats_lose_nothing() -> None:
    sums = exact.gram(np.array([[1e-5], [1e5]]), np.array([1.0, 1.0]))
    assert sums[1, 1] == Fraction(1e-5) ** 2 + Fraction(1e5) ** 2


@pytest.mark.parametrize(("found", "expected"), [(1.0, 16.0), (1.1, 1.0), (1.001, 3.0), (30.0, 0.0)])
def test_digits_are_minus_the_log_of_the_relative_error(found: float, expected: float) -> None:
    assert digits(np.array([found, 5.0]), np.array([1.0, 5.0])) == pytest.approx(expected)


def test_every_family_has_two_public_and_four_private_problems() -> None:
    listed = orjson.loads(edition().referee["problems.json"])
    for family in FAMILIES:
        public = [entry["public"] for entry in listed if entry["family"] == family.name]
        assert sorted(public) == [False] * 4 + [True] * 2


def test_worked_problems_are_other_problems_than_the_hidden_ones() -> None:
    with np.load(io.BytesIO(edition().referee["problems.npz"])) as arrays:
        hidden = {arrays[name][:3].tobytes() for name in arrays.files if name.endswith(".y")}
    worked = orjson.loads(edition().public["worked_problems.json"])
    calls = [call for problem in worked for call in problem["calls"] if "y" in call["args"]]
    shown = {base64.b64decode(call["args"]["y"]["b64"])[:24] for call in calls}
    assert len(shown) == 14 + 2 * 4  # 14 problems in one piece and two streams of four chunks
    assert not shown & hidden


def test_zeros_earn_nothing() -> None:
    assert CHALLENGE.referee is not None
    scores = scored(in_process(CHALLENGE.referee.floor_player(edition().referee)))
    assert scores.private.primary.value == 0.0


def test_exact_arithmetic_earns_everything() -> None:
    assert CHALLENGE.referee is not None
    player = CHALLENGE.referee.ceiling_player(edition().referee)
    assert player is not None
    assert scored(in_process(player)).private.primary.value == 1.0


def test_numbers_of_the_wrong_shape_earn_nothing_and_are_remarked() -> None:
    session = in_process(lambda message: {"ret": {"intercept": 0, "coef": "many"}, "state_bytes": 1})
    assert scored(session).private.primary.value == 0.0
    assert "friendly: fit returned something else than the agreed shape of finite numbers" in session.remarks


def test_a_stream_that_keeps_too_much_earns_nothing() -> None:
    assert CHALLENGE.referee is not None
    exact_player = CHALLENGE.referee.ceiling_player(edition().referee)
    assert exact_player is not None

    def hoard(message: Message) -> Message | None:
        answer = exact_player(message)
        return {**answer, "state_bytes": 65_537} if answer and "state_bytes" in answer else answer

    session = in_process(hoard)
    assert scored(session).private.primary.value == pytest.approx(7 / 8)
    assert session.remarks == ("stream: Stream holds 65537 bytes after a chunk; at most 65536 are allowed",)


def test_a_message_of_an_exception_never_reaches_the_learner() -> None:
    session = in_process(lambda message: {"error": {"type": "ValueError", "message": "0.123", "line": 7}})
    assert session.remarks[0].endswith("raised ValueError in line 7 of linreg.py")
    assert not any("0.123" in remark for remark in session.remarks)


def test_the_starter_lands_between_floor_and_reference(play_program: PlayProgram) -> None:
    session = play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))
    assert 0.5 < scored(session).private.primary.value < 0.62
    assert session.replay is not None
    curves = session.replay["gradient_loss"]
    assert curves["yours"] == pytest.approx(curves["truth"])


def test_the_reference_beats_the_starter(play_program: PlayProgram) -> None:
    session = play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))
    assert 0.97 < scored(session).private.primary.value <= 1.0
    assert session.remarks == ()


def test_what_a_learner_prints_does_not_disturb_the_conversation(play_program: PlayProgram) -> None:
    noisy = b"import os\nprint('hello')\nos.write(1, b'raw\\n')\n" + CHALLENGE.files("baseline")["linreg.py"]
    session = play_program(CHALLENGE, edition(), {"linreg.py": noisy})
    assert scored(session).private.primary.value > 0.5


@pytest.mark.parametrize(
    "smuggled",
    [
        "np.linalg.lstsq",
        "np.polyfit",
        "__import__('numpy.linalg', fromlist=['lstsq'])",
        "__import__('importlib').import_module('numpy.linalg._umath_linalg')",
        "__import__('sklearn.linear_model')",
        "__import__('fractions')",
        "__import__('ctypes').CDLL(None)",
        "__import__('os').system('true')",
    ],
)
def test_ready_made_solvers_are_out_of_reach(play_program: PlayProgram, smuggled: str) -> None:
    source = f"import numpy as np\ndef fit(*given, **named):\n    {smuggled}\ngd = inference = fit\nStream = fit\n"
    session = play_program(CHALLENGE, edition(), {"linreg.py": source.encode()})
    assert all("Error in line 3" in remark for remark in session.remarks)
    assert len(session.remarks) == 11


def test_the_local_referee_scores_the_starter_on_the_worked_problems(tmp_path: Path) -> None:
    files = {**CHALLENGE.files("kit"), **CHALLENGE.files("baseline"), **edition().public}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run(
        [sys.executable, "local_referee.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    last = done.stdout.splitlines()[-1]
    assert last.startswith("digits_score 0.5")
    assert "on 16 worked problems" in last


def test_a_program_that_fails_to_load_has_ended(play_program: PlayProgram) -> None:
    with pytest.raises(Foul) as caught:
        play_program(CHALLENGE, edition(), {"linreg.py": CHALLENGE.rejected()["crashed.py"]})
    assert caught.value.kind is FoulKind.ENDED
