"""Sees to it that a Docker engine, where there is one, has the image in which programs run."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

BUILD_TIMEOUT_S = 240.0
ENGINE_TIMEOUT_S = 10.0


class ImageBuild:
    """A build that goes on beside the minting; where the image is up to date it ends at once.

    A build that fails stops nothing: the workers then take the next best sandbox, or say what to install.
    """

    def __init__(self, log: Path) -> None:
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        if settings.SANDBOX in ("auto", "docker") and _engine_answers():
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("wb") as file:
                command = [sys.executable, "-m", "sandbox.images.build", "cpu"]
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)  # noqa: S603

    def finish(self, say: Callable[[str], None]) -> None:
        """Wait for the end of the build."""
        if self._process is None:
            return
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            say("Building the image for programs ...")
            try:
                status = self._process.wait(timeout=BUILD_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                status = self._process.wait()
        if status != 0:
            say(f"The image for programs could not be built; see {self._log}.")


def _engine_answers() -> bool:
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        asked = subprocess.run([docker, "version"], capture_output=True, timeout=ENGINE_TIMEOUT_S)  # noqa: S603
    except subprocess.TimeoutExpired:
        return False
    return asked.returncode == 0
