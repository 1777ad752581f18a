"""How much of a catalogue a recommender shows to anybody at all.

Truth is an (n,) array whose cells are the items that may be recommended to a user; one object may stand in many
cells, and is then looked at once. Predictions are an (n,) array of lists, best first, or an (n, m) array of integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.ranked_lists import Array, Codes, flat_items, numbered, ranks_of
from challenges.metrics.types import MetricError


def catalogue_coverage(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return the share of the catalogue that is among the first k items of at least one list.

    Parameters
    ----------
    truth : (n,) cells of the items that may be recommended to a user; usually the same for all.
    predictions : (n,) lists of items, best first.
    k : how many places count.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        What is no item; no item on offer to a user; k below 1.

    Edge cases
    ----------
    The catalogue is all that is on offer to anybody. An item that is not on offer to its user does not count, nor
    does an invented one. A share of a catalogue is no mean over users: fewer users cover less of it.

    Source
    ------
    Ge, Delgado-Battenfeld and Jannach 2010, "prediction coverage" of lists.

    Examples
    --------
    >>> catalogue_coverage(np.array([[1, 2, 3, 4], [1, 2, 3, 4]]), np.array([[1, 2, 9], [1, 3, 4]]), k=2)
    0.75
    """
    return float(coverage_resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.int64), k=k)[0])


def coverage_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64], *, k: int) -> Array:
    """Return (m,) shares of what is on offer to the users drawn that their lists show."""
    from scipy.sparse import csr_array

    if len(truth) != len(predictions) or len(truth) == 0:
        raise MetricError(f"expected as many rows on both sides, found {len(truth)} and {len(predictions)}")
    offers, offer_of = _distinct(truth)
    offered = flat_items(offers, "truth")
    if len(offered.lengths) and offered.lengths.min() == 0:
        row = int(np.flatnonzero(offered.lengths[offer_of] == 0)[0])
        raise MetricError(f"truth, row {row}: expected at least one item on offer, found none")
    shown = flat_items(predictions, "predictions")
    theirs, ours = numbered(offered, shown)
    items, theirs = np.unique(theirs, return_inverse=True)
    first = ranks_of(shown.lengths) <= k
    rows, ours = shown.rows[first], ours[first]
    place = np.minimum(np.searchsorted(items, ours), len(items) - 1)
    known = items[place] == ours
    rows, place = rows[known], place[known]
    on_offer = csr_array((np.ones(len(theirs)), (offered.rows, theirs)), shape=(len(offers), len(items)))
    right = _member(offered.rows * len(items) + theirs, offer_of[rows] * len(items) + place)
    lists = csr_array((np.ones(right.sum()), (rows[right], place[right])), shape=(len(truth), len(items)))
    users = csr_array((np.ones(len(truth)), (offer_of, np.arange(len(truth)))), shape=(len(offers), len(truth)))
    drawn = (counts.T > 0).astype(np.float64)
    covered = np.count_nonzero(lists.T @ drawn, axis=0)
    catalogue = np.count_nonzero(on_offer.T @ np.asarray(users @ drawn), axis=0)
    return np.asarray(np.where(catalogue > 0, covered / np.maximum(catalogue, 1), np.nan))


def _distinct(truth: NDArray[Any]) -> tuple[NDArray[Any], Codes]:
    """Return the cells that are objects of their own, and which of them each row has."""
    if truth.dtype != object:
        return truth, np.arange(len(truth))
    names = np.array([id(cell) for cell in truth])
    _, first, offer_of = np.unique(names, return_index=True, return_inverse=True)
    return truth[first], offer_of


def _member(known: Codes, asked: Codes) -> NDArray[np.bool_]:
    ordered = np.sort(known)
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)] == asked)
