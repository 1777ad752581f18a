"""A liner that never sailed: parties of passengers, and a night that some of them survived.

structure  ──> Night (coefficients)  ──┐
parties    ──> Ship (who travels with whom) ──> logit, party luck ──> survival
names, gaps ──> the purser's list, with holes
split      ──> train / test by passenger (kin straddle both), public / private by party
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from challenges.catalog.titanic_survival.names import name_passengers
from challenges.catalog.titanic_survival.parties import PORTS, Ship, board
from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

TRAIN_ROWS = {Size.SMALL: 2_000, Size.FULL: 4_000}
"""With fewer known relatives and fewer rows to judge by, good features could not be told from the starter's."""
TEST_ROWS = {Size.SMALL: 4_000, Size.FULL: 8_000}
PUBLIC_SHARE = 0.3

SURVIVAL_BAND = (0.29, 0.37)
BEST_AUC_BAND = (0.86, 0.89)
"""Area under the curve of the true probabilities: how hard an edition is must not depend on luck."""
JUDGED_ROWS = 3_000
MOST_DRAWS = 200

AGE_GAPS = {1: 0.10, 2: 0.10, 3: 0.27}
AGE_GAP_OF_VICTIMS = 0.06
"""Survivors could be asked for their age: as in the list of 1912, gaps are commoner among the dead."""
CABIN_GAPS = {1: 0.45, 2: 0.83, 3: 0.92}
PORT_GAPS = {1: 0.001, 2: 0.003, 3: 0.004}

CHILD_AGE = 13


@dataclass(frozen=True, kw_only=True)
class Night:
    """The secret of one edition: what weighed how much on the way to a boat, in log odds."""

    base: float
    second_class: float
    third_class: float
    female: float
    female_third: float
    child: float
    man_second: float
    man_past_50: float
    crowd: float
    alone: float
    deck: float
    odd_side: float
    port: dict[str, float]
    luck: float


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one ship's passenger list, cut into training and test rows, and who of the test rows survived."""
    night = _draw_night(streams("structure"))
    ship = board(TRAIN_ROWS[size] + TEST_ROWS[size], streams("parties"))
    probability = chances(night, ship, streams("luck"))
    survived = (streams("survival").random(len(probability)) < probability).astype(np.int64)
    passengers = _list_of(ship, survived, streams)

    order = streams("shuffle").permutation(len(passengers))
    train, test = order[: TRAIN_ROWS[size]], order[TRAIN_ROWS[size] :]
    test_ids = passengers["passenger_id"].to_numpy()[test].astype(np.str_)
    party = np.array([person.party for person in ship.people])[test]
    return Dataset(
        public={
            "train.csv": csv_bytes(passengers.iloc[train].assign(survived=survived[train])),
            "test.csv": csv_bytes(passengers.iloc[test]),
            "sample_submission.csv": _answer(test_ids, np.full(len(test), 0.5)),
        },
        truth=Truth(
            ids={"passenger_id": test_ids},
            columns={"survived_prob": survived[test]},
            public=_public_rows(party, streams("split")),
            unit=party,
        ),
        floor=_answer(test_ids, np.full(len(test), 0.5)),
        ceiling=_answer(test_ids, probability[test]),
    )


def chances(night: Night, ship: Ship, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return each person's probability to survive, the luck of the own party included."""
    luck = rng.normal(0, night.luck, size=len(ship.parties))
    members = np.bincount([person.party for person in ship.people])
    logits = []
    for person in ship.people:
        party = ship.parties[person.party]
        child = person.age < CHILD_AGE
        man = not person.female and not child
        logits.append(
            night.base
            + (0.0, night.second_class, night.third_class)[person.pclass - 1]
            + person.female * (night.female + (person.pclass == 3) * night.female_third)
            + child * night.child * (0.55 if person.pclass == 3 else 1.0)
            + (man and person.pclass == 2) * night.man_second
            + (man and person.age > 50) * night.man_past_50
            + (members[person.party] >= 5) * night.crowd
            + (members[person.party] == 1) * night.alone
            + (3 - party.deck) / 3 * night.deck
            + (1 if party.odd_side else -1) * night.odd_side
            + night.port[party.port]
            + luck[person.party] * (0.5 if man else 1.0)  # men stood back and let their own go first
        )
    probability: NDArray[np.float64] = 1 / (1 + np.exp(-np.array(logits)))
    return probability


def _draw_night(rng: np.random.Generator) -> Night:
    for _ in range(MOST_DRAWS):
        night = Night(
            base=-0.55,
            second_class=-rng.uniform(0.5, 1.0),
            third_class=-rng.uniform(1.2, 2.0),
            female=rng.uniform(2.0, 3.0),
            female_third=-rng.uniform(0.6, 1.4),
            child=rng.uniform(1.6, 2.4),
            man_second=-rng.uniform(0.6, 1.2),
            man_past_50=-rng.uniform(0.2, 0.5),
            crowd=-rng.uniform(1.2, 1.8),
            alone=-rng.uniform(0.3, 0.7),
            deck=rng.uniform(0.15, 0.35),
            odd_side=rng.choice([-1, 1]) * rng.uniform(0.3, 0.6),
            port={port: rng.normal(0, 0.35) for port in PORTS},
            luck=rng.uniform(0.8, 1.2),
        )
        probability = chances(night, board(JUDGED_ROWS, rng), rng)
        survived = rng.random(len(probability)) < probability
        best = float(roc_auc_score(survived, probability))
        if SURVIVAL_BAND[0] <= survived.mean() <= SURVIVAL_BAND[1] and BEST_AUC_BAND[0] <= best <= BEST_AUC_BAND[1]:
            return night
    raise InvalidChallenge(f"titanic_survival/data.py: none of {MOST_DRAWS} nights was fit for a challenge")


def _list_of(ship: Ship, survived: NDArray[np.int64], streams: Streams) -> pd.DataFrame:
    """Return the purser's list as it came down to us: one row a passenger, with gaps."""
    parties = [ship.parties[person.party] for person in ship.people]
    table = pd.DataFrame(
        {
            "passenger_id": streams.ids("passengers", len(parties)),
            "pclass": [party.pclass for party in parties],
            "name": name_passengers(ship.people, streams("names")),
            "sex": ["female" if person.female else "male" for person in ship.people],
            "age": [person.age for person in ship.people],
            "sibsp": [person.sibsp for person in ship.people],
            "parch": [person.parch for person in ship.people],
            "ticket": [party.ticket for party in parties],
            "fare": [party.fare for party in parties],
            "cabin": [party.cabin for party in parties],
            "embarked": [party.port for party in parties],
        }
    )
    gaps = streams("gaps")
    lost_age = table["pclass"].map(AGE_GAPS) + AGE_GAP_OF_VICTIMS * (1 - survived)
    table.loc[gaps.random(len(table)) < lost_age, "age"] = np.nan
    lost_port = gaps.random(len(table)) < table["pclass"].map(PORT_GAPS)
    table.loc[lost_port, "embarked"] = None
    # A cabin was noted for a whole party or not at all.
    by_party = gaps.random(len(ship.parties)) < [CABIN_GAPS[party.pclass] for party in ship.parties]
    table.loc[by_party[[person.party for person in ship.people]], "cabin"] = None
    return table


def _public_rows(party: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which rows the public board uses: whole parties, about 30 % of the passengers."""
    codes, members = np.unique(party, return_counts=True)
    order = rng.permutation(len(codes))
    chosen = codes[order][np.cumsum(members[order]) <= PUBLIC_SHARE * len(party)]
    return np.isin(party, chosen)


def _answer(ids: NDArray[np.str_], probability: NDArray[np.float64]) -> bytes:
    return csv_bytes(pd.DataFrame({"passenger_id": ids, "survived_prob": np.round(probability, 6)}))
