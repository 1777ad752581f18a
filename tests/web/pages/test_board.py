from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import leaderboard, teams
from judge.models import Board, Edition, Standing, Submission, Team

Browse = Callable[..., Any]
Scored = Callable[..., Submission]
BOARD = "/challenges/iris-new-meadow/leaderboard/"


def test_the_board_is_read_without_login(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    scored(bob, 0.9)
    text = browse().get(BOARD).text
    assert "Leaderboard 2 teams" in text
    assert "1 bob 0.9000 ± 0.0125 1" in text
    assert "2 ada 0.8000 ± 0.0125 1" in text
    assert "Higher is better." in text


def test_an_empty_board_invites(edition: Edition, browse: Browse) -> None:
    page = browse().get(BOARD)
    assert "Nobody stands here yet." in page.text
    assert "/challenges/iris-new-meadow/submit/" in page.links


def test_entries_count_scored_submissions(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    scored(ada, 0.8)
    scored(ada, 0.7)
    assert "1 ada 0.8000 ± 0.0125 2" in browse().get(BOARD).text


def test_my_row_is_marked_and_can_be_jumped_to(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    scored(bob, 0.9)
    page = browse(ada).get(BOARD)
    assert [row["class"] for row in page.all("tr", id="me")] == ["me"]
    assert "#me" in page.links
    assert "Jump to me (rank 2)" in page.text
    assert browse().get(BOARD).all("tr", id="me") == []


def test_the_baseline_of_the_host_is_marked(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    scored(ada, 0.8)
    Team.objects.update(is_baseline=True)
    page = browse().get(BOARD)
    assert "1 ada baseline 0.8000" in page.text
    assert len(page.all("tr", **{"class": "host"})) == 1


def test_a_row_says_which_rank_it_is_level_with(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    spread = np.linspace(-0.1, 0.1, 50, dtype="<f4")
    for user, score in ((ada, 0.90), (bob, 0.89)):
        submission = scored(user, score)
        submission.public_spread = (spread * (1 if user == ada else -1) + score).astype("<f4").tobytes()
        submission.save(update_fields=["public_spread"])
    page = browse().get(BOARD)
    assert "1 ada" in page.text
    assert "=1 bob" in page.text
    assert page.all("abbr", title="shares rank 1; place 2 by score") != []


def many(edition: Edition, ada: User, count: int) -> None:
    """Give the board `count` further rows, 0.500 the best of them."""
    submission = Submission.objects.get(user=ada)
    for number in range(count):
        team = Team.objects.create(edition=edition, name=f"team {number}", captain=ada)
        Standing.objects.create(
            edition=edition,
            board=Board.PUBLIC,
            team=team,
            key=-(0.5 - number / 1000),
            achieved_at=submission.created_at,
            submission=submission,
            score=0.5 - number / 1000,
            standard_error=0.01,
        )


def test_the_next_page_goes_on_where_the_last_one_ended(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.9)
    many(edition, ada, 70)
    first = browse().get(BOARD)
    assert "50 team 48" in first.text
    assert "51 team 49" not in first.text
    (link,) = [link for link in first.links if "after=" in link]
    second = browse().get(BOARD + link)
    assert "51 team 49" in second.text
    assert "71 team 69" in second.text
    assert [link for link in second.links if "after=" in link and "rows." not in link] == []
    assert "?board=public" in second.links


def test_around_me_shows_five_rows_on_each_side(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    scored(ada, 0.4405)  # between team 59 (0.441) and team 60 (0.440)
    many(edition, ada, 100)
    assert "?board=public&around=me#me" in browse(ada).get(BOARD).links
    page = browse(ada).get(BOARD, around="me")
    assert "61 ada" in page.text
    assert "56 team 55" in page.text
    assert "66 team 64" in page.text
    assert "55 team 54" not in page.text
    assert "67 team 65" not in page.text


def test_around_me_without_a_row_is_the_top(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.9)
    assert "1 ada" in browse(bob).get(BOARD, around="me").text


@pytest.mark.parametrize("query", [{"after": "nonsense"}, {"board": "secret"}, {"version": "-1"}, {"version": "1e9"}])
def test_a_query_that_is_not_ours_is_not_found(edition: Edition, browse: Browse, query: dict[str, str]) -> None:
    assert browse().get(BOARD, **query).status == 404


def test_the_private_board_is_for_staff_until_the_deadline(
    edition: Edition, browse: Browse, ada: User, make_user: Callable[..., User], scored: Scored
) -> None:
    scored(ada, 0.9, private=0.8123)
    staff = make_user("grace", is_staff=True)
    for visitor in (None, ada):
        assert browse(visitor).get(BOARD, board="private").status == 404
        assert "?board=private" not in browse(visitor).get(BOARD).links
    assert "1 ada 0.8123" in browse(staff).get(BOARD, board="private").text
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert "1 ada 0.8123 ± 0.0087" in browse().get(BOARD, board="private").text
    assert "?board=private" in browse().get(BOARD).links


def test_the_board_of_an_earlier_version_stays_readable(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.9)
    edition.retired_at = timezone.now()
    edition.save()
    Edition.objects.create(slug=edition.slug, version=2, size="small", digest="other", folder=edition.folder)
    assert "Nobody stands here yet." in browse().get(BOARD).text
    assert f"{BOARD}?version=1" in browse().get(BOARD).links
    old = browse().get(BOARD, version="1")
    assert "1 ada 0.9000" in old.text
    assert "This is version 1, kept to be read." in old.text


def test_a_team_name_is_text_on_the_board(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    teams.create(ada, edition, name="<img src=x onerror=alert(1)>")
    scored(ada, 0.9)
    page = browse(ada).get(BOARD)
    assert page.all("img") == []
    assert "<img src=x onerror=alert(1)>" in page.text


def test_a_board_leaves_logs_and_replays_in_the_database(
    edition: Edition, browse: Browse, ada: User, scored: Scored, django_assert_max_num_queries: Any
) -> None:
    scored(ada, 0.9)
    with django_assert_max_num_queries(10) as asked:
        browse().get(BOARD)
    assert [query["sql"] for query in asked if '"replay"' in query["sql"] or '"log_tail"' in query["sql"]] == []


def test_a_long_board_needs_no_more_queries_than_a_short_one(
    edition: Edition, browse: Browse, ada: User, scored: Scored, django_assert_max_num_queries: Any
) -> None:
    scored(ada, 0.9)
    many(edition, ada, 120)
    browser = browse(ada)
    with django_assert_max_num_queries(10):
        assert "50 team 48" in browser.get(BOARD).text
    assert leaderboard.PAGE == 50


def test_the_marks_of_the_board_are_named_in_the_language_of_the_page(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.5)
    browser = browse()
    browser.client.post("/language/", {"language": "zh-hans", "next": "/"})
    page = browser.get("/challenges/iris-new-meadow/leaderboard/")
    assert "下限 毫无技能" in page.text
    assert "floor" not in page.text
