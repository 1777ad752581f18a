from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from judge import rules, teams
from judge.errors import TeamRefused
from judge.models import Edition, Submission, Team


def person(name: str) -> User:
    return User.objects.create_user(name)


def test_a_learner_alone_becomes_a_team_of_one_once(edition: Edition, learner: User) -> None:
    assert teams.ensure(learner, edition).name == "ada"
    assert teams.ensure(learner, edition).pk == teams.ensure(learner, edition).pk
    assert Team.objects.count() == 1


def test_a_team_of_one_finds_a_name_even_when_its_own_is_taken(edition: Edition, learner: User) -> None:
    teams.create(person("bob"), edition, name="ada")
    assert teams.ensure(learner, edition).name == f"ada #{learner.pk}"


def test_two_teams_cannot_share_a_name(edition: Edition, learner: User) -> None:
    teams.create(learner, edition, name="The  Petals")
    with pytest.raises(TeamRefused) as refusal:
        teams.create(person("bob"), edition, name="The Petals")
    assert refusal.value.code == "name_taken"


def test_joining_by_code_leaves_the_team_of_one(edition: Edition, learner: User) -> None:
    petals = teams.create(person("bob"), edition, name="Petals")
    teams.ensure(learner, edition)
    teams.join(learner, edition, code=petals.join_code)
    assert teams.team_of(learner, edition) == petals
    assert list(Team.objects.values_list("name", flat=True)) == ["Petals"]


def test_a_wrong_code_is_refused(edition: Edition, learner: User) -> None:
    with pytest.raises(TeamRefused) as refusal:
        teams.join(learner, edition, code="guess")
    assert refusal.value.code == "unknown_code"


def test_a_full_team_takes_nobody_in(edition: Edition) -> None:
    team = teams.create(person("p0"), edition, name="Full")
    for n in range(1, rules.TEAM_MAX):
        teams.join(person(f"p{n}"), edition, code=team.join_code)
    with pytest.raises(TeamRefused) as refusal:
        teams.join(person("late"), edition, code=team.join_code)
    assert refusal.value.code == "team_full"


def test_whoever_has_handed_in_stays(
    edition: Edition, learner: User, make_submission: Callable[..., Submission]
) -> None:
    team = teams.ensure(learner, edition)
    make_submission(team=team)
    with pytest.raises(TeamRefused) as refusal:
        teams.leave(learner, edition)
    assert refusal.value.code == "has_submissions"


def test_when_the_captain_leaves_the_longest_member_takes_over(edition: Edition, learner: User) -> None:
    team = teams.create(learner, edition, name="Petals")
    bob = person("bob")
    teams.join(bob, edition, code=team.join_code)
    teams.leave(learner, edition)
    team.refresh_from_db()
    assert team.captain == bob
    teams.leave(bob, edition)
    assert not Team.objects.filter(pk=team.pk).exists()
