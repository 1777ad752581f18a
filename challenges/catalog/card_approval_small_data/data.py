"""A bank's 690 old decisions under masked column names, and ten thousand applications to judge.

structure ──> Bank ──> 690 applications ──> decisions ──> gaps, doubles ──> train.csv
                  └──> 10 000 applications ─────────────> gaps ──────────> test.csv; decisions stay here
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.card_approval_small_data.applicants import Bank, apply, approval, draw_bank, with_gaps
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

TRAIN_ROWS = 690
"""As many as in the classic table, at every size: that they are few is the lesson."""
DOUBLES = 7
TEST_ROWS = {Size.SMALL: 10_000, Size.FULL: 50_000}
PUBLIC_SHARE = 0.3

BEST_LOG_LOSS_BAND = (0.34, 0.40)
APPROVAL_BAND = (0.35, 0.60)
JUDGED_ROWS = 5_000
MOST_DRAWS = 300


def mint(streams: Streams, size: Size) -> Dataset:
    """Return old applications with decisions, new ones without, and what the committee decided on those."""
    bank = _draw_bank(streams("structure"))
    old, new = apply(bank, TRAIN_ROWS, streams("train")), apply(bank, TEST_ROWS[size], streams("test"))
    said_yes = streams("decisions").random(TRAIN_ROWS) < approval(bank, old)
    chance = approval(bank, new)
    approved = (streams("decisions", 1).random(len(new)) < chance).astype(np.int64)

    ids = streams.ids("applications", TRAIN_ROWS + DOUBLES + len(new))
    train = with_gaps(old, streams("gaps")).assign(approved=np.where(said_yes, "+", "-"))
    twice = streams("doubles").choice(TRAIN_ROWS, size=DOUBLES, replace=False)
    rows = streams("doubles", 1).permutation(np.concatenate([np.arange(TRAIN_ROWS), twice]))
    test_ids = ids[len(rows) :]
    rate = np.full(len(new), said_yes.mean())
    return Dataset(
        public={
            "train.csv": _table(ids[: len(rows)], train.iloc[rows]),
            "test.csv": _table(test_ids, with_gaps(new, streams("gaps", 1))),
            "sample_submission.csv": _answer(test_ids, rate),
        },
        truth=Truth(
            ids={"id": test_ids},
            columns={"p_approve": approved},
            public=_public_rows(chance, streams("split")),
            unit=np.arange(len(new)),
        ),
        floor=_answer(test_ids, rate),
        ceiling=_answer(test_ids, np.clip(chance, 0.001, 0.999)),
    )


def _draw_bank(rng: Generator) -> Bank:
    for _ in range(MOST_DRAWS):
        bank = draw_bank(rng)
        chance = approval(bank, apply(bank, JUDGED_ROWS, rng))
        # What the true probabilities lose on average: their entropy.
        best = float(-np.mean(chance * np.log(chance) + (1 - chance) * np.log1p(-chance)))
        share = float(chance.mean())
        if BEST_LOG_LOSS_BAND[0] <= best <= BEST_LOG_LOSS_BAND[1] and APPROVAL_BAND[0] <= share <= APPROVAL_BAND[1]:
            return bank
    raise InvalidChallenge(f"card_approval_small_data/data.py: none of {MOST_DRAWS} banks was fit for a challenge")


def _public_rows(chance: NDArray[np.float64], rng: Generator) -> NDArray[np.bool_]:
    """Return which rows the public board uses: evenly spread over easy and doubtful applications."""
    order = np.argsort(np.round(chance, 2) + rng.uniform(0, 1e-3, len(chance)), kind="stable")
    steps = np.floor(np.arange(len(chance) + 1) * PUBLIC_SHARE + rng.random())
    public = np.zeros(len(chance), dtype=np.bool_)
    public[order] = np.diff(steps) > 0
    return public


def _table(ids: NDArray[np.str_], applications: pd.DataFrame) -> bytes:
    table = applications.copy()
    table.insert(0, "id", ids)
    return csv_bytes(table)


def _answer(ids: NDArray[np.str_], chance: NDArray[np.float64]) -> bytes:
    return csv_bytes(pd.DataFrame({"id": ids, "p_approve": np.round(chance, 6)}))
