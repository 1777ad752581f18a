"""Four figures, a campus and a calendar: who of a blood service's donors will come in the coming month?

structure ──> Service        train, test ──> donors who lived through their months
split     ──> public / private rows
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from challenges.catalog.blood_donation_next_visit.donors import (
    CAMPUSES,
    ROUND_MONTHS,
    Donors,
    Service,
    best_guess,
    draw_service,
    live,
)
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

TRAIN_ROWS = 748
"""As many as the classic table has, in both sizes: having little data is the lesson."""
TEST_ROWS = {Size.SMALL: 20_000, Size.FULL: 100_000}
PUBLIC_SHARE = 0.3

RATE_BAND = (0.11, 0.18)
"""Share of donors who come: with fewer, 748 rows would hold too few to learn from."""
BEST_AUC_BAND = (0.80, 0.86)
JUDGED_ROWS = 4_000
MOST_DRAWS = 40

CC_PER_GIFT = 250
CALENDAR_MONTHS = 6


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the past of known donors, that of the donors asked for, and the bus's calendar."""
    service = _draw_service(streams("structure"))
    train = live(service, TRAIN_ROWS, streams("train"))
    test = live(service, TEST_ROWS[size], streams("test"))
    names = np.array([f"campus {letter}" for letter in "ABCDEF"])
    ids = streams.ids("donors", TRAIN_ROWS + TEST_ROWS[size])
    train_ids, test_ids = ids[:TRAIN_ROWS], ids[TRAIN_ROWS:]

    rate = np.full(len(test_ids), train.donated.mean())
    public = np.zeros(len(test_ids), dtype=np.bool_)
    public[streams("split").permutation(len(test_ids))[: round(PUBLIC_SHARE * len(test_ids))]] = True
    return Dataset(
        public={
            "transfusion.csv": csv_bytes(_table(train_ids, train, names).assign(donated=train.donated)),
            "test.csv": csv_bytes(_table(test_ids, test, names)),
            "bus_calendar.csv": csv_bytes(_calendar(service, names)),
            "sample_submission.csv": _answer(test_ids, rate),
        },
        truth=Truth(
            ids={"donor": test_ids},
            columns={"donates_prob": test.donated},
            public=public,
            unit=np.arange(len(test_ids)),
        ),
        floor=_answer(test_ids, rate),
        ceiling=_answer(test_ids, best_guess(service, test)),
    )


def _draw_service(rng: np.random.Generator) -> Service:
    for _ in range(MOST_DRAWS):
        service = draw_service(rng)
        donors = live(service, JUDGED_ROWS, rng)
        if not RATE_BAND[0] <= donors.donated.mean() <= RATE_BAND[1]:
            continue
        if BEST_AUC_BAND[0] <= roc_auc_score(donors.donated, best_guess(service, donors)) <= BEST_AUC_BAND[1]:
            return service
    raise InvalidChallenge(f"blood_donation_next_visit/data.py: none of {MOST_DRAWS} services was fit for a challenge")


def _table(ids: NDArray[np.str_], donors: Donors, names: NDArray[np.str_]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "donor": ids,
            "recency_m": donors.recency,
            "frequency": donors.frequency,
            "cc": CC_PER_GIFT * donors.frequency,
            "first_m": donors.first,
            "campus": names[donors.campus],
        }
    )


def _calendar(service: Service, names: NDArray[np.str_]) -> pd.DataFrame:
    visits = [
        (names[campus], month)
        for campus in range(CAMPUSES)
        for month in range(1, CALENDAR_MONTHS + 1)
        if (month - service.next_visit[campus]) % ROUND_MONTHS == 0
    ]
    return pd.DataFrame(visits, columns=["campus", "months_ahead"])


def _answer(ids: NDArray[np.str_], chance: NDArray[np.float64]) -> bytes:
    return csv_bytes(pd.DataFrame({"donor": ids, "donates_prob": np.round(chance, 6)}))
