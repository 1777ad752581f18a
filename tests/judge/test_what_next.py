from __future__ import annotations

from challenges.roadmaps.spec import Row
from challenges.spec import Level
from judge.tiers import Tier
from judge.what_next import what_next


def row(row_id: str, level: Level, *needs: str) -> Row:
    return Row(id=row_id, title="T", level=level, teaches="x" * 40, needs=needs, challenge="c")


ROWS = [
    row("V-01", Level.BEGINNER),
    row("V-02", Level.BEGINNER),
    row("V-03", Level.INTERMEDIATE, "V-01"),
    row("V-04", Level.INTERMEDIATE),
    row("V-05", Level.ADVANCED, "V-02"),
    row("V-06", Level.EXPERT),
]
ALL = {"V-01", "V-02", "V-03", "V-04", "V-05", "V-06"}


def proposed(*passed: str, offered: set[str] = ALL, **others: Tier) -> list[str]:
    tiers = dict.fromkeys(passed, Tier.BRONZE) | {name.replace("_", "-"): tier for name, tier in others.items()}
    return [row.id for row in what_next(ROWS, tiers=tiers, offered=offered)]


def test_a_newcomer_begins_at_the_beginning() -> None:
    assert proposed() == ["V-01", "V-02"]


def test_what_was_passed_is_not_proposed_again_and_opens_the_next_level() -> None:
    assert proposed("V-02") == ["V-01", "V-04"]  # V-03 needs V-01; V-05 is two levels up


def test_what_was_only_tried_is_still_to_be_done() -> None:
    assert proposed(V_01=Tier.TRIED, V_02=Tier.ABOVE_BASELINE) == ["V-01", "V-04"]


def test_at_most_three_rows_are_proposed_in_the_order_of_the_roadmap() -> None:
    assert proposed("V-01", "V-04") == ["V-02", "V-03"]  # V-05 needs V-02
    assert proposed("V-01", "V-02", "V-05") == ["V-03", "V-04", "V-06"]


def test_a_row_that_is_not_offered_is_neither_proposed_nor_asked_for() -> None:
    assert proposed("V-02", offered=ALL - {"V-01"}) == ["V-03", "V-04"]


def test_where_nothing_is_easy_a_newcomer_begins_at_the_lowest_level_there_is() -> None:
    assert proposed(offered={"V-05", "V-06"}) == ["V-05"]


def test_whoever_has_passed_everything_or_finds_nothing_gets_no_proposal() -> None:
    assert proposed(*ALL) == []
    assert proposed(offered=set()) == []
