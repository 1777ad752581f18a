"""A learner's profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from challenges.loader import slugs
from judge import leaderboard, teams
from judge.models import Edition, Submission, Team
from judge.verdicts import State, Verdict
from web.accounts.models import Profile

Browse = Callable[..., Any]
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def test_a_profile_is_private_by_default(browse: Browse, home: Any, ada: User, bob: User) -> None:
    for visitor in (None, bob):
        assert browse(visitor).get("/people/ada/").status == 404
    own = browse(ada).get("/people/ada/")
    assert own.status == 200
    assert "Only you see this page." in own.text


def test_a_private_profile_looks_like_one_that_does_not_exist(browse: Browse, home: Any, ada: User) -> None:
    private, nobody = browse().get("/people/ada/"), browse().get("/people/nobody/")
    assert (private.status, private.text.replace("ada", "nobody")) == (404, nobody.text)


def test_its_owner_makes_it_public_and_private_again(browse: Browse, home: Any, ada: User) -> None:
    browser = browse(ada)
    browser.post("/accounts/profile/", shown_name="Ada L.", about="I count", is_public="yes")
    page = browse().get("/people/ada/")
    assert (page.status, "Ada L." in page.text, "I count" in page.text) == (200, True, True)
    assert "ada@example.org" not in page.html
    browser.post("/accounts/profile/", shown_name="Ada L.", about="I count")
    assert browse().get("/people/ada/").status == 404


def test_it_shows_results_tiers_skills_and_ranks(
    browse: Browse, ada: User, bob: User, scored: Callable[..., Submission], edition: Any
) -> None:
    edition.anchors = {
        "floor": {"value": 0.3, "standard_error": 0.0},
        "baseline": {"value": 0.5, "standard_error": 0.0},
        "reference": {"value": 0.9, "standard_error": 0.0},
    }
    edition.save()
    scored(bob, 0.95)
    scored(ada, 0.72)  # bronze lies half-way from the baseline to the reference: at 0.7
    Profile.objects.create(user=ada, is_public=True)
    page = browse().get("/people/ada/")
    rows = page.html.split("<h2>Results</h2>")[1]
    assert "Bronze" in rows
    assert "0.7200" in rows or "0.720" in rows
    assert '<td class="num">2</td>' in rows
    skills = page.html.split("<h2>Skills</h2>")[1].split("</section>")[0]
    assert '<td class="num">1</td><td class="num">1</td><td>Bronze</td>' in skills
    best = page.html.split("<h2>Best ranks</h2>")[1].split("</section>")[0]
    assert '<td class="num">2</td>' in best


def test_private_scores_are_not_on_it(browse: Browse, ada: User, scored: Callable[..., Submission]) -> None:
    scored(ada, 0.75, private=0.1234)
    Profile.objects.create(user=ada, is_public=True)
    page = browse(ada).get("/people/ada/")
    assert "0.75" in page.text
    assert "0.1234" not in page.html


@pytest.mark.parametrize("field", ["shown_name", "about"])
def test_hostile_text_stays_text(browse: Browse, home: Any, ada: User, field: str) -> None:
    browser = browse(ada)
    browser.post("/accounts/profile/", **{field: HOSTILE, "is_public": "yes"})
    for path in ("/people/ada/", "/accounts/"):
        page = browser.get(path)
        assert page.status == 200
        assert "alert(1)" in page.html
        assert not page.all("script")
        assert not page.all("img")
        assert not [tag for tag, attributes in page.tags if "onerror" in attributes]


def test_a_hostile_team_name_stays_text(browse: Browse, ada: User, scored: Callable[..., Submission]) -> None:
    scored(ada, 0.75)
    Team.objects.update(name=HOSTILE[:60])
    Profile.objects.create(user=ada, is_public=True)
    page = browse().get("/people/ada/")
    assert "alert(1)" in page.text
    assert not page.all("script")


@pytest.mark.parametrize("fields", [{"shown_name": "x" * 81}, {"about": "x" * 501}])
def test_too_much_is_not_saved(browse: Browse, home: Any, ada: User, fields: dict[str, str]) -> None:
    browse(ada).post("/accounts/profile/", **fields)
    assert not Profile.objects.exists()


def test_the_page_asks_the_database_little_however_many_results_there_are(
    browse: Browse, edition: Edition, ada: User, scored: Callable[..., Submission], django_assert_num_queries: Any
) -> None:
    scored(ada, 0.75)
    Profile.objects.create(user=ada, is_public=True)
    browser = browse()
    with django_assert_num_queries(4):  # person, rows, host rows, ranks
        assert browser.get("/people/ada/").text.count("Iris") >= 1
    for slug in [slug for slug in slugs() if slug != edition.slug][:12]:
        other = Edition.objects.create(slug=slug, version=1, size="small", digest="0" * 64, folder=slug)
        team = teams.ensure(ada, other)
        Submission.objects.create(
            edition=other, team=team, user=ada, file_name="a.csv", sha256="0" * 64, size_bytes=1, resource="score",
            state=State.DONE, verdict=Verdict.SCORED, public_score=0.5, public_error=0.01, private_score=0.5,
            private_error=0.01, created_at=other.created_at,
        )  # fmt: skip
        leaderboard.refresh(team)
    with django_assert_num_queries(4):
        assert len(re.findall(r"\S 1 ada\b", browser.get("/people/ada/").text)) == 13  # rank and team of each row
