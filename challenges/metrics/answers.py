"""Answers to questions: right or wrong to the letter, or right in part.

Truth is an (n,) array whose cells are a text or a list of accepted texts; predictions are (n,) texts. A row takes the
best of its accepted answers.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.normalisation import normaliser, reference_rows

Array = NDArray[np.float64]


def exact_match(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> float:
    """Return the share of rows whose text is one of the accepted ones.

    Parameters
    ----------
    truth : (n,) texts, or lists of accepted texts.
    predictions : (n,) texts.
    normalise : none (right to the letter), lower, words or squad (the exact match of SQuAD).

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A cell that is no text; a row without an accepted answer.

    Edge cases
    ----------
    Two empty texts are equal. Runs of white space and composed or decomposed accents make no difference.

    Source
    ------
    Rajpurkar et al. 2016, evaluate-v1.1.py, for normalise="squad".

    Examples
    --------
    >>> exact_match(np.array(["a b", "c"]), np.array(["a  b", "C"]))
    0.5
    >>> exact_match(np.array(["The owl."]), np.array(["owl"]), normalise="squad")
    1.0
    """
    return float(matches(truth, predictions, normalise=normalise).mean())


def token_f1(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "squad") -> float:
    """Return the mean F1 of the words that an answer shares with the accepted one.

    Parameters
    ----------
    truth : (n,) texts, or lists of accepted texts.
    predictions : (n,) texts.
    normalise : squad, none, lower or words.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A cell that is no text; a row without an accepted answer.

    Edge cases
    ----------
    A word counts as often as it stands in both. Where one side has no word left, the row scores 1 if both have none,
    else 0.

    Source
    ------
    Rajpurkar et al. 2016 and 2018, evaluate-v2.0.py (`compute_f1`).

    Examples
    --------
    >>> token_f1(np.array(["the grey owl"]), np.array(["a grey old owl"]))
    0.8
    """
    return float(overlaps(truth, predictions, normalise=normalise).mean())


def matches(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "none") -> Array:
    """Return (n,) 1 where the text is one of the accepted ones."""
    expected, found = reference_rows(truth, predictions)
    prepare = normaliser(normalise)
    rows = zip(expected, map(prepare, found), strict=True)
    return np.array([any(prepare(text) == answer for text in texts) for texts, answer in rows], dtype=np.float64)


def overlaps(truth: NDArray[Any], predictions: NDArray[Any], *, normalise: str = "squad") -> Array:
    """Return (n,) F1 of the shared words, of the accepted answer that shares most."""
    expected, found = reference_rows(truth, predictions)
    prepare = normaliser(normalise)
    scores = np.empty(len(found))
    for row, (texts, answer) in enumerate(zip(expected, found, strict=True)):
        words = prepare(answer).split()
        scores[row] = max(_f1(prepare(text).split(), words) for text in texts)
    return scores


def _f1(expected: list[str], found: list[str]) -> float:
    if not expected or not found:
        return float(expected == found)
    shared = sum((Counter(expected) & Counter(found)).values())
    return 2 * shared / (len(expected) + len(found))
