"""Public and private rows: a fair share each, and no unit torn apart."""

from __future__ import annotations

import numpy as np

from challenges.audit.report import Check
from challenges.audit.subject import Subject
from challenges.scoring import score

LEAST_PUBLIC, MOST_PUBLIC = 0.20, 0.40


def check_split(subject: Subject) -> list[Check]:
    """Return the checks on rows, units and on the metrics' reach for their columns."""
    metric, evaluation = subject.challenge.spec.metric, subject.floor
    if evaluation is None:
        return [Check("split_is_fair", False, "without a floor there are no rows to look at")]
    score(metric, evaluation, seed=subject.paper.digest())  # raises InvalidChallenge where a metric does not bind
    metrics = [metric.primary, *metric.secondary]
    public, unit = evaluation.public, evaluation.unit
    share = float(public.mean())
    torn = np.intersect1d(unit[public], unit[~public])
    return [
        Check("metrics_bind", True, f"{len(metrics)} metrics find their columns on both splits"),
        Check(
            "public_share",
            LEAST_PUBLIC <= share <= MOST_PUBLIC,
            f"{share:.0%} of {len(public)} rows are public; expected {LEAST_PUBLIC:.0%} to {MOST_PUBLIC:.0%}",
            {"share": share, "rows": float(len(public))},
        ),
        Check(
            "units_are_whole",
            len(torn) == 0,
            f"{len(torn)} of {len(np.unique(unit))} units have rows in both splits; expected none",
            {"torn": float(len(torn))},
        ),
    ]
