"""What a plot is made from: the public rows of one submission as its metric sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.types import Metric
from challenges.plots.shapes import Plot
from challenges.spec import MetricUse


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Public rows only: whoever makes one has left the others out."""

    metric: Metric
    use: MetricUse
    truth: NDArray[Any]
    predictions: NDArray[Any]
    unit: NDArray[np.int64]
    ids: NDArray[Any]
    """(n,) what a learner calls the rows."""
    threshold: float = 0.5
    """From which probability on the challenge calls a row positive."""

    @property
    def params(self) -> Mapping[str, Any]:
        return self.use.params

    @property
    def label(self) -> str:
        """What the board calls the metric."""
        return self.use.name


PlotFunction = Callable[[Subject], Sequence[Plot]]
"""Nothing where the plot has no meaning for these rows; raises TooFewRows where it would tell too much."""
