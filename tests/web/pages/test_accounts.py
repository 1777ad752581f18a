from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from knox.models import AuthToken
from rest_framework.test import APIClient

Browse = Callable[..., Any]
PASSWORD = "a long enough phrase"


def sign_up(browse: Browse, **more: str) -> Any:
    fields = {"username": "emmy", "email": "", "password1": PASSWORD, "password2": PASSWORD, **more}
    return browse().post("/accounts/signup/", **fields)


def test_signing_up_signs_in(home: Any, browse: Browse) -> None:
    page = sign_up(browse)
    assert page.status == 200
    assert "Sign out" in page.text
    assert User.objects.get().username == "emmy"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"password1": "short", "password2": "short"}, "This password is too short."),
        ({"password2": "something else"}, "You must type the same password each time."),
        ({"username": ""}, "This field is required."),
    ],
)
def test_a_sign_up_that_does_not_fit_says_why(home: Any, browse: Browse, fields: dict[str, str], sentence: str) -> None:
    page = sign_up(browse, **fields)
    assert sentence in page.text
    assert not User.objects.exists()


def test_a_site_can_close_its_sign_up(home: Any, browse: Browse, settings: Any) -> None:
    settings.SIGN_UP = False
    sign_up(browse)
    assert not User.objects.exists()


def test_signing_in_leads_back_to_where_one_was(home: Any, browse: Browse, ada: User) -> None:
    client = browse().client
    fields = {"login": "ada", "password": "correct horse battery", "next": "/submissions/"}
    response = client.post("/accounts/login/", fields)
    assert (response.status_code, response["Location"]) == (302, "/submissions/")


def test_signing_in_never_leads_to_another_site(home: Any, browse: Browse, ada: User) -> None:
    fields = {"login": "ada", "password": "correct horse battery", "next": "https://evil.example/"}
    assert browse().client.post("/accounts/login/", fields)["Location"] == "/"


def test_a_wrong_password_does_not_say_which_part_is_wrong(home: Any, browse: Browse, ada: User) -> None:
    known = browse().post("/accounts/login/", login="ada", password="wrong")
    unknown = browse().post("/accounts/login/", login="nobody", password="wrong")
    sentence = "The username and/or password you specified are not correct."
    assert sentence in known.text
    assert sentence in unknown.text


def test_signing_out_takes_a_button(home: Any, browse: Browse, ada: User) -> None:
    browser = browse(ada)
    browser.get("/accounts/logout/")
    assert "Sign out" in browser.get("/").text
    browser.post("/accounts/logout/")
    assert "Sign out" not in browser.get("/").text


def test_changing_the_password(home: Any, browse: Browse, ada: User) -> None:
    fields = {"oldpassword": "correct horse battery", "password1": PASSWORD, "password2": PASSWORD}
    browse(ada).post("/accounts/password/change/", **fields)
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)


def test_a_new_token_is_shown_once_and_opens_the_api(home: Any, browse: Browse, ada: User) -> None:
    browser = browse(ada)
    page = browser.post("/accounts/tokens/")
    token = page.html.split('id="new-token">')[1].split("<")[0]
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.get("/api/v1/me").status_code == 200
    later = browser.get("/accounts/")
    assert token not in later.html
    assert f"{token[:10]}" in later.text  # its beginning tells tokens apart


def test_a_page_with_a_token_is_never_cached(home: Any, browse: Browse, ada: User) -> None:
    assert "no-store" in browse(ada).client.post("/accounts/tokens/")["Cache-Control"]


def test_a_deleted_token_opens_nothing(home: Any, browse: Browse, ada: User) -> None:
    instance, token = AuthToken.objects.create(ada)
    browse(ada).post(f"/accounts/tokens/{instance.token_key}/delete/")
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.get("/api/v1/me").status_code == 401


def test_nobody_deletes_somebody_elses_token(home: Any, browse: Browse, ada: User, bob: User) -> None:
    instance, _ = AuthToken.objects.create(ada)
    assert browse(bob).post(f"/accounts/tokens/{instance.token_key}/delete/").status == 404
    assert AuthToken.objects.count() == 1


def test_there_is_an_end_to_tokens(home: Any, browse: Browse, ada: User) -> None:
    for _ in range(20):
        AuthToken.objects.create(ada)
    assert "You have 20 tokens" in browse(ada).post("/accounts/tokens/").text
    assert AuthToken.objects.count() == 20


@pytest.mark.parametrize("path", ["/accounts/tokens/", "/accounts/logout/", "/accounts/login/", "/accounts/signup/"])
def test_account_forms_from_elsewhere_are_refused(home: Any, ada: User, path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post(path, {}).status_code == 403
    assert not AuthToken.objects.exists()


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_entrance_pages_label_every_field(home: Any, browse: Browse, path: str) -> None:
    page = browse().get(path)
    labelled = {label["for"] for label in page.all("label")}
    fields = [field for field in page.all("input") if field.get("type") not in ("hidden", "submit")]
    assert fields
    assert {field["id"] for field in fields} <= labelled
