from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from challenges.errors import Finding
from challenges.scoring import Score, Scores, SplitScores
from judge import bookkeeping, rules
from judge.errors import Cancelled, LeaseLost
from judge.models import Attempt, QuotaDay, Submission
from judge.reports import Report
from judge.verdicts import State, Step, Verdict

Make = Callable[..., Submission]


def split(value: float) -> SplitScores:
    score = Score(value=value, standard_error=0.01)
    return SplitScores(primary=score, secondary={"f1_macro": value - 0.1}, rows=10, spread=np.full(200, value))


SCORED = Report(verdict=Verdict.SCORED, scores=Scores(public=split(0.9), private=split(0.8)))


def claimed(submission: Submission) -> bookkeeping.Lease:
    lease = bookkeeping.claim(submission.pk, worker="test")
    assert lease is not None
    return lease


def charge(submission: Submission) -> QuotaDay:
    submission.quota_day = timezone.now().date()
    submission.save()
    return QuotaDay.objects.create(team=submission.team, day=submission.quota_day, used=3, limit=5)


def test_a_submission_is_claimed_by_one_worker_only(make_submission: Make) -> None:
    submission = make_submission()
    assert bookkeeping.claim(submission.pk, worker="a") is not None
    assert bookkeeping.claim(submission.pk, worker="b") is None


def test_the_submission_that_waited_longest_is_claimed_first(make_submission: Make) -> None:
    first, second = make_submission(), make_submission()
    leases = [bookkeeping.claim_next(["score"], worker="a") for _ in range(3)]
    assert [lease and lease.submission_id for lease in leases] == [first.pk, second.pk, None]


def test_progress_stands_beside_what_a_program_may_use(make_submission: Make) -> None:
    submission = make_submission()
    lease = claimed(submission)
    bookkeeping.step(lease, Step.EXECUTING, "at most 60 s of time")
    for percent in (10, 40):
        bookkeeping.progress(lease, percent)
    assert submission.events.get(step=Step.EXECUTING).detail == "40 % done; at most 60 s of time"


def test_progress_before_there_is_a_run_is_nothing(make_submission: Make) -> None:
    submission = make_submission()
    lease = claimed(submission)
    bookkeeping.progress(lease, 10)
    assert not submission.events.filter(step=Step.EXECUTING).exists()


def test_a_worker_takes_only_what_it_can_run(make_submission: Make) -> None:
    make_submission(resource="cpu")
    assert bookkeeping.claim_next(["score"], worker="a") is None
    assert bookkeeping.claim_next(["score", "cpu"], worker="a") is not None


def test_recording_writes_scores_and_standings_and_ends_the_lease(make_submission: Make) -> None:
    submission = make_submission()
    bookkeeping.record(claimed(submission), SCORED)
    submission.refresh_from_db()
    assert (submission.state, submission.verdict) == (State.DONE, Verdict.SCORED)
    assert (submission.public_score, submission.private_score) == (0.9, 0.8)
    assert submission.lease_token is None
    assert sorted(submission.team.standings.values_list("board", "score")) == [("private", 0.8), ("public", 0.9)]
    assert list(submission.events.values_list("step", flat=True)) == [Step.CLAIMED, Step.FINISHED]


def test_a_worker_that_lost_its_lease_cannot_write(make_submission: Make) -> None:
    submission = make_submission()
    stale = claimed(submission)
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert bookkeeping.expire(submission.pk, timezone.now())
    Submission.objects.update(next_try_at=None)
    fresh = claimed(submission)
    with pytest.raises(LeaseLost):
        bookkeeping.record(stale, SCORED)
    with pytest.raises(LeaseLost):
        bookkeeping.extend(stale)
    bookkeeping.record(fresh, SCORED)
    assert list(Attempt.objects.values_list("number", flat=True).order_by("number")) == [1, 2]


def test_a_lease_that_still_runs_is_not_taken_away(make_submission: Make) -> None:
    submission = make_submission()
    lease = claimed(submission)
    assert not bookkeeping.expire(submission.pk, timezone.now())
    bookkeeping.extend(lease)


def test_a_failure_of_ours_is_tried_again_later_and_costs_nothing_in_the_end(make_submission: Make) -> None:
    submission = make_submission()
    quota = charge(submission)
    for attempt in range(1, rules.MAX_ATTEMPTS + 1):
        bookkeeping.retry_or_give_up(claimed(submission), trace="boom")
        submission.refresh_from_db()
        if attempt < rules.MAX_ATTEMPTS:
            assert submission.state == State.QUEUED
            assert submission.next_try_at is not None and submission.next_try_at > timezone.now()
            assert bookkeeping.claim(submission.pk, worker="too early") is None
            Submission.objects.update(next_try_at=None)
    assert (submission.state, submission.verdict) == (State.DONE, Verdict.JUDGE_ERROR)
    quota.refresh_from_db()
    assert quota.used == 2
    assert "boom" not in submission.sentence + submission.log_tail


def test_whatever_goes_back_to_the_queue_is_rung_for(
    make_submission: Make, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    rung: list[tuple[int, float]] = []
    monkeypatch.setattr(bookkeeping.queue, "enqueue", lambda pk, resource, delay_s=0.0: rung.append((pk, delay_s)))
    failed, stopped = make_submission(), make_submission()
    leases = [claimed(failed), claimed(stopped)]
    with django_capture_on_commit_callbacks(execute=True):
        bookkeeping.retry_or_give_up(leases[0], trace="boom")
        bookkeeping.release(leases[1])
    assert rung == [(failed.pk, 5.5), (stopped.pk, 0.0)]


@pytest.mark.parametrize("verdict", [Verdict.CRASHED, Verdict.TIMED_OUT, Verdict.OUT_OF_MEMORY])
def test_a_failure_of_the_program_spends_its_attempt(make_submission: Make, verdict: Verdict) -> None:
    submission = make_submission()
    quota = charge(submission)
    bookkeeping.record(claimed(submission), Report(verdict=verdict))
    quota.refresh_from_db()
    assert quota.used == 3
    assert not submission.team.standings.exists()


def test_a_rejected_answer_gives_its_attempt_back(make_submission: Make) -> None:
    submission = make_submission()
    quota = charge(submission)
    bookkeeping.record(
        claimed(submission),
        Report(verdict=Verdict.REJECTED, findings=[Finding(code="missing_id", message="an id is missing")]),
    )
    quota.refresh_from_db()
    assert quota.used == 2


def test_cancelling_what_has_not_started_ends_it_and_gives_the_attempt_back(make_submission: Make) -> None:
    submission = make_submission()
    quota = charge(submission)
    assert bookkeeping.cancel(submission)
    submission.refresh_from_db()
    quota.refresh_from_db()
    assert (submission.verdict, quota.used) == (Verdict.CANCELLED, 2)


def test_cancelling_what_runs_reaches_the_worker_and_keeps_the_attempt_spent(make_submission: Make) -> None:
    submission = make_submission()
    quota = charge(submission)
    lease = claimed(submission)
    assert bookkeeping.cancel(submission)
    with pytest.raises(Cancelled):
        bookkeeping.extend(lease)
    bookkeeping.record(lease, Report(verdict=Verdict.CANCELLED))
    quota.refresh_from_db()
    assert quota.used == 3


def test_what_is_done_cannot_be_cancelled(make_submission: Make) -> None:
    assert not bookkeeping.cancel(make_submission(score=0.5))


def test_a_cancelled_submission_whose_worker_died_is_not_run_again(make_submission: Make) -> None:
    submission = make_submission()
    claimed(submission)
    bookkeeping.cancel(submission)
    Submission.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    bookkeeping.expire(submission.pk, timezone.now())
    submission.refresh_from_db()
    assert submission.verdict == Verdict.CANCELLED


def test_a_worker_that_is_stopped_gives_back_without_counting_the_try(make_submission: Make) -> None:
    submission = make_submission()
    bookkeeping.release(claimed(submission))
    submission.refresh_from_db()
    assert (submission.state, submission.attempts) == (State.QUEUED, 0)
    assert claimed(submission).attempt == 1


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_the_database_itself_refuses_a_score_that_is_not_finite(make_submission: Make, score: float) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_submission(score=score)


def test_the_database_refuses_a_verdict_without_an_end_and_an_end_without_a_verdict(make_submission: Make) -> None:
    for fields in ({"state": State.DONE}, {"verdict": Verdict.CRASHED}):
        with pytest.raises(IntegrityError), transaction.atomic():
            make_submission(**fields)
