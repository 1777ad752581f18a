"""How many pairs of rows rise in both of two orders, for many resamples of the rows at once.

Rows are laid out on a grid, their place in the first order across and in the second one up, and the grid is cut into
chunks of GROUP places each way. A pair that rises lies

    in different chunks both ways       counted from sums over the cells of the coarse grid
    in the same chunk across            counted from a table of all pairs in the chunk
    in the same chunk up, not across    likewise

so that a resample costs a few products of matrices instead of a sort.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]

GROUP = 256
"""Places in a chunk: the tables of pairs grow with it, the coarse grid shrinks with its square."""

CELLS_AT_ONCE = 1 << 23
"""Bounds the memory of a block of resamples: so many counts or cells of the coarse grid."""


def rising_pairs(first: NDArray[Any], second: NDArray[Any], counts: NDArray[Any]) -> NDArray[np.float64]:
    """Return (m,) pairs of drawn rows that differ on both sides and in the same sense.

    `first` and `second` are (n,) numbers, `counts` (m, n) how often each row is drawn.
    """
    across, up = strict_places(first, second)
    chunks = -(-len(across) // GROUP)
    size = max(1, CELLS_AT_ONCE // max(len(across), chunks * chunks))
    blocks = (counts[start : start + size] for start in range(0, len(counts), size))
    return np.concatenate([_rising(across, up, np.asarray(block, dtype=np.float32)) for block in blocks])


def strict_places(first: NDArray[Any], second: NDArray[Any]) -> tuple[Codes, Codes]:
    """Return the place of each row in either order; rows equal on one side are placed so that they do not rise."""
    by_first = np.lexsort((-_dense(second), first))
    across = np.empty(len(first), dtype=np.int64)
    across[by_first] = np.arange(len(first))
    by_second = np.lexsort((-across, second))
    up = np.empty(len(first), dtype=np.int64)
    up[by_second] = np.arange(len(first))
    return across, up


def _dense(values: NDArray[Any]) -> Codes:
    return np.unique(values, return_inverse=True)[1]


def _rising(across: Codes, up: Codes, counts: NDArray[np.float32]) -> NDArray[np.float64]:
    by_across, by_up = np.argsort(across), np.argsort(up)
    column, row = across // GROUP, up // GROUP
    total = _between_chunks(column, row, counts)
    for start in range(0, len(across), GROUP):
        members = by_across[start : start + GROUP]
        total += _pairs(_less(across[members]) & _less(up[members]), counts[:, members])
        members = by_up[start : start + GROUP]
        total += _pairs(_less(column[members]) & _less(up[members]), counts[:, members])
    return total


def _less(places: Codes) -> NDArray[np.bool_]:
    """Return (g, g): whether the place of the column's row lies before that of the row's."""
    return np.asarray(places[None, :] < places[:, None])


def _pairs(table: NDArray[np.bool_], counts: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return (m,) pairs of drawn rows that the table holds; single precision is exact for such small numbers."""
    before = counts @ table.T.astype(np.float32)
    return np.asarray(np.einsum("mg,mg->m", before, counts, dtype=np.float64))


def _between_chunks(column: Codes, row: Codes, counts: NDArray[np.float32]) -> NDArray[np.float64]:
    chunks = int(column.max()) + 1
    if chunks == 1:
        return np.zeros(len(counts))
    cell = column * chunks + row
    total = np.empty(len(counts))
    for place, drawn in enumerate(counts):
        grid = np.bincount(cell, weights=drawn, minlength=chunks * chunks).reshape(chunks, chunks)
        before = grid[:-1].cumsum(axis=0)[:, :-1].cumsum(axis=1)
        total[place] = np.einsum("cr,cr->", grid[1:, 1:], before)
    return total
