"""How far a score has come on the scale of its challenge: pure.

    floor ──────── baseline ───── bronze ───── silver ───── gold ───── ceiling
          tried             above      half-way     reference    half-way
                          the baseline                          to the ceiling

Floor and ceiling of an edition are worked out when it is minted. Its reference and baseline are known only where
somebody ran them; the host's row on the board is the baseline on the very rows that the learner was scored on. What is
not known is not guessed: without a baseline nobody is above it; without a reference the medals lie at a half, three
quarters and nine tenths of the way from the baseline (or the floor) to the ceiling; without a ceiling either there are
no medals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum

from challenges.metrics.types import Better
from challenges.scoring import Score

CHANCE = 2.0
"""Errors of the difference by which a score must beat the baseline: one hand-in of forty does so by luck alone."""

SHARES = (0.5, 0.75, 0.9)
"""Of the way to the ceiling, for bronze, silver and gold, where no reference is known."""


class Tier(IntEnum):
    """In rising order; a project counts as passed from ABOVE_BASELINE on."""

    NOT_TRIED = 0
    TRIED = 1
    ABOVE_BASELINE = 2
    BRONZE = 3
    SILVER = 4
    GOLD = 5

    @property
    def passed(self) -> bool:
        return self >= Tier.ABOVE_BASELINE


@dataclass(frozen=True, kw_only=True)
class Anchors:
    """What is known of a challenge's scale, in the unit of its metric."""

    better: Better
    floor: float | None = None
    baseline: Score | None = None
    reference: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True)
class Medals:
    """The scores from which each medal is earned."""

    bronze: float
    silver: float
    gold: float


def tier(score: Score, anchors: Anchors) -> Tier:
    """Return the tier of a team's counting score."""
    earned = medals(anchors)
    if earned is not None:
        for threshold, medal in ((earned.gold, Tier.GOLD), (earned.silver, Tier.SILVER), (earned.bronze, Tier.BRONZE)):
            if _gain(threshold, score.value, anchors.better) >= 0:
                return medal
    return Tier.ABOVE_BASELINE if _beats_baseline(score, anchors) else Tier.TRIED


def medals(anchors: Anchors) -> Medals | None:
    """Return where the medals lie; None where the scale has too few anchors, or none that are apart."""
    start = anchors.floor if anchors.baseline is None else anchors.baseline.value
    if start is None:
        return None
    if anchors.reference is not None and _gain(start, anchors.reference, anchors.better) > 0:
        return Medals(
            _between(start, anchors.reference, 0.5), anchors.reference, _gold(start, anchors.reference, anchors)
        )
    if anchors.ceiling is not None and _gain(start, anchors.ceiling, anchors.better) > 0:
        return Medals(*(_between(start, anchors.ceiling, share) for share in SHARES))
    return None


def _gold(start: float, reference: float, anchors: Anchors) -> float:
    if anchors.ceiling is None:  # an open scale: as far beyond the reference as bronze lies before it
        return _between(start, reference, 1.5)
    if _gain(reference, anchors.ceiling, anchors.better) <= 0:  # the reference has reached what can be reached
        return reference
    return _between(reference, anchors.ceiling, 0.5)


def _beats_baseline(score: Score, anchors: Anchors) -> bool:
    if anchors.baseline is None:
        return False
    error = math.hypot(score.standard_error, anchors.baseline.standard_error)
    return _gain(anchors.baseline.value, score.value, anchors.better) > CHANCE * error


def _between(start: float, end: float, share: float) -> float:
    return start + share * (end - start)


def _gain(start: float, end: float, better: Better) -> float:
    return end - start if better is Better.HIGHER else start - end
