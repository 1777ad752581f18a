"""Five clinics and one illness; the fifth joins in the test.

structure ──> Region ──> patients, burden ──> who is ill
notes     ──> what each clinic wrote down: offsets, blanks, zeros that mean blank
split     ──> train from four clinics, test from five; public / private by patient, the fifth clinic's all private
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.metrics.decisions import expected_cost
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds import clinic as world

TRAIN_ROWS = {Size.SMALL: 2_000, Size.FULL: 12_000}
TEST_ROWS = {Size.SMALL: 10_000, Size.FULL: 12_000}
"""With 1,900 rows the starter could not be told from treating everybody: one missed patient weighs as much as five."""
TRAIN_SHARES = (0.38, 0.27, 0.20, 0.15, 0.0)
TEST_SHARES = (0.31, 0.22, 0.17, 0.13, 0.17)
NEW_CLINIC = 4
"""Its patients decide on the final board alone: nobody can try out what fits them."""
PUBLIC_SHARE = 0.3

PREVALENCE = 0.28
"""Of more sick, to treat everybody costs little more than the starter; of fewer, a better threshold gains little."""
COSTS = "0 1; 5 0"
TREAT_FROM = 1 / 6
"""Where a false alarm costs 1 and a miss 5, treating pays from a chance of 1 / (1 + 5)."""
BEST_COST_BAND = (0.37, 0.43)
"""Cost of knowing the burden: how hard an edition is must not depend on luck."""
JUDGED_ROWS = 8_000
MOST_DRAWS = 100


def mint(streams: Streams, size: Size) -> Dataset:
    """Return the records of five clinics, and who of the test patients is ill."""
    region = _draw_region(streams("structure"))
    clinic = np.concatenate(
        [
            streams("train").choice(len(world.CLINICS), size=TRAIN_ROWS[size], p=TRAIN_SHARES),
            streams("test").choice(len(world.CLINICS), size=TEST_ROWS[size], p=TEST_SHARES),
        ]
    )
    patients, burden = world.admit(region, clinic, streams("patients"))
    chance = expit(world.logit(region, patients, burden))
    ill = (streams("illness").random(len(chance)) < chance).astype(np.int64)
    noted = world.note_down(region, patients, clinic, streams("notes"))
    columns = sorted(map(str, noted.columns))
    noted = noted[columns]  # what tells something must not stand together
    noted.insert(0, "clinic", np.array(world.CLINICS)[clinic])
    noted.insert(0, "patient_id", streams.ids("patients", len(noted)))

    train, test = np.arange(TRAIN_ROWS[size]), TRAIN_ROWS[size] + np.arange(TEST_ROWS[size])
    ids = noted["patient_id"].to_numpy()[test].astype(np.str_)
    newcomer = clinic[test] == NEW_CLINIC
    public = np.zeros(len(test), dtype=bool)
    known = streams("split").permutation(np.flatnonzero(~newcomer))
    public[known[: round(PUBLIC_SHARE * len(test))]] = True
    told = np.empty(len(test), dtype=object)
    for row in range(len(test)):
        told[row] = list(region.informative)
    guess = answer(ids, np.full(len(test), PREVALENCE), np.ones(len(test), dtype=np.int64), columns)
    return Dataset(
        public={
            "train.csv": csv_bytes(noted.iloc[train].assign(disease=ill[train])),
            "test.csv": csv_bytes(noted.iloc[test]),
            "sample_submission.zip": guess,
        },
        truth=Truth(
            ids={"patient_id": ids},
            columns={"disease": ill[test], "informative": told},
            facts={"newcomer": newcomer.astype(np.int64)},
            public=public,
            unit=np.arange(len(test)),
        ),
        floor=guess,
        ceiling=answer(ids, chance[test], (chance[test] >= TREAT_FROM).astype(np.int64), list(region.informative)),
    )


def answer(ids: NDArray[np.str_], prob: NDArray[np.float64], treat: NDArray[np.int64], features: list[str]) -> bytes:
    """Return an answer as a learner zips it."""
    table = pd.DataFrame({"patient_id": ids, "prob": np.round(prob, 6), "treat": treat})
    return zip_bytes({"predictions.csv": csv_bytes(table), "features.json": json_bytes(features)})


def _draw_region(rng: np.random.Generator) -> world.Region:
    for _ in range(MOST_DRAWS):
        region = world.settle(rng, prevalence=PREVALENCE)
        patients, burden = world.admit(region, rng.choice(len(world.CLINICS), size=JUDGED_ROWS, p=TEST_SHARES), rng)
        chance = expit(world.logit(region, patients, burden))
        ill = (rng.random(len(chance)) < chance).astype(np.int64)
        best = expected_cost(ill, (chance >= TREAT_FROM).astype(np.int64), costs=COSTS)
        if BEST_COST_BAND[0] <= best <= BEST_COST_BAND[1] and abs(ill.mean() - PREVALENCE) < 0.025:
            return region
    raise InvalidChallenge(f"heart_disease/data.py: none of {MOST_DRAWS} regions was fit for a challenge")
