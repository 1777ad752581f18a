from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from challenges.catalog.customer_segmentation.data import TENDENCY
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset
from challenges.worlds.ledger import KINDS, Customers, Shop, draw_people, draw_shop, keep_ledger

SLUG = "customer-segmentation"


@pytest.fixture(scope="module")
def lines(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "invoices.csv")


@pytest.fixture(scope="module")
def shop() -> Shop:
    """A shop to which all nine kinds come."""
    return draw_shop(np.random.default_rng(1), kinds=9)


@pytest.fixture(scope="module")
def people(shop: Shop) -> Customers:
    return draw_people(shop, 1800, np.random.default_rng(2))


@pytest.fixture(scope="module")
def ledger(shop: Shop, people: Customers) -> pd.DataFrame:
    lines = keep_ledger(shop, people, np.random.default_rng(3))
    return lines.assign(kind=people.kind[lines["customer"]])


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"customer_id": str})


def ari_and_advice(truth: Truth, answer: pd.DataFrame | bytes | None) -> tuple[float, float]:
    """On private customers."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    given = frame.set_index("customer_id").reindex(truth.ids["customer_id"]).astype(int)[~truth.public]
    worth = truth.columns["action"][~truth.public]
    earned = worth[np.arange(len(given)), 1 + given["action"].to_numpy()]
    ari = adjusted_rand_score(truth.columns["segment"][~truth.public], given["segment"])
    return float(ari), float(earned.sum() / worth[:, 0].sum())


def test_seven_or_eight_kinds_come_and_each_is_a_fair_share(truth: Truth) -> None:
    counts = pd.Series(truth.columns["segment"]).value_counts()
    assert 7 <= len(counts) <= 8
    assert set(counts.index) <= set(KINDS)
    assert counts.min() > 60
    assert counts.max() < 700


def test_everybody_asked_for_has_invoices_and_pilot_customers_are_others(
    dataset: Dataset, truth: Truth, lines: pd.DataFrame
) -> None:
    asked, pilot = set(truth.ids["customer_id"]), set(table(dataset, "pilot.csv")["customer_id"])
    assert (len(asked), len(pilot)) == (1900, 500)
    assert not asked & pilot
    robot = set(lines["customer_id"].dropna()) - asked - pilot
    assert len(robot) == 1
    assert (asked | pilot) < set(lines["customer_id"].dropna())


def test_a_robot_buys_around_the_clock_in_large_quantities(dataset: Dataset, truth: Truth, lines: pd.DataFrame) -> None:
    known = {*truth.ids["customer_id"], *table(dataset, "pilot.csv")["customer_id"]}
    robot = lines[~lines["customer_id"].isin(known) & lines["customer_id"].notna()]
    assert robot["hour"].nunique() == 8  # every ninth hour: three hours later each time round the clock
    assert robot["qty"].min() >= 20
    assert robot["day"].nunique() > 340


def test_one_week_stands_there_twice(lines: pd.DataFrame) -> None:
    twins = lines.duplicated().groupby(lines["day"]).mean()
    doubled = twins.index[twins > 0.45]
    assert len(doubled) == 7
    assert doubled.max() - doubled.min() == 6
    assert twins.drop(doubled).max() < 0.1


def test_ducats_appear_in_one_month_and_are_worth_what_fx_says(dataset: Dataset, lines: pd.DataFrame) -> None:
    foreign = lines[lines["currency"] == "DUC"]
    assert foreign["day"].between(120, 149).all()
    month = lines[lines["day"].between(120, 149)]
    rate = table(dataset, "fx.csv").set_index("currency")["crowns"]
    assert rate["CR"] == 1
    medians = month.groupby("currency")["unit_price"].median()
    assert medians["CR"] / medians["DUC"] == pytest.approx(rate["DUC"], rel=0.15)


def test_one_invoice_in_twenty_five_has_no_name(lines: pd.DataFrame) -> None:
    nameless = lines.groupby("invoice")["customer_id"].first().isna()
    assert nameless.mean() == pytest.approx(0.04, abs=0.01)


def test_goods_come_back_on_invoices_of_their_own(lines: pd.DataFrame) -> None:
    back = lines["invoice"].str.startswith("C")
    assert (lines["qty"] < 0).equals(back)
    assert (lines["qty"] != 0).all()
    assert 0.02 < back.mean() < 0.15


def test_each_kind_shows_what_it_is_named_after(ledger: pd.DataFrame, people: Customers) -> None:
    bought = ledger[ledger["back"] == 0]
    by_kind = bought.groupby("kind")
    sent_back = ledger.groupby("kind")["back"].mean()
    visits = bought.groupby(["kind", "customer"])["invoice"].nunique().groupby("kind").median()
    last = bought.groupby(["kind", "customer"])["day"].max().groupby("kind").median()
    first = bought.groupby(["kind", "customer"])["day"].min().groupby("kind").median()
    favourite = bought.groupby(["kind", "customer"])["category"].agg(lambda c: c.value_counts(normalize=True).iloc[0])
    assert visits.idxmax() == "loyal"
    assert by_kind["discount"].mean().idxmax() == "bargain"
    assert by_kind["qty"].mean().idxmax() == "bulk"
    assert sent_back.idxmax() == "returner"
    assert last.idxmin() == "lapsed"
    assert first.idxmax() == "newbie"
    assert by_kind["hour"].agg(lambda hour: np.isin(hour, [22, 23, 0, 1, 2, 3]).mean()).idxmax() == "night"
    assert favourite.groupby("kind").median().idxmax() == "collector"
    assert set(people.kind) == set(KINDS) == set(TENDENCY)


def test_presents_are_bought_in_the_weeks_before_four_dates(ledger: pd.DataFrame, shop: Shop) -> None:
    gifts = ledger[(ledger["kind"] == "gifter") & (ledger["back"] == 0)].drop_duplicates("invoice")
    ahead = shop.dates[None, :] - gifts["day"].to_numpy()[:, None]
    near = ((ahead >= -1) & (ahead < 28)).any(axis=1)
    assert near.mean() > 0.95


def test_how_much_somebody_buys_does_not_tell_the_kind(ledger: pd.DataFrame, people: Customers) -> None:
    money = np.log(ledger.assign(money=ledger["qty"] * ledger["unit_price"]).groupby("customer")["money"].sum().clip(1))
    tenth = pd.qcut(money, 10, labels=False)
    assert adjusted_rand_score(people.kind[tenth.index], tenth) < 0.12


def test_one_segment_and_one_action_for_all_score_nothing(dataset: Dataset, truth: Truth) -> None:
    assert ari_and_advice(truth, dataset.floor) == (0.0, 0.0)


def test_no_single_action_beats_the_floor(truth: Truth) -> None:
    worth = truth.columns["action"]
    assert worth[:, 1:].mean(axis=0).max() == pytest.approx(0, abs=1e-3)
    assert (worth[:, 0] >= worth[:, 1:].max(axis=1)).all()
    assert worth[:, 0].mean() > 2  # crowns a customer: there is something to win


@pytest.mark.parametrize("labels", ["position", "id"])
def test_neither_order_nor_id_sorts_customers(truth: Truth, labels: str) -> None:
    count = len(truth.unit)
    groups = (
        np.arange(count) * 7 // count if labels == "position" else [int(i, 16) % 7 for i in truth.ids["customer_id"]]
    )
    assert abs(adjusted_rand_score(truth.columns["segment"], groups)) < 0.01


def test_recency_frequency_and_money_are_a_poor_sorting(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    ari, _ = ari_and_advice(truth, run_program(SLUG, "baseline"))
    assert 0.05 < ari < 0.4


@pytest.mark.anchors
def test_how_people_buy_tells_their_kind_and_what_to_do(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    ari, advice = ari_and_advice(truth, run_program(SLUG, "reference"))
    assert 0.70 < ari < 0.95
    assert 0.60 < advice <= 1


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("ML-05",)
