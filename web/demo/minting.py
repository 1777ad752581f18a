"""Mints the catalogue with one process a core; what is minted already is only looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from multiprocessing import get_context

from django.conf import settings

from challenges.loader import load
from judge import editions
from judge.models import Edition
from judge.models.edition import OPEN
from web.demo import minting_process

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
    # Leaving the pool ends its processes.
    with get_context("spawn").Pool(processes, initializer=minting_process.prepare) as pool:
        finished = pool.imap_unordered(minting_process.mint, new)
        for done in range(1, len(new) + 1):
            slug, seconds = finished.next(timeout=LONGEST_MINT_S)
            say(f"  {done:2}/{len(new)}  {slug}  {seconds:.1f} s")


def _is_live(slug: str) -> bool:
    version = load(slug).spec.version
    live = Edition.objects.filter(slug=slug, name=OPEN, retired_at=None)
    return live.filter(version=version, size=settings.CHALLENGE_SIZE).exists()
