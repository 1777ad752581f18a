"""A whole deployment of its own: a web server with several processes, workers when a test asks, a database on disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60.0
IRIS = "iris-new-meadow"
PASSWORD = "long and odd 7"


@dataclass
class Deployment:
    """Processes that share one database and one data folder, as on a small server."""

    folder: Path
    environment: dict[str, str]
    address: str = ""
    _port: int = 0
    _server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def manage(self, *words: str) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def serve(self) -> None:
        """Start the web server, on the port that it had before if it had one."""
        if not self._port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self._port = free.getsockname()[1]
            self.address = f"http://127.0.0.1:{self._port}"
        options = ["--bind", f"127.0.0.1:{self._port}", "--workers", "2", "--threads", "10", "--no-control-socket"]
        self._server = self._start(["-m", "gunicorn", "web.wsgi", *options], "web.log")
        until(self._answers, what=f"the web server (see {self.folder / 'web.log'})")

    def kill_server(self) -> None:
        """Kill every process of the web server at once, as a machine that loses its power would."""
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def stop(self) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.terminate()
            self._server.wait(timeout=30)

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Have a worker grade as long as the block lasts."""
        process = self._start(["manage.py", "worker"], "worker.log")
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)

    @contextmanager
    def sign_up(self) -> Iterator[httpx.Client]:
        """A client of the API with an account of its own."""
        name = f"learner-{uuid.uuid4().hex[:8]}"
        with httpx.Client(base_url=f"{self.address}/api/v1/", timeout=60, trust_env=False) as client:
            made = client.post("auth/sign-up", json={"username": name, "password": PASSWORD})
            assert made.status_code == 201, made.text
            client.headers["Authorization"] = f"Token {made.json()['token']}"
            yield client

    def _start(self, arguments: list[str], log: str) -> subprocess.Popen[bytes]:
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/healthz", timeout=30, trust_env=False).status_code == 200
        except httpx.TransportError:
            return False


def until(condition: Callable[[], Any], *, what: str) -> Any:
    """Return the first truthy value of a condition; fails by name when it never comes."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        if time.monotonic() > deadline:
            pytest.fail(f"waited {PATIENCE_S:.0f} s in vain for {what}")
        time.sleep(0.05)
    return value


@pytest.fixture(name="until")
def until_fixture() -> Callable[..., Any]:
    return until


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], ids=["sqlite", "postgres"]
)
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A fresh deployment with the iris challenge; no worker runs until a test starts one."""
    folder = tmp_path_factory.mktemp("deployment")
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environment = {**own, "JUDGE_DATA_DIR": str(folder / "var"), "JUDGE_SANDBOX": "none"}
    with _database(request.param) as url:
        if url is not None:
            environment["JUDGE_DATABASE_URL"] = url
        made = Deployment(folder, environment)
        made.manage("migrate", "-v0")
        made.manage("mint", IRIS)
        made.serve()
        try:
            yield made
        finally:
            made.stop()


@contextmanager
def _database(kind: str) -> Iterator[str | None]:
    """Make a database of one's own on the PostgreSQL server of the tests; None is SQLite in the data folder."""
    if kind == "sqlite":
        yield None
        return
    server = os.environ["JUDGE_TEST_POSTGRES_URL"]
    name = f"flows_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="module")
def answer(deployment: Deployment) -> bytes:
    """A file that fits: every flower is called setosa."""
    with deployment.sign_up() as client:
        sample = client.get(f"challenges/{IRIS}/files/sample_submission.csv")
    assert sample.status_code == 200
    return sample.content
