"""The only writer of a submission's state.

    claim ──> step, extend ──> record            one transaction: verdict, scores, usage, standings
                  │       └──> retry_or_give_up  ours failed: again later, or JUDGE_ERROR and the attempt given back
                  └ LeaseLost, Cancelled

Every write names the lease token: a worker that lost its lease changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from challenges.scoring import SplitScores
from judge import ladder, leaderboard, queue, rules, teams
from judge.errors import Cancelled, LeaseLost
from judge.models import Attempt, Board, Event, QuotaDay, Submission, Team
from judge.reports import Report
from judge.verdicts import RULES, State, Step, Verdict

PROGRESS_MARK = " done; "
RINGS_LATER_S = 0.5
"""A bell that rings before the time of the next try would be for nothing."""


@dataclass(frozen=True)
class Lease:
    """The right of one worker to grade one submission for a while."""

    submission_id: int
    token: uuid.UUID
    attempt: int


def claim(submission_id: int, *, worker: str) -> Lease | None:
    """Take one submission for this worker; None when somebody else has it or it need not be graded."""
    now = timezone.now()
    lease = uuid.uuid4()
    with transaction.atomic():
        taken = Submission.objects.filter(_claimable(now), pk=submission_id).update(
            state=State.RUNNING,
            lease_token=lease,
            lease_until=now + timedelta(seconds=settings.LEASE_S),
            attempts=F("attempts") + 1,
        )
        if not taken:
            return None
        attempt = Submission.objects.values_list("attempts", flat=True).get(pk=submission_id)
        Attempt.objects.create(submission_id=submission_id, number=attempt, token=lease, worker=worker, started_at=now)
        note(submission_id, Step.CLAIMED, worker)
    return Lease(submission_id, lease, attempt)


def claim_next(resources: Sequence[str], *, worker: str) -> Lease | None:
    """Take the submission that has waited longest among those this worker can run."""
    waiting = Submission.objects.filter(_claimable(timezone.now()), resource__in=resources).order_by("id")
    for submission_id in waiting.values_list("id", flat=True)[:10]:
        lease = claim(submission_id, worker=worker)
        if lease is not None:
            return lease
    return None


def extend(lease: Lease) -> None:
    """Keep the lease alive. Raises LeaseLost, or Cancelled when the learner asked to stop."""
    until = timezone.now() + timedelta(seconds=settings.LEASE_S)
    held = Submission.objects.filter(pk=lease.submission_id, lease_token=lease.token)
    if not held.update(lease_until=until):
        raise LeaseLost(f"submission {lease.submission_id} is graded by somebody else by now")
    if held.filter(cancel_asked=True).exists():
        raise Cancelled


def step(lease: Lease, name: Step, detail: str = "") -> None:
    """Write down what happens now. Raises LeaseLost, Cancelled."""
    extend(lease)
    note(lease.submission_id, name, detail)


def progress(lease: Lease, percent: int) -> None:
    """Write down how far the running program says it is, beside what it may use."""
    running = Event.objects.filter(submission_id=lease.submission_id, step=Step.EXECUTING).last()
    if running is not None:
        allowed = running.detail.partition(PROGRESS_MARK)[2] or running.detail
        running.detail = f"{percent} %{PROGRESS_MARK}{allowed}"
        running.save(update_fields=["detail"])


def note(submission_id: int, name: Step, detail: str = "") -> None:
    """Add a time-stamped step to the history that the learner sees."""
    Event.objects.create(submission_id=submission_id, step=name, detail=detail[:300], at=timezone.now())


def record(lease: Lease, report: Report) -> None:
    """Write the verdict down, once: DONE, scores and standings in one transaction. Raises LeaseLost."""
    with transaction.atomic():
        submission = _held(lease)
        _finish(submission, report)
        Attempt.objects.filter(token=lease.token).update(finished_at=timezone.now())
        if report.verdict is Verdict.SCORED:
            leaderboard.update(submission)
        if not RULES[report.verdict].spends_quota:
            _give_back(submission)


def retry_or_give_up(lease: Lease, trace: str) -> None:
    """Put a submission back after a failure of ours, or end it as JUDGE_ERROR after the last try. Raises LeaseLost."""
    with transaction.atomic():
        submission = _held(lease)
        Attempt.objects.filter(token=lease.token).update(finished_at=timezone.now(), error=trace)
        _back_to_queue(submission)


def release(lease: Lease) -> None:
    """Give a submission back unharmed because this worker is told to stop; the try does not count. Raises LeaseLost."""
    with transaction.atomic():
        submission = _held(lease)
        Attempt.objects.filter(token=lease.token).delete()
        submission.attempts -= 1
        submission.state = State.QUEUED
        submission.lease_token = submission.lease_until = submission.enqueued_at = None
        submission.save()
        note(submission.pk, Step.RETRYING, "the worker was stopped")
        transaction.on_commit(lambda: queue.enqueue(submission.pk, submission.resource))


def expire(submission_id: int, now: datetime) -> bool:
    """Take a submission away from a worker that went silent; True when this call did it."""
    with transaction.atomic():
        submission = _locked(submission_id).filter(state=State.RUNNING, lease_until__lt=now).first()
        if submission is None:
            return False
        tried = Attempt.objects.filter(submission=submission, number=submission.attempts)
        tried.update(finished_at=now, error="the worker went silent")
        _back_to_queue(submission)
    return True


def cancel(submission: Submission) -> bool:
    """Stop a submission at its team's wish; False when it was done already.

    One that had not started ends at once and gives its attempt back. One that runs is stopped by its worker within
    a heartbeat and has used its attempt.
    """
    with transaction.atomic():
        locked = _locked(submission.pk).get()
        match State(locked.state):
            case State.DONE:
                return False
            case State.QUEUED:
                _finish(locked, Report(verdict=Verdict.CANCELLED, sentence=_("Cancelled before it started.")))
                if locked.attempts == 0:
                    _give_back(locked)
            case State.RUNNING:
                locked.cancel_asked = True
                locked.save(update_fields=["cancel_asked"])
                note(locked.pk, Step.CANCEL_ASKED)
    return True


def restand(team: Team) -> None:
    """Derive a team's standings again, after it chose other submissions."""
    leaderboard.refresh(team)


def _claimable(now: datetime) -> Q:
    return Q(state=State.QUEUED) & (Q(next_try_at=None) | Q(next_try_at__lte=now))


def _held(lease: Lease) -> Submission:
    submission = _locked(lease.submission_id).filter(lease_token=lease.token).first()
    if submission is None:
        raise LeaseLost(f"submission {lease.submission_id} is graded by somebody else by now")
    return submission


def _locked(submission_id: int) -> QuerySet[Submission]:
    """Lock a submission's team, then, when the rows are read, the submission: the order in which teams merge."""
    teams.held_team_behind(submission_id)
    return Submission.objects.select_for_update().filter(pk=submission_id)


def _finish(submission: Submission, report: Report) -> None:
    submission.state = State.DONE
    submission.verdict = report.verdict
    submission.lease_token = submission.lease_until = submission.next_try_at = None
    submission.finished_at = timezone.now()
    submission.sentence = report.sentence or RULES[report.verdict].sentence
    submission.findings = [asdict(finding) for finding in report.findings]
    submission.usage = report.usage
    submission.log_tail = report.log_tail
    submission.provenance = report.provenance
    submission.replay = report.replay
    if report.scores is not None:
        shown = ladder.shown(submission, report.scores.public)
        submission.public_held = shown.held
        submission.plots = {} if shown.held else report.plots  # a Ladder tells nothing of a step that it does not show
        if shown.held:
            submission.sentence = f"{submission.sentence} {ladder.HELD}"
        _write_scores(submission, Board.PUBLIC, shown.split)
        _write_scores(submission, Board.PRIVATE, report.scores.private)
    submission.save()
    note(submission.pk, Step.FINISHED, report.verdict)


def _write_scores(submission: Submission, board: Board, split: SplitScores) -> None:
    setattr(submission, f"{board}_score", split.primary.value)
    setattr(submission, f"{board}_error", split.primary.standard_error)
    setattr(submission, f"{board}_secondary", dict(split.secondary))
    setattr(submission, f"{board}_spread", split.spread.astype("<f4").tobytes())


def _back_to_queue(submission: Submission) -> None:
    if submission.cancel_asked:
        _finish(submission, Report(verdict=Verdict.CANCELLED))
        return
    if submission.attempts >= rules.MAX_ATTEMPTS:
        _finish(submission, Report(verdict=Verdict.JUDGE_ERROR))
        _give_back(submission)
        return
    submission.state = State.QUEUED
    submission.lease_token = submission.lease_until = submission.enqueued_at = None
    delay = rules.retry_delay(submission.attempts)
    submission.next_try_at = timezone.now() + delay
    submission.save()
    transaction.on_commit(
        lambda: queue.enqueue(submission.pk, submission.resource, delay_s=delay.total_seconds() + RINGS_LATER_S)
    )
    note(submission.pk, Step.RETRYING, f"our failure, try {submission.attempts} of {rules.MAX_ATTEMPTS}")


def _give_back(submission: Submission) -> None:
    if submission.quota_day is None:
        return
    QuotaDay.objects.filter(team_id=submission.team_id, day=submission.quota_day, used__gt=0).update(used=F("used") - 1)
    submission.quota_day = None
    submission.save(update_fields=["quota_day"])
