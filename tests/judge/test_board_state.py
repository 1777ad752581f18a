"""The length of a board is kept by the database, in the transaction that changes its rows, whoever writes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import StringIO
from typing import cast

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import CharField, Model

from judge import board_triggers, departures, leaderboard, merging, teams
from judge.models import Board, BoardState, Edition, Standing, Submission, Team
from judge.models.edition import OPEN

Make = Callable[..., Submission]


def kept(edition: Edition, board: Board = Board.PUBLIC) -> BoardState:
    return BoardState.objects.get(edition=edition, board=board)


def counted(edition: Edition, board: Board = Board.PUBLIC) -> int:
    return Standing.objects.filter(edition=edition, board=board, team__is_baseline=False).count()


def test_a_board_without_rows_has_no_state(edition: Edition) -> None:
    assert not BoardState.objects.exists()
    assert leaderboard.teams_on(edition, Board.PUBLIC) == 0


def test_scored_submissions_make_a_board_longer_only_once_a_team(edition: Edition, make_submission: Make) -> None:
    first = make_submission(score=0.8)
    leaderboard.refresh(first.team)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (1, 1)
    make_submission(team=first.team, score=0.9)
    leaderboard.refresh(first.team)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (1, 1)
    leaderboard.refresh(make_submission(score=0.7).team)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (2, 2)


def test_every_scored_submission_gives_a_new_revision(edition: Edition, make_submission: Make) -> None:
    team = make_submission(score=0.8).team
    seen = set()
    for score in (0.7, 0.9, 0.6):
        leaderboard.refresh(team)
        seen |= {kept(edition).revision, kept(edition, Board.PRIVATE).revision}
        make_submission(team=team, score=score)
    assert len(seen) == 6


def test_what_is_rolled_back_leaves_length_and_revision(edition: Edition, make_submission: Make) -> None:
    leaderboard.refresh(make_submission(score=0.8).team)
    before = (kept(edition).teams, kept(edition).revision)
    team = make_submission(score=0.9).team
    with pytest.raises(InterruptedError), transaction.atomic():
        leaderboard.refresh(team)
        assert kept(edition).teams == 2
        raise InterruptedError
    assert (kept(edition).teams, kept(edition).revision) == before


def test_rows_written_in_bulk_are_counted(edition: Edition, make_submission: Make) -> None:
    submissions = [make_submission(score=score) for score in (0.5, 0.6, 0.7)]
    Standing.objects.bulk_create(
        Standing(
            edition=edition, board=board, team=submission.team, submission=submission, key=0, score=0,
            standard_error=0, achieved_at=submission.created_at,
        )
        for submission in submissions
        for board in Board
    )  # fmt: skip
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (3, 3)
    before = kept(edition).revision
    Standing.objects.filter(board=Board.PUBLIC).update(score=0.25)
    assert (kept(edition).teams, kept(edition).revision != before) == (3, True)
    Standing.objects.filter(team=submissions[0].team).delete()
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (2, 2)


def test_the_hosts_team_is_not_counted_whenever_it_is_marked(edition: Edition, make_submission: Make) -> None:
    host, other = make_submission(score=0.8).team, make_submission(score=0.9).team
    leaderboard.refresh(host)
    leaderboard.refresh(other)
    Team.objects.filter(pk=host.pk).update(is_baseline=True)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (1, 1)
    Team.objects.filter(pk=host.pk).update(is_baseline=False)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (2, 2)
    Team.objects.filter(pk=host.pk).update(is_baseline=True)
    make_submission(team=host, score=0.95)
    leaderboard.refresh(host)
    assert kept(edition).teams == 1
    Standing.objects.filter(team=host).delete()
    assert kept(edition).teams == 1
    leaderboard.refresh(host)
    assert kept(edition).teams == 1


def test_a_team_that_loses_its_scores_is_counted_no_longer(edition: Edition, make_submission: Make) -> None:
    submission = make_submission(score=0.8)
    leaderboard.refresh(submission.team)
    leaderboard.refresh(make_submission(score=0.9).team)
    submission.verdict, submission.public_score, submission.private_score = "judge_error", None, None
    submission.save()
    leaderboard.refresh(submission.team)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (1, 1)


def test_two_teams_that_become_one_are_counted_once(edition: Edition, make_submission: Make) -> None:
    stays, goes = make_submission(score=0.8).team, make_submission(score=0.9).team
    for team in (stays, goes, make_submission(score=0.7).team):
        leaderboard.refresh(team)
    proposal = merging.propose(stays.captain, edition, code=goes.join_code)
    merging.accept(goes.captain, edition, proposal.pk)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (2, 2)
    assert counted(edition) == 2


def test_a_new_name_gives_a_new_revision_and_another_field_does_not(edition: Edition, make_submission: Make) -> None:
    team = make_submission(score=0.8).team
    leaderboard.refresh(team)
    before = kept(edition).revision
    team.join_code = "another"
    team.save()
    assert kept(edition).revision == before
    team.name = "the renamed"
    team.save()
    assert (kept(edition).teams, kept(edition).revision != before) == (1, True)


def test_a_deleted_account_keeps_its_row_under_another_name(edition: Edition, make_submission: Make) -> None:
    team = make_submission(score=0.8).team
    leaderboard.refresh(team)
    before = kept(edition).revision
    departures.depart(team.captain)
    assert (kept(edition).teams, kept(edition).revision != before) == (1, True)


def test_a_team_deleted_with_its_captain_is_counted_no_longer(edition: Edition, make_submission: Make) -> None:
    team = make_submission(score=0.8).team
    leaderboard.refresh(team)
    leaderboard.refresh(make_submission(score=0.9).team)
    team.captain.delete()
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (1, 1)


def test_a_deleted_edition_takes_its_states_along(edition: Edition, make_submission: Make) -> None:
    leaderboard.refresh(make_submission(score=0.8).team)
    edition.delete()
    assert not BoardState.objects.exists()


def test_boards_of_other_editions_stay_as_they_are(edition: Edition, make_submission: Make) -> None:
    other = Edition.objects.create(slug="titanic-survival", name=OPEN, version=1, size="small", digest="", folder="")
    leaderboard.refresh(make_submission(score=0.8).team)
    before = kept(edition).revision
    elsewhere = make_submission(
        score=0.9, edition=other, team=teams.create(edition.teams.get().captain, other, name="elsewhere")
    )
    leaderboard.refresh(elsewhere.team)
    assert (kept(edition).revision, kept(other).teams) == (before, 1)


def test_recounting_finds_what_went_wrong_behind_the_triggers(edition: Edition, make_submission: Make) -> None:
    leaderboard.refresh(make_submission(score=0.8).team)
    leaderboard.refresh(make_submission(score=0.9).team)
    said = StringIO()
    call_command("recount", stdout=said)
    assert said.getvalue() == "All boards are counted.\n"
    BoardState.objects.filter(board=Board.PUBLIC).update(teams=7)
    BoardState.objects.filter(board=Board.PRIVATE).delete()
    call_command("recount", stdout=said)
    assert f"public board of edition {edition.pk}: 7 teams were kept, 2 are there" in said.getvalue()
    assert f"private board of edition {edition.pk}: 0 teams were kept, 2 are there" in said.getvalue()
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (2, 2)


def test_migrating_makes_the_triggers_again_and_counts(edition: Edition, make_submission: Make) -> None:
    board_triggers.remove()
    leaderboard.refresh(make_submission(score=0.8).team)
    assert not BoardState.objects.exists()
    call_command("migrate", verbosity=0)
    assert kept(edition).teams == 1
    leaderboard.refresh(make_submission(score=0.9).team)
    assert kept(edition).teams == 2


@pytest.mark.django_db(transaction=True)
def test_a_board_stays_exact_while_many_score_merge_and_leave_at_once(edition: Edition, make_submission: Make) -> None:
    other = Edition.objects.create(slug="titanic-survival", name=OPEN, version=1, size="small", digest="", folder="")
    scored: list[Submission] = []
    acts: list[Callable[[], object]] = []
    for n in range(6):
        first = make_submission(score=0.5 + n / 100)
        user = first.user
        there = make_submission(edition=other, team=teams.create(user, other, name=f"there {n}"), score=0.6)
        scored += [first, there] if n % 2 else [there, first]
        make_submission(team=first.team, score=0.7 + n / 100, minutes=n)
        acts += [partial(leaderboard.refresh, first.team), partial(leaderboard.refresh, there.team)]
    gone, stays = scored[0].user, make_submission(score=0.9).team
    goes = make_submission(score=0.8).team
    for team in Team.objects.all():
        leaderboard.refresh(team)
    proposal = merging.propose(stays.captain, edition, code=goes.join_code)
    acts += [partial(departures.depart, gone), partial(merging.accept, goes.captain, edition, proposal.pk)]
    acts += [partial(rename, team.pk) for team in Team.objects.exclude(pk__in=(goes.pk, stays.pk))[:4]]
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait(timeout=30)
        try:
            with transaction.atomic():
                act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(run, act) for act in acts]:
            done.result(timeout=60)
    assert (kept(edition).teams, kept(edition, Board.PRIVATE).teams) == (7, 7)
    assert (kept(other).teams, kept(other, Board.PRIVATE).teams) == (6, 6)
    assert board_triggers.recount() == []


def rename(team_id: int) -> None:
    team = teams.hold(team_id)[team_id]
    team.name = f"renamed {team_id}"
    team.save(update_fields=["name"])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("model", "name"), [(Team, "name"), (Standing, "board")])
def test_a_migration_may_alter_the_tables_that_have_triggers(
    edition: Edition, make_submission: Make, model: type[Model], name: str
) -> None:
    leaderboard.refresh(make_submission(score=0.8).team)
    narrow = cast("CharField[str, str]", model._meta.get_field(name))
    wide = narrow.clone()
    wide.max_length = 61
    wide.set_attributes_from_name(name)
    wide.model = model
    for before, after in ((narrow, wide), (wide, narrow)):
        board_triggers.before_migrations(using="default", plan=["one"])
        with connection.schema_editor() as editor:
            editor.alter_field(model, before, after, strict=True)
        board_triggers.after_migrations(using="default", plan=["one"])
    assert kept(edition).teams == 1
    team = make_submission(score=0.9).team
    leaderboard.refresh(team)
    assert kept(edition).teams == 2
    team.is_baseline = True
    team.save()
    assert kept(edition).teams == 1


@pytest.mark.django_db(transaction=True)
def test_going_back_before_the_states_and_forth_again_counts_anew(edition: Edition, make_submission: Make) -> None:
    leaderboard.refresh(make_submission(score=0.8).team)
    call_command("migrate", "judge", "0006", verbosity=0)
    leaderboard.refresh(make_submission(score=0.9).team)
    call_command("migrate", verbosity=0)
    assert kept(edition).teams == 2
    leaderboard.refresh(make_submission(score=0.7).team)
    assert kept(edition).teams == 3
