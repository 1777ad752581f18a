from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.taxi_where_and_when.city import (
    City,
    draw_city,
    expected_total,
    extras,
    journeys,
    meter,
    way,
)
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "taxi-where-and-when"


@pytest.fixture(scope="module")
def trips(dataset: Dataset) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public["trips.csv"]), parse_dates=["pickup_time", "dropoff_time"])


@pytest.fixture(scope="module")
def queries(dataset: Dataset) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public["queries.csv"]), dtype={"id": str}, parse_dates=["time"])


@pytest.fixture(scope="module")
def city() -> City:
    return draw_city(np.random.default_rng(3))


def rmse(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Over private queries."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    given = frame.set_index("id")["expected_total"].reindex(truth.ids["id"]).astype(float).to_numpy()
    away = (given - truth.columns["expected_total"])[~truth.public]
    return float(np.sqrt(np.mean(away**2)))


def test_queries_tell_place_and_time_only(queries: pd.DataFrame, trips: pd.DataFrame) -> None:
    assert list(queries.columns) == ["id", "time", "x_km", "y_km"]
    assert len(queries) == 4000
    assert queries["x_km"].between(40, 70).all()
    assert queries["y_km"].between(70, 90).all()
    # Eight weeks of records from Monday, 3 March 2031; the queries lie in the two weeks after.
    assert queries["time"].min() >= pd.Timestamp("2031-04-28")
    assert queries["time"].max() < pd.Timestamp("2031-05-12")
    assert trips.loc[trips["company"] != "City", "pickup_time"].max() < pd.Timestamp("2031-04-28")


def test_every_hour_is_asked_for_alike_while_rides_cluster(queries: pd.DataFrame, trips: pd.DataFrame) -> None:
    asked = queries["time"].dt.hour.value_counts(normalize=True)
    ridden = trips["pickup_time"].dt.hour.value_counts(normalize=True)
    assert asked.min() > 0.75 / 24
    assert ridden.max() > 2 * ridden.min()


def test_the_records_are_as_dirty_as_planned(trips: pd.DataFrame) -> None:
    once = trips.drop_duplicates()
    assert len(once) == 40_000
    assert len(trips) == 41_200
    # Planned .004, .003, .004, .006, .004; five standard errors of 40000 rows are below .002.
    assert (once["total"] < 0).mean() == pytest.approx(0.004, abs=0.002)
    assert (once["total"] == 0).mean() == pytest.approx(0.003, abs=0.002)
    assert (once["total"] == 500).mean() == pytest.approx(0.004, abs=0.002)
    assert (once["pickup_x_km"] == 0).mean() == pytest.approx(0.006, abs=0.002)
    swapped = (once["dropoff_x_km"] >= 70) & (once["dropoff_y_km"] < 70)
    assert swapped.mean() == pytest.approx(0.004, abs=0.002)


def test_one_company_lives_in_another_time_zone(trips: pd.DataFrame) -> None:
    by_hour = trips.groupby("company")["pickup_time"].apply(lambda times: times.dt.hour.value_counts()).unstack()
    share = by_hour.fillna(0).div(by_hour.sum(axis=1), axis=0).to_numpy()
    amber, blue, foreign = share
    likeness = [np.corrcoef(amber, np.roll(foreign, shift))[0, 1] for shift in range(-6, 7)]
    assert np.corrcoef(amber, blue)[0, 1] > 0.97
    assert abs(int(np.argmax(likeness)) - 6) in (4, 5, 6)


def test_the_total_is_the_sum_of_its_parts_and_cash_leaves_no_tip(trips: pd.DataFrame) -> None:
    sound = trips[(trips["total"] > 0) & (trips["total"] < 500)]
    assert (sound.loc[sound["payment"] == "cash", "tip"] == 0).all()
    fare = sound["total"] - sound["tip"] - sound["tolls"]
    assert fare.min() > 2
    by_card = sound[sound["payment"] == "card"]
    assert (by_card["tip"] / (by_card["total"] - by_card["tip"])).mean() == pytest.approx(0.20, abs=0.005)


def test_a_way_over_the_river_takes_the_nearest_bridge(city: City) -> None:
    west, east = np.array([city.river_km - 2, city.bridges_km[1]]), np.array([city.river_km + 3, city.bridges_km[1]])
    km, toll = way(city, west[None], east[None])
    assert km[0] == pytest.approx(5.4)  # 2 + 3 on the bridge's own street, and .4 for turning about
    assert toll[0] == city.tolls[1]
    km, toll = way(city, west[None], west[None] + [[0.5, 1.0]])
    assert (km[0], toll[0]) == (pytest.approx(1.9), 0.0)


def test_surcharges_follow_the_clock() -> None:
    hour, weekday = np.array([5.9, 6.0, 16.0, 16.0, 20.0]), np.array([0, 0, 4, 5, 4])
    assert extras(hour, weekday).tolist() == [0.5, 0.0, 1.0, 0.0, 0.5]


def test_the_expected_total_is_what_rides_bring_on_average(city: City) -> None:
    n = 20_000
    hour, weekday = np.full(n, 18.0), np.full(n, 2)
    start_km, end_km, at_field = journeys(city, hour, weekday, np.random.default_rng(0))
    km, toll = way(city, start_km, end_km)
    metered = meter(city, km, hour, weekday, start_km, end_km)
    fare = np.where(at_field.any(axis=1), city.flat_fares[np.argmax(at_field, axis=1)], metered)
    total = 1.136 * (fare + toll)  # 68 % of the riders tip a fifth
    expected = expected_total(city, start_km, hour, weekday, np.random.default_rng(1))
    error = (total - expected).std() / np.sqrt(n)
    assert abs((total - expected).mean()) < 4 * error + 0.05
    dear = expected > np.median(expected)
    assert abs((total - expected)[dear].mean()) < 6 * error + 0.1


def test_rides_from_an_airport_have_the_flat_fare(city: City) -> None:
    field = city.middles_km[120:]
    expected = expected_total(city, field, np.array([20.0, 20.0]), np.array([2, 2]), np.random.default_rng(1))
    # With a fifth of 68 % as tip, and at most a toll of 8 dollars; a few people in the fields around live there.
    assert (expected > 0.9 * 1.136 * city.flat_fares).all()
    assert (expected < 1.136 * (city.flat_fares + 8)).all()


def test_tiles_are_whole_and_nearly_a_third_public(truth: Truth, queries: pd.DataFrame) -> None:
    assert 0.27 < truth.public.mean() < 0.33
    at = queries.set_index("id").loc[truth.ids["id"]]
    tile = np.floor(at["x_km"]).astype(int).astype(str) + " " + np.floor(at["y_km"]).astype(int).astype(str)
    sides = pd.Series(truth.public, index=at.index).groupby(tile).nunique()
    # Only around the two airports does a query stand for itself.
    assert (sides > 1).sum() <= 24


def test_one_figure_for_all_is_far_off(dataset: Dataset, truth: Truth) -> None:
    assert 6.2 < rmse(truth, dataset.floor) < 9.5


def test_cleaning_brings_the_error_below_half(truth: Truth, run_program: Callable[[str, str], pd.DataFrame]) -> None:
    # Measured on other secrets: starter 4.5, 5.1, 4.7; reference 1.9, 2.0, 2.1.
    starter, reference = (rmse(truth, run_program(SLUG, part)) for part in ("baseline", "reference"))
    assert 3.6 < starter < 6.2
    assert 1.4 < reference < 2.8


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DC-01",)
