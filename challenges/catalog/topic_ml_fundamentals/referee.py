"""Calls the learner's functions on hidden cases: losses, optimisers, small data sets and noisy landscapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from challenges.catalog.topic_ml_fundamentals.data import TRACKS
from challenges.catalog.topic_ml_fundamentals.kit.properties import PROPERTIES, oracle
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, holds, read_cases
from challenges.worlds.funclib.examiner import examine, remarks, replay, sheet
from challenges.worlds.funclib.players import careless, knowing, silent


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Put every case, in the shuffled order of the mint."""
    cases = read_cases(episodes["cases.json"])
    outcomes = examine(dialogue, cases, slug="topic-ml-fundamentals", properties=PROPERTIES, oracle=oracle)
    return Session(evaluation=sheet(outcomes, TRACKS), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player whose functions return nothing."""
    return silent


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    return careless([_answered(case) for case in read_cases(episodes["cases.json"])])


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows all answers, the functions without noise, and the lowest points."""
    return knowing([_answered(case) for case in read_cases(episodes["cases.json"])])


def _answered(case: Case) -> Case:
    """The rules of `generalise` and `optimise` hold more than an answer; the answer is in them."""
    (step,) = case.steps
    if case.function == "generalise" and step.rule is not None:
        return replace(case, steps=(replace(step, rule=holds("close", step.rule["expected"]["truth"])),))
    if case.function == "optimise":
        bottom = np.array(case.secret["center"])
        if case.secret["form"] == "saddle":
            bottom = bottom + np.array(case.secret["axes"])[0]
        return replace(case, steps=(replace(step, rule=holds("deep", bottom)),))
    return case
