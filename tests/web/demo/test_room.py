"""The image for programs is built only where a Docker engine is, and a build that fails stops nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings

from web.demo.room import ImageBuild


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A docker command of which only `docker version` works."""
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text('#!/bin/sh\nif [ "$1" = version ]; then exit 0; fi\necho "no registry answers" >&2; exit 1\n')
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{docker.parent}:/usr/bin:/bin")
    return docker


def test_without_docker_nothing_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    said: list[str] = []
    ImageBuild(tmp_path / "logs" / "image.log").finish(said.append)
    assert (said, (tmp_path / "logs").exists()) == ([], False)


def test_a_sandbox_chosen_by_the_operator_needs_no_image(tmp_path: Path, engine: Path, settings: LazySettings) -> None:
    settings.SANDBOX = "bubblewrap"
    ImageBuild(tmp_path / "logs" / "image.log").finish(pytest.fail)
    assert not (tmp_path / "logs").exists()


def test_a_build_that_fails_is_told_with_the_place_of_its_log(
    tmp_path: Path, engine: Path, settings: LazySettings
) -> None:
    settings.SANDBOX = "auto"
    log = tmp_path / "logs" / "image.log"
    said: list[str] = []
    ImageBuild(log).finish(said.append)
    assert said[-1] == f"The image for programs could not be built; see {log}."
    assert "no registry answers" in log.read_text()
