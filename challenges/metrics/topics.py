"""Topics found in documents: whether they are the true ones, and whether their words belong together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.normalisation import same_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def topic_recovery(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean correlation of each true topic with the found one that is matched to it.

    Parameters
    ----------
    truth : (n, k) shares of the true topics in each document; or weights of a word in each topic, a row a word.
    predictions : (n, j) the same of the topics found; j need not be k.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A number that is not finite; no true topic that differs between rows.

    Edge cases
    ----------
    The matching is one to one and has the greatest sum (Hungarian method). A true topic without a match, or with a
    negative correlation, counts 0; so does a found topic that is constant. A true topic that is constant is left out.
    More found topics than true ones cost nothing, so that a challenge must bound them.

    Source
    ------
    Kuhn 1955 for the matching, Pearson's correlation over the rows.

    Examples
    --------
    >>> truth = np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])
    >>> round(topic_recovery(truth, truth[:, ::-1]), 9)
    1.0
    """
    value = float(topic_recovery_resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.int64))[0])
    if np.isnan(value):
        raise MetricError("truth: expected a topic that differs between rows, found none")
    return value


def npmi(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the coherence of topics: the mean normalised mutual information of two top words of a topic.

    Parameters
    ----------
    truth : (n,) cells, each the whole reference corpus: (documents, words), 1 where a document has the word. As a
        rule all cells are one and the same object.
    predictions : (n,) cells, the top words of one topic: numbers of columns of the corpus, two or more, all different.

    Returns
    -------
    float, -1 (words that never meet) to 1 (best: words that only come together).

    Raises
    ------
    MetricError
        A word that is not in the corpus; a word named twice in one topic, which would always meet itself; fewer than
        two words; a corpus that is not of 0 and 1.

    Edge cases
    ----------
    Two words that never meet count -1, two words that stand in every document 0. One good topic given several times
    is coherent each time: how different the topics are must be measured beside it.

    Source
    ------
    Bouma 2009; Aletras and Stevenson 2013, with whole documents as windows and no smoothing.

    Examples
    --------
    >>> corpus = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1], [0, 0, 1]])
    >>> rows = np.empty(2, dtype=object), np.empty(2, dtype=object)
    >>> rows[0][:], rows[1][:] = [corpus, corpus], [[0, 1], [1, 2]]
    >>> npmi(*rows)
    0.0
    """
    return float(coherences(truth, predictions).mean())


def topic_recovery_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) mean correlations of matched topics; NaN where no true topic differs between the rows drawn."""
    same_rows(truth, predictions)
    expected, found = _shares(truth, "truth"), _shares(predictions, "predictions")
    return np.array([_recovery(expected, found, np.asarray(drawn, dtype=np.float64)) for drawn in counts])


def coherences(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) mean NPMI of the pairs of each topic's words."""
    same_rows(truth, predictions)
    checked: set[int] = set()
    scores = np.empty(len(truth))
    for row, (corpus, words) in enumerate(zip(truth, predictions, strict=True)):
        if id(corpus) not in checked:
            _check_corpus(corpus, row)
            checked.add(id(corpus))
        scores[row] = _coherence(corpus, _words(words, corpus.shape[1], row))
    return scores


def _shares(side: NDArray[Any], name: str) -> Array:
    if side.ndim != 2 or side.dtype.kind not in "fiu" or side.shape[1] == 0:
        raise MetricError(f"{name}: expected a row of numbers for each document, found {side.dtype} {side.shape}")
    numbers = side.astype(np.float64)
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=1))
    if len(bad):
        raise MetricError(f"{name}, row {bad[0]}: expected finite numbers, found {numbers[bad[0]].tolist()!s:.60}")
    return numbers


def _recovery(expected: Array, found: Array, drawn: Array) -> float:
    from scipy.optimize import linear_sum_assignment

    some = drawn > 0
    if not some.any():
        return float("nan")
    left, right = (_standard(side[some], drawn[some]) for side in (expected, found))
    varies = np.ptp(expected[some], axis=0) > 0
    if not varies.any():
        return float("nan")
    correlation = np.clip(left[:, varies].T @ right, 0.0, 1.0)
    pairs = linear_sum_assignment(correlation, maximize=True)
    return float(correlation[pairs].sum() / varies.sum())


def _standard(values: Array, weights: Array) -> Array:
    """Return columns of mean 0 and length 1, each row times the root of its weight; constant columns are all 0."""
    centred = (values - np.average(values, axis=0, weights=weights)) * np.sqrt(weights)[:, None]
    centred[:, np.ptp(values, axis=0) == 0] = 0.0  # the mean of equal numbers may round to another one
    length = np.linalg.norm(centred, axis=0)
    return np.asarray(centred / np.where(length > 0, length, 1.0))


def _check_corpus(corpus: Any, row: int) -> None:
    if not isinstance(corpus, np.ndarray) or corpus.ndim != 2 or corpus.dtype.kind not in "biu" or not len(corpus):
        raise MetricError(f"truth, row {row}: expected a table of 0 and 1, documents by words")
    if corpus.dtype != np.bool_ and not np.isin(corpus, (0, 1)).all():
        raise MetricError(f"truth, row {row}: expected only 0 and 1 in the corpus")


def _words(words: Any, vocabulary: int, row: int) -> NDArray[np.int64]:
    where = f"predictions, row {row}"
    if isinstance(words, str) or not isinstance(words, Sequence | np.ndarray):
        raise MetricError(f"{where}: expected a list of words by number, found {type(words).__name__}")
    numbers = np.asarray(words)
    if numbers.ndim != 1 or numbers.dtype.kind not in "iu" or len(numbers) < 2:
        raise MetricError(f"{where}: expected two or more words by number, found {str(words)[:60]}")
    if numbers.min() < 0 or numbers.max() >= vocabulary:
        raise MetricError(f"{where}: expected words 0 to {vocabulary - 1}, found {numbers.min()} to {numbers.max()}")
    if len(set(numbers.tolist())) < len(numbers):
        raise MetricError(f"{where}: expected each word once, found one twice")
    return numbers.astype(np.int64)


def _coherence(corpus: NDArray[Any], words: NDArray[np.int64]) -> float:
    has = corpus[:, words].astype(np.float64)
    together = has.T @ has / len(has)
    pairs = np.triu_indices(len(words), k=1)
    alone = np.diag(together)
    joint, apart = together[pairs], (alone[:, None] * alone[None, :])[pairs]
    usual = (joint > 0) & (joint < 1)
    safe = np.where(usual, joint, 0.5)
    value = np.log(safe / np.where(usual, apart, 1.0)) / -np.log(safe)
    return float(np.where(usual, value, np.where(joint > 0, 0.0, -1.0)).mean())
