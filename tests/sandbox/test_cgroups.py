"""The control groups of workers that share a host."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import cgroups
from sandbox.contract import Limits

pytestmark = pytest.mark.bubblewrap


@pytest.fixture(autouse=True)
def groups_can_be_made(tmp_path: Path) -> None:
    if cgroups.find(tmp_path) is None:
        pytest.skip("control groups cannot be made by this user")


def test_a_sweep_leaves_the_groups_of_a_worker_with_another_staging_folder_alone(tmp_path: Path) -> None:
    ours, theirs = cgroups.find(tmp_path / "ours"), cgroups.find(tmp_path / "theirs")
    assert ours is not None
    assert theirs is not None
    running = cgroups.Group(theirs, "job-running", Limits())
    orphan = cgroups.Group(ours, "job-orphan", Limits())
    try:
        assert cgroups.sweep(ours, set()) == 1
        assert [Path(entrance).exists() for entrance in running.entrances()] == [True] * len(running.entrances())
        assert not any(Path(entrance).exists() for entrance in orphan.entrances())
    finally:
        running.remove()


def test_a_sweep_leaves_living_jobs_alone(tmp_path: Path) -> None:
    hierarchy = cgroups.find(tmp_path)
    assert hierarchy is not None
    group = cgroups.Group(hierarchy, "job-living", Limits())
    try:
        assert cgroups.sweep(hierarchy, {"job-living"}) == 0
        assert all(Path(entrance).exists() for entrance in group.entrances())
    finally:
        group.remove()
