from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import merging, teams
from judge.models import Edition, Membership, MergeProposal, Submission, Team

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


@pytest.mark.parametrize(
    "door", ["create", "join", "leave", "merge", "merge/withdraw", "merge/1/accept", "merge/1/decline"]
)
def test_no_team_is_changed_by_reading_an_address(edition: Edition, browse: Browse, ada: User, door: str) -> None:
    assert browse(ada).raw(f"{TEAM}{door}/").status_code == 405


def test_a_team_name_is_text(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(f"{TEAM}create/", name="<script>alert(1)</script>")
    assert page.all("script") == []
    assert "<script>alert(1)</script>" in page.text


@pytest.fixture
def pair(edition: Edition, ada: User, bob: User) -> tuple[Team, Team]:
    return teams.create(ada, edition, name="Owls"), teams.create(bob, edition, name="<i>Bees</i>")


def test_two_captains_merge_their_teams(browse: Browse, ada: User, bob: User, pair: tuple[Team, Team]) -> None:
    page = browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    assert "You proposed a merge to team <i>Bees</i>; its captain finds it on this page and can accept." in page.text
    assert "You proposed a merge to <i>Bees</i>. Its captain answers on their team's page." in page.text
    assert page.all("i") == []
    offered = browse(bob).get(TEAM)
    assert "Owls proposes that your team becomes part of theirs. Members: ada." in offered.text
    (accept,) = [form["action"] for form in offered.all("form") if (form.get("action") or "").endswith("/accept/")]
    merged = browse(bob).post(str(accept))
    assert "Your teams are one now: Owls." in merged.text
    assert "ada captain" in merged.text
    assert Team.objects.get().memberships.count() == 2


def test_a_proposal_is_withdrawn_or_declined_by_a_button(
    browse: Browse, ada: User, bob: User, pair: tuple[Team, Team]
) -> None:
    browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    assert "The proposal is withdrawn." in browse(ada).post(f"{TEAM}merge/withdraw/").text
    browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    number = MergeProposal.objects.get().pk
    assert "You declined the merge" in browse(bob).post(f"{TEAM}merge/{number}/decline/").text
    gone = browse(bob).post(f"{TEAM}merge/{number}/accept/")
    assert (gone.status, Team.objects.count()) == (404, 2)
    assert "This proposal is no longer open: it was withdrawn or answered. unknown_proposal" in gone.text


def test_members_see_a_proposal_and_who_can_answer_it(
    edition: Edition, browse: Browse, ada: User, bob: User, pair: tuple[Team, Team], make_user: Callable[..., User]
) -> None:
    carl = make_user("carl")
    teams.join(carl, edition, code=pair[1].join_code)
    browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    page = browse(carl).get(TEAM)
    assert "Owls proposes that your team becomes part of theirs." in page.text
    assert "Only your captain, bob, can propose and answer." in page.text
    assert not [form for form in page.all("form") if "merge" in (form.get("action") or "")]


def test_a_stranger_answers_no_proposal(
    browse: Browse, ada: User, pair: tuple[Team, Team], edition: Edition, make_user: Callable[..., User]
) -> None:
    browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    stranger = make_user("stranger")
    teams.create(stranger, edition, name="Strangers")
    number = MergeProposal.objects.get().pk
    for answer in ("accept", "decline"):
        assert browse(stranger).post(f"{TEAM}merge/{number}/{answer}/").status == 404
    assert MergeProposal.objects.exists()


def test_after_the_deadline_the_page_offers_no_merge(
    edition: Edition, browse: Browse, ada: User, pair: tuple[Team, Team]
) -> None:
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert "Merge with another team" not in browse(ada).get(TEAM).text
    refused = browse(ada).post(f"{TEAM}merge/", merge_code=pair[1].join_code)
    assert refused.status == 403
    assert "deadline_passed" in refused.text


def test_the_team_page_costs_few_queries_however_many_proposals(
    edition: Edition, browse: Browse, ada: User, make_user: Callable[..., User], django_assert_max_num_queries: Any
) -> None:
    owls = teams.create(ada, edition, name="Owls")
    browser = browse(ada)
    for n in range(6):
        user = make_user(f"captain{n}")
        teams.create(user, edition, name=f"Team {n}")
        merging.propose(user, edition, code=owls.join_code)
    with django_assert_max_num_queries(11):
        assert browser.get(TEAM).text.count("proposes that") == 6
