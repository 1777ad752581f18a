"""Puts every call, torn table and cloud to the learner's functions and counts what passes."""

from __future__ import annotations

from collections.abc import Mapping

from challenges.catalog.topic_linear_algebra.kit.properties import PROPERTIES
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib import players
from challenges.worlds.funclib.cases import read_cases
from challenges.worlds.funclib.examiner import examine, remarks, replay, sheet

TRACKS = {"vectors": 0.15, "matrices": 0.15, "solving": 0.25, "eigenvalues": 0.15, "restoring": 0.30}


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask every case, in the shuffled order of the mint."""
    cases = read_cases(episodes["cases.json"])
    outcomes = examine(dialogue, cases, slug="topic-linear-algebra", properties=PROPERTIES)
    return Session(evaluation=sheet(outcomes, TRACKS), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player whose functions all return None."""
    return players.silent


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    return players.careless(read_cases(episodes["cases.json"]))


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows every answer, and what tables and clouds were."""
    return players.knowing(read_cases(episodes["cases.json"]))
