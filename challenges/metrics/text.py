"""Transcripts and answers as text.

Truth and predictions are (n,) arrays of texts. Runs of white space count as one space and those at the ends as none;
any further normalisation (case, punctuation) is the challenge's own. Error rates are of the corpus: the sum of edits
over the sum of reference lengths, never a mean of ratios.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from challenges.metrics.arrays import same_length
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def wer(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the word error rate: words to insert, delete or replace, for each word of the reference.

    Parameters
    ----------
    truth, predictions : (n,) texts.

    Returns
    -------
    float, 0 (best) and up; 1 for empty predictions, more than 1 for endless ones.

    Raises
    ------
    MetricError
        No word in any reference.

    Edge cases
    ----------
    An empty reference adds its inserted words to the edits and nothing to the length.

    Source
    ------
    jiwer.wer on lists.

    Examples
    --------
    >>> wer(np.array(["two green ships", "stop"]), np.array(["two grey ships now", "stop"]))
    0.5
    """
    return _rate(word_edits(truth, predictions), "word")


def cer(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the character error rate: characters to insert, delete or replace, for each of the reference.

    Parameters
    ----------
    truth, predictions : (n,) texts; the spaces between words count as characters.

    Returns
    -------
    float, 0 (best) and up.

    Raises
    ------
    MetricError
        No character in any reference.

    Source
    ------
    jiwer.cer on lists.

    Examples
    --------
    >>> cer(np.array(["abcd"]), np.array(["abxd"]))
    0.25
    """
    return _rate(character_edits(truth, predictions), "character")


def exact_match(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of rows whose text is right to the letter.

    Parameters
    ----------
    truth, predictions : (n,) texts.

    Returns
    -------
    float, 0 to 1 (best).

    Examples
    --------
    >>> exact_match(np.array(["a b", "c"]), np.array(["a  b", "C"]))
    0.5
    """
    return float(matches(truth, predictions).mean())


def word_edits(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): edits between the words, words of the reference."""
    return _edits(truth, predictions, str.split)


def character_edits(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): edits between the characters, characters of the reference."""
    return _edits(truth, predictions, _spaced)


def matches(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 where the texts are equal."""
    pairs = _texts(truth, predictions)
    return np.array([_spaced(expected) == _spaced(found) for expected, found in pairs], dtype=np.float64)


def ratio(sums: Array) -> Array:
    """Return first sum / second sum; NaN where the second is 0."""
    over = sums[..., 1]
    return np.asarray(np.where(over > 0, sums[..., 0] / np.where(over > 0, over, 1.0), np.nan))


def _rate(edits: Array, thing: str) -> float:
    value = float(ratio(edits.sum(axis=0)))
    if np.isnan(value):
        raise MetricError(f"truth: expected at least one {thing} in all the references, found none")
    return value


def _edits(truth: NDArray[Any], predictions: NDArray[Any], cut: Callable[[str], Sequence[str]]) -> Array:
    pairs = [(cut(expected), cut(found)) for expected, found in _texts(truth, predictions)]
    return np.array(
        [(Levenshtein.distance(expected, found), len(expected)) for expected, found in pairs], dtype=np.float64
    )


def _texts(truth: NDArray[Any], predictions: NDArray[Any]) -> list[tuple[str, str]]:
    same_length(truth, predictions)
    pairs = list(zip(truth.tolist(), predictions.tolist(), strict=True))
    for row, pair in enumerate(pairs):
        for side, text in zip(("truth", "predictions"), pair, strict=True):
            if not isinstance(text, str):
                raise MetricError(f"{side}, row {row}: expected a text, found {type(text).__name__}")
    return pairs


def _spaced(text: str) -> str:
    return " ".join(text.split())
