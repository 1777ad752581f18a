from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import tasks
from judge.models import Edition, Team

BOARD = "challenges/iris-new-meadow/leaderboard"
IRIS = "iris-new-meadow"


@pytest.fixture
def scored(api: Any, ada: User, bob: User, edition: Edition, floor: bytes, ceiling: bytes) -> None:
    """Bob, who hands in later, is far better than Ada."""
    api(ada).submit(IRIS, floor)
    api(bob).submit(IRIS, ceiling)
    tasks.work_off(["score"], worker="test")


def test_an_empty_board_is_a_board(api: Any, edition: Edition) -> None:
    body = api().get(BOARD).json()

    assert (body["board"], body["rows"], body["next_cursor"], body["teams"]) == ("public", [], None, 0)


@pytest.mark.usefixtures("scored")
def test_the_public_board_ranks_the_better_score_first_for_everybody(api: Any) -> None:
    body = api().get(BOARD).json()

    assert [(row["rank"], row["team"], row["is_mine"]) for row in body["rows"]] == [
        (1, "bob", False),
        (2, "ada", False),
    ]
    assert body["rows"][1]["score"] == pytest.approx(1 / 3)
    assert body["rows"][1]["secondary"] == {"f1_macro": pytest.approx(1 / 6)}
    assert body["rows"][1]["level_with"] is None
    assert (body["teams"], body["metric"]["id"], body["metric"]["better"]) == (2, "accuracy", "higher")


@pytest.mark.usefixtures("scored")
def test_my_row_is_marked(api: Any, ada: User) -> None:
    rows = api(ada).get(BOARD).json()["rows"]

    assert [row["is_mine"] for row in rows] == [False, True]


@pytest.mark.usefixtures("scored")
def test_the_hosts_row_is_marked(api: Any, ada: User) -> None:
    Team.objects.filter(name="bob").update(is_baseline=True)

    assert [row["is_baseline"] for row in api().get(BOARD).json()["rows"]] == [True, False]


@pytest.mark.usefixtures("scored")
def test_pages_follow_each_other_by_cursor(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.leaderboard.page.__kwdefaults__", {"cursor": None, "size": 1})
    first = api().get(BOARD).json()
    second = api().get(BOARD, {"cursor": first["next_cursor"]}).json()

    assert [(row["rank"], row["team"]) for row in first["rows"] + second["rows"]] == [(1, "bob"), (2, "ada")]
    assert second["next_cursor"] is None


@pytest.mark.usefixtures("edition")
@pytest.mark.parametrize("cursor", ["x", "W10", "bm90IG9uZSBvZiBvdXJz"])
def test_a_cursor_of_somebody_else_is_refused(api: Any, cursor: str) -> None:
    refused = api().get(BOARD, {"cursor": cursor})

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_cursor")


@pytest.mark.usefixtures("scored")
def test_around_me_shows_my_neighbours(api: Any, ada: User) -> None:
    body = api(ada).get(BOARD, {"around": "me"}).json()

    assert [(row["rank"], row["is_mine"]) for row in body["rows"]] == [(1, False), (2, True)]


@pytest.mark.usefixtures("scored")
def test_around_me_is_empty_without_a_score_and_asks_for_a_login(api: Any, make_user: Any) -> None:
    assert api(make_user("eve")).get(BOARD, {"around": "me"}).json()["rows"] == []
    assert api().get(BOARD, {"around": "me"}).status_code == 401
    assert api().get(BOARD, {"around": "you"}).json()["code"] == "bad_parameter"


@pytest.mark.usefixtures("scored")
def test_the_private_board_is_for_staff_until_the_deadline(
    api: Any, ada: User, make_user: Any, edition: Edition
) -> None:
    refused = api(ada).get(BOARD, {"board": "private"})

    assert (refused.status_code, refused.json()["code"]) == (403, "private_hidden")
    assert api(make_user("t", is_staff=True)).get(BOARD, {"board": "private"}).json()["rows"][0]["team"] == "bob"
    Edition.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert api().get(BOARD, {"board": "private"}).json()["board"] == "private"


@pytest.mark.usefixtures("edition")
def test_an_unknown_board_is_refused(api: Any) -> None:
    assert api().get(BOARD, {"board": "secret"}).json()["code"] == "bad_parameter"


@pytest.mark.usefixtures("scored")
def test_the_list_of_challenges_shows_my_rank(api: Any, ada: User, bob: User) -> None:
    assert api(ada).get("challenges").json()["items"][0]["my_rank"] == 2
    entry = api(bob).get("challenges").json()["items"][0]
    assert (entry["my_rank"], entry["my_team"], entry["teams"]) == (1, "bob", 2)
