"""`manage.py worker`: grades submissions until it is told to stop."""

from __future__ import annotations

import logging
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.utils import DatabaseError

from judge import reconciler, signs_of_life, sweeping, tasks
from judge.celery import QUEUES, app

log = logging.getLogger(__name__)

POLL_S = 0.03
"""How long an idle worker waits before it looks at the table again: one indexed query."""

TIDY_EVERY_S = 60.0


class Command(BaseCommand):
    help = "Grade submissions: by Celery where a broker is set, else by polling the lease table."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queues", default="score,cpu", help=f"which of {', '.join(QUEUES)} to serve")
        parser.add_argument("--concurrency", type=int, default=1, help="Celery only: processes of this worker")

    def handle(self, *args: Any, **options: Any) -> None:
        asked = [name.strip() for name in options["queues"].split(",")]
        resources = signs_of_life.served(asked)
        if not resources:
            _, reason = signs_of_life.sandbox_here()
            raise CommandError(f"this worker can serve none of {', '.join(asked)}: {reason or 'it has no GPU'}")
        if settings.CELERY_BROKER_URL is None:
            poll(resources)
        else:
            arguments = ["worker", "-Q", ",".join(resources), "-c", str(options["concurrency"]), "-l", "INFO"]
            app.worker_main([*arguments, "--hostname", f"{resources[-1]}@%h"])


def poll(resources: Sequence[str]) -> None:
    """Grade whatever waits until SIGTERM or Ctrl-C; a submission in hand goes back to the queue unharmed."""
    signal.signal(signal.SIGTERM, _leave)
    announcer = signs_of_life.Announcer(resources, worker=tasks.worker_name())
    tidied = 0.0
    try:
        while True:
            if time.monotonic() - tidied > TIDY_EVERY_S:
                _tidy()
                tidied = time.monotonic()
            try:
                busy = tasks.work_next(resources, worker=tasks.worker_name())
            except DatabaseError as error:
                log.warning("the database is away: %s", error)
                connection.close()
                busy = False
            if not busy:
                time.sleep(POLL_S)
    except KeyboardInterrupt:
        log.info("stopping")
    finally:
        announcer.leave()
        signs_of_life.close_sandbox()


def _tidy() -> None:
    reconciler.reconcile()
    sweeping.sweep()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(0)
