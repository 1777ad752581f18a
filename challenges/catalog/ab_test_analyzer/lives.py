"""Live tests of two versions of a model: counts arrive day by day, and every day of waiting has its price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.ab_test_analyzer.kit.properties import HORIZON, lift_on
from challenges.catalog.ab_test_analyzer.readouts import draw_lift
from challenges.worlds.funclib.cases import Case, Step, holds

TRACK = "live"
COUNT = 150
LIMIT_S = 4.0
BROKEN_SHARE, NOVEL_SHARE = 0.08, 0.2


def cases(rng: Generator) -> Iterator[Case]:
    """Yield live tests; the counts and the truth stay in the case's secret."""
    lifts = _lifts(rng)
    for place in range(COUNT):
        broken, novel = place < BROKEN_SHARE * COUNT, place >= (1 - NOVEL_SHARE) * COUNT
        rate, traffic = float(rng.uniform(0.03, 0.25)), float(np.exp(rng.uniform(np.log(60), np.log(800))))
        test: dict[str, Any] = {
            "lift": 0.0 if broken else float(lifts[place]),
            "novelty": float(rng.uniform(0.15, 0.5)) if novel else 0.0,
            "cost": round(float(rng.uniform(0.005, 0.03)), 4),
        }
        test |= _counts(rng, test, rate=rate, traffic=traffic, lost=float(rng.uniform(0.06, 0.12)) if broken else 0.0)
        step = Step(fn="watch", args=({"cost": test["cost"]},), asks=HORIZON, rule=holds("worthwhile", test))
        kind = "lost users" if broken else "novelty" if novel else "no lift" if test["lift"] == 0 else "lift"
        yield Case(function="watch", kind=kind, steps=(step,), act="live", track=TRACK, limit_s=LIMIT_S, secret=test)


def _lifts(rng: Generator) -> NDArray[np.float64]:
    """Return lifts, each with its opposite: an edition with luck on one side would pay those who ship everything."""
    half = np.array([min(abs(draw_lift(rng)), 0.4) for _ in range(COUNT // 2)])
    return rng.permutation(np.concatenate([half, -half])) + 0.0  # no lift is 0, not -0


def _counts(
    rng: Generator, test: dict[str, float], *, rate: float, traffic: float, lost: float
) -> dict[str, list[int]]:
    """Return users and conversions of each arm and day; a broken log loses users of B who did not convert."""
    week = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.3, 1.2])
    counts: dict[str, list[int]] = {"n_a": [], "x_a": [], "n_b": [], "x_b": []}
    for day in range(1, HORIZON + 1):
        busy = traffic * week[day % 7]
        today = rate * rng.uniform(0.93, 1.07)
        n_a, n_b = (int(n) for n in rng.poisson(busy, 2))
        x_a = int(rng.binomial(n_a, today))
        x_b = int(rng.binomial(n_b, min(today * (1 + lift_on(test, day)), 0.95)))
        n_b = x_b + int(rng.binomial(n_b - x_b, 1 - lost))
        for name, value in (("n_a", n_a), ("x_a", x_a), ("n_b", n_b), ("x_b", x_b)):
            counts[name].append(value)
    return counts
