"""The list of challenges, narrowed and in order, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from challenges.metric_families import Family
from challenges.spec import Kind, Level
from judge.catalogue import Entry, Gpu, Sort, Wanted, narrowed
from judge.models import Edition
from judge.tiers import Tier

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

IRIS = "iris-new-meadow"  # V-02, beginner
HOUSES = "house-price-prediction"  # ML-01 and V-05, beginner
TITANIC = "titanic-survival"  # ML-02 and V-04, beginner
DETECTION = "object-detection"  # DL-16, intermediate
LEAGUE = "connect-x-league"  # DC-15, advanced


def shelf(*slugs: str) -> Sequence[Entry]:
    """Return entries of an anonymous visitor, each minted an hour after the one before."""
    return [
        Entry(
            edition=Edition(slug=slug, created_at=NOON + timedelta(hours=number)),
            teams=0,
            team=None,
            rank=None,
            tier=None,
        )
        for number, slug in enumerate(slugs)
    ]


def shown(entries: Sequence[Entry], sort: Sort = Sort.ROADMAP, **wanted: object) -> list[str]:
    return [entry.edition.slug for entry in narrowed(entries, Wanted(**wanted), sort)]  # type: ignore[arg-type]


def test_easy_ones_come_first_and_then_the_order_of_the_roadmaps() -> None:
    # The video roadmap, the first of all, has iris before Titanic before the houses.
    assert shown(shelf(LEAGUE, DETECTION, HOUSES, TITANIC, IRIS)) == [IRIS, TITANIC, HOUSES, DETECTION, LEAGUE]


def test_one_roadmap_alone_is_shown_in_its_own_order() -> None:
    # The ninety projects begin with the houses; the Titanic is the second.
    assert shown(shelf(IRIS, TITANIC, HOUSES), roadmap="ninety") == [HOUSES, TITANIC]


def test_by_title() -> None:
    # The night of the Meridian, Irises of a new meadow
    assert shown(shelf(TITANIC, IRIS), Sort.TITLE) == [IRIS, TITANIC]


def test_newest_first() -> None:
    assert shown(shelf(IRIS, LEAGUE, TITANIC), Sort.NEWEST) == [TITANIC, LEAGUE, IRIS]


def test_most_teams_first_and_the_lists_own_order_among_equals() -> None:
    made = shelf(TITANIC, IRIS, LEAGUE)
    busy = Entry(edition=made[2].edition, teams=3, team=None, rank=None, tier=None)
    assert shown([*made[:2], busy], Sort.TEAMS) == [LEAGUE, IRIS, TITANIC]


@pytest.fixture
def tried() -> Sequence[Entry]:
    tiers = {IRIS: Tier.TRIED, TITANIC: Tier.GOLD, HOUSES: Tier.NOT_TRIED}
    return [
        Entry(edition=Edition(slug=slug, created_at=NOON), teams=1, team=None, rank=None, tier=tier)
        for slug, tier in tiers.items()
    ]


def test_where_one_has_come_farthest_first(tried: Sequence[Entry]) -> None:
    assert shown(tried, Sort.PROGRESS) == [TITANIC, IRIS, HOUSES]


@pytest.mark.parametrize(
    ("tier", "expected"), [(Tier.NOT_TRIED, [HOUSES]), (Tier.TRIED, [IRIS]), (Tier.GOLD, [TITANIC]), (Tier.SILVER, [])]
)
def test_how_far_one_has_come_is_meant_exactly(tried: Sequence[Entry], tier: Tier, expected: list[str]) -> None:
    assert shown(tried, tried=tier) == expected


def test_a_visitor_has_tried_nothing_and_not_tried_nothing() -> None:
    assert shown(shelf(IRIS), tried=Tier.NOT_TRIED) == []


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"level": Level.INTERMEDIATE}, [DETECTION]),
        ({"kind": Kind.INTERACTIVE}, [LEAGUE]),
        ({"domain": "vision"}, [DETECTION]),
        ({"metric": Family.CLASSES}, [IRIS]),
        ({"metric": Family.PICTURES}, [DETECTION]),
        ({"metric": Family.GAMES}, [LEAGUE]),
        ({"gpu": Gpu.REQUIRED}, []),
        ({"gpu": Gpu.NONE, "level": Level.ADVANCED}, [LEAGUE]),
        ({"roadmap": "video"}, [IRIS]),
        ({"roadmap": "no such roadmap"}, []),
        ({"search": "MEADOW iris"}, [IRIS]),
        ({"search": "dl-16"}, [DETECTION]),
    ],
)
def test_every_filter_leaves_what_fits(wanted: dict[str, object], expected: list[str]) -> None:
    assert shown(shelf(IRIS, DETECTION, LEAGUE), **wanted) == expected


def test_words_are_found_in_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert shown(shelf(IRIS, LEAGUE), search="鸢尾花") == [IRIS]
