"""Which backend is taken."""

from __future__ import annotations

import pytest

from sandbox import backends, shelf
from sandbox.errors import SandboxUnavailable


def test_our_own_runner_can_never_be_chosen_for_learners() -> None:
    for name in ("trusted", "scripted"):
        with pytest.raises(SandboxUnavailable, match="no sandbox is called"):
            backends.choose(name)


def test_every_reason_is_told_when_nothing_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    monkeypatch.setenv("PATH", "/nowhere")
    from sandbox import bwrap

    bwrap.executable.cache_clear()
    try:
        with pytest.raises(SandboxUnavailable, match=r"docker: .*; warm: .*; bubblewrap: bubblewrap is not installed"):
            backends.choose()
    finally:
        bwrap.executable.cache_clear()


def test_the_shelf_holds_the_allowed_packages_and_what_they_need_and_nothing_of_ours() -> None:
    names = {item.name for item in shelf.items()}
    assert {"numpy", "pandas", "sklearn", "scipy", "joblib", "threadpoolctl.py", "PIL", "dateutil", "six.py"} <= names
    assert not names & {"django", "docker", "celery", "psycopg", "sandbox", "judge", "web", "requests", "pip", "pytest"}


def test_every_item_on_the_shelf_exists() -> None:
    assert [item.name for item in shelf.items() if not item.source.exists()] == []
