"""What decisions are worth, against what the best ones are worth on the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, number_rows, truth_or_false
from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.regression import errors
from challenges.metrics.series import rows_of_both, table, within_range
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def regret(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return what the best policy earns more than the learner, per row.

    Parameters
    ----------
    truth : (n,) what the best policy earns on each row.
    predictions : (n,) what the learner earned.

    Returns
    -------
    float, 0 is the best policy itself; below 0 only by luck. In the unit of what is earned.

    Source
    ------
    Lai and Robbins 1985.

    Examples
    --------
    >>> regret(np.array([10.0, 4.0]), np.array([7.0, 4.0]))
    1.5
    """
    return float(regrets(truth, predictions).mean())


def utility_ratio(
    truth: NDArray[Any], predictions: NDArray[Any], *, low: float = -np.inf, high: float = np.inf
) -> float:
    """Return what the learner earned over what the best policy earns.

    Parameters
    ----------
    truth : (n,) what the best policy earns in each episode.
    predictions : (n,) what the learner earned.
    low, high : what one episode counts at least and at most, on both sides.

    Returns
    -------
    float, 1 is the best policy itself; above 1 only by luck, negative for losses.

    Raises
    ------
    MetricError
        A best policy that earns nothing.

    Source
    ------
    Own definition: the competitive ratio of online algorithms (Borodin and El-Yaniv 1998), over a mean.

    Examples
    --------
    >>> utility_ratio(np.array([10.0, 4.0]), np.array([7.0, -50.0]), low=-0.0, high=10)
    0.5
    """
    value = float(weighted_mean(clipped_sums(truth, predictions, low=low, high=high).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected utilities of the best policy with a sum above 0")
    return value


def regret_score(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return how far the learner's utility is on the way from the floor's to the oracle's.

    Parameters
    ----------
    truth : (n, 2) utility of the floor policy and of the oracle on each row.
    predictions : (n,) utility of the learner.

    Returns
    -------
    float, -1 to 1 (best): (learner - floor) / (oracle - floor) of the sums, clipped.

    Raises
    ------
    MetricError
        An oracle that is not better than the floor.

    Source
    ------
    Own definition: skill against a reference (Murphy 1988), the reference being the floor's policy.

    Examples
    --------
    >>> regret_score(np.array([[0.0, 10.0], [2.0, 4.0]]), np.array([5.0, 3.0]))
    0.5
    """
    value = float(clipped_ratio(gain_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected an oracle that is better than the floor")
    return value


def profit_ratio(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the profit of the submitted decisions over that of the oracle's decisions on the same rows.

    Parameters
    ----------
    truth : (n, 1 + k) what the oracle's decision earns, then what each of the k options earns.
    predictions : (n,) the option chosen, an integer from 0 to k - 1.

    Returns
    -------
    float, 1 is the oracle, which decides without knowing how chance will fall; negative for losses.

    Raises
    ------
    MetricError
        A choice that is not an option; an oracle that earns nothing.

    Source
    ------
    Own definition: value captured by decisions, as the oracle of the same information would.

    Examples
    --------
    Option 0 declines, option 1 lends; the oracle lends to the first and is unlucky with the third.

    >>> profit_ratio(np.array([[10.0, 0, 10], [0.0, 0, -50], [-2.0, 0, -2]]), np.array([1, 0, 0]))
    1.25
    """
    value = float(weighted_mean(profit_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected profits of the oracle with a sum above 0")
    return value


def capture_profit(truth: NDArray[Any], predictions: NDArray[Any], *, share: float) -> float:
    """Return the profit of the rows that the learner ranks first, over that of the best list as long.

    Parameters
    ----------
    truth : (n,) profit of each row when it is chosen.
    predictions : (n,) scores; the highest are chosen, scores of 0 or less never.
    share : of the rows that may be chosen at most, above 0 and up to 1; rounded up to a whole row.

    Returns
    -------
    float, 1 (best) and down without bound; 0 for choosing nobody.

    Raises
    ------
    MetricError
        No row with a profit.

    Edge cases
    ----------
    Equal scores at the end of the list share the places left: a tie earns what a draw of lots would on average.

    Source
    ------
    Own definition, after the gain charts of direct marketing (Ling and Li 1998).

    Examples
    --------
    >>> capture_profit(np.array([8.0, 4.0, -2.0, 1.0]), np.array([0.9, 0.1, 0.8, 0.3]), share=0.5)
    0.5
    """
    value = float(capture_profit_resampled(truth, predictions, np.ones((1, len(truth))), share=share)[0])
    if np.isnan(value):
        raise MetricError("truth: expected a profit above 0 in at least one row")
    return value


def regret_auc(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean regret during a search: how far from the optimum the best find is at each step.

    Parameters
    ----------
    truth : (n, 3) of each task the optimum (smaller is better), what a typical random find has, and the budget.
    predictions : (n,) cells of the true values of what was tried, in order; beyond the budget they do not count.

    Returns
    -------
    float, 0 (best) and up; 1 is a typical find all the time. A search that ends early keeps its best find.

    Raises
    ------
    MetricError
        A typical find that is not worse than the optimum; a find better than the optimum.

    Edge cases
    ----------
    Before the first find the typical one counts.

    Source
    ------
    Own definition: the mean simple regret of a search (Bubeck, Munos and Stoltz 2009).

    Examples
    --------
    >>> regret_auc(np.array([[0.0, 2.0, 4.0]]), np.array([[2.0, 1.0, 3.0]]))
    0.625
    """
    return float(search_regrets(truth, predictions).mean())


def type_one_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of experiments without effect in which one was declared.

    Parameters
    ----------
    truth : (n,) 1 where there is an effect, 0 where there is none.
    predictions : (n,) 1 where an effect is declared, else 0.

    Returns
    -------
    float, 0 (best) to 1. Alone it can be had by never declaring any: read it beside `power`.

    Raises
    ------
    MetricError
        No experiment without effect.

    Source
    ------
    Neyman and Pearson 1933.

    Examples
    --------
    >>> type_one_error(np.array([0, 0, 1]), np.array([1, 0, 1]))
    0.5
    """
    value = float(weighted_mean(null_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected experiments without effect")
    return value


def power(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of experiments with an effect in which it was declared.

    Parameters
    ----------
    truth : (n,) 1 where there is an effect, 0 where there is none.
    predictions : (n,) 1 where an effect is declared, else 0.

    Returns
    -------
    float, 0 to 1 (best). Alone it can be had by always declaring one: read it beside `type_one_error`.

    Raises
    ------
    MetricError
        No experiment with an effect.

    Source
    ------
    Neyman and Pearson 1933.

    Examples
    --------
    >>> power(np.array([0, 1, 1]), np.array([1, 0, 1]))
    0.5
    """
    value = float(weighted_mean(effect_sums(truth, predictions).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth: expected experiments with an effect")
    return value


def regrets(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) best - reached."""
    return -errors(truth, predictions)


def clipped_sums(
    truth: NDArray[Any], predictions: NDArray[Any], *, low: float = -np.inf, high: float = np.inf
) -> Array:
    """Return (n, 2): utility of the learner and of the best policy, both within low to high."""
    best, reached = number_rows(truth, predictions)
    return within_range(np.column_stack([np.clip(reached, low, high), np.clip(best, low, high)]))


def gain_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): learner - floor, oracle - floor."""
    floor, oracle, reached = between(truth, predictions)
    with np.errstate(over="ignore"):
        return within_range(np.column_stack([reached - floor, oracle - floor]))


def between(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array, Array]:
    """Return (n,) of the floor, of the oracle and of the learner."""
    rows_of_both(truth, predictions)
    ends, reached = table(truth, "truth"), finite(predictions, "predictions")
    if ends.shape[1] != 2:
        raise MetricError(f"truth: expected two numbers a row, floor and oracle, found {ends.shape[1]}")
    return ends[:, 0], ends[:, 1], reached


def clipped_ratio(sums: Array) -> Array:
    """Return first sum / second sum within -1 to 1; NaN where the second is not above 0."""
    return np.clip(weighted_mean(sums), -1.0, 1.0)


def profit_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): profit of the option chosen, profit of the oracle."""
    rows_of_both(truth, predictions)
    profits, chosen = table(truth, "truth"), finite(predictions, "predictions")
    options = profits.shape[1] - 1
    wrong = ~((chosen >= 0) & (chosen < options) & (chosen == np.floor(chosen)))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MetricError(f"predictions, row {row}: expected an option from 0 to {options - 1}, found {chosen[row]}")
    return within_range(np.column_stack([profits[np.arange(len(profits)), 1 + chosen.astype(np.int64)], profits[:, 0]]))


def capture_profit_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, share: float
) -> Array:
    """Return (m,) shares of the best list's profit, one for each row of (m, n) counts."""
    if not 0 < share <= 1:
        raise MetricError(f"share: expected a number above 0 and up to 1, found {share}")
    profits, scores = number_rows(truth, predictions)
    within_range(profits)
    places = np.ceil(share * counts.sum(axis=1))
    lists = [_profits_of_lists(profits, ranks, counts, places) for ranks in (scores, profits)]
    return weighted_mean(np.column_stack(lists))


def search_regrets(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) mean regrets over the budget of each task."""
    rows_of_both(truth, predictions)
    facts = table(truth, "truth")
    if facts.shape[1] != 3:
        raise MetricError(
            f"truth: expected optimum, typical find and budget in each row, found {facts.shape[1]} numbers"
        )
    regrets_of_rows = []
    for row, ((optimum, typical, budget), tried) in enumerate(zip(facts, predictions, strict=True)):
        if not (typical > optimum and budget >= 1 and budget == np.floor(budget)):
            raise MetricError(f"truth, row {row}: expected optimum < typical find and a whole budget of 1 or more")
        finds = _finds(tried, row)[: int(budget)]
        if len(finds) and finds.min() < optimum:
            raise MetricError(f"predictions, row {row}: expected values of {optimum} or more, found {finds.min()}")
        best = np.full(int(budget), typical)
        if len(finds):
            best[: len(finds)] = np.minimum.accumulate(finds)
            best[len(finds) :] = best[len(finds) - 1]
        with np.errstate(over="ignore"):
            regrets_of_rows.append(((best - optimum) / (typical - optimum)).mean())
    return within_range(np.array(regrets_of_rows))


def null_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): declared without effect, without effect."""
    there, declared = _verdicts(truth, predictions)
    return np.column_stack([~there & declared, ~there]).astype(np.float64)


def effect_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): declared with an effect, with an effect."""
    there, declared = _verdicts(truth, predictions)
    return np.column_stack([there & declared, there]).astype(np.float64)


def _verdicts(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    number_rows(truth, predictions)
    declared = finite(predictions, "predictions")
    wrong = np.flatnonzero(~np.isin(declared, (0.0, 1.0)))
    if len(wrong):
        raise MetricError(f"predictions, row {wrong[0]}: expected 0 or 1, found {declared[wrong[0]]}")
    return truth_or_false(truth), declared == 1.0


def _profits_of_lists(profits: Array, scores: Array, counts: NDArray[Any], places: Array) -> Array:
    """Return (m,) profits of the highest scores above 0, each row drawn as often as (m, n) counts say."""
    order = np.argsort(-scores, kind="stable")
    order = order[: int((scores > 0).sum())]
    if len(order) == 0:
        return np.zeros(len(counts))
    starts = np.flatnonzero(np.diff(scores[order], prepend=np.inf) != 0)
    ranked, tied = profits[order], len(starts) < len(order)
    totals = []
    for drawn, most in zip(counts, places, strict=True):
        rows = drawn[order].astype(np.float64)
        sums = rows * ranked
        if tied:
            rows, sums = np.add.reduceat(rows, starts), np.add.reduceat(sums, starts)
        reached = np.cumsum(rows)
        full = int(np.searchsorted(reached, most, side="right"))  # groups that are taken whole
        total = float(sums[:full].sum())
        if full < len(rows) and rows[full] > 0:
            before = float(reached[full - 1]) if full else 0.0
            total += float(sums[full]) * (most - before) / float(rows[full])
        totals.append(total)
    return np.array(totals)


def _finds(cell: Any, row: int) -> Array:
    if np.ndim(cell) == 1 and len(cell) == 0:
        return np.zeros(0)
    raw = np.asarray(cell)
    if raw.ndim != 1:
        raise MetricError(f"predictions, row {row}: expected a list of numbers, found shape {raw.shape}")
    try:
        return finite(raw, "predictions")
    except MetricError as error:
        raise MetricError(f"predictions, row {row}: {error}") from None
