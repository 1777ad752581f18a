from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

from challenges.evaluation import Truth
from challenges.loader import load
from challenges.minting import Dataset

SLUG = "iris-new-meadow"
MEASUREMENTS = ["sepal_length", "sepal_width", "petal_length", "petal_width"]


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"id": str})


def accuracy(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Share of private flowers named rightly."""
    assert answer is not None
    frame = pd.read_csv(BytesIO(answer), dtype=str) if isinstance(answer, bytes) else answer
    species = frame.set_index("id")["species"].reindex(truth.ids["id"]).to_numpy()
    return float(np.mean((species == truth.columns["species"])[~truth.public]))


def test_the_tables_have_the_promised_columns_and_sizes(dataset: Dataset) -> None:
    train, test = table(dataset, "train.csv"), table(dataset, "test.csv")
    assert list(train.columns) == ["id", *MEASUREMENTS, "species"]
    assert list(test.columns) == ["id", *MEASUREMENTS]
    assert train["species"].value_counts().to_dict() == {"setosa": 50, "versicolor": 50, "virginica": 50}
    assert len(test) == 6000


def test_the_species_of_test_flowers_stay_hidden(dataset: Dataset) -> None:
    assert "species" not in table(dataset, "test.csv")
    assert set(table(dataset, "sample_submission.csv")["species"]) == {"setosa"}
    assert dataset.inputs == {}


def test_no_flower_is_in_both_tables(dataset: Dataset) -> None:
    both = pd.concat([table(dataset, "train.csv")["id"], table(dataset, "test.csv")["id"]])
    assert both.nunique() == 6150


def test_the_public_rows_are_thirty_percent_of_each_species(truth: Truth) -> None:
    public = pd.Series(truth.columns["species"][truth.public]).value_counts().to_dict()
    assert public == {"setosa": 600, "versicolor": 600, "virginica": 600}


def test_flowers_look_like_irises_but_are_not_the_classic_ones(dataset: Dataset) -> None:
    train = table(dataset, "train.csv")
    classic = load_iris(as_frame=True).frame
    classic.columns = [*MEASUREMENTS, "species"]
    ratio = train.groupby("species")[MEASUREMENTS].mean().to_numpy() / classic.groupby("species").mean().to_numpy()
    # The means move by .39 of a species' own spread, at most 45 % of the mean (petal width of setosa): 3 sd = 53 %.
    assert ratio.min() > 0.47
    assert ratio.max() < 1.7
    known = set(map(tuple, classic[MEASUREMENTS].to_numpy()))
    shared = sum(tuple(row) in known for row in train[MEASUREMENTS].to_numpy())
    assert shared < 15  # of 150; a few meet by chance on a grid of 0.1 cm


def test_measurements_are_whole_tenths_without_gaps(dataset: Dataset) -> None:
    tenths = 10 * table(dataset, "test.csv")[MEASUREMENTS].to_numpy()
    assert np.allclose(tenths, np.round(tenths), atol=1e-9)
    assert tenths.min() >= 1


def test_the_floor_names_one_flower_in_three_rightly(dataset: Dataset, truth: Truth) -> None:
    assert accuracy(truth, dataset.floor) == pytest.approx(1 / 3, abs=1e-12)


def test_the_best_rule_still_errs_because_the_species_overlap(dataset: Dataset, truth: Truth) -> None:
    # Accepted between .955 and .985 on 6000 flowers of its own; 3 standard errors of both samples are .011.
    assert 0.944 < accuracy(truth, dataset.ceiling) < 0.996


def test_the_starter_does_what_two_questions_can(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    starter = accuracy(truth, run_program(SLUG, "baseline"))
    assert 0.82 < starter < accuracy(truth, dataset.ceiling) - 0.015


@pytest.mark.anchors
def test_choosing_a_model_by_cross_validation_beats_the_starter(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    starter = accuracy(truth, run_program(SLUG, "baseline"))
    chosen = accuracy(truth, run_program(SLUG, "reference"))
    assert starter + 0.01 < chosen <= accuracy(truth, dataset.ceiling) + 0.005


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("V-02",)
