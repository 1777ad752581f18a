"""Every route of the site, knocked at by everybody, against the one table of web/access.py."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver
from knox.models import AuthToken

from judge import intake, tasks
from judge.intake import HandIn
from judge.models import Edition, Submission
from web.access import NAMESPACES, ROUTES, ByTable, DenyByDefault, Who, who_may

SAMPLES = {
    "slug": "iris-new-meadow",
    "name": "train.csv",
    "path": "train.csv",
    "token_key": "00000000",
    "id": "1",
    "object_id": "1",
    "content_type_id": "1",
    "key": "a-key",
    "uidb36": "1",
    "app_label": "judge",
    "url": "nothing",
    "provider_id": "oidc",
    "code": "nothing",
    "place": "0",
    "digest": "nothing",
}
LOGIN = re.compile(r"^/(accounts|admin)/login/\?next=")
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
ROLES = ("anonymous", "stranger", "teammate", "staff")


@dataclass(frozen=True)
class Route:
    name: str
    address: str


def walk(resolver: URLResolver, samples: dict[str, str], prefix: str = "", namespace: str = "") -> Iterator[Route]:
    """Yield every route with an address that leads to it."""
    for pattern in resolver.url_patterns:
        here = prefix + str(pattern.pattern).replace("^", "").replace("$", "").replace(r"\Z", "")
        if isinstance(pattern, URLPattern):
            yield Route(namespace + (pattern.name or "nameless"), "/" + fill(here, samples))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern, samples, here, inner)


def fill(pattern: str, samples: dict[str, str]) -> str:
    filled = re.sub(
        r"<(?:\w+:)?(\w+)>", lambda found: samples[found.group(1)], re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", pattern)
    )
    return filled.replace(".*", "nothing")


@pytest.fixture
def submission(edition: Edition, make_user: Callable[..., User], floor: bytes) -> Submission:
    """A scored submission of the teammate."""
    user = make_user("teammate")
    made = intake.submit(user, edition, HandIn(file_name="submission.csv", data=floor))
    tasks.work_off(["score"], worker="test")
    return made


@pytest.fixture
def routes(submission: Submission) -> list[Route]:
    number = str(submission.pk)
    return list(walk(get_resolver(), SAMPLES | {"number": number, "pk": number}))


@pytest.fixture
def sign_in(submission: Submission, make_user: Callable[..., User]) -> Callable[[str], Client]:
    """A client with a session and, for the API, a token."""

    def make(role: str) -> Client:
        if role == "anonymous":
            return Client(raise_request_exception=False)
        if role == "teammate":
            user = submission.user
        else:
            known = User.objects.filter(username=role).first()
            user = known or make_user(role, is_staff=role == "staff", is_superuser=role == "staff")
        _, token = AuthToken.objects.create(user)
        client = Client(raise_request_exception=False, headers={"Authorization": f"Token {token}"})
        client.force_login(user)
        return client

    return make


def test_every_route_has_a_row_and_every_row_a_route(routes: list[Route]) -> None:
    unknown = {route.name for route in routes if who_may(route.name) is None}
    stale = set(ROUTES) - {route.name for route in routes}

    assert (unknown, stale) == (set(), set())
    assert len(routes) > 80
    assert set(NAMESPACES) == {"admin"}


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the two doors of the site answered, in order: True where they let somebody through."""
    answered: list[bool] = []
    of_api, of_pages = ByTable.has_permission, DenyByDefault.process_view

    def api_door(self: ByTable, request: Any, view: Any) -> bool:
        answered.append(of_api(self, request, view))
        return answered[-1]

    def page_door(self: DenyByDefault, request: Any, view: Any, args: Any, kwargs: Any) -> Any:
        try:
            response = of_pages(self, request, view, args, kwargs)
        except PermissionDenied:
            answered.append(False)
            raise
        if request.resolver_match.namespaces[:1] not in (["api"], ["kaggle"]):
            answered.append(response is None)
        return response

    monkeypatch.setattr(ByTable, "has_permission", api_door)
    monkeypatch.setattr(DenyByDefault, "process_view", page_door)
    return answered


@pytest.mark.slow
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("role", ROLES)
def test_a_door_opens_exactly_to_those_in_the_table(
    routes: list[Route], sign_in: Callable[[str], Client], doors: list[bool], role: str, method: str
) -> None:
    wrong = []
    for route in routes:
        doors.clear()
        response = getattr(sign_in(role), method)(route.address)
        list(response)  # a download closes its file at its end
        may = is_allowed(role, who_may(route.name))
        asked_for_login = response.status_code == 302 and LOGIN.match(response.headers["Location"]) is not None
        shut = asked_for_login or response.status_code in (401, 403)
        if not may and (True in doors or not doors or not shut):
            wrong.append(("let in", route, response.status_code))
        if may and (doors[:1] != [True] or asked_for_login):
            wrong.append(("shut out", route, response.status_code))

    assert wrong == []


def test_what_belongs_to_a_team_does_not_exist_for_others(
    routes: list[Route], sign_in: Callable[[str], Client]
) -> None:
    private = [route for route in routes if who_may(route.name) is Who.TEAMMATE]
    stranger, teammate = sign_in("stranger"), sign_in("teammate")
    seen = {}
    for route in private:
        method = "post" if route.name.endswith((":cancel", ":choose")) else "get"
        seen[route.name] = (
            getattr(stranger, method)(route.address).status_code == 404,
            getattr(teammate, method)(route.address).status_code == 404,
        )

    assert len(private) == 11
    assert seen == {route.name: (True, False) for route in private}


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_no_get_changes_anything(routes: list[Route], sign_in: Callable[[str], Client], role: str) -> None:
    client = sign_in(role)
    written = []
    for route in routes:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            list(client.get(route.address))
        changes = [q["sql"] for q in queries if WRITES.match(q["sql"]) and '"django_session"' not in q["sql"]]
        if changes:
            written.append((route, changes))

    assert written == []


def test_a_route_without_a_row_is_shut_even_to_staff(
    sign_in: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = sign_in("staff")
    assert staff.get("/").status_code == 200
    assert staff.get("/api/v1/me").status_code == 200
    monkeypatch.delitem(ROUTES, "pages:home")
    monkeypatch.delitem(ROUTES, "api:me")

    assert staff.get("/").status_code == 403
    assert staff.get("/api/v1/me").status_code == 403


def test_a_page_asks_a_visitor_to_log_in_and_comes_back(edition: Edition) -> None:
    response: Any = Client().get("/challenges/iris-new-meadow/submit/")

    assert response.status_code == 302
    assert response.headers["Location"] == "/accounts/login/?next=/challenges/iris-new-meadow/submit/"


def test_the_api_takes_no_form_of_a_foreign_site(ada: User, edition: Edition) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    refused = client.post("/api/v1/challenges/iris-new-meadow/team", {"name": "x"}, content_type="application/json")
    upload = client.post("/api/v1/challenges/iris-new-meadow/submissions", {"file": SimpleUploadedFile("a.csv", b"id")})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert upload.status_code == 401


def is_allowed(role: str, who: Who | None) -> bool:
    return {
        "anonymous": who is Who.ANYBODY,
        "stranger": who in (Who.ANYBODY, Who.LEARNER, Who.TEAMMATE),
        "teammate": who in (Who.ANYBODY, Who.LEARNER, Who.TEAMMATE),
        "staff": who is not None,
    }[role]
