from __future__ import annotations

import pytest

from sandbox import progress
from sandbox.progress import Progress


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def test_a_line_of_progress_is_a_percentage(clock: list[float]) -> None:
    assert Progress().feed(b"reading\nprogress 3/12\n") == 25


def test_a_line_may_come_in_pieces(clock: list[float]) -> None:
    reader = Progress()
    assert [reader.feed(piece) for piece in (b"prog", b"ress 1", b"/2", b"\n")] == [None, None, None, 50]


def test_progress_is_told_once_a_second_and_only_rises(clock: list[float]) -> None:
    reader = Progress()
    told = []
    for at, text in (
        (0.0, b"progress 1/10\n"),
        (0.5, b"progress 2/10\n"),
        (1.5, b"progress 1/10\n"),
        (1.6, b"progress 3/10\n"),
    ):
        clock[0] = 100.0 + at
        told.append(reader.feed(text))
    assert told == [10, None, None, 30]


@pytest.mark.parametrize(
    "line",
    [
        b"progress 1/0",
        b"progress -1/2",
        b"progress 1/2 and the answer is 7",
        b" progress 1/2",
        b"progress 0.5",
        b"progress 1234567890/2",
        b"PROGRESS 1/2",
        "progress \u0661/2".encode(),
    ],
)
def test_nothing_else_is_taken_for_progress(clock: list[float], line: bytes) -> None:
    assert Progress().feed(line + b"\n") is None


def test_more_than_all_is_all(clock: list[float]) -> None:
    assert Progress().feed(b"progress 7/2\n") == 100


def test_a_line_without_end_is_not_kept(clock: list[float]) -> None:
    reader = Progress()
    for _ in range(1000):
        reader.feed(b"x" * 1000)
    assert len(reader._rest) <= progress.KEPT_BYTES
