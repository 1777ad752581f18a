"""Cases of thirty-seven small jobs: some to practise with, the hidden ones for the referee."""

from __future__ import annotations

from itertools import islice

from challenges.catalog.topic_programming.jobs import JOBS
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case
from challenges.worlds.funclib.papers import paper

ROUNDS = {Size.SMALL: 1, Size.FULL: 3}
"""How often every kind of case is drawn anew."""

PRACTICE_KINDS = 3
"""Of each job the first kinds are shown with answers: the plain ones. Thinking of the others is part of the task."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the practice cases and the referee's hidden ones."""
    hidden = [case for name in JOBS for k in range(ROUNDS[size]) for case in _cases(streams, "hidden", name, k)]
    practice = [case for name in JOBS for case in islice(_cases(streams, "practice", name, 0), PRACTICE_KINDS)]
    return paper(streams, practice=practice, hidden=hidden)


def _cases(streams: Streams, part: str, name: str, k: int) -> list[Case]:
    track, maker = JOBS[name]
    asked = maker(streams(f"{part}/{name}", k))
    return [Case(function=name, kind=one.kind, steps=one.steps, track=track, limit_s=one.limit_s) for one in asked]
