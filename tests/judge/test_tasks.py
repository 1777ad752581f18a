from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge import bookkeeping, editions, intake, tasks
from judge.errors import LeaseLost
from judge.intake import HandIn
from judge.models import Attempt, Board, Edition, Submission
from judge.verdicts import State, Verdict


@pytest.fixture
def queued(edition: Edition, learner: User) -> Submission:
    answer = (editions.minted(edition).public / "sample_submission.csv").read_bytes()
    return intake.submit(learner, edition, HandIn(file_name="species.csv", data=answer))


def test_a_hand_in_is_scored_and_stands_on_the_board(queued: Submission, edition: Edition) -> None:
    assert tasks.work_off() == 1
    queued.refresh_from_db()
    assert (queued.state, queued.verdict) == (State.DONE, Verdict.SCORED)
    # One species everywhere: a third of the flowers, which are equally many of each.
    assert queued.public_score == pytest.approx(1 / 3, abs=0.01)
    assert queued.private_score == pytest.approx(1 / 3, abs=0.01)
    assert queued.provenance["data_digest"] == edition.digest
    assert [event.step for event in queued.events.all()] == ["queued", "claimed", "scoring", "finished"]
    assert queued.team.standings.filter(board=Board.PUBLIC, submission=queued).exists()


def test_an_error_of_ours_is_retried_and_its_trace_stays_with_us(
    queued: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr(tasks, "grade_job", explode)
    tasks.work_off()
    queued.refresh_from_db()
    assert queued.state == State.QUEUED
    assert "disk on fire" in Attempt.objects.get().error
    assert "disk on fire" not in "".join(event.detail for event in queued.events.all())


def test_what_a_worker_without_lease_computed_is_dropped(queued: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(*args: Any, **kwargs: Any) -> None:
        raise LeaseLost

    monkeypatch.setattr(tasks, "grade_job", lose)
    tasks.work_off()
    queued.refresh_from_db()
    assert (queued.state, queued.verdict) == (State.RUNNING, None)


def test_a_worker_that_is_stopped_in_the_middle_gives_the_submission_back(
    queued: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leave(*args: Any, **kwargs: Any) -> None:
        raise SystemExit(0)

    monkeypatch.setattr(tasks, "grade_job", leave)
    with pytest.raises(SystemExit):
        tasks.work_off()
    queued.refresh_from_db()
    assert (queued.state, queued.attempts) == (State.QUEUED, 0)


def test_a_message_that_comes_twice_grades_once(queued: Submission) -> None:
    tasks.grade(queued.pk)
    tasks.grade(queued.pk)
    assert Attempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_cancel_reaches_a_program_that_runs(
    home: object, make_submission: Callable[..., Submission], monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = make_submission()

    def run_until_cancelled(job: tasks.Job, sandbox: object, **kwargs: Any) -> None:
        bookkeeping.cancel(submission)
        while not job.cancelled():
            pass
        raise tasks.Cancelled

    monkeypatch.setattr(tasks, "grade_job", run_until_cancelled)
    monkeypatch.setattr(tasks.storage, "fetch", lambda digest: b"")
    tasks.work_off()
    submission.refresh_from_db()
    assert submission.verdict == Verdict.CANCELLED
