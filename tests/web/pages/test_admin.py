from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from judge.models import Edition, Submission, Worker
from judge.verdicts import State, Verdict

Browse = Callable[..., Any]
HandIn = Callable[..., Submission]


@pytest.fixture
def root(make_user: Callable[..., User]) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.mark.parametrize("page", ["edition", "submission", "team", "worker"])
def test_operators_read_every_table(
    edition: Edition, browse: Browse, root: User, ada: User, hand_in: HandIn, page: str
) -> None:
    submission = hand_in(ada)
    worker = Worker.objects.create(name="w1", resources=["cpu"], seen_at=timezone.now())
    keys = {"edition": edition.pk, "submission": submission.pk, "team": submission.team_id, "worker": worker.pk}
    assert browse(root).get(f"/admin/judge/{page}/").status == 200
    assert browse(root).get(f"/admin/judge/{page}/{keys[page]}/change/").status == 200


@pytest.mark.parametrize("page", ["edition", "submission", "team", "worker"])
def test_nothing_is_added_by_hand(browse: Browse, root: User, page: str) -> None:
    assert browse(root).get(f"/admin/judge/{page}/add/").status == 403


def test_a_submissions_state_verdict_and_scores_cannot_be_edited(
    browse: Browse, root: User, ada: User, hand_in: HandIn
) -> None:
    submission = hand_in(ada)
    path = f"/admin/judge/submission/{submission.pk}/change/"
    inputs = {field.get("name") for field in browse(root).get(path).all("input")}
    assert inputs.isdisjoint({"state", "verdict", "public_score", "attempts", "chosen", "quota_day"})
    browse(root).post(path, state="done", verdict="scored", public_score="1")
    submission.refresh_from_db()
    assert (submission.state, submission.verdict) == (State.QUEUED, None)


def test_cancelling_goes_through_the_books(
    browse: Browse, root: User, ada: User, hand_in: HandIn, scored: HandIn
) -> None:
    waiting, done = hand_in(ada), scored(ada, 0.9)
    fields = {"action": "cancel", "_selected_action": [waiting.pk, done.pk]}
    page = browse(root).post("/admin/judge/submission/", **fields)
    assert "1 of 2 cancelled" in page.text
    waiting.refresh_from_db()
    assert (waiting.verdict, waiting.quota_day) == (Verdict.CANCELLED, None)


def test_closing_an_edition_now(edition: Edition, browse: Browse, root: User) -> None:
    page = browse(root).post("/admin/judge/edition/", action="close_now", _selected_action=[edition.pk])
    assert "1 closed." in page.text
    edition.refresh_from_db()
    assert edition.has_closed(timezone.now())


def test_a_deadline_can_be_set_but_a_digest_cannot(edition: Edition, browse: Browse, root: User) -> None:
    before = edition.digest
    fields = {"closes_at_0": "2030-01-02", "closes_at_1": "03:04:05", "opens_at_0": "", "opens_at_1": "", "digest": "x"}
    browse(root).post(f"/admin/judge/edition/{edition.pk}/change/", **fields)
    edition.refresh_from_db()
    assert edition.closes_at is not None
    assert edition.closes_at.isoformat() == "2030-01-02T03:04:05+00:00"
    assert edition.digest == before


def test_learners_find_the_admin_closed(edition: Edition, browse: Browse, ada: User) -> None:
    assert browse(ada).get("/admin/").status == 403
    assert browse().raw("/admin/").status_code == 302
