"""A town's card payments: people with habits and merchants with prices; thieves.py adds the fraud.

    Town (cards, merchants, places) ──> habits, trips, salary days, new phones, subscriptions, outage retries ──> Ledger

All values are drawn; only the priors stand here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

Ints = NDArray[np.int64]

DAY_S = 86_400
CATEGORIES = (
    "grocery", "fuel", "restaurant", "fashion", "electronics", "pharmacy", "travel", "hotel", "games", "books",
    "furniture", "jewellery", "sports", "beauty", "toys", "media", "telecom", "tickets", "garden", "giftcards",
)  # fmt: skip
PRICE_LEVELS = np.array(
    [3.3, 3.7, 3.3, 4.0, 4.9, 2.9, 5.2, 5.0, 2.9, 2.9, 5.0, 5.1, 3.9, 3.4, 3.3, 2.4, 3.0, 4.1, 3.6, 3.7]
)
"""Mean log price of each category, in euros."""

ONLINE_SHARE = np.array(
    [0.05, 0.0, 0.1, 0.4, 0.5, 0.1, 0.8, 0.6, 0.9, 0.5, 0.3, 0.2, 0.3, 0.4, 0.4, 1, 0.8, 0.8, 0.1, 0.6]
)
"""Share of a category's merchants that sell online."""

BORROWED = 0.06
"""Share of honest online payments from a device that nobody has seen before: a library, a friend's, a new browser."""

BORROWED_FROM = 10**8
"""Numbers of such devices."""

EXCURSIONS = 0.04
"""Share of honest payments somewhere else than the owner lives or travels: day trips, parcels, a lent card."""

SUBSCRIBERS = 0.4
SUBSCRIPTIONS = ("media", "telecom", "games")
COUNTRIES = ("AV", "BR", "CE", "DU", "EK", "FO", "GA", "HI")
MOST_AMOUNT = 1500.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large a town is."""

    cards: int = 6000
    merchants: int = 800
    places: int = 60
    fresh_merchants: int = 40
    """Merchants that open after the first payments, honest or not."""


@dataclass(frozen=True, kw_only=True)
class Town:
    """Everything about cards and merchants that stays the same."""

    lat: NDArray[np.float64]
    lon: NDArray[np.float64]
    country: NDArray[np.int64]
    """Of each place."""
    home: NDArray[np.int64]
    rate: NDArray[np.float64]
    spend: NDArray[np.float64]
    """Added to the log price by each card."""
    online: NDArray[np.float64]
    peak_hour: NDArray[np.float64]
    favourites: NDArray[np.int64]
    """(cards, 6) merchants that a card returns to."""
    category: NDArray[np.int64]
    place: NDArray[np.int64]
    """Of each merchant; -1 sells online."""
    level: NDArray[np.float64]
    popularity: NDArray[np.float64]
    opens_day: NDArray[np.float64]
    """Day on which each merchant makes its first sale."""
    phone_day: NDArray[np.float64]
    """Day on which each card gets a new phone; mostly never."""
    trip: NDArray[np.float64]
    """(cards, 3) first day, last day and place of a journey."""
    subscribed: NDArray[np.int64]
    """(cards,) merchant of a monthly payment, -1 for none."""
    subscribed_day: NDArray[np.float64]
    """(cards,) day of the first monthly payment; before 0 for old ones."""


def draw_town(rng: Generator, sizes: Sizes, *, days: int, live_from_day: int) -> Town:
    """Return a town whose fresh merchants open around the day on which the desk goes live."""
    people = rng.zipf(1.5, sizes.places).clip(max=40) + 3.0
    home = rng.choice(sizes.places, sizes.cards, p=people / people.sum())
    merchants = sizes.merchants + sizes.fresh_merchants
    category = rng.integers(len(CATEGORIES), size=merchants)
    place = np.where(
        rng.random(merchants) < ONLINE_SHARE[category], -1, rng.choice(sizes.places, merchants, p=people / people.sum())
    )
    place[: sizes.places] = np.arange(sizes.places)  # no place without a shop
    opens_day = np.full(merchants, -1.0)
    opens_day[sizes.merchants :] = rng.uniform(live_from_day - 15, days - 5, sizes.fresh_merchants)
    town = Town(
        lat=rng.uniform(44, 54, sizes.places),
        lon=rng.uniform(2, 18, sizes.places),
        country=rng.integers(len(COUNTRIES), size=sizes.places),
        home=home,
        rate=rng.lognormal(0, 0.7, sizes.cards),
        spend=rng.normal(0, 0.35, sizes.cards),
        online=rng.beta(2, 4, sizes.cards),
        peak_hour=rng.normal(15, 2.5, sizes.cards),
        favourites=np.zeros((sizes.cards, 6), dtype=np.int64),
        category=category,
        place=place,
        level=PRICE_LEVELS[category] + rng.normal(0, 0.25, merchants),
        popularity=rng.lognormal(0, 1.0, merchants),
        opens_day=opens_day,
        phone_day=np.where(rng.random(sizes.cards) < 0.15, rng.uniform(0, days, sizes.cards), np.inf),
        trip=_trips(rng, sizes, days),
        subscribed=np.full(sizes.cards, -1),
        subscribed_day=rng.uniform(-60, days, sizes.cards),
    )
    everywhere = np.full(sizes.cards, -1)
    town.favourites[:, :4] = np.column_stack([_merchants(rng, town, home, np.zeros(sizes.cards)) for _ in range(4)])
    town.favourites[:, 4:] = np.column_stack([_merchants(rng, town, everywhere, everywhere * 0.0) for _ in range(2)])
    services = [CATEGORIES.index(name) for name in SUBSCRIPTIONS]
    sells = np.flatnonzero((town.place < 0) & np.isin(town.category, services))
    subscribers = np.flatnonzero(rng.random(sizes.cards) < SUBSCRIBERS)
    town.subscribed[subscribers] = rng.choice(sells, len(subscribers))
    np.maximum(town.subscribed_day, town.opens_day[town.subscribed], out=town.subscribed_day)
    return town


def _trips(rng: Generator, sizes: Sizes, days: int) -> NDArray[np.float64]:
    """Return a journey for a third of the cards; the others never leave."""
    first = np.where(rng.random(sizes.cards) < 0.35, rng.uniform(0, days, sizes.cards), np.inf)
    return np.column_stack(
        [first, first + rng.uniform(2, 12, sizes.cards), rng.integers(sizes.places, size=sizes.cards)]
    )


def _merchants(rng: Generator, town: Town, where: NDArray[np.int64], day: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return one open merchant for each entry of `where` (a place, -1 online), by popularity."""
    chosen = np.empty(len(where), dtype=np.int64)
    for spot in np.unique(where):
        here = np.flatnonzero(town.place == spot)
        rows = np.flatnonzero(where == spot)
        shares = town.popularity[here] / town.popularity[here].sum()
        picked = rng.choice(here, len(rows), p=shares)
        old = here[town.opens_day[here] < 0]
        closed = town.opens_day[picked] > day[rows]
        picked[closed] = rng.choice(old, closed.sum())
        chosen[rows] = picked
    return chosen


@dataclass(kw_only=True)
class Ledger:
    """Payments as they are written."""

    town: Town
    rng: Generator
    parts: list[pd.DataFrame] = field(default_factory=list)

    def add(
        self,
        *,
        ts: Ints,
        card: Ints | int,
        merchant: Ints | int,
        amount: NDArray[np.floating[Any]],
        where: Ints | int,
        device: Ints | int,
        country: Ints | int | None = None,
        recurring: bool = False,
        tactic: str = "",
    ) -> int:
        """Write payments by a buyer at place `where`, whose address is in `country`; return how many."""
        town, rng, size = self.town, self.rng, len(ts)
        spot = np.broadcast_to(where, size)
        part = pd.DataFrame({"ts": ts, "card": card, "merchant": merchant, "device": device}).astype(np.int64)
        part["amount"] = np.clip(np.round(amount, 2), 0.5, MOST_AMOUNT)
        part["lat"] = np.round(town.lat[spot] + rng.normal(0, 0.04, size), 3)
        part["lon"] = np.round(town.lon[spot] + rng.normal(0, 0.06, size), 3)
        part["country"] = town.country[spot] if country is None else country
        part["online"] = town.place[part["merchant"].to_numpy()] < 0
        part["recurring"] = recurring
        part["tactic"] = tactic
        self.parts.append(part)
        return size

    def frame(self) -> pd.DataFrame:
        """Return all payments in the order of time."""
        return pd.concat(self.parts, ignore_index=True).sort_values("ts", kind="stable", ignore_index=True)


def everyday(ledger: Ledger, *, days: tuple[int, int], count: int) -> None:
    """Write about `count` honest payments between two days: habits, retries and subscriptions."""
    written = _subscriptions(ledger, days=days) + _retries(ledger, days=days, runs=max(count // 1500, 1))
    _habits(ledger, days=days, count=count - written)


def _habits(ledger: Ledger, *, days: tuple[int, int], count: int) -> None:
    town, rng = ledger.town, ledger.rng
    card = rng.choice(len(town.home), count, p=town.rate / town.rate.sum())
    calendar = np.arange(days[0], days[1])
    busy = 1 + 0.25 * np.isin(calendar % 7, (4, 5)) + 0.35 * np.isin(calendar % 30, (0, 1, 2))
    day = rng.choice(calendar, count, p=busy / busy.sum())
    hour = np.clip(town.peak_hour[card] + rng.normal(0, 3.5, count), 0, 23.98)
    online = rng.random(count) < town.online[card]
    where = whereabouts(town, card, day)
    where = np.where(rng.random(count) < EXCURSIONS, rng.integers(len(town.lat), size=count), where)
    merchant = np.where(
        (rng.random(count) < 0.55) & (online | (where == town.home[card])),
        town.favourites[card, np.where(online, rng.integers(4, 6, count), rng.integers(0, 4, count))],
        _merchants(rng, town, np.where(online, -1, where), day.astype(float)),
    )
    salary = np.where(day % 30 < 3, 0.15, 0.0)
    ledger.add(
        ts=(day * DAY_S + hour * 3600).astype(np.int64) + rng.integers(0, 60, count),
        card=card,
        merchant=merchant,
        amount=np.exp(town.level[merchant] + town.spend[card] + salary + rng.normal(0, 0.55, count)),
        where=where,
        device=_device(rng, town, card, day),
    )


def whereabouts(town: Town, card: Ints, day: Ints) -> Ints:
    """Return the place where each card's owner is on a day."""
    away = (day >= town.trip[card, 0]) & (day <= town.trip[card, 1])
    return np.where(away, town.trip[card, 2], town.home[card]).astype(np.int64)


def _device(rng: Generator, town: Town, card: Ints, day: Ints) -> Ints:
    """Return the owner's device: the phone, at times a second or a borrowed one, another phone after a change."""
    own = card * 10 + np.where(rng.random(len(card)) < 0.08, 1, np.where(day >= town.phone_day[card], 2, 0))
    borrowed = BORROWED_FROM + rng.permutation(len(card)) + 10**7 * int(day.min())
    return np.where(rng.random(len(card)) < BORROWED, borrowed, own)


def _subscriptions(ledger: Ledger, *, days: tuple[int, int]) -> int:
    """Write monthly payments of a fixed amount; a subscription runs on from one period to the next."""
    town, written = ledger.town, 0
    for month in range(-3, days[1] // 30 + 1):
        due = town.subscribed_day + 30 * month
        card = np.flatnonzero(
            (town.subscribed >= 0) & (due >= town.subscribed_day) & (due >= days[0]) & (due < days[1])
        )
        written += ledger.add(
            ts=(due[card] * DAY_S).astype(np.int64),
            card=card,
            merchant=town.subscribed[card],
            amount=4.99 + 5.0 * (card % 4),
            where=town.home[card],
            device=card * 10,
            recurring=True,
        )
    return written


def _retries(ledger: Ledger, *, days: tuple[int, int], runs: int) -> int:
    """Write payments tried again and again while a merchant's till is down: a burst that is honest."""
    town, rng, written = ledger.town, ledger.rng, 0
    for _ in range(runs):
        merchant = int(rng.choice(np.flatnonzero(town.opens_day < 0)))
        tries = rng.integers(2, 6, size=int(rng.integers(2, 8)))
        owners = rng.integers(len(town.home), size=len(tries))
        card, start = np.repeat(owners, tries), rng.uniform(days[0], days[1] - 0.1) * DAY_S
        written += ledger.add(
            ts=(start + rng.uniform(0, 1800, len(card))).astype(np.int64),
            card=card,
            merchant=merchant,
            amount=np.repeat(np.exp(town.level[merchant] + rng.normal(0, 0.4, len(tries))), tries),
            where=whereabouts(town, card, np.full(len(card), int(start // DAY_S))),
            device=card * 10,
        )
    return written
