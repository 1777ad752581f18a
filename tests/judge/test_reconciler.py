from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from judge import bookkeeping, reconciler
from judge.models import Submission, Worker
from judge.verdicts import State

Make = Callable[..., Submission]


def test_what_a_silent_worker_held_goes_back_to_the_queue(make_submission: Make) -> None:
    silent, alive = make_submission(), make_submission()
    for submission in (silent, alive):
        bookkeeping.claim(submission.pk, worker="w")
    Submission.objects.filter(pk=silent.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert reconciler.reconcile().expired == 1
    silent.refresh_from_db()
    alive.refresh_from_db()
    assert (silent.state, alive.state) == (State.QUEUED, State.RUNNING)


def test_a_bell_that_never_rang_is_rung(make_submission: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[int] = []
    monkeypatch.setattr("judge.queue.enqueue", lambda pk, resource: rung.append(pk))
    now = timezone.now()
    never = make_submission()
    long_ago = make_submission(enqueued_at=now - timedelta(minutes=5))
    make_submission(enqueued_at=now)
    make_submission(next_try_at=now + timedelta(minutes=5))
    reconciler.reconcile()
    assert sorted(rung) == [never.pk, long_ago.pk]


def test_the_rows_of_workers_long_gone_are_removed(db: None) -> None:
    for name, minutes in (("gone", 90), ("here", 1)):
        Worker.objects.create(name=name, seen_at=timezone.now() - timedelta(minutes=minutes))
    reconciler.reconcile()
    assert list(Worker.objects.values_list("name", flat=True)) == ["here"]


def test_running_twice_at_once_does_no_harm(make_submission: Make) -> None:
    submission = make_submission()
    bookkeeping.claim(submission.pk, worker="w")
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    results: list[Any] = [reconciler.reconcile(), reconciler.reconcile()]
    assert [result.expired for result in results] == [1, 0]
    submission.refresh_from_db()
    assert submission.attempts == 1
