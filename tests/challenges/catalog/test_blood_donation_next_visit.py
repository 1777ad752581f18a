from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from challenges.catalog.blood_donation_next_visit.donors import Donors, Service, best_guess, live
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "blood-donation-next-visit"

SERVICE = Service(
    willing=(1.5, 2.5),
    lost=(1.0, 10.0),
    bus_here=1.4,
    bus_away=0.6,
    newcomer=0.6,
    next_visit=np.array([1, 2, 3, 1, 2, 3]),
    campus_share=np.full(6, 1 / 6),
)


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "transfusion.csv")


@pytest.fixture(scope="module")
def asked(dataset: Dataset, truth: Truth) -> pd.DataFrame:
    """The test donors with the truth and, whether the bus comes."""
    test = table(dataset, "test.csv")
    assert (test["donor"] == truth.ids["donor"]).all()
    calendar = table(dataset, "bus_calendar.csv")
    visited = calendar.loc[calendar["months_ahead"] == 1, "campus"]
    return test.assign(came=truth.columns["donates_prob"], bus=test["campus"].isin(visited))


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"donor": str})


def auc(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """On private donors."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    chance = frame.set_index("donor")["donates_prob"].reindex(truth.ids["donor"]).astype(float).to_numpy()
    return float(roc_auc_score(truth.columns["donates_prob"][~truth.public], chance[~truth.public]))


def test_there_are_748_donors_to_learn_from_and_the_others_keep_their_secret(
    dataset: Dataset, train: pd.DataFrame
) -> None:
    columns = ["donor", "recency_m", "frequency", "cc", "first_m", "campus"]
    assert list(train.columns) == [*columns, "donated"]
    assert list(table(dataset, "test.csv").columns) == columns
    assert len(train) == 748
    assert len(table(dataset, "test.csv")) == 20_000
    assert table(dataset, "sample_submission.csv")["donates_prob"].nunique() == 1


def test_the_litres_say_nothing_that_the_gifts_do_not(train: pd.DataFrame) -> None:
    assert (train["cc"] == 250 * train["frequency"]).all()


def test_the_bus_visits_two_campuses_a_month_and_each_every_third(dataset: Dataset) -> None:
    calendar = table(dataset, "bus_calendar.csv")
    assert calendar["months_ahead"].value_counts().to_dict() == {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2}
    for _, visits in calendar.groupby("campus"):
        assert visits["months_ahead"].diff().dropna().tolist() == [3]


def test_histories_are_possible_and_have_the_skew_of_the_real_table(asked: pd.DataFrame) -> None:
    assert (asked["frequency"] - 1 <= (asked["first_m"] - asked["recency_m"]) / 3).all()
    assert ((asked["frequency"] == 1) == (asked["first_m"] == asked["recency_m"])).all()
    assert asked["first_m"].between(2, 98).all()
    assert 20 < asked["first_m"].median() < 28  # an exponential of mean 28 has the median 19; the bus adds a little
    assert asked["frequency"].skew() > 1.5  # an exponential has 2
    assert 0.25 < (asked["frequency"] == 1).mean() < 0.55


def test_nobody_gives_before_the_third_month(asked: pd.DataFrame) -> None:
    assert asked.loc[asked["recency_m"] < 2, "came"].sum() == 0
    assert asked.loc[asked["recency_m"] == 2, "came"].mean() > 0.1
    assert 0.08 < asked["came"].mean() < 0.2


def test_the_bus_makes_the_difference(asked: pd.DataFrame) -> None:
    due = asked[asked["recency_m"] >= 2]
    rate = due.groupby("bus")["came"].mean()
    assert rate[True] > 2 * rate[False]
    assert rate[False] > 0.02


def test_columns_taken_alone_tell_little(asked: pd.DataFrame) -> None:
    for column in ("recency_m", "frequency", "first_m"):
        alone = float(roc_auc_score(asked["came"], asked[column]))
        assert max(alone, 1 - alone) < 0.68, column
    assert abs(float(roc_auc_score(asked["came"], np.arange(len(asked)))) - 0.5) < 0.02


def test_the_best_guess_is_bayes_rule() -> None:
    """Among many donors with the same columns the guessed share comes."""
    donors = live(SERVICE, 60_000, np.random.default_rng(3))
    guess = best_guess(SERVICE, donors)
    for low, high in [(0.0, 0.02), (0.02, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.5), (0.5, 1.0)]:
        there = (guess >= low) & (guess < high)
        error = np.sqrt((guess[there] * (1 - guess[there])).sum()) / there.sum()
        assert donors.donated[there].mean() == pytest.approx(guess[there].mean(), abs=4 * error + 1e-9), low


def test_a_donor_known_for_one_gift_three_months_ago_is_guessed_as_by_hand() -> None:
    """All were due for the first time at month 0, when no bus came, and stayed away; now it comes.

    P(come | stayed away) = E[b (1 - a)] E[1 - l] / (E[1 - a] E[1 - l] + E[l]), with a = .6 x .6 p, b = 1.4 x .6 p,
    p ~ Beta(1.5, 2.5): E p = 3/8, E p² = 3/8 x 2.5/5 = 3/16; l ~ Beta(1, 10): E l = 1/11.
    b is .84 p and never reaches the cap. (.84 x 3/8 - .84 x .36 x 3/16) x 10/11 = .23482;
    (1 - .36 x 3/8) x 10/11 + 1/11 = .87727.
    """
    one = np.array([1])
    donors = Donors(recency=3 * one, frequency=one, first=3 * one, campus=0 * one, donated=0 * one)
    assert best_guess(SERVICE, donors)[0] == pytest.approx(0.23482 / 0.87727, abs=1e-4)


def test_the_same_figure_for_all_scores_one_half(dataset: Dataset, truth: Truth) -> None:
    assert auc(truth, dataset.floor) == 0.5


def test_the_starter_stays_far_below_the_best_guess(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert 0.78 < auc(truth, dataset.ceiling) < 0.88
    assert 0.56 < auc(truth, run_program(SLUG, "baseline")) < 0.70


@pytest.mark.anchors
def test_the_bus_the_rest_and_the_own_rhythm_come_close_to_the_best_guess(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    reference = auc(truth, run_program(SLUG, "reference"))
    assert auc(truth, dataset.ceiling) - 0.03 < reference < auc(truth, dataset.ceiling)


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DC-05",)
