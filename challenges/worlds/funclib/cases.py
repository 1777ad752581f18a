"""Cases of the referee: short scripts of calls, each with the rule that says what is right.

    Case(function="median", kind="even number of values", steps=(call("median", [1, 2, 3, 4], rule=same(2.5)),))

A case earns what its worst step earns, so a yes-or-no question belongs into one case with its opposite.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from challenges.packing import json_bytes
from challenges.worlds.funclib.kit.kit_checks import ABS, REL
from challenges.worlds.funclib.kit.kit_values import decode, encode

Rule = Mapping[str, Any]
"""What kit_checks.credit understands; made by same, any_order, digits, raises and holds."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """One call and what must come of it."""

    fn: str
    """A function or class of the act's module, or of what `of` or `on` names."""
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    rule: Rule | None = None
    """None where the step only prepares the next; it fails the case only by raising."""
    of: str | None = None
    """Another module than the act: builtins, operator, or one of the kit."""
    on: str | None = None
    """An object that an earlier step has kept; `fn` is its method."""
    keep: str | None = None
    """Keeps the result under this name instead of sending it; Ref(name) among later args stands for it."""
    asks: int = 0
    """Questions that the function may ask the referee; above 0 it gets `ask` as its first argument."""

    def to_json(self) -> dict[str, Any]:
        """Return the step as it lies in a file."""
        told = {"of": self.of, "on": self.on, "keep": self.keep, "asks": self.asks or None}
        lists = {"args": encode(list(self.args)), "kwargs": encode(dict(self.kwargs))}
        rule = None if self.rule is None else {key: encode(value) for key, value in self.rule.items()}
        filled = {**{key: value for key, value in lists.items() if value}, **told, "rule": rule}
        return {"fn": self.fn, **{key: value for key, value in filled.items() if value is not None}}

    def message(self) -> dict[str, Any]:
        """Return what the harness is told: all but the rule."""
        return {key: value for key, value in self.to_json().items() if key != "rule"}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> Step:
        parts = dict(raw) | {key: decode(raw[key]) for key in ("args", "kwargs") if key in raw}
        if "rule" in raw:
            parts["rule"] = {key: decode(value) for key, value in raw["rule"].items()}
        return Step(**parts)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing that is asked of one function."""

    function: str
    """What the learner's tick list calls it; its cases share one weight."""
    kind: str
    """What is particular about the case, in words that may be shown: "empty list"."""
    steps: tuple[Step, ...]
    act: str = "solution"
    """The file that is asked, without .py."""
    track: str = "all"
    limit_s: float = 2.0
    """Processor time of all steps together."""
    public: bool = False
    secret: Any = None
    """What the oracle of a function that asks is made of; never sent."""

    def to_json(self) -> dict[str, Any]:
        told = {"function": self.function, "kind": self.kind, "act": self.act, "track": self.track}
        steps = [step.to_json() for step in self.steps]
        return {**told, "limit_s": self.limit_s, "public": self.public, "secret": encode(self.secret), "steps": steps}

    @staticmethod
    def from_json(raw: Mapping[str, Any]) -> Case:
        steps = tuple(Step.from_json(step) for step in raw["steps"])
        return Case(**{**raw, "steps": steps, "secret": decode(raw["secret"])})


def call(fn: str, *args: Any, rule: Rule | None = None, **kwargs: Any) -> Step:
    """Return a step that calls a function of the act."""
    return Step(fn=fn, args=args, kwargs=kwargs, rule=rule)


def same(expected: Any, *, rel: float = REL, abs_: float = ABS) -> Rule:
    """Numbers close, everything else equal; list, tuple and array are one."""
    return {"check": "same", "expected": expected, "rel": rel, "abs": abs_}


def any_order(expected: Sequence[Any], *, rel: float = REL, abs_: float = ABS) -> Rule:
    """The same items in any order."""
    return {"check": "any_order", "expected": list(expected), "rel": rel, "abs": abs_}


def digits(expected: Any, *, goal: float) -> Rule:
    """Credit in part: right digits of the worst number, of `goal`."""
    return {"check": "digits", "expected": expected, "goal": goal}


def raises(error: str) -> Rule:
    """The step raises this exception or one derived from it."""
    return {"check": "raises", "expected": error}


def holds(name: str, expected: Any = None) -> Rule:
    """A property of the challenge's own; `expected` is one right answer."""
    return {"check": "holds", "property": name, "expected": expected}


def split(cases: Sequence[Case], *, rng: np.random.Generator, public_share: float = 0.3) -> list[Case]:
    """Return the cases shuffled, about `public_share` of each function's (at least one) public.

    Raises ValueError for a function with a single case: it could not stand in both splits.
    """
    shuffled = [cases[place] for place in rng.permutation(len(cases))]
    counts = Counter(case.function for case in cases)
    lonely = next((function for function, count in counts.items() if count < 2), None)
    if lonely is not None:
        raise ValueError(f"{lonely} has one case; expected two at least, one for each split")
    left = {function: max(1, round(public_share * count)) for function, count in counts.items()}
    marked = []
    for case in shuffled:
        marked.append(replace(case, public=left[case.function] > 0))
        left[case.function] -= 1
    return marked


def cases_bytes(cases: Sequence[Case]) -> bytes:
    """Return cases as a file for the referee, or for practice."""
    return json_bytes([case.to_json() for case in cases])


def read_cases(data: bytes) -> list[Case]:
    return [Case.from_json(raw) for raw in orjson.loads(data)]


def weights(cases: Sequence[Case], tracks: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the weight of each case: a track's is shared by its functions, a function's by its cases of a split."""
    functions = {track: {case.function for case in cases if case.track == track} for track in tracks}
    counts = Counter((case.function, case.public) for case in cases)
    return np.array(
        [tracks[case.track] / len(functions[case.track]) / counts[case.function, case.public] for case in cases]
    )
