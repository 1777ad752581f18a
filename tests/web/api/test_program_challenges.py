"""Challenges that take a program: what a learner gets to write and check one at home."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from challenges.loader import load
from judge.models import Edition, Worker
from web.client.checking import findings

LINREG = "linear-regression-from-scratch"


@pytest.fixture(autouse=True)
def linreg(db: None, home: Any) -> Edition:
    """An edition of an interactive challenge; nothing here needs its hidden data."""
    return Edition.objects.create(slug=LINREG, name="open", version=1, size="small", digest="d" * 64, folder="none")


def test_the_limits_are_those_of_the_editions_size(api: Any) -> None:
    body = api().get(f"challenges/{LINREG}").json()

    assert (body["kind"], body["answer"], body["file_name"], body["max_mb"]) == ("interactive", None, "linreg.py", 1.0)
    assert (body["program"]["wall_s"], body["program"]["memory_mb"]) == (120.0, 1024)
    assert "sklearn" in body["program"]["banned_imports"]


def test_the_kit_is_downloaded_apart_from_the_starter(api: Any, ada: User) -> None:
    kit = zipfile.ZipFile(io.BytesIO(api(ada).get(f"challenges/{LINREG}/kit").content))
    starter = zipfile.ZipFile(io.BytesIO(api(ada).get(f"challenges/{LINREG}/baseline").content))

    assert sorted(kit.namelist()) == sorted(load(LINREG).files("kit"))
    assert "harness.py" in kit.namelist()
    assert starter.namelist() == ["linreg.py"]


def test_a_program_is_checked_at_home_by_the_same_rules(api: Any, ada: User) -> None:
    rules = api(ada).get(f"challenges/{LINREG}/answer-format").json()
    starter = load(LINREG).packed("baseline")

    assert rules["format"] is None  # no id of the hidden problems
    assert findings(rules, "starter.zip", starter) == []
    assert [f["code"] for f in findings(rules, "linreg.py", b"import scipy\n")] == ["banned_import"]


def test_a_banned_import_is_answered_at_once(api: Any, ada: User) -> None:
    answer = api(ada).submit(LINREG, b"import scipy\n", name="linreg.py")

    assert answer.status_code == 422
    assert [finding["code"] for finding in answer.json()["findings"]] == ["banned_import"]


def test_the_starter_is_taken_as_it_is(api: Any, ada: User) -> None:
    assert api(ada).submit(LINREG, load(LINREG).packed("baseline"), name="starter.zip").status_code == 201


def test_a_server_that_runs_no_programs_says_why(api: Any, ada: User) -> None:
    Worker.objects.create(
        name="w", resources=["score"], sandbox="", reason="Install bubblewrap.", seen_at=timezone.now()
    )
    refused = api(ada).submit(LINREG, load(LINREG).packed("baseline"), name="starter.zip")

    assert (refused.status_code, refused.json()["code"]) == (503, "no_sandbox")
    assert "Install bubblewrap." in refused.json()["sentence"]
