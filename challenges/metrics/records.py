"""Clean tables: repaired cells, listed items, records of one entity, and numbers within a tolerance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import finite, number_rows
from challenges.metrics.forecasting import weighted_mean
from challenges.metrics.regression import relative_errors
from challenges.metrics.series import rows_of_both, table
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

SAME_VALUE = 1e-6
"""Relative difference up to which two repaired numbers are the same."""
NAMES = ("row", "column", "value")
"""Of a repair that is a dict, as free lines of a csv are."""

Repairs = dict[tuple[Hashable, Hashable], list[str | float]]
"""(row, column) -> the values proposed for that cell."""


def edit_f1(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the F1 of the repairs of a table: right cell and right new value.

    Parameters
    ----------
    truth, predictions : (n,) cells, one for each table: lists of [row, column, new value], or of dicts with `row`,
        `column` and `value`; the value is a text or a number, and a text that is a number is that number.

    Returns
    -------
    float, 0 to 1 (best); all tables are pooled.

    Raises
    ------
    MetricError
        No repair on either side.

    Edge cases
    ----------
    Several values for one cell are several repairs, of which one at most is right. Numbers are the same within 1e-6
    of their size.

    Source
    ------
    Own definition: precision and recall of repairs as in Rekatsinas et al. 2017 (HoloClean), cell by cell.

    Examples
    --------
    >>> truth, found = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0], found[0] = [[3, "age", 41.0], [7, "town", "Ulm"]], [[3, "age", "41"], [8, "town", "Ulm"]]
    >>> edit_f1(truth, found)
    0.5
    """
    return _defined(weighted_mean(edit_sums(truth, predictions).sum(axis=0)), "expected at least one repair")


def pairwise_f1(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the F1 of the pairs of records that are declared to be of one entity.

    Parameters
    ----------
    truth, predictions : (n,) cells, one for each table: (records,) integers, equal for records of one entity.

    Returns
    -------
    float, 0 to 1 (best); the pairs of all tables are pooled.

    Raises
    ------
    MetricError
        No pair on either side.

    Source
    ------
    Menestrina, Whang and Garcia-Molina 2010.

    Examples
    --------
    >>> pairwise_f1(np.array([[1, 1, 2, 2]]), np.array([[5, 5, 5, 9]]))
    0.4
    """
    return _defined(weighted_mean(pair_sums(truth, predictions).sum(axis=0)), "expected two records of one entity")


def period_hit(truth: NDArray[Any], predictions: NDArray[Any], *, tolerance: float = 0.01) -> float:
    """Return the share of periods that are right within a share of themselves.

    Parameters
    ----------
    truth : (n,) periods, other than 0.
    predictions : (n,) periods in the same unit.
    tolerance : the share; 0.01 is 1 %.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a share within a relative tolerance.

    Examples
    --------
    >>> period_hit(np.array([10.0, 10.0]), np.array([10.05, 20.0]))
    0.5
    """
    return float(hits(truth, predictions, tolerance=tolerance).mean())


def gis_exact(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the share of numeric answers that are right within the tolerance of their question.

    Parameters
    ----------
    truth : (n, 2) the right number and the tolerance, 0 and up, in the same unit.
    predictions : (n,) numbers.

    Returns
    -------
    float, 0 to 1 (best).

    Source
    ------
    Own definition: a share within tolerances of their own.

    Examples
    --------
    >>> gis_exact(np.array([[12.0, 0.5], [3.0, 0.0]]), np.array([12.5, 3.1]))
    0.5
    """
    return float(answers_within(truth, predictions).mean())


def listing_f1(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the F1 of what is listed, each item being right or wrong as a whole.

    Parameters
    ----------
    truth, predictions : (n,) cells, one for each picture or page: lists of items; an item is a dict or a list of
        texts and numbers, compared value by value as text.

    Returns
    -------
    float, 0 to 1 (best); all cells are pooled.

    Raises
    ------
    MetricError
        No item on either side.

    Edge cases
    ----------
    An item that is listed twice is two items: a second reading of one code is wrong. The order does not matter. Texts
    are compared letter by letter: "007" is not "7".

    Source
    ------
    Dice 1945, on multisets; as for the set F1 of information extraction.

    Examples
    --------
    >>> truth, found = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"kind": "ean13", "text": "4006381333931"}, {"kind": "qr", "text": "box 7"}]
    >>> found[0] = [{"kind": "qr", "text": "box 7"}, {"kind": "qr", "text": "box 1"}]
    >>> listing_f1(truth, found)
    0.5
    """
    return _defined(weighted_mean(listing_sums(truth, predictions).sum(axis=0)), "expected at least one item")


def listing_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): twice the items on both sides, items on either."""
    rows_of_both(truth, predictions)
    rows = []
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        wanted, listed = _items(expected, "truth", row), _items(found, "predictions", row)
        rows.append((2 * (wanted & listed).total(), wanted.total() + listed.total()))
    return np.array(rows, dtype=np.float64)


def edit_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): twice the right repairs, repairs on both sides."""
    rows_of_both(truth, predictions)
    rows = []
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        wanted, proposed = _repairs(expected, "truth", row), _repairs(found, "predictions", row)
        right = sum(
            any(_same(value, other) for value in values for other in proposed.get(cell, ()))
            for cell, values in wanted.items()
        )
        rows.append((2 * right, sum(map(len, wanted.values())) + sum(map(len, proposed.values()))))
    return np.array(rows, dtype=np.float64)


def pair_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, 2): twice the pairs on both sides, pairs on either."""
    rows_of_both(truth, predictions)
    rows = []
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        entities, groups = _entities(expected, "truth", row), _entities(found, "predictions", row)
        if len(entities) != len(groups):
            raise MetricError(f"predictions, row {row}: expected {len(entities)} records, found {len(groups)}")
        both = np.unique(np.column_stack([entities, groups]), axis=0, return_counts=True)[1]
        sides = [np.unique(side, return_counts=True)[1] for side in (entities, groups)]
        rows.append((2 * _pairs(both), sum(_pairs(counts) for counts in sides)))
    return np.array(rows, dtype=np.float64)


def hits(truth: NDArray[Any], predictions: NDArray[Any], *, tolerance: float = 0.01) -> Array:
    """Return (n,) 1 where the relative error is within the tolerance, else 0."""
    if not tolerance >= 0:
        raise MetricError(f"tolerance: expected 0 or more, found {tolerance}")
    return (relative_errors(truth, predictions) <= tolerance * (1 + 1e-12)).astype(np.float64)


def answers_within(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 where the error is within the tolerance of the row, else 0."""
    rows_of_both(truth, predictions)
    facts, found = table(truth, "truth"), finite(predictions, "predictions")
    if facts.shape[1] != 2 or (facts[:, 1] < 0).any():
        raise MetricError("truth: expected a number and a tolerance of 0 or more in each row")
    expected, _ = number_rows(facts[:, 0], found)
    with np.errstate(over="ignore"):
        return (np.abs(found - expected) <= facts[:, 1]).astype(np.float64)


def _items(cell: Any, side: str, row: int) -> Counter[Hashable]:
    if not isinstance(cell, list | tuple | np.ndarray):
        raise MetricError(f"{side}, row {row}: expected a list of items, found {type(cell).__name__}")
    items: Counter[Hashable] = Counter()
    for place, item in enumerate(cell):
        values = sorted(item.items()) if isinstance(item, dict) else list(enumerate(item)) if _is_list(item) else []
        if not values or not all(_is_plain(value) for _, value in values):
            raise MetricError(f"{side}, row {row}, item {place}: expected texts and numbers by name, found {item!r}")
        items[tuple((name, str(value)) for name, value in values)] += 1
    return items


def _is_plain(value: Any) -> bool:
    """Return whether a value is a text or a finite number."""
    return isinstance(value, str) or (isinstance(value, int | float | np.number) and bool(np.isfinite(value)))


def _is_list(item: Any) -> bool:
    return isinstance(item, list | tuple)


def _repairs(cell: Any, side: str, row: int) -> Repairs:
    repairs: Repairs = {}
    if not isinstance(cell, list | tuple | np.ndarray):
        raise MetricError(f"{side}, row {row}: expected a list of repairs, found {type(cell).__name__}")
    for place, repair in enumerate(cell):
        where = f"{side}, row {row}, repair {place}"
        if isinstance(repair, dict) and set(repair) == set(NAMES):
            repair = [repair[name] for name in NAMES]
        if not isinstance(repair, list | tuple) or len(repair) != 3:
            raise MetricError(f"{where}: expected [row, column, new value], found {repair!r}")
        for name in repair[:2]:
            if not isinstance(name, str | int | np.integer):
                raise MetricError(f"{where}: expected row and column as texts or integers, found {name!r}")
        values = repairs.setdefault((repair[0], repair[1]), [])
        value = _value(repair[2], where)
        if not any(_same(value, other) for other in values):
            values.append(value)
    return repairs


def _value(value: Any, where: str) -> str | float:
    """Return a number where it is one, else the text. Raises MetricError for NaN, infinities and other types."""
    if not isinstance(value, str | int | float | np.integer | np.floating):
        raise MetricError(f"{where}: expected a text or a number, found {value!r}")
    try:
        number = float(value)
    except ValueError:
        return str(value)
    if not np.isfinite(number):
        if isinstance(value, str):
            return value  # a text such as "nan" or "Infinity" is a text
        raise MetricError(f"{where}: expected a finite number, found {number}")
    return number


def _same(a: str | float, b: str | float) -> bool:
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return abs(a - b) <= SAME_VALUE * max(abs(a), abs(b))


def _entities(cell: Any, side: str, row: int) -> NDArray[np.int64]:
    entities = np.asarray(cell)
    if entities.ndim != 1 or len(entities) == 0 or entities.dtype.kind not in "iu":
        raise MetricError(f"{side}, row {row}: expected an integer for each record")
    return entities.astype(np.int64)


def _pairs(counts: NDArray[np.int64]) -> int:
    return int((counts * (counts - 1)).sum()) // 2


def _defined(value: Array, wanted: str) -> float:
    if np.isnan(value):
        raise MetricError(f"{wanted}, found none")
    return float(value)
