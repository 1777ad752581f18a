from __future__ import annotations

import io
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from web.client import home

Judge = Any


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def config(desk: Path) -> Path:
    return desk.parent / "config" / "judge" / "config.json"


def test_logging_in_keeps_the_token_for_its_owner_only(
    judge: Judge, site: str, ada: User, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "correct horse battery\n")
    done = judge("login", site, "--username", "ada")

    assert done.status == 0
    assert done.out == f"Logged in to {site} as ada. The token is kept in {config(desk)}.\n"
    assert stat.S_IMODE(config(desk).stat().st_mode) == 0o600
    assert json.loads(config(desk).read_text())["server"] == site
    assert "correct horse" not in config(desk).read_text()
    assert judge("submissions", "iris-new-meadow").status == 0


def test_a_wrong_password_is_told_and_nothing_is_kept(
    judge: Judge, site: str, ada: User, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "guess\n")
    done = judge("login", site, "--username", "ada")

    assert (done.status, done.out) == (1, "")
    assert done.err == "User name and password do not belong together. [wrong_credentials]\n"
    assert not config(desk).exists()


def test_a_token_in_the_environment_is_proved_and_kept(
    judge: Judge, site: str, ada: User, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, token = AuthToken.objects.create(ada)
    monkeypatch.setenv("JUDGE_TOKEN", token)

    assert judge("login", site).out.startswith(f"Logged in to {site} as ada.")
    assert json.loads(config(desk).read_text())["tokens"] == {site: token}


def test_a_token_that_is_worth_nothing_is_not_kept(
    judge: Judge, site: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_TOKEN", "0" * 64)
    done = judge("login", site)

    assert done.status == 2
    assert done.err == f"This token is unknown or has expired; log in again. Use: judge login {site}\n"
    assert not config(desk).exists()


def test_signing_up_makes_an_account_and_logs_in(
    judge: Judge, site: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "long and odd 7\n")
    done = judge("sign-up", site, "--username", "eve", "--email", "eve@example.org")

    assert (done.status, User.objects.get().username) == (0, "eve")
    assert config(desk).exists()


def test_an_input_that_ends_before_the_answer_is_told_in_a_sentence(
    judge: Judge, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(""))
    done = judge("sign-up", site)

    assert done.status == 2
    assert "The input ended before the question was answered" in done.err
    assert not User.objects.exists()


def test_signing_up_with_a_poor_password_names_the_field(
    judge: Judge, site: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "12345\n")
    done = judge("sign-up", site, "--username", "eve", "--email", "")

    assert done.status == 1
    assert "password: This password is too short." in done.err
    assert not User.objects.exists()


def test_logging_out_ends_the_token_here_and_there(
    judge: Judge, site: str, ada: User, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    type_in(monkeypatch, "correct horse battery\n")
    judge("login", site, "--username", "ada")

    assert judge("logout").out == f"Logged out of {site}.\n"
    assert not AuthToken.objects.exists()
    assert json.loads(config(desk).read_text())["tokens"] == {}
    assert judge("logout").status == 2


def test_without_a_judge_the_first_step_is_named(judge: Judge) -> None:
    done = judge("challenges")

    assert (done.status, done.out) == (2, "")
    assert done.err == "No judge is known yet. Start with: judge login https://judge.example.org\n"


def test_a_judge_that_is_away_is_told_in_a_sentence(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_URL", "http://127.0.0.1:9")  # the discard port: nothing listens
    done = judge("challenges")

    assert done.status == 1
    assert done.err.startswith("No judge answers at http://127.0.0.1:9: ")


def test_without_a_login_files_are_not_given(judge: Judge, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUDGE_URL", site)
    done = judge("files", "iris-new-meadow")

    assert done.status == 2
    assert done.err == f"Log in first: this needs a token. Use: judge login {site}\n"


def test_a_config_that_was_damaged_is_named(judge: Judge, desk: Path) -> None:
    config(desk).parent.mkdir(parents=True)
    config(desk).write_text("{")
    done = judge("challenges")

    assert done.status == 2
    assert done.err.startswith(f"{config(desk)} is not readable any more")


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("judge.example.org", "https://judge.example.org"),
        ("localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("https://example.org/judge/", "https://example.org/judge"),
        ("https://example.org/api/v1/", "https://example.org"),
    ],
)
def test_an_address_is_taken_as_people_write_it(text: str, server: str) -> None:
    assert home.address(text) == server


@pytest.mark.parametrize("text", ["ftp://example.org", "https://", "https://ada:secret@example.org"])
def test_what_is_no_address_is_refused(judge: Judge, text: str) -> None:
    done = judge("login", text)

    assert done.status == 2
    assert "is no address of a judge" in done.err


def test_a_server_that_is_no_judge_is_told_apart(
    judge: Judge, live_server: Any, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUDGE_URL", f"{live_server.url}/elsewhere")
    done = judge("challenges")

    assert (done.status, done.err) == (2, f"What answers at {live_server.url}/elsewhere is no judge.\n")
