"""TP-04: the answers are right, no shortcut earns much, the anchors stand apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.topic_programming.jobs import JOBS, TRACKS
from challenges.catalog.topic_programming.jobs.asking import module
from challenges.loader import Challenge, load
from challenges.minting import Dataset
from challenges.referee import Dialogue, InProcess, Message, Session
from challenges.scoring import score
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, read_cases

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]

CHALLENGE = load("topic-programming")
SOLUTION = module("reference", "solution")


@cache
def edition() -> Dataset:
    return CHALLENGE.mint(b"a secret of this test", edition="test", size=Size.SMALL)


def hidden() -> list[Case]:
    return read_cases(edition().referee["cases.json"])


def private(session: Session) -> float:
    return score(CHALLENGE.spec.metric, session.evaluation, seed="seed").private.primary.value


def in_process(player: Callable[[Message], Message | None]) -> Session:
    assert CHALLENGE.referee is not None
    with Dialogue(InProcess(player), bank_s=3600) as dialogue:
        return CHALLENGE.referee.hold(dialogue, edition().referee, Size.SMALL)


@pytest.mark.parametrize(
    ("fn", "args", "expected"),
    [
        ("parse_log", ["1970-01-02T01:00:00+01:00 [info] up\r\nx"],
         [{"time": 86400, "level": "INFO", "message": "up"}]),
        ("parse_log", ["2024-02-30T00:00:00Z [INFO] no such day\n2024-02-29T00:00:00Z [INFO]  "], []),
        ("balanced", [r'"\"(" []'], True),
        ("balanced", [r'"\\" ("'], False),
        ("flatten", [[1, ("a", [None, []]), {"b": [2]}]], [1, "a", None, {"b": [2]}]),
        ("to_roman", [3949], "MMMCMXLIX"),
        ("from_roman", ["MCMXCIV"], 1994),
        ("merge_intervals", [[[5, 6], [1, 2], [2, 4]]], [[1, 4], [5, 6]]),
        ("anagrams", [["Listen", "ab", "silent", "BA "]], [["Listen", "silent"], ["ab", "BA "]]),
        ("wrap", ["aa bb  cccccccc d", 5], ["aa bb", "ccccc", "ccc d"]),
        ("top_words", ["b-a A, Straße STRASSE c", 2], [["a", 2], ["strasse", 2]]),
        ("spiral", [[[1, 2, 3], [4, 5, 6]]], [1, 2, 3, 6, 5, 4]),
        ("calc", ["-2^2 + 2^3^0 * (1 - .5) / 2^-1"], -2.0),
        ("median", [[4, 1, 3, 2]], 2.5),
        ("binary_search", [[1, 2, 2, 3], 2], 1),
        ("merge_settings", [{"a": {"b": 1}, "c": 2}, {"a": {"d": 3}, "c": {}}], {"a": {"b": 1, "d": 3}, "c": {}}),
    ],
)  # fmt: skip
def test_the_answers_are_those_worked_out_by_hand(fn: str, args: list[Any], expected: Any) -> None:
    assert getattr(SOLUTION, fn)(*args) == expected


def test_the_arrays_are_those_worked_out_by_hand() -> None:
    nan = np.nan
    found = SOLUTION.rolling_mean(np.array([1.0, 3.0, nan, 5.0, 7.0]), 2)
    np.testing.assert_allclose(found, [2.0, nan, nan, 6.0])
    np.testing.assert_allclose(SOLUTION.group_means(np.array([1.0, 2.0, 6.0]), np.array([2, 0, 2]), 3), [2.0, nan, 3.5])
    np.testing.assert_allclose(SOLUTION.pairwise(np.array([[0.0, 0.0]]), np.array([[3.0, 4.0]])), [[5.0]])
    np.testing.assert_allclose(
        SOLUTION.zscore(np.array([[1.0, 2.0], [3.0, 2.0], [nan, 2.0]])), [[-1, 0], [1, 0], [nan, 0]]
    )
    assert SOLUTION.im2col(np.arange(6.0).reshape(2, 3), 2, 2, 1).tolist() == [[0, 1, 3, 4], [1, 2, 4, 5]]
    assert SOLUTION.one_hot(np.array([1, -1]), 2).tolist() == [[0, 1], [0, 0]]


def test_the_tables_are_those_worked_out_by_hand() -> None:
    visits = pd.DataFrame({"user": [2, 1, 1], "time": [5, 30, 10], "page": list("abc")})
    found = SOLUTION.sessionise(visits, 19)
    assert found[["user", "time", "session"]].values.tolist() == [[1, 10, 0], [1, 30, 1], [2, 5, 0]]
    trades = pd.DataFrame({"time": [7, 3], "symbol": ["x", "x"], "size": [1, 2]})
    quotes = pd.DataFrame({"time": [7, 4], "symbol": ["x", "x"], "price": [9.0, 8.0]})
    assert SOLUTION.last_quote(trades, quotes)["price"].tolist()[0] == 9.0
    assert np.isnan(SOLUTION.last_quote(trades, quotes)["price"].tolist()[1])
    sales = pd.DataFrame({"time": pd.to_datetime(["2024-02-28 23:59", "2024-03-01 00:00"]), "amount": [1.5, 2.0]})
    assert SOLUTION.daily(sales).values.tolist() == [["2024-02-28", 1.5], ["2024-02-29", 0.0], ["2024-03-01", 2.0]]
    customers = pd.DataFrame({"key": [2, 1], "city": ["a", "b"]})
    updates = pd.DataFrame({"key": [2, 3, 2], "city": ["x", "y", "z"], "when": [9, 1, 8]})
    assert SOLUTION.latest(customers, updates).values.tolist() == [[1, "b"], [2, "x"], [3, "y"]]


def test_every_job_has_at_least_four_cases_in_both_splits() -> None:
    cases = hidden()
    assert set(Counter(case.function for case in cases)) == set(JOBS)
    for public in (True, False):
        assert set(JOBS) == {case.function for case in cases if case.public == public}
    assert min(Counter(case.function for case in cases).values()) >= 4
    assert sum(TRACKS.values()) == pytest.approx(1.0)


def test_practice_shows_only_the_first_kinds_of_a_job() -> None:
    practice, cases = read_cases(edition().public["practice.json"]), hidden()
    assert max(Counter(case.function for case in practice).values()) == 3
    kinds = {(case.function, case.kind) for case in practice}
    assert sum((case.function, case.kind) not in kinds for case in cases) > len(cases) / 2


@pytest.mark.parametrize("constant", [None, True, False, 0, [], "", {}])
def test_functions_that_always_return_the_same_earn_next_to_nothing(constant: Any) -> None:
    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [{"ret": constant} for _ in message["steps"]], "cpu_s": 0.0}

    assert private(in_process(play)) < 0.02


def test_functions_that_always_raise_earn_nothing() -> None:
    def play(message: Message) -> Message | None:
        error = {"type": "ValueError", "names": ["ValueError", "InsufficientFunds", "ZeroDivisionError"], "line": 1}
        return {"results": [{"error": error} for _ in message.get("steps", [])], "cpu_s": 0.0}

    assert private(in_process(play)) == 0.0


@pytest.mark.anchors
def test_the_starter_stands_in_the_middle(play_program: PlayProgram) -> None:
    session = play_program(CHALLENGE, edition(), CHALLENGE.files("baseline"))
    assert 0.4 < private(session) < 0.65


@pytest.mark.anchors
def test_the_reference_passes_every_case(play_program: PlayProgram) -> None:
    session = play_program(CHALLENGE, edition(), CHALLENGE.files("reference"))
    assert private(session) == pytest.approx(1.0)
    assert session.remarks == ()
