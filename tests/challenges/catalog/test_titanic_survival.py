from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from challenges.catalog.titanic_survival.parties import Role, Ship, board
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "titanic-survival"


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "train.csv")


@pytest.fixture(scope="module")
def passengers(dataset: Dataset) -> pd.DataFrame:
    """Everybody aboard, without the outcome."""
    return pd.concat([table(dataset, "train.csv").drop(columns="survived"), table(dataset, "test.csv")])


@pytest.fixture(scope="module")
def ship() -> Ship:
    return board(4000, np.random.default_rng(5))


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"passenger_id": str, "ticket": str})


def auc(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Area under the curve on private passengers."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    chances = frame.set_index("passenger_id")["survived_prob"].reindex(truth.ids["passenger_id"]).astype(float)
    private = ~truth.public
    return float(roc_auc_score(truth.columns["survived_prob"][private], chances.to_numpy()[private]))


def test_the_tables_have_the_promised_columns_and_sizes(dataset: Dataset, train: pd.DataFrame) -> None:
    who = ["passenger_id", "pclass", "name", "sex", "age", "sibsp", "parch"]
    columns = [*who, "ticket", "fare", "cabin", "embarked"]
    assert list(train.columns) == [*columns, "survived"]
    assert list(table(dataset, "test.csv").columns) == columns
    assert len(train) == 2000
    assert len(table(dataset, "test.csv")) == 4000


def test_nothing_public_says_who_of_the_test_survived(dataset: Dataset) -> None:
    assert "survived" not in table(dataset, "test.csv")
    assert set(table(dataset, "sample_submission.csv")["survived_prob"]) == {0.5}
    assert dataset.inputs == {}


def test_between_a_quarter_and_two_fifths_survive(train: pd.DataFrame, truth: Truth) -> None:
    # Accepted between .29 and .37 on a ship of 3000; parties make the share of another ship stray by about .02.
    everybody = np.concatenate([train["survived"], truth.columns["survived_prob"]])
    assert 0.25 < everybody.mean() < 0.41


def test_women_and_first_class_survive_more_often(train: pd.DataFrame) -> None:
    by_sex = train.groupby("sex")["survived"].mean()
    by_class = train.groupby("pclass")["survived"].mean()
    assert by_sex["female"] > by_sex["male"] + 0.2
    assert by_class[1] > by_class[3] + 0.1


def test_ages_and_cabins_are_blank_more_often_in_third_class(passengers: pd.DataFrame) -> None:
    blank = passengers[["age", "cabin"]].isna().groupby(passengers["pclass"]).mean()
    # Ages: .10 or .27, and .06 for each victim (about three in four of third class); cabins as in data.py.
    assert blank.loc[1, "age"] == pytest.approx(0.13, abs=0.03)
    assert blank.loc[3, "age"] == pytest.approx(0.315, abs=0.03)
    assert blank.loc[1, "cabin"] == pytest.approx(0.45, abs=0.08)
    assert blank.loc[3, "cabin"] == pytest.approx(0.92, abs=0.03)
    assert blank["cabin"].mean() < passengers["cabin"].isna().mean()  # most passengers travel in third class


def test_height_costs_money_within_first_class(passengers: pd.DataFrame) -> None:
    first = passengers[(passengers["pclass"] == 1) & passengers["cabin"].notna()]
    each = first["fare"] / first.groupby("ticket")["ticket"].transform("size")
    by_deck = each.groupby(first["cabin"].str[0]).median()
    assert by_deck["A"] > by_deck["D"]


def test_a_ticket_is_one_party_of_one_class_fare_and_port(passengers: pd.DataFrame) -> None:
    kinds = passengers.groupby("ticket")[["pclass", "fare"]].nunique()
    assert (kinds == 1).all(axis=None)


def test_titles_fit_sex_and_age(passengers: pd.DataFrame) -> None:
    title = passengers["name"].str.extract(r", (\w+)\.")[0]
    assert set(title) <= {"Mr", "Mrs", "Miss", "Master", "Dr", "Rev", "Capt", "Countess"}
    assert (passengers["age"][title == "Master"].dropna() < 13).all()
    assert (passengers["sex"][title.isin(["Mrs", "Miss", "Countess"])] == "female").all()
    assert (passengers["age"][title == "Mrs"].dropna() >= 18).all()


def test_some_surnames_are_shared_by_strangers(passengers: pd.DataFrame) -> None:
    surname = passengers["name"].str.split(",").str[0]
    assert passengers["ticket"].groupby(surname).nunique().max() >= 5


def test_kin_straddle_train_and_test_but_not_public_and_private(dataset: Dataset, truth: Truth) -> None:
    test = table(dataset, "test.csv").set_index("passenger_id").loc[truth.ids["passenger_id"]]
    sides = pd.Series(truth.public).groupby(test["ticket"].to_numpy()).nunique()
    assert sides.max() == 1
    assert 0.28 < truth.public.mean() <= 0.30
    in_both = set(table(dataset, "train.csv")["ticket"]) & set(test["ticket"])
    assert len(in_both) > 300


def test_units_are_tickets(dataset: Dataset, truth: Truth) -> None:
    test = table(dataset, "test.csv").set_index("passenger_id").loc[truth.ids["passenger_id"]]
    assert pd.Series(truth.unit).groupby(test["ticket"].to_numpy()).nunique().max() == 1


def test_every_child_has_the_parents_it_claims(ship: Ship) -> None:
    for number in range(len(ship.parties)):
        members = [person for person in ship.people if person.party == number]
        children = [person for person in members if person.role is Role.CHILD]
        parents = [person for person in members if person.role is not Role.CHILD]
        for child in children:
            assert child.parch == len(parents)
            assert child.sibsp == len(children) - 1
            assert min(parent.age for parent in parents) >= child.age + 12
        if number == 200:  # two hundred parties show every type
            break


def test_a_ship_has_exactly_the_berths_asked_for(ship: Ship) -> None:
    assert len(ship.people) == 4000
    assert len(board(7, np.random.default_rng(1)).people) == 7


def test_the_same_answer_for_all_is_chance(dataset: Dataset, truth: Truth) -> None:
    assert auc(truth, dataset.floor) == 0.5


def test_the_true_chances_leave_room_for_luck(dataset: Dataset, truth: Truth) -> None:
    # Accepted between .86 and .89; three standard errors of 2800 passengers are .025.
    assert 0.835 < auc(truth, dataset.ceiling) < 0.915


def test_the_starter_lands_between_a_rule_of_thumb_and_the_reference(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    test = table(dataset, "test.csv").assign(survived_prob=lambda t: (t["sex"] == "female").astype(float))
    women_first = auc(truth, test[["passenger_id", "survived_prob"]])
    assert 0.62 < women_first < 0.78
    assert women_first + 0.04 < auc(truth, run_program(SLUG, "baseline")) < 0.87


@pytest.mark.anchors
def test_features_of_family_and_cabin_beat_the_starter(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    starter = auc(truth, run_program(SLUG, "baseline"))
    reference = auc(truth, run_program(SLUG, "reference"))
    assert starter + 0.01 < reference < auc(truth, dataset.ceiling)


def test_both_roadmap_rows_are_named() -> None:
    assert load(SLUG).spec.roadmap == ("ML-02", "V-04")
