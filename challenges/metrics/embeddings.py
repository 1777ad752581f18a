"""Vectors of items and words, judged by which of them lie near each other.

Truth is an (n, 3) or (n, 4) array: each row asks about some items, by their number in the learner's table. Predictions
are an (n,) array whose cells are that table, (items, dimensions), as a rule the same object in each. Nearness is the
cosine of the angle, so that the lengths of the vectors do not count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.shared_tables import Array, questions, unit_vectors

TIE = 1e-12
"""Cosines nearer to each other than this differ by rounding alone."""

ANSWERS_AT_ONCE = 1 << 22
"""Bounds the memory of cosines with all words: 32 MB."""


def triplet_accuracy(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of triplets whose anchor lies nearer to the near item than to the far one.

    Parameters
    ----------
    truth : (n, 3) numbers of items: anchor, near, far.
    predictions : (n,) cells, each the whole (items, dimensions) table of vectors.

    Returns
    -------
    float, 0 to 1 (best); vectors that know nothing reach 0.5.

    Raises
    ------
    MetricError
        A table that is not of finite numbers, has a vector of zeros or lacks an item.

    Edge cases
    ----------
    Equally near (cosines within 1e-12) counts one half, so that equal vectors gain nothing.

    Source
    ------
    Share of ordinal constraints satisfied, as in van der Maaten and Weinberger 2012, with cosines.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0]])
    >>> table = np.empty(2, dtype=object)
    >>> table[:] = [vectors, vectors]
    >>> triplet_accuracy(np.array([[0, 1, 2], [2, 0, 1]]), table)
    0.5
    """
    return float(triplets(truth, predictions).mean())


def analogy_accuracy(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of analogies "a is to b as c is to d" for which d lies nearest to b - a + c.

    Parameters
    ----------
    truth : (n, 4) numbers of words a, b, c, d.
    predictions : (n,) cells, each the whole (words, dimensions) table of vectors.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A table that is not of finite numbers, has a vector of zeros or lacks a word.

    Edge cases
    ----------
    The words a, b and c are no answers. Where t words are equally near (cosines within 1e-12), d among them, the row
    scores 1 / t, so that equal vectors gain nothing.

    Source
    ------
    Mikolov et al. 2013, 3CosAdd on vectors of length 1, as in gensim's evaluate_word_analogies.

    Examples
    --------
    >>> vectors = np.array([[1.0, 0.0], [1.0, 0.2], [0.0, 1.0], [0.0, 1.2], [-1.0, 0.3]])
    >>> table = np.empty(1, dtype=object)
    >>> table[:] = [vectors]
    >>> analogy_accuracy(np.array([[0, 1, 2, 3]]), table)
    1.0
    """
    return float(analogies(truth, predictions).mean())


def triplets(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 where the near item is nearer, 0.5 where both are equally near, else 0."""
    asked = questions(truth, predictions, width=3)
    scores = np.empty(len(asked))
    for rows, vectors in unit_vectors(asked, predictions):
        anchor, near, far = (vectors[items] for items in asked[rows].T)
        lead = np.einsum("nd,nd->n", anchor, near) - np.einsum("nd,nd->n", anchor, far)
        scores[rows] = np.where(np.abs(lead) <= TIE, 0.5, lead > 0)
    return scores


def analogies(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 where the fourth word is the nearest one, 1 / t where it is one of t, else 0."""
    asked = questions(truth, predictions, width=4)
    scores = np.empty(len(asked))
    for rows, vectors in unit_vectors(asked, predictions):
        size = max(1, ANSWERS_AT_ONCE // len(vectors))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            scores[some] = _analogies(asked[some], vectors)
    return scores


def _analogies(asked: NDArray[np.int64], vectors: Array) -> Array:
    a, b, c, d = asked.T
    goal = vectors[b] - vectors[a] + vectors[c]
    length = np.linalg.norm(goal, axis=1)
    goal /= np.where(length > TIE, length, 1.0)[:, None]
    nearness = goal @ vectors.T
    each = np.arange(len(asked))
    right = nearness[each, d].copy()
    for given in (a, b, c):
        nearness[each, given] = -np.inf
    nearness[each, d] = right
    nearest = nearness >= nearness.max(axis=1)[:, None] - TIE
    return np.asarray(np.where(nearest[each, d], 1 / nearest.sum(axis=1), 0.0))
