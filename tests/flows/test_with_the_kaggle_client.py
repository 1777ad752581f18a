"""The whole way with the unmodified `kaggle` client from PyPI: list, download, hand in, see scores, board and limits.

The client knows one judge, http://localhost on port 80, so it is told to reach that by a proxy: the web server itself,
which answers a request that is meant for a proxy like any other.
"""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

IRIS = "iris-new-meadow"
PASSWORD = "long and odd 7"

pytestmark = pytest.mark.slow


@dataclass
class Kaggle:
    """`kaggle ...` as a program of its own, at home in an empty folder."""

    home: Path
    environment: dict[str, str]
    name: str
    token: str = field(repr=False)

    def __call__(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kaggle", *words],
            cwd=self.home,
            env={**self.environment, "KAGGLE_API_TOKEN": self.token, **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """Return what a command prints with --format json."""
        done = self(*words, "--format", "json")
        assert done.returncode == 0, done.stderr
        found: list[dict[str, Any]] = json.loads(done.stdout)
        return found


@pytest.fixture
def kaggle(deployment: Any, tmp_path: Path) -> Kaggle:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "VIRTUAL_ENV", "LANG")}
    environment = {
        **kept,
        "HOME": str(tmp_path),
        "KAGGLE_API_ENVIRONMENT": "LOCALHOST",
        "http_proxy": deployment.address,
    }
    name = f"ada-{uuid.uuid4().hex[:8]}"
    with deployment.sign_up() as client:
        made = client.post("auth/sign-up", json={"username": name, "password": PASSWORD})
    return Kaggle(tmp_path, environment, name, made.json()["token"])


def test_from_the_list_to_the_leaderboard(deployment: Any, kaggle: Kaggle, until: Callable[..., Any]) -> None:
    (listed,) = kaggle.rows("competitions", "list", "-s", "meadow")
    assert (listed["ref"], listed["category"], listed["userHasEntered"]) == (IRIS, "beginner", False)
    files = {file["name"]: file["size"] for file in kaggle.rows("competitions", "files", IRIS)}
    assert set(files) == {"sample_submission.csv", "test.csv", "train.csv"}

    one = kaggle("competitions", "download", IRIS, "-f", "sample_submission.csv")
    assert one.returncode == 0, one.stderr
    sample = kaggle.home / "sample_submission.csv"
    assert sample.stat().st_size == files["sample_submission.csv"]
    again = kaggle("competitions", "download", IRIS, "-f", "sample_submission.csv")
    assert again.stdout.startswith("sample_submission.csv: Skipping")
    assert kaggle("competitions", "download", IRIS, "-q").returncode == 0
    with zipfile.ZipFile(kaggle.home / f"{IRIS}.zip") as archive:
        assert {info.filename: info.file_size for info in archive.infolist()} == files

    handed_in = kaggle("competitions", "submit", IRIS, "-f", sample.name, "-m", "all setosa")
    assert handed_in.returncode == 0, handed_in.stderr
    left, said = handed_in.stdout.splitlines()
    assert left == "9 submissions remaining today."
    assert said.startswith("Handed in to Irises of a new meadow as submission ")
    with deployment.worker():
        (scored,) = until(lambda: _when_scored(kaggle), what="a score in the client's list")
    assert (scored["fileName"], scored["description"]) == ("sample_submission.csv", "all setosa")
    assert (scored["publicScore"], scored["privateScore"]) == ("0.3333", "")

    mine = [row for row in kaggle.rows("competitions", "leaderboard", IRIS, "-s") if row["teamName"] == kaggle.name]
    assert [row["score"] for row in mine] == ["0.3333"]
    assert kaggle("competitions", "leaderboard", IRIS, "-d", "-q").returncode == 0
    with zipfile.ZipFile(kaggle.home / f"{IRIS}.zip") as archive:
        text = archive.read(f"{IRIS}-public-leaderboard.csv").decode()
    assert kaggle.name in {row["TeamName"] for row in csv.DictReader(io.StringIO(text))}
    assert kaggle("competitions", "submission-limits", IRIS).stdout.splitlines() == [
        "Submissions today: 1",
        "Lifetime submissions: 1",
        "Remaining today: 9",
    ]
    pages = kaggle.rows("competitions", "pages", "list", "-c", IRIS)  # a name without -c is taken for a command there
    assert [row["name"] for row in pages] == ["description"]
    (entered,) = kaggle.rows("competitions", "list", "--group", "entered")
    assert (entered["userHasEntered"], entered["userRank"]) == (True, int(entered["userRank"]))


def test_every_refusal_reaches_the_learner_in_our_words(kaggle: Kaggle) -> None:
    (kaggle.home / "bad.csv").write_text("id,species\n1,tulip\n")
    bad = kaggle("competitions", "submit", IRIS, "-f", "bad.csv", "-m", "flowers", "-q")
    assert bad.returncode == 1
    assert "- row 2, column id: id 1 is not asked for [unknown_id]" in bad.stderr.splitlines()
    assert bad.stderr.rstrip().endswith("found 'tulip' [unknown_category]")
    (line,) = kaggle.rows("competitions", "submissions", IRIS)
    assert (line["status"], line["description"]) == ("SubmissionStatus.ERROR", "flowers [rejected]")

    typo = kaggle("competitions", "files", "iris-new-medow")
    assert (typo.returncode, typo.stderr) == (
        1,
        "No challenge is called 'iris-new-medow'; did you mean iris-new-meadow?\n",
    )
    other = kaggle("datasets", "list")
    assert other.returncode == 1
    assert other.stderr.startswith("This is a judge, not kaggle.com.")


def test_the_daily_quota_is_told_with_the_time_of_its_reset(kaggle: Kaggle, answer: bytes) -> None:
    (kaggle.home / "mine.csv").write_bytes(answer)
    for left in range(9, -1, -1):
        done = kaggle("competitions", "submit", IRIS, "-f", "mine.csv", "-m", "again")
        assert done.stdout.splitlines()[0] == f"{left} submissions remaining today."
    refused = kaggle("competitions", "submit", IRIS, "-f", "mine.csv", "-m", "once more", "-q")

    assert refused.returncode == 1
    assert "Your team has used its 10 submissions of today; the next is possible at " in refused.stderr


def test_a_wrong_token_is_told_as_what_it_is(kaggle: Kaggle) -> None:
    sentence = "This judge knows no such token, or it has expired; make a new one on your account page (/accounts/)."
    by_token = kaggle("competitions", "list", KAGGLE_API_TOKEN="wrong")
    by_key = kaggle("competitions", "list", KAGGLE_API_TOKEN="", KAGGLE_USERNAME=kaggle.name, KAGGLE_KEY="wrong")
    right = kaggle("competitions", "list", KAGGLE_API_TOKEN="", KAGGLE_USERNAME=kaggle.name, KAGGLE_KEY=kaggle.token)

    assert (by_token.returncode, by_token.stderr.splitlines()[-1].partition(": ")[2]) == (1, sentence)
    assert (by_key.returncode, by_key.stderr) == (1, f"{sentence}\n")
    assert (right.returncode, IRIS in right.stdout) == (0, True)


def _when_scored(kaggle: Kaggle) -> list[dict[str, Any]] | None:
    rows = kaggle.rows("competitions", "submissions", IRIS)
    return rows if rows and rows[0]["status"] == "SubmissionStatus.COMPLETE" else None
