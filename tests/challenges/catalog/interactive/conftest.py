"""A plain pipe to a learner's program, for the tests of interactive challenges: no sandbox, the same conversation."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from challenges.loader import Challenge
from challenges.minting import Dataset
from challenges.referee import ChannelEnded, ChannelTimedOut, Dialogue, Session
from challenges.spec import Size

PlayProgram = Callable[[Challenge, Dataset, Mapping[str, bytes]], Session]


class Pipe:
    """Lines to and from a program of ours, with deadlines."""

    def __init__(self, entry: Path, data: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, entry.name],
            cwd=entry.parent,
            env={**os.environ, "DATA_DIR": str(data), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self._kept = b""

    def send(self, line: bytes) -> None:
        assert self._process.stdin is not None
        rest = memoryview(line + b"\n")
        try:
            while rest:
                rest = rest[self._process.stdin.write(rest) :]
        except BrokenPipeError as error:
            raise ChannelEnded("") from error

    def receive(self, timeout_s: float) -> bytes:
        assert self._process.stdout is not None
        deadline = time.perf_counter() + timeout_s
        while b"\n" not in self._kept:
            ready, _, _ = select.select([self._process.stdout], [], [], max(deadline - time.perf_counter(), 0.0))
            if not ready:
                raise ChannelTimedOut
            part = os.read(self._process.stdout.fileno(), 1 << 20)
            if not part:
                raise ChannelEnded("")
            self._kept += part
        line, _, self._kept = self._kept.partition(b"\n")
        return line

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def play_program(tmp_path: Path) -> PlayProgram:
    """Return what a learner's files, with the kit laid over them, achieve against the referee."""

    def play(challenge: Challenge, dataset: Dataset, files: Mapping[str, bytes]) -> Session:
        assert challenge.referee is not None
        assert challenge.spec.program is not None
        work, data = tmp_path / "work", tmp_path / "data"
        for folder, contents in ((work, {**files, **challenge.files("kit")}), (data, dataset.public)):
            for name, content in contents.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
        program = challenge.spec.program
        with (
            closing(Pipe(work / program.entry, data)) as pipe,
            Dialogue(pipe, bank_s=program.wall_s.small, ready_s=program.ready_s) as dialogue,
        ):
            return challenge.referee.hold(dialogue, dataset.referee, Size.SMALL)

    return play
