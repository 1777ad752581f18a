from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge import teams
from judge.models import Edition, Membership, Submission, Team

Browse = Callable[..., Any]
TEAM = "/challenges/iris-new-meadow/team/"


def test_creating_a_team_shows_its_code_to_its_members_only(
    edition: Edition, browse: Browse, ada: User, bob: User
) -> None:
    page = browse(ada).post(f"{TEAM}create/", name="Night owls")
    code = Team.objects.get().join_code
    assert "Team Night owls is ready." in page.text
    assert code in page.text
    assert code not in browse(bob).raw(TEAM).content.decode()
    assert code not in browse().raw("/challenges/iris-new-meadow/leaderboard/").content.decode()


def test_joining_by_code(edition: Edition, browse: Browse, ada: User, bob: User) -> None:
    team = teams.create(ada, edition, name="Night owls")
    page = browse(bob).post(f"{TEAM}join/", code=f" {team.join_code} ")
    assert "You are in team Night owls." in page.text
    assert "ada captain" in page.text
    assert team.memberships.count() == 2


def test_an_invitation_fills_the_code_in_but_joins_nobody(
    edition: Edition, browse: Browse, ada: User, bob: User
) -> None:
    team = teams.create(ada, edition, name="Night owls")
    page = browse(bob).get(TEAM, code=team.join_code)
    assert page.all("input", name="code")[0]["value"] == team.join_code
    assert team.memberships.count() == 1


@pytest.mark.parametrize(
    ("door", "fields", "status", "code"),
    [
        ("join", {"code": "wrong"}, 404, "unknown_code"),
        ("create", {"name": "   "}, 400, "bad_name"),
        ("create", {"name": "Night owls"}, 409, "name_taken"),
        ("leave", {}, 404, "no_team"),
    ],
)
def test_a_refusal_is_a_sentence_with_its_code(
    edition: Edition, browse: Browse, ada: User, bob: User, door: str, fields: dict[str, str], status: int, code: str
) -> None:
    teams.create(ada, edition, name="Night owls")
    page = browse(bob).post(f"{TEAM}{door}/", **fields)
    assert page.status == status
    assert code in page.text
    assert not Membership.objects.filter(user=bob).exists()


def test_leaving(edition: Edition, browse: Browse, ada: User) -> None:
    teams.create(ada, edition, name="Night owls")
    assert "You left the team." in browse(ada).post(f"{TEAM}leave/").text
    assert not Team.objects.exists()


def test_whoever_handed_in_stays(browse: Browse, ada: User, hand_in: Callable[..., Submission]) -> None:
    hand_in(ada)
    page = browse(ada).post(f"{TEAM}leave/")
    assert page.status == 409
    assert "has_submissions" in page.text


@pytest.mark.parametrize("door", ["create", "join", "leave"])
def test_no_team_is_changed_by_reading_an_address(edition: Edition, browse: Browse, ada: User, door: str) -> None:
    assert browse(ada).raw(f"{TEAM}{door}/").status_code == 405


def test_a_team_name_is_text(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(f"{TEAM}create/", name="<script>alert(1)</script>")
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.text
