"""Whether anything has changed that the page of a submission shows: one look for as many submissions as are watched."""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Mapping

from judge import waiting
from judge.models import Event, Submission
from judge.verdicts import State

DONE = "done"
"""The stamp of a submission that will not change any more, or is not there."""


def stamps(numbers: Collection[int]) -> Mapping[int, str]:
    """Return a stamp for each submission: another one as soon as its page would look different.

    State, steps with their progress, the place in the queue and the workers that could take it are in it. It says
    nothing else: whoever is told a stamp learns only that it is time to look again. Four queries, however many.
    """
    found = Submission.objects.filter(pk__in=numbers).values_list("pk", "state", "resource", "cancel_asked")
    rows = [row for row in found if row[1] != State.DONE]
    steps = _steps([pk for pk, *_ in rows])
    queue = _Queue() if any(state == State.QUEUED for _, state, *_ in rows) else None
    shown = dict.fromkeys(numbers, DONE)
    for pk, state, resource, cancel_asked in rows:
        place = queue.place(pk, resource) if queue is not None and state == State.QUEUED else ""
        shown[pk] = _digest(f"{state}|{cancel_asked}|{place}|{steps.get(pk, '')}")
    return shown


def _steps(numbers: list[int]) -> Mapping[int, str]:
    texts: dict[int, str] = {}
    for submission, event, detail in (
        Event.objects.filter(submission__in=numbers).order_by("pk").values_list("submission_id", "pk", "detail")
    ):
        texts[submission] = f"{texts.get(submission, '')}{event}:{detail}\n"
    return texts


class _Queue:
    """The queues as they stand now."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[int]] = {}
        for resource, pk in Submission.objects.filter(state=State.QUEUED).order_by("id").values_list("resource", "id"):
            self._waiting.setdefault(resource, []).append(pk)
        self._workers = waiting.live_workers()

    def place(self, pk: int, resource: str) -> str:
        ahead = bisect_left(self._waiting.get(resource, []), pk)
        return f"{ahead} {sum(resource in worker.resources for worker in self._workers)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
