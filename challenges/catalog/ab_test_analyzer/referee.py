"""Three acts of one desk: calls of a toolkit, finished tests to read, live tests to watch day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from challenges.catalog.ab_test_analyzer.data import TRACKS
from challenges.catalog.ab_test_analyzer.kit.properties import HORIZON, PROPERTIES, best, oracle, utility
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Message, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, holds, read_cases
from challenges.worlds.funclib.examiner import Outcome, examine, remarks, replay, sheet
from challenges.worlds.funclib.players import alike, careless, knowing

DECISIONS = ("stop", "ship")
NOTHING_FOUND = {"valid": True, "effect": 0.0, "lo": -0.05, "hi": 0.05, "ship": False}
"""Lifts are small, so an interval that is the same for every test holds many of them."""


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Put every case of every act, in the shuffled order of the mint."""
    cases = read_cases(episodes["cases.json"])
    outcomes = examine(dialogue, cases, slug="ab-test-analyzer", properties=PROPERTIES, oracle=oracle)
    outcomes = [_counted(outcome) for outcome in outcomes]
    return Session(
        evaluation=_evaluation(outcomes),
        remarks=remarks(outcomes),
        replay={**replay(outcomes), "live": _live(outcomes)},
    )


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that reads every test alike: sound, nothing found, five percent up or down, not worth it."""
    return alike({"read": NOTHING_FOUND})


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    found, shipped = NOTHING_FOUND | {"ship": True}, {"decision": "ship", "day": 0}
    return {
        **careless([_answered(case) for case in read_cases(episodes["cases.json"])]),
        "every test is broken": alike({"read": NOTHING_FOUND | {"valid": False}}),
        "everything is shipped at once": alike({"read": found, "watch": shipped}),
        "nothing is ever found, for certain": alike({"read": NOTHING_FOUND | {"lo": 0.0, "hi": 0.0}}),
    }


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows all answers and all lifts."""
    cases = read_cases(episodes["cases.json"])
    return _Knowing(knowing([_answered(case) for case in cases]), iter(cases))


class _Knowing:
    """Answers at once, but for live tests, of which it first asks for as many days as are worth having."""

    def __init__(self, answers: Player, cases: Iterator[Case]) -> None:
        self._answers = answers
        self._cases = cases
        self._held: Message | None = None
        self._days_left = 0

    def __call__(self, message: Message) -> Message | None:
        if message["type"] == "case":
            case = next(self._cases)
            self._held = self._answers(message)
            self._days_left = 0 if case.secret is None else _best_decision(case.secret)["day"]
        if message["type"] not in ("case", "told"):
            return None
        if self._days_left == 0:
            return self._held
        self._days_left -= 1
        return {"ask": "next day"}


def _answered(case: Case) -> Case:
    """The rules of read-outs and live tests hold the truth; what a learner would say of it is worked out here."""
    step = case.steps[0]
    if case.function == "read" and step.rule is not None:
        truth = step.rule["expected"]
        said = {"valid": truth["valid"], "effect": truth["lift"], "lo": truth["lift"], "hi": truth["lift"]}
        return replace(
            case, steps=(replace(step, rule=holds("honest", said | {"ship": truth["lift"] > truth["cost"]})),)
        )
    if case.act == "live":
        return replace(case, steps=(replace(step, rule=holds("worthwhile", _best_decision(case.secret))),))
    return case


def _best_decision(test: dict[str, Any]) -> dict[str, Any]:
    choices = [{"decision": word, "day": day} for word in DECISIONS for day in range(HORIZON + 1)]
    return max(choices, key=lambda choice: utility(test, shipped=choice["decision"] == "ship", day=choice["day"]))


def _counted(outcome: Outcome) -> Outcome:
    """A live decision counts where it is one, on the day that was really reached."""
    if outcome.case.act != "live" or outcome.trouble is not None or _is_decision(outcome):
        return outcome
    expected = 'expected {"decision": "ship" or "stop", "day": how many days it asked for}'
    return replace(outcome, credit=0.0, trouble=f"returned another thing; {expected}")


def _is_decision(outcome: Outcome) -> bool:
    found = outcome.found
    return isinstance(found, dict) and found.get("decision") in DECISIONS and found.get("day") == outcome.questions


def _earned(outcome: Outcome) -> float:
    """Return the utility of a live test; nothing where no decision was made, as if it had been stopped at once."""
    if outcome.case.act != "live" or outcome.trouble is not None:
        return 0.0
    return utility(outcome.case.secret, shipped=_has_shipped(outcome), day=outcome.questions)


def _has_shipped(outcome: Outcome) -> bool:
    return outcome.trouble is None and isinstance(outcome.found, dict) and outcome.found.get("decision") == "ship"


def _evaluation(outcomes: list[Outcome]) -> Evaluation:
    """Return the marks, with what live tests earned and could have earned, and how honest the intervals were."""
    marks = sheet(outcomes, TRACKS)
    live = [outcome.case.secret if outcome.case.act == "live" else None for outcome in outcomes]
    idle = [test is not None and test["lift"] == test["novelty"] == 0 for test in live]
    truths = [_lift_of(outcome.case) for outcome in outcomes]
    return replace(
        marks,
        truth={
            **marks.truth,
            "best": np.array([0.0 if test is None else best(test) for test in live]),
            "idle": np.array(idle, dtype=np.float64),
            "valid": np.array([lift is not None for lift in truths], dtype=np.float64),
        },
        predictions={
            **marks.predictions,
            "earned": np.array([_earned(outcome) for outcome in outcomes]),
            "left_alone": np.array([not _has_shipped(outcome) for outcome in outcomes], dtype=np.float64),
            "covered": np.array([_covers(*pair) for pair in zip(outcomes, truths, strict=True)], dtype=np.float64),
        },
    )


def _lift_of(case: Case) -> float | None:
    """Return the lift of a valid finished test."""
    rule = case.steps[0].rule
    if case.function != "read" or rule is None or not rule["expected"]["valid"]:
        return None
    return float(rule["expected"]["lift"])


def _covers(outcome: Outcome, lift: float | None) -> bool:
    if lift is None or not isinstance(outcome.found, dict):
        return False
    ends = outcome.found.get("lo"), outcome.found.get("hi")
    low, high = (float(end) if isinstance(end, (int, float)) else np.nan for end in ends)
    return bool(low <= lift <= high)


def _live(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return, for the result page, on which days public live tests ended, and what was gained of what could be."""
    shown = [outcome for outcome in outcomes if outcome.case.act == "live" and outcome.case.public]
    return {
        "days_to_ship": [outcome.questions for outcome in shown if _has_shipped(outcome)],
        "days_to_stop": [outcome.questions for outcome in shown if not _has_shipped(outcome)],
        "earned": round(sum(map(_earned, shown)), 4),
        "best": round(sum(best(outcome.case.secret) for outcome in shown), 4),
    }
