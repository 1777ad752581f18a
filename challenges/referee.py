"""The trusted side of a conversation: JSON lines, our clock, every rule of the protocol in one place.

    referee                                   learner's program
      {"type": "hello", "seq": 0, ...}   ──>
                                         <──  {"type": "ready", "seq": 0}
      {"type": "ping", "seq": 1}         ──>                             the median round trip is taken off later clocks
                                         <──  {"type": "pong", "seq": 1}
      {"type": "move", "seq": 21, ...}   ──>
                                         <──  {"seq": 21, ...}                 an answer repeats seq
      {"type": "label", ...}             ──>                                   told, not asked: no seq, no answer
      {"type": "bye"}                    ──>

One object a line, UTF-8. Arrays travel as {"dtype": "<f8", "shape": [..], "b64": ".."}, little endian, C order.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from types import TracebackType
from typing import Any, Protocol, Self

import numpy as np
import orjson
from numpy.typing import NDArray

from challenges.errors import Finding
from challenges.evaluation import Evaluation
from challenges.spec import Size

Message = dict[str, Any]

PINGS = 20
MOST_FORGIVEN_S = 0.005
"""A slow pong cannot buy more than this on every later deadline."""


class ChannelTimedOut(Exception):
    """No line before the deadline."""


class ChannelEnded(Exception):
    """The learner's program closed its side, or sent a line longer than the cap."""


class Channel(Protocol):
    """Lines to and from the learner's program."""

    def send(self, line: bytes) -> None:
        """Write one line. Raises ChannelEnded."""

    def receive(self, timeout_s: float) -> bytes:
        """Return the next line. Raises ChannelTimedOut, ChannelEnded."""


class FoulKind(StrEnum):
    GARBLED = "garbled"
    """Not an answer: broken JSON, wrong seq, missing field."""
    LATE = "late"
    ENDED = "ended"


class Foul(Exception):
    """The learner's program broke the protocol; a referee may catch LATE where its rules have a default."""

    def __init__(self, kind: FoulKind, finding: Finding) -> None:
        self.kind = kind
        self.finding = finding
        super().__init__(finding.message)


@dataclass(frozen=True)
class Reply:
    """An answer and the time it took, in seconds, net of the calibrated round trip."""

    message: Message
    elapsed_s: float


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a conversation amounts to."""

    evaluation: Evaluation
    remarks: tuple[str, ...] = ()
    """Sentences for the learner about public rows: late answers, lost games."""
    replay: Mapping[str, Any] | None = None
    """JSON for the result page."""


class RefereeModule(Protocol):
    """What referee.py of an interactive challenge defines."""

    def hold(self, dialogue: Dialogue, episodes: Mapping[str, bytes], size: Size) -> Session:
        """Converse from hello to bye and return what it amounts to. Raises Foul."""

    def floor_player(self, episodes: Mapping[str, bytes]) -> Player:
        """Return a player without skill, for the floor."""

    def careless_players(self, episodes: Mapping[str, bytes]) -> Mapping[str, Player]:
        """Return what anybody might try without a thought. Name -> player; none may beat the floor."""

    def ceiling_player(self, episodes: Mapping[str, bytes]) -> Player | None:
        """Return the best player that the referee itself knows, or None where the best score is the ceiling."""


Player = Callable[[Message], Message | None]
"""A learner in our own process: message -> answer (None for messages that are told, not asked)."""


class Dialogue:
    """A conversation with seq, deadlines and a time bank. Use as a context manager: leaving it says bye."""

    def __init__(
        self, channel: Channel, *, bank_s: float, ready_s: float = 20.0, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._channel = channel
        self._clock = clock
        self._ready_s = ready_s
        self._bank_s = bank_s
        self._seq = 0
        self._round_trip_s = 0.0
        self._late_seqs: set[int] = set()
        self.transcript_bytes = 0

    @property
    def bank_left_s(self) -> float:
        """Thinking time the learner has left for the whole conversation."""
        return self._bank_s

    def open(self, **hello: Any) -> None:
        """Say hello, wait for ready, calibrate the clock by pings. Raises Foul."""
        reply = self.ask("hello", timeout_s=self._ready_s, banked=False, **hello)
        if reply.message.get("type") != "ready":
            raise _garbled(f'the first answer must be {{"type": "ready", "seq": 0}}, found {_cut(reply.message)}')
        trips = [self.ask("ping", timeout_s=2.0, banked=False).elapsed_s for _ in range(PINGS)]
        self._round_trip_s = min(median(trips), MOST_FORGIVEN_S)

    def tell(self, type_: str, **fields: Any) -> None:
        """Send a message that needs no answer. Raises Foul when the program is gone."""
        self._send({"type": type_, **fields})

    def ask(self, type_: str, *, timeout_s: float, banked: bool = True, **fields: Any) -> Reply:
        """Send a message and return its answer.

        Raises Foul: LATE when no answer came within `timeout_s` (the late answer is skipped when it comes),
        or when the bank of the whole conversation is empty; GARBLED; ENDED.
        """
        seq, self._seq = self._seq, self._seq + 1
        self._send({"type": type_, "seq": seq, **fields})
        started = self._clock()
        allowed_s = min(timeout_s, self._bank_s) if banked else timeout_s
        try:
            message = self._receive(seq, started + allowed_s + self._round_trip_s)
        except ChannelTimedOut:
            self._late_seqs.add(seq)
            if banked:
                self._bank_s -= allowed_s
            raise Foul(
                FoulKind.LATE,
                Finding(
                    code="late",
                    message=f"no answer to {type_!r} (seq {seq}) within {allowed_s:.3g} s",
                    expected=f"{allowed_s:.3g} s",
                ),
            ) from None
        elapsed_s = max(self._clock() - started - self._round_trip_s, 0.0)
        if banked:
            self._bank_s -= elapsed_s
        return Reply(message, elapsed_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ChannelEnded):  # it may have left already; nothing hangs on this message
            self._channel.send(b'{"type":"bye"}')

    def _send(self, message: Message) -> None:
        line = orjson.dumps(message, option=orjson.OPT_SERIALIZE_NUMPY)
        self.transcript_bytes += len(line)
        try:
            self._channel.send(line)
        except ChannelEnded as error:
            raise _ended(str(error)) from error

    def _receive(self, seq: int, deadline: float) -> Message:
        while True:
            try:
                line = self._channel.receive(max(deadline - self._clock(), 0.0))
            except ChannelEnded as error:
                raise _ended(str(error)) from error
            self.transcript_bytes += len(line)
            message = _parsed(line)
            answered = message.get("seq")
            if type(answered) is not int:  # a list cannot be looked up, and True would pass for 1
                raise _garbled(f"an answer must repeat seq {seq}, found {_cut(message)}")
            if answered in self._late_seqs:
                self._late_seqs.discard(answered)
                continue
            if answered != seq:
                raise _garbled(f"an answer must repeat seq {seq}, found {_cut(message)}")
            return message


def _parsed(line: bytes) -> Message:
    try:
        message = orjson.loads(line)
    except orjson.JSONDecodeError:
        shown = line[:80].decode("utf-8", "replace")
        raise _garbled(f"expected one JSON object on a line, found {shown!r}; print notes to stderr instead") from None
    if not isinstance(message, dict):
        raise _garbled(f"expected one JSON object on a line, found {_cut(message)}")
    return message


def _cut(message: Any) -> str:
    try:
        text = orjson.dumps(message).decode()
    except TypeError:  # it reads lists nested deeper than it writes
        return "something nested very deep"
    return text if len(text) <= 120 else f"{text[:117]}..."


def _garbled(sentence: str) -> Foul:
    return Foul(FoulKind.GARBLED, Finding(code="garbled", message=sentence))


def _ended(reason: str) -> Foul:
    sentence = "the program ended before the conversation was over"
    return Foul(FoulKind.ENDED, Finding(code="ended", message=f"{sentence}: {reason}" if reason else sentence))


class InProcess:
    """A channel to a player in our own process: floors, ceilings and quick tests."""

    def __init__(self, player: Player) -> None:
        self._player = player
        self._answers: list[bytes] = []

    def send(self, line: bytes) -> None:
        message = orjson.loads(line)
        match message["type"]:
            case "hello":
                self._player(message)
                answer: Message | None = {"type": "ready"}
            case "ping":
                answer = {"type": "pong"}
            case _:
                answer = self._player(message)
        if answer is not None and "seq" in message:
            self._answers.append(orjson.dumps({"seq": message["seq"], **answer}, option=orjson.OPT_SERIALIZE_NUMPY))

    def receive(self, timeout_s: float) -> bytes:
        if not self._answers:
            raise ChannelTimedOut
        return self._answers.pop(0)


_DTYPES = frozenset({"f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"})


def array_to_json(array: NDArray[Any]) -> dict[str, Any]:
    """Return an array as it travels in a message."""
    little = np.asarray(array, dtype=array.dtype.newbyteorder("<"))
    return {"dtype": little.dtype.str, "shape": list(little.shape), "b64": base64.b64encode(little.tobytes()).decode()}


def array_from_json(value: Any) -> NDArray[Any]:
    """Return the array of a message. Raises ValueError saying what does not fit."""
    if not isinstance(value, dict) or not {"dtype", "shape", "b64"} <= value.keys():
        raise ValueError("an array is an object with dtype, shape and b64")
    dtype, shape, b64 = value["dtype"], value["shape"], value["b64"]
    if not isinstance(dtype, str) or dtype[-2:] not in _DTYPES or dtype[:-2] not in ("", "<", ">", "|", "="):
        raise ValueError(f"dtype {str(dtype)[:20]} is not a kind of number; expected one such as <f8")
    if not isinstance(shape, list) or not all(type(side) is int and 0 <= side < 2**31 for side in shape):
        raise ValueError(f"shape {str(shape)[:40]} is not a list of whole numbers")
    if not isinstance(b64, str):
        raise ValueError("b64 is not a text")
    raw = base64.b64decode(b64, validate=True)
    return np.frombuffer(raw, dtype=np.dtype(dtype)).reshape(shape)
