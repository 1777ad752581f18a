"""Tiers by hand: a scale from floor 0.2 over baseline 0.4 and reference 0.8 to the ceiling 1.0."""

from __future__ import annotations

import dataclasses

import pytest

from challenges.metrics.types import Better
from challenges.scoring import Score
from judge.tiers import Anchors, Medals, Tier, medals, tier

FULL = Anchors(
    better=Better.HIGHER, floor=0.2, baseline=Score(value=0.4, standard_error=0.03), reference=0.8, ceiling=1.0
)
SHORT = Anchors(better=Better.HIGHER, floor=0.2, ceiling=1.0)


def reached(value: float, anchors: Anchors, *, standard_error: float = 0.04) -> Tier:
    return tier(Score(value=value, standard_error=standard_error), anchors)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, Tier.TRIED),  # worse than no skill is a try all the same
        (0.4, Tier.TRIED),
        (0.5, Tier.TRIED),  # 0.1 above the baseline is two errors, sqrt(0.03^2 + 0.04^2) = 0.05 each: still chance
        (0.51, Tier.ABOVE_BASELINE),
        (0.59, Tier.ABOVE_BASELINE),
        (0.61, Tier.BRONZE),  # half-way from 0.4 to 0.8
        (0.79, Tier.BRONZE),
        (0.8, Tier.SILVER),
        (0.89, Tier.SILVER),
        (0.91, Tier.GOLD),  # half-way from 0.8 to 1.0
        (1.1, Tier.GOLD),
    ],
)
def test_a_score_has_the_tier_of_its_place_between_the_anchors(value: float, expected: Tier) -> None:
    assert reached(value, FULL) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(12.0, Tier.TRIED), (8.0, Tier.ABOVE_BASELINE), (7.0, Tier.BRONZE), (4.0, Tier.SILVER), (3.0, Tier.GOLD)],
)
def test_a_metric_of_which_less_is_better_is_climbed_downwards(value: float, expected: Tier) -> None:
    errors = Anchors(
        better=Better.LOWER, floor=12.0, baseline=Score(value=10.0, standard_error=0.5), reference=4.0, ceiling=2.0
    )
    assert reached(value, errors, standard_error=0.5) is expected
    assert medals(errors) == Medals(bronze=7.0, silver=4.0, gold=3.0)


def test_without_a_reference_the_medals_lie_on_the_way_from_the_baseline_to_the_ceiling() -> None:
    anchors = dataclasses.replace(FULL, baseline=Score(value=0.5, standard_error=0.0), reference=None)
    assert medals(anchors) == Medals(bronze=0.75, silver=0.875, gold=0.95)


def test_without_a_baseline_nobody_is_above_it_and_medals_begin_at_the_floor() -> None:
    found = medals(SHORT)
    assert found is not None
    assert (found.bronze, found.silver, found.gold) == pytest.approx((0.6, 0.8, 0.92))
    assert [reached(value, SHORT) for value in (0.19, 0.59, 0.61, 0.81, 0.93)] == [
        Tier.TRIED,
        Tier.TRIED,
        Tier.BRONZE,
        Tier.SILVER,
        Tier.GOLD,
    ]


def test_on_an_open_scale_gold_lies_as_far_beyond_the_reference_as_bronze_before_it() -> None:
    rating = Anchors(better=Better.HIGHER, baseline=Score(value=1000, standard_error=20), reference=1400)
    assert medals(rating) == Medals(bronze=1200, silver=1400, gold=1600)


def test_a_reference_that_has_reached_the_ceiling_is_gold_itself() -> None:
    assert reached(0.8, dataclasses.replace(FULL, ceiling=0.8)) is Tier.GOLD


@pytest.mark.parametrize(
    "anchors",
    [
        Anchors(better=Better.HIGHER),
        Anchors(better=Better.HIGHER, floor=0.2),
        Anchors(better=Better.HIGHER, ceiling=1.0),
        Anchors(better=Better.HIGHER, floor=0.5, ceiling=0.5),
        Anchors(better=Better.LOWER, floor=0.2, reference=0.3),
    ],
)
def test_a_scale_of_too_few_or_misplaced_anchors_gives_no_medal(anchors: Anchors) -> None:
    assert medals(anchors) is None
    assert reached(0.99, anchors) is Tier.TRIED


def test_a_baseline_alone_can_still_be_beaten() -> None:
    anchors = Anchors(better=Better.HIGHER, baseline=Score(value=0.4, standard_error=0.03))
    assert reached(0.52, anchors) is Tier.ABOVE_BASELINE


def test_a_project_is_passed_from_the_baseline_on() -> None:
    assert [level.passed for level in Tier] == [False, False, True, True, True, True]
