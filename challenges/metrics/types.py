"""What a row of the registry says about a metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


class Better(StrEnum):
    HIGHER = "higher"
    LOWER = "lower"


class Takes(StrEnum):
    """What the two arrays hold, row by row."""

    NUMBERS = "numbers"
    LABELS = "labels"
    PROBABILITIES = "probabilities"
    """Truth 0 or 1, predictions the probability of 1."""
    TEXTS = "texts"
    DETECTIONS = "detections"
    """Truth: annotations of one image; predictions: detections of one image."""
    PARTITIONS = "partitions"
    """One array of integer labels a row, on both sides."""
    COSTS = "costs"
    RESULTS = "results"
    """Truth: the opponent's rating; predictions: 1 win, 0.5 draw, 0 loss."""
    DIGITS = "digits"


class MetricFunction(Protocol):
    def __call__(self, truth: NDArray[Any], predictions: NDArray[Any], **params: Any) -> float: ...


class RowScores(Protocol):
    def __call__(self, truth: NDArray[Any], predictions: NDArray[Any], **params: Any) -> NDArray[np.float64]: ...


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One row of the registry."""

    id: str
    title: str
    function: MetricFunction
    better: Better
    best: float
    worst: float | None
    """None where a score has no bound on that side."""
    takes: Takes
    version: int = 1
    """Raised whenever the same input can give another number."""
    row_scores: RowScores | None = None
    """(n,) scores whose plain mean is the metric, where that is so."""
    params: Mapping[str, type] = field(default_factory=dict)
