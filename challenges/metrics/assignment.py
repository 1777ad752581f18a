"""Who is whom: one-to-one matching of the greatest total, in all frames of a sequence at once.

Few pairs are in doubt. A pair whose two sides have no other choice is matched as it is; only frames in which somebody
has a choice are solved as assignment problems, and only for those who are concerned.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


def alone(expected: Integers, found: Integers) -> Flags:
    """Return (p,) whether neither side of a pair stands in another one."""
    return np.asarray((np.bincount(expected)[expected] == 1) & (np.bincount(found)[found] == 1))


def best_pairs(frame: Integers, expected: Integers, found: Integers, weight: Floats) -> Integers:
    """Return the places of the chosen pairs, those with the greatest sum of weights in each frame, in rising order.

    All arrays are (p,): pairs in the order of their frames, places of their boxes, weights above 0.
    """
    chosen = np.zeros(len(frame), dtype=bool)
    if len(frame):
        chosen[alone(expected, found)] = True
        for _, places in contested(frame, ~chosen):
            chosen[places[heaviest(expected[places], found[places], weight[places])]] = True
    return np.flatnonzero(chosen)


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
    chosen = best_pairs(part[order], expected[order], found[order], weight[order])
    return np.asarray(order[chosen])
