"""The values of a metric under resampling of units: rows, images, speakers, whatever is independent.

    units ── more than 4096? ──> 4096 random blocks of units ──> (1000, blocks) counts ──> 1000 values
                                                                       │
                                 the seed decides both, so two submissions are resampled alike

A metric that is made of sums needs its figures only summed by block; then a resample costs one row of a small matrix
product, however many rows there are. Blocks are drawn at random, so they are as independent as the units in them:
the variance of a sum over m blocks estimates that over the units, with a noise of 1 / sqrt(2 m), 1 % of the standard
error for 4096 (random groups: Wolter 2007, chapter 2). The noise of 1000 resamples is twice that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Metric, MetricError

Array = NDArray[np.float64]
Params = Mapping[str, float | int | str | bool]

RESAMPLES = 1000
"""Enough for a standard error to within 2 % of itself."""

RESAMPLES_ANEW = 200
"""For a metric that must be computed anew on every resample; within 5 %."""

BLOCKS_MAX = 4096

COUNTS_MAX = 10_000_000
"""Counts that a metric is handed at a time: 40 MB."""


def resample(
    metric: Metric,
    truth: NDArray[Any],
    predictions: NDArray[Any],
    *,
    seed: str,
    params: Params | None = None,
    unit: NDArray[Any] | None = None,
    figures: Array | None = None,
) -> Array:
    """Return the values of a metric on resamples of the units.

    Parameters
    ----------
    truth, predictions : (n,) or (n, ...), as the metric takes them.
    seed : the same seed and units give the same resamples, for whatever predictions.
    unit : (n,) names of the units, drawn whole; every row is its own by default.
    figures : what `row_figures` gives, where it is at hand: for texts it takes far longer than the resamples.

    Returns
    -------
    (RESAMPLES,) values, or (RESAMPLES_ANEW,) where the metric has no shortcut; NaN where it is not defined on a
    resample, for example because a class is missing from it.
    """
    params = params or {}
    place, blocks = _blocks(len(truth), unit, seed)
    if made_of_sums(metric):
        if figures is None:
            figures = row_figures(metric, truth, predictions, params)
        return from_figures(metric, counts(seed, blocks) @ summed(figures, place, blocks))
    if metric.pulls is not None and blocks < len(place):
        pulled = metric.pulls(truth, predictions, **params)
        if np.isfinite(pulled).all():
            # More than 4096 units: what a resample adds beyond the sum of the pulls is below 1 / 64 of the error.
            value = metric.function(truth, predictions, **params)
            return np.asarray(value + counts(seed, blocks) @ np.bincount(place, pulled), dtype=np.float64)
    if metric.resampled is not None:
        drawn, some = counts(seed, blocks), max(COUNTS_MAX // len(truth), 1)
        values = [
            metric.resampled(truth, predictions, drawn[start : start + some, place].astype(np.int32), **params)
            for start in range(0, RESAMPLES, some)
        ]
        return np.concatenate(values)
    drawn = counts(seed, blocks)[:RESAMPLES_ANEW]
    return np.array([_anew(metric, truth, predictions, count[place], params) for count in drawn])


def made_of_sums(metric: Metric) -> bool:
    return metric.row_scores is not None or metric.row_sums is not None


def row_figures(metric: Metric, truth: NDArray[Any], predictions: NDArray[Any], params: Params) -> Array:
    """Return (n, k) figures whose sums over the rows give the metric; only for metrics made of sums."""
    if metric.row_sums is not None:
        return metric.row_sums(truth, predictions, **params)
    if metric.row_scores is None:
        raise TypeError(f"metric {metric.id} is not made of sums over the rows")
    scores = metric.row_scores(truth, predictions, **params)
    return np.column_stack([scores, np.ones(len(scores))])


def from_figures(metric: Metric, totals: Array) -> Array:
    """Return the values of a metric from (..., k) sums of its figures."""
    if metric.from_sums is not None:
        return metric.from_sums(totals)
    return np.asarray(totals[..., 0] / totals[..., 1])


def summed(figures: Array, place: NDArray[np.int64], blocks: int) -> Array:
    """Return (blocks, k) sums of the (n, k) figures of each block's rows."""
    return np.column_stack([np.bincount(place, weights=column, minlength=blocks) for column in figures.T])


def units_of(rows: int, unit: NDArray[Any] | None) -> tuple[NDArray[np.int64], int]:
    """Return the number of each row's unit, counted from 0, and how many units there are."""
    if unit is None:
        return np.arange(rows), rows
    codes, place = np.unique(unit, return_inverse=True)
    return place.astype(np.int64), len(codes)


@lru_cache(maxsize=8)
def counts(seed: str, units: int) -> NDArray[np.uint8]:
    """Return (RESAMPLES, units) counts of how often each unit is drawn; one edition's are used again and again."""
    rng = np.random.default_rng(list(seed.encode()))
    table = np.empty((RESAMPLES, units), dtype=np.uint8)
    for row in table:
        row[:] = np.bincount(rng.integers(0, units, units), minlength=units)
    table.setflags(write=False)
    return table


def _blocks(rows: int, unit: NDArray[Any] | None, seed: str) -> tuple[NDArray[np.int64], int]:
    place, units = units_of(rows, unit)
    if units <= BLOCKS_MAX:
        return place, units
    return _block_of(seed, units)[place], BLOCKS_MAX


@lru_cache(maxsize=8)
def _block_of(seed: str, units: int) -> NDArray[np.int64]:
    """Return (units,) the random block of each unit; blocks differ by one unit at most."""
    rng = np.random.default_rng(list(f"{seed}|blocks".encode()))
    block = rng.permutation(units) % BLOCKS_MAX
    block.setflags(write=False)
    return block


def _anew(
    metric: Metric, truth: NDArray[Any], predictions: NDArray[Any], count: NDArray[np.uint8], params: Params
) -> float:
    """Return the metric on rows that are each repeated `count` times; NaN where it is not defined."""
    index = np.repeat(np.arange(len(count)), count)
    try:
        return metric.function(truth[index], predictions[index], **params)
    except MetricError:
        return math.nan
