"""Job folders and their leases."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sandbox import staging
from sandbox.errors import SandboxUnavailable
from sandbox.staging import JobFolder


def test_a_job_is_no_orphan_as_long_as_its_owner_lives(tmp_path: Path) -> None:
    folder = JobFolder(tmp_path)
    assert list(staging.orphans(tmp_path)) == []
    folder.remove()
    assert list(tmp_path.iterdir()) == []


def test_the_job_of_a_killed_worker_is_an_orphan(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path; from sandbox.staging import JobFolder\n"
        "folder = JobFolder(Path(sys.argv[1])); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    project = str(Path(__file__).resolve().parents[2])
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=project, check=False)
    assert done.returncode == -9
    (orphan,) = staging.orphans(tmp_path)
    staging.discard(orphan)
    assert list(tmp_path.iterdir()) == []


def test_links_of_a_learner_are_not_staged(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "sub").mkdir(parents=True)
    (source / "main.py").write_text("pass")
    (source / "sub" / "deep.txt").write_text("deep")
    (source / "passwd").symlink_to("/etc/passwd")
    (source / "up").symlink_to(tmp_path)
    os.mkfifo(source / "pipe")
    folder = JobFolder(tmp_path)
    work = folder.stage_work(source)
    assert sorted(str(path.relative_to(work)) for path in work.rglob("*")) == ["main.py", "sub", "sub/deep.txt"]
    folder.remove()


def test_staged_files_can_be_read_by_everybody_and_written_by_nobody_else(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir(mode=0o700)
    (source / "main.py").touch(mode=0o600)
    folder = JobFolder(tmp_path)
    work = folder.stage_work(source)
    assert (work.stat().st_mode & 0o777, (work / "main.py").stat().st_mode & 0o777) == (0o755, 0o644)
    folder.remove()


def test_data_that_everybody_may_read_stay_where_they_are(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "open.csv").touch(mode=0o644)
    (data / "private.csv").touch(mode=0o600)
    folder = JobFolder(tmp_path)
    sources = {item.target: item.source for item in folder.stage_data((data,))}
    assert sources["/data/open.csv"] == (data / "open.csv").resolve()
    assert sources["/data/private.csv"].is_relative_to(folder.path)
    folder.remove()


def test_several_data_folders_lie_together_and_must_not_collide(tmp_path: Path) -> None:
    for name, file in (("one", "a.csv"), ("two", "b.csv"), ("three", "a.csv")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).touch()
    folder = JobFolder(tmp_path)
    mounted = folder.stage_data((tmp_path / "one", tmp_path / "two"))
    assert [item.target for item in mounted] == ["/data/a.csv", "/data/b.csv"]
    with pytest.raises(SandboxUnavailable, match=r"a\.csv"):
        folder.stage_data((tmp_path / "one", tmp_path / "three"))
    folder.remove()


def test_a_staging_folder_that_cannot_be_made_is_our_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("JUDGE_STAGING_DIR", str(tmp_path / "file" / "staging"))
    with pytest.raises(SandboxUnavailable, match="staging folder"):
        staging.staging_root()
