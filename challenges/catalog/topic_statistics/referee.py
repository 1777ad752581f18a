"""Puts every call and every mystery sample to the learner's functions and counts what passes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from challenges.catalog.topic_statistics.kit.properties import PROPERTIES
from challenges.evaluation import Evaluation
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib import players
from challenges.worlds.funclib.cases import read_cases
from challenges.worlds.funclib.examiner import Outcome, examine, remarks, replay, sheet

TRACKS = {"describing": 0.15, "probability": 0.20, "testing": 0.20, "believing": 0.15, "claims": 0.30}


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask every case, in the shuffled order of the mint."""
    cases = read_cases(episodes["cases.json"])
    outcomes = examine(dialogue, cases, slug="topic-statistics", properties=PROPERTIES)
    return Session(evaluation=_evaluation(outcomes), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that says of every sample that it is normal, and whose other functions return None."""
    return players.alike({"claim": {"family": "normal", "lo": 0.0, "hi": 0.0}})


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    return players.careless(read_cases(episodes["cases.json"]))


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows every answer, and the families of the samples."""
    return players.knowing(read_cases(episodes["cases.json"]))


def _evaluation(outcomes: list[Outcome]) -> Evaluation:
    """Return the marks, with the two halves of every claim about a mystery sample."""
    marks = sheet(outcomes, TRACKS)
    halves = np.array([_halves(outcome) for outcome in outcomes], dtype=np.float64)
    is_claim = np.array([outcome.case.track == "claims" for outcome in outcomes], dtype=np.int64)
    return replace(
        marks,
        truth={**marks.truth, "is_claim": is_claim},
        predictions={**marks.predictions, "right_family": halves[:, 0], "covered": halves[:, 1]},
    )


def _halves(outcome: Outcome) -> tuple[bool, bool]:
    """Return whether the family is right, and whether the interval holds the mean."""
    rule = outcome.case.steps[-1].rule
    if outcome.case.track != "claims" or rule is None or not isinstance(outcome.found, dict):
        return False, False
    expected = rule["expected"]
    ends = outcome.found.get("lo"), outcome.found.get("hi")
    lo, hi = (float(end) if isinstance(end, int | float) else np.nan for end in ends)
    family = outcome.found.get("family")
    return isinstance(family, str) and family == expected["family"], bool(lo <= expected["mean"] <= hi)
