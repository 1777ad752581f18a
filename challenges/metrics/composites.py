"""Several metrics in one score. A row is a part: its value, where its skill begins and ends, and its weight.

    skill = (value - floor) / (ceiling - floor), within 0 to 1; a ceiling below the floor turns the direction

A challenge states the parts in its YAML, and the board shows the value of each beside the score.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite
from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.series import rows_of_both, table
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def weighted(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean of the skills of the parts, by weight.

    Parameters
    ----------
    truth : (p, 3) floor, ceiling and weight of each part, the weight above 0.
    predictions : (p,) value of each part.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a weighted mean of skills.

    Examples
    --------
    An RMSE of 3 between 5 and 1 is a skill of 0.5, an NDCG of 0.9 between 0 and 1 one of 0.9.

    >>> weighted(np.array([[5.0, 1.0, 3.0], [0.0, 1.0, 1.0]]), np.array([3.0, 0.9]))
    0.6
    """
    return float(weighted_mean(skill_sums(truth, predictions).sum(axis=0)))


def product(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the product of the skills of the parts: no part can make up for another.

    Parameters
    ----------
    truth : (p, 3) floor, ceiling and weight of each part; the weights must be 1.
    predictions : (p,) value of each part.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a product of skills.

    Examples
    --------
    >>> product(np.array([[5.0, 1.0, 1.0], [0.0, 1.0, 1.0]]), np.array([3.0, 0.9]))
    0.45
    """
    return float(product_resampled(truth, predictions, np.ones((1, len(truth))))[0])


def gated(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the product of the skills of the parts that count, or 0 where a gate is not passed.

    Parameters
    ----------
    truth : (p, 3) floor, ceiling and weight of each part: 1 counts, 0 is a gate, passed from its ceiling on.
    predictions : (p,) value of each part.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a product of skills behind gates.

    Examples
    --------
    An accuracy of 0.8 counts, if the latency is 50 ms or less.

    >>> rules = np.array([[0.0, 1.0, 1.0], [51.0, 50.0, 0.0]])
    >>> gated(rules, np.array([0.8, 49.0])), gated(rules, np.array([0.8, 50.1]))
    (0.8, 0.0)
    """
    return float(gated_resampled(truth, predictions, np.ones((1, len(truth))))[0])


def skill_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (p, 2): weight x skill, weight."""
    skills, weights = skills_and_weights(truth, predictions)
    if not (weights > 0).all():
        raise MetricError(f"truth, row {int(np.argmin(weights))}: expected a weight above 0")
    return np.column_stack([weights * skills, weights])


def product_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) products, each part taken as often as (m, p) counts say."""
    skills, weights = skills_and_weights(truth, predictions)
    if not (weights == 1).all():
        raise MetricError("truth: expected weights of 1; a product has no others")
    return _taken(np.prod(skills**counts, axis=1), counts)


def gated_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) gated products, each part taken as often as (m, p) counts say."""
    skills, weights = skills_and_weights(truth, predictions)
    if not np.isin(weights, (0.0, 1.0)).all():
        raise MetricError("truth: expected weight 1 for a part that counts and 0 for a gate")
    skills = np.where(weights == 0, skills == 1, skills)
    return _taken(np.prod(skills**counts, axis=1), counts)


def skills_and_weights(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    """Return (p,) skills, within 0 to 1, and (p,) weights."""
    rows_of_both(truth, predictions)
    rules, values = table(truth, "truth"), finite(predictions, "predictions")
    if rules.shape[1] != 3:
        raise MetricError(f"truth: expected floor, ceiling and weight in each row, found {rules.shape[1]} numbers")
    floor, ceiling, weights = rules.T
    if (floor == ceiling).any():
        raise MetricError(f"truth, row {int(np.argmax(floor == ceiling))}: expected a ceiling other than the floor")
    with np.errstate(over="ignore"):
        return np.clip((values - floor) / (ceiling - floor), 0.0, 1.0), weights


def _taken(values: Array, counts: NDArray[Any]) -> Array:
    return np.asarray(np.where(counts.sum(axis=1) > 0, values, np.nan))
