from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.contract import Sandbox
from sandbox.docker import DockerSandbox
from sandbox.warm import WarmSandbox


@pytest.fixture(
    params=[
        pytest.param("docker", marks=pytest.mark.docker),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
        pytest.param("warm", marks=pytest.mark.bubblewrap),
    ],
    scope="session",
)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    from sandbox import backends

    loaded = backends.load(request.param)
    yield loaded
    if isinstance(loaded, (DockerSandbox, WarmSandbox)):
        loaded.close()


@pytest.fixture
def staging_root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "staging"
    root.mkdir(mode=0o711)
    # The folders of pytest are closed to other users, and the sandbox's user has to pass.
    for folder in (root, *root.parents):
        if folder.stat().st_uid == root.stat().st_uid and str(folder).startswith("/tmp/"):
            folder.chmod(0o711)
    yield root
