"""What clean houses become in an inspector's notes: columns that say nothing, gaps, other units, hasty typing.

add_decoys          20 columns that have (nearly) nothing to do with the price
add_tax_value       a column that has everything to do with it, and is blank when it is needed
blur                gaps, square metres, capitals
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

SF_PER_M2 = 10.764
AREAS = [
    "lot_area",
    "first_floor_sf",
    "second_floor_sf",
    "basement_sf",
    "basement_finished_sf",
    "garage_sf",
    "porch_sf",
    "deck_sf",
    "pool_sf",
]
METRIC_SHARE = 0.03
METRIC_DISTRICTS = 6
"""One county office, in charge of a quarter of the districts, has some of its files in square metres."""

FRONTAGE_GAPS = 0.17
GAPS = {"garage_sf": 0.03, "basement_sf": 0.03, "lot_area": 0.04, "year_built": 0.05, "kitchen_quality": 0.04}
WHOLE = ["year_built", "garage_year", "garage_cars"]
"""Whole numbers stay whole numbers beside their gaps."""
HASTY = {"kitchen_quality": str.lower, "heating": str.upper, "foundation": str.upper, "sale_type": str.upper}
HASTY_SHARE = 0.02

TAX_VALUE_ERROR = 0.15

LABELS: dict[str, list[str]] = {
    "door_colour": ["red", "green", "blue", "white", "black", "brown"],
    "wall_colour": ["white", "grey", "cream", "yellow", "brick"],
    "agent": [f"agent {letter}" for letter in "ABCDEFGHJKLM"],
    "listing_weekday": ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
    "mailbox": ["wall", "post", "slot"],
    "driveway": ["asphalt", "gravel", "tiles"],
    "window_frames": ["wood", "plastic", "metal"],
    "facing": ["north", "east", "south", "west"],
}


def add_decoys(houses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with eight labels and eleven numbers more, none of which had a part in the price."""
    count = len(houses)
    rooms = houses["rooms"].to_numpy()
    return houses.assign(
        **{name: rng.choice(values, size=count) for name, values in LABELS.items()},
        street_number=rng.integers(1, 240, size=count),
        days_listed=np.round(rng.gamma(2, 22, size=count)).astype(int),
        photos=rng.poisson(14, size=count),
        inspection_minutes=np.round(rng.normal(38, 9, size=count).clip(10)).astype(int),
        previous_owners=rng.poisson(np.clip((houses["year_sold"] - houses["year_built"]) / 25, 0.1, None)),
        # Follows from the number of rooms, which themselves are worth nothing once the area is known.
        windows=rooms * 2 + rng.integers(-2, 4, size=count),
        trees=rng.poisson(3.0, size=count),
        chimney_height_m=np.round(rng.normal(7.5, 1.1, size=count), 1),
        school_distance_km=np.round(rng.gamma(2.5, 0.6, size=count), 2),
        elevation_m=np.round(rng.normal(212, 14, size=count)).astype(int),
        internet_mbps=rng.choice([16, 25, 50, 100, 250], size=count),
    )


def add_tax_value(
    houses: pd.DataFrame, price: NDArray[np.float64], *, known: NDArray[np.bool_], rng: np.random.Generator
) -> pd.DataFrame:
    """Return the table with the value that the tax office wrote down after the sale, where `known`."""
    value = 100.0 * np.round(price * np.exp(rng.normal(0, TAX_VALUE_ERROR, size=len(price))) / 100)
    return houses.assign(tax_review_value=pd.Series(value, index=houses.index).where(known).astype("Int64"))


def blur(houses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table as a hurried office would hand it out."""
    notes = _with_metric_files(houses, rng)
    districts = sorted(set(notes["district"]))
    by_district = dict(zip(districts, rng.beta(2, 2 / FRONTAGE_GAPS - 2, size=len(districts)), strict=True))
    notes.loc[rng.random(len(notes)) < notes["district"].map(by_district), "lot_frontage"] = np.nan
    for column, share in GAPS.items():
        notes.loc[rng.random(len(notes)) < share, column] = np.nan
    for column in WHOLE:
        notes[column] = notes[column].astype("Int64")
    for column, typed in HASTY.items():
        hasty = rng.random(len(notes)) < HASTY_SHARE
        notes.loc[hasty, column] = notes.loc[hasty, column].map(typed, na_action="ignore")
    return notes


def _with_metric_files(houses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    districts = np.array(sorted(set(houses["district"])))
    office = rng.choice(districts, size=min(METRIC_DISTRICTS, len(districts)), replace=False)
    in_office = houses["district"].isin(office).to_numpy()
    metric = in_office & (rng.random(len(houses)) < METRIC_SHARE / max(in_office.mean(), METRIC_SHARE))
    notes = houses.assign(area_unit=np.where(metric, "m2", "sqft"))
    notes[AREAS] = notes[AREAS].astype(float)
    notes.loc[metric, AREAS] = (notes.loc[metric, AREAS] / SF_PER_M2).round(1)
    return notes
