"""Pages whose parts htmx replaces: how it is configured, where it comes from, and what a user's text may not do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command

from judge.discussions import threads
from judge.models import Edition, Submission

Browse = Callable[..., Any]
IRIS = "/challenges/iris-new-meadow/"
VENDORED = {
    "htmx-2.0.11": "htmx.min.js",
    "idiomorph-0.8.0": "idiomorph-ext.min.js",
}


def asked(page: Any) -> list[str]:
    return [script["src"] or "" for script in page.all("script") if "src" in script]


@pytest.fixture
def addresses(edition: Edition, ada: User, hand_in: Callable[..., Submission]) -> list[str]:
    """Every page that htmx works on."""
    thread = threads.start(ada, edition, title="Sepals?", body="**Which** unit?")
    return [
        "/",
        f"/submissions/{hand_in(ada).pk}/",
        f"{IRIS}submissions/",
        f"{IRIS}discussion/{thread.pk}/",
    ]


def test_htmx_may_neither_run_code_from_an_answer_nor_ask_elsewhere_nor_keep_pages(
    addresses: list[str], browse: Browse, ada: User
) -> None:
    for address in addresses:
        page = browse(ada).get(address)
        (meta,) = page.all("meta", name="htmx-config")
        config = json.loads(meta["content"])
        assert config == {
            "includeIndicatorStyles": False,
            "allowEval": False,
            "allowScriptTags": False,
            "selfRequestsOnly": True,
            "historyCacheSize": 0,
            "scrollIntoViewOnBoost": False,
        }, address
        assert page.html.index("htmx-config") < page.html.index("htmx.min.js")


def test_no_attribute_of_htmx_holds_code(addresses: list[str], browse: Browse, ada: User) -> None:
    for address in addresses:
        for tag, attributes in browse(ada).get(address).tags:
            for name, value in attributes.items():
                assert not name.startswith(("hx-on", "hx-vals", "hx-vars", "data-hx")), (address, tag)
                assert not (name.startswith("hx-") and ("js:" in (value or "") or "[" in (value or ""))), (address, tag)


def test_pages_without_such_parts_load_none_of_it(edition: Edition, browse: Browse, ada: User) -> None:
    for address in (IRIS, f"{IRIS}data/", f"{IRIS}leaderboard/", f"{IRIS}team/", "/roadmaps/", "/accounts/"):
        assert not [source for source in asked(browse(ada).get(address)) if "htmx" in source or "swaps" in source]


def test_every_script_of_the_pages_is_found_by_django_and_collected(
    addresses: list[str], browse: Browse, ada: User, tmp_path: Path, settings: Any
) -> None:
    sources = {source for address in addresses for source in asked(browse(ada).get(address))}
    assert {f"/static/vendor/{folder}/{name}" for folder, name in VENDORED.items()} <= sources
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", "--no-input", verbosity=0)
    for source in sources:
        name = source.removeprefix("/static/")
        assert finders.find(name), name
        assert (tmp_path / name).stat().st_size > 0
        assert (tmp_path / f"{name}.gz").stat().st_size > 0


@pytest.mark.parametrize(("folder", "name"), VENDORED.items())
def test_what_others_wrote_comes_with_its_licence_version_and_source(folder: str, name: str) -> None:
    vendored = Path(settings.STATICFILES_DIRS[0]) / "vendor" / folder
    assert {path.name for path in vendored.iterdir()} == {"LICENSE", "README.md", name}
    assert "Permission to use, copy, modify" in (vendored / "LICENSE").read_text(encoding="utf-8")
    package, version = folder.rsplit("-", 1)
    note = (vendored / "README.md").read_text(encoding="utf-8")
    assert re.match(rf"{package} {re.escape(version)}\b", note)
    assert "npm package" in note


def test_the_page_of_a_challenge_sends_less_than_100_kb_of_scripts_and_styles(
    edition: Edition, browse: Browse, tmp_path: Path, settings: Any
) -> None:
    """Lists are the largest pages: what they load, compressed, beside the HTML."""
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", "--no-input", verbosity=0)
    for address in ("/", IRIS):
        page = browse().get(address)
        styles = [link["href"] or "" for link in page.all("link", rel="stylesheet")]
        files = [tmp_path / f"{source.removeprefix('/static/')}.gz" for source in (*asked(page), *styles)]
        assert 3_000 < sum(file.stat().st_size for file in files) < 60_000


def test_a_post_may_hold_no_attribute_that_htmx_would_heed(edition: Edition, browse: Browse, ada: User) -> None:
    body = '<a hx-get="/accounts/" hx-trigger="load">x</a> [x](/ "hx-get=/accounts/")'
    thread = threads.start(ada, edition, title='<b hx-get="/">', body=body)
    page = browse(ada).get(f"{IRIS}discussion/{thread.pk}/")
    heeded = [attributes["hx-get"] for _, attributes in page.tags if "hx-get" in attributes]
    assert heeded == []
    assert page.all("div", **{"class": "prose"}) == [{"class": "prose", "hx-disable": None}]


def test_reports_and_hiding_replace_their_post_and_say_so(
    edition: Edition, browse: Browse, ada: User, bob: User, make_user: Callable[..., User]
) -> None:
    thread = threads.start(ada, edition, title="Sepals?", body="Which unit?")
    post = thread.posts.get()
    for reader, action in ((bob, "report"), (make_user("tutor", is_staff=True), "hide")):
        page = browse(reader).get(f"{IRIS}discussion/{thread.pk}/")
        (form,) = page.all("form", action=f"/posts/{post.pk}/{action}/")
        assert (form["method"], form["hx-boost"]) == ("post", "true")
        assert page.all("li", id=f"post-{post.pk}")[0]["hx-select"] == f"#post-{post.pk}"
        assert page.all("ol", **{"class": "posts"})[0]["hx-select-oob"] == "#messages:innerHTML"
        assert page.all("div", id="messages") == [{"id": "messages", "role": "status"}]
    answer = browse(bob).post(f"/posts/{post.pk}/report/", reason="spam")
    assert "Thank you. An instructor will look at it." in answer.text
