"""Evaluation -> Scores: both splits of the board in one run, each with its standard error.

    Evaluation ──┬── public rows ───> primary ± error, secondary
                 └── private rows ──> primary ± error, secondary

The error comes from a bootstrap over units (rows, images, speakers, ...) whose seed is the edition's, so that every
submission to an edition is resampled alike and two of them can be compared in pairs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.errors import InvalidChallenge
from challenges.evaluation import Columns, Evaluation
from challenges.metrics.registry import METRICS
from challenges.metrics.types import Better, Metric, MetricError
from challenges.spec import MetricSpec, MetricUse

RESAMPLES = 200
"""Enough for a standard error to within 5 % of itself."""

Z_95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Score:
    """One figure with what chance could have made of it."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval, by the normal approximation."""
        half = Z_95 * self.standard_error
        return self.value - half, self.value + half


@dataclass(frozen=True, kw_only=True)
class SplitScores:
    """The scores on the public or on the private rows."""

    primary: Score
    secondary: Mapping[str, float]
    rows: int
    spread: NDArray[np.float64]
    """(RESAMPLES,) bootstrap values of the primary metric, paired across the submissions of an edition."""


@dataclass(frozen=True, kw_only=True)
class Scores:
    public: SplitScores
    private: SplitScores


def metric_of(use: MetricUse) -> Metric:
    """Return the registry row of a challenge's metric. Raises InvalidChallenge for an unknown one or parameter."""
    if use.id not in METRICS:
        raise InvalidChallenge(f"metric {use.id!r} is not in the registry; known are {', '.join(sorted(METRICS))}")
    metric = METRICS[use.id]
    strange = sorted(use.params.keys() - metric.params.keys())
    if strange:
        known = ", ".join(metric.params) or "none"
        raise InvalidChallenge(f"metric {use.id} has no parameter {strange[0]!r}; known are {known}")
    return metric


def score(metric: MetricSpec, evaluation: Evaluation, *, seed: str) -> Scores:
    """Score one submission on both splits; `seed` is the digest of the edition."""
    return Scores(
        public=_split(metric, evaluation, evaluation.public, f"{seed}|public"),
        private=_split(metric, evaluation, ~evaluation.public, f"{seed}|private"),
    )


def bootstrap(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_], *, seed: str) -> NDArray[np.float64]:
    """Return (RESAMPLES,) values of a metric under resampling of units, paired across submissions by the seed.

    A value is NaN where the metric is not defined on a resample, for example when a class is missing from it.
    """
    metric = metric_of(use)
    truth, predictions = _bound(use, evaluation)
    truth, predictions = truth[rows], predictions[rows]
    codes, unit = np.unique(evaluation.unit[rows], return_inverse=True)
    draws = _draws(seed, len(codes))
    if metric.row_scores is not None:
        row_scores = metric.row_scores(truth, predictions, **use.params)
        sums = draws @ _by_unit(np.column_stack([row_scores, np.ones(len(row_scores))]), unit, len(codes))
        return np.asarray(sums[:, 0] / sums[:, 1])
    if metric.row_sums is not None and metric.from_sums is not None:
        figures = metric.row_sums(truth, predictions, **use.params)
        return metric.from_sums(draws @ _by_unit(figures, unit, len(codes)))
    if metric.resampled is not None:
        return metric.resampled(truth, predictions, draws[:, unit], **use.params)
    return np.array([_again(metric, truth, predictions, counts[unit], use.params) for counts in draws])


def better_by(use: MetricUse, a: float, b: float) -> float:
    """Return by how much `a` is better than `b`, positive when it is, whatever the metric's direction."""
    return a - b if metric_of(use).better is Better.HIGHER else b - a


def _split(metric: MetricSpec, evaluation: Evaluation, rows: NDArray[np.bool_], seed: str) -> SplitScores:
    value = compute(metric.primary, evaluation, rows)
    spread = bootstrap(metric.primary, evaluation, rows, seed=seed)
    defined = spread[np.isfinite(spread)]  # a resample may lack a class; the metric is undefined on it
    error = float(np.std(defined, ddof=1)) if len(defined) > 1 else 0.0
    return SplitScores(
        primary=Score(value=value, standard_error=error),
        secondary={use.name: compute(use, evaluation, rows) for use in metric.secondary},
        rows=int(rows.sum()),
        spread=spread,
    )


def compute(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> float:
    """Return one metric on the chosen rows. Raises InvalidChallenge when it is not finite: no such score may rank."""
    truth, predictions = _bound(use, evaluation)
    try:
        value = metric_of(use).function(truth[rows], predictions[rows], **use.params)
    except MetricError as error:
        raise InvalidChallenge(f"metric {use.id} on {int(rows.sum())} rows: {error}") from error
    if not math.isfinite(value):
        raise InvalidChallenge(f"metric {use.id} gave {value} on {int(rows.sum())} rows; a score must be finite")
    return float(value)


def _bound(use: MetricUse, evaluation: Evaluation) -> tuple[NDArray[Any], NDArray[Any]]:
    return _column(use, "truth", use.truth, evaluation.truth), _column(
        use, "predictions", use.predictions, evaluation.predictions
    )


def _column(use: MetricUse, side: str, name: str | None, columns: Columns) -> NDArray[Any]:
    if name is None and len(columns) == 1:
        return next(iter(columns.values()))
    if name is None or name not in columns:
        raise InvalidChallenge(
            f"metric {use.id}: {side}: found {name!r}, expected one of the columns {', '.join(sorted(columns))}"
        )
    return columns[name]


@lru_cache(maxsize=8)
def _draws(seed: str, units: int) -> NDArray[np.int32]:
    """Return (RESAMPLES, units) counts of how often each unit is drawn; one edition's are used again and again."""
    rng = np.random.default_rng(list(seed.encode()))
    counts = rng.multinomial(units, np.full(units, 1 / units), size=RESAMPLES).astype(np.int32)
    counts.setflags(write=False)
    return counts


def _by_unit(figures: NDArray[np.float64], unit: NDArray[np.int64], units: int) -> NDArray[np.float64]:
    """Return (units, k) sums of the (n, k) figures of each unit's rows."""
    return np.column_stack([np.bincount(unit, weights=column, minlength=units) for column in figures.T])


def _again(
    metric: Metric,
    truth: NDArray[Any],
    predictions: NDArray[Any],
    counts: NDArray[np.int32],
    params: Mapping[str, float | int | str | bool],
) -> float:
    """Return the metric on rows that are each repeated `counts` times; NaN where it is not defined."""
    index = np.repeat(np.arange(len(counts)), counts)
    try:
        return metric.function(truth[index], predictions[index], **params)
    except MetricError:
        return math.nan
