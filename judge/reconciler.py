"""Nothing is ever stuck: every minute lost work is derived again from the database.

a lease ran out          the worker is gone: back to the queue, or JUDGE_ERROR after the last try
queued, bell not rung    the broker was away, or lost the message: rung again
workers unseen for long  their rows go
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from judge import bookkeeping, queue
from judge.models import Submission, Worker
from judge.verdicts import State

log = logging.getLogger(__name__)

RING_AGAIN_AFTER = timedelta(minutes=2)
FORGET_WORKERS_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class Reconciled:
    expired: int
    rung: int


def reconcile() -> Reconciled:
    """Bring back what workers or the broker lost; may run twice at once without harm."""
    now = timezone.now()
    silent = Submission.objects.filter(state=State.RUNNING, lease_until__lt=now).values_list("pk", flat=True)
    expired = sum(bookkeeping.expire(pk, now) for pk in list(silent))
    waiting = Submission.objects.filter(state=State.QUEUED).filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now), Q(enqueued_at=None) | Q(enqueued_at__lt=now - RING_AGAIN_AFTER)
    )
    unrung = list(waiting.values_list("pk", "resource"))
    for pk, resource in unrung:
        queue.enqueue(pk, resource)
    Worker.objects.filter(seen_at__lt=now - FORGET_WORKERS_AFTER).delete()
    if expired:
        log.warning("%d submissions were taken back from silent workers", expired)
    return Reconciled(expired, len(unrung))
