from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pytest

from challenges.evaluation import Evaluation, Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import csv_bytes, zip_bytes
from challenges.readers import Expected, read
from challenges.scoring import compute
from challenges.worlds import reels

SLUG = "movie-recommender"


def table(dataset: Dataset, name: str) -> pd.DataFrame:
    return pd.read_csv(BytesIO(dataset.public[name]), dtype={"user": str, "film": str, "pair_id": str})


@pytest.fixture(scope="module")
def ratings(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "ratings.csv")


@pytest.fixture(scope="module")
def pairs(dataset: Dataset) -> pd.DataFrame:
    return table(dataset, "test_pairs.csv")


@pytest.fixture(scope="module")
def marks(truth: Truth) -> Callable[[bytes | None], dict[str, float]]:
    """Return answer -> the score and its parts on the private viewers."""

    def marks_of(answer: bytes | None) -> dict[str, float]:
        assert answer is not None
        spec = load(SLUG).spec
        assert spec.answer is not None
        evaluation: Evaluation = aligned(truth, read(answer, spec.answer, Expected.of(truth)), spec.answer)
        uses = (spec.metric.primary, *spec.metric.secondary)
        return {use.name: compute(use, evaluation, ~evaluation.public) for use in uses}

    return marks_of


def stars_of(truth: Truth) -> pd.Series:
    """Return pair_id -> the stars that were given."""
    return pd.Series(truth.columns["stars"].ravel(), index=np.concatenate(list(truth.ids["pair_id"])))


def changed(answer: bytes | None, **tables: pd.DataFrame) -> bytes:
    assert answer is not None
    with zipfile.ZipFile(BytesIO(answer)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return zip_bytes(files | {f"{name}.csv": csv_bytes(frame) for name, frame in tables.items()})


def test_every_viewer_is_asked_about_ten_films_that_come_later(ratings: pd.DataFrame, pairs: pd.DataFrame) -> None:
    assert (pairs.groupby("user").size() == 10).all()
    assert pairs["user"].nunique() == 1500
    assert "rating" not in pairs
    assert ratings["date"].max() < "2024-06-13"  # 1200 days after 2021-03-01
    together = pd.concat([ratings[["user", "film"]], pairs[["user", "film"]]])
    assert not together.duplicated().any()


def test_stars_come_in_halves_and_look_like_stars(ratings: pd.DataFrame) -> None:
    assert set(ratings["rating"]) == {step / 2 for step in range(1, 11)}
    assert 3.4 < ratings["rating"].mean() < 4.0  # people watch what they like: above 3.45, the mean over all films
    assert 55_000 < len(ratings) < 75_000


def test_newcomers_and_new_films_are_there(ratings: pd.DataFrame, pairs: pd.DataFrame, dataset: Dataset) -> None:
    counts = ratings.groupby("user").size()
    assert 0.08 < (counts <= 3).mean() < 0.16
    assert counts[counts > 3].min() == 15
    unrated = set(table(dataset, "films.csv")["film"]) - set(ratings["film"])
    assert len(unrated) >= 36
    assert len(unrated & set(pairs["film"])) > 20


def test_films_are_met_the_more_often_the_better_they_are(ratings: pd.DataFrame) -> None:
    films = ratings.groupby("film")["rating"].agg(["size", "mean"])
    assert films[films["size"] >= 20].corr(method="spearman").iloc[0, 1] > 0.25
    assert films["size"].nlargest(90).sum() > 0.3 * len(ratings)  # a tenth of the films


def test_a_shelf_earns_only_by_films_that_the_viewer_has_not_met(
    truth: Truth, ratings: pd.DataFrame, pairs: pd.DataFrame
) -> None:
    known = pd.concat([ratings, pairs]).groupby("user")["film"].agg(set)
    for user, liked, best in zip(truth.ids["user"], truth.columns["liking"], truth.columns["best"], strict=True):
        assert len(liked) == 100
        assert len(best) == 45
        assert not known[user] & liked.keys()
        assert set(best) <= liked.keys()


def test_nothing_of_a_pair_but_viewer_and_film_tells_its_stars(truth: Truth, pairs: pd.DataFrame) -> None:
    stars = stars_of(truth)
    in_file = stars[pairs["pair_id"]].to_numpy()
    # Three standard errors of a correlation of 15,000 pairs are .025.
    assert abs(np.corrcoef(np.arange(15_000), in_file)[0, 1]) < 0.025
    assert abs(np.corrcoef([int(name, 16) for name in pairs["pair_id"]], in_file)[0, 1]) < 0.025
    places = np.tile(np.arange(10), 1500)
    assert abs(np.corrcoef(places, truth.columns["stars"].ravel())[0, 1]) < 0.025


def test_the_floor_is_nothing_and_true_taste_is_everything(
    dataset: Dataset, marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    floor, ceiling = marks(dataset.floor), marks(dataset.ceiling)
    assert floor["score"] == pytest.approx(0, abs=1e-6)
    assert 0.85 < floor["rmse"] < 1.05
    assert ceiling["score"] == pytest.approx(1, abs=1e-3)
    assert 0.62 < ceiling["rmse"] < 0.74  # .72 from evening to evening, rounded, cut at both ends
    assert ceiling["ndcg@10"] == 1


def test_answers_without_skill_earn_nearly_nothing(
    dataset: Dataset, truth: Truth, pairs: pd.DataFrame, marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    chance = np.random.default_rng(3)
    films = table(dataset, "films.csv")["film"].to_numpy()
    users = np.repeat(truth.ids["user"], 10)
    shelf: dict[str, Any] = {"user": users, "rank": np.tile(np.arange(1, 11), 1500)}
    at_random = np.concatenate([chance.permutation(films)[:10] for _ in range(1500)])
    order_of_file = np.tile(films[:10], 1500)
    for chosen in (at_random, order_of_file):
        top10 = pd.DataFrame(shelf | {"film": chosen})
        five = pairs[["user", "pair_id"]].assign(rating=5.0)
        assert marks(changed(dataset.floor, top10=top10, ratings=five))["score"] < 0.02


def test_films_that_a_viewer_has_met_earn_nothing(
    dataset: Dataset, pairs: pd.DataFrame, marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    met = pairs.assign(rank=pairs.groupby("user").cumcount() + 1)[["user", "rank", "film"]]
    assert marks(changed(dataset.floor, top10=met))["ndcg@10"] == 0


def test_the_starter_lands_in_its_band(
    answer_of: Callable[[str, str], bytes], marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    starter = marks(answer_of(SLUG, "baseline"))
    assert 0.28 < starter["score"] < 0.50
    assert 0.78 < starter["rmse"] < 0.90


@pytest.mark.anchors
def test_factors_beat_the_starter_in_both_parts(
    answer_of: Callable[[str, str], bytes], marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    starter, reference = marks(answer_of(SLUG, "baseline")), marks(answer_of(SLUG, "reference"))
    assert reference["score"] > starter["score"] + 0.1
    assert reference["rmse"] < starter["rmse"] - 0.02
    assert reference["ndcg@10"] > starter["ndcg@10"] + 0.1


def test_more_of_what_is_liked_is_watched() -> None:
    rng = np.random.default_rng(1)
    pull = np.array([0.0, 0.0, 3.0, -np.inf])
    first = [int(reels.watched(pull, 1, rng)[0]) for _ in range(400)]
    # exp(3) / (exp(3) + 2) = .91
    assert 0.85 < np.mean([film == 2 for film in first]) < 0.97
    assert 3 not in first


def test_newcomers_are_the_viewers_with_three_ratings_at_most(truth: Truth, ratings: pd.DataFrame) -> None:
    count = ratings["user"].value_counts().reindex(truth.ids["user"]).to_numpy()
    assert np.array_equal(truth.facts["newcomer"] == 1, count <= 3)
    assert 0.09 < truth.facts["newcomer"].mean() < 0.15  # 12 % of 1500; three standard errors are 2.5 %


def test_newcomers_are_harder_to_foretell(
    answer_of: Callable[[str, str], bytes], marks: Callable[[bytes | None], dict[str, float]]
) -> None:
    starter = marks(answer_of(SLUG, "baseline"))
    assert starter["rmse of newcomers"] > starter["rmse"] + 0.01
