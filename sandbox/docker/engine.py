"""The engine: how it is reached, which images it has, whether it sees the same files as we do."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException, ImageNotFound
from requests.exceptions import RequestException

from sandbox.errors import ImageMissing, SandboxUnavailable

TIMEOUT_S = 60.0
PYTHON_LABEL = "judge.sandbox.python"
STOCK_IMAGES = {"cpu": "judge-sandbox-cpu:local", "gpu": "judge-sandbox-gpu:local"}


@dataclass(frozen=True, kw_only=True)
class Image:
    """A stock image as the engine has it."""

    id: str
    digest: str
    python: str


class Engine:
    """The connection to one engine; made on first use."""

    def __init__(self, images: Mapping[str, str] | None = None) -> None:
        self._images = images or {
            name: os.environ.get(f"JUDGE_SANDBOX_IMAGE_{name.upper()}", tag) for name, tag in STOCK_IMAGES.items()
        }
        self._client: docker.DockerClient | None = None
        self._owner = 0
        self._lock = threading.Lock()

    @property
    def client(self) -> docker.DockerClient:
        """The client of this process; a forked worker must not talk over its parent's connections."""
        with self._lock:
            if self._client is None or self._owner != os.getpid():
                _check_socket()
                try:
                    self._client = docker.from_env(timeout=int(TIMEOUT_S), max_pool_size=64)
                except DockerException as error:
                    raise SandboxUnavailable(f"no Docker engine answers ({error})") from error
                self._owner = os.getpid()
            return self._client

    @cached_property
    def same_host(self) -> bool:
        """Whether a path means the same to the engine and to us: its socket is local and its namespaces are ours."""
        return _engine_shares_our_mounts()

    @cached_property
    def has_gpu(self) -> bool:
        """Whether the operator named devices, or the engine knows NVIDIA's runtime."""
        return bool(os.environ.get("JUDGE_GPU_DEVICES")) or "nvidia" in self.client.info().get("Runtimes", {})

    def image(self, name: str) -> Image:
        """Return a stock image as the engine has it. Raises ImageMissing."""
        tag = self._images.get(name)
        if tag is None:
            raise ImageMissing(f"no image is called {name!r}; known are {', '.join(sorted(self._images))}")
        try:
            facts: dict[str, Any] = self.client.images.get(tag).attrs
        except ImageNotFound:
            raise ImageMissing(
                f"the image {tag} is not on this engine: python -m sandbox.images.build {name}"
            ) from None
        python = (facts["Config"].get("Labels") or {}).get(PYTHON_LABEL)
        if not python:
            raise ImageMissing(f"the image {tag} is none of ours: it has no label {PYTHON_LABEL}")
        return Image(id=facts["Id"], digest=(facts.get("RepoDigests") or [facts["Id"]])[0], python=python)

    def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None and self._owner == os.getpid():
            self._client.close()
            self._client = None


@contextlib.contextmanager
def our_failure() -> Iterator[None]:
    """Whatever goes wrong with the engine is our failure and never the learner's."""
    try:
        yield
    except ImageNotFound as error:
        raise ImageMissing(str(error)) from error
    except (DockerException, RequestException) as error:
        raise SandboxUnavailable(f"the Docker engine failed: {error}") from error


def _engine_url() -> str:
    return os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"


def _check_socket() -> None:
    """Fail at once, and with a plain reason, where there is no socket of an engine."""
    url = _engine_url()
    if url.startswith("unix://"):
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(url.removeprefix("unix://"))
            except OSError as error:
                reason = (
                    f"no Docker engine answers at {url} ({error.strerror}); install and start one, or set DOCKER_HOST"
                )
                raise SandboxUnavailable(reason) from error


def _engine_shares_our_mounts() -> bool:
    url = _engine_url()
    if not url.startswith("unix://"):
        return False
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(url.removeprefix("unix://"))
        credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        number = int.from_bytes(credentials[:4], "little")
        return number > 0 and all(
            Path(f"/proc/{number}/ns/{kind}").readlink() == Path(f"/proc/self/ns/{kind}").readlink()
            for kind in ("mnt", "pid")
        )
    return False
