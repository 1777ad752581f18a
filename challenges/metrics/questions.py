"""Questions about a table, each with an answer of its own type: a number, a date, one of several options, or a set."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.series import rows_of_both
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

NEARLY = 3.0
"""Within so many tolerances an answer earns half."""
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
ROUNDING = 1 + 1e-9


def question_credit(truth: NDArray[Any], predictions: NDArray[Any], *, whole: bool = False) -> float:
    """Return the mean credit of answers to questions of several types; a guess among options earns nothing on average.

    Parameters
    ----------
    truth : (n,) cells {"type": "number", "value": float, "tolerance": float},
        {"type": "date", "value": "YYYY-MM-DD", "tolerance": days}, {"type": "category", "value": text, "options": k}
        or {"type": "set", "value": [texts]}.
    predictions : (n,) texts; the members of a set stand between semicolons; an empty text is no answer.
    whole : whether only full credit counts, as 1, and everything else as 0.

    Returns
    -------
    float, -1 to 1 (best); 0 for no answers, or for guesses.

    Raises
    ------
    MetricError
        A prediction that is no text; a truth that is none of the four.

    Edge cases
    ----------
    Numbers and dates earn 1 within the tolerance, 0.5 within three times as much, else 0. The right option earns 1, a
    wrong one -1 / (k - 1). A set earns its Jaccard index. Case and outer blanks make no difference. What cannot be
    read as the type that is asked for is a wrong answer; an empty one earns 0.

    Source
    ------
    Own definition; the deduction for wrong options is formula scoring (Thurstone 1919).

    Examples
    --------
    >>> truth = np.empty(2, dtype=object)
    >>> truth[0] = {"type": "number", "value": 12.0, "tolerance": 0.5}
    >>> truth[1] = {"type": "category", "value": "Friday", "options": 7}
    >>> question_credit(truth, np.array(["13.1", "friday"]))
    0.75
    >>> question_credit(truth, np.array(["13.1", "friday"]), whole=True)
    0.5
    """
    return float(credit_rows(truth, predictions, whole=whole).mean())


def credit_rows(truth: NDArray[Any], predictions: NDArray[Any], *, whole: bool = False) -> Array:
    """Return (n,) the credit of each answer, -1 to 1."""
    rows_of_both(truth, predictions)
    earned = np.empty(len(truth))
    for row, (question, answer) in enumerate(zip(truth, predictions, strict=True)):
        if not isinstance(answer, str):
            raise MetricError(f"predictions, row {row}: expected a text, found {type(answer).__name__}")
        earned[row] = _credit(question, answer.strip().lower(), row)
    return (earned == 1).astype(np.float64) if whole else earned


def _credit(question: Any, answer: str, row: int) -> float:
    if not isinstance(question, Mapping) or "value" not in question:
        raise MetricError(f"truth, row {row}: expected a question with its value, found {question!r}")
    match question.get("type"):
        case "number":
            return _within(_number(answer), float(question["value"]), _tolerance(question, row))
        case "date":
            return _within(_day(answer), _true_day(question, row), _tolerance(question, row))
        case "category":
            return _choice(answer, question, row)
        case "set":
            return _overlap(answer, question["value"])
    raise MetricError(f"truth, row {row}: expected a number, date, category or set, found {question.get('type')!r}")


def _within(found: float | None, expected: float, tolerance: float) -> float:
    if found is None:
        return 0.0
    away = abs(found - expected)
    return 1.0 if away <= tolerance * ROUNDING else 0.5 if away <= NEARLY * tolerance * ROUNDING else 0.0


def _choice(answer: str, question: Mapping[str, Any], row: int) -> float:
    options = question.get("options")
    if not isinstance(options, int) or options < 2:
        raise MetricError(f"truth, row {row}: expected a number of options of 2 at least, found {options!r}")
    if not answer:
        return 0.0
    return 1.0 if answer == str(question["value"]).lower() else -1 / (options - 1)


def _overlap(answer: str, value: Any) -> float:
    expected = {str(member).strip().lower() for member in value}
    found = {member.strip() for member in answer.split(";")} - {""}
    return len(expected & found) / len(expected | found) if found else 0.0


def _tolerance(question: Mapping[str, Any], row: int) -> float:
    tolerance = question.get("tolerance")
    if not isinstance(tolerance, int | float) or not 0 <= tolerance < math.inf:
        raise MetricError(f"truth, row {row}: expected a tolerance of 0 or more, found {tolerance!r}")
    return float(tolerance)


def _number(answer: str) -> float | None:
    return float(answer) if NUMBER.fullmatch(answer) else None


def _day(answer: str) -> float | None:
    if not DAY.fullmatch(answer):
        return None
    try:
        return float(np.datetime64(answer, "D").astype(np.int64))
    except ValueError:
        return None


def _true_day(question: Mapping[str, Any], row: int) -> float:
    day = _day(str(question["value"]))
    if day is None:
        raise MetricError(f"truth, row {row}: expected a date such as 2031-05-04, found {question['value']!r}")
    return day
