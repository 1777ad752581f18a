"""Captions against several references: the consensus on what is worth saying (CIDEr-D).

Truth is an (n,) array whose cells are a reference or a list of references; predictions are (n,) texts. An n-gram
weighs by how rare it is among the rows, so that a resample of rows changes every weight; what does not change are
counts, kept as sparse matrices that a resample multiplies with its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.normalisation import reference_rows
from challenges.metrics.summaries import some, tokeniser
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

ORDER = 4
SIGMA = 6.0
"""How far, in words, a caption may differ in length before its score falls to 0.6 (Vedantam et al. 2015)."""

RESAMPLES_AT_ONCE = 32
"""Bounds the memory of weights: that many for each distinct n-gram."""


def cider(truth: NDArray[Any], predictions: NDArray[Any], *, tokenise: str = "words") -> float:
    """Return CIDEr-D: how much of a caption's telling n-grams (n = 1 to 4) the references share, mean over the rows.

    Parameters
    ----------
    truth : (n,) texts, or lists of texts where a row has several references; n at least 2.
    predictions : (n,) texts.
    tokenise : words, latin, lower or none, as for rouge_l.

    Returns
    -------
    float, 0 to 10 (best; several references that differ keep it below).

    Raises
    ------
    MetricError
        A cell that is no text; a row without a word in its references; an unknown tokeniser; references from which no
        n-gram tells one row from another, as with a single row.

    Edge cases
    ----------
    An n-gram weighs ln(rows / rows whose references have it), and nothing where all have it; one that no reference
    has weighs as if one row had it. Captions of fewer than four words cannot reach 10. The weights come from the
    references given, so that scores on other rows are not comparable to the last digit.

    Source
    ------
    Vedantam et al. 2015, CIDEr-D as in pycocoevalcap (`Cider`): counts clipped to the reference's, a Gaussian penalty
    (sigma 6) on the difference in length, which is counted in bigrams, times 10. Its tokeniser, a Java program, is
    replaced by `tokenise`.

    Examples
    --------
    >>> truth = np.array(["a red ball under the table", "two dogs run on the beach"])
    >>> round(cider(truth, truth), 9), round(cider(truth, truth[::-1]), 9)
    (10.0, 0.0)
    """
    references, found = reference_rows(truth, predictions)
    counts = np.ones((1, len(found)), dtype=np.int64)
    value = float(_cider(references, found, counts, tokenise)[0])
    if np.isnan(value):
        raise MetricError("truth: expected n-grams that some rows have and others lack; found none")
    return value


def cider_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64], *, tokenise: str = "words"
) -> Array:
    """Return (m,) CIDEr-D of resampled rows, whose n-grams are weighed anew each time."""
    return _cider(*reference_rows(truth, predictions), np.asarray(counts), tokenise)


@dataclass(frozen=True, kw_only=True)
class _Texts:
    """All texts of a corpus as numbered words: first the predictions, then the references of row 0, 1, ..."""

    words: NDArray[np.int64]
    text: NDArray[np.int64]
    """Which text each word is of."""
    row: NDArray[np.int64]
    """(references,) the row of each reference."""
    texts: int
    vocabulary: int


@dataclass(frozen=True, kw_only=True)
class _Grams:
    """What the n-grams of one length say about every reference, before they are weighed; sparse, a column a gram."""

    holds: Any
    """(rows, grams) 1 where a reference of the row has the gram."""
    shared: Any
    """(references, grams) the lesser count, of reference and prediction, times that of the reference."""
    found: Any
    """(rows, grams) squared counts of the prediction."""
    expected: Any
    """(references, grams) squared counts of the reference."""


def _cider(references: list[list[str]], found: list[str], counts: NDArray[np.int64], tokenise: str) -> Array:
    texts = _numbered(references, found, tokeniser(tokenise))
    rows = len(found)
    lengths = np.bincount(texts.text, minlength=texts.texts)
    bigrams = np.maximum(lengths - 1, 0)
    apart = bigrams[texts.row] - bigrams[rows:]
    references_of = np.bincount(texts.row, minlength=rows)
    share = np.exp(-(apart**2) / (2 * SIGMA**2)) / ORDER / references_of[texts.row]
    orders = list(_orders(texts, lengths, rows))
    blocks = [counts[start : start + RESAMPLES_AT_ONCE] for start in range(0, len(counts), RESAMPLES_AT_ONCE)]
    return np.concatenate([_scores(orders, texts.row, share, block) for block in blocks])


def _scores(orders: list[_Grams], row: NDArray[np.int64], share: Array, counts: NDArray[np.int64]) -> Array:
    """Return (m,) scores of resampled rows; NaN where no n-gram tells one drawn row from another."""
    drawn = counts.sum(axis=1)
    similarity = np.zeros((len(row), len(counts)))
    telling = np.zeros(len(counts), dtype=np.bool_)
    for grams in orders:
        having = grams.holds.T @ counts.T.astype(np.float64)  # (grams, m)
        telling |= ((having > 0) & (having < drawn)).any(axis=0)
        weight = (np.log(np.maximum(drawn, 1)) - np.log(np.maximum(having, 1))) ** 2
        norms = np.sqrt(grams.found @ weight)[row] * np.sqrt(grams.expected @ weight)
        shared = grams.shared @ weight
        similarity += np.divide(shared, norms, out=np.zeros_like(shared), where=norms > 0)
    total = np.einsum("mr,rm->m", counts[:, row] * share, similarity)
    return np.asarray(np.where(telling, 10 * total / np.maximum(drawn, 1), np.nan))


def _orders(texts: _Texts, lengths: NDArray[np.int64], rows: int) -> Iterator[_Grams]:
    """Yield the n-grams for n = 1 to 4."""
    ends = np.cumsum(lengths)[texts.text]
    codes, at = texts.words, np.arange(len(texts.words))
    for n in range(1, ORDER + 1):
        if n > 1:
            longer = at + n - 1 < ends[at]
            at = at[longer]
            codes = codes[longer] * texts.vocabulary + texts.words[at + n - 1]
        distinct, codes = np.unique(codes, return_inverse=True)
        yield _grams(codes, texts.text[at], len(distinct), texts, rows)


def _grams(codes: NDArray[np.int64], text: NDArray[np.int64], distinct: int, texts: _Texts, rows: int) -> _Grams:
    from scipy.sparse import csr_array

    each = csr_array((np.ones(len(codes)), (text, codes)), shape=(texts.texts, distinct))
    each.sum_duplicates()
    ours, theirs = each[:rows], each[rows:]
    holder = texts.row[np.repeat(np.arange(theirs.shape[0]), np.diff(theirs.indptr))]
    holds = csr_array((np.ones(theirs.nnz), (holder, theirs.indices)), shape=(rows, distinct))
    holds.sum_duplicates()
    holds.data[:] = 1.0
    return _Grams(
        holds=holds,
        shared=ours[texts.row].minimum(theirs).multiply(theirs).tocsr(),
        found=ours.multiply(ours).tocsr(),
        expected=theirs.multiply(theirs).tocsr(),
    )


def _numbered(references: list[list[str]], found: list[str], cut: Callable[[str], list[str]]) -> _Texts:
    cuts: list[Sequence[str]] = [cut(text) for text in found]
    for row, texts in enumerate(references):
        expected = [cut(text) for text in texts]
        some([word for words in expected for word in words], row)
        cuts += expected
    number: dict[str, int] = {}
    words = np.array([number.setdefault(word, len(number)) for text in cuts for word in text], dtype=np.int64)
    sizes = [len(texts) for texts in references]
    return _Texts(
        words=words,
        text=np.repeat(np.arange(len(cuts)), [len(text) for text in cuts]),
        row=np.repeat(np.arange(len(references)), sizes),
        texts=len(cuts),
        vocabulary=len(number),
    )
