"""Calls of twenty-four functions and mystery samples: some to practise with, the hidden ones for the referee."""

from __future__ import annotations

from itertools import islice

from numpy.random import Generator

from challenges.catalog.topic_statistics.makers import MAKERS, Maker
from challenges.catalog.topic_statistics.samples import FAMILIES, Z90, draw
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, call, holds
from challenges.worlds.funclib.papers import paper

ROUNDS = {Size.SMALL: 1, Size.FULL: 3}
SAMPLES_PER_FAMILY = {Size.SMALL: 9, Size.FULL: 30}
PRACTICE_KINDS = 3
PRACTICE_SAMPLES = 2


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the practice cases and the referee's hidden ones."""
    makers = [(track, maker) for track, several in MAKERS.items() for maker in several]
    hidden, practice = [], []
    for track, maker in makers:
        name = maker.__name__
        for k in range(ROUNDS[size]):
            hidden += _calls(track, maker, streams(f"hidden/{name}", k))
        practice += list(islice(_calls(track, maker, streams(f"practice/{name}")), PRACTICE_KINDS))
    for family in FAMILIES:
        hidden += [_claim(family, streams(f"hidden/{family}", k)) for k in range(SAMPLES_PER_FAMILY[size])]
        practice += [_claim(family, streams(f"practice/{family}", k)) for k in range(PRACTICE_SAMPLES)]
    return paper(streams, practice=practice, hidden=hidden)


def _calls(track: str, maker: Maker, rng: Generator) -> list[Case]:
    return [Case(function=maker.__name__, kind=asked.kind, steps=asked.steps, track=track) for asked in maker(rng)]


def _claim(family: str, rng: Generator) -> Case:
    mystery = draw(family, rng)
    half = Z90 * mystery.standard_error
    truth = {
        "family": family,
        "lo": mystery.mean - half,
        "hi": mystery.mean + half,
        "mean": mystery.mean,
        "standard_error": mystery.standard_error,
    }
    steps = (call("claim", mystery.values, mystery.trials, rule=holds("claim", truth)),)
    size = "a short sample" if len(mystery.values) < 50 else "a long sample"
    return Case(function="claim", kind=size, steps=steps, act="mystery", track="claims")
