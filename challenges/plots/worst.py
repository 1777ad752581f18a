"""The rows that went worst. They tell the truth of those rows, so they are shown only where a challenge says so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from challenges.metrics.types import Better
from challenges.plots.shapes import Example, Examples, Plot, rounded, short
from challenges.plots.subject import Subject

SHOWN = 10


def worst(subject: Subject) -> Sequence[Plot]:
    """Return the rows of the worst scores with what was predicted there; only for means of row scores."""
    if subject.metric.row_scores is None:
        return ()
    scores = subject.metric.row_scores(subject.truth, subject.predictions, **subject.params)
    turned = scores if subject.metric.better is Better.HIGHER else -scores
    places = np.argsort(turned, kind="stable")[:SHOWN]
    examples = [
        Example(id=short(subject.ids[k]), predicted=_predicted(subject.predictions[k]), score=rounded(scores[k]))
        for k in places
    ]
    return (Examples(name="worst", title="Worst rows", y=subject.label, examples=examples),)


def _predicted(value: Any) -> str:
    """Return a number or a short text; of anything larger nothing."""
    if isinstance(value, str):
        return short(value)
    return f"{value:.4g}" if np.ndim(value) == 0 and np.isreal(value) and not isinstance(value, dict) else ""
