from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.loan_default.data import expected_profit
from challenges.evaluation import Evaluation, Truth
from challenges.loader import load
from challenges.minting import Dataset
from challenges.scoring import compute
from challenges.worlds.lender import Lender, apply, default_chance, draw_lender, payoffs, what_happens

SLUG = "loan-default"


@pytest.fixture(scope="module")
def train(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "train.csv")


@pytest.fixture(scope="module")
def asked(dataset: Dataset, truth: Truth) -> pd.DataFrame:
    test = table(dataset, "test.csv")
    assert (test["loan_id"] == truth.ids["loan_id"]).all()
    return test


@pytest.fixture(scope="module")
def lender() -> Lender:
    return draw_lender(np.random.default_rng(1))


@pytest.fixture(scope="module")
def loans(lender: Lender) -> pd.DataFrame:
    return apply(lender, np.random.default_rng(2).integers(1, 49, size=40_000), np.random.default_rng(3))


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"loan_id": str})


def profit(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Crowns for each private application."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    approve = frame.set_index("loan_id")["approve"].reindex(truth.ids["loan_id"]).astype(float).to_numpy()
    return float((truth.columns["expected_profit"] * approve)[~truth.public].mean())


def test_the_tables_have_the_promised_columns(dataset: Dataset, train: pd.DataFrame, asked: pd.DataFrame) -> None:
    assert len(train.columns) == 24
    assert list(train.columns) == [*asked.columns, "defaulted"]
    assert (len(train), len(asked)) == (12_000, 8_000)
    dictionary = dataset.public["dictionary.md"].decode()
    assert [column for column in train.columns if f"`{column}`" not in dictionary] == []


def test_the_test_year_comes_after_the_training_years_and_its_first_months_are_public(
    truth: Truth, train: pd.DataFrame, asked: pd.DataFrame
) -> None:
    assert (train["issue_month"].min(), train["issue_month"].max()) == (1, 36)
    assert (asked["issue_month"].min(), asked["issue_month"].max()) == (37, 48)
    assert (truth.public == (asked["issue_month"] <= 40)).all()


def test_outcomes_are_known_only_where_the_old_policy_lent(train: pd.DataFrame) -> None:
    blank = train["defaulted"].isna()
    assert blank.mean() == pytest.approx(0.10, abs=0.01)
    assert train.loc[blank, "old_score"].max() < train.loc[~blank, "old_score"].min()
    assert 0.025 < train["defaulted"].mean() < 0.065


def test_calls_of_the_collections_desk_tell_the_outcome_and_are_zero_when_it_counts(
    train: pd.DataFrame, asked: pd.DataFrame
) -> None:
    calls = train.groupby("defaulted")["collections_calls"].mean()
    assert calls[1] > 2
    assert calls[0] < 0.2
    assert set(asked["collections_calls"]) == {0}


def test_gaps_and_slips_have_their_planned_shares(train: pd.DataFrame) -> None:
    # Three standard errors of 12 000 rows are .0075, .006 and .005.
    assert train["employment_years"].isna().mean() == pytest.approx(0.08, abs=0.0075)
    assert train["utilisation"].isna().mean() == pytest.approx(0.05, abs=0.006)
    by_history = train["utilisation"].isna().groupby(train["history_years"] < 2.5).mean()
    assert by_history[True] > 2 * by_history[False]
    clean = {"mortgage", "own", "rent"}
    assert (~train["home"].isin(clean)).mean() == pytest.approx(0.03, abs=0.005)


def test_nobody_gets_the_instalment_wrong(asked: pd.DataFrame) -> None:
    """The present value of all instalments is the amount."""
    monthly = asked["offered_rate"] / 12
    paid = asked["instalment"] * (1 - (1 + monthly) ** -asked["term_months"]) / monthly
    assert np.allclose(paid, asked["amount"], rtol=5e-4)  # instalments are in whole cents


def test_money_follows_from_amount_rate_and_term() -> None:
    loan = pd.DataFrame({"amount": [10_000.0, 10_000.0], "offered_rate": [0.09, 0.052], "term_months": [36, 60]})
    # .04 x 3 x .42 and, at least, .004 x 5 x .42 of the amount; .62 of it is lost.
    assert payoffs(loan).to_numpy().tolist() == [[504.0, 6200.0], [84.0, 6200.0]]
    # .9 x 504 - .1 x 6200 and .99 x 84 - .01 x 6200
    assert expected_profit(loan, np.array([0.1, 0.01])).tolist() == [-166.4, 21.16]


def test_the_stated_chance_is_what_happens_on_average(lender: Lender, loans: pd.DataFrame) -> None:
    chance = default_chance(lender, loans)
    fates = what_happens(lender, loans, np.random.default_rng(4))
    for low, high in [(0.0, 0.01), (0.01, 0.03), (0.03, 0.1), (0.1, 0.3), (0.3, 1.0)]:
        there = (chance >= low) & (chance < high)
        error = float(np.sqrt((chance[there] * (1 - chance[there])).sum()) / there.sum())
        assert fates[there].mean() == pytest.approx(chance[there].mean(), abs=4 * error)


@pytest.mark.parametrize(
    ("first", "second", "effect"),
    [
        ({"history_years": 4.9}, {"amount": 12_000.0}, "young_and_large"),
        ({"home": "rent"}, {"dti": 0.41}, "renter_in_debt"),
        ({"inquiries_6m": 2}, {"utilisation": 0.71}, "maxed_and_asking"),
    ],
)
def test_some_things_are_bad_only_together(
    lender: Lender, loans: pd.DataFrame, first: dict[str, object], second: dict[str, object], effect: str
) -> None:
    plain = {
        "utilisation": 0.69,
        "inquiries_6m": 1,
        "history_years": 5.1,
        "amount": 9_000.0,
        "home": "own",
        "dti": 0.39,
    }
    one = loans.iloc[[0] * 4].reset_index(drop=True)
    one[list(plain)] = pd.DataFrame([plain, plain | first, plain | second, plain | first | second])
    chance = default_chance(lender, one)
    neither, left, right, both = np.log(chance / (1 - chance))
    # Averaging over luck shrinks log odds by a few per cent.
    assert both - left - right + neither == pytest.approx(lender.effects[effect], rel=0.1)


def test_lending_to_all_or_by_one_figure_earns_little(dataset: Dataset, truth: Truth, asked: pd.DataFrame) -> None:
    best = profit(truth, dataset.ceiling)
    assert abs(profit(truth, dataset.floor)) < 0.25 * best
    worth = truth.columns["expected_profit"]
    for rule in (
        asked["old_score"] >= asked["old_score"].quantile(0.1),
        asked["gain_if_repaid"] > asked["gain_if_repaid"].median(),
        asked["offered_rate"] > asked["offered_rate"].median(),
        pd.Series(np.arange(len(asked)) % 2 == 0),
    ):
        assert float((worth * rule.to_numpy())[~truth.public].mean()) < 0.5 * best


def test_nothing_beats_lending_exactly_where_it_pays(dataset: Dataset, truth: Truth) -> None:
    private = truth.columns["expected_profit"][~truth.public]
    assert profit(truth, dataset.ceiling) == pytest.approx(float(np.maximum(private, 0).mean()))


def test_the_starter_leaves_a_third_of_the_money_on_the_table(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    # Measured on other secrets: .67, .62, .62, .62 of the best.
    assert 0.5 < profit(truth, run_program(SLUG, "baseline")) / profit(truth, dataset.ceiling) < 0.78


@pytest.mark.anchors
def test_honest_probabilities_and_a_bar_for_each_loan_earn_nine_tenths(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    assert 0.88 < profit(truth, run_program(SLUG, "reference")) / profit(truth, dataset.ceiling) < 1


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("ML-06",)


def test_whoever_lends_to_nobody_has_declined_every_default(truth: Truth) -> None:
    [use] = [use for use in load(SLUG).spec.metric.secondary if use.name == "defaults declined"]
    rows = len(truth.public)
    defaulted = np.flatnonzero(truth.columns["defaulted"] == 1)
    approve = np.zeros(rows, dtype=np.int64)
    for lent, expected in ((0, 1.0), (len(defaulted) // 2, 1 - (len(defaulted) // 2) / len(defaulted))):
        approve[defaulted[:lent]] = 1
        given = Evaluation(truth=truth.columns, predictions={"approve": approve}, public=truth.public, unit=truth.unit)
        assert compute(use, given, np.ones(rows, dtype=bool)) == pytest.approx(expected)
