"""A worker says every few seconds that it is there and what it can run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import cache
from typing import Self

from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError
from django.utils import timezone

from judge.models import Worker
from sandbox.backends import choose
from sandbox.contract import Sandbox
from sandbox.errors import SandboxError

log = logging.getLogger(__name__)

EVERY_S = 10.0


@cache
def sandbox_here() -> tuple[Sandbox | None, str]:
    """Return this worker's sandbox, probed once, or None and what to install."""
    if settings.SANDBOX == "none":
        return None, "The operator has switched programs off (JUDGE_SANDBOX=none)."
    try:
        sandbox, probe = choose(settings.SANDBOX)
    except SandboxError as error:
        log.warning("%s", error)
        return None, str(error)
    log.info("sandbox: %s%s", probe.backend, f", without {', '.join(probe.refusals)}" if probe.refusals else "")
    return sandbox, ""


def close_sandbox() -> None:
    """Let go of what this worker's sandbox has started ahead; for a worker that leaves."""
    if sandbox_here.cache_info().currsize:
        sandbox, _ = sandbox_here()
        if sandbox is not None:
            sandbox.close()


def served(asked: Sequence[str]) -> list[str]:
    """Return the queues that this worker can serve: without a sandbox prediction files only, `gpu` with a GPU only."""
    sandbox, _ = sandbox_here()
    return [name for name in asked if name == "score" or (sandbox is not None and (name != "gpu" or sandbox.has_gpu))]


def announce(resources: Sequence[str], *, worker: str) -> None:
    """Write one sign of life."""
    sandbox, reason = sandbox_here()
    Worker.objects.update_or_create(
        name=worker,
        defaults={
            "resources": list(served(resources)),
            "sandbox": sandbox.name if sandbox else "",
            "reason": reason,
            "seen_at": timezone.now(),
        },
    )


class Announcer:
    """Announces in the background; `leave` takes the row away, so that nobody waits for a worker that has gone.

    Use as a context manager, or call `leave`.
    """

    def __init__(self, resources: Sequence[str], *, worker: str) -> None:
        self._resources = resources
        self._worker = worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._announce, name="signs-of-life", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.leave()

    def leave(self) -> None:
        self._stop.set()
        self._thread.join()
        Worker.objects.filter(name=self._worker).delete()

    def _announce(self) -> None:
        try:
            while True:
                try:
                    announce(self._resources, worker=self._worker)
                except DatabaseError as error:
                    log.warning("the database did not take a sign of life: %s", error)
                    connection.close()
                if self._stop.wait(EVERY_S):
                    return
        finally:
            connection.close()
