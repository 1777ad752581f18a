"""The leaderboard, shown and downloaded."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from judge import tasks
from judge.models import Edition, Standing, Team

IRIS = "iris-new-meadow"


@pytest.fixture
def board(kaggle: Any, ada: Any, bob: Any, floor: bytes, ceiling: bytes) -> tuple[Team, Team]:
    """Ada knows it all; Bob calls every flower setosa."""
    kaggle(ada).submit(ceiling)
    kaggle(bob).submit(floor)
    tasks.work_off(["score"], worker="test")
    Standing.objects.update(achieved_at=datetime(2026, 3, 1, 9, 30, 15, tzinfo=UTC))
    return Team.objects.get(captain=ada), Team.objects.get(captain=bob)


def test_the_board_in_the_clients_json(kaggle: Any, board: tuple[Team, Team]) -> None:
    first, second = board
    shown = kaggle().call("GetLeaderboard", competitionName=IRIS, pageSize=20).json()
    score = Standing.objects.get(team=first, board="public").score

    assert shown == {
        "submissions": [
            {
                "teamId": first.pk,
                "teamName": "ada",
                "submissionDate": "2026-03-01T09:30:15Z",
                "score": f"{score:.4f}",
            },
            {"teamId": second.pk, "teamName": "bob", "submissionDate": "2026-03-01T09:30:15Z", "score": "0.3333"},
        ],
        "nextPageToken": "",
    }


def test_the_board_comes_by_pages(kaggle: Any, board: tuple[Team, Team]) -> None:
    first = kaggle().call("GetLeaderboard", competitionName=IRIS, pageSize=1).json()
    second = kaggle().call("GetLeaderboard", competitionName=IRIS, pageToken=first["nextPageToken"]).json()
    wrong = kaggle().call("GetLeaderboard", competitionName=IRIS, pageToken="x")

    assert [row["teamName"] for page in (first, second) for row in page["submissions"]] == ["ada", "bob"]
    assert (wrong.status_code, wrong.json()["reason"]) == (400, "bad_page_token")


def test_the_hosts_row_is_marked(kaggle: Any, board: tuple[Team, Team]) -> None:
    Team.objects.filter(name="bob").update(is_baseline=True)
    shown = kaggle().call("GetLeaderboard", competitionName=IRIS).json()

    assert [row["teamName"] for row in shown["submissions"]] == ["ada", "bob (baseline)"]


def test_after_the_deadline_the_final_board_is_shown(kaggle: Any, board: tuple[Team, Team]) -> None:
    Standing.objects.filter(board="private", team=board[1]).update(score=0.25)

    def of_bob(**asked: Any) -> str:
        rows = kaggle().call("GetLeaderboard", competitionName=IRIS, **asked).json()["submissions"]
        return str(rows[1]["score"])

    before = of_bob()
    Edition.objects.update(closes_at=timezone.now() - timedelta(hours=1))

    assert (before, of_bob(), of_bob(overridePublic=True)) == ("0.3333", "0.2500", "0.3333")


def test_the_whole_board_is_downloaded_as_csv(
    kaggle: Any, board: tuple[Team, Team], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.kaggle.boards.ROWS_AT_ONCE", 1)
    Team.objects.filter(name="bob").update(name="=1+1")
    answer = kaggle().call("DownloadLeaderboard", competitionName=IRIS)
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    score = Standing.objects.get(team=board[0], board="public").score

    assert archive.namelist() == ["iris-new-meadow-public-leaderboard.csv"]
    assert archive.read(archive.namelist()[0]).decode() == (
        "Rank,TeamId,TeamName,LastSubmissionDate,Score,SubmissionCount\n"
        f"1,{board[0].pk},ada,2026-03-01T09:30:15Z,{score:.4f},1\n"
        f"2,{board[1].pk},'=1+1,2026-03-01T09:30:15Z,0.3333,1\n"
    )


def test_a_page_of_the_board_asks_the_database_a_few_times(
    kaggle: Any, board: tuple[Team, Team], django_assert_max_num_queries: Any
) -> None:
    door = kaggle()
    with django_assert_max_num_queries(4):
        door.call("GetLeaderboard", competitionName=IRIS)
