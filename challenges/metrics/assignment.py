"""Who is whom: one-to-one matching of the greatest total, in all frames of a sequence at once.

Few pairs are in doubt. A pair whose two sides have no other choice is matched as it is, and somebody who alone has a
choice takes the heaviest; only what is left is solved as assignment problems, several small frames in one.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROWS_AT_ONCE = 16
"""Of an assignment problem: a call costs more than so few rows do."""


def alone(expected: Integers, found: Integers) -> Flags:
    """Return (p,) whether neither side of a pair stands in another one."""
    return np.asarray((np.bincount(expected)[expected] == 1) & (np.bincount(found)[found] == 1))


def best_pairs(frame: Integers, expected: Integers, found: Integers, weight: Floats) -> Integers:
    """Return the places of the chosen pairs, those with the greatest sum of weights in each frame, in rising order.

    All arrays are (p,): pairs in the order of their frames, places of their boxes, weights above 0. A box stands in
    one frame, and the boxes of a frame beside each other.
    """
    if len(frame) == 0:
        return np.zeros(0, dtype=np.int64)
    chosen = np.zeros(len(frame), dtype=bool)
    decided = alone(expected, found)
    chosen[decided] = True
    for centre, leaf in ((expected, found), (found, expected)):
        star = _stars(centre, leaf)
        decided |= star
        chosen[_heaviest_of_each(centre, weight, np.flatnonzero(star))] = True
    left = np.flatnonzero(~decided)
    row, column = (np.unique(side[left], return_inverse=True)[1] for side in (expected, found))
    starts = np.flatnonzero(np.diff(frame[left], prepend=-1))
    starts = starts[np.diff(row[starts] // ROWS_AT_ONCE, prepend=-1) != 0]
    for start, end in pairwise([*starts.tolist(), len(left)]):
        these = slice(start, end)
        down, across = row[these] - row[these].min(), column[these] - column[these].min()
        shape = (int(down.max()) + 1, int(across.max()) + 1)
        chosen[left[start + heaviest_in_table(down, across, weight[left[these]], shape=shape)]] = True
    return np.flatnonzero(chosen)


def _stars(centre: Integers, leaf: Integers) -> Flags:
    """Return (p,) whether a pair belongs to a centre with several choices, none of which has another choice."""
    free = np.bincount(leaf)[leaf] == 1
    choices = np.bincount(centre)
    return np.asarray(((np.bincount(centre, weights=free) == choices) & (choices > 1))[centre])


def _heaviest_of_each(centre: Integers, weight: Floats, places: Integers) -> Integers:
    """Return of the pairs at these places the heaviest of each centre."""
    order = places[np.lexsort((-weight[places], centre[places]))]
    return order[np.flatnonzero(np.diff(centre[order], prepend=-1))]


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
    """Return the same as `heaviest` for many pairs that fall into parts without a common side."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if len(weight) == 0:
        return np.zeros(0, dtype=np.int64)
    sides = int(expected.max()) + 1
    size = sides + int(found.max()) + 1
    graph = coo_array((np.ones(len(weight)), (expected, sides + found)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][expected].astype(np.int64)
    order = np.argsort(part, kind="stable")
    row, column = (np.unique(part * size + side, return_inverse=True)[1][order] for side in (expected, found))
    return np.asarray(order[best_pairs(part[order], row, column, weight[order])])
