"""Celery over a real Redis: the doorbell rings, and a worker killed in the middle costs a delay and nothing else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

HAND_IN = """
import sys
from django.contrib.auth.models import User
from judge import intake
from judge.models import Edition
user, _ = User.objects.get_or_create(username="ada")
edition = Edition.objects.get(slug=sys.argv[1])
data = open(sys.argv[3], "rb").read()
submission = intake.submit(user, edition, intake.HandIn(file_name=sys.argv[2], data=data))
print(submission.pk)
"""

LOOK = """
import json, sys
from judge.models import Submission
s = Submission.objects.get(pk=sys.argv[1])
steps = list(s.events.values_list("step", flat=True))
tries = [t.worker for t in s.tries.order_by("number")]
print(json.dumps({"state": s.state, "verdict": s.verdict, "steps": steps, "tries": tries, "findings": s.findings}))
"""

RECONCILE = "from judge.reconciler import reconcile; reconcile()"


class Deployment:
    """A judge of its own: data folder, database, broker, workers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "web.settings",
            "JUDGE_DATA_DIR": str(folder),
            "JUDGE_BROKER_URL": os.environ["JUDGE_TEST_REDIS_URL"],
            "JUDGE_LEASE_S": "5",
            "JUDGE_SANDBOX": "bubblewrap",
        }

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True).stdout

    def python(self, code: str, *arguments: str) -> str:
        start = f"import django; django.setup()\n{code}"
        command = [sys.executable, "-c", start, *arguments]
        done = subprocess.run(command, env=self.env, cwd=ROOT, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def start_worker(self) -> subprocess.Popen[bytes]:
        log = (self.folder / f"worker{len(self.workers)}.log").open("wb")
        worker = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "worker"],
            env=self.env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()

    def look(self, pk: str) -> dict[str, Any]:
        seen: dict[str, Any] = json.loads(self.python(LOOK, pk))
        return seen

    def wait_for(self, pk: str, condition: str, timeout_s: float = 60) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            seen = self.look(pk)
            if condition in (seen["state"], *seen["steps"]):
                return seen
        logs = "\n".join(path.read_text()[-3000:] for path in self.folder.glob("worker*.log"))
        pytest.fail(f"{condition!r} was not reached in {timeout_s} s: {seen}\n{logs}")


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    deployment = Deployment(tmp_path)
    deployment.manage("migrate", "-v0")
    yield deployment
    for worker in deployment.workers:
        if worker.poll() is None:
            deployment.kill(worker)


@pytest.mark.redis
@pytest.mark.slow
def test_a_hand_in_travels_over_the_broker_and_is_scored(deployment: Deployment, tmp_path: Path) -> None:
    deployment.manage("mint", "iris-new-meadow")
    answer = next(tmp_path.glob("editions/iris-new-meadow/*/public/sample_submission.csv"))
    deployment.start_worker()
    pk = deployment.python(HAND_IN, "iris-new-meadow", "species.csv", str(answer))
    assert deployment.wait_for(pk, "done")["verdict"] == "scored"


@pytest.mark.redis
@pytest.mark.bubblewrap
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_of_a_run_costs_a_delay_and_nothing_else(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.manage("mint", "iris-clustering")
    program = tmp_path / "main.py"
    program.write_text("import time\ntime.sleep(8)\nraise SystemExit(3)\n")
    first = deployment.start_worker()
    pk = deployment.python(HAND_IN, "iris-clustering", "main.py", str(program))
    deployment.wait_for(pk, "executing")
    deployment.kill(first)
    deployment.start_worker()
    deadline = time.monotonic() + 60
    while "retrying" not in deployment.look(pk)["steps"]:
        assert time.monotonic() < deadline, "the reconciler never took the lease back"
        deployment.python(RECONCILE)
    time.sleep(5)  # the delay that the rules set before a second try
    deployment.python(RECONCILE)
    seen = deployment.wait_for(pk, "done")
    assert seen["verdict"] == "crashed"
    assert len(seen["tries"]) == 2
