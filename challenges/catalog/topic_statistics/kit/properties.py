"""How a claim about a mystery sample is marked; the referee and practise.py both ask here."""

from __future__ import annotations

from typing import Any

PERFECT, WORTHLESS = 3.29, 20.0
"""Interval scores in standard errors of the mean: the width of a good 90 % interval, and what earns nothing."""


def claim(found: Any, expected: Any, args: list[Any]) -> float:
    """Return half for the family and up to half for the interval, 0..1."""
    lo, hi = float(found["lo"]), float(found["hi"])
    if not lo <= hi:
        return 0.0
    family = float(found["family"] == expected["family"])
    score = interval_score(lo, hi, float(expected["mean"])) / float(expected["standard_error"])
    interval = min(max((WORTHLESS - score) / (WORTHLESS - PERFECT), 0.0), 1.0)
    return 0.5 * family + 0.5 * interval


def interval_score(lo: float, hi: float, mean: float) -> float:
    """Return the interval score at 90 %: the width, and twenty times the distance by which the mean is missed."""
    return (hi - lo) + 20 * max(lo - mean, mean - hi, 0.0)


PROPERTIES = {"claim": claim}
