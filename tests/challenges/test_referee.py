"""The referee's side of a conversation, against a channel whose every line and moment is written down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest

from challenges.referee import (
    MOST_FORGIVEN_S,
    ChannelEnded,
    ChannelTimedOut,
    Dialogue,
    Foul,
    FoulKind,
    InProcess,
    Message,
    array_from_json,
    array_to_json,
)

Reply = tuple[float, bytes | None]
"""Seconds until a line comes, and the line; None closes the channel."""


class ScriptedChannel:
    """Answers each message by a script, on a clock of its own."""

    def __init__(self, script: Callable[[Message], list[Reply]]) -> None:
        self.now = 0.0
        self.sent: list[Message] = []
        self.closed = False
        self._script = script
        self._waiting: list[tuple[float, bytes | None]] = []

    def clock(self) -> float:
        return self.now

    def send(self, line: bytes) -> None:
        if self.closed:
            raise ChannelEnded("exit status 1")
        message = orjson.loads(line)
        self.sent.append(message)
        self._waiting += [(self.now + delay, reply) for delay, reply in self._script(message)]

    def receive(self, timeout_s: float) -> bytes:
        if not self._waiting or self._waiting[0][0] > self.now + timeout_s:
            self.now += timeout_s
            raise ChannelTimedOut
        when, line = self._waiting.pop(0)
        self.now = max(self.now, when)
        if line is None:
            self.closed = True
            raise ChannelEnded("exit status 1")
        return line


def line(**fields: Any) -> bytes:
    return orjson.dumps(fields)


def talk(
    answers: Callable[[Message], list[Reply]], *, bank_s: float = 100.0, trip_s: float = 0.0
) -> tuple[Dialogue, ScriptedChannel]:
    """Return an opened dialogue; `answers` scripts what follows hello and the pings."""

    def script(message: Message) -> list[Reply]:
        match message["type"]:
            case "hello":
                return [(trip_s, line(type="ready", seq=message["seq"]))]
            case "ping":
                return [(trip_s, line(type="pong", seq=message["seq"]))]
            case "bye":
                return []
        return answers(message)

    channel = ScriptedChannel(script)
    dialogue = Dialogue(channel, bank_s=bank_s, clock=channel.clock)
    dialogue.open(challenge="toy")
    return dialogue, channel


def foul_of(call: Callable[[], Any]) -> Foul:
    with pytest.raises(Foul) as foul:
        call()
    return foul.value


def test_a_conversation_opens_with_hello_and_twenty_pings() -> None:
    _, channel = talk(lambda message: [])
    assert channel.sent[0] == {"type": "hello", "seq": 0, "challenge": "toy"}
    assert [message["type"] for message in channel.sent[1:]] == ["ping"] * 20
    assert [message["seq"] for message in channel.sent] == list(range(21))


def test_an_answer_repeats_seq_and_brings_its_fields() -> None:
    dialogue, channel = talk(lambda message: [(0.25, line(seq=message["seq"], col=3))])
    reply = dialogue.ask("move", timeout_s=1, board=[0, 1])
    assert channel.sent[-1] == {"type": "move", "seq": 21, "board": [0, 1]}
    assert reply.message == {"seq": 21, "col": 3}
    assert reply.elapsed_s == pytest.approx(0.25)


def test_what_is_told_has_no_seq_and_waits_for_nothing() -> None:
    dialogue, channel = talk(lambda message: [])
    dialogue.tell("label", tx="a", fraud=1)
    assert channel.sent[-1] == {"type": "label", "tx": "a", "fraud": 1}


def test_an_answer_in_time_is_kept_and_one_too_late_is_a_foul() -> None:
    dialogue, _ = talk(lambda message: [(1.0, line(seq=message["seq"]))])
    assert dialogue.ask("move", timeout_s=1.0).elapsed_s == pytest.approx(1.0)
    foul = foul_of(lambda: dialogue.ask("move", timeout_s=0.9))
    assert foul.kind is FoulKind.LATE
    assert foul.finding.code == "late"
    assert foul.finding.message == "no answer to 'move' (seq 22) within 0.9 s"


def test_a_late_answer_is_skipped_when_it_comes() -> None:
    delays = iter([0.5, 0.1])
    dialogue, _ = talk(lambda message: [(next(delays), line(seq=message["seq"], of=message["of"]))])
    assert foul_of(lambda: dialogue.ask("move", timeout_s=0.2, of="first")).kind is FoulKind.LATE
    assert dialogue.ask("move", timeout_s=2.0, of="second").message["of"] == "second"


def test_a_late_answer_cannot_be_given_twice() -> None:
    replies: list[list[Reply]] = [[], [(0.0, line(seq=21)), (0.0, line(seq=21))]]
    dialogue, _ = talk(lambda message: replies.pop(0))
    assert foul_of(lambda: dialogue.ask("move", timeout_s=0.2)).kind is FoulKind.LATE
    assert foul_of(lambda: dialogue.ask("move", timeout_s=0.2)).kind is FoulKind.GARBLED


def test_thinking_is_taken_from_the_bank_until_it_is_empty() -> None:
    dialogue, _ = talk(lambda message: [(0.4, line(seq=message["seq"]))], bank_s=1.0)
    dialogue.ask("move", timeout_s=9)
    dialogue.ask("move", timeout_s=9)
    assert dialogue.bank_left_s == pytest.approx(0.2)
    foul = foul_of(lambda: dialogue.ask("move", timeout_s=9))
    assert foul.kind is FoulKind.LATE
    assert foul.finding.expected == "0.2 s"
    assert dialogue.bank_left_s == pytest.approx(0.0)


def test_what_is_not_banked_costs_nothing() -> None:
    dialogue, _ = talk(lambda message: [(0.4, line(seq=message["seq"]))], bank_s=1.0)
    dialogue.ask("fit", timeout_s=9, banked=False)
    assert dialogue.bank_left_s == 1.0


def test_the_median_round_trip_is_taken_off() -> None:
    dialogue, _ = talk(lambda message: [(0.102, line(seq=message["seq"]))], trip_s=0.002)
    assert dialogue.ask("move", timeout_s=0.1).elapsed_s == pytest.approx(0.1)


def test_slow_pongs_buy_five_milliseconds_at_most() -> None:
    dialogue, _ = talk(lambda message: [(0.2, line(seq=message["seq"]))], trip_s=1.5)
    assert dialogue.ask("move", timeout_s=0.2).elapsed_s == pytest.approx(0.2 - MOST_FORGIVEN_S)
    assert foul_of(lambda: dialogue.ask("move", timeout_s=0.19)).kind is FoulKind.LATE


@pytest.mark.parametrize(
    "answer",
    [
        b"hello there",
        b"",
        b"[21]",
        b"21",
        b"null",
        b'{"col": 3}',
        b'{"seq": 20, "col": 3}',
        b'{"seq": 22, "col": 3}',
        b'{"seq": "21"}',
        b'{"seq": NaN}',
        b"\xff\xfe",
        b'{"seq": 21',
        b'{"seq": [21]}',
        b'{"seq": 21.0}',
        b'{"seq": {"a": 1}}',
        b"[" * 5000,
        b'{"seq": 20, "deep": ' + b"[" * 900 + b"]" * 900 + b"}",
    ],
)
def test_an_answer_that_is_none_is_garbled(answer: bytes) -> None:
    dialogue, _ = talk(lambda message: [(0.0, answer)])
    foul = foul_of(lambda: dialogue.ask("move", timeout_s=1))
    assert foul.kind is FoulKind.GARBLED
    assert foul.finding.code == "garbled"
    assert len(foul.finding.message) < 300


def test_true_does_not_pass_for_one() -> None:
    channel = ScriptedChannel(
        lambda message: [(0.0, line(type="ready", seq=0) if message["type"] == "hello" else b'{"seq": true}')]
    )
    with pytest.raises(Foul, match="must repeat seq 1"):
        Dialogue(channel, bank_s=1, clock=channel.clock).open()


def test_printed_notes_are_garbled_with_a_hint() -> None:
    dialogue, _ = talk(lambda message: [(0.0, b"thinking about move 3")])
    message = foul_of(lambda: dialogue.ask("move", timeout_s=1)).finding.message
    assert "thinking about move 3" in message
    assert "stderr" in message


def test_a_first_answer_that_is_not_ready_is_garbled() -> None:
    channel = ScriptedChannel(lambda message: [(0.0, line(type="hi", seq=0))])
    with pytest.raises(Foul, match="the first answer must be"):
        Dialogue(channel, bank_s=1, clock=channel.clock).open()


def test_a_program_that_never_says_ready_is_late() -> None:
    channel = ScriptedChannel(lambda message: [])
    with pytest.raises(Foul) as foul:
        Dialogue(channel, bank_s=1, ready_s=3, clock=channel.clock).open()
    assert foul.value.kind is FoulKind.LATE
    assert channel.now == pytest.approx(3)


def test_a_program_that_ends_early_is_told_so() -> None:
    dialogue, _ = talk(lambda message: [(0.0, None)])
    foul = foul_of(lambda: dialogue.ask("move", timeout_s=1))
    assert foul.kind is FoulKind.ENDED
    assert foul.finding.message == "the program ended before the conversation was over: exit status 1"
    assert foul_of(lambda: dialogue.tell("label")).kind is FoulKind.ENDED


def test_leaving_says_bye_even_to_one_who_has_left() -> None:
    dialogue, channel = talk(lambda message: [])
    with dialogue:
        pass
    assert channel.sent[-1] == {"type": "bye"}
    channel.closed = True
    with dialogue:
        pass


def test_a_player_in_our_own_process_speaks_the_same_protocol() -> None:
    heard = []

    def player(message: Message) -> Message | None:
        heard.append(message["type"])
        return {"double": 2 * message["of"]} if message["type"] == "number" else None

    with Dialogue(InProcess(player), bank_s=10) as dialogue:
        dialogue.open()
        assert dialogue.ask("number", timeout_s=1, of=21).message["double"] == 42
        dialogue.tell("note")
        assert foul_of(lambda: dialogue.ask("riddle", timeout_s=0.01)).kind is FoulKind.LATE
    assert heard == ["hello", "number", "note", "riddle", "bye"]


@pytest.mark.parametrize(
    "array", [np.arange(6.0).reshape(2, 3), np.array([1, -2], dtype=">i4"), np.zeros((0, 4)), np.array(7.5)]
)
def test_arrays_travel_unchanged(array: Any) -> None:
    there = array_to_json(array)
    back = array_from_json(orjson.loads(orjson.dumps(there)))
    assert back.shape == array.shape
    assert back.tolist() == array.tolist()
    assert there["dtype"].startswith(("<", "|"))


@pytest.mark.parametrize(
    "value",
    [
        3,
        {"dtype": "<f8", "shape": [1]},
        {"dtype": "O", "shape": [1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<U3", "shape": [1], "b64": "AAAAAAAAAAAAAAAA"},
        {"dtype": "no such", "shape": [1], "b64": ""},
        {"dtype": "<f8", "shape": [2], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": ["x"], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": None, "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [1], "b64": "!!!"},
        {"dtype": "<f8", "shape": [1], "b64": 5},
        {"dtype": "<f8", "shape": [1], "b64": "AAAA"},
        {"dtype": "<f8", "shape": [-1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [True], "b64": "AAAAAAAAAAA="},
        {"dtype": "<<f8", "shape": [1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [1], "b64": "\u00e4AAAAAAAAAA="},
        {"dtype": "<f8,<f8", "shape": [1], "b64": "AAAAAAAAAAA="},
        {"dtype": "<f8", "shape": [10**30], "b64": "AAAAAAAAAAA="},
    ],
)
def test_what_is_no_array_is_a_value_error(value: Any) -> None:
    with pytest.raises(ValueError, match=r"."):
        array_from_json(value)
