from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.house_price_prediction.paperwork import AREAS, LABELS
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset
from challenges.worlds.parcel import Town, build, draw_town, log_price, noise_sd

SLUG = "house-price-prediction"


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "train.csv")


@pytest.fixture(scope="module")
def asked(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "test.csv")


@pytest.fixture(scope="module")
def town() -> Town:
    return draw_town(np.random.default_rng(11))


@pytest.fixture(scope="module")
def houses(town: Town) -> pd.DataFrame:
    return build(town, 3000, np.random.default_rng(12))


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"house_id": str})


def rmsle(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """On private houses."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    price = frame.set_index("house_id")["sale_price"].reindex(truth.ids["house_id"]).astype(float).to_numpy()
    errors = np.log1p(price) - np.log1p(truth.columns["sale_price"])
    return float(np.sqrt(np.mean(errors[~truth.public] ** 2)))


def test_there_are_sixty_two_columns_beside_id_and_price(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    assert len(asked.columns) == 63
    assert list(train.columns) == [*asked.columns, "sale_price"]
    assert len(train) == 2415
    assert len(asked) == 1600


def test_every_column_is_in_the_dictionary(dataset: Dataset, train: pd.DataFrame) -> None:
    dictionary = dataset.public["data_dictionary.md"].decode()
    assert [column for column in train.columns if f"`{column}`" not in dictionary] == []


def test_the_prices_of_test_houses_stay_hidden(dataset: Dataset, asked: pd.DataFrame) -> None:
    assert "sale_price" not in asked
    assert table(dataset, "sample_submission.csv")["sale_price"].nunique() == 1
    assert dataset.inputs == {}


def test_fifteen_training_rows_stand_there_twice_and_no_test_row_does(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    assert int(train.duplicated().sum()) == 15
    assert train["house_id"].nunique() == 2400
    assert not set(train["house_id"]) & set(asked["house_id"])
    assert asked["house_id"].is_unique


def test_ten_half_built_giants_were_sold_for_far_too_little(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    def giants(rows: pd.DataFrame) -> pd.DataFrame:
        living = (rows["first_floor_sf"] + rows["second_floor_sf"]) * np.where(rows["area_unit"] == "m2", 10.764, 1)
        return rows[living > 4250]

    found = giants(train.drop_duplicates())
    assert len(found) == 10
    assert set(found["sale_condition"]) == {"partial"}
    # They are three times a typical house with the best of everything; nobody would think them worth twice the median.
    assert found["sale_price"].median() < 2.2 * train["sale_price"].median()
    assert giants(asked).empty


def test_some_files_are_in_square_metres_and_say_so(train: pd.DataFrame) -> None:
    metric = train["area_unit"] == "m2"
    assert 0.015 < metric.mean() < 0.05
    ratio = train.loc[~metric, AREAS].median() / train.loc[metric, AREAS].median()
    assert 8 < ratio["first_floor_sf"] < 14
    assert train.loc[metric, "district"].nunique() <= 6


def test_the_tax_value_is_there_to_learn_from_and_blank_when_needed(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    assert train["tax_review_value"].notna().all()
    assert asked["tax_review_value"].isna().mean() == pytest.approx(0.97, abs=0.015)
    spread = np.std(np.log(train["tax_review_value"] / train["sale_price"]))
    assert spread == pytest.approx(0.15, abs=0.01)


def test_blanks_that_mean_none_come_together(train: pd.DataFrame) -> None:
    without = train["garage_type"].isna()
    assert 0.01 < without.mean() < 0.12
    assert train.loc[without, ["garage_cars", "garage_sf", "garage_year"]].isna().all(axis=None)
    assert train.loc[~without, "garage_cars"].notna().all()
    assert (train["fireplace_quality"].isna() == (train["fireplaces"] == 0)).all()
    bare = train["basement_quality"].isna()
    assert train.loc[bare, ["basement_sf", "basement_finished_sf"]].isna().all(axis=None)


def test_blanks_that_are_gaps_have_their_planned_shares(train: pd.DataFrame) -> None:
    with_garage, with_basement = train["garage_type"].notna(), train["basement_quality"].notna()
    # Planned .03, .03, .04, .05, .04; three standard errors of 2400 rows are at most .014.
    assert train.loc[with_garage, "garage_sf"].isna().mean() == pytest.approx(0.03, abs=0.014)
    assert train.loc[with_basement, "basement_sf"].isna().mean() == pytest.approx(0.03, abs=0.014)
    assert train["lot_area"].isna().mean() == pytest.approx(0.04, abs=0.014)
    assert train["year_built"].isna().mean() == pytest.approx(0.05, abs=0.014)
    assert train["kitchen_quality"].isna().mean() == pytest.approx(0.04, abs=0.014)
    by_district = train["lot_frontage"].isna().groupby(train["district"]).mean()
    assert by_district.max() > by_district.min() + 0.15


def test_eight_labels_say_nothing_about_the_price(train: pd.DataFrame) -> None:
    log_price = np.log(train["sale_price"])
    for column in LABELS:
        means = log_price.groupby(train[column]).mean()
        sizes = train[column].value_counts()
        # Means of equal groups differ by chance only: five standard errors each way.
        assert np.abs(means - log_price.mean()).max() < 5 * log_price.std() / np.sqrt(sizes.min())


def test_prices_are_plausible(train: pd.DataFrame) -> None:
    assert 120_000 < train["sale_price"].median() < 320_000
    assert 0.36 < np.log(train["sale_price"]).std() < 0.54
    assert (train["sale_price"] % 100 == 0).all()


def test_quality_and_area_go_with_the_price(train: pd.DataFrame) -> None:
    feet = train[train["area_unit"] == "sqft"]
    log_price = np.log(feet["sale_price"])
    assert log_price.corr(feet["overall_quality"]) > 0.6
    assert log_price.corr(np.log(feet["first_floor_sf"] + feet["second_floor_sf"])) > 0.5


def test_one_district_plays_in_a_league_of_its_own(town: Town, houses: pd.DataFrame) -> None:
    median = log_price(town, houses)
    by_district = pd.Series(median).groupby(houses["district"]).median()
    assert by_district.idxmax() == f"D{town.luxury + 1:02d}"


def test_more_baths_for_each_bedroom_are_worth_something(town: Town, houses: pd.DataFrame) -> None:
    half = houses.assign(bedrooms=houses["bedrooms"] * 2)
    assert (log_price(town, houses) > log_price(town, half)).all()


def test_old_houses_and_forced_sales_stray_further(houses: pd.DataFrame) -> None:
    spread = pd.Series(noise_sd(houses))
    old = houses["year_sold"] - houses["year_built"] > 60
    abnormal = houses["sale_condition"] == "abnormal"
    assert spread[~old & ~abnormal].unique() == pytest.approx([0.065])
    assert spread[old & abnormal].unique() == pytest.approx([0.156])  # .065 x (1 + .5 + .9)


def test_the_public_rows_are_spread_over_districts_and_prices(truth: Truth, asked: pd.DataFrame) -> None:
    assert truth.public.sum() == pytest.approx(480, abs=1)
    price = truth.columns["sale_price"]
    shares = pd.Series(truth.public).groupby(pd.qcut(price, 5, labels=False)).mean()
    assert shares.min() > 0.25
    assert shares.max() < 0.35


def test_the_median_for_all_is_far_off(dataset: Dataset, truth: Truth) -> None:
    assert 0.36 < rmsle(truth, dataset.floor) < 0.54


def test_the_true_worth_is_missed_by_the_noise_only(dataset: Dataset, truth: Truth) -> None:
    # .065 for a new house, .0975 beyond 60 years (about half of them), .124 and .156 for the forced 7 %.
    assert 0.068 < rmsle(truth, dataset.ceiling) < 0.100


def test_the_starter_is_nearer_to_the_floor_than_to_the_ceiling(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert 0.16 < rmsle(truth, run_program(SLUG, "baseline")) < 0.32


@pytest.mark.anchors
def test_mending_the_table_comes_close_to_the_ceiling(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    ceiling = rmsle(truth, dataset.ceiling)
    assert ceiling < rmsle(truth, run_program(SLUG, "reference")) < ceiling + 0.02


def test_both_roadmap_rows_are_named() -> None:
    assert load(SLUG).spec.roadmap == ("ML-01", "V-05")
