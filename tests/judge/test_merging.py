from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection, connections
from django.utils import timezone

from challenges.minting import Minted
from challenges.scoring import Score, Scores, SplitScores
from challenges.spec import BoardSpec, Counts
from judge import bookkeeping, departures, history, intake, leaderboard, merging, rules, teams
from judge.certificates import register
from judge.certificates.credential import Site
from judge.errors import SubmissionRefused, TeamRefused
from judge.intake import HandIn
from judge.models import Board, Edition, Membership, MergeProposal, QuotaDay, Standing, Submission, Team
from judge.reports import Report
from judge.verdicts import Verdict

Make = Callable[..., Submission]
PATIENCE_S = 30.0
WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""


@pytest.fixture
def floor(iris_paper: Minted) -> bytes:
    answer = iris_paper.floor()
    assert answer is not None
    return answer


@pytest.fixture
def pair(edition: Edition) -> tuple[Team, Team]:
    """Two teams of one: ada's Owls, who propose, and bob's Bees."""
    owls = teams.create(User.objects.create_user("ada"), edition, name="Owls")
    bees = teams.create(User.objects.create_user("bob"), edition, name="Bees")
    return owls, bees


@pytest.fixture
def board(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the challenge have another rule of its board."""

    def set_to(**rule: Any) -> None:
        challenge = edition.challenge
        spec = challenge.spec.model_copy(update={"board": BoardSpec(**rule)})
        monkeypatch.setattr(Edition, "challenge", replace(challenge, spec=spec))

    return set_to


def merge(owls: Team, bees: Team) -> merging.Merged:
    proposal = merging.propose(owls.captain, owls.edition, code=bees.join_code)
    return merging.accept(bees.captain, bees.edition, proposal.pk)


def refused(call: Callable[[], object]) -> TeamRefused:
    with pytest.raises(TeamRefused) as refusal:
        call()
    return refusal.value


def used(team: Team, days_ago: int, attempts: int, limit: int = 10) -> None:
    day = rules.quota_day(timezone.now()) - timedelta(days=days_ago)
    QuotaDay.objects.create(team=team, day=day, used=attempts, limit=limit)


def opened(edition: Edition, days_ago: int) -> None:
    edition.opens_at = timezone.now() - timedelta(days=days_ago)
    edition.save()


def test_two_teams_become_one_with_the_name_captain_and_code_of_the_proposer(
    edition: Edition, pair: tuple[Team, Team]
) -> None:
    owls, bees = pair
    carl = User.objects.create_user("carl")
    teams.join(carl, edition, code=bees.join_code)
    merged = merge(owls, bees)
    assert merged == merging.Merged(owls, 0)
    (team,) = Team.objects.all()
    assert (team.name, team.captain.username, team.join_code) == ("Owls", "ada", owls.join_code)
    assert set(team.memberships.values_list("user__username", flat=True)) == {"ada", "bob", "carl"}
    assert not MergeProposal.objects.exists()


def test_the_submissions_of_both_stand_in_one_history_and_the_best_on_one_row(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make
) -> None:
    owls, bees = pair
    first = make_submission(team=owls, score=0.7)
    better = make_submission(team=bees, score=0.9, minutes=1)
    waiting = make_submission(team=bees, minutes=2)
    for team in pair:
        leaderboard.refresh(team)
    merge(owls, bees)
    for user in (owls.captain, bees.captain):
        assert [s.pk for s in history.of_user(user, edition).submissions] == [waiting.pk, better.pk, first.pk]
    for name in Board:
        (row,) = leaderboard.page(edition, name).rows
        standing = row.standing
        assert (standing.team, standing.submission, standing.score, standing.entries) == (owls, better, 0.9, 2)


def test_the_attempts_of_both_count_against_one_quota(edition: Edition, pair: tuple[Team, Team]) -> None:
    opened(edition, days_ago=9)
    for team, ago, attempts in ((pair[0], 0, 4), (pair[1], 0, 3), (pair[1], 1, 2), (pair[0], 2, 9), (pair[1], 2, 8)):
        used(team, ago, attempts)
    merge(*pair)
    assert intake.quota_of(pair[0], edition).left == 3
    assert list(pair[0].quota_days.order_by("-day").values_list("used", "limit")) == [(7, 10), (2, 10), (17, 17)]


def test_an_attempt_given_back_after_more_than_one_quota_was_used_allows_no_other(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make, floor: bytes
) -> None:
    opened(edition, days_ago=9)
    used(pair[0], 0, 6)
    used(pair[1], 0, 6)
    waiting = make_submission(team=pair[1], quota_day=rules.quota_day(timezone.now()))
    merge(*pair)
    assert bookkeeping.cancel(waiting)
    assert QuotaDay.objects.get().used == 11
    with pytest.raises(SubmissionRefused) as refusal:
        intake.submit(pair[0].captain, edition, HandIn(file_name="s.csv", data=floor))
    assert refusal.value.code == "quota_exhausted"


def test_more_attempts_than_one_team_could_have_used_are_refused_until_it_could(
    edition: Edition, pair: tuple[Team, Team]
) -> None:
    """10 a day, open since yesterday: 20 by now. 12 + 9 = 21 are possible on the third day, tomorrow."""
    opened(edition, days_ago=1)
    for team, ago, attempts in ((pair[0], 0, 6), (pair[0], 1, 6), (pair[1], 1, 9)):
        used(team, ago, attempts)
    refusal = refused(lambda: merge(*pair))
    tomorrow = rules.quota_day(timezone.now()) + timedelta(days=1)
    assert (refusal.code, refusal.retry_at) == (
        "too_many_attempts",
        datetime.combine(tomorrow, datetime.min.time(), UTC),
    )
    assert refusal.sentence == (
        "Together your teams have used 21 attempts; one team could have used 20 by now. "
        f"If neither hands in meanwhile, you can merge from {tomorrow:%Y-%m-%d} UTC on."
    )
    QuotaDay.objects.filter(team=pair[1]).update(used=8)
    assert merge(*pair).team == pair[0]


def test_where_the_deadline_comes_before_that_day_the_refusal_promises_none(
    edition: Edition, pair: tuple[Team, Team]
) -> None:
    opened(edition, days_ago=0)
    edition.closes_at = timezone.now() + timedelta(minutes=1)
    edition.save()
    used(pair[0], 0, 10)
    used(pair[1], 0, 10)
    QuotaDay.objects.create(team=pair[1], day=date(2020, 1, 1), used=10, limit=10)
    refusal = refused(lambda: merge(*pair))
    assert (refusal.code, refusal.retry_at) == ("too_many_attempts", None)
    assert refusal.sentence.endswith("Before the deadline that many are never reached; your teams stay two.")


def test_together_they_keep_as_many_chosen_submissions_as_one_team_may(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make, board: Callable[..., None]
) -> None:
    board(counts=Counts.CHOSEN, chosen_max=2)
    owls, bees = pair
    rows = [(owls, 0.7), (owls, 0.9), (bees, 0.8), (bees, 0.6)]
    chosen = [make_submission(team=t, score=s, chosen=True, minutes=n) for n, (t, s) in enumerate(rows)]
    assert merge(owls, bees).unchosen == 2
    assert [Submission.objects.get(pk=s.pk).chosen for s in chosen] == [False, True, True, False]


def test_a_ladder_goes_on_from_the_best_that_either_team_was_shown(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make, board: Callable[..., None]
) -> None:
    """0.5 and 0.8 were shown to two teams; 0.7 is a step for the first alone, and held for the two together."""
    board(ladder=True)
    owls, bees = pair
    make_submission(team=owls, score=0.5)
    best = make_submission(team=bees, score=0.8, minutes=1)
    held = make_submission(team=bees, score=0.8, minutes=2, public_held=True)
    merge(owls, bees)
    step = make_submission(team=owls, minutes=3)
    record(step, 0.7)
    step.refresh_from_db()
    held.refresh_from_db()
    assert (step.public_score, step.public_held, held.public_held) == (0.8, True, True)
    assert Standing.objects.get(board=Board.PUBLIC).submission == best


def test_a_certificate_of_the_team_that_went_up_stays_genuine(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make
) -> None:
    owls, bees = pair
    certified = make_submission(team=bees, score=0.9)
    leaderboard.refresh(bees)
    site = Site(origin="https://judge.example")
    certificate = register.issue(bees.captain, certified.pk, site=site, learner="Bob")
    merge(owls, bees)
    finding = register.check(json.dumps(certificate.credential))
    assert (finding.verdict, finding.certificate) == (register.Truth.GENUINE, certificate)
    assert register.issue(bees.captain, certified.pk, site=site, learner="Bob") == certificate


def test_only_captains_propose_and_answer(edition: Edition, pair: tuple[Team, Team]) -> None:
    owls, bees = pair
    carl, dora = User.objects.create_user("carl"), User.objects.create_user("dora")
    teams.join(carl, edition, code=owls.join_code)
    teams.join(dora, edition, code=bees.join_code)
    refusal = refused(lambda: merging.propose(carl, edition, code=bees.join_code))
    assert (refusal.code, refusal.status) == ("not_captain", 403)
    assert refusal.sentence == "Only the captain of your team, ada, can merge it with another one; ask them."
    proposal = merging.propose(owls.captain, edition, code=bees.join_code)
    assert refused(lambda: merging.accept(dora, edition, proposal.pk)).code == "not_captain"
    assert refused(lambda: merging.decline(dora, edition, proposal.pk)).code == "not_captain"
    assert refused(lambda: merging.withdraw(carl, edition)).code == "not_captain"
    assert refused(lambda: merging.accept(owls.captain, edition, proposal.pk)).code == "unknown_proposal"


def test_a_proposal_can_be_withdrawn_or_declined_and_is_then_gone(edition: Edition, pair: tuple[Team, Team]) -> None:
    owls, bees = pair
    first = merging.propose(owls.captain, edition, code=bees.join_code)
    merging.withdraw(owls.captain, edition)
    assert refused(lambda: merging.accept(bees.captain, edition, first.pk)).code == "unknown_proposal"
    second = merging.propose(owls.captain, edition, code=bees.join_code)
    merging.decline(bees.captain, edition, second.pk)
    assert refused(lambda: merging.withdraw(owls.captain, edition)).code == "unknown_proposal"
    assert Team.objects.count() == 2


def test_a_team_has_one_proposal_open_and_gets_any_number(edition: Edition, pair: tuple[Team, Team]) -> None:
    owls, bees = pair
    cats = teams.create(User.objects.create_user("cleo"), edition, name="Cats")
    first = merging.propose(owls.captain, edition, code=bees.join_code)
    assert merging.propose(owls.captain, edition, code=f" {bees.join_code} ") == first
    refusal = refused(lambda: merging.propose(owls.captain, edition, code=cats.join_code))
    assert refusal.code == "already_proposed"
    assert refusal.sentence == "Your team has proposed a merge to Bees already; withdraw that proposal first."
    other_way = refused(lambda: merging.propose(bees.captain, edition, code=owls.join_code))
    assert other_way.code == "proposed_to_you"
    merging.propose(cats.captain, edition, code=bees.join_code)
    assert [p.proposer.name for p in merging.open_for(bees).received] == ["Owls", "Cats"]


def test_who_has_no_team_or_a_wrong_code_is_told_what_to_do(edition: Edition, pair: tuple[Team, Team]) -> None:
    owls, _bees = pair
    nobody = User.objects.create_user("nobody")
    assert refused(lambda: merging.propose(nobody, edition, code=owls.join_code)).code == "no_team"
    assert refused(lambda: merging.propose(owls.captain, edition, code="guess")).code == "unknown_code"
    assert refused(lambda: merging.propose(owls.captain, edition, code=owls.join_code)).code == "own_code"


def test_five_people_are_no_team(edition: Edition, pair: tuple[Team, Team]) -> None:
    owls, bees = pair
    for n in range(3):
        teams.join(User.objects.create_user(f"more{n}"), edition, code=owls.join_code)
    refusal = refused(lambda: merge(owls, bees))
    assert refusal.code == "team_full"
    assert refusal.sentence.startswith("Together your teams have 5 members; 4 are the most.")


def test_a_team_that_filled_up_after_the_proposal_is_refused_at_the_yes(
    edition: Edition, pair: tuple[Team, Team]
) -> None:
    owls, bees = pair
    proposal = merging.propose(owls.captain, edition, code=bees.join_code)
    for n in range(3):
        teams.join(User.objects.create_user(f"more{n}"), edition, code=bees.join_code)
    assert refused(lambda: merging.accept(bees.captain, edition, proposal.pk)).code == "team_full"
    assert Team.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [("closes_at", "deadline_passed"), ("retired_at", "edition_retired")],
)
def test_after_the_end_teams_stay_as_they_are(
    edition: Edition, pair: tuple[Team, Team], change: str, code: str
) -> None:
    owls, bees = pair
    proposal = merging.propose(owls.captain, edition, code=bees.join_code)
    setattr(edition, change, timezone.now() - timedelta(minutes=1))
    edition.save()
    assert refused(lambda: merging.accept(bees.captain, edition, proposal.pk)).code == code
    assert Team.objects.count() == 2


def test_the_host_stays_alone(edition: Edition, pair: tuple[Team, Team]) -> None:
    teams.mark_baseline("bob")
    assert refused(lambda: merge(*pair)).code == "host_team"


def test_a_captain_who_leaves_the_site_takes_no_team_of_others_along(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make
) -> None:
    owls, bees = pair
    make_submission(team=bees, score=0.9)
    merge(owls, bees)
    departures.depart(owls.captain)
    (team,) = Team.objects.all()
    assert team.captain.username == "bob"


def test_a_team_that_nobody_is_left_in_merges_with_none(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make
) -> None:
    owls, bees = pair
    make_submission(team=owls, score=0.9)
    proposal = merging.propose(owls.captain, edition, code=bees.join_code)
    departures.depart(owls.captain)
    assert refused(lambda: merging.accept(bees.captain, edition, proposal.pk)).code == "unknown_proposal"
    assert Team.objects.count() == 2


def test_a_file_handed_in_while_its_team_goes_up_lands_in_the_one_that_stays(
    edition: Edition, pair: tuple[Team, Team], floor: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    owls, bees = pair
    keep = intake.storage.keep

    def merge_meanwhile(data: bytes) -> str:
        merge(owls, bees)
        return keep(data)

    monkeypatch.setattr(intake.storage, "keep", merge_meanwhile)
    submission = intake.submit(bees.captain, edition, HandIn(file_name="s.csv", data=floor))
    assert submission.team == owls
    assert list(QuotaDay.objects.values_list("team__name", "used")) == [("Owls", 1)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("other", ["record", "cancel", "choose", "submit", "depart"])
def test_a_merge_waits_for_whoever_is_writing_and_loses_nothing(
    edition: Edition,
    pair: tuple[Team, Team],
    make_submission: Make,
    floor: bytes,
    monkeypatch: pytest.MonkeyPatch,
    other: str,
) -> None:
    """The other one stops in the middle of its transaction until the merge has come to its locks."""
    opened(edition, days_ago=9)
    owls, bees = pair
    scored = make_submission(team=bees, score=0.6)
    leaderboard.refresh(bees)
    used(bees, 0, 1)
    gone = User.objects.create_user("gone")
    teams.join(gone, edition, code=bees.join_code)
    make_submission(team=bees, user=gone, score=0.3)
    waiting = make_submission(team=bees, minutes=1, quota_day=rules.quota_day(timezone.now()))
    proposal = merging.propose(owls.captain, edition, code=bees.join_code)
    meeting = Meeting()
    acts: dict[str, Callable[[], object]] = {
        "record": lambda: record(waiting, 0.9),
        "cancel": lambda: bookkeeping.cancel(waiting),
        "choose": lambda: intake.choose(scored, chosen=True),
        "submit": lambda: intake.submit(bees.captain, edition, HandIn(file_name="s.csv", data=floor)),
        "depart": lambda: departures.depart(gone),
    }
    stops = {
        "record": (bookkeeping, "_finish"),
        "cancel": (bookkeeping, "_finish"),
        "choose": (bookkeeping, "restand"),
        "submit": (intake, "_create"),
        "depart": (departures, "_leave"),
    }
    meeting.stop_in(monkeypatch, *stops[other])
    meeting.hold(acts[other], lambda: merging.accept(bees.captain, edition, proposal.pk))

    (team,) = Team.objects.all()
    assert team == owls
    assert set(Submission.objects.values_list("team__name", flat=True)) == {"Owls"}
    assert set(Membership.objects.values_list("team__name", flat=True)) == {"Owls"}
    expected = {"record": (0.9, 1), "cancel": (0.6, 0), "choose": (0.6, 1), "submit": (0.6, 2), "depart": (0.6, 1)}
    standing = Standing.objects.get(board=Board.PUBLIC)
    assert (standing.score, QuotaDay.objects.get().used) == expected[other]


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_that_share_a_team_none_loses_a_submission(
    edition: Edition, pair: tuple[Team, Team], make_submission: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bees go up in Owls while Owls go up in Cats; the second to come finds Owls gone or changed."""
    owls, bees = pair
    cats = teams.create(User.objects.create_user("cleo"), edition, name="Cats")
    for n, team in enumerate((owls, bees, cats)):
        make_submission(team=team, score=0.5 + n / 10, minutes=n)
    inner = merging.propose(owls.captain, edition, code=bees.join_code)
    outer = merging.propose(cats.captain, edition, code=owls.join_code)
    meeting = Meeting()
    meeting.stop_in(monkeypatch, merging, "_share_quota")
    meeting.hold(
        lambda: merging.accept(bees.captain, edition, inner.pk),
        lambda: merging.accept(owls.captain, edition, outer.pk),
    )
    (team,) = Team.objects.all()
    assert (team.name, team.memberships.count(), team.submissions.count()) == ("Cats", 3, 3)
    assert Standing.objects.get(board=Board.PUBLIC).score == 0.7


def record(submission: Submission, score: float) -> None:
    lease = bookkeeping.claim(submission.pk, worker="test")
    assert lease is not None
    split = SplitScores(primary=Score(value=score, standard_error=0.01), secondary={}, rows=10, spread=np.zeros(0))
    report = Report(verdict=Verdict.SCORED, scores=Scores(public=split, private=split), sentence="Scored.")
    bookkeeping.record(lease, report)


class Meeting:
    """Two writers at once: the first stops inside its transaction until the second waits for a lock of it."""

    def __init__(self) -> None:
        self._inside = threading.Event()
        self._coming = threading.Event()
        self._errors: list[BaseException] = []
        self._first: threading.Thread | None = None

    def stop_in(self, monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> None:
        """Let the first writer stop when it calls this function."""
        real = getattr(module, name)

        def stopping(*args: Any, **kwargs: Any) -> Any:
            if threading.current_thread() is self._first and not self._inside.is_set():
                self._inside.set()
                assert self._coming.wait(PATIENCE_S)
                self._wait_until_the_other_waits()
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, stopping)

    def hold(self, first: Callable[[], object], second: Callable[[], object]) -> None:
        self._first = threading.Thread(target=self._run, args=(first,))
        self._first.start()
        assert self._inside.wait(PATIENCE_S), self._errors

        def come() -> None:
            self._coming.set()
            second()

        later = threading.Thread(target=self._run, args=(come,))
        later.start()
        for thread in (self._first, later):
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
        assert self._errors == []

    def _run(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            self._errors.append(error)
        finally:
            connections.close_all()

    def _wait_until_the_other_waits(self) -> None:
        if connection.vendor != "postgresql":
            return  # SQLite lets one writer in at a time: the other waits at its door
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    return
        pytest.fail("the second writer never waited for the first")
