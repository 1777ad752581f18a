"""What a minting process runs; apart, because nothing here may import a model before Django is set up."""

from __future__ import annotations

import os
import signal
import time

import django


def prepare() -> None:
    """Set a fresh process up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demo, which then ends this process
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")  # there is a process for every core already
    django.setup()


def mint(slug: str) -> tuple[str, float]:
    """Mint one challenge and return its slug with the seconds it took."""
    from judge import editions

    started = time.perf_counter()
    editions.mint(slug)
    return slug, time.perf_counter() - started
