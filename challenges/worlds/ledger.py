"""A web shop that nobody can look up: nine kinds of customers, and a year of what they buy.

    draw_shop(rng)          ──> Shop: which kinds come, how they behave, when people give presents (the secret)
    draw_people(shop, ..)   ──> Customers: each with a kind and habits of their own
    keep_ledger(..)         ──> clean lines, one row an article of an invoice

A kind is a way to buy, not an amount: customers of one kind differ among themselves by log-sd 0.45 in pace and by 0.25
to 0.3 in baskets, quantities and prices, so that money alone does not tell the kinds apart. Money is in the shop's
currency, days run from 0 to 364.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]

DAYS = 365
CATEGORIES = np.array(["books", "fashion", "garden", "home", "kitchen", "music", "sports", "toys"])
CATEGORY_PRICE = np.array([14.0, 38.0, 26.0, 32.0, 21.0, 17.0, 41.0, 19.0])
DISCOUNT = 0.2
PRESENT_DATES = 4
MOST_INVOICES = 120


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How customers of one kind buy, before the secret of an edition shifts it."""

    gap_days: float
    regularity: float
    """Shape of the gamma distribution of the gaps: 1 comes whenever, 4 comes like the post."""
    lines: float
    quantity: float = 1.3
    price: float = 1.0
    discount: float = 0.18
    returned: float = 0.04
    night: float = 0.06
    favourite: float = 0.0
    """Share of the articles that come from one category."""


KINDS: Mapping[str, Kind] = {
    "loyal": Kind(gap_days=13, regularity=5.0, lines=2.4),
    "bargain": Kind(gap_days=34, regularity=1.0, lines=2.3, discount=0.64, price=0.85),
    "gifter": Kind(gap_days=9, regularity=1.0, lines=2.6, price=1.35, discount=0.12),
    "bulk": Kind(gap_days=38, regularity=2.5, lines=3.6, quantity=7.0, price=0.9),
    "lapsed": Kind(gap_days=22, regularity=1.3, lines=2.3),
    "newbie": Kind(gap_days=14, regularity=1.2, lines=1.9),
    "returner": Kind(gap_days=34, regularity=1.2, lines=2.7, price=1.15, returned=0.36),
    "night": Kind(gap_days=34, regularity=1.2, lines=2.0, night=0.62),
    "collector": Kind(gap_days=34, regularity=1.3, lines=2.2, favourite=0.78, discount=0.10),
}

EVERYWHERE = ("lapsed", "loyal")
"""Every shop has regulars and has lost some: the two that recency and frequency can see."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The secret of one edition; arrays have one entry a kind that comes to this shop."""

    kinds: tuple[str, ...]
    shares: Numbers
    pace: Numbers
    """Factor on the gaps of each kind."""
    dates: Counts
    """(4,) days around which people give presents."""
    mix: Numbers
    """(categories,) what the shop sells."""
    price: Numbers


@dataclass(frozen=True, kw_only=True)
class Customers:
    """Habits, one entry a customer."""

    kind: NDArray[np.str_]
    gap_days: Numbers
    regularity: Numbers
    lines: Numbers
    quantity: Numbers
    price: Numbers
    discount: Numbers
    returned: Numbers
    night: Numbers
    mix: Numbers
    """(customers, categories)"""
    first_day: Counts
    last_day: Counts


def draw_shop(rng: np.random.Generator, *, kinds: int) -> Shop:
    """Return a shop to which so many kinds of customers come."""
    others = [kind for kind in KINDS if kind not in EVERYWHERE]
    come = tuple(sorted([*EVERYWHERE, *rng.choice(others, size=kinds - len(EVERYWHERE), replace=False).tolist()]))
    spread = np.sort(rng.integers(0, 50, size=PRESENT_DATES)) + np.array([25, 110, 200, 290])
    return Shop(
        kinds=come,
        shares=rng.dirichlet(np.full(kinds, 14.0)),
        pace=np.exp(rng.normal(0, 0.12, size=kinds)),
        dates=spread,
        mix=rng.dirichlet(np.full(len(CATEGORIES), 9.0)),
        price=CATEGORY_PRICE * np.exp(rng.normal(0, 0.15, size=len(CATEGORIES))),
    )


def draw_people(shop: Shop, count: int, rng: np.random.Generator) -> Customers:
    """Return customers with habits of their own."""
    code = rng.choice(len(shop.kinds), size=count, p=shop.shares)
    kind = np.array(shop.kinds)[code]

    def of_kind(habit: str) -> Numbers:
        return np.array([getattr(KINDS[name], habit) for name in shop.kinds], dtype=np.float64)[code]

    mix = _normalised(rng.gamma(np.broadcast_to(12 * shop.mix, (count, len(CATEGORIES)))))
    loved = rng.permuted(np.tile(np.arange(len(CATEGORIES)), (count, 1)), axis=1)[:, 0]
    love = np.clip(of_kind("favourite") + rng.normal(0, 0.05, size=count), 0, 0.97) * (of_kind("favourite") > 0)
    mix = (1 - love)[:, None] * mix + love[:, None] * np.eye(len(CATEGORIES))[loved]
    first, last = _stay(kind, rng)
    return Customers(
        kind=kind,
        gap_days=of_kind("gap_days") * shop.pace[code] * np.exp(rng.normal(0, 0.45, size=count)),
        regularity=of_kind("regularity"),
        lines=of_kind("lines") * np.exp(rng.normal(0, 0.25, size=count)),
        quantity=of_kind("quantity") * np.exp(rng.normal(0, 0.25, size=count)),
        price=of_kind("price") * np.exp(rng.normal(0, 0.30, size=count)),
        discount=np.clip(of_kind("discount") + rng.normal(0, 0.12, size=count), 0.01, 0.98),
        returned=np.clip(of_kind("returned") * np.exp(rng.normal(0, 0.3, size=count)), 0.0, 0.8),
        night=np.clip(of_kind("night") + rng.normal(0, 0.05, size=count), 0.01, 0.95),
        mix=mix,
        first_day=first,
        last_day=last,
    )


def keep_ledger(shop: Shop, people: Customers, rng: np.random.Generator) -> pd.DataFrame:
    """Return one row an article of an invoice; invoices are numbered customer by customer.

    What was sent back stands there again with a negative quantity, on an invoice of its own that `back` marks.
    """
    customer, day = _visits(shop, people, rng)
    by_night = rng.random(len(day)) < people.night[customer]
    hour = np.where(by_night, rng.choice([22, 23, 0, 1, 2, 3], size=len(day)), _hours_of_day(len(day), rng))
    size = 1 + rng.poisson(np.maximum(people.lines[customer] - 1, 0.1))
    line = np.repeat(np.arange(len(day)), size)
    owner = customer[line]
    category = (rng.random(len(line))[:, None] > np.cumsum(people.mix, axis=1)[owner, :-1]).sum(axis=1)
    cheaper = rng.random(len(line)) < people.discount[owner]
    price = shop.price[category] * people.price[owner] * np.exp(rng.normal(0, 0.30, size=len(line)))
    lines = pd.DataFrame(
        {
            "customer": owner,
            "invoice": line,
            "back": 0,
            "day": day[line],
            "hour": hour[line],
            "category": CATEGORIES[category],
            "qty": 1 + rng.poisson(np.maximum(people.quantity[owner] - 1, 0.02) * rng.gamma(4, 0.25, size=len(line))),
            "unit_price": np.round(price * np.where(cheaper, 1 - DISCOUNT, 1.0), 2),
            "discount": cheaper.astype(np.int64),
        }
    )
    sent_back = lines[rng.random(len(line)) < people.returned[owner]].copy()
    sent_back["day"] += rng.integers(3, 15, size=len(sent_back))
    sent_back = sent_back.assign(qty=-sent_back["qty"], back=1, hour=_hours_of_day(len(sent_back), rng))
    return pd.concat([lines, sent_back[sent_back["day"] < DAYS]], ignore_index=True)


def _stay(kind: NDArray[np.str_], rng: np.random.Generator) -> tuple[Counts, Counts]:
    """Return first and last day on which each customer may buy: some left, some have just come."""
    count = len(kind)
    first = np.where(rng.random(count) < 0.25, rng.integers(0, 160, size=count), 0)
    last = np.full(count, DAYS - 1)
    first = np.where(kind == "newbie", DAYS - rng.integers(30, 96, size=count), first)
    first = np.where(kind == "lapsed", np.minimum(first, 60), first)
    last = np.where(kind == "lapsed", DAYS - rng.integers(85, 221, size=count), last)
    return first, last


def _visits(shop: Shop, people: Customers, rng: np.random.Generator) -> tuple[Counts, Counts]:
    """Return customer and day of each invoice, sorted by customer; everybody has at least two."""
    count = len(people.kind)
    gaps = rng.gamma(people.regularity[:, None], (people.gap_days / people.regularity)[:, None], (count, MOST_INVOICES))
    days = people.first_day[:, None] + np.cumsum(gaps, axis=1) - gaps[:, :1] * rng.random((count, 1))
    near = shop.dates[None, :, None] - np.round(rng.gamma(2.0, 3.5, size=(count, PRESENT_DATES, 4))) + 1
    kept = rng.random(near.shape) < np.clip(6 / people.gap_days, 0.2, 0.9)[:, None, None]
    present = np.where(kept, near, -1.0).reshape(count, -1)
    present = np.concatenate([present, np.full((count, MOST_INVOICES - present.shape[1]), -1.0)], axis=1)
    days = np.where((people.kind == "gifter")[:, None], present, days)
    days[:, -2:] = rng.integers(people.first_day, people.last_day + 1, size=(2, count)).T  # for those who never came
    inside = (days >= people.first_day[:, None]) & (days <= people.last_day[:, None])
    inside[:, -2:] = (inside[:, :-2].sum(axis=1) < 2)[:, None]
    customer, place = np.nonzero(inside)
    return customer, days[customer, place].astype(np.int64)


def _hours_of_day(count: int, rng: np.random.Generator) -> Counts:
    """Return hours from 7 to 21 with a hump at noon and one after work."""
    noon, evening = rng.normal(12.5, 2.2, size=count), rng.normal(18.5, 1.6, size=count)
    return np.clip(np.where(rng.random(count) < 0.5, noon, evening), 7, 21.9).astype(np.int64)


def _normalised(weights: Numbers) -> Numbers:
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
