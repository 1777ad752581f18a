from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.store_sales_panel.chain import (
    Calendar,
    Chain,
    draw_calendar,
    draw_chain,
    draw_promotions,
    expected_units,
    sell,
)
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "store-sales-panel"


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "train.csv")


@pytest.fixture(scope="module")
def asked(dataset: Dataset, truth: Truth) -> pd.DataFrame:
    test = table(dataset, "test.csv")
    assert (test["id"] == truth.ids["id"]).all()
    return test.assign(units=truth.columns["units"])


@pytest.fixture(scope="module")
def chain() -> Chain:
    return draw_chain(15, np.random.default_rng(1))


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return draw_calendar(np.random.default_rng(2))


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"id": str}, keep_default_na=name != "holidays.csv")


def rmsle(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """On private days."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    units = frame.set_index("id")["units"].reindex(truth.ids["id"]).astype(float).to_numpy()
    errors = np.log1p(units) - np.log1p(truth.columns["units"])
    return float(np.sqrt(np.mean(errors[~truth.public] ** 2)))


def test_every_store_and_family_is_asked_for_on_each_of_28_days(asked: pd.DataFrame, train: pd.DataFrame) -> None:
    assert len(asked) == 15 * 12 * 28
    assert not asked.duplicated(["date", "store", "family"]).any()
    assert (asked["date"].min(), asked["date"].max()) == ("2024-08-05", "2024-09-01")
    assert (train["date"].min(), train["date"].max()) == ("2022-02-17", "2024-08-04")
    assert list(train.columns) == ["date", "store", "family", "units", "promo_items"]


def test_the_first_ten_days_are_public_and_a_series_is_one_unit_on_each_side(asked: pd.DataFrame, truth: Truth) -> None:
    assert (truth.public == (asked["date"] <= "2024-08-14")).all()
    assert len(np.unique(truth.unit)) == 2 * 15 * 12
    assert asked.assign(unit=truth.unit).groupby("unit")[["store", "family"]].nunique().max().max() == 1


def test_nothing_of_the_coming_weeks_is_known_but_plans_holidays_and_oil(dataset: Dataset) -> None:
    assert list(table(dataset, "test.csv").columns) == ["id", "date", "store", "family", "promo_items"]
    assert table(dataset, "transactions.csv")["date"].max() == "2024-08-04"
    assert table(dataset, "oil.csv")["date"].max() == "2024-09-01"
    assert table(dataset, "sample_submission.csv")["units"].nunique() == 1


def test_some_days_of_a_store_stand_there_twice(train: pd.DataFrame) -> None:
    twice = train[train.duplicated()]
    assert 0.002 < len(twice) / len(train) < 0.009
    assert (twice.groupby(["date", "store"]).size() == 12).all()
    assert len(train.drop_duplicates()) == 15 * 12 * 900


def test_one_store_counted_cases_for_a_month(train: pd.DataFrame) -> None:
    days = train.drop_duplicates().groupby(["date", "store"])["units"].sum().unstack()
    usual = days.rolling(121, center=True, min_periods=60).median()
    low = (days / usual).rolling(15, center=True).median() < 0.2
    late = low[low.index > "2023-10-01"]
    assert (late.sum() > 10).sum() == 1


def test_the_oil_price_is_blank_on_weekends(dataset: Dataset) -> None:
    oil = table(dataset, "oil.csv")
    weekend = pd.to_datetime(oil["date"]).dt.day_of_week >= 5
    assert oil["price"].isna().equals(weekend)


def test_shops_are_closed_on_new_year_and_some_opened_late(train: pd.DataFrame) -> None:
    assert train.loc[train["date"].str.endswith("-01-01"), "units"].sum() == 0
    first = train[train["units"] > 0].groupby("store")["date"].min()
    assert (first > "2022-06-01").sum() == 3


def test_a_holiday_is_near_and_a_later_one_was_moved(dataset: Dataset) -> None:
    holidays = table(dataset, "holidays.csv")
    coming = holidays[(holidays["date"] >= "2024-08-05") & (holidays["locale"] == "national")]
    [near] = coming.loc[coming["name"] == "Day of August", "date"].tolist()
    assert near <= "2024-08-14"
    moved = coming.loc[coming["name"] == "Harvest day", ["kind", "transferred"]].to_numpy().tolist()
    assert moved == [["holiday", True], ["transfer", False]]
    assert coming.loc[coming["kind"] == "transfer", "date"].max() > "2024-08-18"
    assert 0.08 < (holidays["kind"] == "transfer").mean() < 0.30


def test_promotions_come_by_the_week_and_pay(asked: pd.DataFrame, train: pd.DataFrame) -> None:
    weeks = asked.sort_values("date").groupby(["store", "family"])["promo_items"].agg(lambda items: items.nunique())
    assert weeks.max() <= 5
    late = train[train["date"] > "2024-02-01"]
    logs = np.log1p(late["units"])
    above = logs - logs.groupby([late["store"], late["family"]]).transform("mean")
    assert above[late["promo_items"] > 5].mean() > above[late["promo_items"] == 0].mean() + 0.3


def test_a_moved_holiday_changes_sales_where_it_moved_to_and_not_where_it_was(chain: Chain, calendar: Calendar) -> None:
    none = np.zeros((*chain.level.shape, len(calendar.days)), dtype=np.int64)
    with_it = expected_units(chain, calendar, none, np.random.default_rng(3))
    blank = Calendar(days=calendar.days, entries=calendar.entries, off=np.zeros_like(calendar.off), oil=calendar.oil)
    ratio = np.log(with_it[:, :, -28:] / expected_units(chain, blank, none, np.random.default_rng(3))[:, :, -28:])
    entries = calendar.entries
    coming = entries[(entries["name"] == "Harvest day") & (entries["date"] >= "2024-08-05")]
    at = {
        str(kind): int((np.datetime64(str(date)) - calendar.days[-28]).astype(int))
        for kind, date in coming[["kind", "date"]].to_numpy()
    }
    assert ratio[0, :, at["transfer"]] == pytest.approx(chain.holiday)
    assert np.median(np.abs(ratio[:, :, at["holiday"]])) == 0  # a fair may fall on the day


def test_oil_works_three_weeks_later(chain: Chain, calendar: Calendar) -> None:
    none = np.zeros((*chain.level.shape, len(calendar.days)), dtype=np.int64)
    dearer = calendar.oil.copy()
    dearer[500] += 20
    other = Calendar(days=calendar.days, entries=calendar.entries, off=calendar.off, oil=dearer)
    first, second = (expected_units(chain, one, none, np.random.default_rng(4)) for one in (calendar, other))
    changed = np.flatnonzero((first != second).any(axis=(0, 1)))
    assert changed.tolist() == [521]


def test_sales_scatter_around_what_is_expected(chain: Chain) -> None:
    """100 expected; one day in a hundred an empty shelf costs three quarters of the day on average."""
    expected = np.full((15, 12, 2000), 100.0)
    units = sell(chain, expected, np.zeros(expected.shape, dtype=np.int64), np.random.default_rng(5))
    assert units.mean() == pytest.approx(99.25, abs=0.4)
    wild, calm = int(chain.spread.argmin()), int(chain.spread.argmax())
    assert units[:, wild].std() > 1.3 * units[:, calm].std()


def test_promotions_have_plausible_shares(chain: Chain) -> None:
    items = draw_promotions(chain, 700, np.random.default_rng(6))
    assert items.shape == (15, 12, 700)
    assert 0.15 < (items > 0).mean() < 0.5
    assert items.max() < 80


def test_constants_and_the_last_day_are_far_off(dataset: Dataset, truth: Truth, asked: pd.DataFrame) -> None:
    assert rmsle(truth, dataset.public["sample_submission.csv"]) > 1.1
    train = table(dataset, "train.csv")
    last = train[train["date"] == "2024-08-04"].drop_duplicates().set_index(["store", "family"])["units"]
    pairs = pd.MultiIndex.from_frame(asked[["store", "family"]])
    guess = pd.DataFrame({"id": asked["id"], "units": last.reindex(pairs).to_numpy()})
    assert rmsle(truth, guess) == pytest.approx(rmsle(truth, dataset.floor))
    assert rmsle(truth, guess) > rmsle(truth, dataset.ceiling) + 0.2


def test_the_same_weekday_of_four_weeks_and_last_years_turn_are_a_start(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert 0.30 < rmsle(truth, dataset.ceiling) < 0.50
    assert 0.50 < rmsle(truth, run_program(SLUG, "baseline")) < 0.68


@pytest.mark.anchors
def test_learning_across_series_comes_near_to_the_ceiling(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    ceiling = rmsle(truth, dataset.ceiling)
    assert ceiling < rmsle(truth, run_program(SLUG, "reference")) < ceiling + 0.13


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DC-04",)


def test_days_of_promotion_and_days_off_are_looked_at_alone(
    dataset: Dataset, truth: Truth, asked: pd.DataFrame
) -> None:
    assert np.array_equal(truth.facts["promoted"] == 1, asked["promo_items"] > 0)
    holidays = table(dataset, "holidays.csv").query("not transferred and date >= '2024-08-05'")
    stores = table(dataset, "stores.csv").set_index("store")["region"]
    national = set(holidays.loc[holidays["locale"] == "national", "date"])
    regional = set(
        holidays.loc[holidays["locale"] == "regional", ["date", "region"]].itertuples(index=False, name=None)
    )
    off = [
        date in national or (date, stores[store]) in regional
        for date, store in asked[["date", "store"]].itertuples(index=False)
    ]
    assert np.array_equal(truth.facts["holiday"] == 1, off)
    for split in (truth.public, ~truth.public):
        assert 0 < truth.facts["holiday"][split].sum() < 0.3 * split.sum()
        assert 0.15 < truth.facts["promoted"][split].mean() < 0.5
