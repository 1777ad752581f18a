"""Public and private rows: a fair share each, and no unit torn apart."""

from __future__ import annotations

import numpy as np

from challenges.anchors import floor
from challenges.audit.report import Check
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.scoring import score
from challenges.spec import Size

LEAST_PUBLIC, MOST_PUBLIC = 0.20, 0.40


def check_split(challenge: Challenge, paper: Minted, size: Size) -> list[Check]:
    """Return the checks on rows, units and on the metrics' reach for their columns."""
    evaluation = floor(challenge, paper, size)
    if evaluation is None:
        return [Check("split_is_fair", False, "without a floor there are no rows to look at")]
    score(
        challenge.spec.metric, evaluation, seed=paper.digest()
    )  # raises InvalidChallenge where a metric does not bind
    metrics = [challenge.spec.metric.primary, *challenge.spec.metric.secondary]
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
