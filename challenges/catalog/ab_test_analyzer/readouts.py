"""Finished tests of two versions of a model, user by user, with the traps that make a plain t-test lie.

lift ~ nothing, small, large ──> users (day, country, habits) ──> arm by plan ──> outcome ──> what the log lost
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.worlds.funclib.cases import Case, call, holds

TRACK = "readout"
Floats = NDArray[np.float64]

DAYS = 28
LIMIT_S = 4.0
NULL_SHARE = 0.35
LIFT_SDS = (0.06, 0.14)
NOVELTY_FADES_DAYS = 4.0
SETTLED_DAY = 9

KINDS: tuple[tuple[str, str, tuple[str, ...], int], ...] = (
    ("conversion", "conversion", (), 8),
    ("conversion, ramp", "conversion", ("ramp",), 10),
    ("conversion, novelty", "conversion", ("novelty",), 10),
    ("conversion, lost users", "conversion", ("lost",), 6),
    ("revenue", "revenue", (), 8),
    ("revenue, wholesale", "revenue", ("odd",), 10),
    ("revenue, ramp", "revenue", ("ramp",), 6),
    ("revenue, lost users", "revenue", ("lost",), 4),
    ("clicks", "ctr", (), 8),
    ("clicks, bots", "ctr", ("odd",), 8),
    ("clicks, ramp", "ctr", ("ramp",), 6),
)
"""What is particular, the metric, the traps, how many."""


@dataclass(frozen=True, kw_only=True)
class Users:
    """One row a user."""

    day: NDArray[np.int64]
    country: NDArray[np.int64]
    planned: Floats
    """The planned chance of arm B."""
    arm: NDArray[np.int64]
    habit: Floats
    """How much this user buys and looks at, 1 on average."""
    level: Floats
    """How much better this day and country convert than others."""
    lift: Floats
    """What the new version adds for this user, if it is seen."""


def draw_lift(rng: Generator) -> float:
    """Return a true relative lift: often nothing, else small or large, to either side."""
    return 0.0 if rng.random() < NULL_SHARE else float(rng.normal(0, rng.choice(LIFT_SDS)))


def cases(rng: Generator) -> Iterator[Case]:
    """Yield finished tests of all kinds."""
    for kind, metric, traps, count in KINDS:
        for _ in range(count):
            yield _case(rng, kind, metric, traps)


def _case(rng: Generator, kind: str, metric: str, traps: tuple[str, ...]) -> Case:
    lift, cost = max(draw_lift(rng), -0.4), round(float(rng.uniform(0.0, 0.02)), 3)
    novelty = float(rng.uniform(0.6, 1.1)) if "novelty" in traps else 0.0
    users = _users(rng, lift, novelty, ramp="ramp" in traps)
    columns = _outcomes(rng, metric, users, odd="odd" in traps)
    ordinary = np.ones(len(users.day), dtype=np.bool_)
    if "odd" in traps:
        ordinary = _make_odd(rng, metric, columns)
    used = ordinary & (users.day >= SETTLED_DAY if novelty else True)
    error = standard_error(metric, users, columns, used)
    kept = np.ones(len(users.day), dtype=np.bool_)
    if "lost" in traps:  # the log loses users of B who did nothing or bought little, so B looks better than it is
        spent = columns["revenue"].astype(np.float64)
        idle = (users.arm == 1) & (spent < np.median(spent) if metric == "revenue" else columns["converted"] == 0)
        kept = ~(idle & (rng.random(len(kept)) < rng.uniform(0.35, 0.6)))
    table = {"arm": users.arm, "day": users.day, "country": users.country}
    shown: dict[str, NDArray[Any]] = {name: values[kept].astype(np.uint8) for name, values in table.items()}
    shown["planned"] = users.planned[kept].astype(np.float32)
    shown |= {name: values[kept] for name, values in columns.items()}
    truth = {"valid": "lost" not in traps, "lift": lift, "cost": cost, "error": error}
    step = call("read", {"metric": metric, "cost": cost, "users": shown}, rule=holds("honest", truth))
    return Case(function="read", kind=kind, steps=(step,), act="readout", track=TRACK, limit_s=LIMIT_S)


def _users(rng: Generator, lift: float, novelty: float, *, ramp: bool) -> Users:
    count = int(rng.integers(1800, 3200))
    day = rng.integers(0, DAYS, count)
    country = rng.choice(4, count, p=rng.dirichlet([6, 4, 3, 2]))
    worth = rng.uniform(0.6, 1.6, 4)[country] * np.where(day % 7 >= 5, 1.25, 1.0)
    planned = np.full(count, 0.5)
    if ramp:  # more and more users get B while the season gets better, and one country starts early
        planned = np.array([0.1, 0.3, 0.5, 0.8])[day // 7]
        planned = np.where(country == 0, np.minimum(planned + 0.15, 0.9), planned)
        worth = worth * np.array([0.8, 1.0, 1.2, 1.5])[day // 7]
    return Users(
        day=day,
        country=country,
        planned=planned.round(2),
        arm=(rng.random(count) < planned).astype(np.int64),
        habit=rng.gamma(2.0, 0.5, count),
        level=worth / worth.mean(),
        lift=lift + novelty * np.exp(-day / NOVELTY_FADES_DAYS),
    )


def _outcomes(rng: Generator, metric: str, users: Users, *, odd: bool) -> dict[str, NDArray[np.generic]]:
    """Return what the log says; columns that the metric does not need look as they always do."""
    count = len(users.day)
    better = 1 + users.lift * users.arm
    rate = np.clip(rng.uniform(0.12, 0.3) * users.level * (better if metric == "conversion" else 1), 0, 0.95)
    converted = rng.random(count) < rate
    taste = np.exp(rng.normal(0, rng.uniform(0.6, 0.9), count))
    amount, before = (taste * np.exp(rng.normal(0, 0.5, count)) * 20 for _ in range(2))
    buys, bought = (rng.random((2, count)) < 0.85).astype(float)
    revenue = buys * amount * users.level * (better if metric == "revenue" else 1)
    if metric != "revenue":
        revenue = converted * amount
    else:
        converted = revenue > 0
    impressions = 1 + rng.poisson(7 * users.habit)
    own = rng.beta(2, 18, count) * users.level * (better if metric == "ctr" else 1)
    clicks = rng.binomial(impressions, np.clip(own, 0, 0.95))
    return {
        "converted": converted.astype(np.uint8),
        "clicks": clicks.astype(np.uint16),
        "impressions": impressions.astype(np.uint16),
        "revenue": revenue.round(2).astype(np.float32),
        "pre_revenue": (bought * before).round(2).astype(np.float32),
    }


def _make_odd(rng: Generator, metric: str, columns: dict[str, NDArray[np.generic]]) -> NDArray[np.bool_]:
    """Turn some users into wholesalers or bots; return who stays ordinary."""
    count = len(columns["converted"])
    chosen = rng.random(count) < 0.008
    if metric == "revenue":
        columns["revenue"] = np.where(chosen, rng.uniform(3e3, 2e4, count).round(2), columns["revenue"]).astype("f4")
        columns["converted"] = np.where(chosen, 1, columns["converted"]).astype(np.uint8)
    else:
        shown = np.where(chosen, rng.integers(300, 900, count), columns["impressions"])
        columns["impressions"] = shown.astype(np.uint16)
        columns["clicks"] = np.where(chosen, (0.9 * shown).astype(int), columns["clicks"]).astype(np.uint16)
    return ~chosen


def standard_error(
    metric: str, users: Users, columns: dict[str, NDArray[np.generic]], used: NDArray[np.bool_]
) -> float:
    """Return the standard error of the relative lift by a design-aware estimate: strata of the plan, users as units,
    revenue less what last month already told."""
    top = columns[{"conversion": "converted", "revenue": "revenue", "ctr": "clicks"}[metric]].astype(np.float64)
    below = columns["impressions"].astype(np.float64) if metric == "ctr" else np.ones(len(top))
    arms = [used & (users.arm == k) for k in (0, 1)]
    if metric == "revenue":
        before = columns["pre_revenue"].astype(np.float64)
        slope = np.cov(before[arms[0]], top[arms[0]])[0, 1] / before[arms[0]].var(ddof=1)
        top = top - slope * (before - before[used].mean())
    variance, base = 0.0, 0.0
    for plan in np.unique(users.planned[used]):
        weight = (used & (users.planned == plan)).sum() / used.sum()
        for k in (0, 1):
            rows = arms[k] & (users.planned == plan)
            ratio = top[rows].sum() / below[rows].sum()
            spread = (top[rows] - ratio * below[rows]).var() / rows.sum() / below[rows].mean() ** 2
            variance += weight**2 * spread
            base += weight * ratio * (k == 0)
    return float(np.sqrt(variance) / base)
