"""Mints the catalogue with one process a core; what is minted already is only looked at."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context

import django
from django.conf import settings

from challenges.loader import load
from judge import editions
from judge.models import Edition
from judge.models.edition import OPEN

Say = Callable[[str], None]

LONGEST_MINT_S = 900.0
"""A pool does not notice that one of its processes was killed; then this ends the wait."""


def mint_all(slugs: Sequence[str], *, processes: int, say: Say) -> None:
    """Mint every challenge that has no live edition of its version and size, a line for each one as it is done."""
    new = [slug for slug in slugs if not _is_live(slug)]
    for slug in sorted(set(slugs) - set(new)):
        editions.mint(slug)  # brings lost files back
    if not new:
        say(f"All {len(slugs)} challenges are minted already.")
        return
    say(f"Minting {len(new)} challenges, size {settings.CHALLENGE_SIZE}, {processes} at a time ...")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the processes share the cores already
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with get_context("spawn").Pool(processes, initializer=_prepare) as pool:  # leaving it ends the processes
        finished = pool.imap_unordered(_mint, new)
        for done in range(1, len(new) + 1):
            slug, seconds = finished.next(timeout=LONGEST_MINT_S)
            say(f"  {done:2}/{len(new)}  {slug}  {seconds:.1f} s")


def _is_live(slug: str) -> bool:
    version = load(slug).spec.version
    live = Edition.objects.filter(slug=slug, name=OPEN, retired_at=None)
    return live.filter(version=version, size=settings.CHALLENGE_SIZE).exists()


def _prepare() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demo, which then ends this process
    django.setup()


def _mint(slug: str) -> tuple[str, float]:
    started = time.perf_counter()
    editions.mint(slug)
    return slug, time.perf_counter() - started
