"""A year of a web shop's invoices: which kinds of customers are there, and what should marketing do with each?

structure ──> Shop, what each action brings from each kind
people    ──> customers asked for and a pilot of others, whose answer to an action is known
paperwork ──> invoices without a name, a week uploaded twice, two currencies, a reseller's robot
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size
from challenges.worlds.ledger import CATEGORIES, DAYS, draw_people, draw_shop, keep_ledger

CUSTOMERS = {Size.SMALL: 1_900, Size.FULL: 25_000}
PILOT = 500
PUBLIC_SHARE = 0.3
KINDS = (7, 8)

ACTIONS = ("none", "vip", "winback", "upsell", "discount")
TENDENCY = {
    "loyal": (0, 1, -1, 1, -1),
    "bargain": (0, 0, 0, -1, 1),
    "gifter": (0, 0, 1, 1, -1),
    "bulk": (0, 1, 0, -1, 1),
    "lapsed": (0, -1, 1, -1, 0),
    "newbie": (0, -1, -1, 0, 1),
    "returner": (0, -1, -1, -1, -1),
    "night": (0, 0, -1, 1, 0),
    "collector": (0, 1, 0, 0, -1),
}
"""Which way each action works on each kind: regulars need no discount, and who sends goods back is best left alone."""
TENDENCY_CROWNS = 9.0
MARGIN_SD = 3.0
CUSTOMER_SD = 10.0
"""How far a single customer strays; four times what an action brings on average over a shop."""

NAMELESS = 0.04
FOREIGN_DAYS = (120, 150)
FOREIGN_SHARE = 0.5
ROBOT_EVERY_H = 9


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the ledger, a pilot of the actions, and kind and best action of the customers asked for."""
    shop = draw_shop(streams("structure"), kinds=int(streams("structure", 1).integers(KINDS[0], KINDS[1] + 1)))
    margin = _draw_margin(shop.kinds, streams("structure", 2))
    rate = round(float(streams("structure", 3).uniform(7.5, 13.0)), 2)
    count = CUSTOMERS[size] + PILOT
    people = draw_people(shop, count, streams("people"))
    lines = keep_ledger(shop, people, streams("ledger"))

    ids = streams.ids("customers", count + 1)
    asked, pilot = np.arange(CUSTOMERS[size]), np.arange(CUSTOMERS[size], count)
    kind = np.searchsorted(shop.kinds, people.kind)
    action = streams("pilot").integers(len(ACTIONS), size=PILOT)
    noise = streams("pilot", 1).normal(0, CUSTOMER_SD, size=PILOT)
    once_for_all = int(margin[kind[asked]].mean(axis=0).argmax())
    floor = _answer(ids[asked], np.zeros(len(asked), dtype=np.int64), np.full(len(asked), once_for_all))
    return Dataset(
        public={
            "invoices.csv": csv_bytes(_as_kept(lines, ids, rate, streams)),
            "pilot.csv": csv_bytes(
                pd.DataFrame(
                    {
                        "customer_id": ids[pilot],
                        "action": action,
                        "extra_margin_90d": np.round(margin[kind[pilot], action] + noise, 2),
                    }
                )
            ),
            "fx.csv": csv_bytes(pd.DataFrame({"currency": ["CR", "DUC"], "crowns": [1.0, rate]})),
            "sample_submission.csv": _answer(
                ids[asked], np.zeros(len(asked), dtype=np.int64), np.zeros(len(asked), dtype=np.int64)
            ),
        },
        truth=Truth(
            ids={"customer_id": ids[asked]},
            columns={"segment": people.kind[asked], "action": _worth(margin, once_for_all)[kind[asked]]},
            public=_public_rows(kind[asked], streams("split")),
            unit=asked,
        ),
        floor=floor,
    )


def _draw_margin(kinds: tuple[str, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return (kinds, actions) what an action brings more than doing nothing within 90 days, in crowns a customer."""
    tendency = TENDENCY_CROWNS * np.array([TENDENCY[kind] for kind in kinds], dtype=np.float64)
    margin = tendency + rng.normal(0, MARGIN_SD, size=tendency.shape)
    margin[:, 0] = 0.0
    return margin


def _worth(margin: NDArray[np.float64], once_for_all: int) -> NDArray[np.float64]:
    """Return (kinds, 1 + actions) what the best action and each action bring more than one action for everybody."""
    more = margin - margin[:, [once_for_all]]
    return np.asarray(np.round(np.column_stack([more.max(axis=1), more]), 4))


def _as_kept(lines: pd.DataFrame, ids: NDArray[np.str_], rate: float, streams: Streams) -> pd.DataFrame:
    """Return the ledger as the shop exports it, sorted by time, with its faults."""
    robot = _robot(len(ids) - 1, int(lines["invoice"].max()) + 1, streams("robot"))
    table = pd.concat([lines, robot], ignore_index=True)
    number, place = np.unique(2 * table["invoice"] + table["back"], return_inverse=True)
    nameless = streams("nameless").random(len(number)) < NAMELESS
    nameless[np.unique(place[lines.groupby("customer")["invoice"].idxmin()])] = False  # nobody is lost altogether
    foreign = streams("foreign").random(len(number)) < FOREIGN_SHARE
    names = np.char.add(np.where(number % 2 == 1, "C", "I"), streams.ids("invoices", len(number)))

    abroad = foreign[place] & table["day"].between(FOREIGN_DAYS[0], FOREIGN_DAYS[1] - 1).to_numpy()
    kept = pd.DataFrame(
        {
            "invoice": names[place],
            "customer_id": pd.Series(ids[table["customer"]]).mask(nameless[place]),
            "day": table["day"],
            "hour": table["hour"],
            "category": table["category"],
            "qty": table["qty"],
            "unit_price": np.round(table["unit_price"] / np.where(abroad, rate, 1.0), 2),
            "currency": np.where(abroad, "DUC", "CR"),
            "discount": table["discount"],
        }
    )
    week = int(streams("twice").integers(20, DAYS - 20))
    twice = kept[kept["day"].between(week, week + 6)]
    return pd.concat([kept, twice]).sort_values(["day", "hour", "invoice"], kind="stable")


def _robot(customer: int, first_invoice: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return what a reseller's program buys, day and night, for somebody who is no customer to send letters to."""
    hours = np.arange(0, 24 * DAYS, ROBOT_EVERY_H)
    return pd.DataFrame(
        {
            "customer": customer,
            "invoice": first_invoice + np.arange(len(hours)),
            "back": 0,
            "day": hours // 24,
            "hour": hours % 24,
            "category": rng.choice(CATEGORIES, size=len(hours)),
            "qty": rng.integers(20, 60, size=len(hours)),
            "unit_price": np.round(rng.uniform(4, 9, size=len(hours)), 2),
            "discount": 1,
        }
    )


def _public_rows(kind: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which customers the public board uses: 30 % of every kind."""
    order = np.lexsort([rng.random(len(kind)), kind])
    public = np.zeros(len(kind), dtype=np.bool_)
    public[order] = np.diff(np.floor(np.arange(len(kind) + 1) * PUBLIC_SHARE + rng.random())) > 0
    return public


def _answer(ids: NDArray[np.str_], segment: NDArray[np.int64], action: NDArray[np.int64]) -> bytes:
    return csv_bytes(pd.DataFrame({"customer_id": ids, "segment": segment, "action": action}))
