"""What a row of the registry says about a metric."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class MetricError(ValueError):
    """The metric is not defined on these arrays: empty, not finite, shapes that differ, one class only."""


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Takes(StrEnum):
    """What the two arrays hold, row by row."""

    NUMBERS = "numbers"
    LABELS = "labels"
    """Classes as text or integers; with the parameter `threshold`, predictions are probabilities of `positive`."""
    PROBABILITIES = "probabilities"
    """Truth 0 or 1, predictions the probability of 1."""
    TEXTS = "texts"
    DETECTIONS = "detections"
    """Truth: annotations of one image; predictions: detections of one image."""
    PARTITIONS = "partitions"
    """One array of integer labels a row, on both sides."""
    COSTS = "costs"
    """Truth: what a row costs without skill; predictions: what it cost the learner."""
    RESULTS = "results"
    """Truth: the opponent's rating; predictions: 1 win, 0.5 draw, 0 loss."""
    DIGITS = "digits"
    """Truth: target digits; predictions: digits reached."""
    CHECKS = "checks"
    """Truth: the weight of a check; predictions: 1 passed, 0 failed."""
    MEASUREMENTS = "measurements"
    """Predictions are figures that we measured ourselves; truth is not looked at."""


class Effect(StrEnum):
    """What becomes of a score when all numbers on both sides are changed alike."""

    UNCHANGED = "unchanged"
    PROPORTIONAL = "proportional"
    """Scaling by c scales the score by c."""
    SQUARED = "squared"
    """Scaling by c scales the score by c * c."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True)
class Claims:
    """What a metric promises about itself; the property suite tries every claim, and that the denied ones fail."""

    symmetric: bool
    """Truth and predictions may change places."""
    one_row: bool
    """Defined on a single row."""
    constant_truth: bool
    """Defined where all rows have the same truth."""
    repeats: bool = True
    """Writing every row twice leaves the score as it is."""
    shift: Effect = Effect.OTHER
    """The same number added to everything on both sides."""
    scale: Effect = Effect.OTHER
    """Everything on both sides times the same positive number."""
    ranks_only: bool = False
    """Only the order of the predictions counts: a strictly rising transformation of them changes nothing."""
    relabelled: bool = False
    """Other names for the predicted classes change nothing, as for partitions."""


MetricFunction = Callable[..., float]
"""(truth, predictions, **params) -> the score."""
RowFigures = Callable[..., NDArray[np.float64]]
"""(truth, predictions, **params) -> figures whose first axis is the row."""
FromSums = Callable[[NDArray[np.float64]], NDArray[np.float64]]
StandardError = Callable[..., float]
"""(truth, predictions, **params) -> standard error of the score over independent rows, by a closed form."""
Resampled = Callable[..., NDArray[np.float64]]
"""(truth, predictions, counts, **params) -> (m,) scores."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One row of the registry.

    The last members say how to reach the same value on resampled rows without starting afresh; a metric has at most
    one of the three ways, and scoring falls back on calling `function` again where it has none.
    """

    id: str
    title: str
    function: MetricFunction
    better: Better
    best: float | None
    worst: float | None
    """None, on either side, where a score has no bound there."""
    takes: Takes
    version: int = 1
    """Raised whenever the same input can give another number."""
    params: Mapping[str, type] = field(default_factory=dict)
    unit: str = "row"
    """What is resampled for the error: row, image, utterance, sequence, series, user, query, episode, ..."""
    claims: Claims | None = None
    """A metric without claims fails the property suite."""
    standard_error: StandardError | None = None
    row_scores: RowFigures | None = None
    """(n,) scores whose plain mean is the metric, where that is so."""
    row_sums: RowFigures | None = None
    """(n, k) figures whose sums over the rows are all that the metric needs; goes with `from_sums`."""
    from_sums: FromSums | None = None
    """(..., k) sums -> (...) values of the metric; NaN where it is not defined."""
    resampled: Resampled | None = None
    """(m, n) counts, how often each row is drawn -> (m,) values of the metric; NaN where it is not defined."""
