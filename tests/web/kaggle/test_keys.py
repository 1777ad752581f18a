"""Who is asking."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from knox.models import AuthToken

IRIS = "iris-new-meadow"
UNKNOWN = (
    "This judge knows no such token, or it has expired; make a new one on your account page "
    "(https://judge.example.org/accounts/)."
)


@pytest.fixture(autouse=True)
def known_site(settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://judge.example.org"]


def test_a_token_tells_its_owner(kaggle: Any, ada: Any) -> None:
    row, token = AuthToken.objects.create(ada)
    answer = kaggle().call("IntrospectToken", service="security.OAuthService", token=token)

    assert answer.status_code == 200
    assert answer.json() == {
        "active": True,
        "username": "ada",
        "userId": ada.pk,
        "exp": int(row.expiry.timestamp()),
    }
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("token", ["wrong", "é", "a" * 64])
def test_an_unknown_token_is_told_where_to_make_one(kaggle: Any, token: str) -> None:
    answer = kaggle().call("IntrospectToken", service="security.OAuthService", token=token)

    assert answer.status_code == 401
    assert answer.json() == {"code": 401, "message": UNKNOWN, "reason": "bad_token"}


def test_name_and_key_work_as_well(kaggle: Any, ada: Any) -> None:
    answer = kaggle(ada, key_of=ada).call("ListSubmissions", competitionName=IRIS)

    assert answer.status_code == 200


def test_a_key_does_not_work_under_another_name(kaggle: Any, ada: Any, bob: Any) -> None:
    answer = kaggle(ada, key_of=bob).call("ListSubmissions", competitionName=IRIS)

    assert answer.status_code == 403
    assert answer.json() == {
        "code": 403,
        "message": "The token in KAGGLE_KEY does not belong to the user name 'ada'.",
        "reason": "bad_token",
    }


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Bearer nonsense", UNKNOWN),
        ("Bearer \xff\xfe", UNKNOWN),
        ("Bearer ", UNKNOWN),
        ("Basic YWRhOm5vbnNlbnNl", UNKNOWN),
        ("Basic YWRh", "KAGGLE_USERNAME and KAGGLE_KEY could not be read."),
        ("Basic !", "KAGGLE_USERNAME and KAGGLE_KEY could not be read."),
        ("Digest x", "This needs a token of this judge in KAGGLE_API_TOKEN; your account page makes one."),
    ],
)
def test_a_bad_header_is_refused_without_the_401_that_hides_our_words(
    kaggle: Any, edition: Any, header: str, message: str
) -> None:
    door = kaggle()
    door.client.credentials(HTTP_AUTHORIZATION=header)
    answer = door.call("ListSubmissions", competitionName=IRIS)

    assert (answer.status_code, answer.json()["message"]) == (403, message)


def test_an_expired_token_is_refused(kaggle: Any, ada: Any) -> None:
    _, token = AuthToken.objects.create(ada, expiry=timedelta(seconds=-1))
    answer = kaggle().call("IntrospectToken", service="security.OAuthService", token=token)

    assert answer.status_code == 401


def test_a_closed_account_has_no_keys(kaggle: Any, ada: Any) -> None:
    door = kaggle(ada)
    ada.is_active = False
    ada.save()

    assert door.call("ListSubmissions", competitionName=IRIS).status_code == 403


def test_a_session_of_the_pages_is_not_a_key(kaggle: Any, ada: Any) -> None:
    door = kaggle()
    door.client.force_login(ada)

    assert door.call("GetSubmissionLimits", competitionName=IRIS).status_code == 403
