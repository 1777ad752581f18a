from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from challenges.loader import load
from judge import storage
from judge.models import Edition, QuotaDay, Submission, Worker
from judge.verdicts import State, Verdict
from web.pages import words

Browse = Callable[..., Any]
SUBMIT = "/challenges/iris-new-meadow/submit/"


def test_the_form_says_what_is_accepted_and_what_is_left(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).get(SUBMIT)
    assert page.all("input", type="file")[0]["accept"] == ".csv"
    assert "10 of 10 submissions left today" in page.text


def test_a_hand_in_leads_to_its_own_page(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    page = browse(ada).hand_in(floor, name="mine.csv", description="all setosa")
    submission = Submission.objects.get()
    assert page.status == 200
    assert f"Submission {submission.pk} mine.csv" in page.text
    assert "all setosa" in page.text
    assert submission.state == State.QUEUED
    assert storage.fetch(submission.sha256) == floor
    assert submission.team.name == "ada"


def test_a_file_that_does_not_fit_shows_every_finding_with_row_and_column(
    edition: Edition, browse: Browse, ada: User, floor: bytes
) -> None:
    lines = floor.decode().splitlines()
    lines[1] = lines[1].replace("setosa", "tulip")
    lines[7] = lines[7].replace("setosa", "rose")
    page = browse(ada).hand_in("\n".join(lines).encode())
    assert "Rejected" in page.text
    assert "No attempt was used." in page.text
    assert "This one is yours to mend." in page.text
    assert "unknown_category 2 species" in page.text
    assert "tulip" in page.text
    assert Submission.objects.get().verdict == Verdict.REJECTED
    assert QuotaDay.objects.filter(used__gt=0).count() == 0


def test_without_a_file_the_form_says_so_and_keeps_the_description(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).post(SUBMIT, description="try seven", end="1")
    assert page.status == 400
    assert "Choose a file first. no_file" in page.text
    assert page.all("input", name="description")[0]["value"] == "try seven"
    assert Submission.objects.count() == 0


def test_an_upload_that_was_cut_off_is_not_taken_for_whole(
    edition: Edition, browse: Browse, ada: User, floor: bytes
) -> None:
    page = browse(ada).post(SUBMIT, file=SimpleUploadedFile("a.csv", floor))  # the form's last field never came
    assert page.status == 400
    assert "upload_incomplete" in page.text
    assert Submission.objects.count() == 0


def test_a_file_larger_than_the_challenge_takes_is_refused(edition: Edition, browse: Browse, ada: User) -> None:
    page = browse(ada).hand_in(b"x" * (2 * 2**20 + 1))
    assert page.status == 413
    assert "this challenge takes 2 MB at most. too_large" in page.text
    assert Submission.objects.count() == 0


def test_an_upload_larger_than_the_server_takes_is_not_kept(
    edition: Edition, browse: Browse, ada: User, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 200_000
    page = browse(ada).hand_in(b"x" * 300_000)
    assert page.status == 413
    assert "too_large" in page.text
    assert Submission.objects.count() == 0


def test_over_quota_the_page_says_when_it_starts_afresh(
    edition: Edition, browse: Browse, ada: User, floor: bytes
) -> None:
    browser = browse(ada)
    for number in range(10):
        browser.hand_in(floor + b"\n" * number)
    page = browser.hand_in(floor)
    assert page.status == 429
    assert "Your team has used its 10 submissions of today" in page.text
    assert "quota_exhausted" in page.text
    assert "Possible again" in page.text
    assert Submission.objects.count() == 10


def test_after_the_deadline_nothing_is_taken(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    assert browse(ada).get(SUBMIT).text.count("Hand-ins are closed.") == 1
    page = browse(ada).hand_in(floor)
    assert page.status == 403
    assert "deadline_passed" in page.text


def test_sending_the_same_form_twice_hands_in_once(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    browser = browse(ada)
    key = browser.get(SUBMIT).all("input", name="key")[0]["value"]
    browser.hand_in(floor, key=key)
    browser.hand_in(floor, key=key)
    assert Submission.objects.count() == 1
    assert QuotaDay.objects.get().used == 1


def test_two_forms_are_two_hand_ins(edition: Edition, browse: Browse, ada: User) -> None:
    keys = {browse(ada).get(SUBMIT).all("input", name="key")[0]["value"] for _ in range(2)}
    assert len(keys) == 2


def test_guessing_by_rejection_is_slowed_down(
    edition: Edition, browse: Browse, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.submissions.SubmitThrottle.rate", "3/min", raising=False)
    browser = browse(ada)
    statuses = [browser.hand_in(b"id,species\n").status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert Submission.objects.count() == 3


def test_whoever_is_not_signed_in_cannot_hand_in(edition: Edition, browse: Browse, floor: bytes) -> None:
    page = browse().hand_in(floor)
    assert "Sign In" in page.text
    assert Submission.objects.count() == 0


def test_a_form_from_elsewhere_is_refused(edition: Edition, ada: User, floor: bytes) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    response = client.post(SUBMIT, {"file": SimpleUploadedFile("a.csv", floor), "end": "1"})
    assert response.status_code == 403
    assert b"Please send it again" in response.content
    assert Submission.objects.count() == 0


def test_what_a_learner_writes_stays_text(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    nasty = "<script>alert(1)</script>"
    page = browse(ada).hand_in(floor, name=f"{nasty}.csv".replace("/", ""), description=nasty)
    assert nasty in page.text
    assert all((script["src"] or "").startswith("/static/") for script in page.all("script"))


def test_what_a_file_holds_stays_text_in_its_findings(
    edition: Edition, browse: Browse, ada: User, floor: bytes
) -> None:
    page = browse(ada).hand_in(floor.replace(b"setosa", b"<img src=x onerror=alert(1)>"))
    assert page.all("img") == []
    assert "<img src=x onerror=alert(1)>" in page.text


@pytest.fixture
def program_edition(db: None, home: Any) -> Edition:
    """A challenge that takes a program; the form needs none of its data."""
    slug = "linear-regression-from-scratch"
    return Edition.objects.create(slug=slug, version=1, size="small", digest="d", folder=slug)


def test_a_challenge_for_programs_says_which_and_under_which_limits(
    program_edition: Edition, browse: Browse, ada: User
) -> None:
    program = program_edition.challenge.spec.program
    assert program is not None
    form = browse(ada).get(f"/challenges/{program_edition.slug}/submit/")
    assert form.all("input", type="file")[0]["accept"] == ".py,.zip"
    assert "A program as .py or .zip, at most 1 MB. It must hold linreg.py." in form.text
    overview = browse().get(f"/challenges/{program_edition.slug}/").text
    assert f"Time {program.wall_s.small:g} s" in overview
    assert "Network none" in overview
    assert "numpy.linalg" in overview


def test_where_no_program_can_run_the_page_says_what_to_install(
    program_edition: Edition, browse: Browse, ada: User
) -> None:
    Worker.objects.create(name="w", resources=["score"], reason="Install bubblewrap.", seen_at=timezone.now())
    form = {"file": SimpleUploadedFile("linreg.py", b"pass"), "end": "1"}
    page = browse(ada).post(f"/challenges/{program_edition.slug}/submit/", **form)
    assert page.status == 503
    assert "This server cannot run programs now: Install bubblewrap. no_sandbox" in page.text


def hand_in_by_script(browser: Any, data: bytes | None, **fields: Any) -> Any:
    file = {} if data is None else {"file": SimpleUploadedFile("a.csv", data)}
    return browser.client.post(SUBMIT, {"end": "1", **file, **fields}, headers={"Accept": "application/json"})


def test_the_forms_script_is_sent_on_to_the_submission(
    edition: Edition, browse: Browse, ada: User, floor: bytes
) -> None:
    answer = hand_in_by_script(browse(ada), floor)
    assert (answer.status_code, answer.json()) == (200, {"location": f"/submissions/{Submission.objects.get().pk}/"})


def test_the_forms_script_gets_every_finding_and_a_fresh_key(edition: Edition, browse: Browse, ada: User) -> None:
    answer = hand_in_by_script(browse(ada), b"id,species\n1,<script>alert(1)</script>\n", key="first")
    said = answer.json()
    assert answer.status_code == 422
    assert set(said) == {"html", "key", "quota"}
    assert said["key"] not in ("", "first")
    assert "unknown_category" in said["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in said["html"]
    assert "<script" not in said["html"]
    assert f'href="/submissions/{Submission.objects.get().pk}/"' in said["html"]
    assert "<b>10</b> of 10 submissions left today" in said["quota"]


def test_the_forms_script_hears_a_refusal_in_the_same_words(edition: Edition, browse: Browse, ada: User) -> None:
    answer = hand_in_by_script(browse(ada), None)
    assert answer.status_code == 400
    assert "Choose a file first." in answer.json()["html"]
    assert Submission.objects.count() == 0


def test_an_answer_may_be_pasted_as_text(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    page = browse(ada).post(SUBMIT, text=floor.decode().replace("\n", "\r\n"), end="1")
    submission = Submission.objects.get()
    assert page.status == 200
    assert (submission.file_name, storage.fetch(submission.sha256)) == ("submission.csv", floor)


def test_a_file_goes_before_a_text(edition: Edition, browse: Browse, ada: User, floor: bytes) -> None:
    browse(ada).hand_in(floor, name="mine.csv", text="id,species\n")
    assert Submission.objects.get().file_name == "mine.csv"


def test_a_refused_form_keeps_the_text_as_text(edition: Edition, browse: Browse, ada: User) -> None:
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    page = browse(ada).post(SUBMIT, text="</textarea><script>alert(1)</script>", end="1")
    assert "</textarea><script>alert(1)</script>" in page.text
    assert [script["src"] for script in page.all("script")] == ["/static/site/hand_in.js"]


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("iris-new-meadow", "submission.csv"),
        ("object-detection", "detections.json"),
        ("movie-recommender", None),
        ("lane-detection-basic", "main.py"),
    ],
)
def test_what_is_text_may_be_pasted(slug: str, name: str | None) -> None:
    assert words.text_name(load(slug).spec) == name
