"""Functions of learners, asked over a pipe: values keep their kind, faults cost one case, rules mean what they say."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pandas as pd
import pytest

from challenges.loader import WORLDS
from challenges.referee import ChannelEnded, ChannelTimedOut, Dialogue, InProcess
from challenges.worlds.funclib import players
from challenges.worlds.funclib.cases import (
    Case,
    Rule,
    Step,
    any_order,
    call,
    cases_bytes,
    digits,
    holds,
    raises,
    read_cases,
    same,
    split,
    weights,
)
from challenges.worlds.funclib.examiner import Outcome, examine, remarks, replay, sheet
from challenges.worlds.funclib.kit import kit_checks
from challenges.worlds.funclib.kit.kit_values import Ref, Strange, Table, Times, decode, encode

Run = Callable[..., list[Outcome]]

SOLUTION = """
def double(x):
    print("noise on standard output")
    return 2 * x

def divide(a, b):
    return a / b

def forever():
    while True:
        try:
            pass
        except Exception:
            pass

def leave():
    raise SystemExit("as if it were over")

def deep():
    nest = []
    for _ in range(5000):
        nest = [nest]
    return nest

class Counter:
    def __init__(self):
        self.count = 0
    def add(self, n):
        self.count += n
        return self.count
    def __len__(self):
        return self.count

def seek(ask, lowest):
    found = [ask(x) for x in (lowest, lowest + 1)]
    try:
        ask("one more")
    except Exception as refused:
        found.append(str(refused))
    return found
"""


class Pipe:
    """Lines to and from the harness; enough of a channel for tests without deadlines."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "harness.py"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def send(self, line: bytes) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(line + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise ChannelEnded("") from error

    def receive(self, timeout_s: float) -> bytes:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ChannelEnded("")
        return line

    def close(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Return (cases, files) -> outcomes, with the harness in a process of its own."""

    def play(cases: Sequence[Case], files: dict[str, str] | None = None, **given: Any) -> list[Outcome]:
        kit = {path.name: path.read_text() for path in (WORLDS / "funclib" / "kit").glob("*.py")}
        for name, content in {"solution.py": SOLUTION, **(files or {}), **kit}.items():
            (tmp_path / name).write_text(content)
        with closing(Pipe(tmp_path)) as pipe, Dialogue(pipe, bank_s=60) as dialogue:
            return examine(dialogue, read_cases(cases_bytes(cases)), slug="a-test", **given)

    yield play


def case(*steps: Step, function: str = "f", **given: Any) -> Case:
    return Case(function=function, kind="plain", steps=steps, **given)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, -(2**70), 0.5, math.inf, 1 + 2j, "ä", b"\x00\xff", [1, [2]], (1, "a"), {1, 2}, {"a": None},
        {1: "a", (2, 3): "b"}, {"$float": "not one of ours"}, Ref("c"), Times((None, 5), "UTC"),
        Table({"a": [1, 2], "b": ["x", None]}),
    ],
)  # fmt: skip
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    travelled = orjson.loads(orjson.dumps(encode(value)))
    assert decode(travelled) == value
    assert type(decode(travelled)) is type(value)


def test_nan_and_arrays_come_back_as_they_were() -> None:
    assert math.isnan(decode(encode(math.nan)))
    array = np.array([[1.5, math.nan], [2.0, -0.0]])
    back = decode(orjson.loads(orjson.dumps(encode(array))))
    assert back.tobytes() == array.tobytes()
    assert decode(encode(np.float32(0.5))) == 0.5
    assert decode(encode(np.array(["a", "b"]))) == ["a", "b"]


def test_a_table_of_pandas_arrives_as_one_without_pandas_and_the_other_way() -> None:
    frame = pd.DataFrame(
        {"day": pd.to_datetime(["1970-01-02", None], utc=True).as_unit("ns"), "n": [1, 2], "word": ["a", None]}
    )
    table = decode(encode(frame))
    assert table.columns["day"] == Times((86_400 * 10**9, None), "UTC")
    assert table.columns["n"].tolist() == [1, 2]
    assert table.columns["word"] == ["a", None]
    pd.testing.assert_frame_equal(decode(encode(table), live=True), frame, check_dtype=False)


def test_what_cannot_travel_arrives_as_the_name_of_its_type() -> None:
    assert decode(encode(object())) == Strange("object")
    assert decode(encode("\ud800")) == Strange("broken text")


@pytest.mark.parametrize(
    "hostile",
    [
        {"dtype": "|O", "shape": [1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [-1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [2**31, 2**31], "b64": ""},
        {"dtype": "<f8", "shape": [2**31 - 1, 0], "b64": ""},
        {"$float": "1e9"},
        {"$table": 3},
        {"$map": [[1]]},
        {"$set": [[1]]},
        {"$unknown": 1, "b64": 1},
    ],
)
def test_a_value_that_is_none_is_refused(hostile: Any) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        decode(hostile)


@pytest.mark.parametrize(
    ("rule", "found", "expected"),
    [
        (same(1.0), 1.0000005, 1.0),
        (same(1.0), 1.000002, 0.0),
        (same(0.0), 5e-10, 1.0),
        (same(1000), 1000.0001, 1.0),
        (same(10_000_000), 10_000_001, 0.0),
        (same(1), True, 0.0),
        (same(True), 1, 0.0),
        (same(math.nan), math.nan, 1.0),
        (same(math.inf), 1e308, 0.0),
        (same([1, (2, "a")]), (1, [2, "a"]), 1.0),
        (same([1, 2]), np.array([1, 2]), 1.0),
        (same(np.array([1.0, math.inf])), [1.0, math.inf], 1.0),
        (same(np.array([1.0, math.nan])), np.array([1.0, math.nan]), 1.0),
        (same(np.array([1.0])), np.array([[1.0]]), 0.0),
        (same({"a": 1.0}), {"a": 1.0, "b": 2}, 0.0),
        (same({1, 2}), {2, 1}, 1.0),
        (same(2**70), float(2**70), 1.0),
        (same(10**400), 1.0, 0.0),
        (any_order(["a", "b", "b"]), ["b", "a", "b"], 1.0),
        (any_order(["a", "b", "b"]), ["b", "a", "a"], 0.0),
        (digits([1.0, 2.0], goal=10), [1.0, 2.0], 1.0),
        (digits([1.0, 2.0], goal=10), [1.0, 2.00002], 0.5),
        (digits({"a": 1.0}, goal=10), {"b": 1.0}, 0.0),
        (holds("even"), 4, 1.0),
        (holds("even"), "four", 0.0),
        (holds("half"), 1, 0.5),
    ],
)
def test_a_rule_means_what_it_says(rule: Rule, found: Any, expected: float) -> None:
    properties = {"even": lambda found, expected, args: found % 2 == 0, "half": lambda found, expected, args: 0.5}
    assert kit_checks.credit(rule, found, [], properties) == pytest.approx(expected)


def test_every_case_is_asked_and_a_fault_costs_only_its_own(run: Run) -> None:
    outcomes = run(
        [
            case(call("double", 4, rule=same(8))),
            case(call("double", 4, rule=same(9))),
            case(call("divide", 1, 0, rule=same(0.0))),
            case(call("divide", 1, 0, rule=raises("ArithmeticError"))),
            case(call("divide", 1, 2, rule=raises("ValueError"))),
            case(call("forever", rule=same(None)), limit_s=0.2),
            case(call("leave", rule=same(None))),
            case(call("deep", rule=same(None))),
            case(call("absent", rule=same(None))),
            case(call("double", np.array([1.0, 2.0]), rule=same(np.array([2.0, 4.0])))),
        ]
    )
    assert [outcome.credit for outcome in outcomes] == [1, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    assert [outcome.trouble for outcome in outcomes] == [
        None,
        None,
        "raised ZeroDivisionError in line 7 of solution.py",
        None,
        "expected ValueError",
        "took more than 0.2 s",
        "raised SystemExit in line 17 of solution.py",
        "raised ValueError",
        "absent is not defined",
        None,
    ]


def test_objects_are_kept_between_the_steps_of_a_case(run: Run) -> None:
    steps = (
        Step(fn="Counter", keep="c"),
        Step(fn="add", on="c", args=[3], rule=same(3)),
        Step(fn="add", on="c", args=[4], rule=same(7)),
        Step(fn="len", of="builtins", args=[Ref("c")], rule=same(7)),
    )
    outcomes = run([case(*steps), case(Step(fn="add", on="c", args=[3], rule=same(3)))])
    assert [outcome.credit for outcome in outcomes] == [1.0, 0.0]


def test_a_function_asks_up_to_its_budget(run: Run) -> None:
    asking = case(
        Step(fn="seek", args=[10], asks=2, rule=same([20, 22, "the budget of 2 questions is spent"])), secret=2
    )
    (outcome,) = run([asking], oracle=lambda function, secret: lambda x: x * secret)
    assert (outcome.credit, outcome.questions) == (1.0, 2)


def test_a_missing_act_costs_its_own_cases_only(run: Run) -> None:
    cases = [case(call("guess", rule=same(1)), act="mystery", public=True, function="guess") for _ in range(2)]
    outcomes = run([*cases, case(call("double", 1, rule=same(2)))])
    assert [outcome.credit for outcome in outcomes] == [0.0, 0.0, 1.0]
    assert remarks(outcomes) == ("mystery.py is not in your hand-in: its part earns nothing.",)


def test_remarks_name_the_kind_of_a_public_case_and_never_its_content() -> None:
    def outcome(kind: str, credit: float, *, public: bool) -> Outcome:
        plain = Case(function="mean", kind=kind, steps=(call("mean", [1, 2], rule=same(1.5)),), public=public)
        return Outcome(case=plain, credit=credit)

    outcomes = [outcome("ties", 0.0, public=True), outcome("huge", 1.0, public=True), outcome("x", 0.0, public=False)]
    assert remarks(outcomes) == ("mean: 1 of 2 public cases right; first that went wrong: ties (another answer).",)
    assert replay(outcomes)["functions"] == [
        {"function": "mean", "track": "all", "right": 1, "cases": 2, "first_wrong": "ties (another answer)"}
    ]


def test_weights_are_shared_by_functions_and_then_by_the_cases_of_a_split() -> None:
    cases = [
        case(function="a", public=True, track="one"),
        case(function="a", track="one"),
        case(function="a", track="one"),
        case(function="b", track="one"),
        case(function="c", track="two"),
    ]
    assert weights(cases, {"one": 3.0, "two": 1.0}).tolist() == [1.5, 0.75, 0.75, 1.5, 1.0]


def test_the_marks_of_a_split_are_a_sheet() -> None:
    outcomes = [Outcome(case=case(public=place == 0), credit=0.5 * place) for place in range(3)]
    found = sheet(outcomes, {"all": 1.0})
    assert found.truth["weight"].tolist() == [1.0, 0.5, 0.5]
    assert found.predictions["credit"].tolist() == [0.0, 0.5, 1.0]
    assert found.public.tolist() == [True, False, False]


def test_each_function_has_public_and_private_cases() -> None:
    cases = [case(function=name) for name in "aab"] + [case(function="b") for _ in range(9)]
    shuffled = split(cases, rng=np.random.default_rng(1))
    assert sum(one.public for one in shuffled if one.function == "a") == 1
    assert sum(one.public for one in shuffled if one.function == "b") == 3
    with pytest.raises(ValueError, match="b has one case"):
        split(cases[:3], rng=np.random.default_rng(1))


def test_the_silent_player_earns_nothing_and_the_knowing_one_everything() -> None:
    cases = [case(call("f", rule=same(1))), case(call("f", rule=raises("ValueError")))]
    for player, expected in ((players.silent, 0.0), (players.knowing(cases), 1.0)):
        with Dialogue(InProcess(player), bank_s=60) as dialogue:
            assert [outcome.credit for outcome in examine(dialogue, cases, slug="a-test")] == [expected, expected]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"results": []},
        {"results": "none"},
        {"results": [3]},
        {"results": [{"ret": 1}, {"ret": 1}]},
        {"results": [{"error": "what?"}]},
        {"results": [{"error": {"type": [], "names": 3, "line": "x", "file": "../a"}}]},
        {"results": [{"ret": {"$table": 1}}]},
        {"failed": "something"},
        {"ask": 1},
    ],
)
def test_an_answer_that_no_harness_gives_costs_its_case_only(answer: dict[str, Any]) -> None:
    with Dialogue(InProcess(lambda message: answer), bank_s=60) as dialogue:
        (outcome,) = examine(dialogue, [case(call("f", rule=same(1)))], slug="a-test")
    assert outcome.credit == 0.0


def test_a_value_nested_as_deep_as_json_allows_costs_its_case_only() -> None:
    class Deep(InProcess):
        def receive(self, timeout_s: float) -> bytes:
            deep = b"[" * 900 + b"]" * 900
            return super().receive(timeout_s).replace(b'"here"', deep)

    with Dialogue(Deep(lambda message: {"results": [{"ret": "here"}]}), bank_s=60) as dialogue:
        (outcome,) = examine(dialogue, [case(call("f", rule=same(1)))], slug="a-test")
    assert outcome.credit == 0.0


def test_a_late_answer_costs_its_case_only() -> None:
    class Slow(InProcess):
        def receive(self, timeout_s: float) -> bytes:
            if timeout_s > 3:  # pings wait for less
                raise ChannelTimedOut
            return super().receive(timeout_s)

    with Dialogue(Slow(players.silent), bank_s=60, ready_s=2) as dialogue:
        (outcome,) = examine(dialogue, [case(call("f", rule=same(1)))], slug="a-test")
    assert (outcome.credit, outcome.trouble) == (0.0, "gave no answer in time")


def test_practice_checks_as_the_referee_does(tmp_path: Path) -> None:
    cases = [
        case(call("double", 4, rule=same(8)), function="double"),
        case(call("divide", 1, 0, rule=same(0.0)), function="divide"),
        case(call("divide", 1, 3, rule=same(0.4)), function="divide"),
    ]
    kit = {path.name: path.read_bytes() for path in (WORLDS / "funclib" / "kit").glob("*.py")}
    for name, content in {**kit, "solution.py": SOLUTION.encode(), "practice.json": cases_bytes(cases)}.items():
        (tmp_path / name).write_bytes(content)
    done = subprocess.run([sys.executable, "practise.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == [
        "double                     1.0 of 1",
        "divide                     0.0 of 2",
        "    plain: divide raised ZeroDivisionError in line 7 of solution.py",
        "    plain: divide returned 0.3333333333333333; expected 0.4",
        "checks passed: 1.0 of 3 practice cases",
    ]


def test_memory_and_questions_stand_on_the_sheet() -> None:
    asking = Case(function="f", kind="asks", steps=(Step(fn="f", asks=3, rule=same(1)),))
    plain = Case(function="f", kind="plain", steps=(call("f", rule=same(1)),))
    outcomes = [
        Outcome(case=asking, credit=1.0, questions=2, peak_mb=41.5),
        Outcome(case=plain, credit=1.0, peak_mb=40.0),
    ]
    found = sheet(outcomes, {"all": 1.0})
    assert found.truth["asks"].tolist() == [1, 0]
    assert found.predictions["questions"].tolist() == [2.0, 0.0]
    assert found.predictions["peak_mb"].tolist() == [41.5, 40.0]
