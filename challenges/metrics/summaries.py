"""Summaries against references: the longest subsequence of words that both have.

Truth is an (n,) array whose cells are a reference or a list of references; predictions are (n,) texts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from challenges.metrics.normalisation import as_written, lower, reference_rows, words_only
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

LATIN = re.compile(r"[a-z0-9]+")

TOKENISERS: dict[str, Callable[[str], list[str]]] = {
    "latin": lambda text: LATIN.findall(text.lower()),
    "words": lambda text: words_only(text).split(),
    "lower": lambda text: lower(text).split(),
    "none": lambda text: as_written(text).split(),
}


def rouge_l(truth: NDArray[Any], predictions: NDArray[Any], *, tokenise: str = "latin") -> float:
    """Return ROUGE-L: the mean F1 of the longest common subsequence of words.

    Parameters
    ----------
    truth : (n,) texts, or lists of texts where a row has several references.
    predictions : (n,) texts.
    tokenise : latin (runs of a-z and 0-9, case ignored, as rouge-score), words (runs of letters and digits of any
        script, case ignored), lower or none (what white space separates, case ignored or not).

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A cell that is no text; a reference without a word; an unknown tokeniser.

    Edge cases
    ----------
    A prediction without a word scores 0. Of several references the best counts. Words are not stemmed. "latin" sees
    no words in other scripts, and refuses such references.

    Source
    ------
    Lin 2004; rouge_score.RougeScorer(["rougeL"]) 0.1.2, fmeasure.

    Examples
    --------
    >>> rouge_l(np.array(["the cat sat on the mat"]), np.array(["The cat is on a mat."]))
    0.6666666666666666
    """
    return float(rouge_l_rows(truth, predictions, tokenise=tokenise).mean())


def rouge_l_rows(truth: NDArray[Any], predictions: NDArray[Any], *, tokenise: str = "latin") -> Array:
    """Return (n,) F1 of the longest common subsequence, with the reference that gives most."""
    references, found = reference_rows(truth, predictions)
    cut = tokeniser(tokenise)
    scores = np.empty(len(found))
    for row, (texts, prediction) in enumerate(zip(references, found, strict=True)):
        words = cut(prediction)
        scores[row] = max(_lcs_f1(some(cut(text), row), words) for text in texts)
    return scores


def _lcs_f1(expected: list[str], found: list[str]) -> float:
    return 2 * LCSseq.similarity(expected, found) / (len(expected) + len(found))


def some(words: list[str], row: int) -> list[str]:
    if not words:
        raise MetricError(f"truth, row {row}: expected at least one word in each reference, found none")
    return words


def tokeniser(name: str) -> Callable[[str], list[str]]:
    if name not in TOKENISERS:
        raise MetricError(f"tokenise: expected one of {', '.join(TOKENISERS)}, found {name!r}")
    return TOKENISERS[name]
