"""A coffee chain's year as it really was: stores, products, customers, orders, lines and app sessions, all clean.

    structure ──> Plan (who, when, how much: every planted fact) ──> build ──> Chain (tables without a fault)

What a Plan switches off is as much a fact as what it plants: some questions have the answer "none".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]

FIRST_DAY = pd.Timestamp("2029-01-01")  # a Monday
DAYS = 364
OPENS_H, CLOSES_H = 6, 21

STORES = [f"S{number:02d}" for number in range(1, 25)]
REGIONS = ["north", "east", "south", "west"]
CATEGORIES = ["coffee", "tea", "cold drinks", "pastry", "sandwiches", "beans", "mugs", "juice", "cakes"]
SUPPLIERS = ["Alba", "Bruno", "Corva", "Dolce", "Estate", "Fiora"]
SEGMENTS = ["student", "worker", "retired", "manager"]
CAME_BY = ["friend", "poster", "search", "leaflet", "walk-in"]
PAYMENTS = ["cash", "card", "phone", "voucher"]
DEVICES = ["android", "ios", "web"]
DRIVERS = ["queue", "noise_db", "room_c", "light_lux"]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
PERIODS_DAYS = [14, 28, 91, 182]
CODES = ["-999", "-1", "0", "9999", "88888"]
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The secret of one edition: every fact that can be asked for and was not left to chance."""

    categories: int
    doubles: float
    """Share of the orders that are exported twice; likewise persons, lines of unknown products, impossible times."""
    twins: float
    orphans: float
    impossible: float
    pound_supplier: str
    code: str
    clock_store: str
    clock_day: int
    comma_store: str
    silent_store: str
    silent_day: int
    modes: int
    prep_scale: float
    answer_driver: str
    birth_driver: str
    minutes_driver: str
    together: tuple[str, str]
    pleased: float
    """Satisfaction of a guest whom nothing annoys."""
    driver: str
    decoy: str
    machine_effect: float
    best_cup_c: float
    prep_factor_app: float
    prep_slope: float
    card_items: float
    paying: str
    """Who pays in this way takes more; `none` where nobody does."""
    app_day: int
    weekday: int
    period_days: int
    """0 where there is no season."""
    inflation: float
    """Growth of prices per month."""
    busy_week: int
    refund_day: int
    peak_hour: int
    activity_sd: float
    rare_came_by: str
    session_rate: float
    arm_effect: float


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The clean tables, and the plan that they were made by."""

    plan: Plan
    stores: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    """One row a person."""
    orders: pd.DataFrame
    lines: pd.DataFrame
    sessions: pd.DataFrame


def draw_plan(rng: Generator) -> Plan:
    stores = [str(store) for store in rng.permutation(STORES)[:3]]
    driver, decoy = (str(name) for name in rng.permutation(DRIVERS)[:2])
    pair = sorted(str(name) for name in rng.permutation([*DRIVERS, "cup_c"])[:2])
    return Plan(
        categories=int(rng.integers(6, 10)),
        doubles=float(rng.uniform(0.010, 0.022)),
        twins=float(rng.uniform(0.02, 0.045)),
        orphans=float(rng.uniform(0.005, 0.012)),
        impossible=float(rng.uniform(0.003, 0.007)),
        pound_supplier=_some(rng, SUPPLIERS, off=0.15),
        code=str(rng.choice(CODES)),
        clock_store=stores[0],
        clock_day=int(rng.integers(60, 260)),
        comma_store=stores[1],
        silent_store=stores[2],
        silent_day=int(rng.integers(40, 300)),
        modes=int(rng.integers(1, 4)),
        prep_scale=float(rng.uniform(0.8, 1.25)),
        answer_driver=_some(rng, ["channel", "payment", "weekend", "morning"]),
        birth_driver=_some(rng, ["segment", "came_by", "card", "home_region"]),
        minutes_driver=_some(rng, ["device", "arm", "hour"]),
        together=(pair[0], pair[1]),
        pleased=float(rng.uniform(68, 78)),
        driver=driver,
        decoy=decoy,
        machine_effect=float(rng.choice([-3.0, 0.0, 3.0])),
        best_cup_c=float(np.round(rng.uniform(57, 71), 1)),
        prep_factor_app=float(rng.choice([0.3, 1.0, 2.2])),
        prep_slope=float(rng.uniform(1.4, 2.2)),
        card_items=float(rng.choice([0.0, rng.uniform(0.35, 0.6), rng.uniform(0.35, 0.6)])),
        paying=_some(rng, PAYMENTS),
        app_day=int(rng.integers(90, 270)),
        weekday=int(rng.integers(0, 7)),
        period_days=int(rng.choice([0, *PERIODS_DAYS])),
        inflation=float(rng.uniform(0.006, 0.02)),
        busy_week=int(rng.integers(4, 48)),
        refund_day=int(rng.integers(20, 340)),
        peak_hour=int(rng.choice([7, 8, 9, 12, 13, 17])),
        activity_sd=float(rng.uniform(0.5, 0.9)),
        rare_came_by=_some(rng, CAME_BY),
        session_rate=float(rng.uniform(0.34, 0.46)),
        arm_effect=float(rng.choice([-0.06, 0.0, 0.06])),
    )


def build(plan: Plan, orders: int, persons: int, rng: Generator) -> Chain:
    """Return the clean tables of so many orders and persons."""
    stores, charm = _stores(rng)
    products = _products(plan, rng)
    customers = _customers(plan, persons, rng)
    table, sessions = _sessions(plan, _orders(plan, stores, customers, orders, rng), rng)
    items = _items(plan, table, customers, charm, rng)
    lines = _lines(plan, table, items, products, rng)
    table["satisfaction"] = _satisfaction(plan, table, charm, rng)
    return Chain(
        plan=plan, stores=stores, products=products, customers=customers, orders=table, lines=lines, sessions=sessions
    )


def high(plan: Plan, table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return the orders on which guests answer less often, or by whose channel alone they differ where none do."""
    hour = table["time"].dt.hour
    kinds = {
        "channel": table["channel"] == "app",
        "payment": table["payment"] == "cash",
        "weekend": table["time"].dt.day_of_week >= 5,
        "morning": hour < 11,
        NONE: table["channel"] == "app",
    }
    chosen: NDArray[np.bool_] = kinds[plan.answer_driver].to_numpy(dtype=np.bool_)
    return chosen


def _some(rng: Generator, names: list[str], off: float = 0.25) -> str:
    return NONE if rng.random() < off else str(rng.choice(names))


def _stores(rng: Generator) -> tuple[pd.DataFrame, pd.Series]:
    """Return the stores, and by how many standard deviations guests like each of them better than the mean."""
    charm = pd.Series(rng.permutation(np.linspace(-1.65, 1.65, len(STORES))), index=STORES)
    table = pd.DataFrame(
        {
            "store_id": STORES,
            "region": rng.permutation(np.repeat(REGIONS, len(STORES) // 4)),
            "size_m2": rng.integers(45, 210, len(STORES)),
            "opened": rng.integers(2009, 2029, len(STORES)),
        }
    )
    return table, charm


def _products(plan: Plan, rng: Generator) -> pd.DataFrame:
    """Return 72 products; a category has a typical weight, whoever supplies it."""
    names = list(rng.permutation(CATEGORIES)[: plan.categories])
    count = 72
    category = np.resize(names, count)
    typical = dict(zip(names, rng.uniform(0.15, 0.7, len(names)), strict=True))
    dear = dict(zip(names, rng.uniform(2.5, 9, len(names)), strict=True))
    price = np.round(np.array([dear[name] for name in category]) * rng.lognormal(0, 0.3, count), 2)
    return pd.DataFrame(
        {
            "product_id": [f"P{number:03d}" for number in rng.permutation(np.arange(100, 100 + count))],
            "category": category,
            "supplier": rng.permutation(np.resize(SUPPLIERS, count)),
            "list_price": price,
            "unit_cost": np.round(price * rng.uniform(0.3, 0.6, count), 2),
            "weight": np.round(np.array([typical[name] for name in category]) * rng.lognormal(0, 0.15, count), 3),
            "popularity": rng.lognormal(0, 0.9, count),
        }
    )


def _customers(plan: Plan, count: int, rng: Generator) -> pd.DataFrame:
    segment = rng.choice(SEGMENTS, count, p=[0.3, 0.4, 0.15, 0.15])
    card = rng.random(count) < pd.Series(segment).map(dict(zip(SEGMENTS, (0.15, 0.35, 0.45, 0.7), strict=True)))
    came_by = rng.choice(CAME_BY, count)
    born = {"student": (2007, 3), "worker": (1990, 9), "retired": (1955, 6), "manager": (1980, 8)}
    birth = [np.clip(rng.normal(*born[name]), 1930, 2012) for name in segment]
    return pd.DataFrame(
        {
            "customer_id": rng.permutation(np.arange(10_000, 10_000 + count)),
            "segment": segment,
            "card": np.where(card, "yes", "no"),
            "came_by": came_by,
            "home_region": rng.choice(REGIONS, count),
            "birth_year": np.round(birth).astype(np.int64),
            "activity": rng.lognormal(0, plan.activity_sd, count) * np.where(came_by == plan.rare_came_by, 0.5, 1.0),
        }
    )


def _orders(plan: Plan, stores: pd.DataFrame, customers: pd.DataFrame, count: int, rng: Generator) -> pd.DataFrame:
    day = np.arange(DAYS)
    weekday = np.where(day % 7 == plan.weekday, 1.35, np.array([0.9, 0.95, 1.0, 0.97, 1.03, 1.05, 0.93])[day % 7])
    season = 1 + 0.3 * np.sin(2 * np.pi * (day / plan.period_days + rng.random())) if plan.period_days else 1.0
    weight = weekday * season * np.where(day // 7 == plan.busy_week, 1.8, 1.0)
    of_day = rng.choice(DAYS, size=count, p=weight / weight.sum())
    hours = np.arange(OPENS_H, CLOSES_H)
    bump = np.exp(-0.5 * ((hours - 8) / 1.5) ** 2) + 0.8 * np.exp(-0.5 * ((hours - 13) / 2) ** 2) + 0.35
    bump = np.where(hours == plan.peak_hour, 1.35 * bump.max(), bump)
    hour = rng.choice(hours, size=count, p=bump / bump.sum())
    crowd = rng.lognormal(0, 0.3, len(STORES))
    store = rng.choice(len(STORES), size=count, p=crowd / crowd.sum())
    # What the silent store would have sold in its two weeks goes to its neighbour.
    silent = (store == STORES.index(plan.silent_store)) & (of_day >= plan.silent_day) & (of_day < plan.silent_day + 15)
    store = np.where(silent, (store + 1) % len(STORES), store)
    activity = customers["activity"].to_numpy()
    app = rng.random(count) < np.where(of_day < plan.app_day, 0.3, 0.5)
    time = FIRST_DAY + pd.to_timedelta(of_day * 86_400 + hour * 3600 + rng.integers(0, 3600, count), unit="s")
    return pd.DataFrame(
        {
            "order_id": rng.permutation(np.arange(500_000, 500_000 + count)),
            "time": time,
            "store_id": np.array(STORES)[store],
            "customer_id": customers["customer_id"].to_numpy()[
                rng.choice(len(customers), size=count, p=activity / activity.sum())
            ],
            "channel": np.where(app, "app", "counter"),
        }
    )


def _items(
    plan: Plan, table: pd.DataFrame, customers: pd.DataFrame, charm: pd.Series, rng: Generator
) -> NDArray[np.int64]:
    """Choose how each order is paid, and return how many items it holds."""
    store = table["store_id"].map(charm)
    # Well-liked stores sell larger baskets, and take less cash: payments differ for that alone.
    cash = rng.random(len(table)) < 0.45 - 0.2 * store
    table["payment"] = np.where(cash, "cash", rng.choice(PAYMENTS[1:], len(table), p=[0.5, 0.3, 0.2]))
    person = customers.set_index("customer_id").loc[table["customer_id"]]
    mean = person["segment"].map(dict(zip(SEGMENTS, (0.5, 0.9, 0.8, 1.6), strict=True))).to_numpy()
    mean = mean + plan.card_items * (person["card"] == "yes").to_numpy() + 0.15 * store.to_numpy()
    extra = 0.45 * (table["payment"] == plan.paying).to_numpy()
    return 1 + rng.poisson(np.maximum(mean + extra, 0.05)).astype(np.int64)


def _lines(
    plan: Plan, table: pd.DataFrame, items: NDArray[np.int64], products: pd.DataFrame, rng: Generator
) -> pd.DataFrame:
    """Return one line a product of an order, and one with a negative quantity for what came back."""
    order = np.repeat(np.arange(len(table)), items)
    popularity = products["popularity"].to_numpy()
    product = rng.choice(len(products), size=len(order), p=popularity / popularity.sum())
    time = table["time"].to_numpy()[order]
    month = (pd.DatetimeIndex(time) - FIRST_DAY).days.to_numpy() / (DAYS / 12)
    noise = rng.choice([1.0, 1.0, 1.0, 0.9, 0.95], len(order))
    price = np.round(products["list_price"].to_numpy()[product] * (1 + plan.inflation) ** month * noise, 2)
    lines = pd.DataFrame(
        {
            "order_id": table["order_id"].to_numpy()[order],
            "product_id": products["product_id"].to_numpy()[product],
            "quantity": 1,
            "price": price,
        }
    )
    bad_day = (pd.DatetimeIndex(time) - FIRST_DAY).days.to_numpy() == plan.refund_day
    # The goods that sell best come back most often: the order of categories by margin is not the order by sales.
    sales = (lines["price"] * 1.0).groupby(products["category"].to_numpy()[product]).sum()
    often = products["category"].to_numpy()[product] == sales.idxmax()
    back = rng.random(len(lines)) < np.where(bad_day, 0.45, np.where(often, 0.12, 0.02))
    return pd.concat([lines, lines[back].assign(quantity=-1)], ignore_index=True)


def _satisfaction(plan: Plan, table: pd.DataFrame, charm: pd.Series, rng: Generator) -> Array:
    """Measure what may please or annoy a guest, and return what each of them would answer, 0 to 100."""
    count = len(table)
    store = table["store_id"].map(charm).to_numpy()
    means, sds = {"queue": 5, "noise_db": 62, "room_c": 21.5, "light_lux": 320}, (1.6, 5, 1.2, 60)
    for name, sd in zip(DRIVERS, sds, strict=True):
        between = 1.5 * store if name == plan.decoy else 0.3 * rng.standard_normal(len(STORES))[_codes(table)]
        table[name] = np.round(means[name] + sd * (between + rng.standard_normal(count)), 1)
    side = 1.0 if plan.machine_effect >= 0 else -1.0
    table["machine"] = np.where(rng.random(count) < 1 / (1 + np.exp(1.8 * side * store)), "B", "A")
    table["cup_c"] = np.round(rng.normal(64, 7, count), 1)
    part = rng.integers(0, plan.modes, count)
    fastest_s = plan.prep_scale * (230.0 if plan.modes == 1 else 90.0)
    table["prep_s"] = np.round(fastest_s * 2.6**part * rng.lognormal(0, 0.22, count))
    within = dict(zip(DRIVERS, sds, strict=True))
    score = plan.pleased + 4.0 * store + plan.machine_effect * (table["machine"] == "B").to_numpy()
    for name in DRIVERS:
        weight = 5.0 if name == plan.driver else 0.0 if name == plan.decoy else 1.0
        score -= weight * (table[name].to_numpy() - means[name]) / within[name]
    score -= 0.03 * (table["cup_c"].to_numpy() - plan.best_cup_c) ** 2
    slope = plan.prep_slope * np.where(table["channel"] == "app", plan.prep_factor_app, 1.0)
    score -= slope * (table["prep_s"].to_numpy() / 60 - 4) + 6.0 * high(plan, table)
    noisy: Array = np.asarray(score + rng.normal(0, 7, count), dtype=np.float64)
    return noisy.clip(0, 100).round(1)


def _sessions(plan: Plan, table: pd.DataFrame, rng: Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the orders with the session that each app order came from, and all sessions, most without an order."""
    app = np.flatnonzero(table["channel"] == "app")
    first = rng.permutation(app)
    # Some send a second order from the same session: two rows join one, and a naive rate counts it twice.
    seconds = rng.random(len(first)) < 0.12
    seconds[0] = False
    group = np.cumsum(~seconds) - 1
    converted = int(group[-1]) + 1
    rate = {"A": plan.session_rate, "B": plan.session_rate + plan.arm_effect}
    idle = {arm: round(converted / sum(rate.values()) * (1 - rate[arm])) for arm in rate}
    arm = np.concatenate(
        [
            np.where(rng.random(converted) < rate["B"] / sum(rate.values()), "B", "A"),
            np.repeat(["A", "B"], [*idle.values()]),
        ]
    )
    count = len(arm)
    ids = rng.permutation(np.arange(900_000, 900_000 + count))
    lead = first[~seconds]
    started = table["time"].to_numpy()[np.concatenate([lead, rng.choice(lead, count - converted)])]
    started = started - (rng.integers(60, 900, count) * 10**9).astype("timedelta64[ns]")
    linked = table.copy()
    linked["session_id"] = np.zeros(len(table), dtype=np.int64)
    linked.loc[first, "session_id"] = ids[group]
    own = table["customer_id"].to_numpy()
    linked.loc[first, "customer_id"] = own[lead][group]
    sessions = pd.DataFrame(
        {
            "session_id": ids,
            "customer_id": np.concatenate([own[lead], rng.choice(own, count - converted)]),
            "started": pd.DatetimeIndex(started).floor("s"),
            "device": rng.choice(DEVICES, count, p=[0.45, 0.4, 0.15]),
            "arm": arm,
            "minutes": np.round(rng.lognormal(1.2, 0.6, count), 1),
        }
    )
    return linked, sessions


def _codes(table: pd.DataFrame) -> NDArray[np.int64]:
    return pd.Index(STORES).get_indexer(pd.Index(table["store_id"])).astype(np.int64)
