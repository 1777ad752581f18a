"""The right answers of an edition, in the form in which a learner's are scored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.audit.subject import Subject
from challenges.evaluation import Evaluation
from challenges.metrics.types import Takes
from challenges.scoring import bound, metric_of
from challenges.spec import MetricUse

IGNORED = 7
"""Column of a track's line that says that it is not scored; those before it are predicted."""


def right_answers(subject: Subject, no_skill: Evaluation) -> Evaluation:
    """Return the ceiling's answers or, where a challenge has no ceiling of its own, what the truth says.

    Columns that the primary metric does not look at stay those of `no_skill`, which is how any answer is shaped.
    """
    if subject.ceiling is not None:
        return subject.ceiling
    told: dict[str, NDArray[Any]] = {}
    for use in _uses(subject.challenge.spec.metric.primary):
        name = use.predictions or next(iter(no_skill.predictions))
        told[name] = _as_predicted(bound(use, no_skill)[0], metric_of(use).takes)
    return replace(no_skill, predictions={**no_skill.predictions, **told})


def _uses(primary: MetricUse) -> list[MetricUse]:
    return [part.metric for part in primary.parts] or [primary]


def _as_predicted(truth: NDArray[Any], takes: Takes) -> NDArray[Any]:
    """Return the best predictions for cells of truth that are of another shape than predictions."""
    match takes:
        case Takes.DETECTIONS:
            return _cells([[_detection(one) for one in image if not one.get("iscrowd")] for image in truth])
        case Takes.QUESTIONS:
            return _cells([_told(question["value"]) for question in truth])
        case Takes.RANKINGS:
            return _cells([_ranked(relevant) for relevant in truth])
        case Takes.OPTIONS:
            return np.asarray(np.argmax(truth[:, 1:], axis=1))
        case Takes.TRACKS:
            return _cells([_track_lines(table) for table in truth])
        case Takes.PAYOFFS:
            return np.asarray(truth > 0, dtype=np.int64)
        case _:
            return truth


def _detection(annotation: dict[str, Any]) -> dict[str, Any]:
    return {"category_id": annotation["category_id"], "bbox": annotation["bbox"], "score": 1.0}


def _track_lines(table: NDArray[Any]) -> list[list[float]]:
    scored = table if table.shape[1] <= IGNORED else table[table[:, IGNORED] == 0]
    return [list(map(float, line)) for line in scored[:, :IGNORED].tolist()]


def _told(value: Any) -> str:
    return ";".join(map(str, value)) if isinstance(value, list) else str(value)


def _ranked(relevant: Any) -> list[Any]:
    return sorted(relevant, key=relevant.__getitem__, reverse=True) if isinstance(relevant, dict) else list(relevant)


def _cells(values: list[Any]) -> NDArray[Any]:
    cells = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        cells[place] = value
    return cells
