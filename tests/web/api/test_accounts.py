from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken

pytestmark = pytest.mark.usefixtures("home")


def test_signing_up_makes_an_account_and_a_token_that_works(api: Any) -> None:
    made = api().post("auth/sign-up", {"username": "eve", "email": "Eve@Example.org", "password": "long and odd 7"})

    assert made.status_code == 201
    assert made.json()["username"] == "eve"
    assert User.objects.get(username="eve").email == "eve@example.org"
    me = api().get("me", Authorization=f"Token {made.json()['token']}")
    assert (me.status_code, me.json()["username"]) == (200, "eve")


def test_signing_up_lists_every_field_that_does_not_fit(api: Any, ada: User) -> None:
    refused = api().post("auth/sign-up", {"username": "ada", "email": "x@example.org", "password": "12345"})

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    found = {(f["column"], f["code"]) for f in refused.json()["findings"]}
    assert ("password", "password_too_short") in found
    assert "username" in {column for column, _ in found}


def test_signing_up_without_a_password_names_the_field(api: Any) -> None:
    refused = api().post("auth/sign-up", {"username": "eve"})

    assert refused.status_code == 400
    assert refused.json()["findings"] == [
        {
            "code": "required",
            "message": "This field is required.",
            "column": "password",
        }
    ]


def test_signing_up_with_a_known_address_is_refused(api: Any, ada: User) -> None:
    refused = api().post("auth/sign-up", {"username": "ada2", "email": ada.email, "password": "long and odd 7"})

    assert refused.status_code == 400
    assert [(f["code"], f["column"]) for f in refused.json()["findings"]] == [("email_taken", "email")]
    assert not User.objects.filter(username="ada2").exists()


def test_signing_up_can_be_closed(api: Any, settings: Any) -> None:
    settings.SIGN_UP = False
    refused = api().post("auth/sign-up", {"username": "eve", "password": "long and odd 7"})

    assert (refused.status_code, refused.json()["code"]) == (403, "sign_up_closed")
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["ada", "ada@example.org"])
def test_logging_in_by_name_or_address_gives_a_token_for_ninety_days(api: Any, ada: User, name: str) -> None:
    given = api().post("auth/login", {"username": name, "password": "correct horse battery"})

    assert (given.status_code, given.json()["username"]) == (200, "ada")
    assert given.headers["Cache-Control"] == "no-store"
    row = AuthToken.objects.get(user=ada)
    assert row.expiry is not None
    assert timedelta(days=89) < row.expiry - timezone.now() <= timedelta(days=90)


@pytest.mark.parametrize(("name", "password"), [("ada", "wrong"), ("nobody", "correct horse battery")])
def test_wrong_credentials_are_refused_alike(api: Any, ada: User, name: str, password: str) -> None:
    refused = api().post("auth/login", {"username": name, "password": password})

    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    assert not AuthToken.objects.exists()


def test_an_account_that_was_closed_cannot_log_in(api: Any, ada: User) -> None:
    ada.is_active = False
    ada.save()
    refused = api().post("auth/login", {"username": "ada", "password": "correct horse battery"})

    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")


def test_guessing_the_password_of_an_account_is_stopped_after_five_tries(api: Any, ada: User) -> None:
    answers = [api().post("auth/login", {"username": "ada", "password": f"guess {n}"}) for n in range(6)]

    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["code"] == "throttled"
    assert 298 <= int(answers[-1].headers["Retry-After"]) <= 300


def test_a_throttled_request_says_when_it_is_possible_again(api: Any) -> None:
    answers = [api().post("auth/sign-up", {"username": ""}) for _ in range(21)]
    last = answers[-1]

    assert [answer.status_code for answer in answers[:20]] == [400] * 20
    assert (last.status_code, last.json()["code"]) == (429, "throttled")
    assert 3500 <= int(last.headers["Retry-After"]) <= 3600
    assert last.json()["retry_at"].endswith("Z")


def test_logging_out_ends_this_token_alone(api: Any, ada: User) -> None:
    here, there = api(ada), api(ada)

    assert here.post("auth/logout").status_code == 204
    refused = here.get("me")
    assert (refused.status_code, refused.json()["code"]) == (401, "bad_token")
    assert there.get("me").status_code == 200


def test_an_expired_token_is_refused(api: Any, ada: User) -> None:
    mine = api(ada)
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))

    assert mine.get("me").json()["code"] == "bad_token"


def test_me_without_a_token_is_told_to_log_in(api: Any) -> None:
    refused = api().get("me")

    assert (refused.status_code, refused.json()["code"]) == (401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == "Token"


def test_me_lists_my_teams(api: Any, ada: User, edition: Any) -> None:
    mine = api(ada)
    assert mine.get("me").json()["teams"] == []
    mine.post("challenges/iris-new-meadow/team", {"name": "The Bees"})

    assert mine.get("me").json() == {
        "username": "ada",
        "email": "ada@example.org",
        "is_staff": False,
        "teams": [{"challenge": "iris-new-meadow", "team": "The Bees", "rank": None}],
    }
