"""`manage.py demo`: the whole judge on this machine, and every baseline handed in by its front door.

migrate ──> web server, workers ──> mint ──> hand in ──> wait for the scores ──> boards ──> serve until Ctrl-C
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from argparse import ArgumentParser
from datetime import datetime
from types import FrameType
from typing import Any

import httpx
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from challenges.loader import slugs
from judge import teams, waiting
from judge.models import Worker
from web.demo import round as baselines
from web.demo.children import ChildDied, Children, free_port
from web.demo.learner import Learner, NotAnswered
from web.demo.minting import mint_all
from web.demo.room import ImageBuild

START_TIMEOUT_S = 90.0
POLL_S = 0.25


class Command(BaseCommand):
    help = "Mint, serve, hand in every baseline, show the boards, and serve on until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--exit", action="store_true", help="stop after the boards; 0 only if all were scored")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("the demo is for the embedded mode; JUDGE_MODE is production")
        signal.signal(signal.SIGTERM, _as_ctrl_c)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # the progress is told in our own words
        missing: list[str] | None = None
        try:
            with Children(settings.DATA_DIR / "logs") as children:
                missing = self._show(children)
                if not options["exit"]:
                    self._serve(children)
        except (ChildDied, NotAnswered) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self._say("\nStopped. Everything is kept; the next `make demo` goes on from here.")
            if missing is None:
                sys.exit(130)  # before the boards were shown
        if missing:
            raise CommandError(f"not scored: {', '.join(missing)}")

    def _show(self, children: Children) -> list[str]:
        """Do everything up to the boards; return the slugs whose baseline was not scored."""
        started = time.monotonic()
        address = self._open(children)
        with Learner(address) as learner:
            learner.come_in(settings.DATA_DIR / "demo.json")
            self._say(f"Handing in every baseline as {learner.name} ...")
            missing = baselines.play(learner, say=self._say, check=children.check)
            teams.mark_baseline(learner.name)
            baselines.show_boards(learner, say=self._say)
        self._say(f"\nReady after {time.monotonic() - started:.0f} s: {address}/  (logs: {children.logs})")
        return missing

    def _open(self, children: Children) -> str:
        """Start everything and mint; return the address once it answers and a worker is there."""
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        port = free_port(settings.ENV.port)
        cores = os.cpu_count() or 1
        gunicorn = f"--bind 127.0.0.1:{port} --workers 1 --threads 8 --timeout 120 --no-control-socket".split()
        children.start("web", "-m", "gunicorn", "web.wsgi", *gunicorn)
        image = ImageBuild(children.logs / "image.log")
        mint_all(slugs(), processes=cores, say=self._say)
        image.finish(self._say)
        began = timezone.now()
        for name, command in _workers(cores).items():
            children.start(name, *command)
        self._wait_until_open(f"http://127.0.0.1:{port}", children, began)
        return f"http://127.0.0.1:{port}"

    def _wait_until_open(self, address: str, children: Children, began: datetime) -> None:
        """Wait for the server and for a worker of this start; the last one's may still be on record."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (_is_healthy(address) and (workers := _workers_since(began))):
            children.check()
            if time.monotonic() > deadline:
                raise CommandError(f"nothing answers after {START_TIMEOUT_S:.0f} s; see {children.logs}")
            time.sleep(POLL_S)
        worker = workers[0]
        self._say(f"Programs run in the sandbox {worker.sandbox}." if worker.sandbox else worker.reason)

    def _serve(self, children: Children) -> None:
        self._say("Serving until Ctrl-C.")
        while True:
            time.sleep(1.0)
            for name in children.revive():
                self._say(f"{name} ended and was started again; see {children.logs}")

    def _say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


def _workers(cores: int) -> dict[str, tuple[str, ...]]:
    """Return name -> command: one polling worker a core, or with a broker Celery's own way."""
    if settings.CELERY_BROKER_URL is None:
        return {f"worker-{number}": ("manage.py", "worker") for number in range(1, cores + 1)}
    beat = ("-m", "celery", "-A", "judge.celery", "beat", "-s", str(settings.DATA_DIR / "beat"))
    return {"worker": ("manage.py", "worker", "--concurrency", str(cores)), "beat": beat}


def _workers_since(began: datetime) -> list[Worker]:
    return [worker for worker in waiting.live_workers() if worker.seen_at > began]


def _is_healthy(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", timeout=5.0, trust_env=False).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
