from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest

from challenges.catalog.eda_planted_facts.chain import NONE, Chain, build, draw_plan
from challenges.catalog.eda_planted_facts.facts import gini, order_worth
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.questions import credit_rows
from challenges.minting import Dataset

SLUG = "eda-planted-facts"


@pytest.fixture(scope="module")
def exports(dataset: Dataset) -> dict[str, pd.DataFrame]:
    names = ("stores", "products", "customers", "orders", "lines", "sessions", "questions")
    texts = {"price": str, "id": str, "phone": str}
    return {name: pd.read_csv(BytesIO(dataset.public[f"{name}.csv"]), dtype=texts) for name in names}


@pytest.fixture(scope="module")
def facts(truth: Truth, exports: dict[str, pd.DataFrame]) -> dict[str, dict[str, object]]:
    """Topic -> the truth of its question."""
    return dict(zip(exports["questions"]["topic"], truth.columns["fact"], strict=True))


@pytest.fixture(scope="module")
def chain() -> Chain:
    rng = np.random.default_rng(4)
    return build(draw_plan(rng), 4000, 500, rng)


def credit(truth: Truth, answer: pd.DataFrame) -> float:
    """Over all questions."""
    given = answer.set_index("id")["answer"].fillna("").reindex(truth.ids["id"])
    return float(credit_rows(truth.columns["fact"], given.to_numpy(dtype=object)).mean())


def test_there_are_43_questions_in_six_families(exports: dict[str, pd.DataFrame]) -> None:
    by_family = exports["questions"]["family"].value_counts().to_dict()
    assert by_family == {
        "quality": 8, "distribution": 7, "missing": 7, "relations": 7, "time": 7, "joins": 7,
    }  # fmt: skip
    assert exports["questions"]["topic"].is_unique


def test_every_family_has_public_and_private_questions(truth: Truth, exports: dict[str, pd.DataFrame]) -> None:
    public = pd.Series(truth.public).groupby(exports["questions"]["family"]).sum()
    assert public.to_dict() == {
        "quality": 3, "distribution": 2, "missing": 2, "relations": 2, "time": 2, "joins": 2,
    }  # fmt: skip


def test_a_chosen_answer_is_among_its_options(truth: Truth, exports: dict[str, pd.DataFrame]) -> None:
    for fact, options in zip(truth.columns["fact"], exports["questions"]["options"].fillna(""), strict=True):
        if fact["type"] == "category":
            assert fact["value"] in options.split(" | ")
            assert fact["options"] == len(options.split(" | "))


def test_doubles_orphans_and_codes_can_be_counted(
    exports: dict[str, pd.DataFrame], facts: dict[str, dict[str, object]]
) -> None:
    orders, lines = exports["orders"], exports["lines"]
    assert orders.duplicated().sum() == facts["double_orders"]["value"]
    assert len(orders.drop_duplicates()) == 20_000
    assert (~lines["product_id"].isin(exports["products"]["product_id"])).sum() == facts["orphan_lines"]["value"]
    assert (orders["prep_s"] == int(str(facts["prep_code"]["value"]))).mean() == pytest.approx(0.04, abs=0.01)


def test_one_store_writes_decimal_commas(exports: dict[str, pd.DataFrame]) -> None:
    lines = exports["lines"].merge(
        exports["orders"].drop_duplicates("order_id")[["order_id", "store_id"]], on="order_id"
    )
    with_comma = lines["price"].str.contains(",")
    assert lines.loc[with_comma, "store_id"].nunique() == 1
    assert not (~with_comma & (lines["store_id"] == lines.loc[with_comma, "store_id"].iloc[0])).any()


def test_only_the_store_with_the_wrong_clock_sells_when_closed(
    exports: dict[str, pd.DataFrame], facts: dict[str, dict[str, object]]
) -> None:
    hour = pd.to_datetime(exports["orders"]["time"]).dt.hour
    closed = exports["orders"][(hour >= 21) | (hour < 6)]
    assert set(closed["store_id"]) == {facts["clock_store"]["value"]}


def test_a_person_entered_twice_keeps_the_telephone(
    exports: dict[str, pd.DataFrame], facts: dict[str, dict[str, object]]
) -> None:
    phone = exports["customers"]["phone"].str.replace(r"\D", "", regex=True).str[-8:]
    assert phone.nunique() == facts["persons"]["value"]
    assert 0.015 < len(phone) / phone.nunique() - 1 < 0.05


def test_a_session_may_lead_to_two_orders(
    exports: dict[str, pd.DataFrame], facts: dict[str, dict[str, object]]
) -> None:
    orders = exports["orders"].drop_duplicates()
    linked = orders["session_id"].dropna()
    counted_twice = 100 * len(linked) / len(exports["sessions"])
    assert counted_twice > float(str(facts["session_rate"]["value"])) + 3
    assert orders.loc[orders["channel"] == "counter", "session_id"].isna().all()


def test_stores_alone_would_make_the_machine_look_bad_or_good(chain: Chain) -> None:
    by_store = chain.orders.groupby("store_id").agg(
        satisfaction=("satisfaction", "mean"), share=("machine", lambda machine: (machine == "B").mean())
    )
    assert abs(np.corrcoef(by_store["satisfaction"], by_store["share"])[0, 1]) > 0.6


def test_the_decoy_follows_the_stores_and_moves_nobody(chain: Chain) -> None:
    orders, decoy = chain.orders, chain.plan.decoy
    raw = orders[decoy].corr(orders["satisfaction"])
    within = orders[[decoy, "satisfaction"]] - orders.groupby("store_id")[[decoy, "satisfaction"]].transform("mean")
    assert abs(raw) > 0.15
    assert abs(within[decoy].corr(within["satisfaction"])) < 4 / np.sqrt(len(orders))


def test_the_clean_books_hold_no_fault(chain: Chain) -> None:
    assert chain.orders["order_id"].is_unique
    assert chain.lines["product_id"].isin(chain.products["product_id"]).all()
    assert order_worth(chain.orders, chain.lines).min() > 0
    assert chain.orders["time"].dt.hour.between(6, 20).all()


def test_plans_of_other_secrets_differ_and_some_switch_effects_off() -> None:
    plans = [draw_plan(np.random.default_rng(seed)) for seed in range(40)]
    assert 4 <= sum(plan.answer_driver == NONE for plan in plans) <= 18
    assert {plan.modes for plan in plans} == {1, 2, 3}
    assert {np.sign(plan.machine_effect) for plan in plans} == {-1.0, 0.0, 1.0}


def test_the_gini_coefficient_is_the_textbooks() -> None:
    assert gini(np.array([1.0, 1.0, 1.0])) == pytest.approx(0)
    assert gini(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(0.75)


def test_nothing_can_be_won_by_one_answer_for_all(truth: Truth, exports: dict[str, pd.DataFrame]) -> None:
    questions = exports["questions"]
    first = questions["options"].fillna("").str.split(" | ", regex=False).str[0]
    last = questions["options"].fillna("").str.split(" | ", regex=False).str[-1]
    for answer in ("", "0", "1", "none", first, last):
        assert credit(truth, questions[["id"]].assign(answer=answer)) < 0.12


def test_the_starter_answers_less_than_half_and_the_reference_nearly_all(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    # Measured on eight other secrets: starter .39 to .47, reference .99 to 1.
    assert 0.28 < credit(truth, run_program(SLUG, "baseline")) < 0.58
    assert credit(truth, run_program(SLUG, "reference")) > 0.95


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("V-01",)


def test_each_family_has_a_credit_of_its_own(truth: Truth, exports: dict[str, pd.DataFrame]) -> None:
    families = exports["questions"]["family"]
    assert set(truth.facts) == set(families)
    for family, members in truth.facts.items():
        assert np.array_equal(members == 1, families == family)
    shown = {use.where: use.name for use in load(SLUG).spec.metric.secondary if use.where is not None}
    assert shown == {family: f"credit for {family}" for family in families.unique()}
