"""How well probabilities describe what really was.

Two shapes of prediction, told apart by themselves:

    (n,)     the probability of 1; truth is 0 or 1
    (n, k)   one probability for each class, a row sums to 1; truth is the class 0 .. k - 1. Cells of k numbers will do

A row may miss the sum of 1 by 0.001 and is then scaled to it; beyond that it is refused, because a matrix of ones
would be a perfect answer. All functions refuse an empty or unequal input, NaN, infinities and numbers outside 0 to 1
with MetricError. Single precision is computed in double precision.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import probabilities, same_length, truth_or_false
from challenges.metrics.matrices import class_numbers, is_matrix, number_matrix, probability_rows, some_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

CLIP = 1e-15
"""The least probability that log_loss charges for: one sure error costs 34.5, not everything."""


def log_loss(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean surprise, in nats, at what really was.

    Parameters
    ----------
    truth : (n,) 0 or 1, or classes 0 .. k - 1.
    predictions : (n,) probabilities of 1, or (n, k) probabilities of the classes.

    Returns
    -------
    float, 0 (best) to 34.54: probabilities are clipped to 1e-15 .. 1 - 1e-15, whatever their precision.

    Edge cases
    ----------
    One row and a constant truth are fine. Rows of a matrix must sum to 1 within 0.001 and are scaled to it.

    Source
    ------
    sklearn.metrics.log_loss on predictions clipped and scaled alike.

    Examples
    --------
    >>> round(log_loss(np.array([1, 0]), np.array([0.5, 0.5])), 6)
    0.693147
    >>> round(log_loss(np.array([1]), np.array([0.0])), 2)
    34.54
    >>> round(log_loss(np.array([2]), np.array([[0.25, 0.25, 0.5]])), 6)
    0.693147
    """
    return float(surprises(truth, predictions).mean())


def brier(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean squared distance between the probabilities and what really was.

    Parameters
    ----------
    truth : (n,) 0 or 1, or classes 0 .. k - 1.
    predictions : (n,) probabilities of 1, or (n, k) probabilities of the classes.

    Returns
    -------
    float, 0 (best) to 1. With a matrix, half the sum of the squares of a row: two classes give the same either way.

    Source
    ------
    Brier 1950; sklearn.metrics.brier_score_loss(scale_by_half=True).

    Examples
    --------
    >>> brier(np.array([1, 0]), np.array([0.5, 0.0]))
    0.125
    >>> brier(np.array([1, 0]), np.array([[0.5, 0.5], [1.0, 0.0]]))
    0.125
    """
    return float(squared_distances(truth, predictions).mean())


def top_k_accuracy(truth: NDArray[Any], predictions: NDArray[Any], *, k: int = 5) -> float:
    """Return the share of rows whose true class is among the k with the highest scores.

    Parameters
    ----------
    truth : (n,) classes 0 .. classes - 1.
    predictions : (n, classes) scores or probabilities; only their order within a row counts.
    k : 1 or more, and less than there are classes.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A k that leaves no class out.

    Edge cases
    ----------
    Classes with equal scores share the places that are left: with 2 places and 3 equal scores each counts 2/3. A
    constant matrix reaches k / classes, which a fixed order of ties would turn into a gift.

    Source
    ------
    sklearn.metrics.top_k_accuracy_score, which breaks ties by the order of the columns.

    Examples
    --------
    >>> scores = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    >>> top_k_accuracy(np.array([1, 0]), scores, k=2)
    0.5
    >>> top_k_accuracy(np.array([2]), np.array([[1.0, 1.0, 1.0, 1.0]]), k=2)
    0.5
    """
    return float(places(truth, predictions, k=k).mean())


def surprises(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) -ln of the probability given to what really was."""
    chance = _of_what_was(truth, predictions)
    return np.asarray(-np.log(chance.clip(CLIP, 1 - CLIP, out=chance)))


def squared_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) squared distances of the probability from 0 or 1, or half their sum over the classes."""
    if not is_matrix(predictions):
        same_length(truth, predictions)
        return np.asarray((probabilities(predictions) - truth_or_false(truth)) ** 2)
    chances, numbers = class_chances(truth, predictions)
    of_truth = chances[np.arange(len(numbers)), numbers]
    return np.asarray(((chances**2).sum(axis=1) - 2 * of_truth + 1).clip(min=0.0) / 2)


def places(truth: NDArray[Any], predictions: NDArray[Any], *, k: int = 5) -> Array:
    """Return (n,) the share of its true class in the k highest places of a row."""
    some_rows(truth, predictions)
    scores = number_matrix(predictions, "predictions")
    if not 1 <= k < scores.shape[1]:
        raise MetricError(f"the parameter `k`: expected 1 to {scores.shape[1] - 1}, found {k}")
    numbers = class_numbers(truth, scores.shape[1])
    own = scores[np.arange(len(numbers)), numbers][:, None]
    above, level = np.count_nonzero(scores > own, axis=1), np.count_nonzero(scores == own, axis=1)
    return np.asarray(((k - above) / level).clip(0.0, 1.0))


def class_chances(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, NDArray[np.int64]]:
    """Return (n, k) probabilities that sum to 1 and (n,) true classes."""
    some_rows(truth, predictions)
    chances = probability_rows(predictions)
    return chances, class_numbers(truth, chances.shape[1])


def _of_what_was(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) the probability given to what really was, in an array of its own."""
    if not is_matrix(predictions):
        same_length(truth, predictions)
        chances = probabilities(predictions)
        return np.where(truth_or_false(truth), chances, 1 - chances)
    matrix, numbers = class_chances(truth, predictions)
    return np.asarray(matrix[np.arange(len(numbers)), numbers])
