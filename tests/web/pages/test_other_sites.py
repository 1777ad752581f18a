"""Signing in by GitHub or OpenID Connect: only where the environment names it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from web.accounts import providers
from web.environment import Environment

Browse = Callable[..., Any]
GITHUB = {"github_client_id": "an-id", "github_client_secret": "a secret"}
OIDC = {
    "oidc_issuer": "https://id.example.org/realms/school",
    "oidc_client_id": "judge",
    "oidc_client_secret": "another secret",
    "oidc_name": "School <b>login</b>",
}


@pytest.fixture
def switch_on(settings: Any, home: Any, db: None) -> Callable[..., None]:
    def switch(**variables: str) -> None:
        env = Environment(**variables)  # type: ignore[arg-type]
        settings.SOCIALACCOUNT_PROVIDERS = providers.of(env)
        settings.SIGN_IN_ORIGINS = providers.origins(env)

    return switch


def test_none_is_there_by_default(switch_on: Callable[..., None], browse: Browse) -> None:
    switch_on()
    page = browse().get("/accounts/login/")
    assert not {link for link in page.links if "/github/" in link or "/oidc/" in link}
    assert "GitHub" not in page.text
    for path in ("github/login/", "github/login/callback/", "oidc/oidc/login/", "oidc/oidc/login/callback/"):
        assert browse().get(f"/accounts/{path}").status == 404


def test_github_appears_where_it_is_switched_on(switch_on: Callable[..., None], browse: Browse) -> None:
    switch_on(**GITHUB)
    browser = browse()
    page = browser.get("/accounts/login/")
    assert "GitHub" in page.text
    assert any(link.startswith("/accounts/github/login/") for link in page.links)
    assert not any("/oidc/" in link for link in page.links)

    asked = browser.client.post("/accounts/github/login/")
    assert asked.status_code == 302
    assert asked["Location"].startswith("https://github.com/login/oauth/authorize?")
    assert "client_id=an-id" in asked["Location"]
    assert "a+secret" not in asked["Location"]


def test_looking_at_the_page_sends_nobody_away(switch_on: Callable[..., None], browse: Browse) -> None:
    switch_on(**GITHUB)
    assert browse().get("/accounts/github/login/").status == 200


def test_the_policy_lets_forms_lead_there_and_nowhere_else(switch_on: Callable[..., None], browse: Browse) -> None:
    def form_action() -> str:
        policy = browse().raw("/accounts/login/")["Content-Security-Policy"]
        return next(part for part in policy.split("; ") if part.startswith("form-action"))

    switch_on()
    assert form_action() == "form-action 'self'"
    switch_on(**GITHUB, **OIDC)
    assert form_action() == "form-action 'self' https://github.com https://id.example.org"


def test_open_id_connect_appears_by_its_name_as_text(switch_on: Callable[..., None], browse: Browse) -> None:
    switch_on(**OIDC)
    page = browse().get("/accounts/login/")
    assert "School <b>login</b>" in page.text
    assert any(link.startswith("/accounts/oidc/oidc/login/") for link in page.links)


def test_a_closed_sign_up_is_closed_to_other_sites_too(switch_on: Callable[..., None], settings: Any, rf: Any) -> None:
    from allauth.socialaccount.adapter import get_adapter

    settings.SIGN_UP = False
    assert get_adapter().is_open_for_signup(rf.get("/"), None) is False


def test_connections_need_an_account(switch_on: Callable[..., None], browse: Browse, ada: User) -> None:
    switch_on(**GITHUB)
    assert browse().raw("/accounts/connections/").status_code == 302
    assert browse(ada).get("/accounts/connections/").status in (200, 302)
