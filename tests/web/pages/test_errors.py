from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from judge.models import Edition


def test_a_page_that_does_not_exist(db: None, browse: Callable[..., Any]) -> None:
    page = browse().get("/nothing/here/")
    assert page.status == 404
    assert "Nothing here" in page.text


def test_a_failure_of_ours_says_so_and_shows_no_trace(
    edition: Edition, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("judge.catalogue.entries", explode)
    client = Client(raise_request_exception=False)
    response = client.get("/")
    assert response.status_code == 500
    assert b"That was our fault" in response.content
    assert b"42" not in response.content
