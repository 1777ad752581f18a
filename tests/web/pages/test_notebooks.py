"""The starter as a notebook: what it says, who may have it, and that it does what the starter does."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken

from challenges.loader import load, slugs
from challenges.minting import Minted, write
from challenges.programs import NOTEBOOK, read_program
from challenges.spec import Kind, Size
from judge.models import Edition, Submission
from judge.pipeline import JudgePipeline
from sandbox import backends
from web.environment import ROOT

IRIS = "iris-new-meadow"
TITANIC = "titanic-survival"
CLUSTERING = "iris-clustering"
ADDRESS = "/challenges/iris-new-meadow/data/starter.ipynb"
Browse = Callable[..., Any]

TAKES_NOTEBOOKS = [
    slug
    for slug in slugs()
    if (spec := load(slug).spec).kind is Kind.CODE and "ipynb" in spec.program.accepts  # type: ignore[union-attr]
]

RUN = """
import sys
from pathlib import Path
from sandbox.guest import notebook
notebook.run(sys.modules["__main__"], Path(sys.argv[1]))
"""
"""Runs a notebook as the judge's sandbox does."""


def run(program: list[str], desk: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a folder, with no token and no address of this machine in its environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_") and name != "DATA_DIR"}
    environment = kept | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "no_proxy": "*"} | variables
    return subprocess.run([sys.executable, *program], cwd=desk, env=environment, capture_output=True, text=True)


def open_edition(slug: str) -> Edition:
    return Edition.objects.create(slug=slug, version=1, size="small", digest="0" * 64, folder=slug)


def test_the_data_page_offers_the_starter_as_a_notebook(edition: Edition, browse: Browse) -> None:
    page = browse().get("/challenges/iris-new-meadow/data/")
    assert ADDRESS in page.links
    assert "Starter as a notebook iris-new-meadow.ipynb" in page.text
    assert "Open as notebook" not in page.text


def test_where_a_notebook_server_is_set_the_notebook_opens_there(
    edition: Edition, browse: Browse, settings: Any
) -> None:
    settings.NOTEBOOK_URL = "https://hub.example/hub/user-redirect/lab?fromURL={url}"
    page = browse().get("/challenges/iris-new-meadow/data/")
    notebook = "http%3A%2F%2Ftestserver%2Fchallenges%2Firis-new-meadow%2Fdata%2Fstarter.ipynb"
    assert f"https://hub.example/hub/user-redirect/lab?fromURL={notebook}" in page.links
    assert "Open as notebook hub.example" in page.text


def test_a_notebook_is_whole_and_leads_back(edition: Edition, browse: Browse, ada: User) -> None:
    _, token = AuthToken.objects.create(ada)
    answer = browse(ada).raw(ADDRESS)
    assert answer.headers["Content-Type"] == "application/x-ipynb+json"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="iris-new-meadow.ipynb"'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    notebook = nbformat.reads(answer.content.decode(), as_version=4)
    nbformat.validate(notebook)

    kinds = [cell.cell_type for cell in notebook.cells]
    assert kinds == ["markdown", "markdown", "code", "markdown", *["code"] * 6, "markdown", "code"]
    first = notebook.cells[0].source
    assert first.startswith("# Irises of a new meadow\n\nName the species of 6000 irises")
    assert "[To the challenge](http://testserver/challenges/iris-new-meadow/)" in first
    assert "**You hand in:** A csv file like submission.csv, at most 2" in first
    assert "http://testserver/api/v1/challenges/iris-new-meadow/archive" in notebook.cells[2].source
    assert "'submission.csv'" in notebook.cells[-1].source
    assert notebook.cells[-1].source.startswith("HAND_IN = False\n")
    assert token not in answer.content.decode()
    assert "ada" not in answer.content.decode().replace("metadata", "")


def test_a_notebook_holds_the_same_for_everybody(edition: Edition, browse: Browse, ada: User) -> None:
    assert browse().raw(ADDRESS).content == browse(ada).raw(ADDRESS).content


def test_a_notebook_speaks_the_readers_language(edition: Edition, browse: Browse) -> None:
    browser = browse()
    browser.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-hans"
    notebook = nbformat.reads(browser.raw(ADDRESS).content.decode(), as_version=4)
    nbformat.validate(notebook)
    assert "鸢尾花" in notebook.cells[0].source


def test_before_a_challenge_opens_there_is_no_notebook(edition: Edition, browse: Browse, ada: User) -> None:
    Edition.objects.update(opens_at=timezone.now() + timedelta(hours=1))
    assert browse().raw(ADDRESS).status_code == 403
    assert browse(ada).raw(ADDRESS).status_code == 403
    assert ADDRESS not in browse(ada).get("/challenges/iris-new-meadow/data/").links


def test_where_no_notebook_is_taken_the_page_says_so(
    db: None, home: Path, browse: Browse, monkeypatch: pytest.MonkeyPatch, iris_paper: Minted
) -> None:
    open_edition("connect-x-league")
    monkeypatch.setattr("judge.editions.minted", lambda edition: iris_paper)  # what is minted does not matter here
    page = browse().get("/challenges/connect-x-league/data/")
    assert "The starter comes as a zip only, since this challenge takes no notebooks." in page.text
    refused = browse().get("/challenges/connect-x-league/data/starter.ipynb")
    assert refused.status == 404
    assert "The starter comes as a zip only" in refused.text


@pytest.mark.parametrize("slug", TAKES_NOTEBOOKS)
def test_the_notebook_of_a_program_challenge_can_be_handed_in_as_it_is(db: None, browse: Browse, slug: str) -> None:
    open_edition(slug)
    challenge = load(slug)
    rules = challenge.spec.program
    assert rules is not None
    data = browse().raw(f"/challenges/{slug}/data/starter.ipynb").content
    nbformat.validate(nbformat.reads(data.decode(), as_version=4))

    program = read_program(data, f"{slug}.ipynb", rules, challenge.files("kit"))
    assert program.entry == NOTEBOOK
    assert program.files[NOTEBOOK] == data
    assert b"HAND_IN" not in data


def paper(slug: str, folder: Path) -> Minted:
    """Return a small edition on disk."""
    dataset = load(slug).mint(b"a secret that only these tests know", edition="open", size=Size.SMALL)
    return write(dataset, folder / slug)


@pytest.mark.docker
@pytest.mark.slow
def test_a_notebook_handed_in_as_it_is_earns_what_the_starter_earns(db: None, browse: Browse, tmp_path: Path) -> None:
    open_edition(CLUSTERING)
    notebook = browse().raw(f"/challenges/{CLUSTERING}/data/starter.ipynb").content
    challenge, minted = load(CLUSTERING), paper(CLUSTERING, tmp_path)
    pipeline = JudgePipeline(backends.load("docker"))
    earned = [
        pipeline.grade(data, name, challenge=challenge, paper=minted, size=Size.SMALL)
        for data, name in ((notebook, "starter.ipynb"), (challenge.packed("baseline"), "starter.zip"))
    ]
    assert [graded.verdict for graded in earned] == ["scored", "scored"]
    scores = [graded.scores.private.primary.value for graded in earned if graded.scores is not None]
    assert scores[0] == scores[1]


@pytest.mark.slow
@pytest.mark.parametrize("slug", [IRIS, TITANIC])
def test_a_notebook_writes_what_its_starter_writes(db: None, browse: Browse, slug: str, tmp_path: Path) -> None:
    open_edition(slug)
    desk, other = tmp_path / "desk", tmp_path / "other"
    public = paper(slug, tmp_path).public
    for folder in (desk, other):
        shutil.copytree(public, folder / "data")
    (desk / "starter.ipynb").write_bytes(browse().raw(f"/challenges/{slug}/data/starter.ipynb").content)
    (other / "main.py").write_bytes(load(slug).files("baseline")["main.py"])

    done = run(["-c", RUN, "starter.ipynb"], desk)
    assert (done.returncode, done.stderr) == (0, "")
    assert run(["main.py"], other).returncode == 0
    assert (desk / "submission.csv").read_bytes() == (other / "submission.csv").read_bytes()


def test_without_files_and_token_a_notebook_says_where_the_files_are(
    edition: Edition, browse: Browse, tmp_path: Path
) -> None:
    (tmp_path / "starter.ipynb").write_bytes(browse().raw(ADDRESS).content)
    done = run(["-c", RUN, "starter.ipynb"], tmp_path)
    assert done.returncode == 1
    said = (
        "Unpack the zip of http://testserver/challenges/iris-new-meadow/data/ into the folder data, or set JUDGE_TOKEN"
    )
    assert said in done.stderr


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_notebook_fetches_the_files_and_hands_in_with_a_token(
    live_server: Any, edition: Edition, ada: User, tmp_path: Path
) -> None:
    _, token = AuthToken.objects.create(ada)
    notebook = httpx.get(f"{live_server.url}{ADDRESS}", trust_env=False).text
    path = tmp_path / "starter.ipynb"
    path.write_text(notebook)
    first = run(["-c", RUN, "starter.ipynb"], tmp_path, JUDGE_TOKEN=token)
    assert (first.returncode, first.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == [
        "sample_submission.csv",
        "test.csv",
        "train.csv",
    ]
    assert Submission.objects.count() == 0  # HAND_IN = False

    path.write_text(notebook.replace("HAND_IN = False", "HAND_IN = True"))
    second = run(["-c", RUN, "starter.ipynb"], tmp_path, JUDGE_TOKEN=token)
    submission = Submission.objects.get()
    assert (second.returncode, second.stderr) == (0, "")
    assert (
        f"Submission {submission.pk} is in: {live_server.url}/challenges/iris-new-meadow/submissions/" in second.stdout
    )
    assert (submission.user, submission.file_name, submission.verdict) == (ada, "submission.csv", None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_notebook_shows_why_a_file_was_refused(
    live_server: Any, edition: Edition, ada: User, tmp_path: Path, iris_paper: Minted
) -> None:
    _, token = AuthToken.objects.create(ada)
    notebook = httpx.get(f"{live_server.url}{ADDRESS}", trust_env=False).text.replace(
        "HAND_IN = False", "HAND_IN = True"
    )
    notebook = notebook.replace("model.predict(test[MEASUREMENTS])", "'daisy'")
    (tmp_path / "starter.ipynb").write_text(notebook)
    shutil.copytree(iris_paper.public, tmp_path / "data")
    done = run(["-c", RUN, "starter.ipynb"], tmp_path, JUDGE_TOKEN=token)
    assert (done.returncode, done.stderr) == (0, "")
    assert "daisy" in done.stdout
    assert Submission.objects.get().verdict == "rejected"
