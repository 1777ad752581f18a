"""Roadmaps: public, complete, and with one's own progress for whoever is signed in."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from challenges.roadmaps.loader import atlas
from judge.models import Edition, Submission

Browse = Callable[..., Any]
VIDEO = "/roadmaps/video/"


@pytest.fixture
def anchored(edition: Edition) -> Edition:
    """Floor 0.3 and ceiling 0.9: bronze at 0.6, silver at 0.75, gold at 0.84."""
    edition.anchors = {
        "floor": {"value": 0.3, "standard_error": 0.01},
        "ceiling": {"value": 0.9, "standard_error": 0.01},
    }
    edition.save()
    return edition


def rows_of(page: Any) -> list[str]:
    return [attrs["id"] for attrs in page.all("li") if re.fullmatch(r"[A-Z]+-\d\d", attrs.get("id") or "")]


def test_four_roadmaps_are_shown_without_login_with_what_is_open_in_each(edition: Edition, browse: Browse) -> None:
    page = browse().get("/roadmaps/")
    assert page.status == 200
    assert {f"/roadmaps/{slug}/" for slug in ("video", "article", "ninety", "topics")} <= page.links
    assert "Projects 22 Open here 1 Begin with Iris classification" in page.text
    assert "Projects 90 Open here 0" in page.text
    assert "You passed" not in page.text


def test_every_page_leads_to_the_roadmaps(edition: Edition, browse: Browse) -> None:
    for path in ("/", "/challenges/iris-new-meadow/", "/accounts/login/"):
        assert "/roadmaps/" in browse().get(path).links


@pytest.mark.parametrize("roadmap", atlas().roadmaps, ids=lambda roadmap: roadmap.slug)
def test_a_roadmap_lists_every_row_in_its_order(db: None, browse: Browse, roadmap: Any) -> None:
    page = browse().get(f"/roadmaps/{roadmap.slug}/")
    assert page.status == 200
    assert rows_of(page) == [row.id for row in roadmap.rows]
    for row in roadmap.rows:
        assert row.title in page.text
        assert row.teaches in page.text
    for stage in roadmap.stages:
        assert stage.title.lower() in page.text.lower()


def test_a_row_shows_level_ratings_lesson_and_its_challenge(edition: Edition, browse: Browse) -> None:
    page = browse().get(VIDEO)
    assert "Beginner V-02 Iris classification The whole round of a classification task" in page.text
    assert "Difficulty 2/10 Resume 2/10 Learning 6/10 Impact 3/10 Challenge: Irises of a new meadow" in page.text
    assert "/challenges/iris-new-meadow/" in page.links


def test_a_challenge_that_is_not_there_is_told_from_one_that_is_not_open(edition: Edition, browse: Browse) -> None:
    page = browse().get(VIDEO)
    assert "Difficulty 5/10 Resume 7/10 Learning 8/10 Impact 8/10 Not built yet" in page.text
    assert "Difficulty 8/10 Resume 9/10 Learning 9/10 Impact 10/10 Built, but not open on this site" in page.text
    assert "/challenges/fraud-stream-desk/" not in page.links


def test_a_shared_row_leads_to_the_row_that_it_shares_its_challenge_with(db: None, browse: Browse) -> None:
    page = browse().get(VIDEO)
    assert "shared with ML-02, Titanic survival" in page.text
    assert "/roadmaps/ninety/#ML-02" in page.links
    assert "builds on V-07, V-10" in page.text
    assert "#V-07" in page.links


def test_without_login_no_progress_is_shown_but_where_to_begin(edition: Edition, browse: Browse) -> None:
    page = browse().get(VIDEO)
    assert "Where to begin Iris classification V-02 Beginner Sign in to see how far you have come." in page.text
    assert "Not tried" not in page.text
    assert "What next" not in page.text


def test_whoever_is_signed_in_reads_not_tried_where_a_challenge_is_open(
    edition: Edition, browse: Browse, ada: User
) -> None:
    page = browse(ada).get(VIDEO)
    assert page.text.count("Not tried") == 1
    assert "V-02 Not tried Iris classification" in page.text
    assert "You passed 0." in page.text


@pytest.mark.parametrize(
    ("score", "tier", "passed"), [(0.5, "Tried", 0), (0.61, "Bronze", 1), (0.76, "Silver", 1), (0.85, "Gold", 1)]
)
def test_a_score_shows_as_a_tier_on_its_row(
    anchored: Edition,
    browse: Browse,
    ada: User,
    scored: Callable[..., Submission],
    score: float,
    tier: str,
    passed: int,
) -> None:
    scored(ada, score)
    page = browse(ada).get(VIDEO)
    assert f"V-02 {tier} Iris classification" in page.text
    assert f"1 of 22 projects are open on this site. You passed {passed}." in page.text
    assert ("What next Iris classification" in page.text) is (passed == 0)
    assert ("You passed every project that is open here" in page.text) is (passed == 1)


def test_beating_the_hosts_starter_shows_as_above_the_baseline(
    anchored: Edition, browse: Browse, ada: User, bob: User, scored: Callable[..., Submission]
) -> None:
    host = scored(bob, 0.4).team
    host.is_baseline = True
    host.save()
    scored(ada, 0.44)  # more than 2 * sqrt(2) * 0.0125 = 0.035 above it; bronze begins at 0.65
    assert "V-02 Above the baseline Iris classification" in browse(ada).get(VIDEO).text


def test_a_private_score_shows_nothing_before_the_deadline(
    anchored: Edition, browse: Browse, ada: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.5, private=0.88)
    assert "V-02 Tried Iris classification" in browse(ada).get(VIDEO).text


def test_nobody_sees_the_progress_of_others(
    anchored: Edition, browse: Browse, ada: User, bob: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.85)
    assert "Gold" not in browse(bob).get(VIDEO).text.split("How a project is passed")[0]
    assert "Gold" not in browse().get(VIDEO).text.split("How a project is passed")[0]


def test_passing_shows_in_the_overview_of_all_roadmaps(
    anchored: Edition, browse: Browse, ada: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.85)
    assert "Projects 22 Open here 1 You passed 1" in browse(ada).get("/roadmaps/").text


def test_a_site_without_challenges_shows_its_roadmaps_all_the_same(db: None, browse: Browse) -> None:
    page = browse().get(VIDEO)
    assert "0 of 22 projects are open on this site." in page.text
    assert "Where to begin" not in page.text


def test_an_unknown_roadmap_is_a_page_that_names_those_there_are(db: None, browse: Browse) -> None:
    page = browse().get("/roadmaps/vidoe/")
    assert page.status == 404
    assert "No roadmap is called 'vidoe'; there are video, article, ninety, topics." in page.text


def test_a_challenge_leads_to_its_rows(edition: Edition, browse: Browse) -> None:
    assert "/roadmaps/video/#V-02" in browse().get("/challenges/iris-new-meadow/").links


@pytest.mark.parametrize("path", ["/roadmaps/", VIDEO, "/roadmaps/ninety/"])
def test_headings_go_down_one_level_at_a_time_and_ids_are_unique(db: None, browse: Browse, path: str) -> None:
    page = browse().get(path)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert page.all("script") == []


@pytest.mark.parametrize("path", ["/roadmaps/", VIDEO, "/roadmaps/ninety/"])
def test_a_visitor_costs_one_query_and_a_learner_six_at_any_length(
    anchored: Edition,
    browse: Browse,
    ada: User,
    scored: Callable[..., Submission],
    django_assert_num_queries: Any,
    path: str,
) -> None:
    scored(ada, 0.85)
    visitor, learner = browse(), browse(ada)
    with django_assert_num_queries(1):  # the live editions
        visitor.get(path)
    with django_assert_num_queries(6):  # session, user, live editions, own teams, their standings, the host's rows
        learner.get(path)
