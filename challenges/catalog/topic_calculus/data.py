"""Hidden calls and valleys for the referee, and others with their answers for practice.

Truth comes from the rules of calculus (expressions.py) and from closed forms.
"""

from __future__ import annotations

from numpy.random import Generator

from challenges.catalog.topic_calculus import areas, roots, slopes, valleys
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, cases_bytes, split

TRACKS = {slopes.TRACK: 0.4, areas.TRACK: 0.25, roots.TRACK: 0.15, valleys.TRACK: 0.2}
ROUNDS = {Size.SMALL: 1, Size.FULL: 3}
PRACTICE_SHARE = 3
"""One practice case in so many that are drawn for it."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return practice cases for learners and the hidden ones for the referee."""
    hidden = [case for k in range(ROUNDS[size]) for case in _drawn(streams("cases", k))]
    practice = _drawn(streams("practice"))
    by_function: dict[str, list[Case]] = {}
    for case in practice:
        by_function.setdefault(case.function, []).append(case)
    shown = [case for own in by_function.values() for case in own[::PRACTICE_SHARE]]
    return Dataset(
        public={"practice.json": cases_bytes(shown)},
        referee={"cases.json": cases_bytes(split(hidden, rng=streams("split")))},
    )


def _drawn(rng: Generator) -> list[Case]:
    return [case for track in (slopes, areas, roots, valleys) for case in track.cases(rng)]
