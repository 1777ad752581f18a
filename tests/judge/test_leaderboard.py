from collections.abc import Callable

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
    assert page.teams == 7


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24", "WzEsMl0"])
def test_a_cursor_that_is_not_ours_is_refused(edition: Edition, cursor: str) -> None:
    with pytest.raises(ValueError, match="cursor"):
        leaderboard.page(edition, Board.PUBLIC, cursor=cursor)


def test_around_me_shows_both_neighbours_with_their_ranks(edition: Edition, make_submission: Make) -> None:
    teams = [stand(make_submission, 0.9 - n / 100, minutes=n) for n in range(9)]
    rows = leaderboard.around(edition, Board.PUBLIC, teams[4], reach=2)
    assert [(row.rank, row.standing.team) for row in rows] == [(n + 1, teams[n]) for n in (2, 3, 4, 5, 6)]
    assert [row.rank for row in leaderboard.around(edition, Board.PUBLIC, teams[0], reach=2)] == [1, 2, 3]


def test_a_team_without_a_score_is_nowhere(edition: Edition, make_team: Callable[[], Team]) -> None:
    team = make_team()
    assert leaderboard.rank(edition, Board.PUBLIC, team) is None
    assert list(leaderboard.around(edition, Board.PUBLIC, team)) == []


def spread(values: list[float]) -> bytes:
    return np.array(values, dtype="<f4").tobytes()


def test_rows_that_chance_may_have_ordered_are_marked_level(edition: Edition, make_submission: Make) -> None:
    rng = np.random.default_rng(1)
    common = rng.normal(0, 0.01, 200)
    for n, (score, own_noise) in enumerate([(0.95, 0.001), (0.90, 0.001), (0.899, 0.01)]):
        values = (score + common + rng.normal(0, own_noise, 200)).tolist()
        stand(make_submission, score, minutes=n, public_spread=spread(values))
    rows = leaderboard.page(edition, Board.PUBLIC).rows
    assert [row.level_with_above for row in rows] == [False, False, True]


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
        leaderboard.page(edition, Board.PUBLIC, size=10)
