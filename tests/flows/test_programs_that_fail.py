"""Every way in which a learner's program can fail ends in the verdict of its cause, in a real sandbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.storage import FileSystemStorage

from challenges import loader
from challenges.loader import Challenge
from challenges.spec import PerSize
from judge import editions, intake, signs_of_life, tasks
from judge.models import Edition, Submission
from judge.verdicts import Verdict
from sandbox import backends

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LIMIT_S = 6.0


@pytest.fixture(params=[pytest.param("bubblewrap", marks=pytest.mark.bubblewrap)])
def sandbox(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    chosen, _ = backends.choose(request.param)
    monkeypatch.setattr(signs_of_life, "sandbox_here", lambda: (chosen, ""))
    return str(request.param)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.EDITIONS_DIR = tmp_path / "editions"
    settings.MINT_SECRET = b"a secret that only these tests know"
    monkeypatch.setattr("judge.storage.default_storage", FileSystemStorage(location=tmp_path / "blobs"))
    return None


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every program a few seconds only, so that those that hang do not hang the tests."""
    original = loader.load

    def load(slug: str) -> Challenge:
        challenge = original(slug)
        assert challenge.spec.program is not None
        limits = {"wall_s": PerSize(small=LIMIT_S, full=LIMIT_S), "ready_s": 4.0, "memory_mb": 400}
        program = challenge.spec.program.model_copy(update=limits)
        return dataclasses.replace(challenge, spec=challenge.spec.model_copy(update={"program": program}))

    monkeypatch.setattr("judge.models.edition.load", load)


def hand_in(edition: Edition, name: str, program: str) -> Submission:
    user = User.objects.create_user("ada")
    submission = intake.submit(user, edition, intake.HandIn(file_name=name, data=dedent(program).encode()))
    tasks.work_off()
    submission.refresh_from_db()
    return submission


PROGRAMS = {
    "exits with 1": ("raise SystemExit(1)", Verdict.CRASHED, "exit code 1"),
    "hangs": ("while True:\n    pass", Verdict.TIMED_OUT, f"{LIMIT_S:g} seconds"),
    "sleeps": ("import time\ntime.sleep(1000)", Verdict.TIMED_OUT, f"{LIMIT_S:g} seconds"),
    "eats memory": (
        "hoard = []\nwhile True:\n    hoard.append(bytearray(10_000_000))",
        Verdict.OUT_OF_MEMORY,
        "400 MB",
    ),
    "prints for ever": ("while True:\n    print('x' * 1000)", Verdict.TIMED_OUT, f"{LIMIT_S:g} seconds"),
    "writes nothing": ("print('done')", Verdict.REJECTED, "labels.csv"),
    "writes a link": (
        "import os\nos.symlink('/etc/passwd', '/output/labels.csv')",
        Verdict.REJECTED,
        "symbolic link",
    ),
    "writes too much": (
        "with open('/output/labels.csv', 'wb') as f:\n    while True:\n        f.write(bytes(1_000_000))",
        Verdict.OUTPUT_TOO_LARGE,
        "MB",
    ),
    "writes rubbish": ("open('/output/labels.csv', 'w').write('\\0')", Verdict.REJECTED, "csv"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_fails_gets_the_verdict_of_its_cause(sandbox: str, hurried: None, name: str) -> None:
    program, verdict, word = PROGRAMS[name]
    submission = hand_in(editions.mint("iris-clustering"), "main.py", program)
    said = submission.sentence + str(submission.findings)
    assert (submission.verdict, word in said) == (verdict, True), said
    assert submission.log_tail == ""


def test_after_a_program_that_fails_the_next_honest_one_is_scored(sandbox: str) -> None:
    edition = editions.mint("iris-clustering")
    hand_in(edition, "main.py", "import os\nos.kill(-1, 9)")
    user = User.objects.create_user("bob")
    baseline = edition.challenge.packed("baseline")
    submission = intake.submit(user, edition, intake.HandIn(file_name="baseline.zip", data=baseline))
    tasks.work_off()
    submission.refresh_from_db()
    assert submission.verdict == Verdict.SCORED, submission.findings


TALK = """
    import json, sys, time
    def answer(**fields):
        print(json.dumps(fields), flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        if message["type"] == "hello":
            answer(type="ready", seq=message["seq"])
        elif message["type"] == "ping":
            answer(type="pong", seq=message["seq"])
        elif message["type"] == "bye":
            break
        else:
            {on_move}
"""

CONVERSATIONS: dict[str, tuple[str, Verdict, Callable[[str], bool]]] = {
    "speaks garbage": ("print('hello, referee')", Verdict.ILLEGAL_MOVE, lambda said: "JSON" in said),
    "is silent from the start": ("import time\ntime.sleep(100)", Verdict.TIMED_OUT, lambda said: "hello" in said),
    "leaves at once": ("raise SystemExit(0)", Verdict.CRASHED, lambda said: "ended" in said),
    "leaves in the middle": (TALK.format(on_move="break"), Verdict.CRASHED, lambda said: "ended" in said),
    "answers another question": (
        TALK.format(on_move="answer(seq=-1, col=0)"),
        Verdict.ILLEGAL_MOVE,
        lambda said: "seq" in said,
    ),
    "fails with an exception": (
        TALK.format(on_move="1 / 0"),
        Verdict.CRASHED,
        lambda said: "ZeroDivisionError" in said,
    ),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_a_conversation_that_breaks_gets_the_verdict_of_its_cause(sandbox: str, hurried: None, name: str) -> None:
    program, verdict, says = CONVERSATIONS[name]
    submission = hand_in(editions.mint("connect-x-league"), "main.py", program)
    said = submission.sentence + str(submission.findings)
    assert (submission.verdict, says(said)) == (verdict, True), said


def test_an_illegal_move_loses_its_game_and_the_league_goes_on(sandbox: str) -> None:
    program = TALK.format(on_move="'seq' in message and answer(seq=message['seq'], col=99)")
    submission = hand_in(editions.mint("connect-x-league"), "main.py", program)
    assert submission.verdict == Verdict.SCORED, submission.findings
    assert submission.public_secondary["win_rate"] == 0.0
