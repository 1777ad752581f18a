"""Agreement beyond chance: 0 for any constant prediction, whatever the shares of the classes.

A truth of one class is refused: there is no chance to go beyond. Otherwise as in `classification`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.labels import Label, coded, counted
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def mcc(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the Matthews correlation of the two sides, for any number of classes.

    Parameters
    ----------
    truth : (n,) classes, text or integers.
    predictions : (n,) classes, or probabilities of `positive` where `threshold` is given.
    positive : the class that a probability speaks of.
    threshold : probability from which a row counts as positive, 0 to 1.

    Returns
    -------
    float, -1 to 1 (best); 0 for a constant prediction.

    Raises
    ------
    MetricError
        A constant truth.

    Edge cases
    ----------
    All predictions outside the classes of the truth count as one further class.

    Source
    ------
    Gorodkin 2004; sklearn.metrics.matthews_corrcoef, which gives 0 for a constant truth where this refuses.

    Examples
    --------
    >>> round(mcc(np.array([1, 1, 1, 0]), np.array([1, 0, 1, 0])), 6)
    0.57735
    >>> mcc(np.array([1, 1, 1, 0]), np.array([1, 1, 1, 1]))
    0.0
    """
    return _defined(correlation(_counts(truth, predictions, positive=positive, threshold=threshold)))


def cohen_kappa(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the agreement beyond that of two raters who draw at random with the same shares.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `mcc`.

    Returns
    -------
    float, -1 to 1 (best); 0 for a constant prediction.

    Raises
    ------
    MetricError
        A constant truth.

    Source
    ------
    Cohen 1960; sklearn.metrics.cohen_kappa_score.

    Examples
    --------
    >>> cohen_kappa(np.array([1, 1, 1, 0]), np.array([1, 0, 1, 0]))
    0.5
    """
    return _defined(kappa(_counts(truth, predictions, positive=positive, threshold=threshold)))


def qwk(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the quadratic weighted kappa: an error of two grades costs four times that of one.

    Parameters
    ----------
    truth, predictions : (n,) whole numbers, grades on a scale; their differences count, not their ranks.

    Returns
    -------
    float, -1 to 1 (best); 0 for a constant prediction.

    Raises
    ------
    MetricError
        A constant truth, text, a number that is not whole.

    Edge cases
    ----------
    Grades that never occur still stand between their neighbours: scikit-learn closes such gaps unless `labels` names
    every grade.

    Source
    ------
    Cohen 1968; sklearn.metrics.cohen_kappa_score(weights="quadratic", labels=every grade from lowest to highest).

    Examples
    --------
    >>> qwk(np.array([1, 2, 3, 4]), np.array([1, 2, 3, 3]))
    0.875
    >>> qwk(np.array([1, 2, 3, 4]), np.array([2, 2, 2, 2]))
    0.0
    """
    a, b = _grades(truth, predictions)
    gap = a - b
    totals = [gap @ gap, a.sum(), b.sum(), a @ a, b @ b, float(len(a))]
    return _defined(quadratic_kappa(np.array(totals)))


def agreement_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 1 + 2 * (classes + 1)): hit, per class whether the row is of it, per class whether it is called so."""
    rows = coded(truth, predictions, positive=positive, threshold=threshold)
    numbers = np.arange(rows.classes + 1)
    hit = rows.expected == rows.found
    figures = [hit[:, None], rows.expected[:, None] == numbers, rows.found[:, None] == numbers]
    return np.concatenate(figures, axis=1).astype(np.float64)


def grade_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 6): squared difference, both sides, both squared, 1; from the middle, so that nothing cancels."""
    a, b = _grades(truth, predictions)
    return np.column_stack([(a - b) ** 2, a, b, a**2, b**2, np.ones(len(a))])


def correlation(sums: Array) -> Array:
    """Return the Matthews correlation; 0 for a constant prediction, NaN for a constant truth."""
    hit, there, called = _parts(sums)
    count = there.sum(axis=-1)
    spread = (count**2 - (there**2).sum(axis=-1)) * (count**2 - (called**2).sum(axis=-1))
    covered = hit * count - (there * called).sum(axis=-1)
    value = covered / np.sqrt(np.where(spread > 0, spread, 1.0))
    return np.asarray(np.where(_constant(there), np.nan, np.where(spread > 0, value, 0.0)))


def kappa(sums: Array) -> Array:
    """Return Cohen's kappa; NaN for a constant truth."""
    hit, there, called = _parts(sums)
    count = there.sum(axis=-1)
    by_chance = (there * called).sum(axis=-1) / count
    constant = _constant(there)
    return np.asarray(np.where(constant, np.nan, (hit - by_chance) / np.where(constant, 1.0, count - by_chance)))


def quadratic_kappa(sums: Array) -> Array:
    """Return the quadratic weighted kappa; NaN for a constant truth."""
    errors, a, b, squares_a, squares_b, count = np.moveaxis(sums, -1, 0)
    by_chance = squares_a + squares_b - 2 * a * b / count
    constant = count * squares_a <= a**2
    return np.asarray(np.where(constant, np.nan, 1.0 - errors / np.where(constant, 1.0, by_chance)))


def _grades(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    """Return both sides measured from the middle of the truth."""
    expected, found = number_rows(truth, predictions)
    for side, values in (("truth", expected), ("predictions", found)):
        broken = np.flatnonzero(values != np.rint(values))
        if len(broken):
            raise MetricError(f"{side}, row {broken[0]}: expected a whole number, found {values[broken[0]]}")
    middle = np.rint(expected.mean())
    return expected - middle, found - middle


def _counts(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None) -> Array:
    """Return what `agreement_sums` adds up to, without a column for each class."""
    rows = counted(truth, predictions, positive=positive, threshold=threshold)
    return np.concatenate([[rows.hits.sum()], rows.there, [0], rows.called]).astype(np.float64)


def _parts(sums: Array) -> tuple[Array, Array, Array]:
    """Return (...) hits, (..., classes) of the truth and (..., classes) called."""
    classes = (sums.shape[-1] - 1) // 2
    return sums[..., 0], sums[..., 1 : 1 + classes], sums[..., 1 + classes :]


def _constant(there: Array) -> NDArray[np.bool_]:
    return np.asarray(np.count_nonzero(there, axis=-1) < 2)


def _defined(value: Array) -> float:
    if np.isnan(value):
        raise MetricError("truth holds one class only: agreement beyond chance is not defined")
    return float(value)
