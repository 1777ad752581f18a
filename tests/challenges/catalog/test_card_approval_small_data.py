from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import log_loss, roc_auc_score

from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "card-approval-small-data"
CATEGORIES = ["A1", "A4", "A5", "A6", "A7", "A9", "A10", "A12", "A13"]


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "train.csv")


@pytest.fixture(scope="module")
def asked(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "test.csv")


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"id": str}, na_values="?")


def loss(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Over private applications."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    chance = frame.set_index("id")["p_approve"].reindex(truth.ids["id"]).astype(float).to_numpy()
    private = ~truth.public
    return float(log_loss(truth.columns["p_approve"][private], chance[private]))


def test_the_tables_are_as_wide_and_as_small_as_the_classic(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    columns = ["id", *(f"A{number}" for number in range(1, 16))]
    assert list(train.columns) == [*columns, "approved"]
    assert list(asked.columns) == columns
    assert (len(train), len(asked)) == (697, 10_000)


def test_seven_applications_were_filed_twice(train: pd.DataFrame) -> None:
    assert train["id"].is_unique
    assert train.drop(columns="id").duplicated().sum() == 7


def test_levels_are_as_many_as_in_the_classic_and_some_are_missing_in_train(
    train: pd.DataFrame, asked: pd.DataFrame
) -> None:
    levels = asked[CATEGORIES].nunique().tolist()
    assert levels == [2, 4, 3, 14, 9, 2, 2, 2, 3]
    rare = train["A6"].value_counts().reindex(asked["A6"].dropna().unique(), fill_value=0)
    assert (rare < 10).sum() >= 1


def test_the_young_hide_their_age(train: pd.DataFrame, asked: pd.DataFrame) -> None:
    # About 9 % of those below 25 and 1 % of the others leave it out; other columns lose 2 to 3 %.
    gaps = asked.drop(columns="id").isna().mean()
    assert gaps["A15"] == 0
    assert 0.012 < gaps.drop("A15").min() < gaps.max() < 0.05
    # Those without an age are younger: they have been in their jobs for a shorter time.
    hidden = asked.loc[asked["A2"].isna(), "A8"].median()
    assert hidden < asked["A8"].median()


def test_two_fifths_have_no_income_and_the_rest_a_long_tail(asked: pd.DataFrame) -> None:
    assert (asked["A15"] == 0).mean() == pytest.approx(0.42, abs=0.02)
    some = asked.loc[asked["A15"] > 0, "A15"]
    assert some.mean() > 3 * some.median()


def test_paying_back_counts_most(train: pd.DataFrame) -> None:
    yes = (train["approved"] == "+").groupby(train["A9"]).mean()
    assert yes["t"] > yes["f"] + 0.3


def test_postal_codes_tell_nothing(asked: pd.DataFrame, truth: Truth) -> None:
    code = asked.set_index("id")["A14"].reindex(truth.ids["id"]).to_numpy()
    known = ~np.isnan(code)
    # Three standard errors of an AUC of 10000 rows are .017.
    assert roc_auc_score(truth.columns["p_approve"][known], code[known]) == pytest.approx(0.5, abs=0.02)


def test_between_a_third_and_two_thirds_are_approved(train: pd.DataFrame, truth: Truth) -> None:
    assert 0.33 < truth.columns["p_approve"].mean() < 0.62
    assert 0.28 < (train["approved"] == "+").mean() < 0.67


def test_one_share_for_all_loses_as_much_as_a_coin(dataset: Dataset, truth: Truth) -> None:
    assert 0.66 < loss(truth, dataset.floor) < 0.70


def test_the_committee_itself_is_not_certain(dataset: Dataset, truth: Truth) -> None:
    # Accepted between .34 and .40; three standard errors of 7000 rows are .02.
    assert 0.32 < loss(truth, dataset.ceiling) < 0.42


def test_certain_answers_would_lose_more_than_a_coin(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    answer = run_program(SLUG, "baseline")
    certain = answer.assign(p_approve=np.where(answer["p_approve"].astype(float) >= 0.5, "0.999", "0.001"))
    assert loss(truth, certain) > 0.9


def test_the_reference_takes_half_of_what_the_starter_leaves(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    # Measured on other secrets: starter .433, .428, .439; reference .392, .382, .406.
    starter, reference = (loss(truth, run_program(SLUG, part)) for part in ("baseline", "reference"))
    assert 0.39 < starter < 0.50
    assert loss(truth, dataset.ceiling) < reference < starter - 0.015


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("DC-03",)
