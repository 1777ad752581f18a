"""Parts of a board are kept from visit to visit; no visitor ever sees an old score or another one's mark."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from judge import climbs, merging, teams
from judge.models import BoardState, Edition, Standing, Submission, Team

pytestmark = pytest.mark.slow

Browse = Callable[..., Any]
Scored = Callable[..., Submission]
BOARD = "/challenges/iris-new-meadow/leaderboard/"
FRAME = f"{BOARD}embed/"


@pytest.fixture
def warm(edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored) -> Callable[[], None]:
    """A board of two whose first page everybody has seen already."""
    scored(ada, 0.8, private=0.3)
    scored(bob, 0.7, private=0.4)

    def see() -> None:
        for visitor in (None, ada, bob, ada, None):
            assert "1 ada" in browse(visitor).get(BOARD).text
            assert browse(visitor).get(BOARD, around="me").status == 200
        assert "1 ada" in browse().get(FRAME).text

    see()
    return see


@pytest.mark.usefixtures("warm")
def test_a_page_that_was_seen_costs_fewer_queries_and_reads_no_row_again(
    browse: Browse, ada: User, django_assert_num_queries: Any
) -> None:
    nobody, learner = browse(), browse(ada)
    with django_assert_num_queries(2):  # versions, state
        assert "1 ada" in nobody.get(BOARD).text
    with django_assert_num_queries(6) as asked:  # session, user, versions, team, state, own row
        assert "1 ada you" in learner.get(BOARD).text
    assert [query["sql"] for query in asked if "_spread" in query["sql"]] == []


@pytest.mark.usefixtures("warm")
def test_a_new_score_shows_at_once(browse: Browse, ada: User, bob: User, scored: Scored) -> None:
    scored(bob, 0.9)
    for page in (browse().get(BOARD), browse().get(FRAME), browse(ada).get(BOARD, around="me")):
        assert "1 bob" in page.text
        assert "0.9000" in page.text
    assert "1 bob you 0.9000" in browse(bob).get(BOARD).text
    assert "2 ada you 0.8000" in browse(ada).get(BOARD).text


@pytest.mark.usefixtures("warm")
def test_a_score_that_changes_no_rank_is_counted_at_once(browse: Browse, ada: User, scored: Scored) -> None:
    assert "1 ada 0.8000 ± 0.0125 1" in browse().get(BOARD).text
    scored(ada, 0.5)
    assert "1 ada 0.8000 ± 0.0125 2" in browse().get(BOARD).text


@pytest.mark.usefixtures("warm")
def test_a_new_name_shows_at_once_and_the_old_one_nowhere(browse: Browse, bob: User) -> None:
    team = Team.objects.get(captain=bob)
    team.name = "The Bees"
    team.save()
    for visitor in (None, bob):
        text = browse(visitor).get(BOARD).text
        assert "2 The Bees" in text
        assert "2 bob" not in text


@pytest.mark.usefixtures("warm")
def test_a_row_that_goes_is_gone_at_once(browse: Browse, ada: User, bob: User) -> None:
    Standing.objects.filter(team__captain=ada).delete()
    for page in (browse().get(BOARD), browse().get(FRAME), browse(ada).get(BOARD), browse(bob).get(BOARD)):
        assert "1 team" in page.text
        assert "1 bob" in page.text
        assert "0.8000" not in page.text


@pytest.mark.usefixtures("warm")
def test_a_deleted_account_is_gone_from_the_board_at_once(browse: Browse, ada: User) -> None:
    from judge import departures

    departures.depart(ada)
    page = browse().get(BOARD)
    assert "1 deleted learner" in page.text
    assert "ada" not in page.text


@pytest.mark.usefixtures("warm")
def test_two_teams_that_become_one_stand_there_once_at_once(
    edition: Edition, browse: Browse, ada: User, bob: User
) -> None:
    stays, goes = Team.objects.get(captain=ada), Team.objects.get(captain=bob)
    merging.accept(bob, edition, merging.propose(ada, edition, code=goes.join_code).pk)
    assert "1 team" in browse().get(BOARD).text
    assert f"1 {stays.name} you" in browse(bob).get(BOARD).text


@pytest.mark.usefixtures("warm")
def test_the_hosts_row_is_marked_and_no_longer_counted_at_once(browse: Browse, ada: User) -> None:
    Team.objects.filter(captain=ada).update(is_baseline=True)
    text = browse().get(BOARD).text
    assert "1 team" in text
    assert "1 ada baseline" in text


@pytest.mark.usefixtures("warm")
def test_new_anchors_show_at_once(edition: Edition, browse: Browse) -> None:
    edition.anchors = {"floor": {"value": 0.7511, "standard_error": 0.01}}
    edition.save()
    assert "no rank floor no skill at all 0.7511" in browse().get(BOARD).text


def test_what_was_seen_in_a_transaction_that_failed_is_never_shown(
    browse: Browse, warm: Callable[[], None], make_user: Callable[..., User], scored: Scored
) -> None:
    with pytest.raises(InterruptedError), transaction.atomic():
        scored(make_user("eve"), 0.99)
        assert "1 eve" in browse().get(BOARD).text
        raise InterruptedError
    warm()
    scored(make_user("grace"), 0.98)
    text = browse().get(BOARD).text
    assert "1 grace" in text
    assert "eve" not in text


@pytest.mark.usefixtures("warm")
def test_the_mark_of_ones_own_row_is_for_oneself(browse: Browse, ada: User, bob: User, make_user: Any) -> None:
    for _time in range(2):
        assert "1 ada you" in browse(ada).get(BOARD).text
        assert "2 bob you" in browse(bob).get(BOARD).text
        assert "bob you" not in browse(ada).get(BOARD).text
        for visitor in (None, make_user(f"stranger{_time}")):
            page = browse(visitor).get(BOARD)
            assert page.all("tr", id="me") == []
            assert page.all("span", **{"class": "tag me"}) == []


@pytest.mark.usefixtures("warm")
def test_the_rows_around_me_are_those_around_me(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored, make_user: Any
) -> None:
    for number in range(14):
        scored(make_user(f"between{number}"), 0.7 + (number + 1) / 1000)
    for _time in range(2):
        assert "16 bob you" in browse(bob).get(BOARD, around="me").text
        assert "ada" not in browse(bob).get(BOARD, around="me").text.replace("adata", "")
        assert "1 ada you" in browse(ada).get(BOARD, around="me").text
        assert "bob" not in browse(ada).get(BOARD, around="me").text


@pytest.mark.usefixtures("warm")
def test_around_me_without_a_row_keeps_pages_apart(browse: Browse, scored: Scored, make_user: Any) -> None:
    for number in range(60):
        scored(make_user(f"further{number}"), 0.6 - number / 1000)
    reader = make_user("reader")
    team = Team.objects.create(edition=Edition.objects.get(), name="reader", captain=reader)
    team.memberships.create(edition=team.edition, user=reader)
    (link,) = [link for link in browse().get(BOARD).links if "&after=" in link and "rows." not in link]
    for _time in range(2):
        assert "51 further48" in browse(reader).get(f"{BOARD}{link}&around=me").text
        assert "1 ada 0.8000" in browse(reader).get(BOARD, around="me").text


@pytest.mark.usefixtures("warm")
def test_private_figures_never_come_from_what_staff_saw(browse: Browse, ada: User, make_user: Any) -> None:
    staff = make_user("grace", is_staff=True)
    for _time in range(2):
        private = browse(staff).get(BOARD, board="private").text
        assert "1 bob 0.4000" in private
        assert "0.8000" not in private
        for visitor in (None, ada, staff):
            public = browse(visitor).get(BOARD).text
            assert "1 ada" in public
            assert "0.4000" not in public
            assert "0.3000" not in public
        assert browse(ada).get(BOARD, board="private").status == 404
        assert browse().get(BOARD, board="private").status == 404


@pytest.mark.usefixtures("warm")
def test_each_reads_the_kept_part_in_their_own_language(browse: Browse) -> None:
    foreign = browse()
    foreign.client.post("/language/", {"language": "zh-hans", "next": "/"})
    for _time in range(2):
        assert "不是团队" in foreign.get(BOARD).text
        assert "not a team" not in foreign.get(BOARD).text
        assert "not a team" in browse().get(BOARD).text
    assert [page["lang"] for page in foreign.get(BOARD).all("html")] == ["zh-hans"]


@pytest.mark.usefixtures("warm")
def test_a_score_of_today_gets_its_date_when_the_day_is_over(browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    reached = Standing.objects.filter(board="public").latest("achieved_at").achieved_at
    assert f"{reached:%H:%M} UTC" in browse().get(BOARD).text
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("web.pages.tags.timezone.now", lambda: tomorrow)
    rows = browse().get(BOARD).text.partition("Take it with you")[0]
    assert f"{reached:%Y-%m-%d %H:%M} UTC" in rows


@pytest.mark.usefixtures("warm")
def test_boards_of_two_versions_are_kept_apart(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    edition.retired_at = timezone.now()
    edition.save()
    second = Edition.objects.create(slug=edition.slug, version=2, size="small", digest="other", folder=edition.folder)
    team = teams.create(ada, second, name="second")
    Standing.objects.create(
        edition=second, board="public", team=team, key=-0.25, score=0.25, standard_error=0.01,
        achieved_at=timezone.now(), submission=Submission.objects.filter(user=ada)[0],
    )  # fmt: skip
    for _time in range(2):
        assert "1 second 0.2500" in browse().get(BOARD).text
        assert "1 ada 0.8000" in browse().get(BOARD, version="1").text


@pytest.mark.usefixtures("warm")
def test_nothing_kept_tells_who_looks_or_has_a_secret(browse: Browse, ada: User) -> None:
    kept = caches["boards"]._cache  # type: ignore[attr-defined]
    assert kept
    code = Team.objects.get(captain=ada).join_code.encode()
    session = browse(ada).client.cookies["sessionid"].value.encode()
    assert [key for key, value in kept.items() if code in value or session in value or b"_spread" in value] == []


def test_a_board_without_rows_keeps_nothing(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    assert "Nobody stands here yet." in browse().get(BOARD).text
    assert not BoardState.objects.exists()
    scored(ada, 0.8)
    assert "1 ada 0.8000" in browse().get(BOARD).text


@pytest.mark.usefixtures("warm")
def test_the_climb_is_not_drawn_again_for_a_score_further_down(
    browse: Browse, make_user: Callable[..., User], scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    real = climbs.of_leading
    monkeypatch.setattr(climbs, "of_leading", lambda *given: drawn.append(1) or real(*given))
    for number in range(climbs.LEADING):
        scored(make_user(f"leader{number}"), 0.95)
    browse().get(BOARD)
    assert len(drawn) == 1
    scored(make_user("late"), 0.5)
    assert "late 0.5000" in browse().get(BOARD).text
    assert len(drawn) == 1
    scored(User.objects.get(username="leader3"), 0.1)  # no better, but it may have to be drawn
    browse().get(BOARD)
    assert len(drawn) == 2
