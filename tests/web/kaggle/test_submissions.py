"""Hand in, and read what became of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from judge import tasks
from judge.models import Edition, QuotaDay, Submission
from web.kaggle import parcels

IRIS = "iris-new-meadow"


@pytest.fixture
def scored(kaggle: Any, ada: Any, floor: bytes) -> Submission:
    made = kaggle(ada).submit(floor, "all setosa").json()
    tasks.work_off(["score"], worker="test")
    Submission.objects.filter(pk=made["ref"]).update(created_at=datetime(2026, 3, 1, 9, 30, 15, tzinfo=UTC))
    return Submission.objects.get(pk=made["ref"])


def test_an_uploaded_file_is_handed_in(kaggle: Any, ada: Any, floor: bytes) -> None:
    answer = kaggle(ada).submit(floor, "all setosa", name="mine.csv")
    submission = Submission.objects.get()

    assert answer.status_code == 200
    assert answer.json() == {
        "message": f"Handed in to Irises of a new meadow as submission {submission.pk}; "
        f"its page is /submissions/{submission.pk}/\n",
        "ref": submission.pk,
    }
    assert (submission.user, submission.file_name, submission.description) == (ada, "mine.csv", "all setosa")
    assert submission.size_bytes == len(floor)


def test_a_scored_submission_in_the_clients_json(kaggle: Any, ada: Any, scored: Submission) -> None:
    listed = kaggle(ada).call("ListSubmissions", competitionName=IRIS, page=1, pageSize=20).json()
    line = {
        "ref": scored.pk,
        "fileName": "submission.csv",
        "totalBytes": scored.size_bytes,
        "date": "2026-03-01T09:30:15Z",
        "description": "all setosa",
        "status": "COMPLETE",
        "errorDescription": None,
        "publicScore": "0.3333",
        "privateScore": "",
        "submittedBy": "ada",
        "teamName": "ada",
        "url": f"/submissions/{scored.pk}/",
    }

    assert listed == {"submissions": [line], "nextPageToken": ""}
    assert kaggle(ada).call("GetSubmission", ref=scored.pk).json() == line


def test_a_waiting_submission_is_pending(kaggle: Any, ada: Any, floor: bytes) -> None:
    number = kaggle(ada).submit(floor).json()["ref"]
    seen = kaggle(ada).call("GetSubmission", ref=number).json()

    assert (seen["status"], seen["publicScore"], seen["errorDescription"]) == ("PENDING", "", None)


def test_private_scores_are_shown_after_the_deadline(kaggle: Any, ada: Any, scored: Submission) -> None:
    Edition.objects.update(closes_at=timezone.now() - timedelta(hours=1))
    seen = kaggle(ada).call("GetSubmission", ref=scored.pk).json()

    assert seen["privateScore"] == "0.3333"


def test_every_finding_is_in_the_message(kaggle: Any, ada: Any) -> None:
    answer = kaggle(ada).submit(b"id,species\n1,tulip\n", "flowers")
    lines = answer.json()["message"].splitlines()

    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (422, 422, "rejected")
    assert lines[0] == "The file does not fit; every finding is listed. No attempt was used."
    assert lines[1] == "- row 2, column id: id 1 is not asked for [unknown_id]"
    assert lines[2].startswith("- 6000 of 6000 ids are missing, the first is ")
    assert (
        lines[3]
        == "- row 2, column species: expected one of setosa, versicolor, virginica, found 'tulip' [unknown_category]"
    )
    assert len(lines) == 4


def test_a_failure_is_named_beside_the_description_for_the_client_prints_no_other(kaggle: Any, ada: Any) -> None:
    kaggle(ada).submit(b"", "nothing")
    (line,) = kaggle(ada).call("ListSubmissions", competitionName=IRIS).json()["submissions"]

    assert (line["status"], line["description"]) == ("ERROR", "nothing [rejected]")
    assert line["errorDescription"] == (
        "The file does not fit; every finding is listed. No attempt was used.\n"
        "- the file is empty; expected submission.csv [empty_file]"
    )


def test_submissions_of_others_do_not_exist(kaggle: Any, bob: Any, scored: Submission) -> None:
    answer = kaggle(bob).call("GetSubmission", ref=scored.pk)

    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_submission")
    assert kaggle(bob).call("ListSubmissions", competitionName=IRIS).json()["submissions"] == []


def test_submissions_come_by_pages(kaggle: Any, ada: Any) -> None:
    door = kaggle(ada)
    for name in ("a", "b", "c"):
        door.submit(b"", name)

    def names(**asked: Any) -> list[str]:
        found = door.call("ListSubmissions", competitionName=IRIS, **asked).json()["submissions"]
        return [line["description"] for line in found]

    token = door.call("ListSubmissions", competitionName=IRIS, pageSize=2).json()["nextPageToken"]
    assert names(pageSize=2) == ["c [rejected]", "b [rejected]"]
    assert names(pageSize=2, pageToken=token) == ["a [rejected]"]
    assert names(pageSize=2, page=2) == ["a [rejected]"]
    assert names(pageSize=2, page=3) == []


def test_limits_count_today_and_in_all(kaggle: Any, ada: Any, scored: Submission) -> None:
    QuotaDay.objects.create(team=scored.team, day=datetime(2026, 1, 1).date(), used=4, limit=10)
    kaggle(ada).submit(b"", "costs nothing")
    limits = kaggle(ada).call("GetSubmissionLimits", competitionName=IRIS).json()

    assert limits == {"numToday": 1, "numTotal": 5, "numAllowedNow": 9, "limitedByTotal": False}


def test_nobody_may_hand_in_after_the_deadline(kaggle: Any, ada: Any, edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(closes_at=datetime(2026, 2, 1, 12, tzinfo=UTC))
    begun = kaggle(ada).call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=3)
    limits = kaggle(ada).call("GetSubmissionLimits", competitionName=IRIS).json()

    assert begun.status_code == 403
    assert begun.json() == {
        "code": 403,
        "message": "The deadline was 2026-02-01 12:00 UTC; hand-ins are closed.",
        "reason": "deadline_passed",
    }
    assert limits["numAllowedNow"] == 0


def test_a_spent_quota_says_when_it_resets(kaggle: Any, ada: Any, floor: bytes, make_spec: Any) -> None:
    make_spec(per_day=1)
    kaggle(ada).submit(floor)
    refused = kaggle(ada).submit(floor, "once more")
    tomorrow = timezone.now().date() + timedelta(days=1)

    assert refused.status_code == 429
    assert refused.json()["message"] == (
        f"Your team has used its 1 submissions of today; the next is possible at {tomorrow} 00:00 UTC."
    )
    assert int(refused.headers["Retry-After"]) > 0


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(kaggle: Any, ada: Any, settings: Any) -> None:
    def begin(size: int) -> Any:
        return kaggle(ada).call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=size)

    settings.UPLOAD_MAX_BYTES = 200 * 2**20
    of_challenge = begin(150 * 2**20)
    settings.UPLOAD_MAX_BYTES = 2 * 2**20
    of_server = begin(3 * 2**20)

    assert (of_challenge.status_code, of_challenge.json()["reason"]) == (413, "too_large")
    assert "this challenge takes" in of_challenge.json()["message"]
    assert of_server.json()["message"] == "The file has 3.0 MB; this server takes 2 MB at most."


def test_a_cut_upload_is_never_taken_for_whole(kaggle: Any, ada: Any, floor: bytes) -> None:
    door = kaggle(ada)
    begun = door.call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=len(floor)).json()
    cut = APIClient(HTTP_HOST="localhost").put(
        begun["createUrl"].removeprefix("http://localhost"), floor[:-1], content_type="text/csv"
    )
    handed_in = door.call("CreateSubmission", competitionName=IRIS, blobFileTokens=begun["token"])

    assert (cut.status_code, cut.json()["reason"]) == (400, "wrong_length")
    assert (handed_in.status_code, handed_in.json()["reason"]) == (404, "no_upload")


def test_the_address_of_an_upload_is_one_that_the_client_can_reach(kaggle: Any, ada: Any, settings: Any) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    door = kaggle(ada)
    address = "/api/v1/competitions.CompetitionApiService/StartSubmissionUpload"
    body = {"competitionName": IRIS, "fileName": "a.csv", "contentLength": 1}

    def begin(host: str) -> str:
        headers = {"X-Forwarded-Proto": "https", "Host": host}
        return str(door.client.post(address, body, format="json", headers=headers).json()["createUrl"])

    assert begin("localhost").startswith("http://localhost/api/v1/competitions/uploads/")
    assert begin("testserver").startswith("https://testserver/api/v1/competitions/uploads/")


def test_an_upload_sent_again_takes_the_place_of_the_first(kaggle: Any, ada: Any, floor: bytes) -> None:
    door = kaggle(ada)
    token = door.upload(b"x" * len(floor))
    APIClient(HTTP_HOST="localhost").put(f"/api/v1/competitions/uploads/{token}", floor, content_type="text/csv")

    assert door.call("CreateSubmission", competitionName=IRIS, blobFileTokens=token).status_code == 200


def test_an_upload_counts_once(kaggle: Any, ada: Any, floor: bytes) -> None:
    door = kaggle(ada)
    token = door.upload(floor)
    first = door.call("CreateSubmission", competitionName=IRIS, blobFileTokens=token)
    again = door.call("CreateSubmission", competitionName=IRIS, blobFileTokens=token)

    assert (first.status_code, again.status_code, again.json()["reason"]) == (200, 404, "no_upload")
    assert Submission.objects.count() == 1


def test_nobody_hands_in_the_upload_of_another(kaggle: Any, ada: Any, bob: Any, floor: bytes) -> None:
    token = kaggle(ada).upload(floor)
    answer = kaggle(bob).call("CreateSubmission", competitionName=IRIS, blobFileTokens=token)

    assert (answer.status_code, answer.json()["reason"]) == (400, "foreign_upload")
    assert Submission.objects.count() == 0


@pytest.mark.parametrize("key", ["nonsense", "a:b:c"])
def test_a_key_that_we_never_gave_opens_nothing(kaggle: Any, key: str, edition: Edition) -> None:
    answer = kaggle().client.put(f"/api/v1/competitions/uploads/{key}", b"x", content_type="text/csv")

    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_upload")


def test_a_key_lasts_an_hour(kaggle: Any, ada: Any, floor: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    token = kaggle(ada).upload(floor)
    monkeypatch.setattr(parcels, "KEPT_FOR", timedelta(seconds=-1))
    answer = kaggle(ada).call("CreateSubmission", competitionName=IRIS, blobFileTokens=token)

    assert (answer.status_code, answer.json()["reason"]) == (404, "unknown_upload")


def test_uploads_that_are_never_handed_in_do_not_pile_up(
    kaggle: Any, ada: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = kaggle(ada)
    for _ in range(5):
        door.upload(b"x")
    refused = door.call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=1)
    monkeypatch.setattr(parcels, "KEPT_FOR", timedelta(seconds=-1))
    later = door.call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=1)

    assert refused.json() == {
        "code": 429,
        "message": "5 of your uploads wait for their hand-in; they are dropped after an hour.",
        "reason": "too_many_uploads",
    }
    assert later.status_code == 200
    assert parcels.default_storage.listdir(f"uploads/{ada.pk}") == ([], [])


def test_keys_got_ahead_do_not_let_more_in(kaggle: Any, ada: Any) -> None:
    door = kaggle(ada)
    asked = {"competitionName": IRIS, "fileName": "a.csv", "contentLength": 1}
    keys = [door.call("StartSubmissionUpload", **asked).json()["token"] for _ in range(6)]
    puts = [
        APIClient(HTTP_HOST="localhost").put(f"/api/v1/competitions/uploads/{key}", b"x", content_type="text/csv")
        for key in [*keys, keys[0]]
    ]

    assert [put.status_code for put in puts] == [201] * 5 + [429, 201]  # the last takes its own place again
    assert len(parcels.default_storage.listdir(f"uploads/{ada.pk}")[1]) == 5


def test_hand_ins_share_the_throttle_of_the_api(kaggle: Any, ada: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rest_framework.throttling.ScopedRateThrottle.THROTTLE_RATES", {"submit": "1/min"})
    door = kaggle(ada)
    answers = [
        door.call("StartSubmissionUpload", competitionName=IRIS, fileName="a.csv", contentLength=1) for _ in "ab"
    ]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert answers[1].json()["message"].startswith("Too many requests; the next is possible in ")


@pytest.mark.parametrize(
    ("method", "body", "reason"),
    [
        ("CreateCodeSubmission", {"kernelSlug": "a"}, "hand_in_a_file"),
        ("CreateSubmission", {"blobFileTokens": "x", "sandbox": True}, "no_sandbox_flag"),
        ("ListSubmissions", {"group": "SUBMISSION_GROUP_SELECTED"}, "unknown_group"),
        ("ListSubmissions", {"sortBy": "SUBMISSION_SORT_BY_NAME"}, "unknown_order"),
        ("ListSubmissions", {"pageToken": "x"}, "bad_page_token"),
    ],
)
def test_what_this_judge_does_not_do_is_said(
    kaggle: Any, ada: Any, method: str, body: dict[str, Any], reason: str
) -> None:
    answer = kaggle(ada).call(method, competitionName=IRIS, **body)

    assert (answer.status_code, answer.json()["reason"]) == (400, reason)


def test_the_list_of_submissions_asks_the_database_a_few_times(
    kaggle: Any, ada: Any, django_assert_max_num_queries: Any
) -> None:
    door = kaggle(ada)
    for _ in range(4):
        door.submit(b"")
    with django_assert_max_num_queries(4):
        assert len(door.call("ListSubmissions", competitionName=IRIS).json()["submissions"]) == 4
