"""Forty-three questions about the chain, and their answers from the clean tables and the plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.eda_planted_facts import dirt
from challenges.catalog.eda_planted_facts.chain import (
    CAME_BY,
    CATEGORIES,
    CLOSES_H,
    CODES,
    DRIVERS,
    NONE,
    OPENS_H,
    PAYMENTS,
    PERIODS_DAYS,
    REGIONS,
    STORES,
    SUPPLIERS,
    WEEKDAYS,
    Chain,
)
from challenges.catalog.eda_planted_facts.questions import Fields, Question, choice, count, date, number


@dataclass(frozen=True, kw_only=True)
class Exports:
    """The dirty tables."""

    stores: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    sessions: pd.DataFrame


def ask(chain: Chain, exports: Exports) -> list[Question]:
    """Return all questions, family by family."""
    families = {
        "quality": _quality(chain, exports),
        "distribution": _distribution(chain, exports),
        "missing": _missing(chain),
        "relations": _relations(chain),
        "time": _time(chain),
        "joins": _joins(chain),
    }
    return [Question(family=family, **fields) for family, asked in families.items() for fields in asked]


def _quality(chain: Chain, exports: Exports) -> Iterator[Fields]:
    plan = chain.plan
    yield count(
        "double_orders",
        "How many rows of orders.csv are exact doubles of an earlier row?",
        int(exports.orders["order_id"].duplicated().sum()),
    )
    yield count(
        "persons",
        "How many different persons stand in customers.csv? Some were entered twice, with a typing error.",
        len(chain.customers),
        share=0.005,
    )
    yield choice(
        "clock_store",
        f"The clock of one store was {dirt.CLOCK_OFF_H} hours ahead for {dirt.CLOCK_DAYS} days. Which store's?"
        f" Stores are open from {OPENS_H} to {CLOSES_H} o'clock.",
        plan.clock_store,
        STORES,
    )
    yield date("clock_day", "On which day did that clock go wrong?", plan.clock_day, 3)
    yield choice(
        "pound_supplier",
        "Weights are meant to be in kg. Which supplier writes pounds? Answer none if nobody does.",
        plan.pound_supplier,
        [*SUPPLIERS, NONE],
    )
    yield choice("prep_code", "Which number in prep_s stands for 'not measured'?", plan.code, CODES)
    yield count(
        "orphan_lines",
        "How many rows of lines.csv name a product that is not in products.csv?",
        int((~exports.lines["product_id"].isin(exports.products["product_id"])).sum()),
    )
    yield count("categories", "How many categories of products are there really?", plan.categories, share=0.0)


def _distribution(chain: Chain, exports: Exports) -> Iterator[Fields]:
    worth = order_worth(chain.orders, chain.lines)
    kept = exports.orders.drop_duplicates("order_id")
    impossible = int(((kept["prep_s"] > 7200) & (kept["prep_s"] != int(chain.plan.code))).sum())
    spend = (
        chain.orders.assign(worth=worth.reindex(chain.orders["order_id"]).to_numpy())
        .groupby("customer_id")["worth"]
        .sum()
    )
    prep_s = chain.orders["prep_s"].to_numpy()
    yield number(
        "median_order",
        "What is the median worth of an order in $, before refunds?",
        float(worth.median()),
        4 * 1.25 * float(worth.std()) / np.sqrt(len(worth)),
    )
    yield number(
        "mean_weight",
        "What is the mean weight of the products in kg, each counted once?",
        float(chain.products["weight"].mean()),
        0.01 * float(chain.products["weight"].mean()),
    )
    yield choice(
        "prep_modes",
        "How many peaks has the distribution of the logarithm of prep_s?",
        str(chain.plan.modes),
        ["1", "2", "3"],
    )
    yield number(
        "prep_p90",
        "Below which prep_s do 90 % of the measured, possible values lie?",
        float(np.quantile(prep_s, 0.9)),
        0.02 * float(np.quantile(prep_s, 0.9)),
    )
    yield number(
        "spend_gini",
        "What is the Gini coefficient of the spend per person who ordered, before refunds?",
        gini(spend.to_numpy()),
        0.006,
    )
    yield number(
        "log_worth_sd",
        "What is the standard deviation of the natural logarithm of an order's worth, before refunds?",
        float(np.log(worth).std()),
        0.01 * float(np.log(worth).std()),
    )
    yield count(
        "impossible_prep",
        "How many orders have a prep_s of more than two hours? Do not count doubles, nor the code for 'not measured'.",
        impossible,
        share=0.03,
    )


def _missing(chain: Chain) -> Iterator[Fields]:
    plan = chain.plan
    satisfaction = chain.orders["satisfaction"]
    yield choice(
        "satisfaction_gaps",
        "On what does it depend whether satisfaction is missing? weekend means Saturday and Sunday, morning before 11"
        " o'clock. Answer none if on none of these.",
        plan.answer_driver,
        ["channel", "payment", "weekend", "morning", NONE],
    )
    yield number(
        "satisfaction_mean",
        "What would the mean satisfaction be if every guest had answered?",
        float(satisfaction.mean()),
        4 * float(satisfaction.std()) / np.sqrt(0.5 * len(satisfaction)),
    )
    yield choice(
        "birth_gaps",
        "On which column of customers.csv does it depend whether birth_year is missing? Answer none if on"
        " none of these.",
        plan.birth_driver,
        ["segment", "came_by", "card", "home_region", NONE],
    )
    yield choice(
        "minutes_gaps",
        "On what does it depend whether minutes is missing in sessions.csv? hour is the hour of day at which"
        " it started. Answer none if on none of these.",
        plan.minutes_driver,
        ["device", "arm", "hour", NONE],
    )
    yield {
        "topic": "missing_together",
        "text": "Which two measurements of orders.csv are always missing together?",
        "type": "set",
        "value": list(plan.together),
        "options": (*DRIVERS, "cup_c"),
    }
    yield choice("silent_store", "One store sent no orders at all for fifteen days. Which?", plan.silent_store, STORES)
    yield date("silent_day", "On which day did its silence begin?", plan.silent_day, 3)


def _relations(chain: Chain) -> Iterator[Fields]:
    plan = chain.plan
    ways = ["raises", "lowers", "no difference"]
    counter = chain.orders["channel"] == "counter"
    minutes = chain.orders.loc[counter, "prep_s"] / 60
    noise = float(chain.orders["satisfaction"].std())
    yield choice(
        "strongest_driver",
        "Within one and the same store, which of these moves satisfaction most, per standard deviation?",
        plan.driver,
        DRIVERS,
    )
    yield choice(
        "machine",
        "Within one and the same store: does a drink from machine B, rather than A, change satisfaction?",
        ways[0] if plan.machine_effect > 0 else ways[1] if plan.machine_effect < 0 else ways[2],
        ways,
    )
    yield number(
        "best_cup", "At which temperature of the cup (cup_c) is satisfaction highest, in degrees?", plan.best_cup_c, 0.8
    )
    yield choice(
        "prep_by_channel",
        "Where does a long wait (prep_s) hurt satisfaction more: at the counter or in the app? Answer alike if"
        " there is no difference.",
        "app" if plan.prep_factor_app > 1 else "counter" if plan.prep_factor_app < 1 else "alike",
        ["app", "counter", "alike"],
    )
    yield number(
        "prep_slope",
        "By how many points does satisfaction fall with each further minute of prep_s at the counter?",
        plan.prep_slope,
        4 * noise / float(minutes.std()) / np.sqrt(0.5 * len(minutes)),
    )
    yield number(
        "card_items",
        "How many more items does a customer with a card take per order than one without in the same segment? 0 is a"
        " possible answer. Refunds are no items.",
        plan.card_items,
        0.09,
    )
    yield choice(
        "payment_items",
        "Within one and the same store: whoever pays in which way takes markedly more items than all others?"
        " Answer none if nobody does.",
        plan.paying,
        [*PAYMENTS, NONE],
    )


def _time(chain: Chain) -> Iterator[Fields]:
    plan = chain.plan
    yield date("app_day", "From which day on did a much larger share of the orders come by the app?", plan.app_day, 3)
    yield choice("peak_weekday", "On which weekday are most orders placed?", WEEKDAYS[plan.weekday], WEEKDAYS)
    yield choice(
        "season",
        "Beside the week, after how many days does the number of orders a day repeat its ups and downs? Answer"
        " none if it does not.",
        str(plan.period_days) if plan.period_days else NONE,
        [*map(str, PERIODS_DAYS), NONE],
    )
    yield number(
        "inflation",
        "By how many percent a month do prices grow? A month is a twelfth of the 364 days; list_price is the"
        " price on the first of them, and growth is compound.",
        100 * plan.inflation,
        0.05,
    )
    yield date(
        "busy_week",
        "One week, Monday to Sunday, had far more orders than its season explains. On which Monday did it begin?",
        7 * plan.busy_week,
        1,
    )
    yield date("refund_day", "On which day was an extraordinary share of goods brought back?", plan.refund_day, 0)
    yield choice(
        "peak_hour",
        "In which hour of the day are most orders placed? 8 stands for 8:00 to 8:59.",
        str(plan.peak_hour),
        [str(hour) for hour in range(OPENS_H, CLOSES_H)],
    )


def _joins(chain: Chain) -> Iterator[Fields]:
    plan = chain.plan
    goods = chain.lines.merge(chain.products, on="product_id").merge(
        chain.orders[["order_id", "store_id"]], on="order_id"
    )
    margin = margins(chain)
    region = region_sales(chain)
    revenue = (goods["price"] * goods["quantity"]).groupby(goods["product_id"]).sum().sort_values(ascending=False)
    units = units_sold(chain)
    linked = chain.orders.loc[chain.orders["session_id"] > 0, "session_id"]
    rate = chain.sessions["session_id"].isin(linked)
    yield choice(
        "margin_category",
        "Which category earns the highest margin (price less unit_cost), after refunds?",
        str(margin.idxmax()),
        CATEGORIES,
    )
    yield choice(
        "rare_customers",
        "Persons who came by which way order markedly less often than all others? Answer none if there is no"
        " difference.",
        plan.rare_came_by,
        [*CAME_BY, NONE],
    )
    yield number(
        "session_rate", "What percentage of the sessions led to at least one order?", 100 * float(rate.mean()), 0.5
    )
    arm = ["A", "B", "no difference"]
    yield choice(
        "ab_test",
        "In which arm of the test do more sessions lead to at least one order?",
        arm[1] if plan.arm_effect > 0 else arm[0] if plan.arm_effect < 0 else arm[2],
        arm,
    )
    top = len(chain.products) // 5
    yield number(
        "pareto",
        f"What percentage of the revenue after refunds comes from the {top} products with the highest revenue?",
        100 * float(revenue.iloc[:top].sum() / revenue.sum()),
        0.6,
    )
    yield {
        "topic": "top_products",
        "text": "Which three products are sold most often, after refunds?",
        "type": "set",
        "value": sorted(units.index[:3]),
    }
    yield choice(
        "best_region", "In which region is the revenue per store highest, after refunds?", str(region.idxmax()), REGIONS
    )


def order_worth(orders: pd.DataFrame, lines: pd.DataFrame) -> pd.Series:
    """Return order_id -> worth in $, before refunds."""
    sold = lines[lines["quantity"] > 0]
    return (sold["price"] * sold["quantity"]).groupby(sold["order_id"]).sum().reindex(orders["order_id"])


def margins(chain: Chain) -> pd.Series:
    """Return category -> margin in $, after refunds."""
    goods = chain.lines.merge(chain.products, on="product_id")
    return ((goods["price"] - goods["unit_cost"]) * goods["quantity"]).groupby(goods["category"]).sum()


def region_sales(chain: Chain) -> pd.Series:
    """Return region -> revenue per store in $, after refunds; every region has six stores."""
    goods = chain.lines.merge(chain.orders[["order_id", "store_id"]], on="order_id").merge(chain.stores, on="store_id")
    return (goods["price"] * goods["quantity"]).groupby(goods["region"]).sum() / (len(STORES) / len(REGIONS))


def units_sold(chain: Chain) -> pd.Series:
    """Return product_id -> units after refunds, most first."""
    return chain.lines.groupby("product_id")["quantity"].sum().sort_values(ascending=False)


def gini(values: NDArray[np.float64]) -> float:
    ordered = np.sort(values)
    rank = np.arange(1, len(ordered) + 1)
    return float((2 * (rank * ordered).sum() / ordered.sum() - len(ordered) - 1) / len(ordered))
