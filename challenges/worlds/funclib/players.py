"""Players in our own process: one that answers nothing, careless ones, one that knows all answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from challenges.referee import Message, Player
from challenges.worlds.funclib.cases import Case, Step
from challenges.worlds.funclib.kit.kit_values import encode


def silent(message: Message) -> Message | None:
    """Answer as a file of stubs does: every function returns None."""
    if message["type"] != "case":
        return None
    return {"results": [{"ret": None} for _ in message["steps"]], "cpu_s": 0.0}


def alike(returned: Mapping[str, Any]) -> Player:
    """Return a player whose functions return one thing each, and None where nothing is said of them."""
    return _each(lambda step: {"ret": encode(returned.get(step["fn"]))})


def careless(cases: Sequence[Case]) -> dict[str, Player]:
    """Return players without a thought: one result for all calls, the argument back, each function's first answer."""
    alike = {"zero": 0, "one": 1.0, "yes": True, "an empty list": [], "an empty text": ""}
    players = {
        f"every function returns {name}": _each(_always({"ret": encode(value)})) for name, value in alike.items()
    }
    players["every function raises ValueError"] = _each(_always(REFUSAL))
    players["every function returns its first argument"] = _each(_first_argument)
    players["every function returns what is right for its first call"] = _each(_first_answers(cases))
    return players


REFUSAL = {"error": {"type": "ValueError", "names": ["ValueError"]}}
Result = dict[str, Any]


def _each(result_of: Callable[[Message], Result]) -> Player:
    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [result_of(step) for step in message["steps"]], "cpu_s": 0.0}

    return play


def _always(result: Result) -> Callable[[Message], Result]:
    return lambda step: result


def _first_argument(step: Message) -> Result:
    return {"ret": (step.get("args") or [None])[0]}


def _first_answers(cases: Sequence[Case]) -> Callable[[Message], Result]:
    first: dict[str, Result] = {}
    for case in cases:
        for step in case.steps:
            if step.rule is not None and step.rule["check"] != "raises":
                first.setdefault(step.fn, _expected(step))
    return lambda step: first.get(step["fn"], {"ret": None})


def knowing(cases: Sequence[Case]) -> Player:
    """Return a player that gives the expected answer of every case, in the order in which they are put."""
    left = iter(cases)

    def play(message: Message) -> Message | None:
        if message["type"] != "case":
            return None
        return {"results": [_expected(step) for step in next(left).steps], "cpu_s": 0.0}

    return play


def _expected(step: Step) -> dict[str, Any]:
    if step.rule is None:
        return {"ret": None}
    if step.rule["check"] == "raises":
        return {"error": {"type": step.rule["expected"], "names": [step.rule["expected"]]}}
    return {"ret": encode(step.rule["expected"])}
