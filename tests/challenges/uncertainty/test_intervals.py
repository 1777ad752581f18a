"""Intervals of scores stay within what the metric can be."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from challenges.metrics.registry import METRICS
from challenges.uncertainty.closed_forms import standard_error
from challenges.uncertainty.intervals import interval


@pytest.mark.parametrize(("right", "rows"), [(30, 100), (97, 100), (1, 40), (0, 20), (20, 20)])
def test_the_interval_of_a_share_is_wilsons_of_its_rows(right: int, rows: int) -> None:
    hits = np.arange(rows) < right
    error = standard_error(METRICS["accuracy"], np.ones(rows, dtype=int), hits.astype(int))
    assert error is not None
    # the error divides by rows - 1, so that it is that of a share of rows - 1; at an end it is Wilson's itself
    counted = rows if right in (0, rows) else rows - 1
    low, high = interval(METRICS["accuracy"], right / rows, error)
    reference = _wilson(right / rows, counted)
    assert (low, high) == pytest.approx(reference, abs=1e-9)


def _wilson(share: float, rows: int) -> tuple[float, float]:
    """Ends by the roots of (share - p)^2 = z^2 p (1 - p) / rows, which is what Wilson's interval is."""
    z2 = 1.959963984540054**2 / rows
    roots = np.roots([1 + z2, -(2 * share + z2), share**2])
    return float(min(roots)), float(max(roots))


def test_the_roots_above_are_those_of_scipy() -> None:
    reference = binomtest(30, 100).proportion_ci(method="wilson")
    assert _wilson(0.3, 100) == pytest.approx((reference.low, reference.high), abs=1e-12)


def test_other_scores_have_the_normal_interval_cut_at_their_ends() -> None:
    assert interval(METRICS["rmse"], 5.0, 1.0) == pytest.approx((3.040036, 6.959964), abs=1e-6)
    assert interval(METRICS["rmse"], 1.0, 1.0) == pytest.approx((0, 2.959964), abs=1e-6)
    assert interval(METRICS["roc_auc"], 0.99, 0.02) == pytest.approx((0.950801, 1), abs=1e-6)
    assert interval(METRICS["elo"], -3.0, 1.0) == pytest.approx((-4.959964, -1.040036), abs=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("error", [0.0, 1e-200, 0.2, 5.0])
def test_a_share_has_an_interval_within_0_and_1_whatever_its_error(value: float, error: float) -> None:
    low, high = interval(METRICS["accuracy"], value, error)
    assert 0 <= low <= value <= high <= 1
