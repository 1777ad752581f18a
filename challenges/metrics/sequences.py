"""Tagged sequences: names and other spans, right only where start, end and type are.

Truth and predictions are (n,) cells of tags, one for each word of a sentence: O outside, B-type at the beginning and
I-type inside a span; E-type at the end and S-type for a single word may be used as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.normalisation import same_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def span_f1(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the F1 of spans: the harmonic mean of how many predicted spans are right and how many are found.

    Parameters
    ----------
    truth, predictions : (n,) cells of tags, such as ["B-name", "I-name", "O"], of one length on both sides.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A tag other than O, B, I, E or S with a type; a row whose sides differ in length; no span in the truth.

    Edge cases
    ----------
    Spans are counted over all sentences. A span also begins where the type changes or where I follows O, as in the
    script of CoNLL; it never reaches into the next sentence.

    Source
    ------
    Tjong Kim Sang and De Meulder 2003 (conlleval); seqeval.metrics.f1_score 1.2.2 in its default mode, micro average,
    which gives 0 where the truth has no span and this refuses.

    Examples
    --------
    >>> truth = np.array([["B-name", "I-name", "O", "B-place"]])
    >>> span_f1(truth, np.array([["B-name", "O", "O", "B-place"]]))
    0.5
    """
    value = float(span_f1_of(span_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected at least one span in all the rows, found none")
    return value


def span_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 3): spans that are right, spans predicted, spans of the truth."""
    same_rows(truth, predictions)
    sums = np.empty((len(truth), 3))
    for row, (left, right) in enumerate(zip(truth, predictions, strict=True)):
        tags, guesses = _tags(left, row, "truth"), _tags(right, row, "predictions")
        if len(tags) != len(guesses):
            raise MetricError(f"predictions, row {row}: expected {len(tags)} tags, found {len(guesses)}")
        expected, found = set(spans(tags)), set(spans(guesses))
        sums[row] = len(expected & found), len(found), len(expected)
    return sums


def span_f1_of(sums: Array) -> Array:
    """Return F1 of summed spans; NaN where the truth has none."""
    right, found, expected = np.moveaxis(sums, -1, 0)
    return np.asarray(np.where(expected > 0, 2 * right / np.where(expected > 0, found + expected, 1.0), np.nan))


def spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield first word, word behind the last one, and type of each span.

    >>> list(spans(["B-name", "I-name", "O", "I-place", "B-place"]))
    [(0, 2, 'name'), (3, 4, 'place'), (4, 5, 'place')]
    """
    start, before, kind = 0, "O", ""
    for place, tag in enumerate([*tags, "O"]):
        role, this = tag[0], tag[2:]
        anew = before in "OES" or role in "OBS" or this != kind
        if before != "O" and anew:
            yield start, place, kind
        if anew:
            start = place
        before, kind = role, this


def _tags(cell: Any, row: int, side: str) -> list[str]:
    if isinstance(cell, str) or not isinstance(cell, Sequence | np.ndarray):
        raise MetricError(f"{side}, row {row}: expected a list of tags, found {type(cell).__name__}")
    tags = list(cell)
    for tag in tags:
        if not isinstance(tag, str) or not (tag == "O" or (tag[:1] in ("B", "I", "E", "S") and tag[1:2] == "-")):
            raise MetricError(f"{side}, row {row}: expected O or B-, I-, E-, S- and a type, found {tag!r:.40}")
    return tags
