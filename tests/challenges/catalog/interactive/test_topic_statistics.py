"""TP-01: the answers are right, claims are marked honestly, the anchors stand apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest

from challenges.catalog.topic_statistics import truths
from challenges.catalog.topic_statistics.kit.properties import claim
from challenges.catalog.topic_statistics.referee import TRACKS
from challenges.catalog.topic_statistics.samples import FAMILIES, draw
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Message, Session
from challenges.scoring import score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases
from challenges.worlds.funclib.kit.kit_checks import same

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("topic-statistics")
TRUE = {"family": "normal", "mean": 10.0, "standard_error": 2.0, "lo": 6.71, "hi": 13.29}


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def hidden() -> list[Case]:
    return read_cases(edition().referee["cases.json"])


def private(session: Session) -> float:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed").private.primary.value


def in_process(player: Callable[[Message], Message | None]) -> float:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return private(CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL))


@pytest.mark.parametrize(
    ("fn", "args", "expected"),
    [
        ("describe", [[1, 2, 2, 5]], {"n": 4, "mean": 2.5, "median": 2.0, "modes": [2], "range": 4, "var": 3.0,
                                      "sd": 3**0.5, "q1": 1.75, "q3": 2.75, "iqr": 1.0}),
        ("weighted_mean", [[1.0, 5.0], [3.0, 1.0]], 2.0),
        ("bayes", [[0.5, 0.5], [0.2, 0.6]], [0.25, 0.75]),
        ("cond_prob", [[[0.1, 0.2], [0.3, 0.4]], 0, 1], 1 / 3),
        ("binom_pmf", [1, 3, 0.5], 0.375),
        ("poisson_cdf", [1, 2.0], 3 * math.exp(-2)),
        ("beta_binomial", [1, 1, 0, 0, 0.5], {"a": 1, "b": 1, "mean": 0.5, "lo": 0.25, "hi": 0.75}),
        ("chi2_gof", [[10, 20], [15, 15]], {"chi2": 10 / 3, "df": 1, "p": math.erfc((10 / 6) ** 0.5)}),
        ("ttest_1", [[1.0, 3.0], 1.0, "two-sided"], {"t": 1.0, "df": 1, "p": 0.5}),
        ("normal_known_sd", [0.0, 1.0, [4.0], 1.0, 0.5], {"mean": 2.0, "sd": 0.5**0.5, "lo": 2 - 0.4769362762,
                                                         "hi": 2 + 0.4769362762}),
    ],
)  # fmt: skip
def test_the_answers_are_those_worked_out_by_hand(fn: str, args: list[Any], expected: Any) -> None:
    assert same(truths.TRUTHS[fn](*args), expected, rel=1e-8)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"family": "normal", "lo": 10 - 3.29, "hi": 10 + 3.29}, 1.0),
        ({"family": "student", "lo": 10 - 3.29, "hi": 10 + 3.29}, 0.5),
        ({"family": "normal", "lo": -10, "hi": 30}, 0.5),
        ({"family": "normal", "lo": 12, "hi": 12}, 0.5),
        ({"family": "normal", "lo": 12, "hi": 8}, 0.0),
        ({"family": "normal", "lo": 10 - 1, "hi": 10 + 22.29}, 0.5 + 0.5 * (20 - 23.29 / 2) / 16.71),
    ],
)
def test_a_claim_earns_by_family_and_by_the_score_of_its_interval(found: dict[str, Any], expected: float) -> None:
    # An interval of no width that misses by one standard error scores twenty: as bad as the widest.
    assert claim(found, TRUE, []) == pytest.approx(expected)


@pytest.mark.parametrize("family", list(FAMILIES))
def test_a_family_has_the_mean_and_spread_that_the_truth_says(family: str) -> None:
    rng = np.random.default_rng(7)
    for _ in range(5):
        drawn = FAMILIES[family](rng, 200_000)
        assert drawn.values.mean() == pytest.approx(drawn.mean, abs=0.03 * drawn.sd)
        assert drawn.values.std() == pytest.approx(drawn.sd, rel=0.15)


def test_slips_are_few_and_the_number_of_trials_does_not_name_the_family() -> None:
    mysteries = [draw(family, np.random.default_rng(k)) for family in FAMILIES for k in range(40)]
    assert {mystery.trials is not None for mystery in mysteries if mystery.family in ("poisson", "geometric")} == {True}
    large = [max(map(abs, m.values)) > 40 * abs(float(np.median(m.values))) for m in mysteries if m.family == "poisson"]
    assert 0.1 < np.mean(large) < 0.5


def test_every_function_has_cases_in_both_splits_and_practice_shows_three_kinds_at_most() -> None:
    cases, practice = hidden(), read_cases(edition().public["practice.json"])
    for public in (True, False):
        assert {case.function for case in cases if case.public == public} == {*truths.TRUTHS, "claim"}
    assert Counter(case.function for case in cases)["claim"] == 72
    assert max(Counter(case.function for case in practice if case.function != "claim").values()) == 3
    assert sum(TRACKS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("constant", [True, 0.0, 1.0, 0.5, [], {}, {"family": "normal", "lo": -1e9, "hi": 1e9}])
def test_functions_that_always_return_the_same_earn_next_to_nothing(constant: Any) -> None:
    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [{"ret": constant} for _ in message["steps"]], "cpu_s": 0.0}

    assert in_process(play) < 0.03


def test_functions_that_always_raise_earn_nothing() -> None:
    error = {"error": {"type": "ValueError", "names": ["ValueError"], "line": 1}}
    assert in_process(lambda message: {"results": [error for _ in message.get("steps", [])], "cpu_s": 0.0}) == 0.0


@pytest.mark.anchors
def test_one_act_alone_earns_its_own_part(play_program: PlayProgram) -> None:
    only = {"solution.py": CHALLENGE.files("reference")["solution.py"]}
    session = play_program(CHALLENGE, edition(), only)
    assert private(session) == pytest.approx(0.7)
    assert session.remarks == ("mystery.py is not in your hand-in: its part earns nothing.",)


@pytest.mark.anchors
def test_the_starter_earns_a_third(play_program: PlayProgram) -> None:
    assert 0.25 < private(play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))) < 0.45


@pytest.mark.anchors
def test_the_reference_is_nearly_perfect(play_program: PlayProgram) -> None:
    assert private(play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))) > 0.95


def test_the_two_halves_of_a_claim_are_shown_one_by_one() -> None:
    """All mystery samples are called normal, with an interval that holds everything."""
    said = {"family": "normal", "lo": -1e9, "hi": 1e9}
    answer = {"results": [{"ret": said}], "cpu_s": 0.0}
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(lambda message: answer if message["type"] == "case" else None), bank_s=3600) as dialogue:
        session = CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)
    found = score(CHALLENGE.spec.metric, session.evaluation, seed="seed").private.secondary
    cases = [case for case in hidden() if case.act == "mystery" and not case.public]
    normal = sum(
        case.steps[0].rule is not None and case.steps[0].rule["expected"]["family"] == "normal" for case in cases
    )
    assert found["families told"] == pytest.approx(normal / len(cases))
    assert found["coverage of 90 % intervals"] == 1.0
