"""The doorbell: tells a worker that a submission waits. The database is the truth; a lost ring costs a delay only."""

from __future__ import annotations

import logging

from django.conf import settings
from django.utils import timezone

from judge.models import Submission
from judge.verdicts import State

log = logging.getLogger(__name__)


def enqueue(submission_id: int, resource: str, *, delay_s: float = 0.0) -> None:
    """Ring for one submission, after commit, now or later.

    Without a broker nothing rings: workers look at the table themselves.
    """
    if settings.CELERY_BROKER_URL is None:
        return
    from kombu.exceptions import OperationalError

    from judge.tasks import grade

    try:
        grade.apply_async(args=(submission_id,), queue=resource, countdown=delay_s, retry=False)
    except OperationalError as error:
        log.warning("the broker is away (%s); the reconciler will ring again for submission %s", error, submission_id)
        return
    Submission.objects.filter(pk=submission_id, state=State.QUEUED).update(enqueued_at=timezone.now())
