from typing import Any

import pytest
from django.contrib.auth.models import User

IRIS = "iris-new-meadow"
TEAM = f"challenges/{IRIS}/team"
pytestmark = pytest.mark.usefixtures("edition")


def test_without_a_team_there_is_none_to_show(api: Any, ada: User) -> None:
    refused = api(ada).get(TEAM)

    assert (refused.status_code, refused.json()["code"]) == (404, "no_team")


def test_a_team_is_made_with_a_name_and_a_code_to_join(api: Any, ada: User) -> None:
    made = api(ada).post(TEAM, {"name": "  The   Bees "})
    body = made.json()

    assert (made.status_code, body["name"]) == (201, "The Bees")
    assert body["members"] == [{"username": "ada", "is_captain": True}]
    assert (body["most_members"], body["rank"]) == (4, None)
    assert len(body["join_code"]) >= 16


def test_whoever_has_the_code_joins(api: Any, ada: User, bob: User) -> None:
    code = api(ada).post(TEAM, {"name": "Bees"}).json()["join_code"]
    joined = api(bob).post(f"{TEAM}/join", {"code": f" {code}\n"})

    assert joined.status_code == 200
    assert [member["username"] for member in joined.json()["members"]] == ["ada", "bob"]


def test_an_unknown_code_is_refused(api: Any, ada: User) -> None:
    refused = api(ada).post(f"{TEAM}/join", {"code": "guess"})

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_code")


def test_a_full_team_takes_nobody(api: Any, ada: User, make_user: Any) -> None:
    code = api(ada).post(TEAM, {"name": "Bees"}).json()["join_code"]
    answers = [api(make_user(f"m{n}")).post(f"{TEAM}/join", {"code": code}) for n in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 409]
    assert answers[-1].json()["code"] == "team_full"


def test_a_taken_name_is_refused(api: Any, ada: User, bob: User) -> None:
    api(ada).post(TEAM, {"name": "Bees"})
    refused = api(bob).post(TEAM, {"name": "Bees"})

    assert (refused.status_code, refused.json()["code"]) == (409, "name_taken")


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "x" * 61}, {"name": ["a"]}])
def test_a_name_that_is_none_is_refused(api: Any, ada: User, body: dict[str, Any]) -> None:
    refused = api(ada).post(TEAM, body)

    assert refused.status_code == 400
    assert refused.json()["code"] in ("bad_name", "invalid_input")


def test_leaving_an_own_team_dissolves_it(api: Any, ada: User) -> None:
    api(ada).post(TEAM, {"name": "Bees"})

    assert api(ada).post(f"{TEAM}/leave").status_code == 204
    assert api(ada).get(TEAM).status_code == 404


def test_who_has_handed_in_stays(api: Any, ada: User, floor: bytes) -> None:
    api(ada).submit(IRIS, floor)
    refused = api(ada).post(f"{TEAM}/leave")

    assert (refused.status_code, refused.json()["code"]) == (409, "has_submissions")


def test_who_is_in_no_team_cannot_leave(api: Any, ada: User) -> None:
    assert api(ada).post(f"{TEAM}/leave").json()["code"] == "no_team"


def test_two_teams_become_one(api: Any, ada: User, bob: User) -> None:
    api(ada).post(TEAM, {"name": "Owls"})
    code = api(bob).post(TEAM, {"name": "Bees"}).json()["join_code"]
    proposed = api(ada).post(f"{TEAM}/merge", {"code": code})
    assert (proposed.status_code, proposed.json()["merge_proposed_to"]) == (201, "Bees")

    (offer,) = api(bob).get(TEAM).json()["merges_offered"]
    assert (offer["team"], offer["members"]) == ("Owls", ["ada"])
    merged = api(bob).post(f"{TEAM}/merge/{offer['number']}/accept")
    body = merged.json()
    assert (merged.status_code, body["name"], body["merges_offered"]) == (200, "Owls", [])
    assert body["members"] == [
        {"username": "ada", "is_captain": True},
        {"username": "bob", "is_captain": False},
    ]


def test_a_merge_is_declined_withdrawn_and_refused_with_a_code(api: Any, ada: User, bob: User) -> None:
    own = api(ada).post(TEAM, {"name": "Owls"}).json()["join_code"]
    code = api(bob).post(TEAM, {"name": "Bees"}).json()["join_code"]
    refused = api(ada).post(f"{TEAM}/merge", {"code": own})
    assert (refused.status_code, refused.json()["code"]) == (400, "own_code")

    api(ada).post(f"{TEAM}/merge", {"code": code})
    number = api(bob).get(TEAM).json()["merges_offered"][0]["number"]
    assert api(bob).post(f"{TEAM}/merge/{number}/decline").status_code == 204
    gone = api(bob).post(f"{TEAM}/merge/{number}/accept")
    assert (gone.status_code, gone.json()["code"]) == (404, "unknown_proposal")

    api(ada).post(f"{TEAM}/merge", {"code": code})
    assert api(ada).post(f"{TEAM}/merge/withdraw").status_code == 204
    assert api(bob).get(TEAM).json()["merges_offered"] == []
