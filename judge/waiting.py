"""What a waiting learner is told: how many are ahead and about how long it takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from django.db.models import F
from django.utils import timezone

from judge.models import Submission, Worker
from judge.verdicts import State

SILENT_AFTER = timedelta(seconds=30)
"""A worker that has not been seen for this long counts as away."""

FIRST_GUESS_S = 10.0
"""Until a challenge has been graded once."""


@dataclass(frozen=True)
class Wait:
    """Where a submission stands in its queue."""

    ahead: int
    estimate_s: float | None
    """None when no worker that could take it is alive."""


def wait_of(submission: Submission) -> Wait | None:
    """Return the queue position and an estimate, or None once it is no longer queued."""
    if submission.state != State.QUEUED:
        return None
    ahead = Submission.objects.filter(state=State.QUEUED, resource=submission.resource, id__lt=submission.pk).count()
    workers = sum(submission.resource in worker.resources for worker in live_workers())
    if not workers:
        return Wait(ahead, None)
    return Wait(ahead, round((ahead / workers + 1) * _usual_s(submission), 1))


def live_workers() -> list[Worker]:
    """Return the workers that were seen lately."""
    return list(Worker.objects.filter(seen_at__gt=timezone.now() - SILENT_AFTER))


def _usual_s(submission: Submission) -> float:
    done = Submission.objects.filter(edition=submission.edition_id, state=State.DONE, tries__number=F("attempts"))
    spans = done.order_by("-id").values_list("tries__started_at", "finished_at")[:20]
    seconds = [(finished - started).total_seconds() for started, finished in spans if finished]
    return median(seconds) if seconds else FIRST_GUESS_S
