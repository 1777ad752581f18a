from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from sandbox import backends
from sandbox.contract import Sandbox
from tests.adversarial.bait import SECRET, Bait, kept_folders

BACKENDS = [
    pytest.param("docker", marks=pytest.mark.docker),
    pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    pytest.param("warm", marks=pytest.mark.bubblewrap),
]

REMOVED_WITHIN_S = 10.0


@pytest.fixture(scope="session")
def bait() -> Iterator[Bait]:
    """What a program that gets out would find; laid out before any backend starts, so that one may inherit it."""
    with pytest.MonkeyPatch.context() as patch, Bait() as bait:
        patch.setenv("ADVERSARIAL_MARK", SECRET)
        yield bait


@pytest.fixture(params=BACKENDS, scope="session")
def sandbox(request: pytest.FixtureRequest, bait: Bait) -> Iterator[Sandbox]:
    """One backend for all programs: what one of them spoils, the next ones meet."""
    loaded = backends.load(request.param)
    yield loaded
    getattr(loaded, "close", lambda: None)()
    deadline = time.monotonic() + REMOVED_WITHIN_S
    while kept_folders(bait.tokens) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert kept_folders(bait.tokens) == [], "job folders outlived their backend"
