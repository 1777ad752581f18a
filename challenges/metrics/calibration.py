"""Whether a probability of 0.7 comes true seven times of ten."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import probabilities, same_length, truth_or_false
from challenges.metrics.matrices import is_matrix
from challenges.metrics.probability import class_chances
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def ece(truth: NDArray[Any], predictions: NDArray[Any], *, bins: int = 15) -> float:
    """Return the expected calibration error: how far probabilities are from frequencies, over bins of equal mass.

    Parameters
    ----------
    truth : (n,) 0 or 1, or classes 0 .. k - 1.
    predictions : (n,) probabilities of 1, or (n, k) probabilities of the classes that sum to 1; then the highest of
        a row is compared with how often that class is right.
    bins : 1 or more; rows are sorted by their probability and cut into that many parts of equal mass.

    Returns
    -------
    float, 0 (best) to 1: the mean over the bins of |mean probability - share that came true|.

    Edge cases
    ----------
    Equal probabilities are never torn apart by their order: each row stands for the share of its equals that came
    true. A row on a cut counts in both bins in proportion, so that any number of rows makes bins of equal mass. The
    share of all rows as a constant prediction has error 0: calibration alone is no skill. Where several classes are
    equally high, the call is right to the share that falls to the true one.

    Source
    ------
    Guo et al. 2017 with bins of equal mass (Nixon et al. 2019, adaptive calibration error).

    Examples
    --------
    >>> ece(np.array([0, 1, 1, 1]), np.array([0.2, 0.2, 0.9, 0.9]), bins=2)
    0.2
    >>> ece(np.array([0, 1, 1, 1]), np.full(4, 0.75))
    0.0
    """
    return float(ece_resampled(truth, predictions, np.ones((1, len(truth)), dtype=np.int64), bins=bins)[0])


def ece_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, bins: int = 15) -> Array:
    """Return (m,) calibration errors where the rows are drawn as often as (m, n) counts say."""
    if not (isinstance(bins, int | np.integer) and bins >= 1):
        raise MetricError(f"the parameter `bins`: expected a whole number from 1 up, found {bins}")
    chances, came_true = confidences(truth, predictions)
    order = np.argsort(chances)
    ends = np.flatnonzero(np.append(np.diff(chances[order]) != 0, True))
    surplus = (chances - came_true)[order]
    cuts = np.arange(1, bins) / bins
    errors = np.empty(len(counts))
    for place, drawn in enumerate(counts):
        weights = drawn.take(order)
        mass, gathered = np.cumsum(weights).take(ends), np.cumsum(weights * surplus).take(ends)
        errors[place] = _between_cuts(mass.astype(np.float64), gathered, cuts)
    return errors


def confidences(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    """Return (n,) probabilities of what was called and (n,) how far it came true, 0 to 1."""
    if not is_matrix(predictions):
        same_length(truth, predictions)
        return probabilities(predictions), truth_or_false(truth).astype(np.float64)
    chances, numbers = class_chances(truth, predictions)
    highest = chances.max(axis=1)
    right = chances[np.arange(len(numbers)), numbers] == highest
    return highest, right / np.count_nonzero(chances == highest[:, None], axis=1)


def _between_cuts(mass: Array, gathered: Array, cuts: Array) -> float:
    """Return the summed bin errors over the mass; both inputs are running totals at the ends of equal probabilities."""
    if mass[-1] == 0:
        return float("nan")
    at_cuts = np.interp(cuts * mass[-1], np.append(0.0, mass), np.append(0.0, gathered))
    return float(np.abs(np.diff(at_cuts, prepend=0.0, append=gathered[-1])).sum() / mass[-1])
