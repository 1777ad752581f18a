"""A deployment of its own in a scratch folder, for benchmarks that go through the whole judge."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def open_here(scratch: str, **settings: str) -> None:
    """Make this process the web side of a fresh deployment; call it once in a process."""
    os.environ |= {"JUDGE_DATA_DIR": scratch, "DJANGO_SETTINGS_MODULE": "web.settings", **settings}
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


@contextlib.contextmanager
def workers(count: int, *arguments: str) -> Iterator[None]:
    """Run so many worker processes of that deployment."""
    started = [
        subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "worker", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(count)
    ]
    try:
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(timeout=60)
