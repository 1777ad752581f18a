"""Two submissions on the same rows: their difference is known far better than either score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from challenges.metrics.registry import METRICS
from challenges.uncertainty.differences import Difference, of_rows, of_spreads
from challenges.uncertainty.resampling import resample

ACCURACY, RMSE, AUC = (METRICS[name] for name in ("accuracy", "rmse", "roc_auc"))


def pair(rows: int, seed: int = 0) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=rows)
    hard = truth + rng.normal(size=rows)
    return truth, hard + 0.1 * rng.normal(size=rows), hard + 0.3 * rng.normal(size=rows)


def spreads(metric: Any, truth: Any, first: Any, second: Any, seed: str = "edition") -> dict[str, Any]:
    return {
        name: resample(metric, truth, side, seed=seed)
        for name, side in (("first_spread", first), ("second_spread", second))
    }


def test_a_difference_of_accuracies_has_the_error_of_the_rows_that_differ() -> None:
    """Ten rows won, four lost, of 100: per row +1, -1 or 0, variance (14 - 6 * 6 / 100) / 99."""
    truth = np.ones(100, dtype=int)
    first, second = np.ones(100, dtype=int), np.ones(100, dtype=int)
    second[:10], first[10:14] = 0, 0
    found = of_rows(ACCURACY, truth, first, second)
    assert found is not None
    assert found.value == pytest.approx(0.06)
    assert found.standard_error == pytest.approx(np.sqrt((14 - 0.36) / 99) / 10)


@pytest.mark.parametrize("metric", [ACCURACY, RMSE, AUC], ids=lambda metric: metric.id)
def test_the_closed_form_and_the_paired_resamples_agree(metric: Any) -> None:
    truth, first, second = pair(3000)
    if metric is not RMSE:
        truth = (truth > 0).astype(int)
    if metric is ACCURACY:
        first, second = (first > 0).astype(int), (second > 0).astype(int)
    closed = of_rows(metric, truth, first, second)
    values = [metric.function(truth, side) for side in (first, second)]
    paired = [
        of_spreads(*values, **spreads(metric, truth, first, second, seed=f"edition {number}")) for number in range(5)
    ]
    assert closed is not None
    errors = [difference.standard_error for difference in paired if difference is not None]
    assert closed.standard_error == pytest.approx(np.sqrt(np.mean(np.square(errors))), rel=0.05)
    assert all(difference is not None and difference.value == closed.value for difference in paired)


def test_the_paired_error_is_a_fraction_of_the_unpaired_one() -> None:
    truth, first, second = pair(2000)
    both = spreads(RMSE, truth, first, second)
    paired = of_spreads(1.0, 0.9, **both)
    assert paired is not None
    unpaired = np.hypot(both["first_spread"].std(), both["second_spread"].std())
    # Squared errors differ by 2 e (a - b) with variance 4 * 0.1, each has one of about 2: sqrt(0.4 / 4) = 0.32
    assert paired.standard_error == pytest.approx(0.32 * unpaired, rel=0.1)


def test_units_are_respected() -> None:
    truth, first, second = pair(300)
    once = of_rows(RMSE, truth, first, second)
    unit = np.repeat(np.arange(300), 4)
    again = of_rows(RMSE, *(np.repeat(side, 4) for side in (truth, first, second)), unit=unit)
    assert once is not None
    assert again is not None
    assert again.standard_error == pytest.approx(once.standard_error, rel=1e-6)


def test_the_interval_holds_the_true_difference_nineteen_times_of_twenty() -> None:
    """Mean absolute errors of two predictors whose errors are exponential with means 1 and 1.2, sharing a part."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(2000):
        shared = rng.exponential(0.8, 200)
        first, second = shared + rng.exponential(0.2, 200), shared + rng.exponential(0.4, 200)
        found = of_rows(METRICS["mae"], np.zeros(200), first, second)
        assert found is not None
        hits += found.interval[0] <= -0.2 <= found.interval[1]
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)  # three times the noise of 2000 draws, 0.5 %


def test_a_p_value_is_the_normal_one() -> None:
    assert Difference(value=1.959963984540054, standard_error=1.0).p_value == pytest.approx(0.05)
    assert Difference(value=-2.5758293035489, standard_error=1.0).p_value == pytest.approx(0.01)
    assert Difference(value=0.0, standard_error=0.0).p_value == 1.0
    assert Difference(value=0.1, standard_error=0.0).p_value == 0.0


def test_spreads_that_are_no_pair_give_no_difference() -> None:
    assert of_spreads(1.0, 2.0, first_spread=np.zeros(200), second_spread=np.zeros(1000)) is None
    hardly = np.full(200, np.nan)
    hardly[:19] = 0.5
    assert of_spreads(1.0, 2.0, first_spread=hardly, second_spread=np.zeros(200)) is None


def test_a_metric_without_closed_form_has_none_for_differences() -> None:
    assert of_rows(METRICS["percentile"], np.zeros(5), np.arange(5.0), np.ones(5)) is None
    assert of_rows(RMSE, np.zeros(1), np.ones(1), np.ones(1)) is None
