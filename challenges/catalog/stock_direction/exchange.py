"""An invented exchange, day by day: what moves its shares is drawn, and most of what moves them is chance.

    effects of yesterday (Habits) ──> expected return ─┐
    market, sector and own shocks, calm or stressed ───┴─> return ──> close, open, high, low, volume

Every effect is measured in units of a share's own volatility. Only the priors stand here, never the values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WEEK = 5
SECTORS = ("banks", "energy", "health", "machinery", "retail", "software")
MARKET_SD, SECTOR_SD = 0.30, 0.35
STRESS_SWITCH = 0.012
STRESSED_MARKET = 1.9
"""How much wider the market swings in stress."""

OWN_SD = float(np.sqrt(1 - MARKET_SD**2 - SECTOR_SD**2))
GARCH = (0.06, 0.08, 0.86)
EDGE_SD = 0.31
"""Spread of the expected return against all the chance of a day: it puts the best possible ROC AUC near 0.62. Chance
is the larger by far, as on a real exchange; with less than this, two years could not tell two programs apart."""

EARNINGS_EVERY = 63
EARNINGS_JUMP = 1.2
PULL = 0.004
"""How strongly a price is drawn back to its worth each day; without it momentum would carry shares away for ever."""

WARM_UP = 80
"""Days before the first published one, so that averages over sixty days exist from the start."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """What yesterday does to tomorrow, each strength in units of a share's volatility."""

    reversal: float
    """One day back, in calm times; in stress it is a mild momentum."""
    momentum: float
    """Sixty days on."""
    follow: float
    """Of the followers after the sector that leads them."""
    leaders: Ints
    """(sectors,) the sector that each one follows a day later; -1 for none."""
    volume: float
    """Moves on heavy volume go on."""
    drift: float
    """Two days after earnings."""
    weekday: Floats
    """(5,) by the day of the week; they sum to 0."""
    trend: float
    """Five days on, until it fades."""
    trend_ends: int
    """The first day on which the trend is worth nothing."""


@dataclass(frozen=True, kw_only=True)
class Tape:
    """Everything that happened: (days, shares) each."""

    sector: Ints
    """(shares,)"""
    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Ints
    traded: Bools
    surprise: Floats
    """Of earnings announced before that day's open, in standard deviations; NaN on other days."""
    split: Ints
    """Into how many one share was split before that day's open; 1 on other days."""
    edge: Floats
    """Expected return of the day over the spread of its chance: what nobody can know better the evening before."""


def draw_habits(rng: Generator, *, fades: tuple[int, int]) -> Habits:
    """Return habits whose effects together are EDGE_SD strong; the trend ends between two days."""
    pairs = rng.permutation(len(SECTORS))[:4]
    leaders = np.full(len(SECTORS), -1, dtype=np.int64)
    leaders[pairs[:2]] = pairs[2:]
    weekday = rng.normal(size=WEEK)
    weekday = (weekday - weekday.mean()) / weekday.std()
    reversal, momentum, follow = rng.uniform(0.08, 0.14), rng.uniform(0.04, 0.06), rng.uniform(0.16, 0.28)
    volume, drift, day = rng.uniform(0.14, 0.22), rng.uniform(0.4, 0.7), rng.uniform(0.06, 0.10)
    # The variance of each effect: two sectors of six follow; two days of sixty-three drift; volume is heavy at times.
    spread = np.sqrt(
        reversal**2
        + (1.5 * momentum) ** 2
        + follow**2 / 3
        + (0.7 * volume) ** 2
        + drift**2 * 2 / EARNINGS_EVERY
        + day**2
    )
    scale = EDGE_SD / spread
    return Habits(
        reversal=scale * reversal,
        momentum=scale * momentum,
        follow=scale * follow,
        leaders=leaders,
        volume=scale * volume,
        drift=scale * drift,
        weekday=scale * day * weekday,
        trend=rng.uniform(0.11, 0.15),
        trend_ends=int(rng.integers(*fades)),
    )


def trade(rng: Generator, habits: Habits, *, shares: int, days: int) -> Tape:
    """Return the tape of `days` days."""
    whole = days + WARM_UP
    sector = rng.permutation(np.arange(shares) % len(SECTORS))
    stress = _regimes(rng, whole)
    surprise = _earnings(rng, shares, whole)
    z, edge, own_vol, heavy = _returns(rng, habits, sector, stress, surprise)
    daily_vol = rng.uniform(0.010, 0.024, shares) * np.where(stress, 1.35, 1.0)[:, None] * own_vol
    close = rng.lognormal(3.8, 0.7, shares) * np.exp(np.cumsum(daily_vol * z - daily_vol**2 / 2, axis=0))
    before = np.vstack([close[:1], close[:-1]])
    opened = before * np.exp(daily_vol * rng.normal(0, 0.35, z.shape))
    high = np.maximum(opened, close) * np.exp(daily_vol * np.abs(rng.normal(0, 0.45, z.shape)))
    low = np.minimum(opened, close) * np.exp(-daily_vol * np.abs(rng.normal(0, 0.45, z.shape)))
    volume = np.round(np.exp(rng.normal(12.5, 1.0, shares) + heavy), -2).astype(np.int64) + 100
    cut = slice(WARM_UP, None)
    split = _splits(rng, close[cut])
    per_share = 1.0 / np.cumprod(split, axis=0)
    traded = _trading_days(rng, shares, days)
    return Tape(
        sector=sector,
        open=np.round(opened[cut] * per_share, 2),
        high=np.round(high[cut] * per_share, 2),
        low=np.round(low[cut] * per_share, 2),
        close=np.round(close[cut] * per_share, 2),
        volume=(volume[cut] / per_share).astype(np.int64),
        traded=traded,
        surprise=np.where(traded, np.round(surprise[cut], 2), np.nan),
        split=split,
        edge=edge[cut],
    )


def _regimes(rng: Generator, days: int) -> Bools:
    """Return whether each day is stressed: calm lasts long, stress less so."""
    stress = np.zeros(days, dtype=np.bool_)
    for day in range(1, days):
        leaves = rng.random() < (2 * STRESS_SWITCH if stress[day - 1] else STRESS_SWITCH)
        stress[day] = stress[day - 1] ^ leaves
    return stress


def _earnings(rng: Generator, shares: int, days: int) -> Floats:
    """Return each share's quarterly surprises; every share has its own week in the quarter."""
    surprise = np.full((days, shares), np.nan)
    for share, first in enumerate(rng.integers(0, EARNINGS_EVERY, shares)):
        when = np.arange(first, days, EARNINGS_EVERY)
        when = np.clip(when + rng.integers(-3, 4, len(when)), 0, days - 1)
        surprise[when, share] = rng.normal(size=len(when))
    return surprise


def _returns(
    rng: Generator, habits: Habits, sector: Ints, stress: Bools, surprise: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return (days, shares): returns in units of volatility, edges, relative volatility, log volume against usual."""
    days, shares = surprise.shape
    z, edge, vol, heavy = (np.zeros((days, shares)) for _ in range(4))
    variance = np.ones(shares)
    busy = np.zeros(shares)
    news = np.nan_to_num(surprise)
    for day in range(days):
        swing = STRESSED_MARKET if stress[day] else 1.0
        shock = rng.standard_t(5, shares) / np.sqrt(5 / 3)
        chance = MARKET_SD * swing * rng.normal() + SECTOR_SD * rng.normal(size=len(SECTORS))[sector] + OWN_SD * shock
        expected = _expected(habits, sector, z[:day], heavy[:day], news[:day], stressed=bool(stress[day]), day=day)
        z[day] = expected + EARNINGS_JUMP * news[day] + chance
        spread = np.sqrt((MARKET_SD * swing) ** 2 + SECTOR_SD**2 + OWN_SD**2)
        edge[day] = expected / spread
        vol[day] = np.sqrt(variance)
        variance = GARCH[0] + GARCH[1] * variance * shock**2 + GARCH[2] * variance
        busy = 0.5 * busy + rng.normal(0, 0.25, shares)
        heavy[day] = busy + 0.22 * (np.abs(z[day]) - 0.8) + 0.5 * (news[day] != 0) + 0.15 * stress[day]
    return z, edge, vol, heavy


def _expected(
    habits: Habits, sector: Ints, z: Floats, heavy: Floats, news: Floats, *, stressed: bool, day: int
) -> Floats:
    """Return what the past makes of each share's next return."""
    shares = len(sector)
    if day < WARM_UP - 10:
        return np.zeros(shares)
    last = np.clip(z[-1], -3, 3)
    sectors = np.array([last[sector == k].mean() for k in range(len(SECTORS))])
    leader = habits.leaders[sector]
    followed = np.where(leader >= 0, np.clip(sectors[leader] / 0.55, -2.5, 2.5), 0.0)
    fade = np.clip((habits.trend_ends + WARM_UP - day) / 40, 0, 1)
    result: Floats = (
        habits.reversal * (0.6 * last if stressed else -last)
        + habits.momentum * np.clip(z[-61:-1].sum(axis=0) / np.sqrt(60), -2.5, 2.5)
        + habits.follow * followed
        + habits.volume * last * np.clip(1.6 * (heavy[-1] - 0.25), -1, 1.5)
        + habits.drift * (news[-1] + news[-2])
        + habits.weekday[(day - WARM_UP) % WEEK]
        - PULL * np.clip(z.sum(axis=0), -50, 50)
        + habits.trend * fade * np.clip(z[-5:].sum(axis=0) / np.sqrt(5), -2.5, 2.5)
    )
    return result


def _splits(rng: Generator, close: Floats) -> Ints:
    """Return splits of dear shares: one share in ten is cut into two, three or four."""
    days, shares = close.shape
    split = np.ones((days, shares), dtype=np.int64)
    for share in rng.choice(shares, max(shares // 10, 4), replace=False):
        split[int(rng.integers(days // 10, days - days // 10)), share] = int(rng.integers(2, 5))
    return split


def _trading_days(rng: Generator, shares: int, days: int) -> Bools:
    """Return when each share is traded: one in twelve is delisted at some time, one in twenty halted for weeks."""
    traded = np.ones((days, shares), dtype=np.bool_)
    chosen = rng.permutation(shares)
    gone, halted = chosen[: shares // 12], chosen[shares // 12 : shares // 12 + max(shares // 20, 2)]
    for share in gone:
        traded[int(rng.integers(days // 4, days - 20)) :, share] = False
    for place, share in enumerate(halted):
        half = (place % 2) * days // 2
        start = int(rng.integers(half + 10, half + days // 2 - 30))
        traded[start : start + int(rng.integers(5, 20)), share] = False
    return traded
