from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from challenges.metrics.types import Better
from challenges.spec import BoardSpec, Counts
from judge import rules

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class Entry:
    pk: int
    public_score: float | None
    private_score: float | None
    minutes: int = 0
    chosen: bool = False
    public_held: bool = False

    @property
    def created_at(self) -> datetime:
        return NOON + timedelta(minutes=self.minutes)


def test_a_higher_accuracy_and_a_lower_error_both_sort_first() -> None:
    assert rules.sort_key(0.9, Better.HIGHER) < rules.sort_key(0.8, Better.HIGHER)
    assert rules.sort_key(0.1, Better.LOWER) < rules.sort_key(0.2, Better.LOWER)


@pytest.mark.parametrize("score", [float("nan"), float("inf"), float("-inf")])
def test_a_score_that_is_not_finite_has_no_place(score: float) -> None:
    with pytest.raises(ValueError, match="never ranks"):
        rules.sort_key(score, Better.HIGHER)


def test_a_quota_day_ends_at_midnight_utc_wherever_the_learner_is() -> None:
    late = datetime.fromisoformat("2026-03-01T23:30:00-05:00")
    assert rules.quota_day(late) == date(2026, 3, 2)
    assert rules.quota_resets_at(late) == datetime(2026, 3, 3, tzinfo=UTC)


def test_failures_of_ours_are_tried_again_ever_later() -> None:
    assert [rules.retry_delay(n).total_seconds() for n in (1, 2, 3)] == [5, 20, 80]


def test_the_best_public_score_counts_on_both_boards_so_the_private_rows_select_nothing() -> None:
    lucky_in_private = Entry(1, public_score=0.7, private_score=0.99)
    best_in_public = Entry(2, public_score=0.8, private_score=0.6)
    counts = rules.counting([lucky_in_private, best_in_public], BoardSpec(counts=Counts.BEST), Better.HIGHER)
    assert counts == rules.Counting(best_in_public, best_in_public)


def test_among_equal_scores_the_earlier_submission_counts() -> None:
    late, early = Entry(1, 0.8, 0.8, minutes=5), Entry(2, 0.8, 0.8, minutes=1)
    counts = rules.counting([late, early], BoardSpec(counts=Counts.BEST), Better.HIGHER)
    assert counts is not None and counts.public is early


def test_where_the_last_one_counts_a_worse_later_score_replaces_a_better_one() -> None:
    good, bad = Entry(1, 0.9, 0.9, minutes=0), Entry(2, 0.1, 0.1, minutes=9)
    counts = rules.counting([good, bad], BoardSpec(counts=Counts.LAST), Better.HIGHER)
    assert counts == rules.Counting(bad, bad)


def test_of_the_chosen_the_better_in_private_counts_in_the_end() -> None:
    best = Entry(1, 0.9, 0.5)
    chosen = [Entry(2, 0.8, 0.7, chosen=True), Entry(3, 0.7, 0.8, chosen=True)]
    counts = rules.counting([best, *chosen], BoardSpec(counts=Counts.CHOSEN), Better.HIGHER)
    assert counts == rules.Counting(best, chosen[1])


def test_who_chose_nothing_is_judged_by_the_best_public_score() -> None:
    best, other = Entry(1, 0.9, 0.5), Entry(2, 0.8, 0.7)
    counts = rules.counting([best, other], BoardSpec(counts=Counts.CHOSEN), Better.HIGHER)
    assert counts == rules.Counting(best, best)


def test_a_team_without_scores_stands_nowhere() -> None:
    assert rules.counting([], BoardSpec(), Better.HIGHER) is None
