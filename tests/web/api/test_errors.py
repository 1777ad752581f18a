import logging
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge.errors import SubmissionRefused

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("path", ["", "nothing", "me/", "challenges/x/y/z", "submissions/-1", "submissions/x"])
def test_an_unknown_address_is_answered_as_json(api: Any, path: str) -> None:
    refused = api().get(path)

    assert refused.status_code == 404
    assert refused.json() == {
        "code": "not_found",
        "sentence": "There is nothing at this address.",
        "findings": [],
    }


def test_a_wrong_method_names_the_right_ones(api: Any, ada: User) -> None:
    refused = api(ada).post("me")

    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in refused.headers["Allow"]


def test_broken_json_is_refused(api: Any, ada: User) -> None:
    refused = api()._client.post("/api/v1/auth/login", b"{", content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (400, "unreadable_request")


@pytest.mark.parametrize("body", [b"[]", b"3", b"null", b'{"username": {"a": 1}, "password": []}'])
def test_json_of_another_shape_is_refused(api: Any, body: bytes) -> None:
    refused = api()._client.post("/api/v1/auth/login", body, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")


def test_an_answer_is_json_whatever_the_client_accepts(api: Any) -> None:
    refused = api().get("me", Accept="text/html")

    assert (refused.status_code, refused.headers["Content-Type"]) == (401, "application/json")


def test_what_is_ours_shows_a_number_and_no_trace(
    api: Any, ada: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("/secret/path: the answer is 42")

    monkeypatch.setattr("judge.catalogue.entries", fail)
    with caplog.at_level(logging.ERROR, logger="web.api.errors"):
        refused = api(ada).get("me")

    assert (refused.status_code, refused.json()["code"]) == (500, "judge_error")
    assert "secret" not in refused.content.decode()
    assert refused.json()["id"] in refused.json()["sentence"]
    assert refused.json()["id"] in caplog.text
    assert "the answer is 42" in caplog.text


def test_a_refusal_with_a_time_becomes_a_retry_after(api: Any, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(slug: str, user: User) -> None:
        raise SubmissionRefused("closed", "Later.", status=403, retry_at=timezone.now() + timedelta(seconds=90))

    monkeypatch.setattr("judge.catalogue.open_files", refuse)
    refused = api(ada).get("challenges/x/files")

    assert (refused.status_code, refused.json()["code"], refused.json()["sentence"]) == (403, "closed", "Later.")
    assert refused.headers["Retry-After"] in ("89", "90")
