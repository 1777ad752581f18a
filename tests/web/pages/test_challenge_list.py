from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from challenges.loader import load, slugs
from challenges.metric_families import Family
from judge import leaderboard, teams
from judge.catalogue import Gpu, Sort
from judge.models import Edition, Submission
from judge.verdicts import State, Verdict
from web.pages import facets

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
        ("roadmap", "video", True),
        ("roadmap", "topics", False),
        ("metric", "classes", True),
        ("metric", "probabilities", False),
        ("gpu", "none", True),
        ("gpu", "required", False),
    ],
)
def test_facets_narrow_the_list(edition: Edition, browse: Browse, facet: str, value: str, found: bool) -> None:
    assert ("/challenges/iris-new-meadow/" in browse().get("/", **{facet: value}).links) is found


def test_a_facet_counts_what_choosing_it_would_show(edition: Edition, browse: Browse) -> None:
    assert "Beginner (1)" in browse().get("/").text
    assert "Beginner (0)" in browse().get("/", kind="predictions", q="zebra").text


@pytest.mark.parametrize("field", ["level", "kind", "roadmap", "metric", "gpu", "tried", "sort", "page"])
def test_a_value_that_does_not_exist_narrows_nothing(edition: Edition, browse: Browse, ada: User, field: str) -> None:
    assert "/challenges/iris-new-meadow/" in browse(ada).get("/", **{field: "'; DROP TABLE"}).links


def test_every_field_of_the_form_has_a_label_and_works_without_script(edition: Edition, browse: Browse) -> None:
    page = browse().get("/")
    names = [select["name"] for select in page.all("select")]
    assert names == ["roadmap", "level", "domain", "sort", "kind", "metric", "gpu"]
    assert {select["id"] for select in page.all("select")} <= {label["for"] for label in page.all("label")}
    assert page.all("form", role="search")[0]["method"] == "get"


def test_further_filters_are_folded_away_until_one_is_chosen(edition: Edition, browse: Browse) -> None:
    assert browse().get("/", level="beginner").all("details") == [{}]
    assert browse().get("/", gpu="none").all("details") == [{"open": None}]


def test_what_is_chosen_can_be_taken_away_one_by_one(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", q="iris", level="beginner", gpu="none", sort="title")
    assert [chip["href"] for chip in page.all("a", **{"class": "chip"})] == [
        "/?level=beginner&gpu=none&sort=title",
        "/?q=iris&gpu=none&sort=title",
        "/?q=iris&level=beginner&sort=title",
    ]
    for words in ("Words: iris", "Level: Beginner", "Graphics card: Runs without one", "Clear all"):
        assert words in page.text
    assert browse().get("/", sort="title").all("a", **{"class": "chip"}) == []


def test_a_domain_that_no_challenge_has_is_shown_as_chosen_and_as_text_only(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", domain="<b>whales</b>")
    assert "0 of 1 challenges" in page.text
    assert "Domain: <b>whales</b>" in page.text
    assert page.all("b") == []


@pytest.fixture
def shelf(edition: Edition) -> list[Edition]:
    """Thirty challenges, the one that is minted among them."""
    known = [slug for slug in slugs() if slug != edition.slug][:29]
    made = [Edition(slug=slug, version=1, size="small", digest="0" * 64, folder=slug) for slug in known]
    return [edition, *Edition.objects.bulk_create(made)]


def cards(page: Any) -> list[str]:
    return [a["href"] for a in page.all("a") if (a.get("href") or "").startswith("/challenges/")]


def test_a_page_shows_24_challenges_and_leads_to_the_next_with_all_that_was_chosen(
    shelf: list[Edition], browse: Browse
) -> None:
    first = browse().get("/", gpu="none", sort="title")
    assert "30 of 30 challenges" in first.text
    assert "Page 1 of 2" in first.text
    assert len(cards(first)) == 24
    (following,) = first.all("a", rel="next")
    assert following["href"] == "/?gpu=none&sort=title&page=2"
    assert first.all("link", rel="next") == [{"rel": "next", "href": following["href"]}]
    assert first.all("a", rel="prev") == []

    second = browse().get("/", gpu="none", sort="title", page="2")
    assert len(cards(second)) == 6
    assert set(cards(first)) & set(cards(second)) == set()
    assert second.all("a", rel="next") == []
    assert [a["href"] for a in second.all("a", rel="prev")] == ["/?gpu=none&sort=title"]


def test_a_page_behind_the_last_one_is_the_last_one(shelf: list[Edition], browse: Browse) -> None:
    assert "Page 2 of 2" in browse().get("/", page="99").text


def test_titles_are_sorted_where_that_is_asked_for(shelf: list[Edition], browse: Browse) -> None:
    titles = sorted((edition.challenge.spec.title.lower(), edition.slug) for edition in shelf)
    expected = [f"/challenges/{slug}/" for _title, slug in titles[:24]]
    assert cards(browse().get("/", sort="title")) == expected


def test_every_domain_of_the_catalogue_has_words() -> None:
    assert {load(slug).spec.domain for slug in slugs()} - set(facets.LABELS) == set()


def test_every_family_graphics_card_and_order_has_words() -> None:
    assert (set(facets.FAMILIES), set(facets.GPUS), set(facets.SORTS)) == (set(Family), set(Gpu), set(Sort))


def test_what_was_searched_comes_back_as_text_only(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", q='"><script>alert(1)</script>')
    assert all(script.keys() == {"src", "defer"} for script in page.all("script"))
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


def test_a_learner_sees_and_finds_how_far_they_have_come(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Callable[..., Submission]
) -> None:
    edition.anchors = {"floor": {"value": 0.3, "standard_error": 0.0}, "ceiling": {"value": 0.9, "standard_error": 0.0}}
    edition.save()
    scored(ada, 0.61)  # bronze is earned from 0.6 on, silver from 0.75
    page = browse(ada).get("/")
    assert "Reached Bronze" in page.text
    assert "Bronze (1)" in page.text
    assert "Not tried (0)" in page.text
    assert "/challenges/iris-new-meadow/" in browse(ada).get("/", tried="bronze").links
    assert "/challenges/iris-new-meadow/" not in browse(ada).get("/", tried="tried").links
    assert "/challenges/iris-new-meadow/" in browse(bob).get("/", tried="not_tried").links
    assert "Reached" not in browse(bob).get("/").text


def test_a_visitor_is_not_asked_how_far_they_have_come(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", tried="gold", sort="progress")
    assert "/challenges/iris-new-meadow/" in page.links
    assert page.all("select", name="tried") == []
    assert page.all("option", value="progress") == []


def hand_in_everywhere(user: User, editions: list[Edition]) -> None:
    """Write a score of the user into each edition, as a worker would have."""
    for edition in editions:
        team = teams.ensure(user, edition)
        submission = Submission.objects.create(
            edition=edition, team=team, user=user, file_name="a.csv", sha256="0" * 64, size_bytes=1, resource="score",
            state=State.DONE, verdict=Verdict.SCORED, public_score=0.5, public_error=0.01, private_score=0.5,
            private_error=0.01, created_at=edition.created_at,
        )  # fmt: skip
        leaderboard.refresh(submission.team)


def test_the_list_needs_no_more_queries_for_more_challenges(
    shelf: list[Edition], browse: Browse, ada: User, django_assert_num_queries: Any
) -> None:
    hand_in_everywhere(ada, shelf[:1])
    visitor, learner = browse(), browse(ada)
    Edition.objects.filter(pk__in=[edition.pk for edition in shelf[1:]]).update(retired_at=shelf[0].created_at)
    with django_assert_num_queries(9):  # session, user, editions, boards, teams, ranks; teams, rows, hosts of progress
        assert "Your rank 1" in learner.get("/").text
    with django_assert_num_queries(2):  # editions, boards
        visitor.get("/")

    Edition.objects.update(retired_at=None)
    hand_in_everywhere(ada, shelf[1:20])
    with django_assert_num_queries(9):
        assert len(cards(learner.get("/", sort="progress", metric="checks", page="1"))) > 1
    with django_assert_num_queries(2):
        assert len(cards(visitor.get("/"))) == 24


def test_what_is_chosen_replaces_the_list_without_a_full_load(edition: Edition, browse: Browse) -> None:
    page = browse().get("/", level="beginner")
    (part,) = page.all("div", id="list")
    assert (part["hx-target"], part["hx-select"], part["hx-swap"]) == ("#list", "#list", "morph")
    (form,) = page.all("form", role="search")
    assert (form["action"], form["hx-get"]) == ("/", "/")
    assert page.all("span", role="status") == [{"role": "status"}]
    assert page.all("ul", **{"class": "chips"})[0]["hx-boost"] == "true"


@pytest.mark.parametrize(
    ("query", "address"),
    [
        ({"q": "", "level": "beginner", "sort": "roadmap", "kind": ""}, "/?level=beginner"),
        ({"q": "é&b", "gpu": "none", "sort": "title"}, "/?q=%C3%A9%26b&gpu=none&sort=title"),
        ({"level": "no such level", "page": "99"}, "/"),
        ({"q": "a\r\nSet-Cookie: x=1"}, "/?q=a%0D%0ASet-Cookie%3A+x%3D1"),
    ],
)
def test_the_address_bar_shows_what_was_chosen_and_no_empty_field(
    edition: Edition, browse: Browse, query: dict[str, str], address: str
) -> None:
    assert browse().client.get("/", query)["HX-Push-Url"] == address


def test_a_program_and_a_page_get_the_same_answer(edition: Edition, browse: Browse) -> None:
    plain, by_script = (browse().client.get("/", headers=headers) for headers in ({}, {"HX-Request": "true"}))
    assert plain.content == by_script.content
    assert "HX-Request" not in plain["Vary"]  # nothing to tell apart, so any cache may keep it
