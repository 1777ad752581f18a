"""Evaluation -> Scores: both splits of the board in one run, each with its standard error.

    Evaluation ──┬── public rows ───> primary ± error, secondary
                 └── private rows ──> primary ± error, secondary

The error is a closed form where one is right. Beside it stands a bootstrap over units (rows, images, speakers, ...)
whose seed is the edition's, so that every submission to an edition is resampled alike and two of them can be compared
in pairs; where there is no closed form, the error comes from it too.
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
from challenges.metrics.types import Better, Metric, MetricError
from challenges.spec import MetricSpec, MetricUse
from challenges.uncertainty import closed_forms
from challenges.uncertainty.resampling import RESAMPLES, made_of_sums, resample, row_figures

__all__ = [
    "RESAMPLES", "Score", "Scores", "SplitScores", "better_by", "bootstrap", "bound", "compute", "figures_of",
    "metric_of", "primary_on_private", "score",
]  # fmt: skip

Figures = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Score:
    """One figure with what chance could have made of it."""

    value: float
    standard_error: float


@dataclass(frozen=True, kw_only=True)
class SplitScores:
    """The scores on the public or on the private rows."""

    primary: Score
    secondary: Mapping[str, float]
    """Without the metrics of an optional part that was left out, and of rows of which the split has none."""
    rows: int
    spread: NDArray[np.float64]
    """Bootstrap values of the primary metric, paired across the submissions of an edition: RESAMPLES of them, or fewer
    where the metric must be computed anew for each."""


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


def figures_of(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> Figures | None:
    """Return the figures of the rows whose sums are all that a metric needs; None for a metric not made of sums.

    Resampling and the closed form both start from them, and for texts they take far longer than either.
    """
    metric = metric_of(use)
    if use.parts or not made_of_sums(metric):
        return None
    truth, predictions = bound(use, evaluation)
    return row_figures(metric, truth[rows], predictions[rows], use.params)


def bootstrap(
    use: MetricUse,
    evaluation: Evaluation,
    rows: NDArray[np.bool_],
    *,
    seed: str,
    figures: Figures | None = None,
) -> NDArray[np.float64]:
    """Return the values of a metric under resampling of units, paired across submissions by the seed.

    A value is NaN where the metric is not defined on a resample, for example when a class is missing from it.
    `figures` are those of `figures_of`, where they are at hand.
    """
    if use.parts:
        return _composite_spread(use, evaluation, rows, seed)
    truth, predictions = bound(use, evaluation)
    return resample(
        metric_of(use), truth[rows], predictions[rows], seed=seed, params=use.params, unit=_units(evaluation, rows),
        figures=figures,
    )  # fmt: skip


def standard_error(
    use: MetricUse,
    evaluation: Evaluation,
    rows: NDArray[np.bool_],
    *,
    spread: NDArray[np.float64],
    figures: Figures | None = None,
) -> float:
    """Return the standard error of a metric: by a closed form where one is right, else from its bootstrap values."""
    if not use.parts:
        truth, predictions = bound(use, evaluation)
        closed = closed_forms.standard_error(
            metric_of(use), truth[rows], predictions[rows], params=use.params, unit=_units(evaluation, rows),
            figures=figures,
        )  # fmt: skip
        if closed is not None:
            return closed
    defined = spread[np.isfinite(spread)]  # a resample may lack a class; the metric is undefined on it
    return float(np.std(defined, ddof=1)) if len(defined) > 1 else 0.0


def better_by(use: MetricUse, a: float, b: float) -> float:
    """Return by how much `a` is better than `b`, positive when it is, whatever the metric's direction."""
    return a - b if metric_of(use).better is Better.HIGHER else b - a


def primary_on_private(use: MetricUse, evaluation: Evaluation, *, seed: str) -> tuple[Score, NDArray[np.float64]]:
    """Return the score that ranks in the end with its bootstrap values, as `score` does, and nothing else."""
    return _primary(use, evaluation, ~evaluation.public, f"{seed}|private")


def _primary(
    use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_], seed: str
) -> tuple[Score, NDArray[np.float64]]:
    value = compute(use, evaluation, rows)
    figures = figures_of(use, evaluation, rows)
    spread = bootstrap(use, evaluation, rows, seed=seed, figures=figures)
    error = standard_error(use, evaluation, rows, spread=spread, figures=figures)
    return Score(value=value, standard_error=error), spread


def _split(metric: MetricSpec, evaluation: Evaluation, rows: NDArray[np.bool_], seed: str) -> SplitScores:
    primary, spread = _primary(metric.primary, evaluation, rows, seed)
    return SplitScores(
        primary=primary,
        secondary={
            use.name: compute(use, evaluation, rows)
            for use in metric.secondary
            if handed_in(use, evaluation) and looked_at(use, evaluation, rows).any()
        },
        rows=int(rows.sum()),
        spread=spread,
    )


def compute(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> float:
    """Return one metric on the chosen rows. Raises InvalidChallenge when it is not finite: no such score may rank."""
    if use.parts:
        truth = _rules(use, evaluation, rows)
        predictions = np.array([compute(part.metric, evaluation, rows) for part in use.parts])
    else:
        rows = looked_at(use, evaluation, rows)
        truth, predictions = (side[rows] for side in bound(use, evaluation))
    try:
        value = metric_of(use).function(truth, predictions, **use.params)
    except MetricError as error:
        raise InvalidChallenge(f"metric {use.id} on {int(rows.sum())} rows: {error}") from error
    if not math.isfinite(value):
        raise InvalidChallenge(f"metric {use.id} gave {value} on {int(rows.sum())} rows; a score must be finite")
    return float(value)


def _composite_spread(
    use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_], seed: str
) -> NDArray[np.float64]:
    """Return the composite of its parts' values, resample by resample: the seed has drawn the same units for all."""
    metric, rules = metric_of(use), _rules(use, evaluation, rows)
    spreads = [bootstrap(part.metric, evaluation, rows, seed=seed) for part in use.parts]
    values = np.column_stack([spread[: min(map(len, spreads))] for spread in spreads])
    return np.array([metric.function(rules, one) if np.isfinite(one).all() else math.nan for one in values])


def _rules(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return (parts, 3): floor, ceiling and weight of each part, as the metrics of composites take them."""
    rules = []
    for part in use.parts:
        metric = metric_of(part.metric)
        if part.passes is not None:
            worse = part.passes - 1 if metric.better is Better.HIGHER else part.passes + 1
            rules.append((worse, part.passes, 0.0))
            continue
        ends = [
            _end(part.metric, name, own if given is None else given, evaluation.truth, rows)
            for name, given, own in (("floor", part.floor, metric.worst), ("ceiling", part.ceiling, metric.best))
        ]
        if (ends[0] < ends[1]) != (metric.better is Better.HIGHER) or ends[0] == ends[1]:
            raise InvalidChallenge(
                f"metric {part.metric.name}: expected a ceiling better than the floor, found {ends[0]} to {ends[1]}"
            )
        rules.append((ends[0], ends[1], 1.0 if part.weight is None else part.weight))
    return np.array(rules)


def _end(use: MetricUse, name: str, given: float | str | None, columns: Columns, rows: NDArray[np.bool_]) -> float:
    """Return the floor or the ceiling of a part: a number, or what a column of the truth says on all chosen rows."""
    if given is None:
        raise InvalidChallenge(f"metric {use.name}: has no {name} of its own; the part must give one")
    if not isinstance(given, str):
        return float(given)
    if given not in columns:
        raise InvalidChallenge(f"metric {use.name}: {name}: {given!r} is no column of the truth")
    values = np.unique(columns[given][rows])
    if len(values) != 1:
        raise InvalidChallenge(
            f"metric {use.name}: {name}: expected one value of {given!r} on all rows of a split, found {len(values)}"
        )
    return float(values[0])


def looked_at(use: MetricUse, evaluation: Evaluation, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of the rows a metric looks at: all, or those that its `where` names."""
    if use.where is None:
        return rows
    known = {**evaluation.facts, **evaluation.truth}
    if use.where not in known:
        raise InvalidChallenge(f"metric {use.name}: where: {use.where!r} is neither a column of the truth nor a fact")
    chosen = known[use.where]
    if chosen.dtype == object:  # of a group all lines say the same
        chosen = np.array([np.mean(cell) for cell in chosen])
    strange = np.flatnonzero(~np.isin(chosen, (0, 1)))
    if len(strange):
        raise InvalidChallenge(
            f"metric {use.name}: where: {use.where!r}, row {strange[0]}: expected 0 or 1, found {chosen[strange[0]]}"
        )
    return np.asarray(rows & (chosen == 1))


def handed_in(use: MetricUse, evaluation: Evaluation) -> bool:
    """Return whether there is anything to compare: an optional part that was left out is a column of None."""
    if use.parts:
        return all(handed_in(part.metric, evaluation) for part in use.parts)
    predictions = bound(use, evaluation)[1]
    return predictions.dtype != object or any(cell is not None for cell in predictions)


def bound(use: MetricUse, evaluation: Evaluation) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the columns that a metric compares, truth and predictions. Raises InvalidChallenge for an unknown one."""
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


def _units(evaluation: Evaluation, rows: NDArray[np.bool_]) -> NDArray[np.int64] | None:
    """Return the unit of each row, or None where every row is its own."""
    unit = evaluation.unit[rows]
    return None if (np.diff(unit) > 0).all() else unit
