"""Calls the learner's calculus on hidden expressions, and lets it ask its way down hidden valleys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from challenges.catalog.topic_calculus.data import TRACKS
from challenges.catalog.topic_calculus.kit.properties import PROPERTIES, oracle
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, holds, read_cases
from challenges.worlds.funclib.examiner import examine, remarks, replay, sheet
from challenges.worlds.funclib.players import careless, knowing, silent


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Put every case, in the shuffled order of the mint."""
    outcomes = examine(
        dialogue, read_cases(episodes["cases.json"]), slug="topic-calculus", properties=PROPERTIES, oracle=oracle
    )
    return Session(evaluation=sheet(outcomes, TRACKS), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player whose functions return nothing."""
    return silent


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    return careless([_answered(case) for case in read_cases(episodes["cases.json"])])


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows all answers and the lowest point of every valley."""
    return knowing([_answered(case) for case in read_cases(episodes["cases.json"])])


def _answered(case: Case) -> Case:
    """A valley's rule holds the whole valley; the right answer is its center."""
    if case.secret is None:
        return case
    return replace(case, steps=tuple(replace(step, rule=holds("deep", case.secret["center"])) for step in case.steps))
