"""One submission at a time: claim, grade under a heartbeat, record. The only broad except of the judge is here."""

from __future__ import annotations

import logging
import os
import socket
import threading
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from celery import shared_task
from django.conf import settings
from django.db import connection
from django.db.utils import DatabaseError

from challenges.spec import Kind, Size
from judge import bookkeeping, editions, reconciler, signs_of_life, storage
from judge.bookkeeping import Lease
from judge.celery import QUEUES
from judge.errors import Cancelled, LeaseLost
from judge.grading import Job
from judge.grading import grade as grade_job
from judge.models import Submission
from judge.reports import Report
from judge.verdicts import Verdict

log = logging.getLogger(__name__)


def worker_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}"


@shared_task(name="judge.tasks.grade")
def grade(submission_id: int) -> None:
    """Grade one submission if it still needs it; may run twice without harm."""
    lease = bookkeeping.claim(submission_id, worker=worker_name())
    if lease is not None:
        work(lease)


@shared_task(name="judge.tasks.reconcile")
def reconcile() -> None:
    """Re-derive lost work from the database."""
    reconciler.reconcile()


def work_off(resources: Sequence[str] = QUEUES, *, worker: str | None = None) -> int:
    """Grade everything that waits, in this process; return how many were graded."""
    done = 0
    while work_next(resources, worker=worker or worker_name()):
        done += 1
    return done


def work_next(resources: Sequence[str], *, worker: str) -> bool:
    """Grade the submission that has waited longest; False when none waits."""
    lease = bookkeeping.claim_next(resources, worker=worker)
    if lease is None:
        return False
    work(lease)
    return True


def work(lease: Lease) -> None:
    """Grade a claimed submission and write down what came of it."""
    try:
        with Heartbeat(lease) as heartbeat:
            report = _grade(lease, heartbeat)
        bookkeeping.record(lease, report)
    except Cancelled:
        bookkeeping.record(lease, Report(verdict=Verdict.CANCELLED))
    except LeaseLost as lost:
        log.warning("%s; what this worker computed is dropped", lost)
    except (KeyboardInterrupt, SystemExit):
        bookkeeping.release(lease)
        raise
    except Exception:
        log.exception("submission %s, attempt %s: our failure", lease.submission_id, lease.attempt)
        bookkeeping.retry_or_give_up(lease, traceback.format_exc())


def _grade(lease: Lease, heartbeat: Heartbeat) -> Report:
    submission = Submission.objects.select_related("edition").get(pk=lease.submission_id)
    edition = submission.edition
    challenge = edition.challenge
    sandbox, _ = signs_of_life.sandbox_here() if challenge.spec.kind is not Kind.PREDICTIONS else (None, "")
    job = Job(
        data=storage.fetch(submission.sha256),
        file_name=submission.file_name,
        challenge=challenge,
        paper=editions.minted(edition),
        size=Size(edition.size),
        truth=None if challenge.spec.kind is Kind.INTERACTIVE else editions.truth(edition),
        labels={"submission": str(submission.pk), "attempt": str(lease.attempt)},
        cancelled=heartbeat.is_over,
        on_progress=lambda percent: bookkeeping.progress(lease, percent),
    )
    try:
        return grade_job(job, sandbox, on_step=lambda step, detail: bookkeeping.step(lease, step, detail))
    except Cancelled:
        heartbeat.raise_reason()
        raise


class Heartbeat:
    """Keeps a lease alive while its submission is graded, and learns when to stop: cancelled, or the lease is gone."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._stop = threading.Event()
        self._over: Cancelled | LeaseLost | None = None
        self._thread = threading.Thread(target=self._beat, name=f"lease-{lease.submission_id}", daemon=True)

    def is_over(self) -> bool:
        """Return whether grading should stop at once."""
        return self._over is not None

    def raise_reason(self) -> None:
        if self._over is not None:
            raise self._over

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        # A cancel should be felt within a second or two; a lease needs far fewer beats.
        every_s = min(settings.LEASE_S / 3, 1.5)
        try:
            while not self._stop.wait(every_s):
                try:
                    bookkeeping.extend(self._lease)
                except (Cancelled, LeaseLost) as over:
                    self._over = over
                    return
                except DatabaseError as error:
                    log.warning("the database did not extend a lease: %s", error)
                    connection.close()
        finally:
            connection.close()
