"""What a board shows beside its rows: intervals, anchors, medals, one's own row, the climb of the leading teams."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from challenges.metrics.types import Better
from challenges.spec import Counts
from judge import climbs, leaderboard
from judge.climbs import Climb, Climbs, Step
from judge.models import Board, Edition, Standing, Submission, Team
from web.pages.climbing import drawing_of

Browse = Callable[..., Any]
Scored = Callable[..., Submission]
BOARD = "/challenges/iris-new-meadow/leaderboard/"
START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def anchored(edition: Edition, **values: float) -> None:
    edition.anchors = {name: {"value": value, "standard_error": 0.01} for name, value in values.items()}
    edition.save()


def many(edition: Edition, ada: User, count: int) -> None:
    """Give the board `count` further rows below 0.5, each 0.001 less than the one before."""
    submission = Submission.objects.get(user=ada)
    teams = Team.objects.bulk_create(
        Team(edition=edition, name=f"team {number}", captain=ada) for number in range(count)
    )
    Standing.objects.bulk_create(
        Standing(
            edition=edition,
            board=Board.PUBLIC,
            team=team,
            key=-(0.5 - number / 1000),
            achieved_at=submission.created_at,
            submission=submission,
            score=0.5 - number / 1000,
            standard_error=0.01,
        )
        for number, team in enumerate(teams)
    )


def labels(page: Any) -> list[str]:
    return [svg["aria-label"] for svg in page.all("svg", role="img") if "95 %" in (svg.get("aria-label") or "")]


def test_each_row_has_its_interval_drawn_and_told(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    scored(bob, 0.9)
    # Wilson's interval for 0.9 * 0.1 / 0.0125**2 = 576 rows, and for 0.8 * 0.2 / 0.0125**2 = 1024
    assert labels(browse().get(BOARD)) == ["95 % interval 0.8728 to 0.9219", "95 % interval 0.7744 to 0.8234"]


def test_bars_stand_side_by_side_with_better_to_the_right(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.8)
    scored(bob, 0.9)
    page = browse().get(BOARD)
    left, right = (float(circle["cx"]) for circle in page.all("circle", cy="6"))
    assert left > right  # bob, who is better, stands above
    ends = [path["d"] for path in page.all("path") if (path["d"] or "").endswith(("H97.0", "H97"))]
    assert len(ends) == 1


def test_anchors_stand_between_the_rows_and_take_no_rank(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    anchored(edition, floor=0.3333, baseline=0.85, ceiling=0.97)
    scored(ada, 0.8)
    scored(bob, 0.9)
    page = browse().get(BOARD)
    rows = [row.get("class") for row in page.all("tr")][1:3] + [row.get("class") for row in page.all("tr")][3:6]
    assert rows == ["anchor mark-ceiling", None, "anchor mark-baseline", None, "anchor mark-floor"]
    assert "1 bob 0.9000" in page.text
    assert "no rank baseline the starter, as it is 0.8500 ± 0.0100 not a team" in page.text
    assert "2 ada 0.8000" in page.text
    assert "Leaderboard 2 teams" in page.text


def test_the_hosts_own_row_goes_before_a_stored_baseline(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    anchored(edition, floor=0.3, baseline=0.85)
    scored(ada, 0.8)
    Team.objects.update(is_baseline=True)
    page = browse().get(BOARD)
    assert page.all("tr", **{"class": "anchor mark-baseline"}) == []
    assert len(page.all("tr", **{"class": "host"})) == 1
    assert "Leaderboard 0 teams" in page.text


def test_an_anchor_stands_on_exactly_one_of_the_pages(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    # 0.4515 lies between the last row of the first page (0.452) and the first of the second (0.451)
    anchored(edition, floor=0.1, baseline=0.4515, ceiling=0.97)
    scored(ada, 0.9)
    many(edition, ada, 70)
    seen = []
    page = browse().get(BOARD)
    while True:
        seen.append([row["class"] for row in page.all("tr") if "anchor" in (row.get("class") or "")])
        following = [link for link in page.links if link.startswith("?board=public&after=")]
        if not following:
            break
        page = browse().get(BOARD + following[0])
    assert seen == [["anchor mark-ceiling"], ["anchor mark-baseline", "anchor mark-floor"]]


def test_medals_are_given_by_the_scale(edition: Edition, browse: Browse, make_user: Any, scored: Scored) -> None:
    # bronze half-way from baseline to reference, silver at the reference, gold half-way to the ceiling
    anchored(edition, floor=0.3, baseline=0.7, reference=0.8, ceiling=0.9)
    for name, score in (("gold", 0.86), ("silver", 0.81), ("bronze", 0.76), ("none", 0.72)):
        scored(make_user(f"{name}-team"), score)
    page = browse().get(BOARD)
    medals = [span["class"] for span in page.all("span") if (span.get("class") or "").startswith("tier ")]
    assert medals == ["tier tier-gold", "tier tier-silver", "tier tier-bronze"]


def test_ones_own_row_is_pinned_where_it_is_out_of_sight(
    edition: Edition, browse: Browse, ada: User, bob: User, scored: Scored
) -> None:
    scored(ada, 0.4405)  # between team 59 (0.441) and team 60 (0.440)
    many(edition, ada, 100)
    page = browse(ada).get(BOARD)
    assert len(page.all("tbody", **{"class": "pinned"})) == 1
    assert "61 ada you 0.4405" in page.text
    assert "Jump to me (place 61)" in page.text
    assert browse().get(BOARD).all("tbody", **{"class": "pinned"}) == []
    near = browse(ada).get(BOARD, around="me")
    assert len(near.all("tr", id="me")) == 1
    assert near.all("tbody", **{"class": "pinned"}) == []
    scored(bob, 0.99)
    assert browse(bob).get(BOARD).all("tbody", **{"class": "pinned"}) == []


def test_far_down_on_ones_own_page_the_row_is_pinned_and_stays_in_its_place(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    scored(ada, 0.4805)  # between team 19 (0.481) and team 20 (0.480)
    many(edition, ada, 100)
    page = browse(ada).get(BOARD)
    assert len(page.all("tr", **{"class": "me"})) == 2
    assert len(page.all("tr", id="me")) == 1
    assert "#me" in page.links
    assert "Jump to me (rank 21)" in page.text


@pytest.mark.parametrize("query", [{}, {"around": "me"}])
def test_a_board_asks_fewer_than_ten_queries_whoever_looks(
    edition: Edition,
    browse: Browse,
    ada: User,
    scored: Scored,
    query: dict[str, str],
    django_assert_max_num_queries: Any,
) -> None:
    scored(ada, 0.4405)
    many(edition, ada, 300)
    Team.objects.filter(name="team 3").update(is_baseline=True)
    browser = browse(ada)
    with django_assert_max_num_queries(9):
        page = browser.get(BOARD, **query)
    following = [link for link in page.links if link.startswith("?board=public&after=")]
    with django_assert_max_num_queries(9):
        assert all(browser.get(BOARD + link).status == 200 for link in following)
    assert bool(following) is (query == {})


def at(submission: Submission, hours: float) -> None:
    Submission.objects.filter(pk=submission.pk).update(created_at=START + timedelta(hours=hours))


def rows(edition: Edition) -> Any:
    return leaderboard.page(edition, Board.PUBLIC).rows


def test_a_climb_has_the_steps_upwards_alone(edition: Edition, ada: User, scored: Scored) -> None:
    for hour, score in enumerate((0.6, 0.5, 0.8, 0.7)):
        at(scored(ada, score), hour)
    (climb,) = climbs.of_leading(edition, rows(edition)).of_teams
    assert [(step.at, step.score) for step in climb.steps] == [(START, 0.6), (START + timedelta(hours=2), 0.8)]


def test_where_the_latest_counts_a_climb_goes_down_too(
    edition: Edition, ada: User, scored: Scored, make_spec: Callable[..., None]
) -> None:
    make_spec(counts=Counts.LAST)
    for hour, score in enumerate((0.6, 0.5)):
        at(scored(ada, score), hour)
    (climb,) = climbs.of_leading(edition, rows(edition)).of_teams
    assert [step.score for step in climb.steps] == [0.6, 0.5]


def test_climbs_are_read_from_a_bounded_number_of_submissions(
    edition: Edition, ada: User, scored: Scored, monkeypatch: pytest.MonkeyPatch
) -> None:
    for hour, score in enumerate((0.6, 0.7, 0.8)):
        at(scored(ada, score), hour)
    monkeypatch.setattr(climbs, "NEWEST", 2)
    found = climbs.of_leading(edition, rows(edition))
    assert [step.score for step in found.of_teams[0].steps] == [0.7, 0.8]
    assert not found.is_whole


def test_the_host_does_not_climb(edition: Edition, ada: User, scored: Scored) -> None:
    scored(ada, 0.6)
    Team.objects.update(is_baseline=True)
    assert climbs.of_leading(edition, rows(edition)).of_teams == []


def test_a_way_up_is_drawn_from_its_steps_until_now(edition: Edition) -> None:
    steps = [Step(START, 0.6), Step(START + timedelta(hours=5), 0.8)]
    found = Climbs([Climb(Team(name="ada"), 1, steps)], is_whole=True)
    metric, until = edition.challenge.spec.metric.primary, START + timedelta(hours=10)
    higher = drawing_of(found, metric=metric, better=Better.HIGHER, until=until)
    lower = drawing_of(found, metric=metric, better=Better.LOWER, until=until)
    assert higher is not None
    assert lower is not None
    # 2026-03-01 12:00 UTC is second 1772366400
    assert higher.figures == {
        "kind": "steps",
        "time": True,
        "x": "time (UTC)",
        "y": "accuracy",
        "lines": [{"name": "ada", "points": [[1772366400, 0.6], [1772384400, 0.8]]}],
        "until": 1772402400,
        "lower_is_better": False,
        "digits": 4,
    }
    assert lower.figures == {**higher.figures, "lower_is_better": True}
    assert drawing_of(Climbs([], is_whole=True), metric=metric, better=Better.HIGHER, until=until) is None


def test_the_climb_is_on_the_first_page_with_its_figures(
    edition: Edition, browse: Browse, ada: User, scored: Scored
) -> None:
    at(scored(ada, 0.6), 0)
    assert "How the leading teams got there" not in browse().get(BOARD).text  # one step shows nothing
    at(scored(ada, 0.8), 1)
    text = browse().get(BOARD).text
    assert "How the leading teams got there" in text
    assert "ada 2026-03-01 12:00 UTC 0.6000 ada 2026-03-01 13:00 UTC 0.8000" in text


def test_no_private_score_is_in_the_climb(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    scored(ada, 0.6, private=0.1234)
    scored(ada, 0.8, private=0.1235)
    assert re.search(r"(?<!\d)0\.123", browse().get(BOARD).html) is None  # 10.123 may be a place in the drawing


def test_a_name_is_text_in_the_climb_too(edition: Edition, browse: Browse, ada: User, scored: Scored) -> None:
    at(scored(ada, 0.6), 0)
    at(scored(ada, 0.8), 1)
    Team.objects.update(name="<script>alert(1)</script>")
    page = browse().get(BOARD)
    assert [script for script in page.all("script") if "src" not in script] == []
    assert "<script>alert" not in page.html
    assert page.text.count("<script>alert(1)</script>") >= 3  # the row, and the two steps in the table


def test_the_newest_rows_come_first_in_the_news(edition: Edition, ada: User, bob: User, scored: Scored) -> None:
    scored(ada, 0.9)
    scored(bob, 0.8)
    Standing.objects.filter(team__captain=bob).update(achieved_at=F("achieved_at") - timedelta(days=1))
    assert [row.team.name for row in leaderboard.newest(edition, Board.PUBLIC, size=5)] == ["ada", "bob"]
