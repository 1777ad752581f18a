"""What five departments made of the clean tables before they exported them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.eda_planted_facts.chain import DRIVERS, FIRST_DAY, NONE, STORES, Chain, Plan, high
from challenges.minting import Streams

LB_PER_KG = 2.20462
CLOCK_DAYS, CLOCK_OFF_H = 40, 5
NO_PREP = 0.04
GIVEN = ["Ada", "Ben", "Carla", "Dario", "Elin", "Farid", "Greta", "Hugo", "Iris", "Jonas", "Kira", "Leon", "Mara",
         "Nils", "Olga", "Pavel", "Rosa", "Sami", "Tilda", "Umar", "Vera", "Wim", "Yara", "Zeno"]  # fmt: skip
FAMILY = ["Abel", "Borg", "Castro", "Diaz", "Egger", "Fontana", "Grün", "Haas", "Ivanov", "Jansen", "Keller", "Lindt",
          "Moreau", "Novak", "Olsen", "Pereira", "Quist", "Rossi", "Silva", "Toth", "Ullmann", "Vidal", "Weber",
          "Young", "Zeman"]  # fmt: skip


def products(chain: Chain, rng: Generator) -> pd.DataFrame:
    """Return the products with one supplier's weights in pounds and categories spelt as each typist liked."""
    table = chain.products.drop(columns="popularity")
    pounds = table["supplier"] == chain.plan.pound_supplier
    table["weight"] = np.round(table["weight"].where(~pounds, table["weight"] * LB_PER_KG), 3)
    table["category"] = [_spelt(name, rng) for name in table["category"]]
    return table.iloc[rng.permutation(len(table))]


def customers(chain: Chain, streams: Streams) -> tuple[pd.DataFrame, dict[int, int]]:
    """Return the customers, a few of them twice, and person -> second number."""
    rng = streams("customers")
    table = chain.customers.drop(columns="activity")
    count = len(table)
    table.insert(
        1, "name", [f"{a} {b}" for a, b in zip(rng.choice(GIVEN, count), rng.choice(FAMILY, count), strict=True)]
    )
    digits = 10_000_000 + rng.choice(80_000_000, size=count, replace=False)
    table.insert(2, "phone", [f"0{number // 10**6} {number % 10**6:06d}" for number in digits])
    twins = table[rng.random(count) < chain.plan.twins].copy()
    again = 80_000 + rng.permutation(9_999)[: len(twins)]
    numbers = dict(zip(twins["customer_id"].tolist(), again.tolist(), strict=True))
    twins["customer_id"] = again
    twins["name"] = [_mistyped(name, rng) for name in twins["name"]]
    twins["phone"] = ["+49 " + phone[1:3] + "-" + phone[4:] for phone in twins["phone"]]
    table = pd.concat([table, twins], ignore_index=True)
    lost = streams("birth gaps").random(len(table)) < np.where(_lost_birth(chain.plan, table), 0.38, 0.10)
    table["birth_year"] = table["birth_year"].astype("Int64").mask(lost)
    return table.iloc[rng.permutation(len(table))], numbers


def orders(chain: Chain, twins: dict[int, int], streams: Streams) -> pd.DataFrame:
    """Return the orders with gaps, codes, a shifted clock and doubles."""
    rng, plan = streams("orders"), chain.plan
    table = chain.orders.copy()
    silent = high(plan, table) if plan.answer_driver != NONE else np.zeros(len(table), dtype=np.bool_)
    quiet = rng.random(len(table)) < np.where(silent, 0.65, 0.25)
    table["satisfaction"] = table["satisfaction"].mask(quiet)
    prep = table["prep_s"].to_numpy().astype(np.int64)
    draw = rng.random(len(table))
    prep = np.where(draw < plan.impossible, rng.integers(8_000, 60_000, len(table)), prep)
    unmeasured = (draw >= plan.impossible) & (draw < plan.impossible + NO_PREP)
    table["prep_s"] = np.where(unmeasured, int(plan.code), prep)
    both = rng.random(len(table)) < 0.06
    for name in [*DRIVERS, "cup_c"]:
        lost = both if name in plan.together else rng.random(len(table)) < 0.04
        table[name] = table[name].mask(lost)
    second = table["customer_id"].map(twins)
    table["customer_id"] = (
        table["customer_id"].where(second.isna() | (rng.random(len(table)) < 0.5), second).astype(np.int64)
    )
    day = (table["time"] - FIRST_DAY).dt.days
    off = (table["store_id"] == plan.clock_store) & (day >= plan.clock_day) & (day < plan.clock_day + CLOCK_DAYS)
    table["time"] = table["time"].where(~off, table["time"] + pd.Timedelta(hours=CLOCK_OFF_H))
    table["session_id"] = table["session_id"].astype("Int64").mask(table["session_id"] == 0)
    twice = rng.random(len(table)) < plan.doubles
    rows = rng.permutation(np.concatenate([np.arange(len(table)), np.flatnonzero(twice)]))
    first = ["order_id", "time", "store_id", "customer_id", "channel", "session_id", "payment", "machine", "prep_s"]
    return table[[*first, *DRIVERS, "cup_c", "satisfaction"]].iloc[rows]


def lines(chain: Chain, rng: Generator) -> pd.DataFrame:
    """Return the lines: a few of products that nobody knows, and one store's prices with decimal commas."""
    table = chain.lines.copy()
    lost = rng.random(len(table)) < chain.plan.orphans
    table["product_id"] = np.where(
        lost, rng.choice([f"X{number}" for number in range(20, 29)], len(table)), table["product_id"]
    )
    store = table["order_id"].map(chain.orders.set_index("order_id")["store_id"])
    written = table["price"].map("{:.2f}".format)
    table["price"] = written.where(store != chain.plan.comma_store, written.str.replace(".", ",", regex=False))
    return table.iloc[rng.permutation(len(table))]


def sessions(chain: Chain, rng: Generator) -> pd.DataFrame:
    table = chain.sessions.copy()
    driven = {
        "device": table["device"] == "web",
        "arm": table["arm"] == "B",
        "hour": table["started"].dt.hour >= 16,
        NONE: pd.Series(False, index=table.index),
    }[chain.plan.minutes_driver]
    lost = rng.random(len(table)) < np.where(driven, 0.30, 0.08)
    table["minutes"] = table["minutes"].mask(lost)
    return table.iloc[rng.permutation(len(table))]


def stores(chain: Chain, rng: Generator) -> pd.DataFrame:
    return chain.stores.iloc[rng.permutation(len(STORES))]


def _lost_birth(plan: Plan, table: pd.DataFrame) -> NDArray[np.bool_]:
    return {
        "segment": table["segment"] == "worker",
        "came_by": table["came_by"] == "poster",
        "card": table["card"] == "no",
        "home_region": table["home_region"] == "south",
        NONE: pd.Series(False, index=table.index),
    }[plan.birth_driver].to_numpy()


def _spelt(name: str, rng: Generator) -> str:
    variants = [name, name, name.capitalize(), name.upper(), f"{name} ", name.replace(" ", "-"), f" {name.title()}"]
    return str(rng.choice(variants))


def _mistyped(name: str, rng: Generator) -> str:
    place = int(rng.integers(1, len(name) - 2))
    return name[:place] + name[place + 1] + name[place] + name[place + 2 :]
