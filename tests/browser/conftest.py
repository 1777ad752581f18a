"""The site as a learner meets it: a real server, a real worker, a real Chromium."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.reader import Reader
from tests.browser.served import PATIENCE_S, ROOT, Site, await_answer, running

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 900}, "locale": "en-US"}

PLAYED = """
import sys
import django
django.setup()
import numpy as np, orjson
from django.contrib.auth.models import User
from challenges.referee import Dialogue, InProcess
from challenges.scoring import Score, Scores, SplitScores
from challenges.spec import Size
from judge import bookkeeping, catalogue, editions, intake
from judge.intake import HandIn
from judge.reports import Report
from judge.verdicts import Verdict

slug, name = sys.argv[1:]
edition = catalogue.find(slug)
episodes = dict(editions.minted(edition).episodes())
if slug == "connect-x-league":
    league = orjson.loads(episodes["league.json"])
    league["games"] = [game for game in league["games"] if game["bot"] in ("random", "one-ply")]
    episodes["league.json"] = orjson.dumps(league)
referee = edition.challenge.referee
with Dialogue(InProcess(referee.floor_player(episodes)), bank_s=600) as dialogue:
    session = referee.hold(dialogue, episodes, Size.SMALL)
data = edition.challenge.packed("baseline")
made = intake.submit(User.objects.get(username=name), edition, HandIn(file_name="program.zip", data=data))
lease = bookkeeping.claim(made.pk, worker="test")
split = SplitScores(primary=Score(value=0.5, standard_error=0.1), secondary={}, rows=10, spread=np.zeros(0))
scores = Scores(public=split, private=split)
bookkeeping.record(lease, Report(verdict=Verdict.SCORED, scores=scores, replay=dict(session.replay)))
print(made.pk)
"""
"""The challenge's own referee holds the conversation with its player without skill, and the result is recorded."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A fresh deployment with the iris challenge, served by gunicorn; no worker runs until a test starts one."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("JUDGE_")}
    environment = {**own, "JUDGE_DATA_DIR": str(folder / "var"), "JUDGE_SANDBOX": "none"}
    site = Site(f"http://127.0.0.1:{port}", environment, folder)
    site.manage("migrate", "-v0")
    site.manage("mint", "iris-new-meadow")
    serve = ["-m", "gunicorn", "web.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8", "--no-control-socket"]
    with running(serve, environment, folder / "web.log"):
        await_answer(site.address)
        yield site


@pytest.fixture
def empty_queue(site: Site) -> None:
    """Nobody waits: what other tests left in the queue is gone."""
    waiting = "Submission.objects.exclude(state='done')"
    site.manage("shell", "-v0", "-c", f"from judge.models import Submission; {waiting}.delete()")


@pytest.fixture(autouse=True)
def empty_board(site: Site) -> None:
    """Nobody stands on a board: whoever comes next is among the first, whichever tests ran on this site before."""
    with closing(sqlite3.connect(site.data / "judge.sqlite3", timeout=PATIENCE_S)) as database, database:
        database.execute("DELETE FROM judge_standing")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, for one file of tests.

    Not for the session: as long as Playwright runs, an event loop does in this thread, and Django's models refuse to
    work beside one.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def open_browser(site: Site, chromium: Browser) -> Iterator[Callable[..., Reader]]:
    """Open a browser for somebody new, with Playwright's options of a context.

    The test fails when a browser's console says anything that the test did not excuse: an error of a script, a breach
    of the Content-Security-Policy, a file that is not there.
    """
    readers: list[Reader] = []

    def make(**options: Any) -> Reader:
        readers.append(Reader(chromium.new_context(**{"base_url": site.address, **DESK, **options}), site))
        return readers[-1]

    yield make
    complaints = [(number, line) for number, reader in enumerate(readers) for line in reader.unexcused]
    for reader in readers:
        reader.context.close()
    assert complaints == []


@pytest.fixture
def reader(open_browser: Callable[..., Reader]) -> Reader:
    return open_browser()


@pytest.fixture
def sample(site: Site) -> Path:
    """An answer that fits."""
    return next(site.data.glob("editions/iris-new-meadow/*/public/sample_submission.csv"))


@pytest.fixture
def played(site: Site) -> Callable[[str, str], int]:
    """Mint a challenge and record a submission of somebody, replay and all."""

    def make(slug: str, name: str) -> int:
        environment = {**site.environment, "DJANGO_SETTINGS_MODULE": "web.settings", "PYTHONPATH": str(ROOT)}
        for command in (["manage.py", "mint", slug], ["-c", PLAYED, slug, name]):
            done = subprocess.run(
                [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stderr
        return int(done.stdout.split()[-1])

    return make
