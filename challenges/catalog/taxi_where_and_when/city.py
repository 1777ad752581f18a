"""A city that is on no map: what draws people where at which hour, and what a cab takes for the way.

    structure ──> City (120 quarters, a river with four bridges, two airports, fares)
    journeys(city, ...)       who rides when, from where, to where
    expected_total(city, ...) what a ride from a corner at a time brings on average, over all destinations

Places are km east and north of a survey stone far outside the city: the grid of its maps starts at (40, 70).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]

EAST_KM, NORTH_KM = (40.0, 70.0), (70.0, 90.0)
QUARTERS, AIRPORTS = 120, 2
SPREADS_KM = np.array([0.9] * QUARTERS + [0.35] * AIRPORTS)
"""How far the doors of a quarter lie around its middle."""

LOOKS = 6
"""Doors of a destination at which an expected fare is worked out."""
CARD_SHARE, TIP_MEAN, TIP_SD = 0.68, 0.20, 0.07
KM_NOISE, SLOW_NOISE, DETOUR_KM = 0.06, 0.35, 0.4

PURPOSES = ("to work", "from work", "out", "home at night", "errand", "to a flight", "from a flight")
ORIGINS = ("homes", "offices", "mixed", "nights", "mixed", "mixed", "airport")
DESTINATIONS = ("offices", "homes", "nights", "homes", "mixed", "airport", "mixed")


@dataclass(frozen=True, kw_only=True)
class City:
    """The secret of one edition."""

    middles_km: Array
    """(122, 2) middles of quarters and airports."""
    draws: dict[str, Array]
    """Land use -> (122,) share of its doors in each quarter."""
    river_km: float
    bridges_km: Array
    """(4,) northings."""
    tolls: Array
    """(4,) dollars."""
    flat_fares: Array
    """(2,) of each airport."""
    rates: Array
    """(7,) how common each purpose is."""
    peaks_h: Array
    """(7,) around which hour."""
    pull: float
    """Gravity: how fast destinations lose their charm, in 1/km."""
    base: float
    per_km: float
    per_slow_minute: float
    free_kmh: float
    jam: float


def draw_city(rng: Generator) -> City:
    core = np.array([rng.uniform(51, 59), rng.uniform(77, 83)])
    middles = np.column_stack([rng.uniform(41.5, 68.5, QUARTERS), rng.uniform(71.5, 88.5, QUARTERS)])
    fields = np.array([[rng.uniform(42, 46), rng.uniform(72, 88)], [rng.uniform(64, 68), rng.uniform(72, 88)]])
    away = np.linalg.norm(middles - core, axis=1)
    draws = {
        "homes": rng.lognormal(0, 0.6, QUARTERS) * np.exp(-away / 9),
        "offices": rng.lognormal(0, 1.0, QUARTERS) * np.exp(-away / 3.5),
        "nights": rng.lognormal(0, 1.3, QUARTERS) * np.exp(-away / 4.5),
    }
    draws = {name: np.append(weights / weights.sum(), [0.0, 0.0]) for name, weights in draws.items()}
    draws["mixed"] = 0.5 * draws["homes"] + 0.35 * draws["offices"] + 0.15 * draws["nights"]
    larger = rng.uniform(0.5, 0.8)
    draws["airport"] = np.append(np.zeros(QUARTERS), [larger, 1 - larger])
    return City(
        middles_km=np.vstack([middles, fields]),
        draws=draws,
        river_km=rng.uniform(53, 57),
        bridges_km=np.array([72.5, 77.5, 82.5, 87.5]) + rng.uniform(-1.5, 1.5, 4),
        tolls=rng.permutation([0.0, 0.0, rng.uniform(4, 6), rng.uniform(5, 8)]),
        flat_fares=np.round(rng.uniform(48, 58, AIRPORTS)),
        rates=np.array([1.6, 1.6, 1.0, 0.9, 2.6, 0.22, 0.26]) * rng.uniform(0.8, 1.25, len(PURPOSES)),
        peaks_h=np.array([8.2, 17.8, 20.5, 0.8, 13.5, 6.5, 20.0]) + rng.uniform(-0.7, 0.7, len(PURPOSES)),
        pull=rng.uniform(0.22, 0.32),
        base=rng.uniform(2.3, 3.2),
        per_km=rng.uniform(1.4, 1.7),
        per_slow_minute=rng.uniform(0.5, 0.7),
        free_kmh=rng.uniform(36, 42),
        jam=rng.uniform(0.45, 0.6),
    )


def demand(city: City, hour: Array, weekday: NDArray[np.int64]) -> Array:
    """Return (n, 7) how many people set out for each purpose; weekday 0 is Monday, hour 0 to 24."""
    widths_h = np.array([1.2, 1.7, 1.8, 2.2, 4.5, 2.5, 4.0])
    apart = np.abs(hour[:, None] - city.peaks_h) % 24
    bumps = np.exp(-0.5 * (np.minimum(apart, 24 - apart) / widths_h) ** 2) / widths_h
    working = np.where(weekday < 5, 1.0, 0.15)
    eve = np.isin(weekday, (4, 5))
    # An hour after midnight belongs to the evening before.
    late = np.where(hour < 12, np.isin(weekday, (5, 6)), eve)
    by_day = np.column_stack(
        [working, working, np.where(eve, 2.2, 1.0), np.where(late, 3.0, 0.7), *np.ones((3, len(hour)))]
    )
    everything: Array = city.rates * by_day * (bumps + np.array([0, 0, 0, 0, 0.02, 0.01, 0.01]))
    return everything


def journeys(
    city: City, hour: Array, weekday: NDArray[np.int64], rng: Generator
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Return origins (n, 2) and destinations (n, 2) in km, and (n, 2) whether a ride begins or ends at each airport."""
    purpose = _drawn(demand(city, hour, weekday), rng)
    origin = np.empty(len(hour), dtype=np.int64)
    goal = np.empty(len(hour), dtype=np.int64)
    start_km = np.empty((len(hour), 2))
    for code, (leaves, heads) in enumerate(zip(ORIGINS, DESTINATIONS, strict=True)):
        rows = np.flatnonzero(purpose == code)
        origin[rows] = rng.choice(len(city.middles_km), size=len(rows), p=city.draws[leaves])
        start_km[rows] = _doors(city, origin[rows], rng)
        goal[rows] = _drawn(_appeal(city, start_km[rows], heads), rng)
    end_km = _doors(city, goal, rng)
    at_field = (origin[:, None] == QUARTERS + np.arange(AIRPORTS)) | (goal[:, None] == QUARTERS + np.arange(AIRPORTS))
    return start_km, end_km, at_field


def expected_total(city: City, start_km: Array, hour: Array, weekday: NDArray[np.int64], rng: Generator) -> Array:
    """Return (n,) mean totals in dollars of rides that begin at a place at a time."""
    chance = demand(city, hour, weekday) * _origin_density(city, start_km)
    chance /= chance.sum(axis=1, keepdims=True)
    flying = PURPOSES.index("from a flight")
    goals = np.empty((len(PURPOSES), len(hour), len(city.middles_km)))
    for code, heads in enumerate(DESTINATIONS):
        appeal = _appeal(city, start_km, heads)
        goals[code] = chance[:, [code]] * appeal / appeal.sum(axis=1, keepdims=True)

    metered = np.zeros(goals.shape[1:])
    tolls = np.zeros(goals.shape[1:])
    for door in _clipped(city.middles_km + SPREADS_KM[:, None] * _even_normals(rng)):
        km, toll = way(city, start_km[:, None], door[None])
        metered += meter(city, km, hour[:, None], weekday[:, None], start_km[:, None], door[None]) / LOOKS
        tolls += toll / LOOKS
    metered[:, QUARTERS:] = city.flat_fares
    # From an aeroplane one leaves at a flat fare too; doors of the two airports never mix.
    field = np.argmin(np.linalg.norm(start_km[:, None] - city.middles_km[QUARTERS:], axis=2), axis=1)
    by_meter = goals.sum(axis=0) - goals[flying]
    fare = (by_meter * metered).sum(axis=1) + chance[:, flying] * city.flat_fares[field]
    total: Array = (fare + (goals.sum(axis=0) * tolls).sum(axis=1)) * (1 + CARD_SHARE * TIP_MEAN)
    return total


def way(city: City, start_km: Array, end_km: Array) -> tuple[Array, Array]:
    """Return km along the grid of streets, over the nearest bridge where the river lies between, and the toll."""
    straight = np.abs(start_km - end_km).sum(axis=-1)
    detours = np.abs(start_km[..., 1, None] - city.bridges_km) + np.abs(end_km[..., 1, None] - city.bridges_km)
    bridge = np.argmin(detours, axis=-1)
    crossing = (start_km[..., 0] < city.river_km) != (end_km[..., 0] < city.river_km)
    over = np.abs(start_km[..., 0] - end_km[..., 0]) + np.take_along_axis(detours, bridge[..., None], -1)[..., 0]
    return np.where(crossing, over, straight) + DETOUR_KM, np.where(crossing, city.tolls[bridge], 0.0)


def slow_minutes(
    city: City, km: Array, hour: Array, weekday: NDArray[np.int64], start_km: Array, end_km: Array
) -> Array:
    """Return the minutes that traffic adds to a free ride."""
    rush = np.maximum(np.exp(-0.5 * ((hour - 8.5) / 1.3) ** 2), np.exp(-0.5 * ((hour - 17.5) / 1.8) ** 2))
    rush = np.where(weekday < 5, rush, 0.25 * rush) + 0.25 * ((hour > 9) & (hour < 20))
    core = np.average(city.middles_km, axis=0, weights=city.draws["offices"])
    inner = np.exp(-np.linalg.norm((start_km + end_km) / 2 - core, axis=-1) / 5)
    minutes: Array = km * 60 / city.free_kmh * city.jam * rush * (0.4 + inner) * 2
    return minutes


def meter(city: City, km: Array, hour: Array, weekday: NDArray[np.int64], start_km: Array, end_km: Array) -> Array:
    """Return the fare that the meter shows on average."""
    slow = slow_minutes(city, km, hour, weekday, start_km, end_km)
    fare: Array = city.base + city.per_km * km + city.per_slow_minute * slow + extras(hour, weekday)
    return fare


def extras(hour: Array, weekday: NDArray[np.int64]) -> Array:
    """Return 0.50 at night, from 20 to 6 o'clock, and 1.00 on weekdays from 16 to 20."""
    return 0.5 * ((hour >= 20) | (hour < 6)) + 1.0 * ((hour >= 16) & (hour < 20) & (weekday < 5))


def _origin_density(city: City, start_km: Array) -> Array:
    """Return (n, 7) how dense the doors are, around a place, from which people set out for each purpose."""
    squared = ((start_km[:, None] - city.middles_km) ** 2).sum(axis=2)
    kernels = np.exp(-0.5 * squared / SPREADS_KM**2) / SPREADS_KM**2
    density: Array = kernels @ np.column_stack([city.draws[leaves] for leaves in ORIGINS])
    return density


def _appeal(city: City, start_km: Array, heads: str) -> Array:
    """Return (n, 122) how much each quarter draws; whoever flies goes to the airport, however far."""
    if heads == "airport":
        return np.broadcast_to(city.draws[heads], (len(start_km), len(city.middles_km)))
    apart = np.linalg.norm(start_km[:, None] - city.middles_km, axis=2)
    # Whoever comes off an aeroplane is far from everything: gravity is weaker out there.
    nearest = apart.min(axis=1, keepdims=True)
    appeal: Array = city.draws[heads] * np.exp(-city.pull * (apart - nearest))
    return appeal


def _doors(city: City, quarter: NDArray[np.int64], rng: Generator) -> Array:
    around = rng.standard_normal((len(quarter), 2)) * SPREADS_KM[quarter, None]
    return _clipped(city.middles_km[quarter] + around)


def _clipped(places_km: Array) -> Array:
    return np.clip(places_km, [EAST_KM[0], NORTH_KM[0]], [EAST_KM[1], NORTH_KM[1]])


def _even_normals(rng: Generator) -> Array:
    """Return (6, 122, 2) offsets in units of a spread: points and their mirror images, with a mean square of 1."""
    half = rng.standard_normal((LOOKS // 2, QUARTERS + AIRPORTS, 2))
    half /= np.sqrt((half**2).mean(axis=0))
    return np.concatenate([half, -half])


def _drawn(weights: Array, rng: Generator) -> NDArray[np.int64]:
    """Return one column number for each row, drawn by weight."""
    steps = np.cumsum(weights, axis=1)
    point = rng.random(len(weights))[:, None] * steps[:, -1:]
    columns: NDArray[np.int64] = np.minimum((steps < point).sum(axis=1), weights.shape[1] - 1)
    return columns
