"""Replays as the viewer gets them and as tables, seen by the team and by instructors only."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User

from challenges.scoring import Scores
from judge import teams
from judge.models import Edition, Submission
from judge.reports import Report
from judge.verdicts import Verdict
from tests.web.pages.conftest import split_scores
from web.pages import replays
from web.pages.reels import BoardReel, LinesReel, Table, replay_of

Browse = Callable[..., Any]
HandIn = Callable[..., Submission]

LEAGUE = {
    "ladder": [{"bot": "one-ply", "rating": 497.0, "results": [1.0, 0.0, 0.5]}],
    "games": [
        {
            "bot": "one-ply",
            "rows": 2,
            "cols": 3,
            "inarow": 2,
            "opening": [0, 0, 0, 2, 0, 0],
            "to_move": 1,
            "you": 1,
            "moves": [2, 0, 2],
            "result": 1.0,
            "ending": "line",
        }
    ],
}
"""The opponent's disc lies in the lower left; you drop into column 2, the opponent tops column 0, you top column 2."""

DESK = {
    "cost_by_day": {"approve: fraud": [10.0, 20.0], "decline: honest": [1.0, 2.5]},
    "cost0_by_day": [50.0, 60.0],
    "by_tactic": {"drip": {"lost_if_approved": 110.0, "paid": 30.0}},
    "latency_ms": {"up_to": [0.1, 0.2], "payments": [7, 3]},
}

REGRESSION = {
    "families": [{"family": "gradient", "target": 8.0, "digits": [4.0, 5.0]}],
    "gradient_loss": {"truth": [4.0, 1.0], "yours": [4.0, None]},
}


@pytest.fixture
def replayed(hand_in: HandIn, finish: Any) -> HandIn:
    """Record a score with a replay."""

    def make(user: User, replay: dict[str, Any] | None) -> Submission:
        submission = hand_in(user)
        scores = Scores(public=split_scores(0.9, 0.01, {}), private=split_scores(0.9, 0.01, {}))
        finish(submission, Report(verdict=Verdict.SCORED, scores=scores, replay=replay))
        return submission

    return make


def path(submission: Submission, more: str = "") -> str:
    return f"/submissions/{submission.pk}/{more}"


def test_discs_fall_to_the_lowest_free_cell_and_the_winning_line_is_marked() -> None:
    replay = replay_of(LEAGUE)
    assert replay is not None
    (reel,) = replay.reels
    assert isinstance(reel, BoardReel)
    assert [(move.side, move.column, move.cell) for move in reel.moves] == [(1, 2, 5), (2, 0, 0), (1, 2, 2)]
    assert list(reel.line) == [2, 5]
    assert list(reel.says) == [
        "The opening has 1 discs. You begin.",
        "You: column 2.",
        "one-ply: column 0.",
        "You: column 2. The end: line; won.",
    ]


def test_the_desks_savings_add_up_day_by_day() -> None:
    replay = replay_of(DESK)
    assert replay is not None
    savings, decisions = replay.reels
    assert isinstance(savings, LinesReel)
    assert isinstance(decisions, LinesReel)
    assert dict(savings.lines) == {
        "if all were approved": [50.0, 110.0],
        "your decisions": [11.0, 33.5],
        "saved": [39.0, 76.5],
    }
    assert list(savings.says) == ["Day 1: 39.00 euros saved, 39.00 in all.", "Day 2: 37.50 euros saved, 76.50 in all."]
    assert decisions.says[1] == "Day 2: approve: fraud 20.00; decline: honest 2.50."


def test_a_loss_that_overflowed_leaves_a_gap() -> None:
    replay = replay_of(REGRESSION)
    assert replay is not None
    (reel,) = replay.reels
    assert reel.table.rows == [("0", "4", "4"), ("1", "1", "–")]
    assert replay.tables[0].rows == [("gradient", "8", "4.5")]


def test_an_exam_of_functions_is_a_tick_list() -> None:
    ticks = {"function": "median", "track": "describe", "right": 2, "cases": 3, "first_wrong": "even (another answer)"}
    replay = replay_of({"functions": [ticks, {"function": "mean", "right": 1, "cases": 1, "first_wrong": None}]})
    assert replay is not None
    assert replay.tables[0].rows == [("median", "2 / 3", "even (another answer)"), ("mean", "1 / 1", "–")]


@pytest.mark.parametrize(
    "stored",
    [
        None,
        {},
        {"something": "else"},
        {"games": [{**LEAGUE["games"][0], "moves": [0, 0]}]},
        {"games": [{**LEAGUE["games"][0], "moves": [3]}]},
        {"games": [{**LEAGUE["games"][0], "opening": [0]}]},
        {"cost_by_day": {"approve: fraud": [1.0]}, "cost0_by_day": [1.0, 2.0]},
    ],
    ids=["none", "empty", "unknown", "full column", "no such column", "short opening", "missing day"],
)
def test_what_cannot_be_replayed_is_not_drawn(stored: Any) -> None:
    assert replay_of(stored) is None


def test_the_viewer_asks_for_the_replay_by_itself_and_nobody_stores_it(
    browse: Browse, ada: User, replayed: HandIn
) -> None:
    submission = replayed(ada, LEAGUE)
    page = browse(ada).get(path(submission))
    (link,) = [tag for tag in page.all("a") if "data-replay" in tag]
    assert (link["href"], link["data-replay"]) == (path(submission, "replay/"), path(submission, "replay.json"))
    assert "one-ply" not in page.html  # the games come later, and only if somebody looks
    response = browse(ada).raw(path(submission, "replay.json"))
    assert "no-store" in response["Cache-Control"]
    (reel,) = response.json()["reels"]  # type: ignore[attr-defined]
    assert (reel["kind"], reel["rows"], reel["cols"], reel["you"]) == ("board", 2, 3, 1)
    assert reel["title"] == "Game 1 against one-ply: won"


def test_without_a_script_the_moves_are_a_table(browse: Browse, ada: User, replayed: HandIn) -> None:
    page = browse(ada).get(path(replayed(ada, LEAGUE), "replay/"))
    assert "Public games by opponent Opponent Rating Won Drawn Lost one-ply 497 1 1 1" in page.text
    assert "Game 1 against one-ply: won Move Who Column, counted from 0 1 you 2 2 opponent 0 3 you 2" in page.text
    assert ". . . o . ." in page.text
    assert "The end: line; won." in page.text


def test_without_a_script_the_days_are_a_table(browse: Browse, ada: User, replayed: HandIn) -> None:
    text = browse(ada).get(path(replayed(ada, DESK), "replay/")).text
    assert "drip 110.00 30.00 80.00" in text
    assert "Day if all were approved your decisions saved 1 50.00 11.00 39.00 2 110.00 33.50 76.50" in text


def test_a_submission_without_a_replay_says_so_and_links_to_none(browse: Browse, ada: User, replayed: HandIn) -> None:
    submission = replayed(ada, None)
    browser = browse(ada)
    assert [tag for tag in browser.get(path(submission)).all("a") if "data-replay" in tag] == []
    assert "This submission has no replay that could be shown." in browser.get(path(submission, "replay/")).text
    assert browser.raw(path(submission, "replay.json")).json() == {"reels": []}


def test_a_replay_larger_than_the_cap_is_not_sent(
    browse: Browse, ada: User, replayed: HandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    submission = replayed(ada, LEAGUE)
    monkeypatch.setattr(replays, "MOST_BYTES", 100)
    response = browse(ada).raw(path(submission, "replay.json"))
    assert response.status_code == 413
    assert response.json()["code"] == "replay_too_large"  # type: ignore[attr-defined]
    page = browse(ada).get(path(submission, "replay/"))
    assert "This replay is too large to be shown." in page.text
    assert "one-ply" not in page.text


@pytest.mark.parametrize("more", ["replay/", "replay.json"])
def test_only_the_team_and_instructors_see_a_replay(
    edition: Edition,
    browse: Browse,
    ada: User,
    bob: User,
    replayed: HandIn,
    make_user: Callable[..., User],
    more: str,
) -> None:
    submission = replayed(ada, LEAGUE)
    assert browse().raw(path(submission, more)).status_code == 302
    assert browse(bob).raw(path(submission, more)).status_code == 404
    assert browse(make_user("grace", is_staff=True)).raw(path(submission, more)).status_code == 200
    teams.join(bob, edition, code=submission.team.join_code)
    assert browse(bob).raw(path(submission, more)).status_code == 200


def test_what_a_replay_says_is_text(browse: Browse, ada: User, replayed: HandIn) -> None:
    evil = "<script>alert(1)</script>"
    game = {**LEAGUE["games"][0], "bot": evil, "ending": evil}
    page = browse(ada).get(path(replayed(ada, {"games": [game]}), "replay/"))
    assert evil not in page.html
    assert f"Game 1 against {evil}: won" in page.text


def test_a_replay_costs_few_queries(
    browse: Browse, ada: User, replayed: HandIn, django_assert_max_num_queries: Any
) -> None:
    submission = replayed(ada, LEAGUE)
    browser = browse(ada)
    with django_assert_max_num_queries(4):
        browser.raw(path(submission, "replay.json"))


def test_figures_stand_at_the_right_edge_of_their_column_and_words_at_the_left() -> None:
    rows = [("1", "you", "–", "3 / 4"), ("10", "other", "-0.5", "2 / 4")]
    table = Table(title="Moves", head=("Move", "Who", "Gain", "Right"), rows=rows)
    assert table.columns == [("Move", True), ("Who", False), ("Gain", True), ("Right", True)]
    assert list(table.lines)[1] == [("10", True), ("other", False), ("-0.5", True), ("2 / 4", True)]
