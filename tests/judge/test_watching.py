from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from judge import bookkeeping, intake, watching
from judge.intake import HandIn
from judge.models import Edition, Submission, Worker
from judge.reports import Report
from judge.verdicts import Step, Verdict

HandsIn = Callable[[], Submission]


@pytest.fixture
def hand_in(edition: Edition, iris_paper: Any, db: None) -> HandsIn:
    user = User.objects.create_user("ada")
    floor = iris_paper.floor()

    def make() -> Submission:
        return intake.submit(user, edition, HandIn(file_name="species.csv", data=floor))

    return make


def stamp(submission: Submission) -> str:
    return watching.stamps([submission.pk])[submission.pk]


def test_nothing_new_leaves_the_stamp_as_it_was(hand_in: HandsIn) -> None:
    one = hand_in()
    assert stamp(one) == stamp(one)


def test_every_step_to_the_verdict_changes_the_stamp(hand_in: HandsIn) -> None:
    one = hand_in()
    seen = [stamp(one)]
    lease = bookkeeping.claim(one.pk, worker="w")
    assert lease is not None
    seen.append(stamp(one))
    bookkeeping.step(lease, Step.EXECUTING, "2 cores")
    seen.append(stamp(one))
    bookkeeping.progress(lease, 10)
    seen.append(stamp(one))
    bookkeeping.progress(lease, 20)
    seen.append(stamp(one))
    bookkeeping.record(lease, Report(verdict=Verdict.CRASHED))
    seen.append(stamp(one))

    assert len(set(seen)) == 6
    assert seen[-1] == watching.DONE


def test_the_place_in_the_queue_and_the_workers_are_in_it(hand_in: HandsIn) -> None:
    first, second = hand_in(), hand_in()
    behind = stamp(second)
    bookkeeping.claim(first.pk, worker="w")
    next_in_line = stamp(second)
    Worker.objects.create(name="w", resources=[second.resource], seen_at=timezone.now())

    assert len({behind, next_in_line, stamp(second)}) == 3


def test_who_comes_later_changes_nothing_for_who_was_there(hand_in: HandsIn) -> None:
    first = hand_in()
    before = stamp(first)
    hand_in()
    assert stamp(first) == before


def test_asking_to_stop_changes_the_stamp(hand_in: HandsIn) -> None:
    one = hand_in()
    bookkeeping.claim(one.pk, worker="w")
    before = stamp(one)
    bookkeeping.cancel(one)
    assert stamp(one) != before


def test_what_is_not_there_is_done(db: None) -> None:
    assert watching.stamps([7]) == {7: watching.DONE}


def test_many_are_looked_at_as_cheaply_as_one(hand_in: HandsIn) -> None:
    numbers = [hand_in().pk for _ in range(5)]
    with CaptureQueriesContext(connection) as queries:
        shown = watching.stamps(numbers)
    assert len(set(shown.values())) == 5
    assert len(queries) == 4
