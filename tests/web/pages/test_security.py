"""What holds for every page: no inline script or style, one policy, one heading."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge.models import Edition

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
