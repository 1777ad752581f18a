"""Hidden calls, data sets and landscapes for the referee, and others with their answers for practice.

All of it is asked of one solution.py, in six tracks.
"""

from __future__ import annotations

from numpy.random import Generator

from challenges.catalog.topic_ml_fundamentals import losses, optimisers, problems
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case
from challenges.worlds.funclib.papers import drawn_paper

TRACKS = {
    losses.LOSSES: 0.14,
    losses.PENALTIES: 0.12,
    optimisers.OPTIMISERS: 0.14,
    optimisers.JUDGEMENT: 0.10,
    problems.RISK: 0.35,
    problems.DESCENT: 0.15,
}
ROUNDS = {Size.SMALL: 1, Size.FULL: 3}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return practice cases for learners and the hidden ones for the referee."""
    return drawn_paper(streams, _drawn, rounds=ROUNDS[size])


def _drawn(rng: Generator) -> list[Case]:
    makers = (losses.cases, optimisers.cases, problems.risks, problems.descents)
    return [case for cases in makers for case in cases(rng)]
