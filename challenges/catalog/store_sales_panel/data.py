"""Two and a half years of a grocery chain's sales: forecast the next four weeks of every store and family.

structure ──> Chain, calendar        sales ──> expected units, what was sold
paperwork ──> days exported twice, a store that counted cases, no oil price on weekends
split     ──> days 1 to 10 of the four weeks are public, the later ones private
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.store_sales_panel.chain import (
    FAMILIES,
    REGIONS,
    TEST_DAYS,
    TYPES,
    Calendar,
    Chain,
    draw_calendar,
    draw_chain,
    draw_promotions,
    expected_units,
    sell,
)
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

STORES = {Size.SMALL: 15, Size.FULL: 54}
PUBLIC_DAYS = 10
DOUBLED_DAYS = 0.005
CASE_UNITS = 12
CASE_DAYS = 30
DRAWS_FOR_BEST = 400
"""Of what could be sold, to find the best answer under RMSLE: its error adds less than a thousandth to the score."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the past of every series, what is known of the coming weeks, and what will be sold in them."""
    chain = draw_chain(STORES[size], streams("structure"))
    calendar = draw_calendar(streams("calendar"))
    items = draw_promotions(chain, len(calendar.days), streams("promotions"))
    expected = expected_units(chain, calendar, items, streams("drift"))
    units = sell(chain, expected, items, streams("sales"))

    past = _long(calendar.days[:-TEST_DAYS], items[..., :-TEST_DAYS]).assign(
        units=_as_counted(units[..., :-TEST_DAYS], chain, streams("cases")).ravel()
    )
    test = _long(calendar.days[-TEST_DAYS:], items[..., -TEST_DAYS:])
    order = streams("shuffle").permutation(len(test))
    ids = streams.ids("rows", len(test))
    sold, best = units[..., -TEST_DAYS:].ravel()[order], _best(chain, expected, items, streams("best")).ravel()[order]
    usual = np.full(len(test), float(np.median(past["units"])))
    yesterday = np.repeat(units[..., -TEST_DAYS - 1].ravel().astype(np.float64), TEST_DAYS)[order]
    series, day = np.divmod(order, TEST_DAYS)
    public = day < PUBLIC_DAYS
    off = np.broadcast_to(calendar.off[chain.region][:, None, -TEST_DAYS:], (*chain.level.shape, TEST_DAYS))
    return Dataset(
        public={
            "train.csv": csv_bytes(_with_doubled_days(past, streams("doubled"))),
            "test.csv": csv_bytes(test.iloc[order].assign(id=ids)[["id", "date", "store", "family", "promo_items"]]),
            "stores.csv": csv_bytes(_stores(chain)),
            "holidays.csv": csv_bytes(calendar.entries),
            "oil.csv": csv_bytes(_oil(calendar)),
            "transactions.csv": csv_bytes(_transactions(calendar, units, streams("transactions"))),
            "sample_submission.csv": _answer(ids, usual),
        },
        truth=Truth(
            ids={"id": ids},
            columns={"units": sold},
            facts={
                "promoted": (items[..., -TEST_DAYS:].ravel()[order] > 0).astype(np.int64),
                "holiday": off.ravel()[order].astype(np.int64),
            },
            public=public,
            unit=2 * series + public,  # the days of one series go wrong together
        ),
        floor=_answer(ids, yesterday),  # without skill, and better than any constant
        ceiling=_answer(ids, best),
    )


def _long(days: NDArray[np.datetime64], items: NDArray[np.int64]) -> pd.DataFrame:
    """Return one row a store, family and day, in that order."""
    stores, families, count = items.shape
    return pd.DataFrame(
        {
            "date": np.tile(days.astype(str), stores * families),
            "store": np.repeat(_names(stores), families * count),
            "family": np.tile(np.repeat(FAMILIES, count), stores),
            "promo_items": items.ravel(),
        }
    )


def _names(stores: int) -> NDArray[np.str_]:
    return np.array([f"S{number:02d}" for number in range(1, stores + 1)])


def _as_counted(units: NDArray[np.int64], chain: Chain, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the sales of which one store, long open, counted cases for a month."""
    store = int(rng.choice(np.flatnonzero(chain.opened == 0)))
    first = int(rng.integers(units.shape[2] - 250, units.shape[2] - 60))
    counted = units.copy()
    month = counted[store, :, first : first + CASE_DAYS]
    counted[store, :, first : first + CASE_DAYS] = np.round(month / CASE_UNITS)
    return counted


def _with_doubled_days(past: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the sales in order of time; some days of a store were exported twice."""
    pairs, place = np.unique(past["date"] + past["store"], return_inverse=True)
    twice = rng.random(len(pairs)) < DOUBLED_DAYS
    table = pd.concat([past, past[twice[place]]])
    columns = ["date", "store", "family", "units", "promo_items"]
    return table.sort_values(["date", "store", "family"], kind="stable")[columns]


def _best(
    chain: Chain, expected: NDArray[np.float64], items: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.float64]:
    """Return for the days asked for what costs least under RMSLE: exp(E[ln(1 + units)]) - 1."""
    mean = np.zeros(expected[..., -TEST_DAYS:].shape)
    for _ in range(DRAWS_FOR_BEST):
        mean += np.log1p(sell(chain, expected[..., -TEST_DAYS:], items[..., -TEST_DAYS:], rng))
    return np.asarray(np.expm1(mean / DRAWS_FOR_BEST))


def _stores(chain: Chain) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "store": _names(len(chain.region)),
            "region": REGIONS[chain.region],
            "type": TYPES[chain.kind],
        }
    )


def _oil(calendar: Calendar) -> pd.DataFrame:
    """Return the price on trading days; markets rest at the weekend, so those cells are blank."""
    weekend = (calendar.days.astype("datetime64[D]").view(np.int64) + 3) % 7 >= 5
    return pd.DataFrame({"date": calendar.days.astype(str), "price": pd.Series(calendar.oil).mask(pd.Series(weekend))})


def _transactions(calendar: Calendar, units: NDArray[np.int64], rng: np.random.Generator) -> pd.DataFrame:
    """Return how many customers paid, store by store; of the weeks asked for nobody knows it yet."""
    sold = units[..., :-TEST_DAYS].sum(axis=1)
    paid = rng.poisson(sold / 4.5 * np.exp(rng.normal(0, 0.06, size=sold.shape)))
    stores, days = sold.shape
    table = pd.DataFrame(
        {
            "date": np.tile(calendar.days[:-TEST_DAYS].astype(str), stores),
            "store": np.repeat(_names(stores), days),
            "transactions": paid.ravel(),
        }
    )
    return table[table["transactions"] > 0].sort_values(["date", "store"], kind="stable")


def _answer(ids: NDArray[np.str_], units: NDArray[np.float64]) -> bytes:
    return csv_bytes(pd.DataFrame({"id": ids, "units": np.round(units, 3)}))
