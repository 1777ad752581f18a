"""Puts every call and every mystery sample to the learner's functions and counts what passes."""

from __future__ import annotations

from collections.abc import Mapping

from challenges.catalog.topic_statistics.kit.properties import PROPERTIES
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib import players
from challenges.worlds.funclib.cases import read_cases
from challenges.worlds.funclib.examiner import examine, remarks, replay, sheet

TRACKS = {"describing": 0.15, "probability": 0.20, "testing": 0.20, "believing": 0.15, "claims": 0.30}


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask every case, in the shuffled order of the mint."""
    cases = read_cases(episodes["cases.json"])
    outcomes = examine(dialogue, cases, slug="topic-statistics", properties=PROPERTIES)
    return Session(evaluation=sheet(outcomes, TRACKS), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player whose functions all return None."""
    return players.silent


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows every answer, and the families of the samples."""
    return players.knowing(read_cases(episodes["cases.json"]))
