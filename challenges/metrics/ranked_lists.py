"""Ragged ranked lists against ragged sets of relevant items, matched for all queries at once.

    cells ──> flat items + lengths ──> numbers ──> blocks of rows: one look-up each ──> hits: row, rank, gain

An item is an integer or a text, compared letter by letter: one that is written in another Unicode form is another
item, and hits nothing. Where a list names an item again, the first place counts; the repeat keeps its place and
earns nothing, so that repeating never pays.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Codes = NDArray[np.int64]


LISTS = (Sequence, np.ndarray)
GROUPS = (*LISTS, Set, Mapping)
"""What may hold the relevant items, whose order means nothing."""


BLOCK = 1 << 16
"""Items, of both sides, matched at a time: what is made of them on the way fits the processor's cache."""

TABLE_FACTOR = 6
"""Entries of a table for each key, up to which looking up beats searching; numpy.isin has the same."""


@dataclass(frozen=True, kw_only=True)
class Relevant:
    """The relevant items of all queries, by row."""

    rows: Codes
    gains: Array
    """(t,) above 0; 1 where the challenge gives none."""
    queries: int

    @cached_property
    def counts(self) -> Codes:
        """(n,) relevant items of each query."""
        return np.bincount(self.rows, minlength=self.queries)


@dataclass(frozen=True, kw_only=True)
class Hits:
    """The places of the lists that hold a relevant item for the first time, by row and then by rank."""

    rows: Codes
    ranks: Codes
    """From 1."""
    gains: Array

    def places(self) -> Codes:
        """Return (h,) which hit of its list each one is, from 1."""
        starts = np.flatnonzero(np.diff(self.rows, prepend=-1))
        return np.arange(len(self.rows)) - np.repeat(starts, np.diff(starts, append=len(self.rows))) + 1


@dataclass(frozen=True, kw_only=True)
class Items:
    """One side, flat."""

    values: Codes | Sequence[str]
    lengths: Codes
    textual: bool

    @cached_property
    def rows(self) -> Codes:
        return np.repeat(np.arange(len(self.lengths)), self.lengths)


def matched(truth: NDArray[Any], predictions: NDArray[Any], *, k: int | None) -> tuple[Relevant, Hits]:
    """Return the relevant items and the hits among the first k of each list, or in the whole of it.

    Raises MetricError for what are no items, for a query without a relevant item, and for k below 1.
    """
    if k is not None and k < 1:
        raise MetricError(f"k: expected 1 or more, found {k}")
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")
    wanted, gains = _wanted(truth)
    given = flat_items(predictions, "predictions")
    theirs, ours = numbered(wanted, given)
    ends = [np.cumsum(side.lengths) for side in (wanted, given)]
    step = max(BLOCK * len(truth) // max(len(theirs) + len(ours), 1), 1)
    parts = []
    for first in range(0, len(truth), step):
        last = min(first + step, len(truth)) - 1
        (asks, asked), (lists, listed) = (
            (slice(int(end[first] - lengths[first]), int(end[last])), lengths[first : last + 1])
            for end, lengths in zip(ends, (wanted.lengths, given.lengths), strict=True)
        )
        parts.append(_matched(theirs[asks], asked, gains[asks], ours[lists], listed, k=k, first_row=first))
    relevant_rows, relevant_gains, rows, ranks, found = (np.concatenate(part) for part in zip(*parts, strict=True))
    relevant = Relevant(rows=relevant_rows, gains=relevant_gains, queries=len(truth))
    empty = np.flatnonzero(relevant.counts == 0)
    if len(empty):
        raise MetricError(f"truth, row {empty[0]}: expected at least one relevant item, found none")
    return relevant, Hits(rows=rows, ranks=ranks, gains=found)


def _matched(
    wanted: Codes,
    wanted_lengths: Codes,
    gains: Array,
    given: Codes,
    given_lengths: Codes,
    *,
    k: int | None,
    first_row: int,
) -> tuple[Codes, Array, Codes, Codes, Array]:
    """Return rows and gains of the relevant items, then rows, ranks and gains of the hits, for a block of rows."""
    wanted_rows, given_rows = (np.repeat(np.arange(len(side)), side) for side in (wanted_lengths, given_lengths))
    ranks = ranks_of(given_lengths)
    if k is not None and len(ranks) and ranks.max() > k:
        counts = ranks <= k
        given, given_rows, ranks = given[counts], given_rows[counts], ranks[counts]
    size = max(int(wanted.max(initial=0)), int(given.max(initial=0))) + 1
    once, place = _found(wanted_rows * size + wanted, given_rows * size + given)
    hit = np.flatnonzero(place >= 0)
    at = hit[_firsts(place[hit], len(once))]
    gains = gains[once]
    return wanted_rows[once] + first_row, gains, given_rows[at] + first_row, ranks[at], gains[place[at]]


def _found(keys: Codes, asked: Codes) -> tuple[Codes, Codes]:
    """Return where each key stands first, by row, and for each asked key its place among those, or -1."""
    span = int(max(keys.max(initial=-1), asked.max(initial=-1))) + 1
    if span <= TABLE_FACTOR * (len(keys) + len(asked)):
        once = _firsts(keys, span)
        table = np.full(span, -1)
        table[keys[once]] = np.arange(len(once))
        return once, table[asked]
    known, once = np.unique(keys, return_index=True)
    order = np.argsort(asked)  # a search for rising keys stays within the cache
    ordered = asked[order]
    near = np.minimum(np.searchsorted(known, ordered), len(known) - 1)
    place = np.empty(len(asked), dtype=np.int64)
    place[order] = np.where(known[near] == ordered, near, -1)
    return once, place


def _firsts(codes: Codes, span: int) -> Codes:
    """Return where each code from 0 to span - 1 that occurs stands first, in rising order."""
    first = np.empty(span, dtype=np.int64)
    first[codes[::-1]] = np.arange(len(codes))[::-1]  # of several, the last one written stays
    return np.flatnonzero(first[codes] == np.arange(len(codes)))


def ranks_of(lengths: Codes) -> Codes:
    """Return the ranks, from 1, of the items of lists of these lengths."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths) + 1


def flat_items(side: NDArray[Any], name: str) -> Items:
    """Return the items of all cells of one side. Raises MetricError for what are no items."""
    if side.ndim == 2 and side.dtype.kind in "iu":
        lengths = np.full(len(side), side.shape[1])
        return Items(values=side.astype(np.int64).ravel(), lengths=lengths, textual=False)
    cells: list[Any] = list(side)
    kinds = set(map(type, cells))
    accepted = LISTS if name == "predictions" else GROUPS
    if not all(issubclass(kind, accepted) and not issubclass(kind, str | bytes) for kind in kinds):
        row = next(row for row, c in enumerate(cells) if isinstance(c, str | bytes) or not isinstance(c, accepted))
        raise MetricError(f"{name}, row {row}: expected a list of items, found {type(cells[row]).__name__}")
    if np.ndarray in kinds:
        if kinds == {np.ndarray} and all(cell.dtype.kind in "iu" and cell.ndim == 1 for cell in cells):
            lengths = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
            return Items(values=np.concatenate(cells).astype(np.int64), lengths=lengths, textual=False)
        cells = [cell.tolist() if isinstance(cell, np.ndarray) else cell for cell in cells]
    lengths = np.fromiter(map(len, cells), dtype=np.int64, count=len(cells))
    return _checked(list(chain.from_iterable(cells)), lengths, name)


def _checked(flat: list[Any], lengths: Codes, name: str) -> Items:
    numbers = _integers(flat)
    if numbers is not None:
        return Items(values=numbers, lengths=lengths, textual=False)
    kinds = set(map(type, flat))
    if all(issubclass(kind, str) for kind in kinds):
        return Items(values=flat, lengths=lengths, textual=True)
    textual = any(issubclass(kind, str) for kind in kinds)
    bad = next(place for place, item in enumerate(flat) if not (isinstance(item, str) if textual else _is_code(item)))
    row = int(np.searchsorted(np.cumsum(lengths), bad, side="right"))
    raise MetricError(f"{name}, row {row}: expected items that are all integers or all texts, found {flat[bad]!r:.60}")


def _integers(flat: list[Any]) -> Codes | None:
    """Return the items as integers, or None where one is none."""
    try:
        numbers = np.frombuffer(array("q", flat), dtype=np.int64)  # half the time of asking each one for its type
    except (TypeError, OverflowError):
        return None
    maybe_bool = np.flatnonzero((numbers == 0) | (numbers == 1)).tolist()
    return None if bool in {type(flat[place]) for place in maybe_bool} else numbers


def _is_code(item: Any) -> bool:
    return isinstance(item, int | np.integer) and not isinstance(item, bool) and -(2**63) <= int(item) < 2**63


def _wanted(truth: NDArray[Any]) -> tuple[Items, Array]:
    """Return the relevant items of all queries, flat, and their gains."""
    items = flat_items(truth, "truth")
    if truth.dtype != object or not any(issubclass(kind, Mapping) for kind in set(map(type, truth))):
        return items, np.ones(len(items.values))
    cells = (cell.values() if isinstance(cell, Mapping) else (1.0,) * len(cell) for cell in truth)
    flat = list(chain.from_iterable(cells))
    gains = np.array([gain if isinstance(gain, int | float | np.number) else np.nan for gain in flat], dtype=np.float64)
    rows = items.rows
    bad = np.flatnonzero(~np.isfinite(gains) | (gains < 0))
    if len(bad):
        raise MetricError(
            f"truth, row {rows[bad[0]]}: expected a gain of 0 or more for each item, found {flat[bad[0]]}"
        )
    some = gains > 0
    values = items.values
    kept = values[some] if isinstance(values, np.ndarray) else [x for x, keep in zip(values, some, strict=True) if keep]
    lengths = np.bincount(rows[some], minlength=len(truth))
    return Items(values=kept, lengths=lengths, textual=items.textual), gains[some]


def numbered(truth: Items, predictions: Items) -> tuple[Codes, Codes]:
    """Return the items of both sides as numbers from 0, the same item by the same number."""
    wanted, given = truth.values, predictions.values
    if len(given) and len(wanted) and truth.textual != predictions.textual:
        kinds = ("texts" if truth.textual else "integers"), ("texts" if predictions.textual else "integers")
        raise MetricError(f"truth names its items by {kinds[0]} and predictions by {kinds[1]}; expected the same")
    if not isinstance(wanted, np.ndarray) or not isinstance(given, np.ndarray):
        number = {item: code for code, item in enumerate(dict.fromkeys(wanted))}
        unknown = len(number)  # one number for all that is relevant to nobody
        ours = np.fromiter((number.get(item, unknown) for item in given), dtype=np.int64, count=len(given))
        return np.fromiter(map(number.__getitem__, wanted), dtype=np.int64, count=len(wanted)), ours
    both = np.concatenate([wanted, given])
    low, high = (int(both.min()), int(both.max())) if len(both) else (0, 0)
    if high - low < 2**31:
        return wanted - low, given - low
    _, codes = np.unique(both, return_inverse=True)
    return codes[: len(wanted)], codes[len(wanted) :]
