"""Texts as the metrics read them: one Unicode form, single spaces, and the normalisation that a challenge names.

Two texts that look alike are alike: composed and decomposed accents (NFC), and runs of white space, never count as
differences. Everything further - case, punctuation, articles - is the challenge's choice, by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import MetricError

Normaliser = Callable[[str], str]

ARTICLES = re.compile(r"\b(a|an|the)\b")
ASCII_PUNCTUATION = str.maketrans("", "", "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
APOSTROPHES = "'\u2019"


class _Signs(dict[int, str]):
    """Character -> itself, or a space for punctuation and symbols of any script; apostrophes stay."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        self[point] = " " if unicodedata.category(letter)[0] in "PS" and letter not in APOSTROPHES else letter
        return self[point]


SIGNS = _Signs()


def as_written(text: str) -> str:
    """Return the text with single spaces.

    >>> as_written("  Two\\tships ")
    'Two ships'
    """
    return " ".join(text.split())


def lower(text: str) -> str:
    """Return the text in lower case with single spaces.

    >>> lower("Two Ships!")
    'two ships!'
    """
    return " ".join(text.lower().split())


def words_only(text: str) -> str:
    """Return the words in lower case without punctuation; an apostrophe within a word stays.

    >>> words_only("Don't - he said - GO!")
    "don't he said go"
    """
    words = (word.strip(APOSTROPHES) for word in text.lower().translate(SIGNS).split())
    return " ".join(word for word in words if word)


def squad(text: str) -> str:
    """Return the text as the evaluation script of SQuAD 1.1 compares it.

    Lower case, ASCII punctuation dropped, then the articles a, an and the, then single spaces.

    >>> squad("The  answer: an Owl!")
    'answer owl'
    """
    return " ".join(ARTICLES.sub(" ", text.lower().translate(ASCII_PUNCTUATION)).split())


NORMALISERS: dict[str, Normaliser] = {"none": as_written, "lower": lower, "words": words_only, "squad": squad}


def normaliser(name: str) -> Normaliser:
    """Return a normaliser by the name that a challenge gives it. Raises MetricError for an unknown one."""
    if name not in NORMALISERS:
        raise MetricError(f"normalise: expected one of {', '.join(NORMALISERS)}, found {name!r}")
    return NORMALISERS[name]


def same_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> None:
    """Raise MetricError unless both sides have the same number of rows, at least one; cells may differ in shape."""
    if len(truth) != len(predictions):
        raise MetricError(f"truth has {len(truth)} rows and predictions {len(predictions)}; expected the same")
    if len(truth) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")


def text_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[list[str], list[str]]:
    """Return both sides as texts in Unicode form NFC. Raises MetricError for a cell that is no text."""
    same_rows(truth, predictions)
    return composed(truth, "truth"), composed(predictions, "predictions")


def reference_rows(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[list[list[str]], list[str]]:
    """Return the references of each row, one or several, and the predicted texts, all in Unicode form NFC.

    Raises MetricError for a cell that is no text and for a row without a reference.
    """
    same_rows(truth, predictions)
    found = composed(predictions, "predictions")
    if truth.ndim == 1 and all(isinstance(cell, str) for cell in truth.tolist()):
        return [[text] for text in composed(truth, "truth")], found
    return [_references(cell, row) for row, cell in enumerate(truth)], found


def composed(side: NDArray[Any], name: str) -> list[str]:
    """Return (n,) texts in Unicode form NFC. Raises MetricError naming the first row that is no text."""
    texts: list[Any] = side.tolist() if side.ndim == 1 else list(side)
    if not {type(text) for text in texts} <= {str, np.str_}:
        row = next(row for row, text in enumerate(texts) if not isinstance(text, str))
        raise MetricError(f"{name}, row {row}: expected a text, found {type(texts[row]).__name__}")
    return [text if text.isascii() else unicodedata.normalize("NFC", text) for text in texts]


def _references(cell: Any, row: int) -> list[str]:
    if isinstance(cell, str):
        return [unicodedata.normalize("NFC", cell)]
    if not isinstance(cell, Sequence | np.ndarray) or len(cell) == 0:
        raise MetricError(f"truth, row {row}: expected a text or a list of texts, found {type(cell).__name__}")
    for text in cell:
        if not isinstance(text, str):
            raise MetricError(f"truth, row {row}: expected a list of texts, found {type(text).__name__} in it")
    return [unicodedata.normalize("NFC", text) for text in cell]
