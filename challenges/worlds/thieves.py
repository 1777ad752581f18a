"""Five ways to spend other people's money, each with a signature in time, place, device or merchant.

burst      a few tiny payments at one merchant, minutes apart, then big ones elsewhere
clone      at tills elsewhere than where the owner has just paid
takeover   over days: another device, other categories, growing amounts
ring       ordinary-looking payments at a handful of colluding merchants
drip       small payments, marked as recurring, at merchants that have just opened
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from challenges.worlds.cards import DAY_S, Ints, Ledger, Town, whereabouts

STRANGE = 10**12
"""Devices of thieves are numbered from here."""


@dataclass(frozen=True, kw_only=True)
class Gang:
    """What one deployment's thieves do; all of it is drawn."""

    ring: Ints
    """The colluding merchants."""
    fronts: Ints
    """Merchants that opened for the drip."""
    spacing_s: float
    """Mean time between the tiny payments of a burst."""
    foreign: float
    """Share of online fraud from another country's address."""
    hour: float
    """When they like to work."""


def draw_gang(rng: Generator, town: Town) -> Gang:
    """Return a gang that has seven old merchants and about half of the fresh online ones."""
    old_online = np.flatnonzero((town.opens_day < 0) & (town.place < 0) & (town.level > 3.4))
    busy = old_online[np.argsort(-town.popularity[old_online])[: len(old_online) // 2]]
    fresh_online = np.flatnonzero((town.opens_day >= 0) & (town.place < 0))
    return Gang(
        ring=rng.choice(busy, 7, replace=False),
        fronts=rng.choice(fresh_online, max(len(fresh_online) // 2, 2), replace=False),
        spacing_s=float(rng.uniform(60, 180)),
        foreign=float(rng.uniform(0.25, 0.5)),
        hour=float(rng.uniform(0, 24)),
    )


@dataclass(kw_only=True)
class Thieves:
    """A gang at work."""

    ledger: Ledger
    gang: Gang
    attacks: int = 0

    def strike(self, tactic: str, *, days: tuple[int, int], count: int, slowed_from_day: float = np.inf) -> None:
        """Write attacks of one tactic until about `count` payments are stolen."""
        attack: Callable[[float, int, float], int] = getattr(self, f"_{tactic}")
        written = 0
        while written < count:
            self.attacks += 1
            rng = self.ledger.rng
            victim = int(rng.integers(len(self.ledger.town.home)))
            day = int(rng.integers(days[0], days[1]))
            hour = (self.gang.hour + rng.normal(0, 4)) % 24
            start = float(np.clip((day + hour / 24), days[0], days[1] - 0.3)) * DAY_S
            slower = 2.0 if start >= slowed_from_day * DAY_S else 1.0
            written += attack(start, victim, slower)

    def _burst(self, start: float, victim: int, slower: float) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        tiny, big = int(rng.integers(3, 9)), int(rng.integers(1, 4))
        gaps = rng.exponential(self.gang.spacing_s * slower, tiny)
        later = gaps.sum() + np.cumsum(rng.uniform(120, 1500, big) * slower)
        at = start + np.concatenate([np.cumsum(gaps), later])
        amount = np.concatenate([rng.uniform(0.5, 4, tiny), rng.lognormal(5.5, 0.4, big)])
        shops = np.concatenate([np.repeat(self._online(1), tiny), self._online(big)])
        return self._write("burst", at, victim, shops, amount, where=int(town.home[victim]))

    def _clone(self, start: float, victim: int, slower: float) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        owner_at = int(whereabouts(town, np.array([victim]), np.array([int(start // DAY_S)]))[0])
        place = int(rng.choice(np.flatnonzero(np.arange(len(town.lat)) != owner_at)))
        size = int(rng.integers(2, 6))
        shops = rng.choice(np.flatnonzero((town.place == place) & (town.opens_day < 0)), size)
        at = start + np.cumsum(rng.uniform(600, 5400, size))
        return self._write(
            "clone", at, victim, shops, np.exp(town.level[shops] + rng.normal(0.6, 0.5, size)), where=place
        )

    def _takeover(self, start: float, victim: int, slower: float) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        size = int(rng.integers(4, 9))
        at = start + np.sort(rng.uniform(0, rng.uniform(1, 6), size)) * DAY_S
        amount = np.exp(np.linspace(3.8, rng.uniform(5.2, 6.4), size) + rng.normal(0, 0.3, size))
        return self._write("takeover", at, victim, self._online(size), amount, where=int(town.home[victim]))

    def _ring(self, start: float, victim: int, slower: float) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        size = int(rng.integers(1, 4))
        shops = rng.choice(self.gang.ring, size)
        at = start + np.cumsum(rng.uniform(3600, DAY_S, size))
        amount = np.exp(town.level[shops] + rng.normal(0.4, 0.5, size))
        return self._write("ring", at, victim, shops, amount, where=int(town.home[victim]), own_device=0.5)

    def _drip(self, start: float, victim: int, slower: float) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        size = int(rng.integers(2, 6))
        open_now = self.gang.fronts[town.opens_day[self.gang.fronts] <= start / DAY_S]
        shops = np.repeat(rng.choice(open_now if len(open_now) else self.gang.fronts, 1), size)
        at = start + np.cumsum(rng.uniform(0.5, 4, size)) * DAY_S
        amount = np.repeat(np.round(rng.uniform(10, 60)) - 0.01, size)
        return self._write("drip", at, victim, shops, amount, where=int(town.home[victim]), recurring=True)

    def _online(self, size: int) -> Ints:
        town = self.ledger.town
        return self.ledger.rng.choice(np.flatnonzero((town.opens_day < 0) & (town.place < 0)), size)

    def _write(
        self,
        tactic: str,
        at: np.ndarray,
        victim: int,
        shops: Ints,
        amount: np.ndarray,
        *,
        where: int,
        own_device: float = 0.45,
        recurring: bool = False,
    ) -> int:
        rng, town = self.ledger.rng, self.ledger.town
        abroad = rng.random() < self.gang.foreign and tactic in ("burst", "takeover", "ring")
        device = victim * 10 if rng.random() < own_device else STRANGE + self.attacks
        return self.ledger.add(
            ts=at.astype(np.int64),
            card=victim,
            merchant=shops,
            amount=amount,
            where=where,
            device=device,
            country=int(rng.integers(town.country.max() + 1)) if abroad else None,
            recurring=recurring,
            tactic=tactic,
        )
