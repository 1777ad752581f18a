from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from judge.models import Submission

IRIS = "iris-new-meadow"
Judge = Any


@pytest.fixture
def bad(desk: Path, floor: bytes) -> str:
    (desk / "bad.csv").write_bytes(floor.replace(b"setosa", b"rose", 3))
    return "bad.csv"


def test_a_file_that_fits_is_said_to_fit(at_home: Judge, desk: Path, floor: bytes) -> None:
    (desk / "good.csv").write_bytes(floor)
    done = at_home("check", IRIS, "good.csv")

    assert (done.status, done.out) == (0, "good.csv fits iris-new-meadow.\n")
    assert not Submission.objects.exists()


def test_every_finding_is_printed_and_the_status_is_one(at_home: Judge, bad: str) -> None:
    done = at_home("check", IRIS, bad)

    assert done.status == 1
    assert done.lines == [
        "row 2, column species: expected one of setosa, versicolor, virginica, found 'rose'"
        " (in 3 places) [unknown_category]",
        "bad.csv would be rejected: 1 finding.",
    ]
    assert not Submission.objects.exists()


def test_the_findings_are_those_of_the_judge(at_home: Judge, bad: str) -> None:
    here = at_home("check", IRIS, bad).lines[0]
    there = at_home("submit", IRIS, "-f", bad, "-m", "x").err.splitlines()

    assert here in there


def test_in_a_downloaded_folder_a_file_alone_is_enough(at_home: Judge, desk: Path, floor: bytes) -> None:
    at_home("download", IRIS)
    (desk / IRIS / "submission.csv").write_bytes(floor)

    assert at_home("check", f"{IRIS}/submission.csv").status == 0


def test_elsewhere_the_challenge_is_asked_for(at_home: Judge, bad: str) -> None:
    assert at_home("check", bad).status == 2


def test_the_format_is_fetched_once_and_then_used_without_a_connection(
    at_home: Judge, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = at_home("check", IRIS, bad)
    monkeypatch.setattr("web.client.door.Door.get", _no_answer)

    assert at_home("check", IRIS, bad) == first


def test_without_a_connection_and_without_a_format_it_says_so(
    at_home: Judge, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.client.door.Door.get", _no_answer)
    done = at_home("check", IRIS, bad)

    assert (done.status, done.err) == (1, "nobody there\n")


def test_a_new_edition_brings_a_new_format(at_home: Judge, desk: Path, bad: str) -> None:
    at_home("check", IRIS, bad)
    kept = next((desk.parent / "cache").rglob("iris-new-meadow.json"))
    kept.write_text(kept.read_text().replace('"digest": "', '"digest": "older-'))
    at_home("check", IRIS, bad)

    assert "older-" not in kept.read_text()


def test_a_cache_that_was_damaged_is_made_anew(at_home: Judge, desk: Path, bad: str) -> None:
    at_home("check", IRIS, bad)
    next((desk.parent / "cache").rglob("iris-new-meadow.json")).write_text("[]")

    assert at_home("check", IRIS, bad).status == 1


def test_a_program_is_checked_as_one(desk: Path) -> None:
    from web.client.checking import findings

    rules = {
        "format": None,
        "program": {"entry": "main.py", "banned_imports": ["sklearn"], "wall_s": {"small": 1, "full": 1}},
        "kit": {"kit.py": "cHJpbnQoKQ=="},
    }

    assert findings(rules, "main.py", b"import numpy\n") == []
    assert [f["code"] for f in findings(rules, "main.py", b"import sklearn\n")] == ["banned_import"]


def _no_answer(*args: object, **kwargs: object) -> None:
    from web.client.errors import NoAnswer

    raise NoAnswer("nobody there")
