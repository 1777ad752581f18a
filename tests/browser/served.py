"""The site as it is deployed: a real server and real workers, in processes of their own."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0
"""Long, so that a busy machine fails no test; every wait ends as soon as what it waits for is there."""


@dataclass(frozen=True)
class Site:
    """A running deployment."""

    address: str
    environment: dict[str, str]
    logs: Path

    @property
    def data(self) -> Path:
        return Path(self.environment["JUDGE_DATA_DIR"])

    def manage(self, *arguments: str) -> None:
        """Run a command of the deployment to its end."""
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.environment, check=True)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """Have a worker grade as long as the block lasts."""
        with running(["manage.py", "worker"], self.environment, self.logs / "worker.log"):
            yield


@contextmanager
def running(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[None]:
    """Run a Python program as long as the block lasts."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


def await_answer(address: str) -> None:
    """Wait until a server answers; fails when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not _answers(address):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE_S:.0f} s in vain for an answer of {address}")
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=30, trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
