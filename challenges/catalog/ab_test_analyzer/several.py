"""Finished tests that report twenty metrics at once: by chance alone, one of them looks changed at p < 0.05.

A case holds two tests, one in which B has changed nothing and one in which it has changed some metrics, and earns what
the worse of the two readings does: neither to name nothing nor to name everything is worth anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.random import Generator

from challenges.worlds.funclib.cases import Case, Step, call, holds

TRACK = "several"
COUNT = 16
LIMIT_S = 4.0
METRICS = (
    "sessions", "searches", "page_views", "minutes", "clicks", "likes", "shares", "replies", "saves", "invites",
    "uploads", "downloads", "orders", "revenue", "returns", "coupons", "complaints", "reloads", "waits_s", "errors",
)  # fmt: skip
CHANGED = (3, 9)
"""Fewest metrics that B has changed where it has changed any, and one more than the most."""
LIFTS = (0.12, 0.4)
USERS = (700, 1100)


def cases(rng: Generator) -> Iterator[Case]:
    """Yield pairs of tests."""
    for _ in range(COUNT):
        changed = rng.choice(METRICS, int(rng.integers(*CHANGED)), replace=False).tolist()
        steps = [_step(rng, []), _step(rng, sorted(changed))]
        yield Case(
            function="moved",
            kind=f"{len(changed)} of {len(METRICS)}, and none",
            steps=tuple(steps[place] for place in rng.permutation(2)),
            act="readout",
            track=TRACK,
            limit_s=LIMIT_S,
        )


def _step(rng: Generator, changed: list[str]) -> Step:
    return call("moved", {"users": _users(rng, changed)}, rule=holds("movers", changed))


def _users(rng: Generator, changed: list[str]) -> dict[str, Any]:
    """Return one number a user for each metric; who is busy is so in most of them."""
    count = int(rng.integers(*USERS))
    arm = rng.integers(0, 2, count)
    busy = rng.gamma(3.0, 1 / 3, count)
    users: dict[str, Any] = {"arm": arm.astype(np.uint8)}
    for name in rng.permutation(METRICS).tolist():
        lift = rng.uniform(*LIFTS) * rng.choice([-1, 1]) if name in changed else 0.0
        level = np.exp(rng.uniform(np.log(2), np.log(60)))
        own = rng.gamma(2.0, 0.5, count)
        users[name] = (level * busy ** rng.uniform(0, 0.8) * own * (1 + lift * arm)).round(2).astype(np.float32)
    return users
