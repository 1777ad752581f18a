from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from challenges.metrics.questions import credit_rows, question_credit
from challenges.metrics.types import MetricError


def cell(**question: Any) -> np.ndarray[Any, Any]:
    array = np.empty(1, dtype=object)
    array[0] = question
    return array


def credit(answer: str, **question: Any) -> float:
    return float(credit_rows(cell(**question), np.array([answer]))[0])


@pytest.mark.parametrize(
    ("answer", "earned"), [("10", 1), ("10.5", 1), ("9.5", 1), ("11.5", 0.5), ("8.5", 0.5), ("11.6", 0), ("", 0)]
)
def test_a_number_earns_all_within_the_tolerance_and_half_within_three(answer: str, earned: float) -> None:
    assert credit(answer, type="number", value=10.0, tolerance=0.5) == earned


@pytest.mark.parametrize("answer", ["about 10", "10,0", "nan", "inf", "0x0a", "1_0"])
def test_what_is_no_number_earns_nothing(answer: str) -> None:
    assert credit(answer, type="number", value=10.0, tolerance=0.5) == 0


@pytest.mark.parametrize(
    ("answer", "earned"),
    [("2031-03-01", 1), ("2031-02-27", 1), ("2031-03-05", 0.5), ("2031-03-09", 0), ("1.3.2031", 0), ("2031-02-30", 0)],
)
def test_days_are_counted_across_months(answer: str, earned: float) -> None:
    assert credit(answer, type="date", value="2031-03-01", tolerance=2) == earned


@pytest.mark.parametrize(("answer", "earned"), [("Friday", 1), (" friday ", 1), ("Monday", -1 / 6), ("soon", -1 / 6)])
def test_a_wrong_option_costs_what_guessing_would_win(answer: str, earned: float) -> None:
    assert credit(answer, type="category", value="Friday", options=7) == pytest.approx(earned)


def test_guessing_all_options_in_turn_earns_nothing() -> None:
    everything = [credit(option, type="category", value="c", options=4) for option in "abcd"]
    assert sum(everything) == pytest.approx(0)


@pytest.mark.parametrize(
    ("answer", "earned"), [("a; b", 1), ("B;A", 1), ("a", 1 / 2), ("a;c", 1 / 3), ("c", 0), ("a;a;b", 1), (" ; ", 0)]
)
def test_a_set_earns_what_both_sides_share(answer: str, earned: float) -> None:
    assert credit(answer, type="set", value=["a", "b"]) == pytest.approx(earned)


def test_only_full_credit_counts_where_answers_are_counted_whole() -> None:
    half = cell(type="number", value=10.0, tolerance=0.5)
    assert question_credit(half, np.array(["11"])) == 0.5
    assert question_credit(half, np.array(["11"]), whole=True) == 0
    wrong = cell(type="category", value="a", options=2)
    assert question_credit(wrong, np.array(["b"]), whole=True) == 0


@pytest.mark.parametrize(
    "question",
    [
        {"type": "essay", "value": "x"},
        {"type": "number", "value": 1.0},
        {"type": "category", "value": "a", "options": 1},
        {"type": "date", "value": "soon", "tolerance": 1},
        {"type": "number", "tolerance": 1.0},
    ],
)
def test_a_question_that_is_none_is_our_fault(question: dict[str, Any]) -> None:
    with pytest.raises(MetricError):
        credit("1", **question)


def test_an_answer_is_a_text() -> None:
    with pytest.raises(MetricError):
        credit_rows(cell(type="number", value=1.0, tolerance=0.1), np.array([1.0]))
