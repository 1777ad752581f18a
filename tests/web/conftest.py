"""A deployment with one small challenge, minted once a session, and people who use it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.cache import caches
from django.utils.translation import deactivate
from rest_framework.test import APIClient

from challenges.loader import load
from challenges.minting import Minted

IRIS = "iris-new-meadow"


@pytest.fixture(autouse=True)
def quick_parts(settings: Any) -> None:
    """Hash passwords quickly, and look static files up when they are asked for, not whenever a client is made."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget what was kept of the boards of other tests, whose teams had the same numbers."""
    caches["boards"].clear()


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """Speak English again afterwards: a request leaves its language with the thread."""
    yield
    deactivate()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(name: str, **fields: Any) -> User:
        user = User.objects.create_user(name, f"{name}@example.org", "correct horse battery", **fields)
        EmailAddress.objects.create(user=user, email=user.email, primary=True)  # as sign-up does
        return user

    return make


@pytest.fixture
def ada(make_user: Callable[..., User]) -> User:
    return make_user("ada")


@pytest.fixture
def bob(make_user: Callable[..., User]) -> User:
    return make_user("bob")


@pytest.fixture
def floor(iris_paper: Minted) -> bytes:
    """Every flower is called setosa: one third is right."""
    answer = iris_paper.floor()
    assert answer is not None
    return answer


@pytest.fixture
def ceiling(iris_paper: Minted) -> bytes:
    """The best that anybody could answer."""
    answer = iris_paper.ceiling()
    assert answer is not None
    return answer


@pytest.fixture
def as_user() -> Callable[[User | None], APIClient]:
    """A client that is signed in already, without a token."""

    def sign_in(user: User | None) -> APIClient:
        client = APIClient()
        if user is not None:
            client.force_authenticate(user)
        return client

    return sign_in


@pytest.fixture
def make_spec(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change the board rule of iris-new-meadow for one test: make_spec(per_day=1)."""

    def change(**rule: Any) -> None:
        challenge = load(IRIS)
        board = challenge.spec.board.model_copy(update=rule)
        changed = dataclasses.replace(challenge, spec=challenge.spec.model_copy(update={"board": board}))
        monkeypatch.setattr("judge.models.edition.load", lambda slug: changed if slug == IRIS else load(slug))

    return change
