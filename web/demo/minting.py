"""Mints the catalogue with one process a core; what is minted already is only looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import active_children, get_context

from django.conf import settings

from challenges.loader import load
from judge import editions
from judge.models import Edition
from judge.models.edition import OPEN
from web.demo import minting_process

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
    with ProcessPoolExecutor(processes, get_context("spawn"), minting_process.prepare) as pool:
        running = [pool.submit(minting_process.mint, slug) for slug in new]
        try:
            for done, finished in enumerate(as_completed(running), start=1):
                slug, seconds = finished.result()
                say(f"  {done:2}/{len(new)}  {slug}  {seconds:.1f} s")
        except BaseException:  # Ctrl-C, or a challenge that cannot be minted: nobody waits for the others
            pool.shutdown(wait=False, cancel_futures=True)
            for process in active_children():
                process.terminate()
            raise


def _is_live(slug: str) -> bool:
    version = load(slug).spec.version
    live = Edition.objects.filter(slug=slug, name=OPEN, retired_at=None)
    return live.filter(version=version, size=settings.CHALLENGE_SIZE).exists()
