"""What decisions cost or bring, in the unit of the business: money, minutes, patients.

All functions are means over the rows and refuse an empty or unequal input, NaN and infinities with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, number_rows, probabilities, same_length
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def expected_cost(
    truth: NDArray[Any], predictions: NDArray[Any], *, costs: str, threshold: float | None = None
) -> float:
    """Return the mean cost of the calls, by a table of what each error costs.

    Parameters
    ----------
    truth : (n,) classes 0 .. k - 1.
    predictions : (n,) classes 0 .. k - 1, or probabilities of class 1 where `threshold` is given.
    costs : k rows of k numbers, rows parted by `;`: row = true class, column = called class. 0 or more, and 0 on
        the diagonal: a right call costs nothing, every error costs what it costs more than being right.
    threshold : probability from which a row counts as class 1, 0 to 1; two classes only.

    Returns
    -------
    float, 0 (best) to the greatest cost, in the unit of the costs.

    Raises
    ------
    MetricError
        A class that the table lacks, a table that is not square, negative costs, a right call that costs.

    Source
    ------
    Elkan 2001, "The foundations of cost-sensitive learning": a table is as good as its differences in each row.

    Examples
    --------
    A missed patient costs 5, a false alarm 1.

    >>> expected_cost(np.array([1, 1, 0, 0]), np.array([1, 0, 1, 0]), costs="0 1; 5 0")
    1.5
    """
    return float(cost_rows(truth, predictions, costs=costs, threshold=threshold).mean())


def profit(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean, over all rows, of what the decisions to act brought; leaving a row alone brings 0.

    Parameters
    ----------
    truth : (n,) what acting on the row brings, in money; negative where acting loses.
    predictions : (n,) 1 act (approve, contact, buy), 0 leave alone.

    Returns
    -------
    float, in the money of the truth; up is better. Acting wherever the truth is above 0 is best.

    Raises
    ------
    MetricError
        A decision that is neither 0 nor 1.

    Source
    ------
    Elkan 2001, The foundations of cost-sensitive learning: decisions by their benefit.

    Examples
    --------
    >>> profit(np.array([40.0, -100.0, 60.0, 20.0]), np.array([1, 0, 1, 0]))
    25.0
    """
    return float(payoffs(truth, predictions).mean())


def cost_rows(truth: NDArray[Any], predictions: NDArray[Any], *, costs: str, threshold: float | None = None) -> Array:
    """Return (n,) costs."""
    table = cost_table(costs)
    same_length(truth, predictions)
    if threshold is not None:
        if len(table) != 2:
            raise MetricError(f"a threshold needs a table of two classes, found {len(table)}")
        predictions = (probabilities(predictions) >= threshold).astype(np.int64)
    return np.asarray(table[_classes(truth, "truth", len(table)), _classes(predictions, "predictions", len(table))])


def payoffs(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) what each row brought."""
    worth, decided = number_rows(truth, predictions)
    odd = np.flatnonzero((decided != 0) & (decided != 1))
    if len(odd):
        raise MetricError(f"predictions, row {odd[0]}: expected 0 or 1, found {decided[odd[0]]}")
    return worth * decided


def cost_table(costs: str) -> Array:
    """Return the (k, k) table that a text such as "0 1; 5 0" says. Raises MetricError for one that is unfit."""
    try:
        rows = [[float(cell) for cell in row.replace(",", " ").split()] for row in costs.split(";")]
    except ValueError as error:
        raise MetricError(f"the parameter `costs`: expected numbers, found {costs!r}") from error
    if len(rows) < 2 or any(len(row) != len(rows) for row in rows):
        raise MetricError(f"the parameter `costs`: expected as many rows as columns, two at least, found {costs!r}")
    table = np.array(rows)
    if not np.isfinite(table).all() or (table < 0).any():
        raise MetricError(f"the parameter `costs`: expected finite numbers from 0 up, found {costs!r}")
    if np.diag(table).any():
        raise MetricError(f"the parameter `costs`: expected 0 on the diagonal, found {costs!r}")
    return table


def _classes(values: NDArray[Any], side: str, classes: int) -> NDArray[np.int64]:
    numbers = finite(values, side)
    odd = np.flatnonzero((numbers < 0) | (numbers >= classes) | (numbers != np.rint(numbers)))
    if len(odd):
        raise MetricError(f"{side}, row {odd[0]}: expected a class 0 to {classes - 1}, found {numbers[odd[0]]:g}")
    return numbers.astype(np.int64)
