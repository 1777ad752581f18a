"""A town that is on no map: districts, houses with a history, and what each of them is worth.

    draw_town(rng)   ──> Town: districts, market path, one coefficient for each effect (the secret)
    build(town, ..)  ──> clean table, one row a house that was sold
    log_price(..)    ──> worth without noise          noise_sd(..) ──> how far a sale strays from it

    log price = district + elasticity x log area + quality (convex) + quality x log area
              - decay since remodelling + vintage + basement, garage, baths, lot, grades, fireplaces, air
              + neighbours + zoning + sale + season + market

Areas are in square feet, lots too; prices in the town's own currency. Gaps and typing errors are laid over the table by
the challenge that needs them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DISTRICTS = 24
YEARS = np.arange(2010, 2016)
GRADES = np.array(["Po", "Fa", "TA", "Gd", "Ex"])
"""Poor, fair, typical, good, excellent: 1 to 5."""

BASE = 12.0
"""Log price of a plain house, about 160 000, before its comforts are counted."""
TYPICAL_SF = 1500.0
NOISE_SD = 0.065
NOISE_DF = 5

PRIORS: dict[str, tuple[float, float]] = {
    "elasticity": (0.55, 0.75),
    "quality": (0.07, 0.10),
    "quality_convex": (0.004, 0.010),
    "quality_area": (0.03, 0.08),
    "condition": (0.015, 0.030),
    "decay": (0.15, 0.30),
    "decay_years": (18, 40),
    "vintage": (0.08, 0.15),
    "basement": (0.04, 0.08),
    "basement_finish": (0.03, 0.06),
    "basement_grade": (0.010, 0.020),
    "kitchen_grade": (0.015, 0.035),
    "exterior_grade": (0.010, 0.020),
    "garage": (0.08, 0.14),
    "bath": (0.02, 0.05),
    "bath_per_bedroom": (0.06, 0.12),
    "lot": (0.05, 0.10),
    "fireplace": (0.02, 0.04),
    "air": (0.03, 0.07),
    "porch": (0.02, 0.05),
    "pool": (0.03, 0.08),
    "railway": (-0.12, -0.06),
    "arterial": (-0.08, -0.04),
    "park": (0.02, 0.06),
    "dense_zoning": (-0.05, -0.02),
    "trade_zoning": (-0.15, -0.08),
    "abnormal": (-0.30, -0.15),
    "family": (-0.12, -0.04),
    "new": (0.02, 0.06),
    "season": (0.01, 0.03),
}
"""Ends of the uniform prior of every effect; a district's premium and the market path have priors of their own."""

Numbers = NDArray[np.float64]
Grades = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Town:
    """The secret of one edition. Arrays have one entry a district, or one a year."""

    share: Numbers
    premium: Numbers
    era: Numbers
    lot_scale: Numbers
    zoning: NDArray[np.int64]
    """0 open, 1 dense, 2 trade: the zoning that prevails."""
    luxury: int
    """The district in which everything is larger, better and dearer."""
    market: Numbers
    effects: dict[str, float]


def draw_town(rng: np.random.Generator) -> Town:
    """Return a town from the priors."""
    luxury = int(rng.integers(DISTRICTS))
    premium = rng.normal(0, 0.17, size=DISTRICTS)
    premium[luxury] = rng.uniform(0.35, 0.5)
    return Town(
        share=rng.dirichlet(np.full(DISTRICTS, 3.0)),
        premium=premium,
        era=rng.uniform(1915, 1998, size=DISTRICTS),
        lot_scale=rng.normal(0, 0.3, size=DISTRICTS) + 0.4 * (np.arange(DISTRICTS) == luxury),
        zoning=rng.choice(3, size=DISTRICTS, p=[0.7, 0.25, 0.05]),
        luxury=luxury,
        market=np.cumsum(rng.normal(0.02, 0.035, size=len(YEARS))),
        effects={name: float(rng.uniform(low, high)) for name, (low, high) in PRIORS.items()},
    )


def build(town: Town, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return `count` sold houses; blanks mean that there is no such thing (no garage, no fireplace)."""
    district = rng.choice(DISTRICTS, size=count, p=town.share)
    luxury = district == town.luxury
    sold = rng.choice(YEARS, size=count)
    built = np.clip(np.round(town.era[district] + rng.normal(0, 14, size=count)), 1875, sold).astype(int)
    remodelled = np.where(rng.random(count) < 0.5, built, np.round(rng.uniform(built, sold))).astype(int)
    quality = _grade(5.6 + 0.018 * (built - 1960) + 1.2 * luxury + rng.normal(0, 1.25, size=count), 1, 10)
    living_sf = np.clip(
        np.round(np.exp(7.22 + 0.085 * (quality - 5.5) + 0.12 * luxury + rng.normal(0, 0.26, size=count))), 420, 4200
    )
    houses = pd.DataFrame(
        {
            "district": [f"D{code + 1:02d}" for code in district],
            "zoning": np.array(["open", "dense", "trade"])[
                np.where(
                    rng.random(count) < 0.85, town.zoning[district], rng.choice(3, size=count, p=[0.75, 0.22, 0.03])
                )
            ],
            **_lot(town.lot_scale[district], rng),
            "year_built": built,
            "year_remodelled": remodelled,
            "overall_quality": quality,
            "overall_condition": _grade(5.5 + 0.02 * (remodelled - built) + rng.normal(0, 1.1, size=count), 1, 9),
            **_floors(living_sf, built, quality, rng),
        }
    )
    houses = houses.assign(**_outfit(quality, built, rng))
    houses = houses.assign(**_garage(quality, built, sold, rng))
    houses = houses.assign(**_rooms(living_sf, quality, rng))
    houses = houses.assign(**_outside(quality, rng))
    return houses.assign(**_sale(built, sold, rng))


def log_price(town: Town, houses: pd.DataFrame) -> Numbers:
    """Return the worth of clean houses as `build` makes them, without the noise of a sale."""
    e = town.effects
    sf = (houses["first_floor_sf"] + houses["second_floor_sf"]).to_numpy(dtype=float)
    better = houses["overall_quality"].to_numpy(dtype=float) - 5.5
    larger = np.log(sf / TYPICAL_SF)
    age = (houses["year_sold"] - houses["year_built"]).to_numpy(dtype=float)
    since = (houses["year_sold"] - houses["year_remodelled"]).to_numpy(dtype=float)
    baths = (houses["full_bath"] + 0.5 * houses["half_bath"]).to_numpy(dtype=float)
    worth = BASE + town.premium[houses["district"].str[1:].astype(int) - 1] + e["elasticity"] * larger
    worth += e["quality"] * better + e["quality_convex"] * better**2 + e["quality_area"] * better * larger
    worth += e["condition"] * (houses["overall_condition"].to_numpy(dtype=float) - 5)
    worth -= e["decay"] * (1 - np.exp(-since / e["decay_years"]))
    worth += e["vintage"] * ((age > 85) & (better > 1))
    worth += e["basement"] * np.log1p(houses["basement_sf"].fillna(0).to_numpy() / 600)
    worth += e["basement_finish"] * houses["basement_finished_sf"].fillna(0).to_numpy() / 800
    for column, effect in (
        ("basement", "basement_grade"),
        ("kitchen", "kitchen_grade"),
        ("exterior", "exterior_grade"),
    ):
        worth += e[effect] * (grade_number(houses[f"{column}_quality"]) - 3)
    worth += e["garage"] * (1 - np.exp(-houses["garage_cars"].fillna(0).to_numpy() / 1.5))
    worth += e["bath"] * baths + e["bath_per_bedroom"] * np.minimum(baths / houses["bedrooms"].to_numpy(), 1.5)
    worth += e["lot"] * np.log(houses["lot_area"].to_numpy() / 9000)
    worth += e["fireplace"] * houses["fireplaces"].to_numpy() + e["air"] * (houses["central_air"] == "Y").to_numpy()
    worth += e["porch"] * np.log1p((houses["porch_sf"] + houses["deck_sf"]).to_numpy() / 150)
    worth += e["pool"] * (houses["pool_sf"] > 0).to_numpy()
    for column, value, effect in _LABELS:
        worth += e[effect] * (houses[column] == value).to_numpy()
    worth += e["season"] * np.cos(2 * np.pi * (houses["month_sold"].to_numpy() - 6) / 12)
    return np.asarray(worth + town.market[houses["year_sold"].to_numpy() - YEARS[0]], dtype=np.float64)


_LABELS = (
    ("proximity", "railway", "railway"),
    ("proximity", "arterial", "arterial"),
    ("proximity", "park", "park"),
    ("zoning", "dense", "dense_zoning"),
    ("zoning", "trade", "trade_zoning"),
    ("sale_condition", "abnormal", "abnormal"),
    ("sale_condition", "family", "family"),
    ("sale_type", "new", "new"),
)
"""column, value, effect"""


def noise_sd(houses: pd.DataFrame) -> Numbers:
    """Return how far each sale strays from the worth of the house: old houses and forced sales stray further."""
    old = (houses["year_sold"] - houses["year_built"] > 60).to_numpy()
    abnormal = (houses["sale_condition"] == "abnormal").to_numpy()
    return np.asarray(NOISE_SD * (1 + 0.5 * old + 0.9 * abnormal), dtype=np.float64)


def noise(houses: pd.DataFrame, rng: np.random.Generator) -> Numbers:
    """Return the noise of each sale in log price: Student's t, so that a few buyers fall for a house."""
    shape: Numbers = rng.standard_t(NOISE_DF, size=len(houses)) / np.sqrt(NOISE_DF / (NOISE_DF - 2))
    return noise_sd(houses) * shape


def grade_number(grades: pd.Series) -> Numbers:
    """Return 1 (poor) to 5 (excellent) for each grade; a blank, which is no basement at all, counts as typical."""
    numbers = grades.map({grade: number + 1 for number, grade in enumerate(GRADES)})
    return np.asarray(numbers.fillna(3), dtype=np.float64)


Column = NDArray[np.generic] | pd.Series


def _lot(scale: Numbers, rng: np.random.Generator) -> dict[str, Column]:
    area = np.round(np.exp(9.05 + scale + rng.normal(0, 0.32, size=len(scale))))
    return {
        "lot_area": area,
        "lot_frontage": np.round(0.72 * np.sqrt(area) * np.exp(rng.normal(0, 0.16, size=len(scale)))),
        "lot_shape": _drawn({"regular": 0.63, "slightly irregular": 0.33, "irregular": 0.04}, len(scale), rng),
        "street": _drawn({"paved": 0.985, "gravel": 0.015}, len(scale), rng),
    }


def _floors(living_sf: Numbers, built: Grades, quality: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(living_sf)
    tall = rng.random(count) < 1 / (1 + np.exp(-2.2 * np.log(living_sf / TYPICAL_SF)))
    half = ~tall & (built < 1950) & (rng.random(count) < 0.45)
    upper = np.where(tall, rng.uniform(0.42, 0.52, size=count), np.where(half, rng.uniform(0.25, 0.38, size=count), 0))
    second = np.round(living_sf * upper)
    first = living_sf - second
    has_basement = rng.random(count) < np.where(built > 1940, 0.975, 0.93)
    basement = np.where(has_basement, np.round(first * rng.uniform(0.7, 1.0, size=count)), np.nan)
    finished = basement * np.where(rng.random(count) < 0.3, 0, rng.beta(2, 2.2, size=count))
    return {
        "house_style": np.where(tall, "two storeys", np.where(half, "one and a half", "one storey")),
        "first_floor_sf": first,
        "second_floor_sf": second,
        "basement_sf": basement,
        "basement_finished_sf": np.round(finished),
        "basement_quality": pd.Series(_graded(quality, built, rng)).where(has_basement),
        "foundation": np.where(
            built > 1985, "concrete", np.where(built > 1935, "block", _drawn({"brick": 0.7, "stone": 0.3}, count, rng))
        ),
        "roof": _drawn({"gable": 0.78, "hip": 0.2, "flat": 0.02}, count, rng),
    }


def _outfit(quality: Grades, built: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(quality)
    return {
        "kitchen_quality": _graded(quality, built, rng),
        "exterior_quality": _graded(quality, built, rng),
        "heating": np.where(
            built > 1955, "gas air", _drawn({"gas air": 0.82, "gas water": 0.13, "wall": 0.05}, count, rng)
        ),
        "central_air": np.where(rng.random(count) < np.where(built > 1960, 0.985, 0.84), "Y", "N"),
    }


def _garage(quality: Grades, built: Grades, sold: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(quality)
    has = rng.random(count) < np.where(built > 1950, 0.975, 0.9)
    cars = _grade(1.75 + 0.28 * (quality - 5.5) + 0.006 * (built - 1960) + rng.normal(0, 0.5, size=count), 1, 4)
    modern = built > 1955
    kind = np.where(
        modern,
        _drawn({"attached": 0.82, "built in": 0.1, "detached": 0.08}, count, rng),
        _drawn({"detached": 0.75, "attached": 0.22, "carport": 0.03}, count, rng),
    )
    later = np.round(rng.uniform(built, np.minimum(built + 45, sold)))
    return {
        "garage_type": pd.Series(kind).where(has),
        "garage_cars": np.where(has, cars, np.nan),
        "garage_sf": np.where(has, np.round(cars * 235 + 30 + rng.normal(0, 45, size=count)).clip(150), np.nan),
        "garage_year": np.where(has, np.where(modern | (rng.random(count) < 0.3), built, later), np.nan),
    }


def _rooms(living_sf: Numbers, quality: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(living_sf)
    bedrooms = _grade(2.9 + 1.25 * np.log(living_sf / TYPICAL_SF) + rng.normal(0, 0.6, size=count), 1, 6)
    fires = _grade(
        0.55 + 0.5 * np.log(living_sf / TYPICAL_SF) + 0.12 * (quality - 5.5) + rng.normal(0, 0.6, count), 0, 3
    )
    glow = pd.Series(_graded(quality, np.full(count, 1970), rng))
    return {
        "full_bath": _grade(
            1.55 + 1.0 * np.log(living_sf / TYPICAL_SF) + 0.12 * (quality - 5.5) + rng.normal(0, 0.42, size=count), 1, 4
        ),
        "half_bath": _grade(0.35 + 0.4 * np.log(living_sf / TYPICAL_SF) + rng.normal(0, 0.45, size=count), 0, 2),
        "bedrooms": bedrooms,
        "rooms": bedrooms + rng.choice([2, 3, 4, 5], size=count, p=[0.2, 0.4, 0.28, 0.12]),
        "fireplaces": fires,
        "fireplace_quality": glow.where(fires > 0),
    }


def _outside(quality: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(quality)
    porch = np.where(rng.random(count) < 0.55, np.round(rng.gamma(2.2, 38, size=count)), 0)
    deck = np.where(rng.random(count) < 0.48 + 0.04 * (quality - 5.5), np.round(rng.gamma(3.5, 52, size=count)), 0)
    fence = pd.Series(_drawn({"wood": 0.6, "wire": 0.25, "private": 0.15}, count, rng))
    return {
        "porch_sf": porch,
        "deck_sf": deck,
        "pool_sf": np.where(rng.random(count) < 0.012, np.round(rng.normal(520, 110, size=count)), 0),
        "fence": fence.where(rng.random(count) < 0.2),
        "proximity": _drawn({"normal": 0.86, "arterial": 0.06, "railway": 0.05, "park": 0.03}, count, rng),
    }


def _sale(built: Grades, sold: Grades, rng: np.random.Generator) -> dict[str, Column]:
    count = len(built)
    fresh = sold - built <= 1
    season = np.array([3, 3, 6, 9, 13, 16, 15, 11, 8, 7, 5, 4], dtype=float)
    return {
        "sale_type": np.where(fresh, "new", _drawn({"deed": 0.95, "contract": 0.02, "court": 0.03}, count, rng)),
        "sale_condition": np.where(
            fresh & (rng.random(count) < 0.8),
            "partial",
            _drawn({"normal": 0.90, "abnormal": 0.075, "family": 0.025}, count, rng),
        ),
        "month_sold": rng.choice(12, size=count, p=season / season.sum()) + 1,
        "year_sold": sold,
    }


def _graded(quality: Grades, built: Grades, rng: np.random.Generator) -> NDArray[np.str_]:
    raw = 3.2 + 0.42 * (quality - 5.5) + 0.006 * (built - 1970) + rng.normal(0, 0.55, size=len(quality))
    return GRADES[_grade(raw, 1, 5) - 1]


def _grade(raw: Numbers, low: int, high: int) -> Grades:
    return np.clip(np.round(raw), low, high).astype(np.int64)


def _drawn(shares: dict[str, float], count: int, rng: np.random.Generator) -> NDArray[np.str_]:
    return rng.choice(list(shares), size=count, p=list(shares.values()))
