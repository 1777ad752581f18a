from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
import pytest
from django.db import IntegrityError, transaction

from judge import leaderboard
from judge.models import Board, Edition, Standing, Submission, Team

Make = Callable[..., Submission]


def stand(make: Make, score: float, *, minutes: int = 0, **fields: object) -> Team:
    submission = make(score=score, minutes=minutes, **fields)
    leaderboard.update(submission)
    return submission.team


def names(page: leaderboard.Page) -> list[str]:
    return [row.standing.team.name for row in page.rows]


def test_better_scores_stand_first_and_among_equals_the_earlier(edition: Edition, make_submission: Make) -> None:
    late = stand(make_submission, 0.9, minutes=5)
    early = stand(make_submission, 0.9, minutes=1)
    best = stand(make_submission, 0.95, minutes=9)
    page = leaderboard.page(edition, Board.PUBLIC)
    assert names(page) == [best.name, early.name, late.name]
    assert [row.rank for row in page.rows] == [1, 2, 3]
    assert leaderboard.rank(edition, Board.PUBLIC, late) == 3


def test_a_team_has_one_row_with_its_best_score(edition: Edition, make_submission: Make) -> None:
    team = stand(make_submission, 0.7)
    stand(make_submission, 0.9, team=team, minutes=1)
    stand(make_submission, 0.8, team=team, minutes=2)
    (row,) = leaderboard.page(edition, Board.PUBLIC).rows
    assert (row.standing.score, row.standing.entries) == (0.9, 3)


def test_pages_join_without_gap_or_overlap(edition: Edition, make_submission: Make) -> None:
    expected = [stand(make_submission, 0.9 - n // 2 / 100, minutes=n).name for n in range(7)]
    seen, cursor, ranks = [], None, []
    while True:
        page = leaderboard.page(edition, Board.PUBLIC, cursor=cursor, size=3)
        seen += names(page)
        ranks += [row.rank for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == expected
    assert ranks == [1, 2, 3, 4, 5, 6, 7]
    assert leaderboard.teams_on(edition, Board.PUBLIC) == 7


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24", "WzEsMl0"])
def test_a_cursor_that_is_not_ours_is_refused(edition: Edition, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        leaderboard.page(edition, Board.PUBLIC, cursor=cursor)


def test_around_me_shows_both_neighbours_with_their_ranks(edition: Edition, make_submission: Make) -> None:
    teams = [stand(make_submission, 0.9 - n / 100, minutes=n) for n in range(9)]
    rows = leaderboard.around(edition, Board.PUBLIC, teams[4], reach=2)
    assert [(row.rank, row.standing.team) for row in rows] == [(n + 1, teams[n]) for n in (2, 3, 4, 5, 6)]
    assert [row.rank for row in leaderboard.around(edition, Board.PUBLIC, teams[0], reach=2)] == [1, 2, 3]


def test_the_ranks_of_several_rows_are_counted_in_one_query(
    edition: Edition, make_submission: Make, django_assert_num_queries: Callable[..., AbstractContextManager[object]]
) -> None:
    stand(make_submission, 0.9)
    stand(make_submission, 0.8, minutes=5)
    stand(make_submission, 0.8, minutes=1)  # among equals the earlier
    rows = Standing.objects.filter(board=Board.PUBLIC).order_by("pk")
    with django_assert_num_queries(1):
        assert list(leaderboard.with_rank(rows).values_list("rank", flat=True)) == [1, 3, 2]
    assert [leaderboard.rank_of(row) for row in rows] == [1, 3, 2]


def test_a_team_without_a_score_is_nowhere(edition: Edition, make_team: Callable[[], Team]) -> None:
    team = make_team()
    assert leaderboard.rank(edition, Board.PUBLIC, team) is None
    assert list(leaderboard.around(edition, Board.PUBLIC, team)) == []


def spread(values: list[float]) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


def level_board(make: Make, scores: list[float]) -> list[Team]:
    """Stand one team for each score; the difference of any two has a standard error of 0.01."""
    noise = np.linalg.qr(np.random.default_rng(1).normal(size=(400, 20)))[0]
    noise = np.linalg.qr(noise - noise.mean(axis=0))[0] * np.sqrt(399 / 2) * 0.01
    return [
        stand(make, score, minutes=n, public_spread=spread((score + noise[:, n]).tolist()))
        for n, score in enumerate(scores)
    ]


SLOPE = [0.99 - n / 100 for n in range(12)]
"""Steps of one standard error: p = 0.32, 0.046, 0.0027 at one, two, three of them, against 0.05, 0.025, 0.0167."""
GROUPS = [None, 1, 1, None, 4, 4, None, 7, 7, None, 10, 10]


def test_rows_that_chance_may_have_ordered_are_level_with_the_leader_of_their_group(
    edition: Edition, make_submission: Make
) -> None:
    level_board(make_submission, SLOPE)
    assert [row.level_with for row in leaderboard.page(edition, Board.PUBLIC).rows] == GROUPS


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_groups_of_level_rows_do_not_depend_on_where_pages_end(
    edition: Edition, make_submission: Make, size: int
) -> None:
    level_board(make_submission, SLOPE)
    seen, cursor = [], None
    while True:
        page = leaderboard.page(edition, Board.PUBLIC, cursor=cursor, size=size)
        seen += [row.level_with for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == GROUPS


def test_around_me_shows_the_groups_of_the_whole_board(edition: Edition, make_submission: Make) -> None:
    teams = level_board(make_submission, SLOPE)
    rows = leaderboard.around(edition, Board.PUBLIC, teams[7], reach=2)
    assert [(row.rank, row.level_with) for row in rows] == [(6, 4), (7, None), (8, 7), (9, 7), (10, None)]


def test_on_a_long_board_groups_are_walked_from_a_bounded_number_of_rows_above(
    edition: Edition, make_submission: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaderboard, "WALK", 4)
    teams = level_board(make_submission, SLOPE)
    rows = leaderboard.around(edition, Board.PUBLIC, teams[8], reach=2)
    assert [(row.rank, row.level_with) for row in rows] == [(7, 5), (8, None), (9, 8), (10, 8), (11, None)]


def test_a_group_whose_leader_left_the_place_starts_anew(edition: Edition, make_submission: Make) -> None:
    teams = level_board(make_submission, SLOPE)
    cursor = leaderboard.page(edition, Board.PUBLIC, size=2).next_cursor
    teams[0].standings.all().delete()
    rows = leaderboard.page(edition, Board.PUBLIC, cursor=cursor, size=2).rows
    assert [(row.rank, row.level_with) for row in rows] == [(3, None), (4, 3)]


def test_rows_scored_without_resampling_are_level_only_when_equal(edition: Edition, make_submission: Make) -> None:
    for n, score in enumerate([0.9, 0.9, 0.8999]):
        stand(make_submission, score, minutes=n)
    assert [row.level_with for row in leaderboard.page(edition, Board.PUBLIC).rows] == [None, 1, None]


def test_the_database_itself_ranks_no_score_that_is_not_finite(edition: Edition, make_submission: Make) -> None:
    submission = make_submission(score=0.5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Standing.objects.create(
            edition=edition,
            board=Board.PUBLIC,
            team=submission.team,
            key=float("nan"),
            achieved_at=submission.created_at,
            submission=submission,
            score=0.5,
            standard_error=0.0,
        )


def test_a_page_costs_the_same_few_queries_however_long_the_board(
    edition: Edition, make_submission: Make, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for n in range(12):
        stand(make_submission, 0.5 + n / 100)
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        page = leaderboard.page(edition, Board.PUBLIC, size=5)
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        page = leaderboard.page(edition, Board.PUBLIC, cursor=page.next_cursor, size=5)
    with django_assert_max_num_queries(4):  # type: ignore[attr-defined]
        leaderboard.around(edition, Board.PUBLIC, page.rows[0].standing.team)
