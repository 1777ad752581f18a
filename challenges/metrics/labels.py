"""Classes of two sides, checked and numbered: what every measure of classes starts from.

    truth        a  b  b  c        classes of the truth: a, b, c
    predictions  a  b  x  a        expected 0 1 1 2, found 0 1 3 0

A prediction outside the classes of the truth is wrong for its own row and makes no class of its own: it gets the
number behind the last. With a threshold, predictions are probabilities of the class `positive`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import probabilities, same_length
from challenges.metrics.types import MetricError

Label = int | float | str | bool
Codes = NDArray[np.int64]

WIDEST_TABLE = 1 << 22
"""Integer classes that span less are numbered by a table instead of by sorting: 8 bytes times this at most."""


NARROW = 1 << 16
"""Pairs of integer classes up to this number are counted at once: the table stays in the processor's cache."""


@dataclass(frozen=True)
class Coded:
    """Both sides as positions in the classes of the truth; `classes` itself stands for any other class."""

    classes: int
    expected: Codes
    found: Codes


@dataclass(frozen=True)
class Counted:
    """Numbers of rows."""

    hits: Codes
    """(classes,)"""
    there: Codes
    """(classes,)"""
    called: Codes
    """(classes + 1,), the last for every class that the truth lacks."""


def coded(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None) -> Coded:
    """Return both sides as numbers. Raises MetricError for empty, unequal or mixed sides, NaN and infinities."""
    same_length(truth, predictions)
    if threshold is not None:
        kinds_agree(truth, np.array([positive]), "the parameter `positive`")
        truth, predictions = truth == positive, probabilities(predictions) >= threshold
    kinds_agree(truth, predictions, "predictions")
    if truth.dtype.kind in "biu" and predictions.dtype.kind in "biu":
        low, high = int(truth.min()), int(truth.max())
        if high - low < WIDEST_TABLE and -(2**62) < low <= high < 2**62:
            return _by_table(truth, predictions, low, high)
    classes, expected = np.unique(truth, return_inverse=True)
    place = np.searchsorted(classes, predictions).clip(max=len(classes) - 1)
    found = np.where(classes[place] == predictions, place, len(classes))
    return Coded(len(classes), expected.astype(np.int64), found.astype(np.int64))


def counted(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None) -> Counted:
    """Return how many rows are hits, are of each class and are called each class; raises as `coded`."""
    same_length(truth, predictions)
    if threshold is None and truth.dtype.kind in "biu" and predictions.dtype.kind in "biu":
        kinds_agree(truth, predictions, "predictions")
        low, high = int(truth.min()), int(truth.max())
        if (high - low + 2) ** 2 < NARROW and low <= int(predictions.min()) and int(predictions.max()) <= high:
            return _by_pairs(truth, predictions, low, high - low + 1)
    rows = coded(truth, predictions, positive=positive, threshold=threshold)
    hits = np.bincount(rows.expected[rows.expected == rows.found], minlength=rows.classes)
    there = np.bincount(rows.expected, minlength=rows.classes)
    return Counted(hits, there, np.bincount(rows.found, minlength=rows.classes + 1))


def called_and_positive(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n,) called positive and (n,) is positive. Raises MetricError when the truth has no positive row."""
    same_length(truth, predictions)
    kinds_agree(truth, np.array([positive]), "the parameter `positive`")
    is_positive = np.asarray(truth == positive)
    if not is_positive.any():
        raise MetricError(f"truth has no row of class {positive!r}")
    if threshold is not None:
        return np.asarray(probabilities(predictions) >= threshold), is_positive
    kinds_agree(truth, predictions, "predictions")
    return np.asarray(predictions == positive), is_positive


def kinds_agree(truth: NDArray[Any], other: NDArray[Any], side: str) -> None:
    """Raise MetricError unless both hold one class a row, as text on both or as numbers on both."""
    for name, values in (("truth", truth), (side, other)):
        if values.ndim != 1 or values.dtype.kind not in "fiubUO":
            raise MetricError(f"{name}: expected one class a row, found dtype {values.dtype}, shape {values.shape}")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            row = int(np.argmin(np.isfinite(values)))
            raise MetricError(f"{name}, row {row}: expected a class, found {values[row]}")
        if values.dtype.kind == "O":
            row = next((place for place, value in enumerate(values) if not isinstance(value, str)), -1)
            if row >= 0:
                kind = type(values[row]).__name__
                raise MetricError(f"{name}, row {row}: expected classes as text or as integers, found a {kind}")
    if (truth.dtype.kind in "UO") != (other.dtype.kind in "UO"):
        raise MetricError(f"truth holds {truth.dtype} and {side} {other.dtype}; expected text on both or numbers")


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return part / whole, 0 where there is no whole."""
    return np.asarray(np.divide(part, whole, out=np.zeros(np.shape(part)), where=np.asarray(whole) > 0))


def _by_table(truth: NDArray[Any], predictions: NDArray[Any], low: int, high: int) -> Coded:
    offset = truth.astype(np.int64) - low
    known = np.zeros(high - low + 2, dtype=bool)  # the last place stands for everything beyond
    known[offset] = True
    classes = int(np.count_nonzero(known))
    number = np.full(len(known), classes)
    number[known] = np.arange(classes)
    inside = (predictions >= low) & (predictions <= high)
    place = np.where(inside, predictions, high + 1).astype(np.int64) - low
    return Coded(classes, number[offset], number[place])


def _by_pairs(truth: NDArray[Any], predictions: NDArray[Any], low: int, width: int) -> Counted:
    pairs = truth.astype(np.int64)
    pairs -= low
    pairs *= width
    pairs += predictions.astype(np.int64, copy=False)
    pairs -= low
    table = np.bincount(pairs, minlength=width * width).reshape(width, width)
    there, called = table.sum(axis=1), table.sum(axis=0)
    known = there > 0
    return Counted(np.diag(table)[known], there[known], np.append(called[known], called[~known].sum()))
