"""Puts every case to the learner's functions and counts the checks that pass."""

from __future__ import annotations

from collections.abc import Mapping

from challenges.catalog.topic_programming.jobs import TRACKS
from challenges.referee import Dialogue, Player, Session
from challenges.spec import Size
from challenges.worlds.funclib import players
from challenges.worlds.funclib.cases import read_cases
from challenges.worlds.funclib.examiner import examine, remarks, replay, sheet


def hold(dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
    """Ask every case, in the shuffled order of the mint."""
    outcomes = examine(dialogue, read_cases(episodes["cases.json"]), slug="topic-programming")
    return Session(evaluation=sheet(outcomes, TRACKS), remarks=remarks(outcomes), replay=replay(outcomes))


def floor_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player whose functions all return None."""
    return players.silent


def careless_players(episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
    """Return players that answer every call in one and the same way."""
    return players.careless(read_cases(episodes["cases.json"]))


def ceiling_player(episodes: Mapping[str, bytes]) -> Player:
    """Return a player that knows every answer."""
    return players.knowing(read_cases(episodes["cases.json"]))
