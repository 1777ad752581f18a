"""Which rows of a board are statistically level.

Walking down the board, a row stays level with the leader of its group until the paired difference of the two is more
than chance explains; then it leads the next group. The j-th row below a leader is the j-th that is compared with
it, so that Holm's step-down demands p <= 0.05 / j: where the j - 1 rows between were level, the j-th p-value is the
only one that can fall below its bound, and the rows further down do not matter. A page of a board therefore needs the
leader of its first row's group, and nothing else of what lies above it.

Source: Holm 1979.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from challenges.uncertainty.differences import of_spreads

LEVEL = 0.05


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the walk needs of one row of a board."""

    score: float
    spread: NDArray[np.floating] | None
    """Values of the score under resamples that all rows share; None where it was not resampled."""


@dataclass(frozen=True, kw_only=True)
class Leader:
    """The row that opened a group of level rows."""

    rank: int
    entry: Entry


def leaders(entries: Sequence[Entry], *, first_rank: int = 1, above: Leader | None = None) -> list[Leader]:
    """Return the leader of each row's group; a row that leads its own is level with none above it.

    Parameters
    ----------
    entries : rows of a board in its order, best first.
    first_rank : rank of the first of them.
    above : leader of the group that the row above them belongs to; None at the top of the board.
    """
    found: list[Leader] = []
    leader = above
    for rank, entry in enumerate(entries, start=first_rank):
        if leader is None or not level(leader.entry, entry, compared=rank - leader.rank):
            leader = Leader(rank=rank, entry=entry)
        found.append(leader)
    return found


def level(leader: Entry, entry: Entry, *, compared: int = 1) -> bool:
    """Return whether chance may have ordered two rows, the lower one being the `compared`-th that is looked at."""
    if leader.score == entry.score:
        return True
    if leader.spread is None or entry.spread is None:
        return False  # scored without resampling: nothing is claimed
    difference = of_spreads(
        leader.score, entry.score, first_spread=np.asarray(leader.spread), second_spread=np.asarray(entry.spread)
    )
    return difference is not None and difference.p_value * compared > LEVEL
