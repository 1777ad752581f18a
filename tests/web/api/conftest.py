"""A client of the API that holds every JSON answer against the published description."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from knox.models import AuthToken
from rest_framework.test import APIClient

ROOT = "/api/v1/"


@pytest.fixture(scope="session")
def description() -> dict[str, Any]:
    """The OpenAPI document of the whole API."""
    document: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return document


class Api:
    """Calls the API as one user does, by token; `get("me")` is GET /api/v1/me."""

    def __init__(self, description: dict[str, Any], user: User | None) -> None:
        self._description = description
        self._client = APIClient(raise_request_exception=False)
        if user is not None:
            _, token = AuthToken.objects.create(user)
            self._client.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._checked("get", self._client.get(ROOT + path, query, headers=headers or None))

    def head(self, path: str, **headers: str) -> Any:
        return self._client.head(ROOT + path, headers=headers or None)

    def post(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:
        response = self._client.post(ROOT + path, body, format="json", headers=headers or None)
        return self._checked("post", response)

    def submit(self, slug: str, data: bytes, name: str = "submission.csv", **more: Any) -> Any:
        headers = {"Idempotency-Key": more.pop("key")} if "key" in more else None
        form = {"file": SimpleUploadedFile(name, data), **more}
        path = f"{ROOT}challenges/{slug}/submissions"
        return self._checked("post", self._client.post(path, form, format="multipart", headers=headers))

    def _checked(self, method: str, response: Any) -> Any:
        if not response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", response.resolver_match.route)
        operation = self._description["paths"].get(path, {}).get(method)
        if operation is None or str(response.status_code) not in operation["responses"]:
            assert response.status_code in (404, 405, 415, 500), f"{response.status_code} is not described: {path}"
            return response
        schema = operation["responses"][str(response.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": self._description["components"]}).validate(response.json())
        return response


@pytest.fixture
def api(db: None, description: dict[str, Any]) -> Callable[[User | None], Api]:
    return lambda user=None: Api(description, user)
