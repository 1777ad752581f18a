"""Resamples have the noise of the sample, are alike for all submissions, and cost little."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from challenges.metrics.registry import METRICS
from challenges.uncertainty import resampling
from challenges.uncertainty.resampling import BLOCKS_MAX, RESAMPLES, RESAMPLES_ANEW, resample

pytestmark = pytest.mark.slow

MAE, RMSE, ACCURACY, MAP = (METRICS[name] for name in ("mae", "rmse", "accuracy", "coco_map"))


def noisy(rows: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=rows)
    return truth, truth + rng.normal(size=rows)


def test_every_unit_is_drawn_as_often_as_there_are_units() -> None:
    counts = resampling.counts("edition", 37)
    assert counts.shape == (RESAMPLES, 37)
    assert (counts.sum(axis=1) == 37).all()
    assert counts.mean() == 1.0
    assert counts.var() == pytest.approx(36 / 37, rel=0.03)  # of a binomial with 37 draws of one chance in 37


@pytest.mark.parametrize("rows", [50, BLOCKS_MAX, BLOCKS_MAX + 1, 6000, 50_000])
def test_the_noise_is_that_of_a_mean_whether_rows_are_drawn_or_blocks_of_them(rows: int) -> None:
    truth, predictions = noisy(rows)
    expected = np.abs(predictions - truth).std() / np.sqrt(rows)
    found = [resample(MAE, truth, predictions, seed=f"edition {n}").var() for n in range(10)]
    assert np.sqrt(np.mean(found)) == pytest.approx(expected, rel=0.03)  # 10,000 resamples: noise 0.7 %, blocks 1.1 %


def test_values_lie_around_the_score() -> None:
    truth, predictions = noisy(20_000)
    spread = resample(RMSE, truth, predictions, seed="edition")
    score = RMSE.function(truth, predictions)
    assert spread.mean() == pytest.approx(score, abs=4 * spread.std() / np.sqrt(RESAMPLES))


def test_the_same_seed_gives_the_same_bytes() -> None:
    truth, predictions = noisy(9000)
    first = resample(MAE, truth, predictions, seed="edition")
    resampling.counts.cache_clear()
    resampling._block_of.cache_clear()
    assert resample(MAE, truth, predictions, seed="edition").tobytes() == first.tobytes()
    assert resample(MAE, truth, predictions, seed="other edition").tobytes() != first.tobytes()


def test_draws_stay_as_they_were_published() -> None:
    """Stored spreads of older submissions are paired with those of new ones, so the draws must not change."""
    assert resampling.counts("edition", 5)[:3].tolist() == PUBLISHED


PUBLISHED = [[1, 2, 1, 1, 0], [1, 3, 1, 0, 0], [2, 1, 0, 1, 1]]


def test_a_metric_without_a_shortcut_has_the_same_values_the_slow_way() -> None:
    truth, predictions = noisy(200)
    slow = replace(MAE, row_scores=None)
    found = resample(slow, truth, predictions, seed="edition")
    assert found.shape == (RESAMPLES_ANEW,)
    assert found == pytest.approx(resample(MAE, truth, predictions, seed="edition")[:RESAMPLES_ANEW])


def test_counts_handed_on_in_portions_give_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[int] = []

    def resampled(truth: Any, predictions: Any, counts: Any) -> Any:
        handed.append(len(counts))
        return counts @ np.abs(truth - predictions) / counts.sum(axis=1)

    truth, predictions = noisy(30)
    monkeypatch.setattr(resampling, "COUNTS_MAX", 30 * 400)
    found = resample(replace(MAE, row_scores=None, resampled=resampled), truth, predictions, seed="edition")
    assert handed == [400, 400, 200]
    assert found == pytest.approx(resample(MAE, truth, predictions, seed="edition"))


def test_units_are_drawn_whole() -> None:
    truth, predictions = np.array([1, 1, 1, 0]), np.array([1, 1, 1, 1])
    values = resample(ACCURACY, truth, predictions, seed="edition", unit=np.array(["b", "b", "b", "a"]))
    assert set(values.tolist()) == {0.0, 0.75, 1.0}


def test_many_units_are_drawn_in_blocks_without_being_torn() -> None:
    units = 3 * BLOCKS_MAX
    truth, predictions = noisy(units)
    once = resample(MAE, truth, predictions, seed="edition")
    names = np.repeat(np.arange(units) * 10, 4)
    four_times = resample(MAE, np.repeat(truth, 4), np.repeat(predictions, 4), seed="edition", unit=names)
    assert four_times == pytest.approx(once)


@pytest.mark.parametrize("unit", [None, np.arange(24_000) // 3], ids=["rows", "units of three"])
def test_a_metric_that_tells_its_pulls_is_resampled_by_them_where_units_are_many(unit: Any) -> None:
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 24_000)
    scores = truth + rng.normal(size=24_000) + np.repeat(rng.normal(size=8000), 3)
    auc = METRICS["roc_auc"]
    found = resample(auc, truth, scores, seed="edition", unit=unit)
    expected = resample(replace(auc, pulls=None), truth, scores, seed="edition", unit=unit)
    assert np.corrcoef(found, expected)[0, 1] > 0.999
    assert np.abs(found - expected).max() < expected.std() / 10


def test_memory_stays_far_below_a_table_of_all_rows_and_resamples() -> None:
    truth, predictions = noisy(100_000)
    resampling.counts.cache_clear()
    tracemalloc.start()
    resample(RMSE, truth, predictions, seed="edition")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 * 2**20  # bytes; 1000 x 100,000 numbers would be 800 MB
