"""Six exports of a coffee chain, and 43 questions about what is true in the business.

    structure ──> Plan ──> build: clean tables ──> ask: questions and answers
                                  └──> dirt: six exports

Truths come from the clean tables and the plan, never from the exports.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.eda_planted_facts import dirt
from challenges.catalog.eda_planted_facts.chain import Chain, build, draw_plan
from challenges.catalog.eda_planted_facts.facts import Exports, ask, margins, region_sales, units_sold
from challenges.catalog.eda_planted_facts.questions import Question
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

ORDERS = {Size.SMALL: 20_000, Size.FULL: 100_000}
PERSONS = {Size.SMALL: (2_100, 2_700), Size.FULL: (8_000, 9_000)}
"""Smallest and largest number: how many there are is one of the questions."""
PUBLIC_SHARE = 0.33
MOST_DRAWS = 60

CLEAR_LEAD = 0.04
"""By how much a winner is ahead of the next: a question about the first of several must have one answer."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the exports of one chain, the questions, and their answers."""
    chain = _draw_chain(ORDERS[size], int(streams("persons").integers(*PERSONS[size])), streams)
    customers, twins = dirt.customers(chain, streams)
    exports = Exports(
        stores=dirt.stores(chain, streams("stores")),
        products=dirt.products(chain, streams("products")),
        customers=customers,
        orders=dirt.orders(chain, twins, streams),
        lines=dirt.lines(chain, streams("lines")),
        sessions=dirt.sessions(chain, streams("sessions")),
    )
    questions = ask(chain, exports)
    questions = [questions[place] for place in streams("shuffle").permutation(len(questions))]
    ids = streams.ids("questions", len(questions))
    facts = np.empty(len(questions), dtype=object)
    facts[:] = [question.truth() for question in questions]
    family = np.array([question.family for question in questions])
    files = {f"{name}.csv": csv_bytes(table) for name, table in vars(exports).items()}
    return Dataset(
        public=files
        | {
            "questions.csv": csv_bytes(_listed(ids, questions)),
            "sample_submission.csv": _answers(ids, [""] * len(ids)),
            "data_dictionary.md": (Path(__file__).parent / "data_dictionary.md").read_bytes(),
        },
        truth=Truth(
            ids={"id": ids},
            columns={"fact": facts},
            facts={name: (family == name).astype(np.int64) for name in np.unique(family).tolist()},
            public=_public_rows(family, streams("split")),
            unit=np.arange(len(questions)),
        ),
        floor=_answers(ids, [""] * len(ids)),
    )


def _draw_chain(orders: int, persons: int, streams: Streams) -> Chain:
    rng = streams("structure")
    for attempt in range(MOST_DRAWS):
        chain = build(draw_plan(rng), orders, persons, streams("chain", attempt))
        if _leads_are_clear(chain):
            return chain
    raise InvalidChallenge(f"eda_planted_facts/data.py: none of {MOST_DRAWS} chains was fit for a challenge")


def _leads_are_clear(chain: Chain) -> bool:
    for ranking, place in ((margins(chain), 0), (region_sales(chain), 0), (units_sold(chain), 2)):
        ordered = ranking.sort_values(ascending=False).to_numpy()
        if ordered[place] < (1 + CLEAR_LEAD) * ordered[place + 1]:
            return False
    return True


def _public_rows(family: NDArray[np.str_], rng: Generator) -> NDArray[np.bool_]:
    """Return which questions the public board uses: the same share of every family."""
    public = np.zeros(len(family), dtype=np.bool_)
    for name in np.unique(family):
        members = rng.permutation(np.flatnonzero(family == name))
        public[members[: round(PUBLIC_SHARE * len(members))]] = True
    return public


def _listed(ids: NDArray[np.str_], questions: list[Question]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": ids,
            "family": [question.family for question in questions],
            "topic": [question.topic for question in questions],
            "question": [question.text for question in questions],
            "type": [question.type for question in questions],
            "options": [" | ".join(question.options) for question in questions],
            "tolerance": [
                f"{question.tolerance:g}" if question.type in ("number", "date") else "" for question in questions
            ],
        }
    )


def _answers(ids: NDArray[np.str_], answers: list[str]) -> bytes:
    return csv_bytes(pd.DataFrame({"id": ids, "answer": answers}))
