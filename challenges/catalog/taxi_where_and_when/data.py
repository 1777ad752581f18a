"""Trip records of three cab companies, as dirty as such records are, and corners whose expected fare is asked for.

    structure ──> City ──> journeys of eight weeks ──> fares, tips ──> dirt ──> trips.csv
                    └────> corners and hours of the two weeks after, spread evenly ──> expected totals

The truth of a corner is an expectation over all that may happen there, not one ride: whoever fits the noise of single
rides is not rewarded. It is summed over destinations (error about 0.1).
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.taxi_where_and_when.city import (
    AIRPORTS,
    CARD_SHARE,
    KM_NOISE,
    QUARTERS,
    SLOW_NOISE,
    SPREADS_KM,
    TIP_MEAN,
    TIP_SD,
    City,
    demand,
    draw_city,
    expected_total,
    extras,
    journeys,
    slow_minutes,
    way,
)
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

Array = NDArray[np.float64]

TRIPS = {Size.SMALL: 40_000, Size.FULL: 400_000}
QUERIES = {Size.SMALL: 4_000, Size.FULL: 20_000}
PUBLIC_SHARE = 0.3
AIRPORT_SHARE = 0.03
"""Of the queries: in the records airports are a tenth, and would alone decide a squared error."""

FIRST_DAY = datetime(2031, 3, 3)  # a Monday
WEEKS, QUERY_WEEKS = 8, 2
COMPANIES = ("Amber", "Blue", "City")
COMPANY_SHARES = (0.45, 0.35, 0.20)
CLOCK_HOURS = (4, 5, 6, -4, -5, -6)
"""By how much the clock of the last company may be off: its computers stand abroad."""

SPREAD_BAND = (6.4, 8.2)
"""Standard deviation of expected totals, so that luck does not decide how hard an edition is."""
JUDGED_QUERIES = 1_000
MOST_DRAWS = 200

REFUNDS, ZEROS, STUCK, LOST, SWAPPED, DOUBLES = 0.004, 0.003, 0.004, 0.006, 0.004, 0.03


def mint(streams: Streams, size: Size) -> Dataset:
    """Return a city's trip records and map, the queries, and what a ride from each of them brings on average."""
    city = _draw_city(streams("structure"))
    trips = _trips(city, TRIPS[size], streams)
    start_km, time = _corners(city, QUERIES[size], streams("queries"))
    expected = expected_total(city, start_km, _hour(time), time.day_of_week.to_numpy(), streams("doors"))
    ids = streams.ids("queries", len(expected))
    unit = _units(city, start_km)
    mean = np.full(len(ids), trips["total"].mean())
    return Dataset(
        public={
            "trips.csv": csv_bytes(_with_dirt(trips, streams)),
            "places.csv": csv_bytes(_places(city)),
            "queries.csv": csv_bytes(
                pd.DataFrame({"id": ids, "time": time, "x_km": start_km[:, 0], "y_km": start_km[:, 1]})
            ),
            "sample_submission.csv": _answer(ids, mean),
        },
        truth=Truth(
            ids={"id": ids},
            columns={
                "expected_total": expected,
                "top_tenth": (expected >= np.quantile(expected, 0.9)).astype(np.int64),
            },
            public=_public_rows(unit, expected, streams("split")),
            unit=unit,
        ),
        floor=_answer(ids, mean),
    )


def _draw_city(rng: Generator) -> City:
    for _ in range(MOST_DRAWS):
        city = draw_city(rng)
        start_km, time = _corners(city, JUDGED_QUERIES, rng)
        spread = float(expected_total(city, start_km, _hour(time), time.day_of_week.to_numpy(), rng).std())
        if SPREAD_BAND[0] <= spread <= SPREAD_BAND[1]:
            return city
    raise InvalidChallenge(f"taxi_where_and_when/data.py: none of {MOST_DRAWS} cities was fit for a challenge")


def _corners(city: City, count: int, rng: Generator) -> tuple[Array, pd.DatetimeIndex]:
    """Return (n, 2) places and times: every quarter and every hour alike, at a tenth of a km and a quarter hour."""
    weights = np.append(np.full(QUARTERS, (1 - AIRPORT_SHARE) / QUARTERS), np.full(AIRPORTS, AIRPORT_SHARE / AIRPORTS))
    quarter = rng.choice(len(weights), size=count, p=weights)
    around = rng.standard_normal((count, 2)) * SPREADS_KM[quarter, None]
    places = np.round(np.clip(city.middles_km[quarter] + around, [40, 70], [70, 90]), 1)
    quarters = rng.integers(0, QUERY_WEEKS * 7 * 96, size=count) + WEEKS * 7 * 96
    return places, pd.DatetimeIndex(pd.Timestamp(FIRST_DAY) + pd.to_timedelta(quarters * 15, unit="min"))


def _trips(city: City, count: int, streams: Streams) -> pd.DataFrame:
    """Return clean rides with all that a meter notes."""
    rng = streams("trips")
    slots = np.arange(WEEKS * 7 * 96)
    weight = demand(city, slots % 96 / 4 + 0.125, slots // 96 % 7).sum(axis=1)
    slot = rng.choice(len(slots), size=count, p=weight / weight.sum())
    seconds = slot * 900 + rng.integers(0, 900, size=count)
    hour, weekday = seconds % 86_400 / 3600, seconds // 86_400 % 7
    start_km, end_km, at_field = journeys(city, hour, weekday, streams("journeys"))

    rng = streams("fares")
    km, toll = way(city, start_km, end_km)
    km = km * rng.lognormal(-(KM_NOISE**2) / 2, KM_NOISE, count)
    slow = slow_minutes(city, km, hour, weekday, start_km, end_km)
    slow = slow * rng.lognormal(-(SLOW_NOISE**2) / 2, SLOW_NOISE, count)
    metered = city.base + city.per_km * km + city.per_slow_minute * slow + extras(hour, weekday)
    fare = np.where(at_field.any(axis=1), city.flat_fares[np.argmax(at_field, axis=1)], metered)
    fare = np.round(fare, 1)
    by_card = rng.random(count) < CARD_SHARE
    tip = np.where(by_card, np.round((fare + toll) * np.clip(rng.normal(TIP_MEAN, TIP_SD, count), 0, None), 2), 0.0)
    start = pd.Timestamp(FIRST_DAY) + pd.to_timedelta(seconds, unit="s")
    ride_s = np.round((km * 60 / city.free_kmh + slow) * 60).astype(np.int64)
    return pd.DataFrame(
        {
            "company": rng.choice(COMPANIES, size=count, p=COMPANY_SHARES),
            "pickup_time": start,
            "dropoff_time": start + pd.to_timedelta(ride_s, unit="s"),
            "pickup_x_km": np.round(start_km[:, 0], 2),
            "pickup_y_km": np.round(start_km[:, 1], 2),
            "dropoff_x_km": np.round(end_km[:, 0], 2),
            "dropoff_y_km": np.round(end_km[:, 1], 2),
            "km": np.round(km, 2),
            "passengers": 1 + rng.binomial(4, 0.13, size=count),
            "payment": np.where(by_card, "card", "cash"),
            "tip": tip,
            "tolls": np.round(toll, 2),
            "total": np.round(fare + toll + tip, 2),
        }
    )


def _with_dirt(trips: pd.DataFrame, streams: Streams) -> pd.DataFrame:
    """Return the records as the companies hand them over, in random order."""
    rng = streams("dirt")
    dirty = trips.copy()
    kind = rng.choice(
        6, size=len(dirty), p=[1 - REFUNDS - ZEROS - STUCK - LOST - SWAPPED, REFUNDS, ZEROS, STUCK, LOST, SWAPPED]
    )
    refund, zero, stuck, lost, swapped = (kind == code for code in range(1, 6))
    dirty.loc[refund, "total"] = -dirty.loc[refund, "total"]
    dirty.loc[zero, "total"] = 0.0
    dirty.loc[stuck, "total"] = 500.0
    dirty.loc[lost, ["pickup_x_km", "pickup_y_km"]] = 0.0
    for end in ("pickup", "dropoff"):
        x, y = f"{end}_x_km", f"{end}_y_km"
        dirty.loc[swapped, [x, y]] = dirty.loc[swapped, [y, x]].to_numpy()
    off = pd.to_timedelta(int(streams("clock").choice(CLOCK_HOURS)), unit="h")
    foreign = dirty["company"] == COMPANIES[-1]
    for column in ("pickup_time", "dropoff_time"):
        dirty[column] = dirty[column].where(~foreign, dirty[column] + off)
    twice = rng.choice(len(dirty), size=round(DOUBLES * len(dirty)), replace=False)
    rows = np.concatenate([np.arange(len(dirty)), twice])
    return dirty.iloc[streams("shuffle").permutation(rows)]


def _places(city: City) -> pd.DataFrame:
    """Return what stands on the city's own map; drawing it is the learner's part."""
    bridges = [
        {"kind": "toll bridge" if toll else "bridge", "x_km": city.river_km, "y_km": north}
        for north, toll in zip(city.bridges_km, city.tolls, strict=True)
    ]
    airports = [{"kind": "airport", "x_km": east, "y_km": north} for east, north in city.middles_km[QUARTERS:]]
    return pd.DataFrame([*bridges, *airports]).round(2)


def _units(city: City, start_km: Array) -> NDArray[np.int64]:
    """Return what is resampled together: all queries in a tile of 1 km, whose errors are alike.

    At an airport each query stands for itself. There are two airports in the city and no more: resampled as a handful
    of tiles, they would come and go, and a squared error with them.
    """
    tile = (np.floor(start_km[:, 0]) * 1000 + np.floor(start_km[:, 1])).astype(np.int64)
    away = np.linalg.norm(start_km[:, None] - city.middles_km[QUARTERS:], axis=2).min(axis=1)
    own = np.flatnonzero(away < 4 * SPREADS_KM[-1])
    tile[own] = -1 - own
    return np.unique(tile, return_inverse=True)[1].astype(np.int64)


def _public_rows(unit: NDArray[np.int64], expected: Array, rng: Generator) -> NDArray[np.bool_]:
    """Return which rows the public board uses: whole units, evenly spread over dear and cheap ones."""
    dear = np.bincount(unit, weights=expected) / np.bincount(unit)
    decile = np.searchsorted(np.quantile(dear, np.linspace(0.1, 0.9, 9)), dear)
    order = np.lexsort([rng.random(len(dear)), decile])
    steps = np.floor(np.arange(len(dear) + 1) * PUBLIC_SHARE + rng.random())
    public = np.zeros(len(dear), dtype=np.bool_)
    public[order] = np.diff(steps) > 0
    return public[unit]


def _hour(time: pd.DatetimeIndex) -> Array:
    return time.hour.to_numpy() + time.minute.to_numpy() / 60


def _answer(ids: NDArray[np.str_], expected: Array) -> bytes:
    return csv_bytes(pd.DataFrame({"id": ids, "expected_total": np.round(expected, 2)}))
