"""Players that give a right reply at the wrong time, for referees to say what carelessness earns."""

from __future__ import annotations

from collections.abc import Callable

from challenges.referee import Message, Player


def always_first(best: Player, *, kind: Callable[[Message], str]) -> Player:
    """Return a player that gives the first right reply to a kind of message for ever."""
    held: dict[str, Message] = {}

    def play(message: Message) -> Message | None:
        right = best(message)
        return None if right is None else held.setdefault(kind(message), right)

    return play


def one_behind(best: Player, *, kind: Callable[[Message], str]) -> Player:
    """Return a player that gives the right reply to the last message of a kind before this one."""
    held: dict[str, Message] = {}

    def play(message: Message) -> Message | None:
        right = best(message)
        if right is None:
            return None
        before = held.get(kind(message), right)
        held[kind(message)] = right
        return before

    return play
