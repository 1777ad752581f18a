"""Hidden calls and valleys for the referee, and others with their answers for practice.

Truth comes from the rules of calculus (expressions.py) and from closed forms.
"""

from __future__ import annotations

from numpy.random import Generator

from challenges.catalog.topic_calculus import areas, roots, slopes, valleys
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case
from challenges.worlds.funclib.papers import drawn_paper

TRACKS = {slopes.TRACK: 0.4, areas.TRACK: 0.25, roots.TRACK: 0.15, valleys.TRACK: 0.2}
ROUNDS = {Size.SMALL: 1, Size.FULL: 3}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return practice cases for learners and the hidden ones for the referee."""
    return drawn_paper(streams, _drawn, rounds=ROUNDS[size])


def _drawn(rng: Generator) -> list[Case]:
    return [case for track in (slopes, areas, roots, valleys) for case in track.cases(rng)]
