"""Real parts: where one is missing a marked test skips, unless JUDGE_REQUIRE_ALL=1 makes that a failure."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

import pytest


def _docker() -> str | None:
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
    missing = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


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
