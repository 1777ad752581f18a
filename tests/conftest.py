"""Real parts, and a deployment with one small challenge.

Where a real part is missing a marked test skips, unless JUDGE_REQUIRE_ALL=1 makes that a failure.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import shutil
import socket
import subprocess
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache as throttles
from django.core.files.storage import FileSystemStorage
from django.db import connections

from challenges.anchors import in_process_anchors
from challenges.loader import load
from challenges.minting import Minted, write
from challenges.spec import Size
from judge.models import Edition

# Containers that are started ahead are for the tests that ask for them; elsewhere they would only take processors.
os.environ.setdefault("JUDGE_POOL_MB", "0")

IRIS = "iris-new-meadow"
SECRET = b"a secret that only these tests know"


def _docker() -> str | None:
    with warnings.catch_warnings():
        # Where no engine listens, the SDK leaves its socket to the collector, which blames the test that runs then.
        warnings.simplefilter("ignore", ResourceWarning)
        missing = _docker_answer()
        gc.collect()
    return missing


def _docker_answer() -> str | None:
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=5)
        client.ping()
        client.close()
    except DockerException as error:
        return f"no Docker engine answers ({error})"
    return None


def _bubblewrap() -> str | None:
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return "bubblewrap is not installed"
    done = subprocess.run([bwrap, "--unshare-all", "--ro-bind", "/", "/", "true"], capture_output=True, text=True)
    return None if done.returncode == 0 else f"bubblewrap cannot make namespaces ({done.stderr.strip()})"


def _listens(variable: str, default_port: int) -> str | None:
    url = os.environ.get(variable)
    if not url:
        return f"{variable} is not set"
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or default_port), timeout=2).close()
    except OSError as error:
        return f"nothing listens at {variable} ({error})"
    return None


def _browser() -> str | None:
    return None if shutil.which("chromium") else "Chromium is not installed"


PARTS: dict[str, Callable[[], str | None]] = {
    "docker": _docker,
    "bubblewrap": _bubblewrap,
    "postgres": lambda: _listens("JUDGE_TEST_POSTGRES_URL", 5432),
    "redis": lambda: _listens("JUDGE_TEST_REDIS_URL", 6379),
    "browser": _browser,
}


@cache
def missing(part: str) -> str | None:
    """Return why a real part cannot be used here, or None when it can."""
    return PARTS[part]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put the slowest files first, after all shuffling: no worker shall be left alone with one at the end."""
    yield
    items.sort(key=lambda item: not item.path.match("deployment/test_compose.py"))
    items.sort(key=lambda item: not item.path.match("sandbox/test_conformance.py"))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for part in PARTS:
        if item.get_closest_marker(part) is None:
            continue
        reason = missing(part)
        if reason is None:
            continue
        if os.environ.get("JUDGE_REQUIRE_ALL") == "1":
            pytest.fail(f"a real {part} is required: {reason}", pytrace=False)
        pytest.skip(reason)


def pytest_report_header() -> list[str]:
    return [f"real part {part}: {missing(part) or 'present'}" for part in PARTS]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep SQLite's test database in a file, as a deployment does.

    Django's default, one in memory that all threads share, knows no waiting for a lock: a thread that reads while
    another one writes fails at once.
    """
    settings = connections["default"].settings_dict
    if connections["default"].vendor == "sqlite":
        settings["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def iris_paper(tmp_path_factory: pytest.TempPathFactory) -> Minted:
    """The small edition of the smallest challenge, on disk."""
    dataset = load(IRIS).mint(SECRET, edition="open", size=Size.SMALL)
    return write(dataset, tmp_path_factory.mktemp("papers") / IRIS)


@pytest.fixture(scope="session")
def iris_anchors(iris_paper: Minted) -> dict[str, Any]:
    anchors = in_process_anchors(load(IRIS), iris_paper, Size.SMALL)
    return {name: dataclasses.asdict(score) for name, score in anchors.items()}


@pytest.fixture
def home(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A deployment's data folder, with empty throttles."""
    settings.EDITIONS_DIR = tmp_path / "editions"
    settings.MINT_SECRET = SECRET
    monkeypatch.setattr("judge.storage.default_storage", FileSystemStorage(location=tmp_path / "blobs"))
    throttles.clear()
    yield tmp_path
    throttles.clear()


@pytest.fixture
def edition(db: None, home: Path, iris_paper: Minted, iris_anchors: dict[str, Any]) -> Edition:
    """The live edition of iris-new-meadow, as judge.editions.mint would leave it."""
    folder = f"{IRIS}/v1-open-small"
    shutil.copytree(iris_paper.folder, home / "editions" / folder)
    return Edition.objects.create(
        slug=IRIS,
        name="open",
        version=1,
        size="small",
        digest=iris_paper.digest(),
        folder=folder,
        anchors=iris_anchors,
    )
