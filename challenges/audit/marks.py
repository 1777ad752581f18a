"""An anchor's score with its resamples, so that two anchors can be compared in pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from challenges.evaluation import Evaluation
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.scoring import Score, metric_of, primary_on_private
from challenges.spec import Kind


@dataclass(frozen=True)
class Mark:
    """A score on the private rows."""

    score: Score
    spread: NDArray[np.float64]
    """Values resampled alike for every mark of an edition; one value alone for a mark that is without noise."""

    @classmethod
    def of(cls, challenge: Challenge, evaluation: Evaluation, paper: Minted) -> Mark:
        return cls(*primary_on_private(challenge.spec.metric.primary, evaluation, seed=paper.digest()))

    def error_of_difference(self, other: Mark) -> float:
        """Return the standard error of the difference, over the resamples on which both are defined."""
        differences = self.spread.astype(np.float64) - other.spread
        differences = differences[np.isfinite(differences)]
        return float(np.std(differences, ddof=1)) if len(differences) > 1 else 0.0


def perfect(challenge: Challenge) -> Mark | None:
    """Return the mark of the truth itself; None where the metric has no best value or a conversation no truth."""
    best = metric_of(challenge.spec.metric.primary).best
    if best is None or challenge.spec.kind is Kind.INTERACTIVE:
        return None
    return Mark(Score(value=best, standard_error=0.0), np.array([best], dtype=np.float64))
