from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import editions, intake, rules, teams
from judge.errors import SubmissionRefused
from judge.intake import HandIn
from judge.models import Edition, QuotaDay, Submission, Worker
from judge.verdicts import State, Verdict


@pytest.fixture
def answer(edition: Edition) -> bytes:
    """A file that fits: every flower is a setosa."""
    return (editions.minted(edition).public / "sample_submission.csv").read_bytes()


def hand_in(data: bytes, **fields: str) -> HandIn:
    return HandIn(file_name="species.csv", data=data, **fields)  # type: ignore[arg-type]


def refused(user: User, edition: Edition, hand_in_: HandIn) -> SubmissionRefused:
    with pytest.raises(SubmissionRefused) as refusal:
        intake.submit(user, edition, hand_in_)
    return refusal.value


def test_a_file_that_fits_is_queued_and_spends_one_attempt(edition: Edition, learner: User, answer: bytes) -> None:
    submission = intake.submit(learner, edition, hand_in(answer, description="first try"))
    assert (submission.state, submission.verdict, submission.description) == (State.QUEUED, None, "first try")
    team = teams.team_of(learner, edition)
    assert intake.quota_of(team, edition).used == 1
    assert list(submission.events.values_list("step", flat=True)) == ["queued"]


def test_a_file_that_does_not_fit_is_kept_with_every_finding_and_spends_nothing(
    edition: Edition, learner: User
) -> None:
    submission = intake.submit(learner, edition, hand_in(b"id,species\nnobody,tulip\nnobody,rose\n"))
    assert (submission.state, submission.verdict) == (State.DONE, Verdict.REJECTED)
    assert {finding["code"] for finding in submission.findings} == {
        "unknown_id",
        "missing_id",
        "duplicate_id",
        "unknown_category",
    }
    assert intake.quota_of(submission.team, edition).used == 0


def test_the_quota_ends_with_a_refusal_that_names_the_time_of_its_reset(
    edition: Edition, learner: User, answer: bytes
) -> None:
    limit = edition.challenge.spec.board.per_day
    team = teams.ensure(learner, edition)
    QuotaDay.objects.create(team=team, day=rules.quota_day(timezone.now()), used=limit, limit=limit)
    refusal = refused(learner, edition, hand_in(answer))
    assert (refusal.code, refusal.status) == ("quota_exhausted", 429)
    assert refusal.retry_at == rules.quota_resets_at(timezone.now())
    assert not Submission.objects.exists()


def test_the_quota_belongs_to_the_team(edition: Edition, learner: User, answer: bytes) -> None:
    team = teams.create(learner, edition, name="Petals")
    bob = User.objects.create_user("bob")
    teams.join(bob, edition, code=team.join_code)
    intake.submit(learner, edition, hand_in(answer))
    intake.submit(bob, edition, hand_in(answer))
    assert intake.quota_of(team, edition).used == 2


def test_after_the_deadline_nothing_is_taken(edition: Edition, learner: User, answer: bytes) -> None:
    edition.closes_at = timezone.now() - timedelta(seconds=1)
    edition.save()
    assert refused(learner, edition, hand_in(answer)).code == "deadline_passed"


def test_before_the_opening_nothing_is_taken(edition: Edition, learner: User, answer: bytes) -> None:
    edition.opens_at = timezone.now() + timedelta(hours=1)
    edition.save()
    refusal = refused(learner, edition, hand_in(answer))
    assert (refusal.code, refusal.retry_at) == ("not_open", edition.opens_at)


def test_a_file_over_the_cap_of_the_challenge_is_refused_before_it_is_read(edition: Edition, learner: User) -> None:
    answer = edition.challenge.spec.answer
    assert answer is not None
    refusal = refused(learner, edition, hand_in(b"x" * (int(answer.max_mb * 1_000_000) + 1)))
    assert (refusal.code, refusal.status) == ("too_large", 413)


def test_a_repeated_upload_with_the_same_key_is_one_submission(edition: Edition, learner: User, answer: bytes) -> None:
    first = intake.submit(learner, edition, hand_in(answer, idempotency_key="k1"))
    again = intake.submit(learner, edition, hand_in(answer, idempotency_key="k1"))
    assert first.pk == again.pk
    assert intake.quota_of(first.team, edition).used == 1


def test_the_same_file_twice_is_two_submissions_with_one_copy_of_the_bytes(
    edition: Edition, learner: User, answer: bytes
) -> None:
    first, second = (intake.submit(learner, edition, hand_in(answer)) for _ in range(2))
    assert first.pk != second.pk
    assert first.sha256 == second.sha256


def test_a_retired_edition_sends_learners_to_the_new_one(edition: Edition, learner: User, answer: bytes) -> None:
    edition.retired_at = timezone.now()
    edition.save()
    assert refused(learner, edition, hand_in(answer)).code == "edition_retired"


def test_programs_are_refused_with_what_to_install_when_no_worker_can_run_them(home: object, learner: User) -> None:
    clustering = editions.mint("iris-clustering")
    Worker.objects.create(name="w", resources=["score"], reason="Install bubblewrap.", seen_at=timezone.now())
    refusal = refused(learner, clustering, HandIn(file_name="main.py", data=b"print(1)\n"))
    assert (refusal.code, refusal.status) == ("no_sandbox", 503)
    assert "Install bubblewrap." in refusal.sentence


def test_programs_wait_in_the_queue_while_no_worker_is_there_at_all(home: object, learner: User) -> None:
    clustering = editions.mint("iris-clustering")
    submission = intake.submit(learner, clustering, HandIn(file_name="main.py", data=b"print(1)\n"))
    assert (submission.state, submission.resource) == (State.QUEUED, "cpu")


def test_only_so_many_submissions_can_be_chosen(edition: Edition, make_submission: Callable[..., Submission]) -> None:
    first = make_submission(score=0.5)
    rest = [make_submission(team=first.team, score=0.5 + n / 10) for n in (1, 2)]
    for submission in (first, rest[0]):
        intake.choose(submission, chosen=True)
    with pytest.raises(SubmissionRefused) as refusal:
        intake.choose(rest[1], chosen=True)
    assert refusal.value.code == "too_many_chosen"
    intake.choose(first, chosen=False)
    intake.choose(rest[1], chosen=True)


def test_what_was_not_scored_cannot_be_chosen(make_submission: Callable[..., Submission]) -> None:
    with pytest.raises(SubmissionRefused) as refusal:
        intake.choose(make_submission(), chosen=True)
    assert refusal.value.code == "not_scored"
