"""Who is whom: one-to-one matching of the greatest total, in all frames of a sequence at once.

Few pairs are in doubt. A pair that outweighs the two it would displace, the heaviest other one of either side, belongs
to every best matching: whichever matching lacks it gains by taking it. Such pairs are chosen, what they displace is
dropped, and so on. Where a frame keeps pairs in doubt, it is solved whole: of matchings that are worth the same, the
table of all boxes decides which is taken, as it does in TrackEval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROUNDING = 1e-12
"""By so much, as a share, a pair must outweigh: sums of weights are not exact."""
ROUNDS = 20
"""The scenes of the benchmark take two, but in a long chain of boxes a round may decide a single pair."""
SMALL_TABLE = 1 << 14
"""Cells that are solved as they are before it pays to look for parts."""


def alone(expected: Integers, found: Integers) -> Flags:
    """Return (p,) whether neither side of a pair stands in another one."""
    return np.asarray((np.bincount(expected)[expected] == 1) & (np.bincount(found)[found] == 1))


def best_pairs(
    expected: Integers, found: Integers, weight: Floats, *, expected_frame: Integers, found_frame: Integers
) -> Integers:
    """Return the places of the chosen pairs, those with the greatest sum of weights in each frame, in rising order.

    Parameters
    ----------
    expected, found : (p,) boxes of each pair, both of one frame, in the order of `expected`.
    weight : (p,) above 0.
    expected_frame, found_frame : frame of each box of either side, rising.
    """
    chosen, left = _decided(expected, found, weight)
    pair_frame = expected_frame[expected]
    for frame in np.unique(pair_frame[left]).tolist():
        places = np.arange(*np.searchsorted(pair_frame, (frame, frame + 1)))
        of_frame = expected[places], found[places], weight[places]
        chosen[places] = False
        best = heaviest_of_frame(frame, *of_frame, expected_frame=expected_frame, found_frame=found_frame)
        chosen[places[best]] = True
    return np.flatnonzero(chosen)


def heaviest_of_frame(
    frame: int,
    expected: Integers,
    found: Integers,
    weight: Floats,
    *,
    expected_frame: Integers,
    found_frame: Integers,
) -> Integers:
    """Return the places of the best pairs of one frame, those that the table of all its boxes leads to."""
    (row, end_row), (column, end_column) = (
        np.searchsorted(side, (frame, frame + 1)).tolist() for side in (expected_frame, found_frame)
    )
    return heaviest_in_table(expected - row, found - column, weight, shape=(end_row - row, end_column - column))


def _decided(expected: Integers, found: Integers, weight: Floats) -> tuple[Flags, Integers]:
    """Return (p,) which pairs every best matching has, and the places of those in doubt."""
    chosen = alone(expected, found)
    left = np.flatnonzero(~chosen)
    for _ in range(ROUNDS):
        outweighs = _outweighs(expected[left], found[left], weight[left])
        if not outweighs.any():
            break
        chosen[left[outweighs]] = True
        left = left[~(_shares(expected[left], outweighs) | _shares(found[left], outweighs))]
    return chosen, left


def _outweighs(expected: Integers, found: Integers, weight: Floats) -> Flags:
    """Return (p,) whether a pair weighs more than the heaviest other pair of either side together."""
    return np.asarray(weight > (_other(expected, weight) + _other(found, weight)) * (1 + ROUNDING))


def _other(side: Integers, weight: Floats) -> Floats:
    """Return (p,) the greatest weight among the other pairs of each pair's member of this side, or 0."""
    order = np.lexsort((weight, side))
    ends = np.flatnonzero(np.diff(side[order], append=-1))  # the heaviest pair of each member
    second = np.zeros(len(ends))
    several = np.diff(ends, prepend=-1) > 1
    second[several] = weight[order[ends[several] - 1]]
    sizes = np.diff(ends, prepend=-1)
    other = np.empty(len(weight))
    other[order] = np.repeat(weight[order[ends]], sizes)
    other[order[ends]] = second
    return other


def _shares(side: Integers, these: Flags) -> Flags:
    """Return (p,) whether the member of this side stands in one of these pairs."""
    taken = np.zeros(int(side.max()) + 1, dtype=bool)
    taken[side[these]] = True
    return taken[side]


def contested(frame: Integers, open_pairs: Flags) -> list[tuple[int, Integers]]:
    """Return each frame with open pairs, in order, and their places."""
    places = np.flatnonzero(open_pairs)
    starts = np.flatnonzero(np.r_[True, np.diff(frame[places]) != 0]) if len(places) else places
    return [(int(frame[part[0]]), part) for part in np.split(places, starts[1:])] if len(places) else []


def heaviest(expected: Integers, found: Integers, weight: Floats) -> Integers:
    """Return the places of the pairs of the one-to-one matching with the greatest sum of weights above 0."""
    rows, row = np.unique(expected, return_inverse=True)
    columns, column = np.unique(found, return_inverse=True)
    return heaviest_in_table(row, column, weight, shape=(len(rows), len(columns)))


def heaviest_in_table(row: Integers, column: Integers, weight: Floats, *, shape: tuple[int, int]) -> Integers:
    """Return the same for the cells of a table; of equal sums, the one that the whole table leads to."""
    from scipy.optimize import linear_sum_assignment

    table = np.zeros(shape)
    place = np.full(table.shape, -1)
    table[row, column] = weight
    place[row, column] = np.arange(len(weight))
    chosen = place[linear_sum_assignment(table, maximize=True)]
    return np.asarray(chosen[chosen >= 0])


def heaviest_by_parts(expected: Integers, found: Integers, weight: Floats) -> Integers:
    """Return the same as `heaviest`, faster where many pairs fall into parts without a common side."""
    if len(weight) == 0:
        return np.zeros(0, dtype=np.int64)
    sides, others = int(expected.max()) + 1, int(found.max()) + 1
    if sides * others <= SMALL_TABLE:
        return heaviest_in_table(expected, found, weight, shape=(sides, others))
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    chosen, left = _decided(expected, found, weight)
    size = sides + others
    graph = coo_array((np.ones(len(left)), (expected[left], sides + found[left])), shape=(size, size))
    part = connected_components(graph, directed=False)[1][expected[left]]
    order = np.argsort(part, kind="stable")
    for places in np.split(left[order], np.flatnonzero(np.diff(part[order])) + 1):
        chosen[places[heaviest(expected[places], found[places], weight[places])]] = True
    return np.flatnonzero(chosen)
