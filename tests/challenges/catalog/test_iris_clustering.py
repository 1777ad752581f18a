from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from challenges.catalog.iris_clustering.trays import DUST, FAMILIES, Tray, draw_tray
from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.readers import Expected, read
from challenges.scoring import score

SLUG = "iris-clustering"


@pytest.fixture(scope="module")
def trays() -> dict[str, list[Tray]]:
    return {family: [draw_tray(family, np.random.default_rng([seed, 3])) for seed in range(8)] for family in FAMILIES}


def table(content: bytes) -> pd.DataFrame:
    return pd.read_csv(BytesIO(content), dtype={"tray": str})


def mean_ari(truth: Truth, answer: pd.DataFrame | bytes | None) -> float:
    """Mean over the private trays."""
    assert answer is not None
    frame = table(answer) if isinstance(answer, bytes) else answer.astype({"row": int, "label": int})
    given = frame.set_index(["tray", "row"])["label"]
    private = pd.DataFrame({**truth.ids, "truth": truth.columns["label"]})[~truth.public]
    private["given"] = given.reindex(pd.MultiIndex.from_frame(private[["tray", "row"]])).to_numpy()
    return float(np.mean([adjusted_rand_score(one["truth"], one["given"]) for _, one in private.groupby("tray")]))


def test_there_are_sixteen_practice_trays_and_forty_eight_hidden_ones(dataset: Dataset) -> None:
    assert sum(name.startswith("practice/") for name in dataset.public) == 16
    assert len(dataset.inputs) == 48
    assert all(name.startswith("trays/") and name.endswith(".csv") for name in dataset.inputs)


def test_eight_practice_trays_are_solved_two_of_each_sort(dataset: Dataset) -> None:
    solved = table(dataset.public["practice_truth.csv"])
    assert solved["tray"].nunique() == 8
    columns = [table(dataset.public[f"practice/{tray}.csv"]).shape[1] for tray in solved["tray"].unique()]
    assert sorted(columns) == [2, 2, 2, 2, 3, 3, 4, 4]
    for tray, rows in solved.groupby("tray"):
        assert rows["row"].tolist() == list(range(len(table(dataset.public[f"practice/{tray}.csv"]))))


def test_hidden_trays_hold_measurements_only_and_are_not_published(dataset: Dataset) -> None:
    for content in dataset.inputs.values():
        columns = list(table(content).columns)
        assert columns == ["m1", "m2", "m3", "m4"][: len(columns)]
    hidden = {name.removeprefix("trays/").removesuffix(".csv") for name in dataset.inputs}
    assert not any(tray in name for tray in hidden for name in dataset.public)
    assert not hidden & set(table(dataset.public["sample_submission.csv"])["tray"])


def test_every_row_of_every_hidden_tray_is_asked_for_once(dataset: Dataset, truth: Truth) -> None:
    asked = pd.DataFrame(truth.ids).groupby("tray")["row"].agg(["count", "max", "nunique"])
    for name, content in dataset.inputs.items():
        rows = len(table(content))
        assert asked.loc[name.removeprefix("trays/").removesuffix(".csv")].tolist() == [rows, rows - 1, rows]


def test_three_trays_of_each_sort_make_the_public_board(dataset: Dataset, truth: Truth) -> None:
    public = np.unique(truth.ids["tray"][truth.public])
    columns = [table(dataset.inputs[f"trays/{tray}.csv"]).shape[1] for tray in public]
    assert sorted(columns) == [2, 2, 2, 2, 2, 2, 3, 3, 3, 4, 4, 4]


def test_a_tray_is_one_unit(truth: Truth) -> None:
    assert pd.Series(truth.unit).groupby(truth.ids["tray"]).nunique().max() == 1
    assert len(np.unique(truth.unit)) == 48


@pytest.mark.parametrize(("family", "columns"), [("flora", 4), ("stretched", 2), ("shapes", 2), ("densities", 3)])
def test_a_tray_has_two_to_six_groups_and_a_fair_size(trays: dict[str, list[Tray]], family: str, columns: int) -> None:
    for tray in trays[family]:
        assert tray.points.shape == (len(tray.truth), columns)
        assert 120 <= len(tray.truth) <= 600
        assert 2 <= len(set(tray.truth) - {DUST}) <= 6


@pytest.mark.parametrize(("family", "share"), [("flora", 0), ("stretched", 0), ("shapes", 0.08), ("densities", 0.06)])
def test_only_two_sorts_of_trays_are_dusty(trays: dict[str, list[Tray]], family: str, share: float) -> None:
    for tray in trays[family]:
        assert np.mean(tray.truth == DUST) == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("family", list(FAMILIES))
def test_the_generator_itself_would_nearly_always_be_right(trays: dict[str, list[Tray]], family: str) -> None:
    agreement = [adjusted_rand_score(tray.truth, tray.best) for tray in trays[family]]
    assert 0.90 < np.mean(agreement) < 1.0
    assert min(agreement) > 0.80


def test_irises_are_measured_to_the_millimetre(trays: dict[str, list[Tray]]) -> None:
    for tray in trays["flora"]:
        assert np.allclose(10 * tray.points, np.round(10 * tray.points), atol=1e-9)
        assert tray.points.min() >= 0.1


def test_neither_the_order_of_rows_nor_the_number_of_a_label_tells_the_group(trays: dict[str, list[Tray]]) -> None:
    every = [tray for family in trays.values() for tray in family]
    # Of neighbouring rows nearly all would be together if rows were sorted; in random order about one pair in three is.
    together = np.mean([np.mean(tray.truth[1:] == tray.truth[:-1]) for tray in every])
    assert together < 0.45
    largest = [int(np.bincount(tray.truth[tray.truth >= 0]).argmax()) for tray in every]
    assert len(set(largest)) >= 3


def test_one_cluster_for_all_scores_exactly_nothing(dataset: Dataset, truth: Truth) -> None:
    assert mean_ari(truth, dataset.floor) == 0.0


def test_the_ceiling_is_high_but_not_perfect(dataset: Dataset, truth: Truth) -> None:
    assert 0.94 < mean_ari(truth, dataset.ceiling) < 0.99


@pytest.mark.anchors
def test_three_clusters_everywhere_get_about_half_of_it_right(
    truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    # Measured on other secrets: .55, .60, .62.
    assert 0.45 < mean_ari(truth, run_program(SLUG, "baseline")) < 0.72


@pytest.mark.anchors
def test_choosing_method_and_number_of_clusters_beats_the_starter(
    dataset: Dataset, truth: Truth, run_program: Callable[[str, str], pd.DataFrame]
) -> None:
    chosen = mean_ari(truth, run_program(SLUG, "reference"))
    assert 0.85 < chosen < mean_ari(truth, dataset.ceiling)


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("ML-03",)


def test_each_sort_of_trays_and_the_silhouette_are_shown_beside_the_score(dataset: Dataset, truth: Truth) -> None:
    spec = load(SLUG).spec
    assert dataset.ceiling is not None
    assert spec.answer is not None
    evaluation = aligned(truth, read(dataset.ceiling, spec.answer, Expected.of(truth)), spec.answer)
    found = score(spec.metric, evaluation, seed="seed").private
    sorts = [found.secondary[f"ari of {sort}"] for sort in ("irises", "stretched groups", "rings and bars", "balls")]
    assert np.mean(sorts) == pytest.approx(found.primary.value)  # nine private trays of each
    assert min(sorts) > 0.85
    # Rings around cores are the right answer, and no silhouette: it wants balls.
    assert 0.15 < found.secondary["silhouette"] < 0.6


def test_columns_that_a_tray_lacks_change_no_distance(dataset: Dataset, truth: Truth) -> None:
    points = truth.columns["points"]
    assert points.shape[1] == 4
    tray = truth.ids["tray"][0]
    published = table(dataset.inputs[f"trays/{tray}.csv"]).to_numpy()
    here = points[truth.ids["tray"] == tray]
    assert here[:, : published.shape[1]] == pytest.approx(published)
    assert not here[:, published.shape[1] :].any()
