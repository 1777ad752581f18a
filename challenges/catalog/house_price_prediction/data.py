"""House sales of a town that is on no map, in the notes of its inspectors.

structure ──> Town                 houses, noise ──> clean sales with their prices
traps     ──> unfinished giants and duplicates, in training rows only
paperwork ──> decoys, a tax value that test rows lack, gaps, square metres, capitals
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.house_price_prediction.paperwork import add_decoys, add_tax_value, blur
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size
from challenges.worlds.parcel import Town, build, draw_town, log_price, noise

TRAIN_ROWS = {Size.SMALL: 2_400, Size.FULL: 12_000}
TEST_ROWS = {Size.SMALL: 1_600, Size.FULL: 8_000}
PUBLIC_SHARE = 0.3

LOG_PRICE_SD_BAND = (0.40, 0.50)
"""How far prices lie apart, so that the floor is as high in every edition."""
JUDGED_ROWS = 4_000
MOST_DRAWS = 200

GIANTS = {Size.SMALL: 10, Size.FULL: 50}
DUPLICATES = {Size.SMALL: 15, Size.FULL: 75}
TAX_VALUE_IN_TEST = 0.03

FIRST_COLUMNS = ["house_id", "district", "area_unit"]


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one town's sales, cut at random into training and test rows, and what the test houses fetched."""
    town = _draw_town(streams("structure"))
    count, train_rows = TRAIN_ROWS[size] + TEST_ROWS[size], TRAIN_ROWS[size]
    in_train = np.arange(count) < train_rows
    houses = build(town, count, streams("houses"))
    giants = streams("traps").choice(train_rows, size=GIANTS[size], replace=False)
    houses, unfinished = _with_giants(houses, giants, streams("traps", 1))

    worth = log_price(town, houses) - unfinished
    price = 100.0 * np.round(np.exp(worth + noise(houses, streams("noise"))) / 100)
    tax_known = in_train | (streams("tax", 1).random(count) < TAX_VALUE_IN_TEST)
    notes = add_decoys(houses, streams("decoys"))
    notes = add_tax_value(notes, price, known=tax_known, rng=streams("tax"))
    notes = blur(notes, streams("paperwork")).assign(
        house_id=streams.ids("houses", count), sale_price=price.astype(np.int64)
    )
    notes = _in_published_order(notes, streams("columns"))

    train, test = notes[in_train], notes[~in_train].drop(columns="sale_price")
    ids = test["house_id"].to_numpy().astype(np.str_)
    median = np.full(len(test), float(np.median(price[in_train])))
    return Dataset(
        public={
            "train.csv": csv_bytes(_with_duplicates(train, DUPLICATES[size], streams("duplicates"))),
            "test.csv": csv_bytes(test),
            "sample_submission.csv": _answer(ids, median),
            "data_dictionary.md": (Path(__file__).parent / "data_dictionary.md").read_bytes(),
        },
        truth=Truth(
            ids={"house_id": ids},
            columns={"sale_price": price[~in_train]},
            public=_public_rows(test["district"].to_numpy(), price[~in_train], streams("split")),
            unit=np.arange(len(test)),
        ),
        floor=_answer(ids, median),
        ceiling=_answer(ids, np.exp(worth[~in_train])),
    )


def _draw_town(rng: np.random.Generator) -> Town:
    for _ in range(MOST_DRAWS):
        town = draw_town(rng)
        houses = build(town, JUDGED_ROWS, rng)
        spread = float(np.std(log_price(town, houses) + noise(houses, rng)))
        if LOG_PRICE_SD_BAND[0] <= spread <= LOG_PRICE_SD_BAND[1]:
            return town
    raise InvalidChallenge(f"house_price_prediction/data.py: none of {MOST_DRAWS} towns was fit for a challenge")


def _with_giants(
    houses: pd.DataFrame, rows: NDArray[np.int64], rng: np.random.Generator
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Return houses of which a few are huge, excellent and sold half-built, and how much that cost in log price."""
    first = rng.integers(2600, 3600, size=len(rows)).astype(float)
    sold = houses["year_sold"].to_numpy()[rows]
    marks: dict[str, NDArray[np.generic] | float | str] = {
        "first_floor_sf": first,
        "second_floor_sf": rng.integers(1700, 2500, size=len(rows)).astype(float),
        "basement_sf": first,
        "basement_finished_sf": 0.0,
        "basement_quality": "Ex",
        "house_style": "two storeys",
        "overall_quality": 10,
        "year_built": sold,
        "year_remodelled": sold,
        "garage_type": "built in",
        "garage_cars": 3.0,
        "garage_sf": 760.0,
        "garage_year": sold.astype(float),
        "sale_type": "new",
        "sale_condition": "partial",
    }
    mixed = houses.copy()
    for column, values in marks.items():
        mixed.loc[rows, column] = values
    cost = np.zeros(len(houses))
    cost[rows] = rng.uniform(1.1, 1.5, size=len(rows))
    return mixed, cost


def _in_published_order(notes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with its columns shuffled: decoys must not stand together."""
    rest = [name for name in notes.columns if name not in (*FIRST_COLUMNS, "sale_price")]
    return notes[[*FIRST_COLUMNS, *(rest[place] for place in rng.permutation(len(rest))), "sale_price"]]


def _with_duplicates(train: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return the training rows, some of them twice, in random order."""
    twice = rng.choice(len(train), size=count, replace=False)
    rows = np.concatenate([np.arange(len(train)), twice])
    return train.iloc[rng.permutation(rows)]


def _public_rows(
    district: NDArray[np.object_], price: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Return which rows the public board uses: evenly spread over districts and, within them, over prices."""
    decile = np.searchsorted(np.quantile(price, np.linspace(0.1, 0.9, 9)), price)
    order = np.lexsort([rng.random(len(price)), decile, district])
    steps = np.floor(np.arange(len(price) + 1) * PUBLIC_SHARE + rng.random())
    public = np.zeros(len(price), dtype=np.bool_)
    public[order] = np.diff(steps) > 0
    return public


def _answer(ids: NDArray[np.str_], price: NDArray[np.float64]) -> bytes:
    return csv_bytes(pd.DataFrame({"house_id": ids, "sale_price": np.round(price, 2)}))
