"""Transcripts against what was said: edits between words or characters.

Truth and predictions are (n,) arrays of texts. Error rates are of the corpus: the sum of edits over the sum of
lengths, never a mean of ratios, so that a resample of utterances costs one product. What counts as an edit is settled
by `normalise`, the name of a normalisation in normalisation.py:

    none     as written; only runs of white space and composed or decomposed accents are alike
    lower    case does not count
    words    neither case nor punctuation counts
    squad    as words of ASCII punctuation, and without articles

An empty reference adds its inserted words to the edits and nothing to the length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from challenges.metrics.normalisation import normaliser, text_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def wer(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> float:
    """Return the word error rate: words to insert, delete or replace, for each word of the reference.

    Parameters
    ----------
    truth, predictions : (n,) texts.
    normalise : none, lower, words or squad.

    Returns
    -------
    float, 0 (best) and up; 1 for empty predictions, more than 1 for endless ones.

    Raises
    ------
    MetricError
        A cell that is no text; no word in any reference.

    Edge cases
    ----------
    An empty reference adds its inserted words to the edits and nothing to the length.

    Source
    ------
    jiwer.wer (4.0) on lists.

    Examples
    --------
    >>> wer(np.array(["two green ships", "stop"]), np.array(["two grey ships now", "stop"]))
    0.5
    >>> wer(np.array(["Hello, world"]), np.array(["hello world"])), wer(
    ...     np.array(["Hello, world"]), np.array(["hello world"]), normalise="words")
    (0.5, 0.0)
    """
    return _rate(word_edits(truth, predictions, normalise=normalise), "word")


def cer(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> float:
    """Return the character error rate: characters to insert, delete or replace, for each of the reference.

    Parameters
    ----------
    truth, predictions : (n,) texts; the single spaces between words count as characters.
    normalise : none, lower, words or squad.

    Returns
    -------
    float, 0 (best) and up.

    Raises
    ------
    MetricError
        A cell that is no text; no character in any reference.

    Edge cases
    ----------
    An empty reference adds its inserted characters to the edits and nothing to the length.

    Source
    ------
    jiwer.cer (4.0) on lists.

    Examples
    --------
    >>> cer(np.array(["abcd"]), np.array(["abxd"]))
    0.25
    """
    return _rate(character_edits(truth, predictions, normalise=normalise), "character")


def mer(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> float:
    """Return the match error rate: the share of wrong pairs among all pairs of the word alignment.

    Parameters
    ----------
    truth, predictions : (n,) texts.
    normalise : none, lower, words or squad.

    Returns
    -------
    float, 0 (best) to 1 (no word matches).

    Raises
    ------
    MetricError
        A cell that is no text; no word on either side.

    Edge cases
    ----------
    An empty reference adds its inserted words to the edits and to the pairs.

    Source
    ------
    Morris, Maier and Green 2004; jiwer.mer (4.0) on lists. Several alignments may have the fewest edits and yet not
    the same number of matches; like jiwer, this takes the one that rapidfuzz finds.

    Examples
    --------
    >>> mer(np.array(["two green ships", "stop"]), np.array(["two grey ships now", "stop"]))
    0.4
    """
    return _rate(match_errors(truth, predictions, normalise=normalise), "word")


def levenshtein(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> float:
    """Return the mean edit distance in characters.

    Parameters
    ----------
    truth, predictions : (n,) texts.
    normalise : none, lower, words or squad.

    Returns
    -------
    float, 0 (best) and up, in characters.

    Raises
    ------
    MetricError
        A cell that is no text.

    Edge cases
    ----------
    Two empty texts are 0 apart.

    Source
    ------
    Levenshtein 1966, every edit counting 1; rapidfuzz.distance.Levenshtein.

    Examples
    --------
    >>> levenshtein(np.array(["kitten", "stop"]), np.array(["sitting", "stop"]))
    1.5
    """
    return float(distances(truth, predictions, normalise=normalise).mean())


def word_edits(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> Array:
    """Return (n, 2): edits between the words, words of the reference."""
    expected, found = text_rows(truth, predictions)
    if normalise != "none":  # else the words are all that is looked at, and nothing has to be joined first
        expected, found = _normalised(expected, found, normalise)
    distance = Levenshtein.distance
    edits, lengths = [], []
    for left, right in zip(expected, found, strict=True):
        words = left.split()
        edits.append(distance(words, right.split()))
        lengths.append(len(words))
    return np.array([edits, lengths], dtype=np.float64).T


def character_edits(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> Array:
    """Return (n, 2): edits between the characters, characters of the reference."""
    expected, found = _normalised(*text_rows(truth, predictions), normalise)
    edits = list(map(Levenshtein.distance, expected, found))
    return np.array([edits, list(map(len, expected))], dtype=np.float64).T


def match_errors(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> Array:
    """Return (n, 2): edits between the words, pairs of the alignment (matches and edits)."""
    expected, found = _normalised(*text_rows(truth, predictions), normalise)
    edits, pairs = [], []
    for left, right in zip(expected, found, strict=True):
        words = left.split()
        steps = Levenshtein.editops(words, right.split()).as_list()
        edits.append(len(steps))
        pairs.append(len(words) + sum(tag == "insert" for tag, _, _ in steps))
    return np.array([edits, pairs], dtype=np.float64).T


def distances(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> Array:
    """Return (n,) edit distances in characters."""
    return character_edits(truth, predictions, normalise=normalise)[:, 0]


def ratio(sums: Array) -> Array:
    """Return first sum / second sum; NaN where the second is 0."""
    over = sums[..., 1]
    return np.asarray(np.where(over > 0, sums[..., 0] / np.where(over > 0, over, 1.0), np.nan))


def _normalised(expected: list[str], found: list[str], normalise: str) -> tuple[list[str], list[str]]:
    prepare = normaliser(normalise)
    return list(map(prepare, expected)), list(map(prepare, found))


def _rate(edits: Array, thing: str) -> float:
    value = float(ratio(edits.sum(axis=0)))
    if np.isnan(value):
        raise MetricError(f"truth: expected at least one {thing} in all the references, found none")
    return value
