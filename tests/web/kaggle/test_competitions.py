"""List, read and download."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from judge.models import Edition

IRIS = "iris-new-meadow"


@pytest.fixture
def dated(edition: Edition) -> Edition:
    Edition.objects.filter(pk=edition.pk).update(
        created_at=datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC), closes_at=datetime(2999, 1, 2, tzinfo=UTC)
    )
    edition.refresh_from_db()
    return edition


def test_the_list_speaks_the_clients_json(kaggle: Any, ada: Any, dated: Edition) -> None:
    answer = kaggle(ada).call("ListCompetitions", group="COMPETITION_LIST_TAB_EVERYTHING", pageSize=20, page=1)

    assert answer.status_code == 200
    assert answer.json() == {
        "competitions": [
            {
                "id": dated.pk,
                "ref": "iris-new-meadow",
                "title": "Irises of a new meadow",
                "url": "/challenges/iris-new-meadow/",
                "description": dated.challenge.spec.summary,
                "category": "beginner",
                "reward": "Knowledge",
                "deadline": "2999-01-02T00:00:00Z",
                "enabledDate": None,
                "dateCreated": "2026-03-01T09:30:15Z",
                "teamCount": 0,
                "userHasEntered": False,
                "userRank": None,
                "maxDailySubmissions": 10,
                "maxTeamSize": 4,
                "evaluationMetric": "Accuracy",
                "isKernelsSubmissionsOnly": False,
                "submissionsDisabled": False,
                "tags": [],
            }
        ],
        "nextPageToken": "",
    }
    assert kaggle(ada).call("GetCompetition", competitionName=IRIS).json() == answer.json()["competitions"][0]


def test_pages_have_the_address_of_the_site_where_it_is_known(kaggle: Any, ada: Any, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org", "https://judge.example.org"]
    answer = kaggle(ada).call("GetCompetition", competitionName=IRIS).json()

    assert answer["url"] == "https://judge.example.org/challenges/iris-new-meadow/"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "meadow"}, [IRIS]),
        ({"search": "no such words"}, []),
        ({"group": "COMPETITION_LIST_TAB_ENTERED"}, []),
        ({"group": "COMPETITION_LIST_TAB_HOSTED"}, []),
        ({"category": "HOST_SEGMENT_GETTING_STARTED"}, [IRIS]),
        ({"sortBy": "COMPETITION_SORT_BY_EARLIEST_DEADLINE"}, [IRIS]),
        ({"sortBy": "COMPETITION_SORT_BY_LATEST_DEADLINE"}, [IRIS]),
        ({"page": 2}, []),
        ({"pageToken": IRIS}, []),
    ],
)
def test_the_list_is_narrowed(kaggle: Any, asked: dict[str, Any], found: list[str]) -> None:
    answer = kaggle().call("ListCompetitions", **asked).json()

    assert [competition["ref"] for competition in answer["competitions"]] == found


def test_a_learner_finds_what_they_entered(kaggle: Any, ada: Any, floor: bytes) -> None:
    assert kaggle(ada).submit(floor).status_code == 200
    (entered,) = kaggle(ada).call("ListCompetitions", group="COMPETITION_LIST_TAB_ENTERED").json()["competitions"]

    assert (entered["ref"], entered["userHasEntered"]) == (IRIS, True)


def test_files_are_listed_with_their_sizes(kaggle: Any, ada: Any, dated: Edition) -> None:
    first = kaggle(ada).call("ListDataFiles", competitionName=IRIS, pageSize=2).json()
    second = kaggle(ada).call("ListDataFiles", competitionName=IRIS, pageToken=first["nextPageToken"]).json()

    assert [file["name"] for file in first["files"]] == ["sample_submission.csv", "test.csv"]
    assert first["files"][0] == {
        "ref": "sample_submission.csv",
        "name": "sample_submission.csv",
        "totalBytes": 96011,
        "creationDate": "2026-03-01T09:30:15Z",
    }
    assert ([file["name"] for file in second["files"]], second["nextPageToken"]) == (["train.csv"], "")


def test_a_file_is_downloaded_by_way_of_its_address(kaggle: Any, ada: Any, dated: Edition, iris_paper: Any) -> None:
    door = kaggle(ada)
    sent_on = door.call("DownloadDataFile", competitionName=IRIS, fileName="train.csv")
    address = "/api/v1/competitions/data/download/iris-new-meadow/train.csv"
    assert (sent_on.status_code, sent_on.headers["Location"]) == (302, address)
    data = (iris_paper.public / "train.csv").read_bytes()

    whole = door.client.get(address)
    assert whole.getvalue() == data
    assert whole.headers["Content-Type"] == "application/octet-stream"
    assert whole.headers["Last-Modified"] == "Sun, 01 Mar 2026 09:30:15 GMT"
    part = door.client.get(address, headers={"Range": "bytes=10-19", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.getvalue()) == (206, data[10:20])


def test_all_files_come_as_one_zip(kaggle: Any, ada: Any) -> None:
    door = kaggle(ada)
    sent_on = door.call("DownloadDataFiles", competitionName=IRIS)
    assert sent_on.headers["Location"] == "/api/v1/competitions/data/download-all/iris-new-meadow.zip"
    archive = zipfile.ZipFile(io.BytesIO(door.client.get(sent_on.headers["Location"]).getvalue()))

    assert archive.namelist() == ["sample_submission.csv", "test.csv", "train.csv"]


def test_the_statement_is_a_page(kaggle: Any, edition: Edition) -> None:
    pages = kaggle().call("ListCompetitionPages", competitionName=IRIS).json()["pages"]

    assert pages == [{"name": "description", "content": edition.challenge.statement, "mimeType": "text/markdown"}]
    assert kaggle().call("ListCompetitionPages", competitionName=IRIS, pageName="prizes").json() == {"pages": []}


@pytest.mark.parametrize(
    ("method", "body", "status", "reason", "message"),
    [
        (
            "ListDataFiles",
            {"competitionName": "iris-new-medow"},
            404,
            "unknown_challenge",
            "No challenge is called 'iris-new-medow'; did you mean iris-new-meadow?",
        ),
        (
            "DownloadDataFile",
            {"competitionName": IRIS, "fileName": "../manifest.json"},
            404,
            "unknown_file",
            "This challenge has no file '../manifest.json'.",
        ),
        (
            "ListCompetitions",
            {"category": "HOST_SEGMENT_FEATURED"},
            400,
            "unknown_category",
            "This judge sorts by level; of Kaggle's categories it knows `all` and `gettingStarted`.",
        ),
        (
            "ListCompetitions",
            {"pageSize": 0, "page": "one"},
            400,
            "invalid_input",
            "The request does not fit: pageSize: Input should be greater than or equal to 1; "
            "page: Input should be a valid integer.",
        ),
        (
            "CreateCompetition",
            {},
            404,
            "unknown_command",
            "This is a judge, not kaggle.com. Here `kaggle competitions` knows: list, pages, files, download, submit, "
            "submissions, submission-limits, leaderboard.",
        ),
    ],
)
def test_a_refusal_says_in_our_words_why(
    kaggle: Any, ada: Any, method: str, body: dict[str, Any], status: int, reason: str, message: str
) -> None:
    answer = kaggle(ada).call(method, **body)

    assert answer.status_code == status
    assert answer.json() == {"code": status, "message": message, "reason": reason}


def test_files_stay_shut_until_a_challenge_opens(kaggle: Any, ada: Any, edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(opens_at=timezone.now() + timedelta(days=1))
    door = kaggle(ada)
    listed = door.call("ListDataFiles", competitionName=IRIS)
    fetched = door.client.get("/api/v1/competitions/data/download/iris-new-meadow/train.csv")

    assert (listed.status_code, listed.json()["reason"]) == (403, "not_open")
    assert (fetched.status_code, fetched.json()["reason"]) == (403, "not_open")


def test_a_body_that_is_no_object_is_refused(kaggle: Any, ada: Any) -> None:
    address = "/api/v1/competitions.CompetitionApiService/ListSubmissions"
    answers = [
        kaggle(ada).client.post(address, body, content_type="application/json") for body in ("[1]", "{", "", '"a"')
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(400, 400)] * 4


def test_a_failure_of_ours_is_told_by_its_number_alone(kaggle: Any, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("judge.catalogue.entries", broken)
    answer = kaggle(ada).call("ListCompetitions")

    assert (answer.status_code, answer.json()["reason"]) == (500, "judge_error")
    assert "secret" not in answer.content.decode()


def test_the_list_asks_the_database_a_few_times(
    kaggle: Any, ada: Any, floor: bytes, django_assert_max_num_queries: Any
) -> None:
    door = kaggle(ada)
    door.submit(floor)
    with django_assert_max_num_queries(8):  # two for the token, editions, boards, team, rank, two for its progress
        door.call("ListCompetitions")
