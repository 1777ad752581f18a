"""Composites of parts, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from challenges.metrics import composites
from challenges.metrics.types import MetricError


def test_a_wild_value_of_one_part_is_a_skill_of_0_or_1() -> None:
    rules = np.array([[5.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    assert composites.weighted(rules, np.array([1.7e308, 0.5])) == pytest.approx(0.25)
    assert composites.weighted(rules, np.array([-1.7e308, 0.5])) == pytest.approx(0.75)


def test_one_part_without_skill_takes_a_product_to_0() -> None:
    assert composites.product(np.array([[0.0, 1.0, 1.0]] * 2), np.array([1.0, 0.0])) == 0.0


@pytest.mark.parametrize(
    ("metric", "rules", "message"),
    [
        (composites.weighted, [[0.0, 1.0, 0.0]], "expected a weight above 0"),
        (composites.product, [[0.0, 1.0, 2.0]], "expected weights of 1"),
        (composites.gated, [[0.0, 1.0, 2.0]], "expected weight 1 for a part that counts and 0 for a gate"),
        (composites.weighted, [[1.0, 1.0, 1.0]], "expected a ceiling other than the floor"),
        (composites.weighted, [[0.0, 1.0]], "expected floor, ceiling and weight"),
    ],
)
def test_rules_that_make_no_score_are_refused(metric: object, rules: list[list[float]], message: str) -> None:
    assert callable(metric)
    with pytest.raises(MetricError, match=message):
        metric(np.array(rules), np.array([0.5]))
