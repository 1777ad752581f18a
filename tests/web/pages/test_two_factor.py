"""Two-factor authentication: codes of an authenticator app, computed here by RFC 6238 and not by the site's library."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from rest_framework.test import APIClient

Browse = Callable[..., Any]
PASSWORD = "correct horse battery"


def totp(secret: str, *, ahead: int = 0) -> str:
    """Return the six digits of this half minute, or of a later one."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


def sign_in(browse: Browse) -> Any:
    browser = browse()
    browser.post("/accounts/login/", login="ada", password=PASSWORD)
    return browser


def confirm(browser: Any) -> None:
    """Give the password once more, as the site asks before it shows a secret."""
    browser.post("/accounts/reauthenticate/", password=PASSWORD)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand still in the middle of a half minute, so that no code ends within a test."""
    now = time.time() // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def secret(home: Any, browse: Browse, ada: User, clock: None) -> str:
    """Ada's secret, after she has switched the second factor on."""
    browser = sign_in(browse)
    confirm(browser)
    page = browser.get("/accounts/two-factor/totp/activate/")
    secret = page.all("input", id="authenticator_secret")[0]["value"]
    assert secret
    browser.post("/accounts/two-factor/totp/activate/", code=totp(secret))
    assert Authenticator.objects.filter(user=ada, type="totp").exists()
    return str(secret)


def test_no_secret_is_shown_before_the_password_is_given_again(home: Any, browse: Browse, ada: User) -> None:
    response = sign_in(browse).client.get("/accounts/two-factor/totp/activate/")
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/reauthenticate/")


def test_a_password_alone_signs_nobody_in_any_more(secret: str, browse: Browse) -> None:
    browser = sign_in(browse)
    assert "Sign out" not in browser.get("/").text
    assert browser.client.get("/accounts/").status_code == 302

    wrong = browser.post("/accounts/two-factor/authenticate/", code="000000")
    assert "Incorrect code." in wrong.text
    assert "Sign out" not in browser.get("/").text

    browser.post("/accounts/two-factor/authenticate/", code=totp(secret))
    assert "Sign out" in browser.get("/").text


def test_a_code_opens_once(secret: str, browse: Browse) -> None:
    code = totp(secret)
    sign_in(browse).post("/accounts/two-factor/authenticate/", code=code)
    second = sign_in(browse)
    assert "Incorrect code." in second.post("/accounts/two-factor/authenticate/", code=code).text


def test_a_recovery_code_opens_once(secret: str, browse: Browse, ada: User) -> None:
    codes = Authenticator.objects.get(user=ada, type="recovery_codes").wrap().get_unused_codes()
    first = sign_in(browse)
    first.post("/accounts/two-factor/authenticate/", code=codes[0])
    assert "Sign out" in first.get("/").text
    second = sign_in(browse)
    second.post("/accounts/two-factor/authenticate/", code=codes[0])
    assert "Sign out" not in second.get("/").text


def test_the_admin_has_no_side_entrance(secret: str, browse: Browse, ada: User) -> None:
    User.objects.filter(pk=ada.pk).update(is_staff=True, is_superuser=True)
    browser = browse()
    browser.post("/admin/login/?next=/admin/", username="ada", password=PASSWORD)
    assert browser.client.get("/admin/").status_code == 302


def test_secrets_are_not_in_the_database_as_they_are(secret: str, ada: User) -> None:
    stored = [str(row.data) for row in Authenticator.objects.filter(user=ada)]
    assert len(stored) == 2
    assert all(secret not in text for text in stored)


def api_login(**more: str) -> Any:
    return APIClient().post("/api/v1/auth/login", {"username": "ada", "password": PASSWORD, **more}, format="json")


def test_the_api_asks_for_the_second_factor_too(secret: str) -> None:
    bare, wrong, right = api_login(), api_login(code="000000"), api_login(code=totp(secret))
    assert (bare.status_code, bare.json()["code"]) == (401, "second_factor_needed")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong_code")
    assert right.status_code == 200
    again = api_login(code=totp(secret))
    assert (again.status_code, again.json()["code"]) == (401, "wrong_code")


def test_guessing_codes_by_the_api_is_stopped(secret: str) -> None:
    codes = [api_login(code="000000").json()["code"] for _ in range(8)]
    assert codes[0] == "wrong_code"
    assert codes[-1] == "throttled"


@pytest.mark.parametrize(
    "path",
    ["", "totp/activate/", "totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "reauthenticate/"],
)
def test_its_pages_have_no_inline_scripts(home: Any, browse: Browse, ada: User, path: str, clock: None) -> None:
    browser = sign_in(browse)
    confirm(browser)
    if path != "totp/activate/":
        secret = browser.get("/accounts/two-factor/totp/activate/").all("input", id="authenticator_secret")[0]["value"]
        browser.post("/accounts/two-factor/totp/activate/", code=totp(str(secret)))
    page = browser.get(f"/accounts/two-factor/{path}")
    assert page.status == 200
    assert all(script.get("src") for script in page.all("script"))
    assert not [tag for tag, attributes in page.tags if "style" in attributes]
    assert len(page.all("h1")) == 1
