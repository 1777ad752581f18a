from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge import bookkeeping, tasks
from judge.models import Edition, QuotaDay, Submission, Worker
from judge.verdicts import State, Step

IRIS = "iris-new-meadow"
pytestmark = pytest.mark.usefixtures("edition")


def grade() -> None:
    assert tasks.work_off(["score"], worker="test") >= 1


def test_a_file_that_fits_is_queued(api: Any, ada: User, floor: bytes) -> None:
    answer = api(ada).submit(IRIS, floor, description="all setosa")
    body = answer.json()

    assert answer.status_code == 201
    assert answer.headers["Location"] == body["url"] == f"/api/v1/submissions/{body['id']}"
    assert (body["state"], body["verdict"], body["fault"]) == ("queued", None, None)
    assert (body["file_name"], body["description"], body["size_bytes"]) == (
        "submission.csv",
        "all setosa",
        len(floor),
    )
    assert (body["team"], body["user"], body["challenge"]) == ("ada", "ada", IRIS)
    assert [step["step"] for step in body["steps"]] == ["queued"]
    assert (body["quota"]["used"], body["quota"]["left"]) == (1, 9)
    assert (body["public"], body["private"], body["rank"]) == (None, None, None)


def test_waiting_learners_are_told_how_many_are_ahead(api: Any, ada: User, bob: User, floor: bytes) -> None:
    Worker.objects.create(name="w", resources=["score"], seen_at=timezone.now())
    first = api(ada).submit(IRIS, floor).json()
    second = api(bob).submit(IRIS, floor).json()

    assert first["wait"] == {"ahead": 0, "estimate_s": 10.0}
    assert second["wait"] == {"ahead": 1, "estimate_s": 20.0}


def test_without_a_worker_there_is_no_estimate(api: Any, ada: User, floor: bytes) -> None:
    assert api(ada).submit(IRIS, floor).json()["wait"] == {"ahead": 0, "estimate_s": None}


def test_a_scored_submission_shows_score_interval_rank_and_steps(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    grade()
    body = api(ada).get(f"submissions/{number}").json()

    assert (body["state"], body["verdict"], body["fault"]) == ("done", "scored", "nobody")
    assert body["public"]["value"] == pytest.approx(1 / 3)  # 600 of 1800 public flowers are setosa
    assert body["public"]["secondary"] == {"f1_macro": pytest.approx(1 / 6)}  # (2·⅓·1 / (⅓+1) + 0 + 0) / 3
    low, high = body["public"]["interval"]
    assert low < 1 / 3 < high
    assert (low, high) == pytest.approx((0.311925, 0.355452), abs=1e-6)  # Wilson's, of 599.67 of 1799 rows
    assert (body["rank"], body["wait"]) == (1, None)
    steps = [step["step"] for step in body["steps"]]
    assert (steps[0], steps[1], steps[-1]) == ("queued", "claimed", "finished")
    assert all(step["at"].endswith("Z") for step in body["steps"])
    assert body["provenance"]["data_digest"] == Edition.objects.get().digest


def test_the_private_score_is_hidden_until_the_deadline(
    api: Any, ada: User, make_user: Any, floor: bytes, edition: Edition
) -> None:
    edition.closes_at = timezone.now() + timedelta(hours=1)
    edition.save()
    number = api(ada).submit(IRIS, floor).json()["id"]
    grade()
    staff = make_user("teacher", is_staff=True)

    assert api(ada).get(f"submissions/{number}").json()["private"] is None
    assert api(staff).get(f"submissions/{number}").json()["private"]["value"] == pytest.approx(1 / 3)
    edition.closes_at = timezone.now() - timedelta(seconds=1)
    edition.save()
    assert api(ada).get(f"submissions/{number}").json()["private"]["value"] == pytest.approx(1 / 3)


def test_a_file_that_does_not_fit_is_answered_with_every_finding(api: Any, ada: User, floor: bytes) -> None:
    lines = floor.decode().splitlines()
    lines[1] = lines[1].replace("setosa", "rose")
    lines[2] = lines[3]
    answer = api(ada).submit(IRIS, "\n".join(lines).encode())
    body = answer.json()

    assert (answer.status_code, body["code"]) == (422, "rejected")
    assert {finding["code"] for finding in body["findings"]} == {"unknown_category", "duplicate_id", "missing_id"}
    assert body["sentence"] == "The file does not fit; every finding is listed. No attempt was used."
    kept = api(ada).get(f"submissions/{body['submission']}").json()
    assert (kept["verdict"], kept["fault"], kept["findings"]) == ("rejected", "learner", body["findings"])
    assert kept["quota"]["used"] == 0


def test_the_same_key_gives_the_same_submission(api: Any, ada: User, floor: bytes) -> None:
    first = api(ada).submit(IRIS, floor, key="k-1")
    again = api(ada).submit(IRIS, floor, key="k-1")
    other = api(ada).submit(IRIS, floor, key="k-2")

    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 201)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]
    assert other.json()["quota"]["used"] == 2


def test_the_same_key_of_another_learner_is_another_submission(api: Any, ada: User, bob: User, floor: bytes) -> None:
    mine = api(ada).submit(IRIS, floor, key="k").json()["id"]

    assert api(bob).submit(IRIS, floor, key="k").json()["id"] != mine


def test_the_same_key_repeats_a_rejection(api: Any, ada: User) -> None:
    first = api(ada).submit(IRIS, b"id,species\n", key="k")
    again = api(ada).submit(IRIS, b"id,species\n", key="k")

    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json() == again.json()
    assert Submission.objects.count() == 1


def test_a_key_that_is_too_long_is_refused(api: Any, ada: User, floor: bytes) -> None:
    refused = api(ada).submit(IRIS, floor, key="k" * 81)

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_key")


def test_the_same_file_twice_is_two_submissions(api: Any, ada: User, floor: bytes) -> None:
    first, second = api(ada).submit(IRIS, floor).json(), api(ada).submit(IRIS, floor).json()

    assert first["id"] != second["id"]
    assert first["sha256"] == second["sha256"]


def test_a_used_up_quota_says_when_it_resets(
    api: Any, ada: User, floor: bytes, edition: Edition, make_spec: Any
) -> None:
    make_spec(per_day=1)
    assert api(ada).submit(IRIS, floor).status_code == 201
    refused = api(ada).submit(IRIS, floor)

    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exhausted")
    assert refused.json()["retry_at"].endswith("T00:00:00Z")
    assert 1 <= int(refused.headers["Retry-After"]) <= 86400
    assert Submission.objects.count() == 1


def test_after_the_deadline_nothing_is_taken(api: Any, ada: User, floor: bytes, edition: Edition) -> None:
    edition.closes_at = timezone.now() - timedelta(minutes=1)
    edition.save()
    refused = api(ada).submit(IRIS, floor)

    assert (refused.status_code, refused.json()["code"]) == (403, "deadline_passed")
    assert not Submission.objects.exists()


def test_a_file_over_the_challenges_cap_is_refused(api: Any, ada: User) -> None:
    refused = api(ada).submit(IRIS, b"x" * 2_100_001)

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    assert not Submission.objects.exists()


def test_a_form_without_a_file_is_refused(api: Any, ada: User, client: Any) -> None:
    mine = api(ada)
    refused = mine._client.post(f"/api/v1/challenges/{IRIS}/submissions", {"description": "x"}, format="multipart")

    assert (refused.status_code, refused.json()["code"]) == (400, "no_file")


def test_a_form_that_is_no_multipart_is_refused(api: Any, ada: User) -> None:
    refused = api(ada).post(f"challenges/{IRIS}/submissions", {"file": "x"})

    assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


def test_handing_in_takes_a_token_not_a_browser_session(ada: User, floor: bytes, client: Any) -> None:
    client.force_login(ada)
    refused = client.post(f"/api/v1/challenges/{IRIS}/submissions", {"file": "x"})

    assert refused.status_code == 401


@pytest.mark.parametrize("path", ["", "/file"])
def test_other_teams_submissions_do_not_exist(api: Any, ada: User, bob: User, floor: bytes, path: str) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    refused = api(bob).get(f"submissions/{number}{path}")

    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_submission")
    assert refused.json() == api(bob).get("submissions/999999").json() | {
        "sentence": f"You have no submission number {number}."
    }


@pytest.mark.parametrize("verb", ["cancel", "choose"])
def test_other_teams_submissions_cannot_be_changed(api: Any, ada: User, bob: User, floor: bytes, verb: str) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]

    assert api(bob).post(f"submissions/{number}/{verb}", {"chosen": True}).status_code == 404
    assert Submission.objects.get().state == State.QUEUED


def test_staff_see_but_do_not_change_a_teams_submissions(api: Any, ada: User, make_user: Any, floor: bytes) -> None:
    teacher = api(make_user("teacher", is_staff=True))
    number = api(ada).submit(IRIS, floor).json()["id"]

    assert teacher.get(f"submissions/{number}").status_code == 200
    refused = teacher.post(f"submissions/{number}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_your_team")


def test_teammates_see_each_others_submissions(api: Any, ada: User, bob: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    code = api(ada).get(f"challenges/{IRIS}/team").json()["join_code"]
    api(bob).post(f"challenges/{IRIS}/team/join", {"code": code})

    assert api(bob).get(f"submissions/{number}").json()["user"] == "ada"


def test_the_own_file_comes_back(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor, name="mine.csv").json()["id"]
    answer = api(ada).get(f"submissions/{number}/file")

    assert answer.content == floor
    assert answer.headers["Content-Disposition"] == 'attachment; filename="mine.csv"'


def test_history_is_listed_newest_first_in_pages(
    api: Any, ada: User, bob: User, floor: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judge.history.of_user.__kwdefaults__", {"before": None, "size": 2})
    numbers = [api(ada).submit(IRIS, floor).json()["id"] for _ in range(3)]
    api(bob).submit(IRIS, floor)
    first = api(ada).get(f"challenges/{IRIS}/submissions").json()
    rest = api(ada).get(f"challenges/{IRIS}/submissions", {"cursor": first["next_cursor"]}).json()

    assert [item["id"] for item in first["items"]] == [numbers[2], numbers[1]]
    assert [item["id"] for item in rest["items"]] == [numbers[0]]
    assert rest["next_cursor"] is None
    assert first["quota"]["used"] == 3


def test_a_cursor_that_is_no_number_is_refused(api: Any, ada: User) -> None:
    refused = api(ada).get(f"challenges/{IRIS}/submissions", {"cursor": "x"})

    assert (refused.status_code, refused.json()["code"]) == (400, "bad_parameter")


def test_cancelling_before_the_start_gives_the_attempt_back(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    body = api(ada).post(f"submissions/{number}/cancel").json()

    assert (body["state"], body["verdict"]) == ("done", "cancelled")
    assert body["quota"]["used"] == 0
    assert QuotaDay.objects.get().used == 0


def test_cancelling_while_it_runs_asks_its_worker_to_stop(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    assert bookkeeping.claim(number, worker="w") is not None
    body = api(ada).post(f"submissions/{number}/cancel").json()

    assert (body["state"], body["steps"][-1]["step"]) == ("running", Step.CANCEL_ASKED)


def test_what_is_done_cannot_be_cancelled(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    grade()
    refused = api(ada).post(f"submissions/{number}/cancel")

    assert (refused.status_code, refused.json()["code"]) == (409, "already_done")


def test_a_scored_submission_can_be_chosen_and_unchosen(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    grade()

    assert api(ada).post(f"submissions/{number}/choose", {"chosen": True}).json()["chosen"] is True
    assert api(ada).post(f"submissions/{number}/choose", {"chosen": False}).json()["chosen"] is False


def test_only_scored_submissions_can_be_chosen(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    refused = api(ada).post(f"submissions/{number}/choose", {"chosen": True})

    assert (refused.status_code, refused.json()["code"]) == (409, "not_scored")


def test_choosing_without_saying_what_is_refused(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    refused = api(ada).post(f"submissions/{number}/choose", {})

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_input")
    assert refused.json()["findings"][0]["column"] == "chosen"


def test_handing_in_is_throttled_apart_from_reading(
    api: Any, ada: User, floor: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rest_framework.throttling import ScopedRateThrottle

    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"submit": "2/min", "login": None, "sign-up": None})
    mine = api(ada)
    answers = [mine.submit(IRIS, b"") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert answers[-1].json()["code"] == "throttled"
    assert mine.get(f"challenges/{IRIS}/submissions").status_code == 200


def test_plots_of_the_public_rows_come_with_the_score(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    assert api(ada).get(f"submissions/{number}").json()["plots"] == {"plots": [], "missing": []}
    grade()
    body = api(ada).get(f"submissions/{number}").json()
    assert body["plots"]["missing"] == []
    (confusion,) = body["plots"]["plots"]
    assert (confusion["shape"], confusion["rows"]) == ("matrix", ["setosa", "versicolor", "virginica"])
    assert confusion["shares"] == [[1, 0, 0], [1, 0, 0], [1, 0, 0]]  # every flower is called setosa


def test_what_a_run_used_over_time_comes_with_every_field(api: Any, ada: User, floor: bytes) -> None:
    number = api(ada).submit(IRIS, floor).json()["id"]
    timeline = [{"until_s": 1.0, "cpus": 0.5, "memory_mb": 100.0}]
    Submission.objects.filter(pk=number).update(usage={"wall_s": 1.2, "timeline": timeline})
    body = api(ada).get(f"submissions/{number}").json()
    assert body["usage"] == {"wall_s": 1.2}
    assert body["timeline"] == [{**timeline[0], "gpu_busy": None, "gpu_memory_mb": None}]


def test_a_plot_that_fails_does_not_touch_the_score(
    api: Any, ada: User, floor: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("challenges.plots.classes._table", lambda *sides: 1 / 0)
    number = api(ada).submit(IRIS, floor).json()["id"]
    grade()
    body = api(ada).get(f"submissions/{number}").json()
    assert (body["verdict"], body["public"]["value"]) == ("scored", pytest.approx(1 / 3))
    assert body["plots"] == {"plots": [], "missing": [{"name": "confusion", "why": "failed"}]}
