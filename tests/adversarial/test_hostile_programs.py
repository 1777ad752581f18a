"""Every hostile program on every real backend: it is held or stopped, and the next honest program is served."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import backends
from sandbox.contract import Limits, Outcome, RunSpec, Sandbox
from sandbox.docker import DockerSandbox
from tests.adversarial.programs import PROGRAMS, Hostile

HONEST = "import os\nopen(os.environ['OUTPUT_DIR'] + '/answer.txt', 'w').write('42')\n"


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ]
)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    loaded = backends.load(request.param)
    yield loaded
    if isinstance(loaded, DockerSandbox):
        loaded.close()


@pytest.fixture
def truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What must never be found: a file beside the learner's, and a word in the judge's environment."""
    monkeypatch.setenv("ADVERSARIAL_MARK", "1")
    path = tmp_path / "hidden-truth.csv"
    path.write_text("THE-HIDDEN-TRUTH")
    return path


@pytest.mark.parametrize("hostile", PROGRAMS, ids=lambda hostile: f"{hostile.family}-{hostile.name}")
def test_a_hostile_program_is_held_and_the_next_honest_one_is_served(
    sandbox: Sandbox, hostile: Hostile, truth: Path, tmp_path: Path
) -> None:
    work = tmp_path / "work"
    work.mkdir()
    (work / "main.py").write_text(hostile.source())
    for name in ("sitecustomize.py", "usercustomize.py", "boot.py", "guard.py", "report.py"):
        (work / name).write_text("import sys; sys.modules['shadow'] = sys\n")
    result = sandbox.run(RunSpec(work=work, entry="main.py", limits=hostile.limits, banned_imports=hostile.banned))

    story = f"{result.outcome} {result.notes} {result.stdout_tail[-500:]!r} {result.stderr_tail[-1500:]!r}"
    assert result.outcome in hostile.ends, story
    assert hostile.printed is None or result.stdout_tail == hostile.printed, story
    assert truth.read_text() not in result.stdout_tail + result.stderr_tail
    assert result.error is None or (len(result.error.message) <= 200 and "\x1b" not in result.error.message)
    assert result.usage.wall_s < hostile.limits.wall_s + 5
    _serves_an_honest_program(sandbox, tmp_path)


def _serves_an_honest_program(sandbox: Sandbox, folder: Path) -> None:
    work = folder / "honest"
    work.mkdir()
    (work / "main.py").write_text(HONEST)
    result = sandbox.run(RunSpec(work=work, entry="main.py", limits=Limits(wall_s=30.0)))
    assert (result.outcome, dict(result.outputs)) == (Outcome.FINISHED, {"answer.txt": b"42"})


def test_there_are_programs_of_every_family() -> None:
    families = {hostile.family for hostile in PROGRAMS}
    assert families == {"network", "files", "processes", "resources", "privileges", "cheating"}
    assert len({hostile.name for hostile in PROGRAMS}) == len(PROGRAMS)
    assert os.path.sep not in "".join(hostile.name for hostile in PROGRAMS)
