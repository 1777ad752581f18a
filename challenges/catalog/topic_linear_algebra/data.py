"""Calls of twenty-six functions, torn tables and clouds: some to practise with, the hidden ones for the referee."""

from __future__ import annotations

from itertools import islice

from numpy.random import Generator

from challenges.catalog.topic_linear_algebra.makers import MAKERS, Maker
from challenges.catalog.topic_linear_algebra.torn import DIRECTIONS, cloud, table
from challenges.minting import Dataset, Streams
from challenges.spec import Size
from challenges.worlds.funclib.cases import Case, call, holds
from challenges.worlds.funclib.papers import paper

ROUNDS = {Size.SMALL: 1, Size.FULL: 3}
TORN = {Size.SMALL: 10, Size.FULL: 30}
"""Tables, and as many clouds."""

PRACTICE_KINDS = 3
PRACTICE_TORN = 2
RESTORE_S = 5.0


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the practice cases and the referee's hidden ones."""
    hidden, practice = [], []
    for track, makers in MAKERS.items():
        for maker in makers:
            name = maker.__name__
            for k in range(ROUNDS[size]):
                hidden += _calls(track, maker, streams(f"hidden/{name}", k))
            practice += list(islice(_calls(track, maker, streams(f"practice/{name}")), PRACTICE_KINDS))
    for k in range(TORN[size]):
        hidden += [_table(streams("hidden/table", k)), _cloud(streams("hidden/cloud", k))]
    for k in range(PRACTICE_TORN):
        practice += [_table(streams("practice/table", k)), _cloud(streams("practice/cloud", k))]
    return paper(streams, practice=practice, hidden=hidden)


def _calls(track: str, maker: Maker, rng: Generator) -> list[Case]:
    return [Case(function=maker.__name__, kind=asked.kind, steps=asked.steps, track=track) for asked in maker(rng)]


def _table(rng: Generator) -> Case:
    torn = table(rng)
    truth = [
        [right if had is None else had for right, had in zip(whole, given, strict=True)]
        for whole, given in zip(torn.whole, torn.rows, strict=True)
    ]
    step = call("fill", torn.rows, torn.most_rank, rule=holds("filled", truth))
    return Case(
        function="fill", kind="a torn table", steps=(step,), act="restore", track="restoring", limit_s=RESTORE_S
    )


def _cloud(rng: Generator) -> Case:
    drawn = cloud(rng)
    step = call("subspace", drawn.points, DIRECTIONS, rule=holds("plane", drawn.basis))
    return Case(function="subspace", kind="a cloud", steps=(step,), act="restore", track="restoring", limit_s=RESTORE_S)
