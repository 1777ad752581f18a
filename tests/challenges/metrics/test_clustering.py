"""Measures of partitions agree with scikit-learn, for sets of points and for the points of one set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.metrics import clustering
from challenges.metrics.silhouette import silhouette, silhouette_resampled
from challenges.metrics.types import MetricError

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
MANY = settings(max_examples=30, deadline=None)
Metric = Callable[..., float]

EVERY: list[Metric] = [clustering.ari, clustering.nmi, clustering.ami, clustering.v_measure, clustering.purity]
RESAMPLED = [
    (clustering.ari, clustering.ari_resampled),
    (clustering.nmi, clustering.nmi_resampled),
    (clustering.ami, clustering.ami_resampled),
    (clustering.v_measure, clustering.v_measure_resampled),
    (clustering.purity, clustering.purity_resampled),
]

points = st.lists(st.tuples(st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=80)


@given(points)
@MANY
def test_measures_of_partitions_agree_with_scikit_learn(labels: list[tuple[int, int]]) -> None:
    a, b = np.array(labels).T
    for ours, theirs in (
        (clustering.ari, sk.adjusted_rand_score),
        (clustering.nmi, sk.normalized_mutual_info_score),
        (clustering.ami, sk.adjusted_mutual_info_score),
        (clustering.v_measure, sk.v_measure_score),
    ):
        expected = pytest.approx(theirs(a, b), **CLOSE)
        assert ours(a[None], b[None]) == expected
        assert ours(a, b) == expected
    assert clustering.v_measure(a, b, beta=2.0) == pytest.approx(sk.v_measure_score(a, b, beta=2.0), **CLOSE)
    table = sk.cluster.contingency_matrix(a, b)
    assert clustering.purity(a, b) == pytest.approx(table.max(axis=0).sum() / table.sum(), **CLOSE)


@pytest.mark.parametrize("sizes", [(3, 3), (2, 60), (60, 2), (200, 200)])
def test_adjusted_information_of_many_points_agrees_with_scikit_learn(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(sum(sizes))
    truth = rng.zipf(1.5, 3000) % sizes[0]
    found = np.where(rng.random(3000) < 0.4, truth, rng.zipf(1.3, 3000)) % sizes[1]
    expected = sk.adjusted_mutual_info_score(truth, found)
    assert clustering.ami(truth, found) == pytest.approx(expected, **CLOSE)


def test_adjusted_information_of_large_even_clusters_agrees_with_scikit_learn() -> None:
    """The counts by chance lie far from 0 and 1 here, where most of their range is left out of the sum."""
    rng = np.random.default_rng(1)
    truth, found = rng.integers(0, 4, 40_000), rng.integers(0, 5, 40_000)
    expected = sk.adjusted_mutual_info_score(truth, found)
    assert clustering.ami(truth, found) == pytest.approx(expected, rel=1e-9, abs=1e-11)


def test_names_of_clusters_may_be_text() -> None:
    truth, found = np.array(["x", "x", "y", "y"]), np.array([3, 3, 8, 9])
    objects = np.array(["x", "x", "y", "y"], dtype=object)
    for metric in EVERY:
        assert metric(truth, found) == metric(objects, found) == metric(np.array([0, 0, 1, 1]), found)


@pytest.mark.parametrize("metric", EVERY)
@pytest.mark.parametrize("labels", [[0, 0, 0, 0], [0, 1, 2, 3], [4]])
def test_partitions_at_their_limits_are_perfect_when_they_are_the_same(metric: Metric, labels: list[int]) -> None:
    assert metric(np.array(labels), np.array(labels)) == 1.0


@pytest.mark.parametrize("metric", [clustering.ari, clustering.nmi, clustering.ami, clustering.v_measure])
def test_one_cluster_for_everything_is_worth_nothing(metric: Metric) -> None:
    truth = np.array([0, 0, 1, 1, -1, -1])
    assert metric(truth, np.zeros(6, dtype=int)) == pytest.approx(0.0, abs=1e-12)
    assert metric(truth[None], np.full((1, 6), -1)) == pytest.approx(0.0, abs=1e-12)


def test_a_cluster_for_each_point_is_pure_but_not_right() -> None:
    truth, alone = np.array([0, 0, 0, 1, 1, 1]), np.arange(6)
    assert clustering.purity(truth, alone) == 1.0
    assert clustering.ari(truth, alone) == pytest.approx(0.0, abs=1e-12)
    assert clustering.ami(truth, alone) == pytest.approx(0.0, abs=1e-9)


def test_dust_is_a_cluster_like_any_other() -> None:
    assert clustering.ari(np.array([[0, 0, -1, -1]]), np.array([[1, 1, 7, 7]])) == 1.0


def test_many_clusters_take_no_more_room_than_points() -> None:
    truth, found = np.arange(100_000), np.arange(100_000)[::-1].copy()
    assert clustering.ari(truth, found) == 1.0
    assert clustering.nmi(truth, found) == pytest.approx(1.0)


@pytest.mark.parametrize(("metric", "resampled"), RESAMPLED)
def test_points_drawn_several_times_are_points_of_their_own(metric: Metric, resampled: Callable[..., Any]) -> None:
    rng = np.random.default_rng(3)
    truth, found = rng.integers(0, 4, 50), rng.integers(0, 5, 50)
    counts = rng.multinomial(50, np.full(50, 1 / 50), size=8)
    for count, value in zip(counts, resampled(truth, found, counts), strict=True):
        drawn = np.repeat(np.arange(50), count)
        assert value == pytest.approx(metric(truth[drawn], found[drawn]), **CLOSE)
    assert np.isnan(resampled(truth, found, np.zeros((1, 50), dtype=int))).all()
    sets = truth.reshape(5, 10), found.reshape(5, 10)
    assert np.isnan(resampled(*sets, np.zeros((1, 5), dtype=int))).all()


# Silhouette


@pytest.mark.parametrize("seed", range(4))
def test_silhouettes_agree_with_scikit_learn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = np.round(rng.normal(size=(60, 3)) + 1000.0, 2)  # far from 0, with equal points now and then
    found = rng.integers(0, 5, 60)
    found[0] = 77  # a cluster of one
    assert silhouette(features, found) == pytest.approx(sk.silhouette_score(features, found), **CLOSE)


def test_clusters_of_equal_points_are_perfectly_apart() -> None:
    assert silhouette(np.array([[0.0], [0.0], [5.0], [5.0]]), np.array(["a", "a", "b", "b"])) == 1.0


def test_the_silhouette_of_several_sets_is_their_mean() -> None:
    """0.899749 for two pairs ten apart (the example of the docstring), and nothing for one cluster."""
    points, clusters = np.empty(2, dtype=object), np.empty(2, dtype=object)
    points[:] = [np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([[0.0, 1.0], [2.0, 3.0]])]
    clusters[:] = [np.array([0, 0, 1, 1]), np.array([7, 7])]
    assert silhouette(points, clusters) == pytest.approx(0.899749 / 2, abs=1e-6)
    drawn = silhouette_resampled(points, clusters, np.array([[2, 0], [0, 2], [1, 3]]))
    assert drawn == pytest.approx([0.899749, 0.0, 0.899749 / 4], abs=1e-6)


def test_each_point_of_a_set_has_a_cluster() -> None:
    points, clusters = np.empty(1, dtype=object), np.empty(1, dtype=object)
    points[0], clusters[0] = np.zeros((3, 2)), np.array([0, 1])
    with pytest.raises(MetricError, match="row 0: expected 3 clusters"):
        silhouette(points, clusters)


def test_clusters_that_set_nothing_apart_have_a_silhouette_of_nothing() -> None:
    features = np.arange(5.0)[:, None]
    assert silhouette(features, np.zeros(5, dtype=int)) == 0.0
    assert silhouette(features, np.arange(5)) == 0.0
    assert silhouette(np.ones((5, 2)), np.array([0, 0, 1, 1, 1])) == 0.0


def test_silhouettes_of_more_points_than_fit_at_once_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    features, found = rng.normal(size=(50, 2)), rng.integers(0, 3, 50)
    counts = rng.multinomial(50, np.full(50, 1 / 50), size=6)
    at_once = silhouette_resampled(features, found, counts)
    monkeypatch.setattr("challenges.metrics.silhouette.BLOCK", 400)
    assert silhouette_resampled(features, found, counts) == pytest.approx(at_once, rel=1e-12)


# Refusals


@pytest.mark.parametrize("metric", EVERY)
@pytest.mark.parametrize(
    ("truth", "predictions", "message"),
    [
        ([0, 1], [0, 1, 1], "expected the same"),
        ([], [], "no rows"),
        ([0, 1], [0.5, 1.0], "predictions, row 0: expected a whole number as a label, found 0.5"),
        ([0, 1], [0.0, np.nan], "predictions, row 1: expected a whole number as a label, found nan"),
        ([0, 1], [[0, 1], [0, 1]], "predictions: expected one label a row"),
        ([[0, 1]], [[0.5, 1.0]], "predictions, row 0: expected integer labels"),
    ],
)
def test_what_is_no_partition_is_refused_by_name(
    metric: Metric, truth: list[Any], predictions: list[Any], message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.array(truth), np.array(predictions))


def test_sets_of_other_sizes_are_refused_by_row() -> None:
    truth, found = np.empty(2, dtype=object), np.empty(2, dtype=object)
    truth[:], found[:] = [np.array([0, 1]), np.array([0, 1, 1])], [np.array([0, 1]), np.array([0, 1])]
    with pytest.raises(MetricError, match="predictions, row 1: expected 3 labels, found 2"):
        clustering.ari(truth, found)


def test_a_beta_that_is_not_above_zero_is_refused() -> None:
    with pytest.raises(MetricError, match="beta"):
        clustering.v_measure(np.array([0, 1]), np.array([0, 1]), beta=0.0)


def test_features_that_are_not_finite_are_refused_by_row() -> None:
    with pytest.raises(MetricError, match="truth, row 1: expected finite numbers, found nan"):
        silhouette(np.array([[0.0], [np.nan]]), np.array([0, 1]))
