"""Every promise, on every real backend of this host."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from sandbox.conformance import PROMISES, Bench, Promise
from sandbox.contract import Sandbox

AS_SOMEBODY = ("setpriv", "--reuid", "10077", "--regid", "10077", "--clear-groups")


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_a_promise_is_kept(sandbox: Sandbox, promise: Promise, tmp_path: Path) -> None:
    promise(Bench(sandbox=sandbox, folder=tmp_path))


def test_nothing_is_refused_where_the_judge_is_root(sandbox: Sandbox) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can promise everything")
    assert sandbox.probe().refusals == ()


@pytest.mark.bubblewrap
@pytest.mark.slow
def test_an_ordinary_user_gets_every_promise_that_is_not_refused_by_name() -> None:
    if os.getuid() != 0:
        pytest.skip("the other tests already run as an ordinary user")
    project = Path(__file__).resolve().parents[2]
    python = next(path for path in (sys.executable, "/usr/bin/python3") if _others_can_run(path))
    done = subprocess.run(
        [*AS_SOMEBODY, python, "-m", "sandbox.conformance", "bubblewrap"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{project}:{sysconfig.get_path('purelib')}"},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()
    refused = {line.split()[1] for line in lines if line.startswith("refused")}
    assert [line for line in lines if line.startswith("BROKEN")] == []
    assert done.returncode == 0, done.stdout + done.stderr
    assert refused <= {"the_processor_share_is_capped", "memory_never_exceeds_its_limit"}
    assert len(lines) == len(PROMISES) + 1


def _others_can_run(path: str) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in Path(path).resolve().parents)


def test_refusals_are_names_of_promises() -> None:
    """What the two backends may refuse is written in their modules; a promise that is renamed must be found there."""
    known = {promise.__name__ for promise in PROMISES}
    assert {
        "the_processor_share_is_capped",
        "memory_never_exceeds_its_limit",
        "output_never_exceeds_its_limit",
    } <= known
    assert len(known) == len(PROMISES)
