"""Classes against classes, all from one table of counts.

With `threshold` the predictions are probabilities of `positive`: at or above it a row counts as positive.
Classes are those that the truth holds; a prediction outside them is wrong for its own row and makes no class of its
own. All functions refuse an empty or unequal input, NaN and infinities with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import probabilities, same_length
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Label = int | float | str | bool


def accuracy(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of rows whose class is right.

    Parameters
    ----------
    truth : (n,) classes, text or integers.
    predictions : (n,) classes, or probabilities of `positive` where `threshold` is given.
    positive : the class that a probability speaks of.
    threshold : probability from which a row counts as positive.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    sklearn.metrics.accuracy_score.

    Examples
    --------
    >>> accuracy(np.array(["a", "b", "b"]), np.array(["a", "b", "a"]))
    0.6666666666666666
    >>> accuracy(np.array([0, 1]), np.array([0.2, 0.5]), threshold=0.5)
    1.0
    """
    return float(hits(truth, predictions, positive=positive, threshold=threshold).mean())


def balanced_accuracy(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the mean, over the classes of the truth, of the share that was found.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`.

    Returns
    -------
    float, 0 to 1 (best); 1 / classes for a constant prediction.

    Source
    ------
    sklearn.metrics.balanced_accuracy_score.

    Examples
    --------
    >>> balanced_accuracy(np.array(["a", "b", "b", "b"]), np.array(["b", "b", "b", "b"]))
    0.5
    """
    counts = class_sums(truth, predictions, positive=positive, threshold=threshold)
    return float(mean_recall(counts.sum(axis=0)))


def f1_macro(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the mean, over the classes of the truth, of F1.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`.

    Returns
    -------
    float, 0 to 1 (best). A class that is never predicted has F1 0.

    Source
    ------
    sklearn.metrics.f1_score(average="macro", labels=classes of the truth, zero_division=0).

    Examples
    --------
    >>> round(f1_macro(np.array(["a", "a", "b", "b"]), np.array(["a", "b", "b", "b"])), 6)
    0.733333
    """
    counts = class_sums(truth, predictions, positive=positive, threshold=threshold)
    return float(mean_f1(counts.sum(axis=0)))


def precision(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of the rows called positive that are.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`; `positive` is the class that is looked for.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing was called positive.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.precision_score(pos_label=positive, zero_division=0).

    Examples
    --------
    >>> precision(np.array([1, 0, 1]), np.array([1, 1, 0]))
    0.5
    """
    counts = positive_sums(truth, predictions, positive=positive, threshold=threshold).sum(axis=0)
    return float(precision_of(counts))


def recall(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of the positive rows that were called positive.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `precision`.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.recall_score(pos_label=positive).

    Examples
    --------
    >>> recall(np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.3333333333333333
    """
    counts = positive_sums(truth, predictions, positive=positive, threshold=threshold).sum(axis=0)
    return float(recall_of(counts))


def f1(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None) -> float:
    """Return the harmonic mean of precision and recall of one class.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `precision`.

    Returns
    -------
    float, 0 to 1 (best); 0 where nothing was called positive.

    Raises
    ------
    MetricError
        No positive row in the truth.

    Source
    ------
    sklearn.metrics.f1_score(pos_label=positive, zero_division=0).

    Examples
    --------
    >>> f1(np.array([1, 0, 1, 1]), np.array([1, 1, 0, 0]))
    0.4
    """
    counts = positive_sums(truth, predictions, positive=positive, threshold=threshold).sum(axis=0)
    return float(f1_of(counts))


def hits(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n,) 1 where the class is right, 0 elsewhere."""
    _, expected, found = _coded(truth, predictions, positive=positive, threshold=threshold)
    return np.asarray(expected == found, dtype=np.float64)


def class_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 3 * classes): per class whether the row is a hit, is of the class, is called the class."""
    classes, expected, found = _coded(truth, predictions, positive=positive, threshold=threshold)
    codes = np.arange(len(classes))
    is_class, called = expected[:, None] == codes, found[:, None] == codes
    return np.concatenate([is_class & called, is_class, called], axis=1).astype(np.float64)


def positive_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 3): hit, is positive, is called positive. Raises MetricError when the truth has no positive row."""
    same_length(truth, predictions)
    _kinds_agree(truth, np.array([positive]), "the parameter `positive`")
    is_positive = truth == positive
    if not is_positive.any():
        raise MetricError(f"truth has no row of class {positive!r}")
    if threshold is not None:
        called = probabilities(predictions) >= threshold
    else:
        _kinds_agree(truth, predictions, "predictions")
        called = predictions == positive
    return np.column_stack([is_positive & called, is_positive, called]).astype(np.float64)


def mean_recall(sums: Array) -> Array:
    """Return the mean recall over the classes that occur."""
    hit, there, _ = np.split(sums, 3, axis=-1)
    return _mean_over(_share(hit, there), there > 0)


def mean_f1(sums: Array) -> Array:
    """Return the mean F1 over the classes that occur."""
    hit, there, called = np.split(sums, 3, axis=-1)
    return _mean_over(_share(2 * hit, there + called), there > 0)


def precision_of(sums: Array) -> Array:
    """Return hits / called; 0 where nothing was called positive, NaN where a resample holds no positive row."""
    return np.asarray(np.where(sums[..., 1] > 0, _share(sums[..., 0], sums[..., 2]), np.nan))


def recall_of(sums: Array) -> Array:
    """Return hits / positives; NaN where a resample holds none."""
    return np.asarray(np.where(sums[..., 1] > 0, _share(sums[..., 0], sums[..., 1]), np.nan))


def f1_of(sums: Array) -> Array:
    """Return 2 hits / (positives + called); NaN where a resample holds no positive row."""
    share = _share(2 * sums[..., 0], sums[..., 1] + sums[..., 2])
    return np.asarray(np.where(sums[..., 1] > 0, share, np.nan))


def _coded(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None
) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.int64]]:
    """Return the classes of the truth and both sides as positions in them; -1 for a class that the truth lacks."""
    same_length(truth, predictions)
    if threshold is not None:
        _kinds_agree(truth, np.array([positive]), "the parameter `positive`")
        truth, predictions = truth == positive, probabilities(predictions) >= threshold
    _kinds_agree(truth, predictions, "predictions")
    classes, expected = np.unique(truth, return_inverse=True)
    place = np.searchsorted(classes, predictions).clip(max=len(classes) - 1)
    found = np.where(classes[place] == predictions, place, -1)
    return classes, expected.astype(np.int64), found.astype(np.int64)


def _kinds_agree(truth: NDArray[Any], other: NDArray[Any], side: str) -> None:
    for name, values in (("truth", truth), (side, other)):
        if values.ndim != 1 or values.dtype.kind not in "fiubUO":
            raise MetricError(f"{name}: expected one class a row, found dtype {values.dtype}, shape {values.shape}")
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise MetricError(f"{name}: expected classes, found NaN or infinity")
        if values.dtype.kind == "O" and not all(isinstance(value, str) for value in values):
            raise MetricError(f"{name}: expected classes as text or as integers, found other objects")
    if (truth.dtype.kind in "UO") != (other.dtype.kind in "UO"):
        raise MetricError(f"truth holds {truth.dtype} and {side} {other.dtype}; expected text on both or numbers")


def _share(part: Array, whole: Array) -> Array:
    """Return part / whole, 0 where there is no whole."""
    return np.asarray(np.divide(part, whole, out=np.zeros(np.shape(part)), where=np.asarray(whole) > 0))


def _mean_over(values: Array, counted: NDArray[np.bool_]) -> Array:
    return np.asarray((values * counted).sum(axis=-1) / counted.sum(axis=-1))
