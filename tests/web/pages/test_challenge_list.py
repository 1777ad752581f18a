from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge.models import Edition, Submission

Browse = Callable[..., Any]


def test_the_list_shows_a_challenge_with_its_level_metric_and_row_of_the_roadmap(
    edition: Edition, browse: Browse
) -> None:
    page = browse().get("/")
    assert page.status == 200
    assert "/challenges/iris-new-meadow/" in page.links
    for words in ("Irises of a new meadow", "Beginner", "Tables", "Predictions", "accuracy", "V-02"):
        assert words in page.text


def test_a_site_without_challenges_says_so(db: None, browse: Browse) -> None:
    assert "No challenge has been minted on this site yet." in browse().get("/").text


@pytest.mark.parametrize("words", ["iris", "MEADOW irises", "v-02", "cross-validation"])
def test_a_search_finds_title_tags_and_roadmap_rows(edition: Edition, browse: Browse, words: str) -> None:
    assert "1 of 1 challenges" in browse().get("/", q=words).text


def test_a_search_that_finds_nothing_offers_the_way_back(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", q="iris zebra")
    assert "/challenges/iris-new-meadow/" not in page.links
    assert "No challenge fits." in page.text
    assert "/" in page.links


@pytest.mark.parametrize(
    ("facet", "value", "found"),
    [
        ("level", "beginner", True),
        ("level", "expert", False),
        ("kind", "predictions", True),
        ("kind", "code", False),
        ("domain", "tabular", True),
        ("domain", "audio", False),
    ],
)
def test_facets_narrow_the_list(edition: Edition, browse: Browse, facet: str, value: str, found: bool) -> None:
    assert ("/challenges/iris-new-meadow/" in browse().get("/", **{facet: value}).links) is found


def test_a_facet_counts_what_choosing_it_would_show(edition: Edition, browse: Browse) -> None:
    assert "Beginner (1)" in browse().get("/").text
    assert "Beginner (0)" in browse().get("/", kind="predictions", q="zebra").text


def test_a_level_that_does_not_exist_narrows_nothing(edition: Edition, browse: Browse) -> None:
    assert "/challenges/iris-new-meadow/" in browse().get("/", level="'; DROP TABLE").links


def test_what_was_searched_comes_back_as_text_only(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", q='"><script>alert(1)</script>')
    assert page.all("script") == []
    assert '"><script>' in (page.all("input", name="q")[0]["value"] or "")


def test_a_retired_edition_is_not_listed(edition: Edition, browse: Browse) -> None:
    edition.retired_at = edition.created_at
    edition.save()
    assert "/challenges/iris-new-meadow/" not in browse().get("/").links


def test_a_learner_sees_their_rank(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.9)
    scored(bob, 0.8)
    assert "Teams 2 Your rank 2" in browse(bob).get("/").text
    assert "Your rank" not in browse().get("/").text


def test_the_list_needs_no_more_queries_for_more_challenges(
    edition: Edition, browse: Browse, ada: User, django_assert_max_num_queries: Any
) -> None:
    for number in range(5):
        Edition.objects.create(slug="iris-new-meadow", name=f"class-{number}", version=1, size="small")
    browser = browse(ada)
    with django_assert_max_num_queries(6):  # session, user, editions, board sizes, own teams, own standings
        browser.get("/")
