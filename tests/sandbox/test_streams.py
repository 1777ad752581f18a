"""Bytes on their way."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.box import Stream
from sandbox.streams import SocketWire, Tail


def test_the_last_bytes_are_kept_and_the_rest_is_counted() -> None:
    tail = Tail(4)
    for _ in range(100_000):
        tail.feed(b"abcdef")
    assert tail.text() == "[599996 bytes before this were cut]\ncdef"


def test_a_short_log_is_kept_as_it_is() -> None:
    tail = Tail(100)
    tail.feed("grün\n".encode())
    assert tail.text() == "grün\n"


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"\x1b[1;31mred\x1b[0m", "red"),
        (b"\x1b]0;title\x07x", "x"),
        (b"10%\r20%\r\n", "10%\n20%\n"),
        (b"bell\x07\x00", "bell"),
        (b"\xff", "\ufffd"),
        (b"\xc2\x9bcsi", "csi"),
    ],
)
def test_a_log_is_plain_text(raw: bytes, text: str) -> None:
    tail = Tail(100)
    tail.feed(raw)
    assert tail.text() == text


@given(limit=st.integers(0, 50), chunks=st.lists(st.binary(max_size=40)))
def test_a_tail_holds_the_end_of_everything(limit: int, chunks: list[bytes]) -> None:
    tail = Tail(limit)
    for chunk in chunks:
        tail.feed(chunk.translate(None, bytes(range(32)) + bytes(range(127, 256))))
    whole = b"".join(chunks).translate(None, bytes(range(32)) + bytes(range(127, 256))).decode()
    assert tail.text().endswith(whole[-limit:] if limit else "")
    assert tail.total_bytes == len(whole)


frames = st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=30)))


@given(frames=frames, cut=st.integers(1, 17))
def test_frames_of_the_engine_are_put_together_however_they_are_cut(frames: list[tuple[int, bytes]], cut: int) -> None:
    raw = b"".join(bytes([stream, 0, 0, 0]) + len(data).to_bytes(4, "big") + data for stream, data in frames)
    ours, engine = socket.socketpair()
    with ours, engine:
        wire = SocketWire(ours)
        heard = {Stream.OUT: b"", Stream.ERR: b""}
        for start in range(0, len(raw), cut):
            engine.sendall(raw[start : start + cut])
            for chunk in wire.read(ours.fileno()):
                heard[chunk.stream] += chunk.data
        engine.close()
        assert wire.read(ours.fileno()) == []
        assert wire.readable() == []
    assert heard[Stream.OUT] == b"".join(data for stream, data in frames if stream == 1)
    assert heard[Stream.ERR] == b"".join(data for stream, data in frames if stream == 2)
