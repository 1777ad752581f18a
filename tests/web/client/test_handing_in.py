from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from django.contrib.auth.models import User

from judge import tasks
from judge.models import Submission
from web.client import watching

pytestmark = pytest.mark.slow

IRIS = "iris-new-meadow"
Judge = Any


@pytest.fixture
def answer(desk: Path, floor: bytes) -> str:
    (desk / "submission.csv").write_bytes(floor)
    return "submission.csv"


@pytest.fixture
def grading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grade in this process whenever the client has shown that a submission waits."""
    ask = watching._again

    def graded(door: Any, number: int) -> Any:
        tasks.work_off(["score"], worker="test")
        return ask(door, number)

    monkeypatch.setattr(watching, "_again", graded)


def test_a_file_is_handed_in_with_a_message(at_home: Judge, answer: str) -> None:
    done = at_home("submit", IRIS, "-f", answer, "-m", "all setosa")

    assert done.status == 0
    submission = Submission.objects.get()
    assert (submission.file_name, submission.description) == ("submission.csv", "all setosa")
    assert done.lines == [
        f"Submission {submission.pk} to iris-new-meadow: submission.csv is in.",
        "9 of 10 submissions left today. Follow it: judge submissions iris-new-meadow",
    ]


@pytest.mark.usefixtures("grading")
def test_waiting_shows_steps_score_error_and_rank(at_home: Judge, answer: str) -> None:
    done = at_home("submit", IRIS, "-f", answer, "-m", "x", "--wait")

    assert done.status == 0
    text = done.out
    assert "next in the queue; no worker is there at the moment" in text
    steps = [line.split("  ", 1)[1] for line in done.lines if line[2:3] == ":"]
    assert steps == ["waiting", "taken by a worker (test)", "scoring", "done (scored)"]
    assert "scored: Scored." in text
    assert "public  accuracy 0.3333 ± 0.0" in text
    assert "f1_macro 0.1667" in text
    assert "rank    1 of the public board" in text
    assert done.lines[-1].startswith("9 of 10 submissions left today; new ones at ")


@pytest.mark.usefixtures("grading")
def test_quiet_prints_what_came_of_it_only(at_home: Judge, answer: str) -> None:
    done = at_home("submit", IRIS, "-f", answer, "-m", "x", "-w", "-q")

    assert done.lines[0] == "scored: Scored."


def test_a_file_that_does_not_fit_prints_every_finding_and_ends_with_one(
    at_home: Judge, desk: Path, floor: bytes
) -> None:
    lines = floor.decode().splitlines()
    lines[16] = lines[16].replace("setosa", "rose")
    del lines[-1]
    (desk / "bad.csv").write_text("\n".join(lines))
    done = at_home("submit", IRIS, "-f", "bad.csv", "-m", "x", "--wait")

    assert (done.status, done.out) == (1, "")
    assert (
        "row 17, column species: expected one of setosa, versicolor, virginica, found 'rose' [unknown_category]"
    ) in done.err.splitlines()
    assert "[missing_id]" in done.err
    assert f"Submission {Submission.objects.get().pk} to iris-new-meadow: rejected" in done.err
    assert done.err.splitlines()[-1] == (
        "The file does not fit; every finding is listed. No attempt was used. [rejected]"
    )


def test_a_used_up_quota_is_said_with_its_end(at_home: Judge, answer: str, make_spec: Any) -> None:
    make_spec(per_day=1)
    at_home("submit", IRIS, "-f", answer, "-m", "x")
    done = at_home("submit", IRIS, "-f", answer, "-m", "x")

    assert done.status == 1
    assert done.err.endswith("00:00 UTC. [quota_exhausted]\n")


def test_a_missing_file_is_named_before_anything_is_sent(at_home: Judge) -> None:
    done = at_home("submit", IRIS, "-f", "nothing.csv", "-m", "x")

    assert (done.status, done.err) == (2, "There is no file nothing.csv.\n")


def test_a_file_that_is_too_large_is_not_sent(at_home: Judge, desk: Path) -> None:
    (desk / "big.csv").write_bytes(b"x" * 2_500_000)
    done = at_home("submit", IRIS, "-f", "big.csv", "-m", "x")

    assert (done.status, done.err) == (2, "big.csv has 2.5 MB; iris-new-meadow takes 2 MB at most.\n")
    assert not Submission.objects.exists()


def test_a_connection_cut_after_the_upload_makes_one_submission(
    at_home: Judge, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge took the file in, and its answer was lost on the way."""
    send, lost = httpx.Client.request, []

    def lose_the_first_answer(self: httpx.Client, method: str, url: Any, **more: Any) -> httpx.Response:
        response = send(self, method, url, **more)
        if method == "POST" and not lost:
            lost.append(response)
            raise httpx.ReadError("connection reset by peer")
        return response

    monkeypatch.setattr(httpx.Client, "request", lose_the_first_answer)
    done = at_home("submit", IRIS, "-f", answer, "-m", "x")

    assert (done.status, len(lost), lost[0].status_code) == (0, 1, 201)
    assert Submission.objects.count() == 1
    assert "9 of 10" in done.out


def test_a_connection_that_stays_broken_is_given_up(
    at_home: Judge, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, tries = httpx.Client.request, []

    def cut(self: httpx.Client, method: str, url: Any, **more: Any) -> httpx.Response:
        if method == "POST":
            tries.append(more["headers"]["Idempotency-Key"])
            raise httpx.WriteError("broken pipe")
        return send(self, method, url, **more)

    monkeypatch.setattr(httpx.Client, "request", cut)
    done = at_home("submit", IRIS, "-f", answer, "-m", "x")

    assert done.status == 1
    assert done.err.endswith("broke: broken pipe.\n")
    assert (len(tries), len(set(tries))) == (3, 1)


def test_in_a_downloaded_folder_the_challenge_need_not_be_named(at_home: Judge, answer: str, desk: Path) -> None:
    at_home("download", IRIS)
    (desk / answer).rename(desk / IRIS / answer)

    assert at_home("submit", "-f", f"{IRIS}/{answer}", "-m", "x").status == 0


def test_a_submission_is_cancelled(at_home: Judge, answer: str) -> None:
    at_home("submit", IRIS, "-f", answer, "-m", "x")
    number = str(Submission.objects.get().pk)

    assert at_home("cancel", number).out == f"Submission {number} is cancelled.\n"
    again = at_home("cancel", number)
    assert (again.status, again.err) == (
        1,
        "This submission is done; there is nothing to cancel. [already_done]\n",
    )


def test_a_submission_is_chosen_and_unchosen(at_home: Judge, answer: str) -> None:
    at_home("submit", IRIS, "-f", answer, "-m", "x")
    number = str(Submission.objects.get().pk)
    tasks.work_off(["score"], worker="test")

    assert at_home("choose", number).out == f"Submission {number} is chosen.\n"
    assert Submission.objects.get().chosen is True
    assert at_home("choose", number, "--undo").out == f"Submission {number} is no longer chosen.\n"
    assert Submission.objects.get().chosen is False


def test_a_strangers_submission_does_not_exist(at_home: Judge, bob: User) -> None:
    assert at_home("cancel", "12345").err == "You have no submission number 12345. [unknown_submission]\n"


@pytest.mark.parametrize(
    ("finding", "line"),
    [
        (
            {
                "code": "not_a_number",
                "message": "row 17, column price: expected a number, found 'n/a'",
                "row": 17,
                "column": "price",
                "count": 1,
            },
            "row 17, column price: expected a number, found 'n/a' [not_a_number]",
        ),
        (
            {"code": "exception", "message": "ValueError: no", "file": "main.py", "row": 3, "count": 1},
            "main.py, row 3: ValueError: no [exception]",
        ),
        (
            {"code": "unknown_category", "message": "row 2, column a: found 'x'", "row": 2, "column": "a", "count": 7},
            "row 2, column a: found 'x' (in 7 places) [unknown_category]",
        ),
        (
            {"code": "missing_id", "message": "7 of 9 ids are missing", "column": "id", "count": 7},
            "7 of 9 ids are missing [missing_id]",
        ),
        ({"code": "x", "message": "a\x1b[31mb", "count": 1}, "a\ufffd[31mb [x]"),
    ],
)
def test_a_finding_is_one_line(finding: dict[str, Any], line: str) -> None:
    assert watching.said(finding) == line


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        ({"ahead": 0, "estimate_s": 9.7}, "next in the queue, about 10 s"),
        ({"ahead": 3, "estimate_s": 40.0}, "3 ahead, about 40 s"),
        (
            {"ahead": 3, "estimate_s": None},
            "3 ahead; no worker is there at the moment, it will start as soon as one is",
        ),
    ],
)
def test_a_place_in_the_queue_is_said_in_words(wait: dict[str, Any], words: str) -> None:
    assert watching.place(wait) == words
