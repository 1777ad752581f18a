"""Three acts for the referee (toolkit, finished tests, live tests), and others with their truth for practice.

A live test is one call that asks for one day after another and ends in `ship` or `stop`.
"""

from __future__ import annotations

from collections.abc import Mapping

from numpy.random import Generator

from challenges.catalog.ab_test_analyzer import lives, readouts, several, toolkit
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case
from challenges.worlds.funclib.papers import drawn_paper

TRACKS: Mapping[str, float] = {
    toolkit.TRACK: 0.25, readouts.TRACK: 0.275, several.TRACK: 0.075, lives.TRACK: 0.4,
}  # fmt: skip
ROUNDS = {Size.SMALL: 1, Size.FULL: 3}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return practice cases for learners and the hidden ones for the referee."""
    return drawn_paper(streams, _drawn, rounds=ROUNDS[size])


def _drawn(rng: Generator) -> list[Case]:
    return [case for act in (toolkit, readouts, several, lives) for case in act.cases(rng)]
