"""The front desk: the only place where a submission comes into being.

rules (deadline, size, worker there?) ── refused: nothing is stored, a 4xx says why
  -> format, ALL findings together    ── REJECTED at once, kept in the learner's history, no attempt used
  -> quota, one atomic UPDATE         ── refused with the time at which it resets
  -> bytes by sha256, row QUEUED      ── on commit the doorbell rings
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from challenges.errors import Finding, InvalidSubmission
from challenges.programs import read_program
from challenges.readers import Expected, read
from judge import bookkeeping, editions, queue, rules, storage, teams, waiting
from judge.errors import SubmissionRefused
from judge.models import Edition, QuotaDay, Submission, Team
from judge.verdicts import RULES, State, Step, Verdict


@dataclass(frozen=True, kw_only=True)
class HandIn:
    """What a learner hands in."""

    file_name: str
    data: bytes
    description: str = ""
    idempotency_key: str | None = None
    """The same key from the same learner returns the submission that it made first: a cut upload can be repeated."""


@dataclass(frozen=True)
class Quota:
    """A team's attempts of today."""

    limit: int
    used: int
    resets_at: datetime

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)


def submit(user: User, edition: Edition, hand_in: HandIn) -> Submission:
    """Take a hand-in and return its row: QUEUED, or DONE and REJECTED with every finding. Raises SubmissionRefused."""
    repeated = _made_before(user, edition, hand_in)
    if repeated is not None:
        return repeated
    now = timezone.now()
    _check_rules(edition, size_bytes=len(hand_in.data), now=now)
    findings = check(edition, hand_in)
    teams.ensure(user, edition)
    sha256 = storage.keep(hand_in.data)
    try:
        with transaction.atomic():
            team = teams.held_team_of(user, edition) or teams.ensure(user, edition)
            if not findings:
                _spend_quota(team, edition, now)
            submission = _create(user, team, hand_in, sha256=sha256, findings=findings, now=now)
    except IntegrityError:
        repeated = _made_before(user, edition, hand_in)  # the same key, twice at the same moment
        if repeated is None:
            raise
        return repeated
    return submission


def check_rules(edition: Edition, *, size_bytes: int) -> None:
    """Raise SubmissionRefused when a file of this size would not be taken in now, so that nobody sends it in vain."""
    _check_rules(edition, size_bytes=size_bytes, now=timezone.now())


def check(edition: Edition, hand_in: HandIn) -> tuple[Finding, ...]:
    """Return everything that is wrong with a file, empty when it fits."""
    challenge = edition.challenge
    spec = challenge.spec
    try:
        if spec.program is not None:
            read_program(hand_in.data, hand_in.file_name, spec.program, challenge.files("kit"))
        elif spec.answer is not None:
            read(hand_in.data, spec.answer, Expected.of(editions.truth(edition)))
    except InvalidSubmission as invalid:
        return invalid.findings
    return ()


def quota_of(team: Team | None, edition: Edition) -> Quota:
    """Return what a team has left today; without a team, what it would have."""
    now = timezone.now()
    limit = edition.challenge.spec.board.per_day
    row = None if team is None else QuotaDay.objects.filter(team=team, day=rules.quota_day(now)).first()
    return Quota(limit=limit, used=0 if row is None else row.used, resets_at=rules.quota_resets_at(now))


def attempts_in_all(team: Team) -> int:
    """Return how many attempts a team has used since it exists."""
    return team.quota_days.aggregate(used=Sum("used"))["used"] or 0


def choose(submission: Submission, *, chosen: bool) -> None:
    """Mark or unmark a submission as one that counts in the end. Raises SubmissionRefused."""
    board = submission.edition.challenge.spec.board
    if submission.verdict != Verdict.SCORED:
        raise SubmissionRefused("not_scored", _("Only scored submissions can be chosen."))
    if submission.edition.has_closed(timezone.now()):
        raise SubmissionRefused("deadline_passed", _("The deadline has passed; the choice stands."), status=403)
    with transaction.atomic():
        team = teams.held_team_behind(submission.pk) or submission.team
        others = team.submissions.filter(chosen=True).exclude(pk=submission.pk).count()
        if chosen and others >= board.chosen_max:
            raise SubmissionRefused(
                "too_many_chosen",
                _("Your team has chosen %(chosen)d submissions; %(most)d are the most. Unchoose one first.")
                % {"chosen": others, "most": board.chosen_max},
            )
        submission.chosen = chosen
        submission.save(update_fields=["chosen"])
        bookkeeping.restand(team)


def _made_before(user: User, edition: Edition, hand_in: HandIn) -> Submission | None:
    if not hand_in.idempotency_key:
        return None
    key = hand_in.idempotency_key[:80]
    return Submission.objects.filter(user=user, edition=edition, idempotency_key=key).first()


def _check_rules(edition: Edition, *, size_bytes: int, now: datetime) -> None:
    if edition.retired_at is not None:
        raise SubmissionRefused(
            "edition_retired", _("This edition was replaced by a newer one; hand in there."), status=410
        )
    if edition.opens_at is not None and now < edition.opens_at:
        raise SubmissionRefused(
            "not_open",
            _("This challenge opens at %(at)s UTC.") % {"at": f"{edition.opens_at:%Y-%m-%d %H:%M}"},
            status=403,
            retry_at=edition.opens_at,
        )
    if edition.has_closed(now):
        raise SubmissionRefused(
            "deadline_passed",
            _("The deadline was %(at)s UTC; hand-ins are closed.") % {"at": f"{edition.closes_at:%Y-%m-%d %H:%M}"},
            status=403,
        )
    spec = edition.challenge.spec
    part = spec.program or spec.answer
    if part is not None and size_bytes > part.max_mb * 1_000_000:
        raise SubmissionRefused(
            "too_large",
            _("The file has %(size).1f MB; this challenge takes %(most)g MB at most.")
            % {"size": size_bytes / 1_000_000, "most": part.max_mb},
            status=413,
        )
    if spec.program is not None:
        _check_sandbox(_resource(edition))


def _check_sandbox(resource: str) -> None:
    """Refuse a program when workers are there and none of them can run it; with no worker in sight it may queue."""
    workers = waiting.live_workers()
    if workers and not any(resource in worker.resources for worker in workers):
        reasons = sorted({worker.reason for worker in workers if worker.reason}) or [f"no worker serves {resource!r}."]
        sentence = _("This server cannot run programs now: %(why)s") % {"why": " ".join(reasons)}
        raise SubmissionRefused("no_sandbox", sentence, status=503)


def _resource(edition: Edition) -> str:
    """Return the queue: `score` needs no sandbox, `cpu` and `gpu` do."""
    program = edition.challenge.spec.program
    if program is None:
        return "score"
    match program.gpu:
        case "required":
            return "gpu"
        case "optional":
            # A GPU worker that is there takes it; where there is none, processors do.
            return "gpu" if any("gpu" in worker.resources for worker in waiting.live_workers()) else "cpu"
        case "none":
            return "cpu"


def _spend_quota(team: Team, edition: Edition, now: datetime) -> None:
    limit = edition.challenge.spec.board.per_day
    day = rules.quota_day(now)
    QuotaDay.objects.get_or_create(team=team, day=day, defaults={"limit": limit})
    # A row's own limit is larger after two teams that had used more than one quota became one.
    unspent = QuotaDay.objects.filter(team=team, day=day, used__lt=F("limit")).filter(used__lt=limit)
    if not unspent.update(used=F("used") + 1):
        resets_at = rules.quota_resets_at(now)
        raise SubmissionRefused(
            "quota_exhausted",
            _("Your team has used its %(limit)d submissions of today; the next is possible at %(at)s UTC.")
            % {"limit": limit, "at": f"{resets_at:%Y-%m-%d %H:%M}"},
            status=429,
            retry_at=resets_at,
        )


def _create(
    user: User, team: Team, hand_in: HandIn, *, sha256: str, findings: tuple[Finding, ...], now: datetime
) -> Submission:
    rejected = bool(findings)
    submission = Submission.objects.create(
        edition=team.edition,
        team=team,
        user=user,
        file_name=hand_in.file_name[:120],
        sha256=sha256,
        size_bytes=len(hand_in.data),
        description=hand_in.description[:500],
        idempotency_key=hand_in.idempotency_key[:80] if hand_in.idempotency_key else None,
        quota_day=None if rejected else rules.quota_day(now),
        created_at=now,
        state=State.DONE if rejected else State.QUEUED,
        verdict=Verdict.REJECTED if rejected else None,
        finished_at=now if rejected else None,
        sentence=RULES[Verdict.REJECTED].sentence if rejected else "",
        findings=[asdict(finding) for finding in findings],
        resource=_resource(team.edition),
    )
    if rejected:
        bookkeeping.note(submission.pk, Step.FINISHED, Verdict.REJECTED)
    else:
        bookkeeping.note(submission.pk, Step.QUEUED)
        transaction.on_commit(lambda: queue.enqueue(submission.pk, submission.resource))
    return submission
