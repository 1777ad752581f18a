"""Classes against classes, all from counts of rows.

With `threshold` the predictions are probabilities of `positive`: at or above it a row counts as positive.
Classes are those that the truth holds; a prediction outside them is wrong for its own row and makes no class of its
own, so that it cannot change what a macro average divides by. All functions refuse an empty or unequal input, text
on one side and numbers on the other, NaN and infinities with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import probabilities, same_length
from challenges.metrics.labels import Label, coded, counted, kinds_agree, share

Array = NDArray[np.float64]


def accuracy(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the share of rows whose class is right.

    Parameters
    ----------
    truth : (n,) classes, text or integers.
    predictions : (n,) classes, or probabilities of `positive` where `threshold` is given.
    positive : the class that a probability speaks of.
    threshold : probability from which a row counts as positive, 0 to 1.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    One row and a constant truth are fine. A constant prediction reaches the share of its class.

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
    return _mean(_right(truth, predictions, positive=positive, threshold=threshold))


def f1_micro(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return F1 over all rows and classes at once; with one class a row that is the accuracy.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    A prediction outside the classes of the truth counts as a call: refraining from a call never pays. Several labels
    a row are another measure, `multilabel_f1_micro`.

    Source
    ------
    sklearn.metrics.f1_score(average="micro") without `labels`.

    Examples
    --------
    >>> f1_micro(np.array(["a", "b", "b", "c"]), np.array(["a", "b", "a", "zz"]))
    0.5
    """
    return accuracy(truth, predictions, positive=positive, threshold=threshold)


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

    Edge cases
    ----------
    A constant truth has one class, whose share is the score.

    Source
    ------
    sklearn.metrics.balanced_accuracy_score.

    Examples
    --------
    >>> balanced_accuracy(np.array(["a", "b", "b", "b"]), np.array(["b", "b", "b", "b"]))
    0.5
    """
    return float(mean_recall(_class_counts(truth, predictions, positive=positive, threshold=threshold)))


def f1_macro(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the mean, over the classes of the truth, of F1.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    A class that is never predicted has F1 0. A predicted class that the truth lacks has no F1 and is not counted:
    scikit-learn counts it unless `labels` is given, and a single made-up class then lowers the score of all.

    Source
    ------
    sklearn.metrics.f1_score(average="macro", labels=classes of the truth, zero_division=0).

    Examples
    --------
    >>> round(f1_macro(np.array(["a", "a", "b", "b"]), np.array(["a", "b", "b", "b"])), 6)
    0.733333
    """
    return float(mean_f1(_class_counts(truth, predictions, positive=positive, threshold=threshold)))


def f1_weighted(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> float:
    """Return the mean, over the rows, of the F1 of the row's true class.

    Parameters
    ----------
    truth, predictions, positive, threshold : see `accuracy`.

    Returns
    -------
    float, 0 to 1 (best).

    Edge cases
    ----------
    A class that is never predicted has F1 0; a predicted class that the truth lacks is not counted.

    Source
    ------
    sklearn.metrics.f1_score(average="weighted", labels=classes of the truth, zero_division=0).

    Examples
    --------
    >>> round(f1_weighted(np.array(["a", "b", "b", "b"]), np.array(["a", "a", "b", "b"])), 6)
    0.766667
    """
    return float(weighted_f1(_class_counts(truth, predictions, positive=positive, threshold=threshold)))


def hits(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n,) 1 where the class is right, 0 elsewhere."""
    return _right(truth, predictions, positive=positive, threshold=threshold).astype(np.float64)


def class_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label = 1, threshold: float | None = None
) -> Array:
    """Return (n, 3 * classes): per class whether the row is a hit, is of the class, is called the class."""
    rows = coded(truth, predictions, positive=positive, threshold=threshold)
    numbers = np.arange(rows.classes)
    is_class, called = rows.expected[:, None] == numbers, rows.found[:, None] == numbers
    return np.concatenate([is_class & called, is_class, called], axis=1).astype(np.float64)


def mean_recall(sums: Array) -> Array:
    """Return the mean recall over the classes that occur."""
    hit, there, _ = np.split(sums, 3, axis=-1)
    return _mean_over(share(hit, there), there > 0)


def mean_f1(sums: Array) -> Array:
    """Return the mean F1 over the classes that occur."""
    hit, there, called = np.split(sums, 3, axis=-1)
    return _mean_over(share(2 * hit, there + called), there > 0)


def weighted_f1(sums: Array) -> Array:
    """Return the mean F1 over the rows."""
    hit, there, called = np.split(sums, 3, axis=-1)
    return np.asarray((there * share(2 * hit, there + called)).sum(axis=-1) / there.sum(axis=-1))


def _right(
    truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None
) -> NDArray[np.bool_]:
    same_length(truth, predictions)
    if threshold is not None:
        kinds_agree(truth, np.array([positive]), "the parameter `positive`")
        return np.asarray((truth == positive) == (probabilities(predictions) >= threshold))
    kinds_agree(truth, predictions, "predictions")
    return np.asarray(truth == predictions, dtype=bool)


def _class_counts(truth: NDArray[Any], predictions: NDArray[Any], *, positive: Label, threshold: float | None) -> Array:
    """Return what `class_sums` adds up to, without a column for each class."""
    rows = counted(truth, predictions, positive=positive, threshold=threshold)
    return np.concatenate([rows.hits, rows.there, rows.called[:-1]]).astype(np.float64)


def _mean(rows: NDArray[np.bool_]) -> float:
    return float(np.count_nonzero(rows) / len(rows))


def _mean_over(values: Array, counted: NDArray[np.bool_]) -> Array:
    return np.asarray((values * counted).sum(axis=-1) / counted.sum(axis=-1))
