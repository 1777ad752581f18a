"""Ranked lists against what is relevant: search results and recommendations, one row a query or user.

Truth is an (n,) array whose cells are the relevant items, in any order, or a mapping item -> gain; an item with gain
0 is not relevant. Predictions are an (n,) array of lists, best first, or an (n, m) array of integers. Items are
integers or texts.

A list is an order, so that there are no ties; where a challenge asks for scores, it must say how it orders equal
ones. A query without a relevant item is refused: no list could be right. A repeat keeps its place in the list and
earns nothing; so does an item that nobody knows. A list shorter than k has misses at its end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.ranked_lists import Array, matched, ranks_of
from challenges.metrics.types import MetricError

MOST_DOUBLINGS = 60.0
"""A gain beyond this, as an exponent of 2, leaves double precision to one item."""


def ndcg_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int, gain: str = "linear") -> float:
    """Return NDCG: the discounted gain of the first k items, as a share of the best possible, mean over the queries.

    Parameters
    ----------
    truth : (n,) cells of relevant items, or of item -> gain.
    predictions : (n,) lists of items, best first.
    k : how many places count.
    gain : linear, or exponential (2 ** gain - 1); the same where all gains are 1.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        What is no item; a gain below 0 or not finite; a query without a relevant item; k below 1.

    Edge cases
    ----------
    The place at rank r is discounted by log2(r + 1); the best possible has min(k, relevant) items. A repeat earns
    nothing.

    Source
    ------
    Jarvelin and Kekalainen 2002 with the discount of trec_eval (`ndcg_cut`) for linear gains; Burges et al. 2005 for
    exponential ones.

    Examples
    --------
    >>> truth = np.array([{"a": 3, "b": 1}], dtype=object)
    >>> round(ndcg_at_k(truth, np.array([["b", "x", "a"]]), k=3), 6)
    0.688529
    """
    return float(ndcg_rows(truth, predictions, k=k, gain=gain).mean())


def map_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return MAP@k: precision at every hit among the first k, over the most hits possible, mean over the queries.

    Parameters
    ----------
    truth : (n,) cells of relevant items; gains above 0 count alike.
    predictions : (n,) lists of items, best first.
    k : how many places count.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        What is no item; a query without a relevant item; k below 1.

    Edge cases
    ----------
    The most hits possible are min(k, relevant); trec_eval's `map_cut` divides by all relevant items instead.

    Source
    ------
    Kaggle's MAP@k (`mapk` of ml_metrics), which gives 0 to a query without relevant items where this refuses it.

    Examples
    --------
    >>> map_at_k(np.array([["a", "b", "c"]]), np.array([["a", "x", "b"]]), k=2)
    0.5
    """
    return float(average_precision_rows(truth, predictions, k=k).mean())


def recall_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return the share of the relevant items that stand among the first k, mean over the queries.

    Parameters
    ----------
    truth : (n,) cells of relevant items; gains above 0 count alike.
    predictions : (n,) lists of items, best first.
    k : how many places count.

    Returns
    -------
    float, 0 to 1 (best; out of reach for a query with more than k relevant items).

    Raises
    ------
    MetricError
        What is no item; a query without a relevant item; k below 1.

    Source
    ------
    trec_eval, `recall`.

    Examples
    --------
    >>> recall_at_k(np.array([["a", "b"]]), np.array([["a", "x", "b"]]), k=2)
    0.5
    """
    return float(recall_rows(truth, predictions, k=k).mean())


def precision_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return the share of the first k places that hold a relevant item, mean over the queries.

    Parameters
    ----------
    truth : (n,) cells of relevant items; gains above 0 count alike.
    predictions : (n,) lists of items, best first.
    k : how many places count.

    Returns
    -------
    float, 0 to 1 (best; out of reach for a query with fewer than k relevant items).

    Raises
    ------
    MetricError
        What is no item; a query without a relevant item; k below 1.

    Edge cases
    ----------
    The share is of k places even where the list is shorter.

    Source
    ------
    trec_eval, `P`.

    Examples
    --------
    >>> precision_at_k(np.array([["a", "b"]]), np.array([["a", "x", "b", "y"]]), k=4)
    0.5
    """
    return float(precision_rows(truth, predictions, k=k).mean())


def hit_rate_at_k(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> float:
    """Return the share of queries with at least one relevant item among the first k.

    Parameters
    ----------
    truth : (n,) cells of relevant items; gains above 0 count alike.
    predictions : (n,) lists of items, best first.
    k : how many places count.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        What is no item; a query without a relevant item; k below 1.

    Source
    ------
    trec_eval, `success`.

    Examples
    --------
    >>> hit_rate_at_k(np.array([["a"], ["b"]]), np.array([["x", "a"], ["y", "z"]]), k=2)
    0.5
    """
    return float(hit_rows(truth, predictions, k=k).mean())


def mrr(truth: NDArray[Any], predictions: NDArray[Any], *, k: int | None = None) -> float:
    """Return the mean of 1 / the rank of the first relevant item; 0 where there is none.

    Parameters
    ----------
    truth : (n,) cells of relevant items; gains above 0 count alike.
    predictions : (n,) lists of items, best first.
    k : how many places count; all where it is not given.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        What is no item; a query without a relevant item; k below 1.

    Source
    ------
    trec_eval, `recip_rank`.

    Examples
    --------
    >>> mrr(np.array([["a"], ["b"]]), np.array([["a", "x"], ["y", "b"]]))
    0.75
    """
    return float(reciprocal_ranks(truth, predictions, k=k).mean())


def ndcg_rows(truth: NDArray[Any], predictions: NDArray[Any], *, k: int, gain: str = "linear") -> Array:
    """Return (n,) NDCG of the queries."""
    relevant, hits = matched(truth, predictions, k=k)
    found = np.bincount(hits.rows, weights=_worth(hits.gains, gain) / np.log2(hits.ranks + 1), minlength=len(truth))
    gains = relevant.gains
    if np.ptp(gains) > 0:
        gains = gains[np.lexsort((-gains, relevant.rows))]
    ranks = ranks_of(relevant.counts)
    discounted = np.where(ranks <= k, _worth(gains, gain) / np.log2(ranks + 1), 0.0)
    return np.asarray(found / np.bincount(relevant.rows, weights=discounted, minlength=len(truth)))


def average_precision_rows(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> Array:
    """Return (n,) average precision of the queries."""
    relevant, hits = matched(truth, predictions, k=k)
    total = np.bincount(hits.rows, weights=hits.places() / hits.ranks, minlength=len(truth))
    return np.asarray(total / np.minimum(relevant.counts, k))


def recall_rows(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> Array:
    """Return (n,) shares of the relevant items found."""
    relevant, hits = matched(truth, predictions, k=k)
    return np.asarray(np.bincount(hits.rows, minlength=len(truth)) / relevant.counts)


def precision_rows(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> Array:
    """Return (n,) shares of the k places that are hits."""
    _, hits = matched(truth, predictions, k=k)
    return np.asarray(np.bincount(hits.rows, minlength=len(truth)) / k)


def hit_rows(truth: NDArray[Any], predictions: NDArray[Any], *, k: int) -> Array:
    """Return (n,) 1 where there is a hit."""
    _, hits = matched(truth, predictions, k=k)
    return (np.bincount(hits.rows, minlength=len(truth)) > 0).astype(np.float64)


def reciprocal_ranks(truth: NDArray[Any], predictions: NDArray[Any], *, k: int | None = None) -> Array:
    """Return (n,) 1 / rank of the first hit, 0 where there is none."""
    _, hits = matched(truth, predictions, k=k)
    scores = np.zeros(len(truth))
    first = hits.places() == 1
    scores[hits.rows[first]] = 1.0 / hits.ranks[first]
    return scores


def _worth(gains: Array, gain: str) -> Array:
    match gain:
        case "linear":
            return gains
        case "exponential":
            if gains.max(initial=0.0) > MOST_DOUBLINGS:
                raise MetricError(f"truth: expected gains of at most {MOST_DOUBLINGS:g}, found {gains.max():g}")
            return np.exp2(gains) - 1
    raise MetricError(f"gain: expected linear or exponential, found {gain!r}")
