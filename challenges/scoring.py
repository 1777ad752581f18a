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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.errors import InvalidChallenge
from challenges.evaluation import Columns, Evaluation
from challenges.metrics.registry import METRICS
from challenges.metrics.types import Better, Metric
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


@dataclass(frozen=True, kw_only=True)
class Scores:
    public: SplitScores
    private: SplitScores


def metric_of(use: MetricUse) -> Metric:
    """Return the registry row of a challenge's metric. Raises InvalidChallenge for an unknown one."""
    if use.id not in METRICS:
        raise InvalidChallenge(f"metric {use.id!r} is not in the registry; known are {', '.join(sorted(METRICS))}")
    return METRICS[use.id]


def score(metric: MetricSpec, evaluation: Evaluation, *, seed: str) -> Scores:
    """Score one submission on both splits; `seed` is the digest of the edition."""
    return Scores(
        public=_split(metric, evaluation, evaluation.public, f"{seed}|public"),
        private=_split(metric, evaluation, ~evaluation.public, f"{seed}|private"),
    )


def bootstrap(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_], *, seed: str) -> NDArray[np.float64]:
    """Return (RESAMPLES,) values of a metric under resampling of units, paired across submissions by the seed."""
    metric = metric_of(use)
    truth, predictions = _bound(use, evaluation)
    truth, predictions, unit = truth[rows], predictions[rows], evaluation.unit[rows]
    codes, unit = np.unique(unit, return_inverse=True)
    draws = _draws(seed, len(codes))
    if metric.row_scores is not None:
        row_scores = metric.row_scores(truth, predictions, **use.params)
        totals = np.bincount(unit, weights=row_scores, minlength=len(codes))
        sizes = np.bincount(unit, minlength=len(codes))
        means: NDArray[np.float64] = (draws @ totals) / (draws @ sizes)
        return means
    members = np.split(np.argsort(unit, kind="stable"), np.cumsum(np.bincount(unit))[:-1])
    values = np.empty(len(draws))
    for position, counts in enumerate(draws):
        index = np.concatenate([np.tile(members[code], counts[code]) for code in np.flatnonzero(counts)])
        values[position] = _finite_or_nan(metric, truth[index], predictions[index], use.params)
    return values


def better_by(use: MetricUse, a: float, b: float) -> float:
    """Return by how much `a` is better than `b`, positive when it is, whatever the metric's direction."""
    return a - b if metric_of(use).better is Better.HIGHER else b - a


def _split(metric: MetricSpec, evaluation: Evaluation, rows: NDArray[np.bool_], seed: str) -> SplitScores:
    value = compute(metric.primary, evaluation, rows)
    spread = bootstrap(metric.primary, evaluation, rows, seed=seed)
    spread = spread[np.isfinite(spread)]  # a resample may lack a class; the metric is undefined on it
    error = float(np.std(spread, ddof=1)) if len(spread) > 1 else 0.0
    return SplitScores(
        primary=Score(value=value, standard_error=error),
        secondary={use.name: compute(use, evaluation, rows) for use in metric.secondary},
        rows=int(rows.sum()),
    )


def compute(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> float:
    """Return one metric on the chosen rows. Raises InvalidChallenge when it is not finite: no such score may rank."""
    truth, predictions = _bound(use, evaluation)
    value = metric_of(use).function(truth[rows], predictions[rows], **use.params)
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


def _draws(seed: str, units: int) -> NDArray[np.int64]:
    """Return (RESAMPLES, units) counts of how often each unit is drawn."""
    rng = np.random.default_rng(list(seed.encode()))
    counts: NDArray[np.int64] = rng.multinomial(units, np.full(units, 1 / units), size=RESAMPLES)
    return counts


def _finite_or_nan(
    metric: Metric, truth: NDArray[Any], predictions: NDArray[Any], params: Mapping[str, float | int | str | bool]
) -> float:
    try:
        return metric.function(truth, predictions, **params)
    except ValueError:
        return math.nan
