"""Distances of sets of samples agree with their papers, written out slowly, and with scipy and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.linalg
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from sklearn.metrics.pairwise import polynomial_kernel

from challenges.metrics import generative, manifolds, style
from challenges.metrics.types import MetricError

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}
Array = NDArray[np.float64]


def sets(seed: int, rows: int = 80, width: int = 6) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    mixing = rng.normal(size=(2, width, width))
    return rng.normal(size=(rows, width)) @ mixing[0], rng.normal(size=(rows, width)) @ mixing[1] + rng.normal(
        size=width
    )


# Fréchet distance


@pytest.mark.parametrize("seed", range(4))
def test_frechet_distance_agrees_with_the_matrix_square_root_of_scipy(seed: int) -> None:
    real, made = sets(seed)
    means = real.mean(axis=0) - made.mean(axis=0)
    spread, other = np.cov(real, rowvar=False), np.cov(made, rowvar=False)
    root = scipy.linalg.sqrtm(spread @ other)
    expected = means @ means + np.trace(spread + other - 2 * root.real)
    assert generative.frechet_distance(real, made) == pytest.approx(expected, **CLOSE)


@pytest.mark.parametrize("rows", [3, 5, 20])
def test_frechet_distance_of_fewer_rows_than_features_is_real(rows: int) -> None:
    """The square root of a product of singular covariances leaves the real numbers; the nuclear norm does not."""
    real, made = sets(rows, rows, 30)
    centred, other = real - real.mean(axis=0), made - made.mean(axis=0)
    shared = np.linalg.svd(centred @ other.T, compute_uv=False).sum() / (rows - 1)
    means = real.mean(axis=0) - made.mean(axis=0)
    expected = means @ means + ((centred**2).sum() + (other**2).sum()) / (rows - 1) - 2 * shared
    assert generative.frechet_distance(real, made) == pytest.approx(expected, rel=1e-6)
    assert generative.frechet_distance(real, real) == pytest.approx(0.0, abs=1e-9 * np.trace(np.cov(real.T)))


def test_frechet_distance_of_normal_samples_is_that_of_their_laws() -> None:
    # One dimension, exactly: means 0 and 3, standard deviations 1 and 2, so 9 + (2 - 1)².
    real = np.array([[-1.0], [1.0]]) / np.sqrt(2)
    assert generative.frechet_distance(real, 2 * real + 3) == pytest.approx(9 + 1)


def test_features_far_from_zero_keep_their_digits() -> None:
    real, made = sets(0)
    far = generative.frechet_distance(real + 1e6, made + 1e6)
    assert far == pytest.approx(generative.frechet_distance(real, made), rel=1e-8)


# Kernel distance


@pytest.mark.parametrize("seed", range(4))
def test_kernel_distance_agrees_with_the_kernel_of_scikit_learn(seed: int) -> None:
    real, made = sets(seed)
    rows = len(real)
    alike, other, across = (
        polynomial_kernel(a, b, degree=3, gamma=1 / 6, coef0=1) for a, b in ((real, real), (made, made), (real, made))
    )
    expected = (alike.sum() - np.trace(alike) + other.sum() - np.trace(other)) / (rows * (rows - 1))
    assert generative.kid(real, made) == pytest.approx(expected - 2 * across.mean(), **CLOSE)


def test_kernel_distance_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = sets(1)
    whole = generative.kid(real, made)
    monkeypatch.setattr("challenges.metrics.generative.BLOCK", 500)
    assert generative.kid(real, made) == pytest.approx(whole, rel=1e-12)


def test_kernel_distance_of_the_same_law_is_nothing_on_average() -> None:
    rng = np.random.default_rng(0)
    values = [generative.kid(rng.normal(size=(20, 2)), rng.normal(size=(20, 2))) for _ in range(500)]
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(500)


# Precision and recall


def manifold_by_hand(centres: Array, samples: Array, k: int) -> float:
    inside = 0
    radii = [np.sort(np.linalg.norm(np.delete(centres, i, axis=0) - c, axis=1))[k - 1] for i, c in enumerate(centres)]
    for sample in samples:
        inside += any(np.linalg.norm(sample - centre) <= reach for centre, reach in zip(centres, radii, strict=True))
    return inside / len(samples)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("k", [1, 3, 7])
def test_precision_and_recall_agree_with_their_definition(seed: int, k: int) -> None:
    real, made = sets(seed, 60, 2)
    made[:10] = made[10:20]  # some samples twice
    assert manifolds.generative_precision(real, made, k=k) == pytest.approx(manifold_by_hand(real, made, k))
    assert manifolds.generative_recall(real, made, k=k) == pytest.approx(manifold_by_hand(made, real, k))


def test_precision_in_blocks_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    real, made = sets(2, 60, 2)
    counts = np.random.default_rng(0).multinomial(60, np.full(60, 1 / 60), size=5)
    whole = manifolds.generative_precision_resampled(real, made, counts)
    monkeypatch.setattr("challenges.metrics.manifolds.BLOCK", 300)
    assert manifolds.generative_precision_resampled(real, made, counts).tolist() == whole.tolist()


def test_a_resample_of_few_rows_looks_for_neighbours_as_far_as_needed() -> None:
    real, made = sets(3, 60, 2)
    counts = np.zeros((2, 60), dtype=int)
    counts[0, [3, 17, 30, 44, 58]] = 1  # the nearest 40 neighbours of a point hold few of these
    counts[1, [3, 17]] = 2
    for count, value in zip(counts, manifolds.generative_precision_resampled(real, made, counts), strict=True):
        drawn = np.repeat(np.arange(60), count)
        assert value == pytest.approx(manifold_by_hand(real[drawn], made[drawn], 3))


def test_one_perfect_sample_over_and_over_is_precise_and_recalls_nothing() -> None:
    real = np.random.default_rng(0).normal(size=(50, 3))
    made = np.repeat(real[:1], 50, axis=0)
    assert manifolds.generative_precision(real, made) == 1.0
    assert manifolds.generative_recall(real, made) == 1 / 50


# Memorisation


def test_copies_of_training_samples_are_memorised() -> None:
    real = np.arange(1.0, 101.0)
    assert generative.memorisation(real, np.zeros(100)) == 1.0
    assert generative.memorisation(real, real) == pytest.approx(0.04)  # 1 to 4 are nearer than the fifth of a hundred


def test_fresh_samples_are_suspicious_as_often_as_the_quantile_says() -> None:
    rng = np.random.default_rng(0)
    train, real, made = rng.normal(size=(3, 2000, 2))
    nearest = [cdist(samples, train).min(axis=1) for samples in (real, made)]
    assert generative.memorisation(*nearest) == pytest.approx(0.05, abs=0.03)


# Style and content


@pytest.mark.parametrize("seed", range(3))
def test_style_distance_is_that_of_gatys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth, found = rng.normal(size=(2, 4, 5, 6, 7))
    expected = []
    for a, b in zip(truth, found, strict=True):
        gram, other = (np.einsum("ihw,jhw->ij", maps, maps) for maps in (a, b))
        expected.append(((gram - other) ** 2).sum() / (4 * 5**2 * 42**2))
    assert style.style_distance(truth, found) == pytest.approx(np.mean(expected), **CLOSE)
    assert style.content_distance(truth, found) == pytest.approx(((truth - found) ** 2).mean(), **CLOSE)


def test_where_things_are_is_content_and_not_style() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=(2, 3, 4, 4))
    moved = truth[:, :, ::-1, :]
    assert style.style_distance(truth, moved) == pytest.approx(0.0, abs=1e-12)
    assert style.content_distance(truth, moved) > 0.5


def test_styles_of_pictures_of_other_sizes_can_be_compared() -> None:
    maps = np.random.default_rng(0).normal(size=(3, 4, 4))
    truth, found = np.empty(1, dtype=object), np.empty(1, dtype=object)
    truth[0], found[0] = maps, np.tile(maps, (1, 2, 3))
    assert style.style_distance(truth, found) == pytest.approx(0.0, abs=1e-12)
    with pytest.raises(MetricError, match="predictions, row 0: expected shape"):
        style.content_distance(truth, found)


# Refusals

ONE, TWO = [[0.0, 1.0]], [[0.0, 1.0], [2.0, 3.0]]
REFUSED: list[tuple[Callable[..., float], dict[str, Any], Any, Any, str]] = [
    (generative.frechet_distance, {}, ONE, ONE, "at least two rows"),
    (generative.kid, {}, ONE, ONE, "at least two rows"),
    (generative.kid, {}, TWO, ONE, "expected the same"),
    (generative.frechet_distance, {}, TWO, [[0.0, 1.0], [np.nan, 1.0]], "predictions, row 1: expected finite"),
    (manifolds.generative_precision, {"k": 2}, TWO, TWO, "more rows than k = 2"),
    (manifolds.generative_recall, {"k": 0}, TWO, TWO, "`k`"),
    (generative.memorisation, {}, [1.0, 2.0], [0.5, -0.1], "predictions, row 1: expected a distance"),
    (generative.memorisation, {}, [-1.0, 2.0], [0.5, 0.1], "truth, row 0: expected a distance"),
    (generative.memorisation, {"quantile": 1.0}, [1.0, 2.0], [0.5, 0.1], "`quantile`"),
    (style.style_distance, {}, [[[1.0, 2.0]]], [[[1.0, 2.0], [3.0, 4.0]]], "row 0: expected 1 channels, found 2"),
    (style.style_distance, {}, [[[1.0, 2.0]]], [[[1.0, np.inf]]], "predictions, row 0: expected finite numbers"),
    (style.content_distance, {}, [[1.0, 2.0]], [[1.0, 2.0]], "truth, row 0: expected feature maps"),
]


@pytest.mark.parametrize(("metric", "params", "truth", "predictions", "message"), REFUSED)
def test_what_has_no_sound_value_is_refused_by_name(
    metric: Callable[..., float], params: dict[str, Any], truth: Any, predictions: Any, message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.array(truth), np.array(predictions), **params)
