"""Mints the catalogue with one process a core; what is minted already is only looked at."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import django
from django.conf import settings

from challenges.loader import load
from judge import editions
from judge.models import Edition
from judge.models.edition import OPEN

Say = Callable[[str], None]


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
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        running = {pool.submit(_mint, slug): slug for slug in new}
        for done, finished in enumerate(as_completed(running), start=1):
            say(f"  {done:2}/{len(new)}  {running[finished]}  {finished.result():.1f} s")


def _is_live(slug: str) -> bool:
    version = load(slug).spec.version
    live = Edition.objects.filter(slug=slug, name=OPEN, retired_at=None)
    return live.filter(version=version, size=settings.CHALLENGE_SIZE).exists()


def _mint(slug: str) -> float:
    started = time.perf_counter()
    editions.mint(slug)
    return time.perf_counter() - started
