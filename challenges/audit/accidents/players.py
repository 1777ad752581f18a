"""Careless players of a conversation, as its referee names them."""

from __future__ import annotations

from collections.abc import Iterator

from challenges.anchors import play
from challenges.audit.accidents.types import Accident
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.spec import Size


def careless(challenge: Challenge, paper: Minted, size: Size) -> Iterator[Accident]:
    """Yield what careless players achieve. Raises ValueError for a challenge without a referee."""
    if challenge.referee is None:
        raise ValueError(f"{challenge.spec.slug} has no referee")
    episodes = paper.episodes()
    for name, player in challenge.referee.careless_players(episodes).items():
        yield Accident(name=name, evaluation=play(challenge, episodes, size, player))
