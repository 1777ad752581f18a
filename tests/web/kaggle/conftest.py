"""The Kaggle-protocol door, called as the client calls it."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage
from knox.models import AuthToken
from rest_framework.test import APIClient

from judge.models import Edition

IRIS = "iris-new-meadow"
COMPETITIONS = "competitions.CompetitionApiService"


class Door:
    """Calls methods as one user does: `call("ListSubmissions", competitionName=...)`."""

    def __init__(self, authorization: str | None) -> None:
        self.client = APIClient(raise_request_exception=False, HTTP_HOST="localhost")
        if authorization is not None:
            self.client.credentials(HTTP_AUTHORIZATION=authorization)

    def call(self, method: str, service: str = COMPETITIONS, **body: Any) -> Any:
        return self.client.post(f"/api/v1/{service}/{method}", body, format="json")

    def upload(self, data: bytes, name: str = "submission.csv", slug: str = IRIS, length: int | None = None) -> Any:
        """Announce a file and send it; returns the token by which it is handed in."""
        said = len(data) if length is None else length
        begun = self.call("StartSubmissionUpload", competitionName=slug, fileName=name, contentLength=said).json()
        stranger = APIClient(HTTP_HOST="localhost")  # the client sends no token with the bytes
        address = begun["createUrl"].removeprefix("http://localhost")
        put = stranger.put(address, data, content_type="application/octet-stream")
        assert put.status_code == 201, put.content
        return begun["token"]

    def submit(self, data: bytes, message: str = "", name: str = "submission.csv", slug: str = IRIS) -> Any:
        token = self.upload(data, name, slug)
        body = {"competitionName": slug, "blobFileTokens": token, "submissionDescription": message}
        return self.call("CreateSubmission", **body)


@pytest.fixture
def kaggle(edition: Edition, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Door]:
    """The door as somebody uses it, by token; as nobody without a user."""
    monkeypatch.setattr("web.kaggle.parcels.default_storage", FileSystemStorage(location=home / "blobs"))

    def make(user: User | None = None, *, key_of: User | None = None) -> Door:
        if user is None:
            return Door(None)
        if key_of is None:
            return Door(f"Bearer {AuthToken.objects.create(user)[1]}")
        pair = f"{user.get_username()}:{AuthToken.objects.create(key_of)[1]}"
        return Door(f"Basic {base64.b64encode(pair.encode()).decode()}")

    return make
