"""How little a plot tells of a single row.

A learner chooses the predictions, hence which rows fall into a bin, and sees the plot of every submission: exact
figures of small bins would give the truth away faster than any score does. Three rules hold for all plots:

1. A group of fewer than LEAST_ROWS rows is never shown: it is joined to its neighbour or left out.
2. A number of rows is rounded to steps of ROWS_A_STEP rows, up or down by a chance that makes the mean right. One row
   more or less then changes a figure with a chance of one fifth at most, by one step, and nobody finds the place where
   it does: the chance is drawn from truth and predictions together, so every other submission draws anew and nobody can
   draw it without the truth. The same submission draws the same.
3. There are few bins, and all plots of one kind of curve are worked out from the same ones.

The rounding is off by half a step as a rule, which is no more than the chance error of a group (half a root of its
rows), so a plot loses little. What this does not stop is patience: hundreds of submissions whose bins are chosen for it
can be solved for the answers, as the same number of exact scores can (Dinur and Nissim 2003). Against that stand the
daily limit, a Ladder, under which only a step forward is drawn at all, and the private rows, which decide and are never
drawn. A challenge for which that is too little says `plots: {shown: false}`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAST_ROWS = 25
ROWS_A_STEP = 5
MOST_BINS = 15
"""Of a curve, and of bars."""
ROWS_FOR_CUTS = 20_000
"""Of more rows, every second, third ... decides where the bins end."""


class TooFewRows(Exception):
    """A plot would have to speak of fewer than LEAST_ROWS rows."""


class Blur:
    """Rounding by a chance that nobody knows who does not know the truth."""

    def __init__(self, *parts: NDArray[Any]) -> None:
        digest = hashlib.sha256()
        for part in parts:
            digest.update(_as_bytes(part) if part.dtype.kind == "O" else np.ascontiguousarray(part).tobytes())
        self._rng = np.random.default_rng(list(digest.digest()))

    def rows(self, count: NDArray[Any], of: NDArray[Any]) -> Floats:
        """Return numbers of rows, each out of `of` (LEAST_ROWS or more), in steps of ROWS_A_STEP or a little more.

        None of them stays none, all of them stay all.
        """
        steps = np.maximum(np.asarray(of) // ROWS_A_STEP, 1)
        return np.asarray(self._whole(count * steps / of) * (of / steps))

    def shares(self, count: NDArray[Any], of: NDArray[Any]) -> Floats:
        """Return count / of from `rows`, to three digits behind the point."""
        return np.asarray(np.round(self.rows(count, of) / of, 3))

    def numbers(self, values: Floats, step: Floats) -> Floats:
        """Return values in whole steps."""
        return np.asarray(self._whole(values / step) * step)

    def _whole(self, values: NDArray[Any]) -> Floats:
        return np.floor(values + self._rng.random(np.shape(values)))


@dataclass(frozen=True, kw_only=True)
class Bins:
    """Rows sorted into bins by a value; equal values share a bin, and each bin has LEAST_ROWS rows at least."""

    of_row: Integers
    """(n,) from the bin of the least values up."""
    rows: Integers
    """(bins,)"""

    def sums(self, weights: NDArray[Any]) -> Floats:
        """Return (bins,) sums of a figure of the rows."""
        return np.asarray(np.bincount(self.of_row, weights=weights, minlength=len(self.rows)), dtype=np.float64)


def bins_by(values: NDArray[Any], *, most: int = MOST_BINS) -> Bins:
    """Return bins of about equal numbers of rows. Raises TooFewRows for fewer than LEAST_ROWS rows."""
    enough(len(values))
    number = min(most, len(values) // LEAST_ROWS)
    some = values[:: -(-len(values) // ROWS_FOR_CUTS)]
    places = [len(some) * cut // number - 1 for cut in range(1, number)]
    cuts = np.unique(np.partition(some, places)[places]) if places else some[:0]
    fine = np.searchsorted(cuts, values, side="left")
    rows = np.bincount(fine, minlength=len(cuts) + 1)
    coarse = joined(rows)
    return Bins(of_row=coarse[fine], rows=np.bincount(coarse, weights=rows).astype(np.int64))


def enough(rows: int) -> None:
    """Raise TooFewRows unless there are LEAST_ROWS rows."""
    if rows < LEAST_ROWS:
        raise TooFewRows(f"{rows} rows; a plot speaks of {LEAST_ROWS} at least")


def joined(rows: Integers) -> Integers:
    """Return (bins,) the number of each bin after those of too few rows are joined to the next, the last backwards."""
    place = np.zeros(len(rows), dtype=np.int64)
    number, gathered = 0, 0
    for bin_, count in enumerate(rows.tolist()):
        if gathered >= LEAST_ROWS:
            number, gathered = number + 1, 0
        place[bin_] = number
        gathered += count
    if gathered < LEAST_ROWS:
        place[place == number] = max(number - 1, 0)
    return place


def _as_bytes(part: NDArray[Any]) -> bytes:
    return "\x00".join(map(str, part.tolist())).encode("utf-8", "surrogatepass")
