"""The referee's side: puts every case to the learner's program and notes what it earned.

What a function raises, returns wrongly or takes too long for costs its case only. A broken conversation (garbled,
ended) stays what it is: a Foul.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Foul, FoulKind, Message, Reply
from challenges.worlds.funclib.cases import Case, Step, weights
from challenges.worlds.funclib.kit.kit_checks import Property, credit, raised
from challenges.worlds.funclib.kit.kit_values import decode, encode

MOST_REMARKS = 12
SPARE_S = 3.0
"""The harness interrupts a case after four times its processor time on the clock; the referee waits a little longer."""

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What a value can raise that no harness of ours has sent, when it is decoded or looked at."""

Oracle = Callable[[Any], Any]
"""Question -> answer. Raises ValueError, whose text the learner reads, for a question of another form."""
OracleOf = Callable[[str, Any], Oracle]
"""(function, the case's secret) -> a fresh oracle; kit/oracles.py of a challenge calls it `oracle`."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one case came to."""

    case: Case
    credit: float
    """0..1."""
    trouble: str | None = None
    """For the learner: no content of the case."""
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    """Most memory that the program has held since its start."""
    questions: int = 0
    found: Any = None
    """What the last step returned, where it returned."""


class Failed(Exception):
    """A case that earns nothing; the text is for the learner."""


def examine(
    dialogue: Dialogue,
    cases: Sequence[Case],
    *,
    slug: str,
    properties: Mapping[str, Property] | None = None,
    oracle: OracleOf | None = None,
) -> list[Outcome]:
    """Open the conversation, put all cases, and return what each earned. Raises Foul, but for late answers."""
    acts = sorted({case.act for case in cases})
    dialogue.open(challenge=slug, acts=acts, cases=len(cases))
    outcomes: list[Outcome] = []
    missing: set[str] = set()
    for case in cases:
        if case.act in missing:
            outcomes.append(Outcome(case=case, credit=0.0, trouble=f"{case.act}.py is not in your hand-in"))
            continue
        outcome = _put(dialogue, case, properties or {}, oracle)
        if outcome.trouble == f"{case.act}.py is not in your hand-in":
            missing.add(case.act)
        outcomes.append(outcome)
    return outcomes


def sheet(outcomes: Sequence[Outcome], tracks: Mapping[str, float]) -> Evaluation:
    """Return the marks as `checks_passed` takes them: truth `weight` (all) and one column for each track,
    predictions `credit`; beside them `seconds` of processor time, `peak_mb` of memory and, where the truth's `asks`
    says that a case may ask, how many `questions` it asked."""
    cases = [outcome.case for outcome in outcomes]
    weight = weights(cases, tracks)
    of_track = {track: weight * np.array([case.track == track for case in cases]) for track in tracks}
    return Evaluation(
        truth={
            "weight": weight,
            "asks": np.array([int(any(step.asks for step in case.steps)) for case in cases]),
            **of_track,
        },
        predictions={
            "credit": np.array([outcome.credit for outcome in outcomes]),
            "seconds": np.array([outcome.cpu_s for outcome in outcomes]),
            "peak_mb": np.array([outcome.peak_mb for outcome in outcomes]),
            "questions": np.array([float(outcome.questions) for outcome in outcomes]),
        },
        public=np.array([case.public for case in cases]),
        unit=np.arange(len(cases)),
    )


def remarks(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return sentences on the public cases: one for each function that is not all right, without any content."""
    absent = dict.fromkeys(f"{outcome.trouble}: its part earns nothing." for outcome in outcomes if _is_absent(outcome))
    said = [
        f"{function}: {sum(one.credit >= 1 for one in own)} of {len(own)} public cases right; first that went wrong:"
        f" {_first_wrong(own)}."
        for function, own in _by_function(outcomes).items()
        if not all(one.credit >= 1 for one in own) and not any(map(_is_absent, own))
    ]
    more = (f"And {len(said) - MOST_REMARKS} functions more.",) if len(said) > MOST_REMARKS else ()
    return (*absent, *said[:MOST_REMARKS], *more)


def replay(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Return the tick list of the public cases for the result page."""
    return {
        "functions": [
            {
                "function": function,
                "track": own[0].case.track,
                "right": sum(one.credit >= 1 for one in own),
                "cases": len(own),
                "first_wrong": None if all(one.credit >= 1 for one in own) else _first_wrong(own),
            }
            for function, own in _by_function(outcomes).items()
        ]
    }


def _is_absent(outcome: Outcome) -> bool:
    return outcome.trouble == f"{outcome.case.act}.py is not in your hand-in"


def _by_function(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    public: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda one: (one.case.track, one.case.function, one.case.kind)):
        if outcome.case.public:
            public.setdefault(outcome.case.function, []).append(outcome)
    return public


def _first_wrong(outcomes: Sequence[Outcome]) -> str:
    wrong = next(one for one in outcomes if one.credit < 1)
    return f"{wrong.case.kind} ({wrong.trouble or 'another answer'})"


def _put(dialogue: Dialogue, case: Case, properties: Mapping[str, Property], oracle: OracleOf | None) -> Outcome:
    asked, cpu_s, peak_mb = 0, 0.0, 0.0
    try:
        steps = [step.message() for step in case.steps]
        reply = _ask(dialogue, case, "case", act=case.act, limit_s=case.limit_s, steps=steps)
        if "ask" in reply.message:
            reply, asked = _answer_questions(dialogue, case, reply, oracle)
        cpu_s, peak_mb = _figure(reply.message, "cpu_s"), _figure(reply.message, "peak_mb")
        results = _results(case, reply.message)
        earned = [_credit(step, result, properties) for step, result in zip(case.steps, results, strict=True)]
        found = _returned(results[-1])
    except Failed as failed:
        return Outcome(case=case, credit=0.0, trouble=str(failed), cpu_s=cpu_s, peak_mb=peak_mb, questions=asked)
    return Outcome(case=case, credit=min(earned), cpu_s=cpu_s, peak_mb=peak_mb, questions=asked, found=found)


def _ask(dialogue: Dialogue, case: Case, type_: str, **fields: Any) -> Reply:
    wait_s = 4 * case.limit_s + 1 + SPARE_S
    try:
        return dialogue.ask(type_, timeout_s=wait_s, **fields)
    except Foul as foul:
        if foul.kind is not FoulKind.LATE:
            raise
        raise Failed("gave no answer in time") from None


def _answer_questions(dialogue: Dialogue, case: Case, reply: Reply, oracle: OracleOf | None) -> tuple[Reply, int]:
    """Answer what the learner's function asks, up to its budget; return its last word and how much was asked."""
    budget = max(step.asks for step in case.steps)
    if oracle is None or budget == 0:
        raise Failed("asked where nothing can be asked")
    answer = oracle(case.function, case.secret)
    asked = 0
    while "ask" in reply.message:
        if asked >= budget:
            reply = _ask(dialogue, case, "told", refused=f"the budget of {budget} questions is spent")
            continue
        asked += 1
        try:
            told = {"reply": encode(answer(decode(reply.message["ask"])))}
        except UNREADABLE as error:
            told = {"refused": str(error)[:200]}
        reply = _ask(dialogue, case, "told", **told)
    return reply, asked


def _figure(message: Message, name: str) -> float:
    """Return what the harness has measured; 0 where it says nothing that can be."""
    figure = message.get(name)
    return float(figure) if isinstance(figure, int | float) and 0 <= figure < 1e5 else 0.0


def _results(case: Case, message: Message) -> list[Message]:
    """Return one result for each step. Raises Failed where the case as a whole has none."""
    match message.get("failed"):
        case None:
            pass
        case "Missing":
            raise Failed(f"{case.act}.py is not in your hand-in")
        case _:
            raise Failed("returned too much to be sent")
    results = message.get("results")
    if not isinstance(results, list) or not results or not all(isinstance(result, dict) for result in results):
        raise Failed("did not answer as the harness does")
    if isinstance(results[-1].get("error"), dict) and results[-1]["error"].get("type") == "TooSlow":
        raise Failed(f"took more than {case.limit_s:g} s")
    if len(results) != len(case.steps):
        raise Failed("did not answer as the harness does")
    return results


def _credit(step: Step, result: Message, properties: Mapping[str, Property]) -> float:
    """Return what a step earns. Raises Failed where it raised and should not have."""
    if "error" in result:
        error = result["error"] if isinstance(result["error"], dict) else {}
        names = error.get("names")
        if step.rule is not None and isinstance(names, list) and raised(step.rule, names):
            return 1.0
        raise Failed(_said_of(step, error))
    if step.rule is None:
        return 1.0
    if step.rule["check"] == "raises":
        raise Failed(f"expected {step.rule['expected']}")
    return credit(step.rule, _returned(result), list(step.args), properties)


def _returned(result: Message) -> Any:
    try:
        return decode(result.get("ret"))
    except UNREADABLE:
        raise Failed("returned something that cannot be read") from None


def _said_of(step: Step, error: Mapping[str, Any]) -> str:
    """Return exception class and line only: a message could carry hidden data out."""
    if error.get("type") == "NotDefined":
        return f"{step.fn} is not defined"
    name, line, file = str(error.get("type")), error.get("line"), str(error.get("file"))
    shown = name if re.fullmatch(r"[A-Za-z_]{1,40}", name) else "an error"
    if isinstance(line, int) and 0 < line < 100_000 and re.fullmatch(r"[a-z_]{1,30}\.py", file):
        return f"raised {shown} in line {line} of {file}"
    return f"raised {shown}"
