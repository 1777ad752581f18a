"""Four years of loan applications: the old policy's three, and one in which you decide.

structure ──> Lender          train, test ──> applications, what would happen to each
paperwork ──> outcomes only where money was lent, a column written after the fact, gaps, slips of the keyboard

A decision is worth what the loan brings on average over the luck of its borrower.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size
from challenges.worlds.lender import Lender, apply, default_chance, draw_lender, payoffs, what_happens

TRAIN_ROWS = {Size.SMALL: 12_000, Size.FULL: 150_000}
TEST_ROWS = {Size.SMALL: 8_000, Size.FULL: 60_000}
TRAIN_MONTHS = (1, 36)
TEST_MONTHS = (37, 48)
LAST_PUBLIC_MONTH = 40

LENDING_TO_ALL_BAND = (-0.05, 0.12)
"""Profit of lending to everybody, over the best possible: no edition may reward the absence of a decision."""
BEST_AUC_BAND = (0.79, 0.87)
JUDGED_ROWS = 4_000
MOST_DRAWS = 200

DECLINED_SHARE = 0.10
SLIPS = 0.03
"""Share of the cells of a text column that somebody typed in another way."""
LOST_EMPLOYMENT = 0.08
LOST_UTILISATION = 0.05

COLUMNS = [
    "loan_id", "issue_month", "channel", "purpose", "amount", "term_months", "offered_rate", "instalment", "income",
    "employment_years", "home", "region", "dti", "utilisation", "history_years", "inquiries_6m", "delinquencies_2y",
    "open_accounts", "dependants", "old_score", "collections_calls", "gain_if_repaid", "loss_if_default",
]  # fmt: skip


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the old policy's applications with what came of them, and a later year's without."""
    lender = _draw_lender(streams("structure"))
    train = apply(lender, _months(TRAIN_MONTHS, TRAIN_ROWS[size], streams("months")), streams("train"))
    test = apply(lender, _months(TEST_MONTHS, TEST_ROWS[size], streams("months", 1)), streams("test"))
    defaulted = what_happens(lender, train, streams("fates"))
    fates = what_happens(lender, test, streams("fates", 1))
    lent = (train["old_score"] >= train["old_score"].quantile(DECLINED_SHARE)).to_numpy()

    ids = streams.ids("loans", len(train) + len(test))
    asked = _as_filed(test, streams, part=1).assign(loan_id=ids[len(train) :], collections_calls=0)
    known = _as_filed(train, streams, part=0).assign(
        loan_id=ids[: len(train)],
        collections_calls=_blank_unless(lent, streams("calls").poisson(0.12 + 2.6 * defaulted)),
        defaulted=_blank_unless(lent, defaulted),
    )
    worth = expected_profit(test, default_chance(lender, test))
    test_ids = asked["loan_id"].to_numpy().astype(np.str_)
    rate = np.full(len(test), defaulted[lent].mean())
    return Dataset(
        public={
            "train.csv": csv_bytes(known[[*COLUMNS, "defaulted"]]),
            "test.csv": csv_bytes(asked[COLUMNS]),
            "dictionary.md": (Path(__file__).parent / "dictionary.md").read_bytes(),
            "sample_submission.csv": _answer(test_ids, rate, np.ones(len(test))),
        },
        truth=Truth(
            ids={"loan_id": test_ids},
            columns={"expected_profit": worth, "defaulted": fates, "repaid": 1 - fates},
            public=(test["issue_month"] <= LAST_PUBLIC_MONTH).to_numpy(),
            unit=np.arange(len(test)),
        ),
        floor=_answer(test_ids, rate, np.ones(len(test))),
        ceiling=_answer(test_ids, default_chance(lender, test), worth > 0),
    )


def expected_profit(loans: pd.DataFrame, chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lending to each applicant brings on average."""
    money = payoffs(loans)
    return np.asarray(np.round((1 - chance) * money["gain_if_repaid"] - chance * money["loss_if_default"], 2))


def _draw_lender(rng: np.random.Generator) -> Lender:
    for _ in range(MOST_DRAWS):
        lender = draw_lender(rng)
        loans = apply(lender, _months(TEST_MONTHS, JUDGED_ROWS, rng), rng)
        chance = default_chance(lender, loans)
        worth = expected_profit(loans, chance)
        to_all = worth.mean() / np.maximum(worth, 0).mean()
        if not LENDING_TO_ALL_BAND[0] <= to_all <= LENDING_TO_ALL_BAND[1]:
            continue
        if BEST_AUC_BAND[0] <= roc_auc_score(what_happens(lender, loans, rng), chance) <= BEST_AUC_BAND[1]:
            return lender
    raise InvalidChallenge(f"loan_default/data.py: none of {MOST_DRAWS} banks was fit for a challenge")


def _months(ends: tuple[int, int], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(ends[0], ends[1] + 1, size=count)


def _as_filed(loans: pd.DataFrame, streams: Streams, *, part: int) -> pd.DataFrame:
    """Return the table as the clerks kept it: gaps, slips of the keyboard, and figures worked out from the others."""
    filed = loans.join(payoffs(loans)).assign(instalment=_instalment(loans))
    gaps = streams("gaps", part)
    # People between two jobs leave the field empty more often; people without cards have no utilisation to report.
    new_job, new_file = loans["employment_years"] < 1, loans["history_years"] < 2.5
    lost_job = LOST_EMPLOYMENT * np.where(new_job, 2.5, 1.0) / (1 + 1.5 * new_job.mean())
    lost_use = LOST_UTILISATION * np.where(new_file, 4.0, 1.0) / (1 + 3.0 * new_file.mean())
    filed.loc[gaps.random(len(filed)) < lost_job, "employment_years"] = np.nan
    filed.loc[gaps.random(len(filed)) < lost_use, "utilisation"] = np.nan
    for place, column in enumerate(("purpose", "home")):
        filed[column] = _with_slips(filed[column].to_numpy(dtype=str), streams("slips", 10 * part + place))
    return filed


def _instalment(loans: pd.DataFrame) -> pd.Series:
    """Return the monthly payment of an annuity."""
    monthly = loans["offered_rate"] / 12
    return (loans["amount"] * monthly / (1 - (1 + monthly) ** -loans["term_months"])).round(2)


def _with_slips(words: NDArray[np.str_], rng: np.random.Generator) -> list[str]:
    typed = [str(word) for word in words]
    for row in np.flatnonzero(rng.random(len(words)) < SLIPS).tolist():
        word, place = typed[row], int(rng.integers(1, len(typed[row]) - 1))
        typed[row] = (
            word.upper(), word.capitalize(), word + " ", word[:place] + word[place + 1 :],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        )[int(rng.integers(5))]  # fmt: skip
    return typed


def _blank_unless(lent: NDArray[np.bool_], values: NDArray[np.int64]) -> pd.Series:
    return pd.Series(values, dtype="Int64").where(pd.Series(lent))


def _answer(ids: NDArray[np.str_], chance: NDArray[np.float64], approve: NDArray[np.generic]) -> bytes:
    table = {"loan_id": ids, "default_prob": np.round(chance, 6), "approve": np.asarray(approve).astype(np.int64)}
    return csv_bytes(pd.DataFrame(table))
