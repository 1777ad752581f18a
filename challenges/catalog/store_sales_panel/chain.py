"""A chain of grocery stores that nobody can look up: what moves its sales, day by day.

draw_chain(rng) ──> Chain: stores, families and one coefficient for each effect (the secret)
draw_calendar   ──> holidays, some of them moved to another day
expected_units  ──> (stores, families, days) what is sold on average when the shelf is full
sell            ──> what was sold: negative binomial, now and then from a shelf that ran empty

log expected = store + family + pair + weekday + weekend + year + trend + pay day + holiday + eve
               - oil three weeks ago + promotion + relief after an earthquake + slow drift
times the season of families that are sold for a part of the year only
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
Flags = NDArray[np.bool_]

FAMILIES = np.array(
    [
        "bakery", "beauty", "beverages", "cleaning", "dairy", "deli",
        "frozen", "garden", "grocery", "meat", "school", "seafood",
    ]
)  # fmt: skip
USUAL_UNITS = np.array([95, 7, 150, 60, 110, 45, 28, 18, 260, 55, 22, 10])
RELIEF = np.isin(FAMILIES, ["beverages", "cleaning", "grocery"])
REGIONS = np.array(["Coast", "Hills", "Lakes", "North", "Plain"])
TYPES = np.array(["city", "market", "village"])
TYPE_SIZE = np.array([0.15, 0.55, -0.45])

FIRST_DAY, LAST_DAY = np.datetime64("2022-02-17"), np.datetime64("2024-09-01")
TEST_DAYS = 28
OIL_DELAY_DAYS = 21
RELIEF_DAYS = 21
OFF_SEASON = 0.12
MOVED_SHARE = 0.2
MOVED_AT_LAST = "Harvest day"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The secret of one edition; the first axis is the store or the family."""

    region: Counts
    kind: Counts
    opened: Counts
    """(stores,) day of the first sale; most were there before."""
    level: Numbers
    """(stores, families) log of the usual day."""
    weekday: Numbers
    """(stores, families, 7)"""
    year: Numbers
    """(families, 2) sine and cosine."""
    trend: Numbers
    """(stores, families) a year."""
    payday: Numbers
    holiday: Numbers
    eve: Numbers
    oil: Numbers
    """(regions,)"""
    promotion: Numbers
    spread: Numbers
    """(families,) shape of the negative binomial: small is wild."""
    quake_day: int
    quake_region: int
    relief: float


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """What is known ahead, day by day."""

    days: NDArray[np.datetime64]
    entries: pd.DataFrame
    """date, name, locale, region, kind, transferred: as published."""
    off: Flags
    """(regions, days) whether people really have the day off."""
    oil: Numbers


def days_of_chain() -> NDArray[np.datetime64]:
    """Return every day from the first sale to the last day asked for."""
    return np.arange(FIRST_DAY, LAST_DAY + np.timedelta64(1, "D"))


def draw_chain(stores: int, rng: np.random.Generator) -> Chain:
    """Return a chain from the prior."""
    families = len(FAMILIES)
    region = rng.permutation(np.arange(stores) % len(REGIONS))
    kind = rng.choice(3, size=stores, p=[0.4, 0.35, 0.25])
    opened = np.zeros(stores, dtype=np.int64)
    opened[rng.choice(stores, size=max(3, stores // 6), replace=False)] = rng.integers(150, 650, max(3, stores // 6))
    week = rng.normal(0, 0.18, (1, families, 7)) + rng.normal(0, 0.10, (stores, 1, 7))
    week = week + np.where(np.arange(7) >= 5, rng.uniform(0.15, 0.45), 0)
    return Chain(
        region=region,
        kind=kind,
        opened=opened,
        level=(np.log(USUAL_UNITS) + rng.normal(0, 0.25, families))[None, :]
        + (TYPE_SIZE[kind] + rng.normal(0, 0.25, stores))[:, None]
        + rng.normal(0, 0.35, (stores, families)),
        weekday=week - week.mean(axis=2, keepdims=True),
        year=rng.normal(0, 0.15, (families, 2)),
        trend=rng.normal(0.08, 0.10, (stores, families)),
        payday=rng.uniform(0.0, 0.30, families),
        holiday=rng.normal(-0.15, 0.40, families),
        eve=rng.uniform(0.0, 0.45, families),
        oil=rng.uniform(0.3, 0.9, len(REGIONS)),
        promotion=rng.uniform(0.10, 0.50, families),
        spread=rng.uniform(4, 30, families),
        quake_day=int(rng.integers(300, 700)),
        quake_region=int(rng.integers(len(REGIONS))),
        relief=rng.uniform(0.4, 0.8),
    )


def draw_calendar(rng: np.random.Generator) -> Calendar:
    """Return holidays and oil prices; the first ten of the days asked for hold a holiday, the others a moved one."""
    days = days_of_chain()
    entries = _holidays(days, rng)
    off = np.zeros((len(REGIONS), len(days)), dtype=np.bool_)
    for entry in entries[~entries["transferred"]].itertuples():
        where = slice(None) if entry.region == "" else int(np.searchsorted(REGIONS, str(entry.region)))
        off[where, int(np.flatnonzero(days == np.datetime64(str(entry.date)))[0])] = True
    oil: Numbers = np.clip(75 + np.cumsum(rng.normal(0, 0.9, len(days))), 35, 130)
    return Calendar(days=days, entries=entries, off=off, oil=np.asarray(np.round(oil, 2)))


def draw_promotions(chain: Chain, days: int, rng: np.random.Generator) -> Counts:
    """Return (stores, families, days) how many articles are on promotion: whole weeks, planned ahead."""
    stores, families = chain.level.shape
    weeks = days // 7 + 2
    keen = rng.beta(2, 6, size=(1, families, 1)) + rng.beta(1, 12, size=(stores, 1, 1))
    items = rng.poisson(rng.gamma(2.0, 3.0, size=(stores, families, weeks))) + 1
    on = rng.random((stores, families, weeks)) < np.clip(keen, 0.03, 0.7)
    by_day = np.repeat(np.where(on, items, 0), 7, axis=2)
    return by_day[:, :, 3 : 3 + days]


def expected_units(chain: Chain, calendar: Calendar, items: Counts, rng: np.random.Generator) -> Numbers:
    """Return (stores, families, days) what a full shelf sells on average."""
    days = calendar.days
    number = np.arange(len(days))
    weekday = (days.astype("datetime64[D]").view(np.int64) + 3) % 7  # day 0 of numpy was a Thursday
    turn = 2 * np.pi * _day_of_year(days) / 365.25
    off = calendar.off[chain.region]
    eve = np.roll(off, -1, axis=1) & ~off
    oil = (np.roll(calendar.oil, OIL_DELAY_DAYS) - 75) / 20
    oil[:OIL_DELAY_DAYS] = oil[OIL_DELAY_DAYS]
    quake = (number >= chain.quake_day) & (number < chain.quake_day + RELIEF_DAYS)
    shaken = (chain.region == chain.quake_region)[:, None, None] & RELIEF[None, :, None] & quake
    log = (
        chain.level[:, :, None]
        + chain.weekday[:, :, weekday]
        + (chain.year[:, :1] * np.sin(turn) + chain.year[:, 1:] * np.cos(turn))[None]
        + chain.trend[:, :, None] * (number / 365.25)
        + chain.payday[None, :, None] * _paydays(days)
        + chain.holiday[None, :, None] * off[:, None, :]
        + chain.eve[None, :, None] * eve[:, None, :]
        - (chain.oil[chain.region] * 0.25)[:, None, None] * oil
        + chain.promotion[None, :, None] * np.log1p(items)
        + chain.relief * shaken
        + _drift(chain.level.shape, len(days), rng)
    )
    return np.asarray(np.exp(log) * _season(days) * _open(chain, days)[:, None, :])


def sell(chain: Chain, expected: Numbers, items: Counts, rng: np.random.Generator) -> Counts:
    """Return one draw of what is sold. A shelf runs empty within the day now and then, under heavy promotion often."""
    shape = chain.spread[None, :, None]
    runs_empty = rng.random(expected.shape) < np.where(items > 8, 0.04, 0.01)
    part_of_day = np.where(runs_empty, rng.random(expected.shape) / 2, 1.0)
    return rng.poisson(rng.gamma(shape, expected / shape) * part_of_day).astype(np.int64)


def _holidays(days: NDArray[np.datetime64], rng: np.random.Generator) -> pd.DataFrame:
    """Return the published entries: 13 national holidays a year and two of each region, one in five moved."""
    named = [("national", "", month, int(rng.integers(1, 28)), f"Day of {MONTHS[month - 1]}") for month in range(1, 13)]
    named[7] = ("national", "", 8, int(rng.integers(6, 14)), "Day of August")
    named.append(("national", "", 8, int(rng.integers(17, 24)), MOVED_AT_LAST))
    for region in REGIONS.tolist():
        for fair in ("Spring fair", "Autumn fair"):
            month = int(rng.integers(3, 6)) if fair == "Spring fair" else int(rng.integers(8, 11))
            named.append(("regional", region, month, int(rng.integers(1, 28)), fair))
    rows = []
    for locale, region, month, day, name in named:
        for year in range(2022, 2025):
            date = np.datetime64(f"{year}-{month:02d}-{day:02d}")
            moved = bool(rng.random() < MOVED_SHARE)
            if year == 2024 and month == 8 and locale == "national":
                moved = name == MOVED_AT_LAST
            rows.append((str(date), name, locale, region, "holiday", moved))
            if moved:
                later = date + np.timedelta64(int(rng.integers(2, 6)), "D")
                rows.append((str(later), name, locale, region, "transfer", False))
    entries = pd.DataFrame(rows, columns=["date", "name", "locale", "region", "kind", "transferred"])
    inside = entries["date"].between(str(days[0]), str(days[-1]))
    return entries[inside].sort_values(["date", "name", "region"]).reset_index(drop=True)


def _drift(shape: tuple[int, ...], days: int, rng: np.random.Generator) -> Numbers:
    """Return a slow autoregressive walk of every series."""
    steps = rng.normal(0, 0.03, size=(*shape, days))
    level = np.zeros(shape)
    walk = np.empty_like(steps)
    for day in range(days):
        level = 0.985 * level + steps[..., day]
        walk[..., day] = level
    return walk


def _season(days: NDArray[np.datetime64]) -> Numbers:
    """Return (1, families, days) the part of its full trade that a family has: garden in summer, school in August."""
    day = _day_of_year(days)
    season = np.ones((1, len(FAMILIES), len(days)))
    for family, ends in (("garden", (60, 85, 265, 290)), ("school", (205, 225, 255, 275))):
        season[0, family == FAMILIES] = np.interp(day, ends, (OFF_SEASON, 1, 1, OFF_SEASON))
    return season


def _open(chain: Chain, days: NDArray[np.datetime64]) -> Flags:
    new_year = _day_of_year(days) == 0
    return np.asarray((np.arange(len(days)) >= chain.opened[:, None]) & ~new_year)


def _paydays(days: NDArray[np.datetime64]) -> Numbers:
    """Return 1 on the 15th, on the last of a month and on the day after each, else 0."""
    day = (days - days.astype("datetime64[M]")).astype(int) + 1
    tomorrow = days + np.timedelta64(1, "D")
    last = tomorrow.astype("datetime64[M]") != days.astype("datetime64[M]")
    return np.asarray(np.isin(day, [15, 16, 1]) | last, dtype=np.float64)


def _day_of_year(days: NDArray[np.datetime64]) -> Counts:
    return np.asarray((days - days.astype("datetime64[Y]")).astype(int), dtype=np.int64)
