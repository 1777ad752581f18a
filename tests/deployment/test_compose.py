"""The production set, really started from docker-compose.yml: web, worker, beat, PostgreSQL, Redis."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from challenges.loader import load
from challenges.packing import zip_bytes
from sandbox.images.build import STAND_IN, pip_settings
from web.demo.learner import Learner
from web.environment import ROOT

pytestmark = [pytest.mark.docker, pytest.mark.slow, pytest.mark.timeout(900)]

PREDICTIONS = "iris-new-meadow"
PROGRAM = "iris-clustering"
SLEEP_S = 15

T = TypeVar("T")


@dataclass(frozen=True)
class Deployment:
    """A running set and how to speak to it."""

    command: list[str]
    environment: dict[str, str]
    address: str
    secrets_dir: Path
    keys: Path

    def compose(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [*self.command, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=600
        )
        if check and done.returncode != 0:
            pytest.fail(f"compose {' '.join(arguments)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done

    def container(self, service: str) -> dict[str, Any]:
        number = self.compose("ps", "-q", service).stdout.strip()
        told: list[dict[str, Any]] = json.loads(docker("inspect", number))
        return told[0]


def docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True).stdout


def compose_command() -> list[str]:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    reason = "docker compose is not installed"
    if os.environ.get("JUDGE_REQUIRE_ALL") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


def base_image() -> dict[str, str]:
    """Return the base image as a setting: what the caller chose, else a stand-in made here, else the registry's."""
    if "BASE_IMAGE" in os.environ:
        return {}
    if subprocess.run(["docker", "image", "inspect", STAND_IN], capture_output=True).returncode == 0:
        return {"BASE_IMAGE": STAND_IN}
    if os.geteuid() == 0 and shutil.which("debootstrap"):
        subprocess.run(["sh", str(ROOT / "sandbox" / "images" / "make_base.sh")], check=True)
        return {"BASE_IMAGE": STAND_IN}
    return {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(what: Callable[[], T | None], *, within_s: float, told: str) -> T:
    deadline = time.monotonic() + within_s
    while (found := what()) is None:
        assert time.monotonic() < deadline, f"{told}: not within {within_s:.0f} s"
        time.sleep(0.5)
    return found


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    command = compose_command()
    folder = tmp_path_factory.mktemp("deployment")
    home, secrets_dir, port = folder / "judge", folder / "secrets", free_port()
    settings = {
        **pip_settings(),
        **base_image(),
        "BUILD_NETWORK": "host",
        "COMPOSE_PROJECT_NAME": f"judge-test-{secrets.token_hex(3)}",
        "JUDGE_TAG": "test",
        "JUDGE_HOME": str(home),
        "SECRETS_DIR": str(secrets_dir),
        "JUDGE_PORT": str(port),
        "JUDGE_EVENTS_PORT": str(free_port()),
        "JUDGE_SIZE": "small",
        "JUDGE_CHALLENGES": f"{PREDICTIONS} {PROGRAM}",
        "JUDGE_LEASE_S": "6",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    running = Deployment(command, inherited | settings, f"http://127.0.0.1:{port}", secrets_dir, folder / "keys.json")
    subprocess.run([sys.executable, str(ROOT / "scripts" / "make_secrets.py"), str(secrets_dir)], check=True)
    subprocess.run([sys.executable, "-m", "sandbox.images.build", "cpu", "--network", "host"], cwd=ROOT, check=True)
    try:
        running.compose("build", "postgres", "redis", "migrate")
        running.compose("up", "-d", "web", "events", "worker-cpu", "beat")
        yield running
    finally:
        # The files belong to users of the containers: one of them removes what lies there.
        running.compose("run", "--rm", "--no-deps", "migrate", "find", str(home), "-mindepth", "1", "-delete")
        running.compose("down", "--volumes", "--remove-orphans")


@pytest.fixture
def learner(deployment: Deployment) -> Iterator[Learner]:
    def healthy() -> bool | None:
        try:
            answer = httpx.get(f"{deployment.address}/healthz", trust_env=False, timeout=5)
        except httpx.TransportError:
            return None
        return answer.status_code == httpx.codes.OK or None

    wait_for(healthy, within_s=60, told="the web server answers")
    with Learner(deployment.address) as known:
        known.come_in(deployment.keys)
        yield known


def verdict_of(learner: Learner, number: int, *, within_s: float) -> dict[str, Any]:
    def done() -> dict[str, Any] | None:
        submission = learner.watch(number)
        return submission if submission["verdict"] is not None else None

    return wait_for(done, within_s=within_s, told=f"the verdict of submission {number}")


def test_a_baseline_handed_in_by_http_is_scored(learner: Learner) -> None:
    challenge = next(found for found in learner.challenges() if found["slug"] == PREDICTIONS)
    submission = learner.hand_in_starter(challenge)
    done = verdict_of(learner, submission["id"], within_s=90)
    assert (done["verdict"], done["rank"]) == ("scored", 1)
    assert [row["team"] for row in learner.board(PREDICTIONS)["rows"]] == [learner.name]


def test_a_program_outlives_its_killed_worker(deployment: Deployment, learner: Learner) -> None:
    starter = load(PROGRAM).files("baseline")
    slow = f"import runpy, time\ntime.sleep({SLEEP_S})\nrunpy.run_path('starter.py', run_name='__main__')\n"
    files = {**starter, "starter.py": starter["main.py"], "main.py": slow.encode()}
    number = learner.submit(PROGRAM, "slow.zip", zip_bytes(files))["id"]

    def executing() -> dict[str, Any] | None:
        submission = learner.watch(number)
        return submission if submission["steps"][-1]["step"] == "executing" else None

    wait_for(executing, within_s=90, told="the program runs")
    docker("kill", "--signal", "KILL", deployment.container("worker-cpu")["Id"])
    deployment.compose("up", "-d", "--no-deps", "worker-cpu")

    done = verdict_of(learner, number, within_s=300)
    assert done["verdict"] == "scored", done["sentence"]
    assert [step["step"] for step in done["steps"]].count("claimed") == 2
    assert "retrying" in [step["step"] for step in done["steps"]]

    staging = f"label=judge.sandbox.staging={deployment.environment['JUDGE_HOME']}/staging"
    wait_for(
        lambda: docker("ps", "--all", "--quiet", "--filter", staging) == "" or None,
        within_s=90,
        told="the container of the killed worker is cleared away",
    )


def test_the_events_server_serves_events_alone(deployment: Deployment, learner: Learner) -> None:
    address = f"http://127.0.0.1:{deployment.environment['JUDGE_EVENTS_PORT']}"

    def status(path: str) -> int | None:
        try:
            return httpx.get(f"{address}{path}", trust_env=False, timeout=10).status_code
        except httpx.TransportError:
            return None

    assert wait_for(lambda: status("/healthz"), within_s=60, told="the events server answers") == 200
    assert status("/") == 404
    assert status("/submissions/1/events/") == 302  # to the login


def test_only_the_web_servers_have_ports_and_only_on_loopback(deployment: Deployment) -> None:
    published = {
        service: deployment.container(service)["HostConfig"]["PortBindings"] or {}
        for service in ("web", "events", "worker-cpu", "beat", "postgres", "redis")
    }
    for service, name in (("web", "JUDGE_PORT"), ("events", "JUDGE_EVENTS_PORT")):
        port = deployment.environment[name]
        assert published.pop(service) == {"8000/tcp": [{"HostIp": "127.0.0.1", "HostPort": port}]}
    assert published == {"worker-cpu": {}, "beat": {}, "postgres": {}, "redis": {}}


@pytest.mark.parametrize("service", ["web", "events"])
def test_a_web_server_is_an_ordinary_user_without_any_right(deployment: Deployment, service: str) -> None:
    told = deployment.compose("exec", "-T", service, "cat", "/proc/self/status").stdout
    status = dict(line.split(":\t", 1) for line in told.splitlines() if ":\t" in line)
    assert status["Uid"].split() == ["10000"] * 4
    assert status["CapBnd"] == "0000000000000000"
    assert deployment.compose("exec", "-T", service, "touch", "/app/x", check=False).returncode != 0


def test_no_secret_stands_in_the_environment_of_a_container(deployment: Deployment) -> None:
    kept = [text for path in deployment.secrets_dir.iterdir() if (text := path.read_text())]
    for service in ("web", "events", "worker-cpu", "beat", "postgres", "redis"):
        environment = "\n".join(deployment.container(service)["Config"]["Env"])
        assert not [secret for secret in kept if secret in environment]


def test_wrong_settings_stop_the_start_and_are_all_named(deployment: Deployment) -> None:
    wrong = ("-e", "JUDGE_LEASE_S=soon", "-e", "JUDGE_SIZE=huge", "-e", "JUDGE_SECRET_KEY=short")
    done = deployment.compose("run", "--rm", "--no-deps", *wrong, "migrate", check=False)
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert [name for name in ("JUDGE_LEASE_S", "JUDGE_SIZE", "JUDGE_SECRET_KEY") if f"{name}: " not in said] == []
    assert "short" not in said


def test_a_wrong_password_opens_neither_database_nor_broker(deployment: Deployment) -> None:
    redis = deployment.compose("exec", "-T", "redis", "redis-cli", "ping", check=False)
    assert "NOAUTH" in redis.stdout
    login = ("psql", "postgres://judge:wrong@127.0.0.1/judge", "-c", "SELECT 1")
    postgres = deployment.compose("exec", "-T", "postgres", *login, check=False)
    assert "password authentication failed" in postgres.stderr
