"""What is published of a challenge with functions to write, and what its referee keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from numpy.random import Generator

from challenges.minting import Dataset, Streams
from challenges.worlds.funclib.cases import Case, cases_bytes, split

PRACTICE_SHARE = 3
"""One practice case of a function in so many that are drawn for it."""


def drawn_paper(streams: Streams, draw: Callable[[Generator], Sequence[Case]], *, rounds: int) -> Dataset:
    """Return an edition of hidden cases drawn so many times, and of a share of as many again for practice."""
    hidden = [case for k in range(rounds) for case in draw(streams("cases", k))]
    by_function: dict[str, list[Case]] = {}
    for case in draw(streams("practice")):
        by_function.setdefault(case.function, []).append(case)
    shown = [case for own in by_function.values() for case in own[::PRACTICE_SHARE]]
    return paper(streams, practice=shown, hidden=hidden)


def paper(streams: Streams, *, practice: Sequence[Case], hidden: Sequence[Case]) -> Dataset:
    """Return an edition: the practice cases with their answers, the hidden ones shuffled and split."""
    return Dataset(
        public={"practice.json": cases_bytes(practice)},
        referee={"cases.json": cases_bytes(split(hidden, rng=streams("split")))},
    )
