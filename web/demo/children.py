"""The child processes of a demo: started together, watched, stopped together; what they say goes to files."""

from __future__ import annotations

import ctypes
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE_S = 15.0
"""How long a child may take to end after SIGTERM; a worker puts what it has in hand back into the queue."""

TAIL_LINES = 15
_PR_SET_PDEATHSIG = 1


class ChildDied(Exception):
    """A child ended by itself; the text shows the last lines that it wrote."""


@dataclass
class Child:
    """One program and the file with what it says."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes]


@dataclass
class Children:
    """Every child of the demo. A context manager: leaving it stops them all."""

    logs: Path
    running: list[Child] = field(default_factory=list)

    def start(self, name: str, *command: str) -> None:
        """Start a program of this Python, e.g. start("web", "-m", "gunicorn", ...)."""
        self.logs.mkdir(parents=True, exist_ok=True)
        log = self.logs / f"{name}.log"
        self.running.append(Child(name, command, log, _spawn(command, log)))

    def check(self) -> None:
        """Raises ChildDied when one of them has ended."""
        for child in self.running:
            if child.process.poll() is not None:
                raise ChildDied(f"{child.name} ended with {child.process.returncode}; {_last_words(child.log)}")

    def revive(self) -> list[str]:
        """Start those again that have ended and return their names."""
        dead = [child for child in self.running if child.process.poll() is not None]
        for child in dead:
            child.process = _spawn(child.command, child.log)
        return [child.name for child in dead]

    def stop(self) -> None:
        """Ask all to end, and kill those that have not after PATIENCE_S; a second Ctrl-C does not cut this short."""
        before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._end_all()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _end_all(self) -> None:
        for child in self.running:
            child.process.terminate()
        deadline = time.monotonic() + PATIENCE_S
        for child in self.running:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self.running.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def free_port(first: int) -> int:
    """Return `first`, or the next port on which nobody listens on 127.0.0.1."""
    for port in range(first, min(first + 200, 65536)):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError(f"no port from {first} on is free on 127.0.0.1")


def _spawn(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as file:
        return subprocess.Popen(  # noqa: S603 - programs of our own
            [sys.executable, *command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches the demo alone, which then stops its children in order
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )


def _end_with_parent() -> None:
    """Let the kernel send SIGTERM should the demo be killed: nothing of it serves on unseen."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return f"the last lines of {log}:\n" + "\n".join(f"  {line}" for line in lines)
