"""Donors of a blood bus, month by month, and what the published columns can tell of the coming month at best.

    months ago   T (first gift) ...... 2   1   0 | -1 the coming month, which is asked for
    bus          every third month at each campus; a gift elsewhere stays possible
    law          a gift at the earliest in the third month after the last one
    drop-out     after each gift a donor may be lost for good; nobody tells the service

A donor who is due gives with the chance willingness x (how near the bus is) x (habit, beyond six gifts).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, roots_jacobi

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

CAMPUSES = 6
ROUND_MONTHS = 3
"""The bus is back at a campus every third month."""
REST_MONTHS = 3
FIRST_MONTHS = (2, 98)
MEAN_TENURE_MONTHS = 28
FIRST_GIFT_AT_BUS = 0.8
LOYAL_FROM_GIFTS = 7
MOST_GIFTS = 40
SURE = 0.97
NODES = 32
"""Points of the willingness at which the best guess is worked out; more change its fourth digit."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """The secret of one edition."""

    willing: tuple[float, float]
    """Beta distribution of how gladly people give."""
    lost: tuple[float, float]
    """Beta distribution of the chance to be lost after a gift."""
    bus_here: float
    bus_away: float
    newcomer: float
    """What a donor of up to six gifts is worth of a loyal one."""
    next_visit: Counts
    """(campuses,) months until the next visit: 1 is the coming month."""
    campus_share: Numbers


@dataclass(frozen=True, kw_only=True)
class Donors:
    """What the service knows of each donor, and whether they came in the coming month."""

    recency: Counts
    frequency: Counts
    first: Counts
    campus: Counts
    donated: Counts


def draw_service(rng: np.random.Generator) -> Service:
    """Return a service from the prior; two of the six campuses are visited in any month."""
    return Service(
        willing=(rng.uniform(1.2, 1.8), rng.uniform(1.8, 2.8)),
        lost=(rng.uniform(0.7, 1.1), rng.uniform(8.0, 13.0)),
        bus_here=rng.uniform(1.2, 1.5),
        bus_away=rng.uniform(0.55, 0.75),
        newcomer=rng.uniform(0.55, 0.75),
        next_visit=rng.permutation(np.repeat(np.arange(1, ROUND_MONTHS + 1), CAMPUSES // ROUND_MONTHS)),
        campus_share=rng.dirichlet(np.full(CAMPUSES, 12.0)),
    )


def bus_comes(next_visit: Counts, month_ago: int | Counts) -> NDArray[np.bool_]:
    """Return whether the bus stands at a campus in a month; the coming month is -1 months ago."""
    return np.asarray((next_visit + month_ago) % ROUND_MONTHS == 0)


def live(service: Service, count: int, rng: np.random.Generator) -> Donors:
    """Return donors who have lived through their months up to the coming one."""
    campus = rng.choice(CAMPUSES, size=count, p=service.campus_share)
    visit = service.next_visit[campus]
    first = _first_months(visit, rng)
    willing, lost_chance = rng.beta(*service.willing, size=count), rng.beta(*service.lost, size=count)

    gifts, last = np.ones(count, dtype=np.int64), first.copy()
    lost = rng.random(count) < lost_chance
    gave = np.zeros(count, dtype=np.bool_)
    for month in range(FIRST_MONTHS[1] - 1, -2, -1):
        due = (month < first) & (last - month >= REST_MONTHS) & ~lost & (gifts < MOST_GIFTS)
        chance = readiness(service, willing, bus_comes(visit, month), gifts)
        gave = due & (rng.random(count) < chance)
        leaving = rng.random(count) < lost_chance
        if month >= 0:
            gifts, last, lost = gifts + gave, np.where(gave, month, last), lost | (gave & leaving)
    return Donors(recency=last, frequency=gifts, first=first, campus=campus, donated=gave.astype(np.int64))


def readiness(service: Service, willing: Numbers, bus: NDArray[np.bool_] | bool, gifts: Counts | int) -> Numbers:
    """Return the chance that a donor who is due gives in a month."""
    near = np.where(bus, service.bus_here, service.bus_away)
    habit = np.where(np.asarray(gifts) >= LOYAL_FROM_GIFTS, 1.0, service.newcomer)
    return np.minimum(SURE, willing * near * habit)


def best_guess(service: Service, donors: Donors) -> Numbers:
    """Return the chance of a gift in the coming month given recency, gifts, first month and campus: Bayes' rule.

    The willingness is summed over on a grid, the chance to be lost by closed forms, and all ways to place the gifts
    between the first and the last are counted month by month.
    """
    nodes, weights = roots_jacobi(NODES, service.willing[1] - 1, service.willing[0] - 1)
    willing, weights = (nodes + 1) / 2, weights / weights.sum()
    visit = service.next_visit[donors.campus]
    keys = np.stack([visit, donors.first, donors.recency, donors.frequency], axis=1)
    known, where = np.unique(keys, axis=0, return_inverse=True)
    chances = np.zeros(len(known))
    for phase in range(1, ROUND_MONTHS + 1):
        for first in np.unique(known[known[:, 0] == phase, 1]):
            rows = np.flatnonzero((known[:, 0] == phase) & (known[:, 1] == first))
            placed = _ways(service, willing, phase, int(first))
            for row in rows:
                _, _, recency, gifts = known[row]
                chances[row] = _coming(service, willing, weights * placed[recency, gifts], phase, recency, gifts)
    return chances[where.ravel()]


def _first_months(visit: Counts, rng: np.random.Generator) -> Counts:
    """Return how long ago each donor gave first: most began when the bus was there."""
    low, high = FIRST_MONTHS
    months = np.clip(np.ceil(rng.exponential(MEAN_TENURE_MONTHS, size=len(visit))), low, high).astype(np.int64)
    at_bus = months + (-(visit + months)) % ROUND_MONTHS
    return np.where((rng.random(len(visit)) < FIRST_GIFT_AT_BUS) & (at_bus <= high), at_bus, months)


def _ways(service: Service, willing: Numbers, phase: int, first: int) -> NDArray[np.float64]:
    """Return (month, gifts, node) the chance to have given for the n-th time in a month, drop-outs left aside."""
    given = np.zeros((first + 1, MOST_GIFTS + 1, len(willing)))
    given[first, 1] = 1.0
    waiting = np.zeros((MOST_GIFTS + 1, len(willing)))
    gifts = np.arange(MOST_GIFTS + 1)[:, None]
    for month in range(first - 1, -1, -1):
        if month + REST_MONTHS <= first:
            waiting = waiting + given[month + REST_MONTHS]
        chance = readiness(service, willing[None, :], bool(bus_comes(np.array(phase), month)), gifts)
        given[month, 1:] = (waiting * chance)[:-1]
        waiting = waiting * (1 - chance)
    return given


def _coming(service: Service, willing: Numbers, weights: Numbers, phase: int, recency: int, gifts: int) -> float:
    """Return the chance of a gift in the coming month; `weights` are of the nodes, given the gifts so far."""
    silent = np.ones(len(willing))
    for month in range(recency - REST_MONTHS, -1, -1):
        silent = silent * (1 - readiness(service, willing, bool(bus_comes(np.array(phase), month)), gifts))
    a, b = service.lost
    # The chance to be lost has a Beta prior: having stayed gifts - 1 times, then been lost or stayed once more.
    lost, stayed = np.exp([betaln(a + 1, b + gifts - 1), betaln(a, b + gifts)])
    if recency + 1 < REST_MONTHS:
        return 0.0
    coming = readiness(service, willing, bool(bus_comes(np.array(phase), -1)), gifts)
    here = stayed * silent
    return float((weights * here * coming).sum() / (weights * (lost + here)).sum())
