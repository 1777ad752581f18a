from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import backends
from sandbox.contract import Sandbox
from sandbox.docker import DockerSandbox
from sandbox.docker.pool import Pool
from sandbox.warm import WarmSandbox

BACKENDS: dict[str, Callable[[], Sandbox]] = {
    "docker": lambda: backends.load("docker"),
    # Every program in a container that was started before there was a program.
    "docker-pool": lambda: DockerSandbox(pool=Pool(memory_mb=400, from_the_first=True)),
    "bubblewrap": lambda: backends.load("bubblewrap"),
    "warm": lambda: backends.load("warm"),
}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.docker if name.startswith("docker") else pytest.mark.bubblewrap)
        for name in BACKENDS
    ],
    scope="session",
)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    made = BACKENDS[request.param]()
    yield made
    if isinstance(made, (DockerSandbox, WarmSandbox)):
        made.close()


@pytest.fixture
def staging_root(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "staging"
    root.mkdir(mode=0o711)
    # The folders of pytest are closed to other users, and the sandbox's user has to pass.
    for folder in (root, *root.parents):
        if folder.stat().st_uid == root.stat().st_uid and str(folder).startswith("/tmp/"):
            folder.chmod(0o711)
    yield root
