"""Effects of treatments: how near the estimated effects are, and how well a ranking finds whom to treat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite
from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.regression import errors, rmse
from challenges.metrics.series import rows_of_both, table
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

TREATED_RESPONDED, NEITHER, RESPONDED, TREATED = 0, 1, 2, 3
"""The four kinds of rows, by treatment and outcome."""

Curve = Callable[[Array], Array]
"""(4, g) rows of each kind reached so far -> (g,) heights."""


def ate_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return by how much the mean estimated effect misses the mean true effect.

    Parameters
    ----------
    truth, predictions : (n,) effects of the treatment on each unit, in the unit of the outcome.

    Returns
    -------
    float, 0 (best) and up, in the unit of the outcome. For experiments with one effect each, use `mae`.

    Source
    ------
    Hill 2011; Shalit, Johansson and Sontag 2017.

    Examples
    --------
    >>> ate_error(np.array([1.0, 3.0]), np.array([2.0, 3.0]))
    0.5
    """
    return float(size_of_mean(error_sums(truth, predictions).sum(axis=0)))


def pehe(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the precision in estimating heterogeneous effects: the RMSE of the effects of the single units.

    Parameters
    ----------
    truth, predictions : (n,) effects of the treatment on each unit, in the unit of the outcome.

    Returns
    -------
    float, 0 (best) and up, in the unit of the outcome (the root is taken).

    Source
    ------
    Hill 2011.

    Examples
    --------
    >>> pehe(np.array([1.0, 3.0]), np.array([2.0, 3.0]))
    0.7071067811865476
    """
    return rmse(truth, predictions)


def qini(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the Qini coefficient: responses won by treating in the submitted order, between chance and foresight.

    Parameters
    ----------
    truth : (n, 2) treated (1 or 0) and outcome (1 or 0).
    predictions : (n,) expected gain from treating; only the order counts, and equal gains are treated together.

    Returns
    -------
    float, 0 is treating at random, 1 the order that knows the outcomes (see below); no bound.

    Raises
    ------
    MetricError
        Nobody treated or nobody left untreated; nobody responded or everybody.

    Edge cases
    ----------
    The order that knows the outcomes treats the treated responders first, the untreated ones last and the rest at
    random in between. A lucky order of the rest can beat it: on some dozens of rows by much, on thousands hardly.

    Source
    ------
    Radcliffe 2007; sklift.metrics.qini_auc_score, negative_effect=True.

    Examples
    --------
    >>> round(qini(np.array([[1, 1], [0, 0], [1, 0], [0, 1]]), np.array([3.0, 2.0, 4.0, 1.0])), 6)
    0.666667
    """
    return _only(qini_resampled(truth, predictions, _once(truth)))


def auuc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the area under the uplift curve, between chance and foresight.

    Parameters
    ----------
    truth : (n, 2) treated (1 or 0) and outcome (1 or 0).
    predictions : (n,) expected gain from treating; only the order counts, and equal gains are treated together.

    Returns
    -------
    float, 0 is treating at random, 1 the order that knows the outcomes (see `qini`); no bound.

    Raises
    ------
    MetricError
        Nobody treated or nobody left untreated; nobody responded or everybody.

    Edge cases
    ----------
    The order that scikit-uplift takes for 1 is not the best for this curve: 1.2 can be reached on thousands of rows.

    Source
    ------
    Jaskowski and Jaroszewicz 2012; sklift.metrics.uplift_auc_score.

    Examples
    --------
    >>> round(auuc(np.array([[1, 1], [0, 0], [1, 0], [0, 1]]), np.array([3.0, 2.0, 4.0, 1.0])), 6)
    0.555556
    """
    return _only(auuc_resampled(truth, predictions, _once(truth)))


def error_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): error, 1."""
    differences = errors(truth, predictions)
    return np.column_stack([differences, np.ones(len(differences))])


def size_of_mean(sums: Array) -> Array:
    """Return |first sum / second sum|."""
    return np.abs(weighted_mean(sums))


def qini_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) Qini coefficients, one for each row of (m, n) counts."""
    kind, ends, order = _ranked(truth, predictions)
    cells = _cells(kind, counts)
    groups = np.array([[TREATED_RESPONDED], [NEITHER], [RESPONDED]])
    groups = np.where(groups == NEITHER, np.isin(np.arange(4), (NEITHER, TREATED)), groups == np.arange(4))
    best = [_area(np.cumsum(groups * one, axis=0).T, _qini_curve) for one in cells]
    return _between(_model_areas(kind, ends, order, counts, _qini_curve), np.array(best), cells, _qini_curve)


def auuc_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[np.int64]) -> Array:
    """Return (m,) normalised areas under the uplift curve, one for each row of (m, n) counts."""
    kind, ends, order = _ranked(truth, predictions)
    cells = _cells(kind, counts)
    best = []
    for one in cells:
        rest = (RESPONDED, TREATED) if one[RESPONDED] > one[TREATED] else (TREATED, RESPONDED)
        groups = np.array([TREATED_RESPONDED, NEITHER, *rest])[:, None] == np.arange(4)
        best.append(_area(np.cumsum(groups * one, axis=0).T, _uplift_curve))
    return _between(_model_areas(kind, ends, order, counts, _uplift_curve), np.array(best), cells, _uplift_curve)


def _ranked(
    truth: NDArray[Any], predictions: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the kind of each row, the last place of each group of equal gains, and the order by falling gain."""
    rows_of_both(truth, predictions)
    facts, gains = table(truth, "truth"), finite(predictions, "predictions")
    if facts.shape[1] != 2 or not np.isin(facts, (0.0, 1.0)).all():
        raise MetricError("truth: expected treated and outcome in each row, each 1 or 0")
    treated, responded = facts.T == 1.0
    kind = np.select(
        [treated & responded, ~treated & ~responded, responded], [TREATED_RESPONDED, NEITHER, RESPONDED], TREATED
    )
    order = np.argsort(-gains, kind="stable")
    ordered = gains[order]
    ends = np.append(np.flatnonzero(ordered[1:] != ordered[:-1]), len(order) - 1)
    return kind, ends, order


def _cells(kind: NDArray[np.int64], counts: NDArray[np.int64]) -> Array:
    """Return (m, 4): how many rows of each kind are drawn."""
    return np.asarray(counts @ (kind[:, None] == np.arange(4)).astype(np.float64))


def _model_areas(
    kind: NDArray[np.int64], ends: NDArray[np.int64], order: NDArray[np.int64], counts: NDArray[np.int64], curve: Curve
) -> Array:
    """Return (m,) areas under the curve of the submitted order."""
    ranked = (kind[order] == np.arange(4)[:, None]).astype(np.float64)
    ties = len(ends) < len(order)
    areas = []
    for drawn in counts:
        reached = np.cumsum(ranked * drawn[order], axis=1)
        areas.append(_area(reached[:, ends] if ties else reached, curve))
    return np.array(areas)


def _area(reached: Array, curve: Curve) -> float:
    """Return the area under a curve by trapezia, from (4, g) rows of each kind reached so far."""
    seen, heights = reached.sum(axis=0), curve(reached)
    first = float(seen[0] * heights[0]) / 2  # the curve starts at (0, 0)
    return first + float(np.dot(np.diff(seen), heights[1:] + heights[:-1])) / 2


def _qini_curve(reached: Array) -> Array:
    """Return responses of the treated, less those of as many untreated."""
    treated, untreated = _arms(reached)
    return np.asarray(reached[TREATED_RESPONDED] - reached[RESPONDED] * _share(treated, untreated))


def _uplift_curve(reached: Array) -> Array:
    """Return the difference of the two response rates, times the rows seen."""
    treated, untreated = _arms(reached)
    rates = _share(reached[TREATED_RESPONDED], treated) - _share(reached[RESPONDED], untreated)
    return np.asarray(rates * reached.sum(axis=0))


def _share(part: Array, whole: Array) -> Array:
    """Return part / whole, 0 where there is no whole."""
    return np.asarray(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0))


def _arms(reached: Array) -> tuple[Array, Array]:
    return reached[TREATED_RESPONDED] + reached[TREATED], reached[RESPONDED] + reached[NEITHER]


def _between(found: Array, best: Array, cells: Array, curve: Curve) -> Array:
    """Return (found - chance) / (best - chance); NaN where an arm is empty or all outcomes are the same."""
    chance = curve(cells.T) * cells.sum(axis=1) / 2
    treated, untreated = _arms(cells.T)
    range_ = best - chance
    responded = cells[:, TREATED_RESPONDED] + cells[:, RESPONDED]
    both = (treated > 0) & (untreated > 0) & (responded > 0) & (responded < cells.sum(axis=1))
    defined = both & (range_ > 1e-12 * cells.sum(axis=1) ** 2)
    return np.asarray(np.where(defined, (found - chance) / np.where(defined, range_, 1.0), np.nan))


def _once(truth: NDArray[Any]) -> NDArray[np.int64]:
    return np.ones((1, len(truth)), dtype=np.int64)


def _only(values: Array) -> float:
    if np.isnan(values[0]):
        raise MetricError("truth: expected treated and untreated rows, of which some responded and some did not")
    return float(values[0])
