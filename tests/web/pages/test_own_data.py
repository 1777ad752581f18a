"""Tokens with names and ends, one's data as a zip, and the end of an account."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import ForeignKey
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from knox.models import AuthToken

from judge import departures, teams
from judge.models import Edition, Membership, Standing, Submission, Team
from web.accounts.models import Profile

Browse = Callable[..., Any]
PASSWORD = "correct horse battery"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def archive_of(browser: Any) -> dict[str, bytes]:
    response = browser.client.get("/accounts/export/")
    assert response.status_code == 200
    assert response.streaming
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


# Tokens


def test_a_token_has_a_name_and_an_end(home: Any, browse: Browse, ada: User) -> None:
    page = browse(ada).post("/accounts/tokens/", name="  laptop  ", days="7")
    token = AuthToken.objects.get(user=ada)
    assert "laptop" in page.text
    assert token.label.name == "laptop"
    assert timedelta(days=6, hours=23) < token.expiry - timezone.now() <= timedelta(days=7)


@pytest.mark.parametrize("fields", [{"days": "0"}, {"days": "3650"}, {"days": "x"}, {"name": "n" * 61}])
def test_a_token_without_a_right_end_or_name_is_not_made(
    home: Any, browse: Browse, ada: User, fields: dict[str, str]
) -> None:
    browse(ada).post("/accounts/tokens/", **{"name": "laptop", "days": "7"} | fields)
    assert not AuthToken.objects.exists()


def test_a_token_that_has_ended_opens_nothing(home: Any, browse: Browse, ada: User) -> None:
    page = browse(ada).post("/accounts/tokens/", name="laptop", days="7")
    token = page.html.split('id="new-token">')[1].split("<")[0]
    header = {"Authorization": f"Token {token}"}
    assert browse().client.get("/api/v1/me", headers=header).status_code == 200
    AuthToken.objects.update(expiry=timezone.now() - timedelta(seconds=1))
    assert browse().client.get("/api/v1/me", headers=header).status_code == 401


def test_a_hostile_name_of_a_token_stays_text(home: Any, browse: Browse, ada: User) -> None:
    browser = browse(ada)
    browser.post("/accounts/tokens/", name=HOSTILE, days="7")
    page = browser.get("/accounts/")
    assert "alert(1)" in page.text
    assert not page.all("script")
    assert not page.all("img")


def test_the_account_page_asks_the_database_as_often_for_twenty_tokens(home: Any, browse: Browse, ada: User) -> None:
    browser = browse(ada)
    browser.get("/accounts/")
    with CaptureQueriesContext(connection) as few:
        browser.get("/accounts/")
    for number in range(20):
        browser.post("/accounts/tokens/", name=f"machine {number}")
    with CaptureQueriesContext(connection) as many:
        browser.get("/accounts/")
    assert len(many) == len(few) <= 6


# Export


def test_one_gets_everything_that_is_kept(
    browse: Browse, ada: User, scored: Callable[..., Submission], floor: bytes
) -> None:
    submission = scored(ada, 0.75, file_name="../../mine.csv", description="my first")
    Profile.objects.create(user=ada, about="I count")
    browser = browse(ada)
    browser.post("/accounts/tokens/", name="laptop")
    found = archive_of(browser)

    account = json.loads(found["account.json"])
    assert (account["username"], account["email"]) == ("ada", "ada@example.org")
    assert account["profile"]["about"] == "I count"
    assert [token["label__name"] for token in account["tokens"]] == ["laptop"]
    assert [team["challenge"] for team in account["teams"]] == ["iris-new-meadow"]
    (shown,) = json.loads(found["submissions.json"])
    assert (shown["number"], shown["public_score"], shown["description"]) == (submission.pk, 0.75, "my first")
    assert found[f"files/{submission.pk}/mine.csv"] == floor
    assert json.loads(found["certificates.json"]) == []


def test_private_scores_stay_private_until_the_end(
    browse: Browse, ada: User, edition: Edition, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.75, private=0.123456)
    assert all(b"0.123456" not in data and b"private" not in data for data in archive_of(browse(ada)).values())
    Edition.objects.update(closes_at=timezone.now() - timedelta(seconds=1))
    assert b"0.123456" in archive_of(browse(ada))["submissions.json"]


def test_a_team_mates_files_are_not_among_ones_own(
    browse: Browse, ada: User, bob: User, edition: Edition, scored: Callable[..., Submission]
) -> None:
    theirs = scored(bob, 0.75)
    Membership.objects.create(user=ada, team=theirs.team, edition=edition)
    found = archive_of(browse(ada))
    assert json.loads(found["submissions.json"]) == []
    assert not [name for name in found if name.startswith("files/")]
    assert all(b"bob@example.org" not in data for data in found.values())


def test_nothing_that_signs_in_is_in_it(browse: Browse, home: Any, ada: User) -> None:
    browser = browse(ada)
    page = browser.post("/accounts/tokens/", name="laptop")
    token = page.html.split('id="new-token">')[1].split("<")[0].encode()
    digest = AuthToken.objects.get(user=ada).digest.encode()
    for data in archive_of(browser).values():
        assert token not in data
        assert digest not in data
        assert ada.password.encode() not in data


def test_exports_are_slowed_down(browse: Browse, home: Any, ada: User, bob: User) -> None:
    browser = browse(ada)
    answers = [browser.client.get("/accounts/export/").status_code for _ in range(7)]
    assert answers == [200] * 6 + [429]
    assert browse(bob).client.get("/accounts/export/").status_code == 200


# Deletion


def delete(browser: Any, password: str = PASSWORD) -> Any:
    return browser.post("/accounts/delete/", password=password)


def everything_stored() -> str:
    """Every value of every row of every table, as text."""
    cells = []
    for model in apps.get_models(include_auto_created=True):
        for row in model._default_manager.all().values_list():
            cells += [bytes(cell).decode(errors="replace") if isinstance(cell, bytes) else str(cell) for cell in row]
    return "\n".join(cells)


def test_a_wrong_password_deletes_nothing(browse: Browse, home: Any, ada: User) -> None:
    page = delete(browse(ada), "wrong")
    assert page.status == 403
    assert "This is not your password" in page.text
    assert User.objects.filter(username="ada").exists()


def test_guesses_are_slowed_down(browse: Browse, home: Any, ada: User) -> None:
    browser = browse(ada)
    assert [delete(browser, "wrong").status for _ in range(11)] == [403] * 10 + [429]
    assert delete(browser).status == 429
    assert User.objects.filter(username="ada").exists()


def test_looking_at_the_page_deletes_nothing(browse: Browse, home: Any, ada: User) -> None:
    assert browse(ada).get("/accounts/delete/").status == 200
    assert User.objects.filter(username="ada").exists()


def test_nothing_personal_is_left(
    browse: Browse,
    make_user: Callable[..., User],
    scored: Callable[..., Submission],
    hand_in: Callable[..., Submission],
) -> None:
    zelda = make_user("zeldafitz", first_name="Zeldafitz")
    done = scored(zelda, 0.75, file_name="zeldafitz.csv", description="by zeldafitz")
    waiting = hand_in(zelda, idempotency_key="zeldafitz-1", description="zeldafitz again")
    Submission.objects.filter(pk=done.pk).update(log_tail="/home/zeldafitz", findings=[{"message": "zeldafitz"}])
    browser = browse(None)
    browser.post("/accounts/login/", login="zeldafitz", password=PASSWORD)
    browser.post("/accounts/profile/", shown_name="zeldafitz", about="zeldafitz@example.org", is_public="yes")
    browser.post("/accounts/tokens/", name="zeldafitz's laptop")
    browser.post(f"/submissions/{done.pk}/certificate/")
    elsewhere = browse(None)
    elsewhere.post("/accounts/login/", login="zeldafitz@example.org", password=PASSWORD)
    assert "zeldafitz" in everything_stored()
    assert [row for row in Session.objects.all() if "zeldafitz" in str(row.get_decoded())]
    assert EmailAddress.objects.filter(user=zelda).exists()

    page = delete(browser)

    assert "Your account is deleted." in page.text
    assert "zeldafitz" not in everything_stored().lower()
    assert "Sign out" not in elsewhere.get("/").text
    assert not [row for row in Session.objects.all() if "zeldafitz" in str(row.get_decoded()).lower()]
    done.refresh_from_db()
    waiting.refresh_from_db()
    assert (done.user.username, done.public_score, done.file_name) == (departures.GHOST, 0.75, "submission.csv")
    assert (done.user.is_active, done.user.has_usable_password()) == (False, False)
    assert waiting.verdict == "cancelled"
    assert done.team.name == f"deleted learner #{done.team_id}"
    assert done.team.memberships.count() == 0


def test_every_row_that_points_at_a_user_goes_or_is_handed_over(
    browse: Browse, ada: User, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.75)
    number = ada.pk
    delete(browse(ada))
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, ForeignKey) and field.related_model is User:
                assert not model._default_manager.filter(**{field.attname: number}).exists(), (model, field.name)


def test_the_board_keeps_its_ranks(
    browse: Browse, ada: User, bob: User, edition: Edition, scored: Callable[..., Submission]
) -> None:
    scored(ada, 0.9)
    scored(bob, 0.8)
    delete(browse(ada))
    page = browse(None).get("/challenges/iris-new-meadow/leaderboard/")
    assert Standing.objects.filter(board="public").count() == 2
    assert "deleted learner" in page.text
    assert "ada" not in [team.name for team in Team.objects.all()]


def test_a_team_goes_on_without_its_captain(
    browse: Browse, ada: User, bob: User, edition: Edition, scored: Callable[..., Submission]
) -> None:
    team = teams.create(ada, edition, name="The Counts")
    code = team.join_code
    teams.join(bob, edition, code=code)
    scored(ada, 0.9)
    delete(browse(ada))
    team.refresh_from_db()
    assert (team.name, team.captain) == ("The Counts", bob)
    assert [member.user for member in team.memberships.all()] == [bob]
    assert team.join_code != code


def test_a_team_in_which_nothing_happened_goes_too(browse: Browse, ada: User, edition: Edition) -> None:
    teams.create(ada, edition, name="The Counts")
    delete(browse(ada))
    assert not Team.objects.exists()


def test_two_may_leave_the_same_challenge_with_the_same_key(
    browse: Browse, ada: User, bob: User, hand_in: Callable[..., Submission]
) -> None:
    hand_in(ada, idempotency_key="once")
    hand_in(bob, idempotency_key="once")
    delete(browse(ada))
    delete(browse(bob))
    assert Submission.objects.filter(user__username=departures.GHOST).count() == 2
    assert User.objects.count() == 1


def test_whoever_runs_the_site_is_not_deleted(browse: Browse, home: Any, make_user: Callable[..., User]) -> None:
    page = delete(browse(make_user("root", is_staff=True)))
    assert (page.status, "runs_the_site" in page.text) == (403, True)
    assert User.objects.filter(username="root").exists()


def test_an_account_without_a_password_is_led_to_set_one(browse: Browse, home: Any, ada: User) -> None:
    ada.set_unusable_password()
    ada.save()
    browser = browse(ada)
    assert "/accounts/password/set/" in browser.get("/accounts/delete/").links
    assert delete(browser, "").status == 403
    assert User.objects.filter(username="ada").exists()


@pytest.mark.parametrize("path", ["/accounts/delete/", "/accounts/profile/", "/accounts/tokens/"])
def test_forms_from_elsewhere_are_refused(home: Any, ada: User, path: str) -> None:
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ada)
    assert client.post(path, {"password": PASSWORD}).status_code == 403
    assert User.objects.filter(username="ada").exists()
    assert not Profile.objects.exists()
