"""What holds for every page: no inline script or style, one policy, one door."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from judge.models import Edition, Submission
from web.access import ROUTES, Who, who_may

Browse = Callable[..., Any]
IRIS = "/challenges/iris-new-meadow/"
PAGES = [
    "/",
    IRIS,
    f"{IRIS}data/",
    f"{IRIS}leaderboard/",
    f"{IRIS}submit/",
    f"{IRIS}submissions/",
    f"{IRIS}team/",
    "/submissions/",
    "/accounts/",
    "/accounts/password/change/",
    "/accounts/email/",
    "/no-such-page",
]


@pytest.mark.parametrize("path", PAGES)
def test_no_page_has_inline_scripts_or_styles(edition: Edition, browse: Browse, ada: User, path: str) -> None:
    page = browse(ada).get(path)
    assert page.all("style") == []
    assert all(script.get("src") for script in page.all("script"))
    for tag, attributes in page.tags:
        inline = [name for name in attributes if name == "style" or name.startswith("on")]
        assert inline == [], f"<{tag}> has {inline}"


@pytest.mark.parametrize("path", [*PAGES, "/admin/", "/api/v1/challenges"])
def test_every_response_carries_the_policy(edition: Edition, browse: Browse, ada: User, path: str) -> None:
    policy = browse(ada).raw(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_main_part_and_a_title(
    edition: Edition, browse: Browse, ada: User, path: str
) -> None:
    page = browse(ada).get(path)
    assert len(page.all("h1")) == 1
    assert len(page.all("main")) == 1
    assert page.all("html") == [{"lang": "en"}]
    assert "<title>" in page.html


def routes() -> dict[str, URLPattern]:
    """Return all that pages and accounts can be asked for, by name."""
    found: dict[str, URLPattern] = {}

    def walk(resolver: Any, namespace: str) -> None:
        for pattern in resolver.url_patterns:
            if isinstance(pattern, URLPattern):
                found[f"{namespace}{pattern.name}"] = pattern
            elif pattern.namespace not in ("api", "admin"):
                walk(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)

    walk(get_resolver(), "")
    return found


def test_every_route_has_a_row_in_the_table() -> None:
    names = set(routes())
    assert len(names) > 30
    assert names - set(ROUTES) == set()
    assert {name for name in ROUTES if not name.startswith("api:")} - names == set()


@pytest.mark.parametrize("name", sorted(name for name in ROUTES if not name.startswith("api:")))
def test_whoever_is_not_signed_in_finds_the_door_of_every_route_as_the_table_says(
    edition: Edition, ada: User, hand_in: Callable[..., Submission], name: str
) -> None:
    values = {
        "slug": edition.slug,
        "path": "train.csv",
        "pk": hand_in(ada).pk,
        "token_key": "abc",
        "key": "abc",
        "uidb36": "a",
    }
    wanted = routes()[name].pattern.regex.groupindex
    path = reverse(name, kwargs={key: values[key] for key in wanted})
    for method in ("get", "post"):
        response = getattr(Client(), method)(path)
        if who_may(name) is Who.ANYBODY:
            assert response.status_code != 403
            assert not response.get("Location", "").startswith("/accounts/login/?next=")
        else:
            assert response.status_code == 302
            assert response["Location"].startswith("/accounts/login/?next=")
