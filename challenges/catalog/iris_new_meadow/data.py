"""A meadow of irises that nobody has measured: Fisher's three species, bent a little by the secret.

sklearn iris, log scale          secret: structure               named streams
mean m, covariance C     ──>     m' ~ N(m, .15 C)        ──>     flowers = exp(t_8(m', C')), rounded to 0.1 cm
of each species                  C' ~ Wishart(C, 25) / 25        train 50 of each, test 2000 of each
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

from challenges.errors import InvalidChallenge
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes
from challenges.spec import Size

SPECIES = np.array(["setosa", "versicolor", "virginica"])
MEASUREMENTS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]

TRAIN_PER_SPECIES = 50
"""As many as in Fisher's table: the smallness of the training set is part of the exercise."""
TEST_PER_SPECIES = {Size.SMALL: 2_000, Size.FULL: 10_000}

TAIL_DF = 8
"""Degrees of freedom of the t distribution: a few odd flowers, no gross outliers."""
MEAN_SHIFT = 0.15
WISHART_DF = 25
PUBLIC_SHARE = 0.3

BAYES_BAND = (0.955, 0.985)
"""Best possible accuracy of an accepted meadow, so that luck does not decide how hard an edition is."""
LEAST_GAIN = 0.03
"""By how much the best rule beats two yes-or-no questions. In a quarter of the bent meadows two questions are
almost all there is to know, and the choice of a model, which is the lesson, would not show on the board."""
JUDGED_PER_SPECIES = 2_000
MOST_DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class Meadow:
    """The secret of one edition: log measurements of species s follow t_8 with mean[s] and covariance[s]."""

    mean: NDArray[np.float64]
    """(3, 4)"""
    covariance: NDArray[np.float64]
    """(3, 4, 4)"""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one meadow's training flowers, test flowers and their species."""
    meadow = _draw_meadow(streams("structure"))
    train_cm, train_species = _pick(meadow, TRAIN_PER_SPECIES, streams("train"))
    test_cm, test_species = _pick(meadow, TEST_PER_SPECIES[size], streams("test"))
    # One draw for both tables: no id of a training flower comes back in the test.
    ids = streams.ids("flowers", len(train_cm) + len(test_cm))
    train_ids, test_ids = ids[: len(train_cm)], ids[len(train_cm) :]

    train = _table(train_ids, train_cm)
    train["species"] = SPECIES[train_species]
    return Dataset(
        public={
            "train.csv": csv_bytes(train),
            "test.csv": csv_bytes(_table(test_ids, test_cm)),
            "sample_submission.csv": _answer(test_ids, np.zeros(len(test_ids), dtype=np.int64)),
        },
        truth=Truth(
            ids={"id": test_ids},
            columns={"species": SPECIES[test_species]},
            public=_public_rows(test_species, streams("split")),
            unit=np.arange(len(test_ids)),
        ),
        floor=_answer(test_ids, np.zeros(len(test_ids), dtype=np.int64)),
        ceiling=_answer(test_ids, bayes(meadow, test_cm)),
    )


def bayes(meadow: Meadow, measurements_cm: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the most probable species of each flower: the best that anybody could answer."""
    logs = np.log(measurements_cm)
    densities = [
        stats.multivariate_t(mean, covariance * (TAIL_DF - 2) / TAIL_DF, df=TAIL_DF).logpdf(logs)
        for mean, covariance in zip(meadow.mean, meadow.covariance, strict=True)
    ]
    best: NDArray[np.int64] = np.argmax(densities, axis=0)
    return best


def _draw_meadow(rng: np.random.Generator) -> Meadow:
    for _ in range(MOST_DRAWS):
        meadow = _bend(rng)
        measurements_cm, species = _pick(meadow, JUDGED_PER_SPECIES, rng)
        best = float(np.mean(bayes(meadow, measurements_cm) == species))
        two_questions = DecisionTreeClassifier(max_depth=2, random_state=0).fit(measurements_cm, species)
        gain = best - float(two_questions.score(measurements_cm, species))
        if BAYES_BAND[0] <= best <= BAYES_BAND[1] and gain >= LEAST_GAIN:
            return meadow
    raise InvalidChallenge(f"iris_new_meadow/data.py: none of {MOST_DRAWS} meadows was fit for a challenge")


def _bend(rng: np.random.Generator) -> Meadow:
    iris = load_iris()
    means, covariances = [], []
    for code, name in enumerate(SPECIES):
        logs = np.log(iris.data[iris.target == code])
        covariance = np.cov(logs, rowvar=False)
        means.append(rng.multivariate_normal(logs.mean(axis=0), MEAN_SHIFT * covariance))
        bent = stats.wishart(WISHART_DF, covariance / WISHART_DF).rvs(random_state=rng)
        # Setosa stays as easy as it is in nature; its two sisters overlap a little more than Fisher's.
        covariances.append(bent if name == "setosa" else bent * rng.uniform(1.1, 1.5))
    return Meadow(mean=np.array(means), covariance=np.array(covariances))


def _pick(meadow: Meadow, per_species: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (n, 4) measurements in cm and (n,) species codes of freshly picked flowers, shuffled."""
    species = rng.permutation(np.repeat(np.arange(len(SPECIES)), per_species))
    normal = rng.standard_normal((len(species), len(MEASUREMENTS)))
    tail = np.sqrt((TAIL_DF - 2) / rng.chisquare(TAIL_DF, size=len(species)))
    factors = np.linalg.cholesky(meadow.covariance)
    logs = meadow.mean[species] + np.einsum("nij,nj->ni", factors[species], normal) * tail[:, None]
    return np.maximum(np.round(np.exp(logs), 1), 0.1), species


def _public_rows(species: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which rows the public board uses: the same share of every species."""
    public = np.zeros(len(species), dtype=np.bool_)
    for code in range(len(SPECIES)):
        members = rng.permutation(np.flatnonzero(species == code))
        public[members[: round(PUBLIC_SHARE * len(members))]] = True
    return public


def _table(ids: NDArray[np.str_], measurements_cm: NDArray[np.float64]) -> pd.DataFrame:
    table = pd.DataFrame(measurements_cm, columns=MEASUREMENTS)
    table.insert(0, "id", ids)
    return table


def _answer(ids: NDArray[np.str_], species: NDArray[np.int64]) -> bytes:
    return csv_bytes(pd.DataFrame({"id": ids, "species": SPECIES[species]}))
