"""What a read-out and a live decision are worth. Both the referee and practise.py ask here."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

ALPHA = 0.1
"""Intervals are to hold the truth nine times in ten."""

FULL_SCORE, NO_SCORE = 4.2, 16.0
"""Interval scores in units of the best standard error: an honest interval expects 4.1, and 16 is worth nothing."""

HORIZON = 60
MOST = 0.2
"""A single live test counts between -20 % and +20 % of the base conversions."""


def honest(found: Any, truth: dict[str, Any], args: list[Any]) -> float:
    """Credit of one read-out: an invalid test must be called so; otherwise 60 % the interval, 40 % the decision."""
    valid = bool(found["valid"])
    if not valid or not truth["valid"]:
        return float(valid == truth["valid"])
    missed = float(abs(truth["lift"] - truth["cost"])) / (2 * truth["error"])
    decided = 1.0 if bool(found["ship"]) == (truth["lift"] > truth["cost"]) else max(1.0 - float(missed), 0.0)
    return 0.6 * interval_credit(float(found["lo"]), float(found["hi"]), truth) + 0.4 * float(decided)


def interval_credit(lo: float, hi: float, truth: dict[str, Any]) -> float:
    """Interval score: the width, and twenty times what the truth lies outside."""
    if not (math.isfinite(lo) and math.isfinite(hi) and lo <= hi):
        return 0.0
    outside = max(lo - truth["lift"], truth["lift"] - hi, 0.0)
    score = float((hi - lo + 2 / ALPHA * outside) / truth["error"])
    return min(max((NO_SCORE - score) / (NO_SCORE - FULL_SCORE), 0.0), 1.0)


def movers(found: Any, changed: list[str], args: list[Any]) -> float:
    """Credit of one test with many metrics: F1 of the names; where nothing has changed, any name costs all."""
    named = {str(name) for name in found}
    if not changed:
        return float(not named)
    return 2 * len(named & set(changed)) / (len(named) + len(changed))


def worthwhile(found: Any, test: dict[str, Any], args: list[Any]) -> float:
    """Credit of one live test on the tick list: how little is lost against the best decision, 5 % being everything."""
    lost = best(test) - utility(test, shipped=found["decision"] == "ship", day=int(found["day"]))
    return min(max(1 - lost / 0.05, 0.0), 1.0)


PROPERTIES: dict[str, Callable[[Any, Any, list[Any]], float]] = {
    "honest": honest,
    "movers": movers,
    "worthwhile": worthwhile,
}


def utility(test: dict[str, Any], *, shipped: bool, day: int) -> float:
    """Conversions gained in 60 days, less the cost of shipping, as a share of the base conversions."""
    lifts = [lift_on(test, k) for k in range(1, HORIZON + 1)]
    during = 0.5 * sum(lifts[:day]) / HORIZON
    after = sum(lifts[day:]) / HORIZON - test["cost"] if shipped else 0.0
    return min(max(during + after, -MOST), MOST)


def best(test: dict[str, Any]) -> float:
    """What somebody earns who knows the lift: ships or stops on the best day."""
    return max(utility(test, shipped=shipped, day=day) for shipped in (True, False) for day in range(HORIZON + 1))


def lift_on(test: dict[str, Any], day: int) -> float:
    return float(test["lift"] + test["novelty"] * math.exp(-day / 4))


def oracle(function: str, test: dict[str, Any]) -> Callable[[Any], dict[str, int]]:
    """Return question -> the counts of all days so far, one more day with every question."""
    days = iter(range(1, HORIZON + 1))

    def answer(question: Any) -> dict[str, int]:
        day = next(days, None)
        if day is None:
            raise ValueError("the test is over")
        return {"day": day, **{name: sum(test[name][:day]) for name in ("n_a", "x_a", "n_b", "x_b")}}

    return answer
