"""A set of generated samples against a set of real ones, by features of both.

Truth (n, d) are the features of n real samples that the learner never saw, predictions those of n generated ones, out
of the challenge's own extractor. Row i of one side has nothing to do with row i of the other; as many of both are
compared, and every value depends on that n, which a challenge therefore states. All functions refuse an empty or
unequal input, NaN and infinities with MetricError.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.arrays import number_rows
from challenges.metrics.matrices import number_matrix, same_shape
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

BLOCK = 1 << 22
"""Kernel values held at one time: 32 MB."""


def frechet_distance(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the squared Fréchet distance of the two sets, each taken for a normal distribution.

    Parameters
    ----------
    truth, predictions : (n, d) features, n at least 2; n well above d, or the covariances are mostly noise.

    Returns
    -------
    float, 0 (best) and up, in squared units of the features: |difference of means|² + trace of (C + D - 2 (C D)^½).

    Raises
    ------
    MetricError
        Fewer than two rows.

    Edge cases
    ----------
    Biased upwards by about (number of features)² / n even for perfect samples: compare at equal n only. Features
    without variance are fine.

    Source
    ------
    Heusel et al. 2017 ("FID" where the features are Inception's); the square root by eigenvalues, which never leaves
    the real numbers.

    Examples
    --------
    >>> real = np.array([[0.0], [2.0]])
    >>> round(frechet_distance(real, real + 3), 9), round(frechet_distance(real, 2 * real - 1), 9)
    (9.0, 2.0)
    """
    return _defined(frechet_distance_resampled(truth, predictions, _once(truth)), "two rows")


def kid(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the kernel distance of the two sets: the unbiased squared maximum mean discrepancy, cubic kernel.

    Parameters
    ----------
    truth, predictions : (n, d) features, n at least 2.

    Returns
    -------
    float, without bounds; down is better. 0 on average for samples of the same law, whatever n: below 0 by luck.

    Raises
    ------
    MetricError
        Fewer than two rows.

    Edge cases
    ----------
    All rows are compared with all, once; averages over random subsets, as some libraries take, have the same mean.
    The kernel (x · y / d + 1)³ depends on where 0 is: features are to be standardised by the challenge.

    Source
    ------
    Binkowski et al. 2018; sklearn.metrics.pairwise.polynomial_kernel(degree=3).

    Examples
    --------
    >>> kid(np.array([[0.0], [1.0]]), np.array([[2.0], [3.0]]))
    297.5
    """
    return _defined(kid_resampled(truth, predictions, _once(truth)), "two rows")


def memorisation(truth: NDArray[Any], predictions: NDArray[Any], *, quantile: float = 0.05) -> float:
    """Return the share of generated samples that are suspiciously near to a training sample.

    Parameters
    ----------
    truth : (n,) distance of each real, hidden sample to the nearest training sample, 0 or more.
    predictions : (n,) the same of each generated sample.
    quantile : of the real distances, above 0 and below 1; nearer than that is suspicious.

    Returns
    -------
    float, 0 (best) to 1; fresh samples of the same law have `quantile`, copies of the training samples 1.

    Raises
    ------
    MetricError
        A negative distance, a quantile outside 0 to 1.

    Edge cases
    ----------
    The quantile is a distance that occurs (inverted_cdf), and only a distance below it is suspicious.

    Source
    ------
    Meehan, Chaudhuri and Dasgupta 2020, "A non-parametric test to detect data-copying", as a share instead of a test.

    Examples
    --------
    >>> memorisation(np.array([4.0, 5.0, 6.0, 7.0]), np.array([0.0, 0.1, 5.0, 9.0]), quantile=0.25)
    0.5
    """
    return _defined(memorisation_resampled(truth, predictions, _once(truth), quantile=quantile), "one row")


def frechet_distance_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) Fréchet distances where rows are drawn as often as (m, n) counts say; NaN below two rows."""
    real, made = _both(truth, predictions)
    apart = real.mean(axis=0) - made.mean(axis=0)
    real, made = real - real.mean(axis=0), made - made.mean(axis=0)  # features far from 0 keep their digits
    drawn = counts.astype(np.float64)
    return np.array([_frechet(real, made, apart, times) if times.sum() > 1 else np.nan for times in drawn])


def kid_resampled(truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any]) -> Array:
    """Return (m,) kernel distances under (m, n) counts; NaN below two rows."""
    real, made = _both(truth, predictions)
    drawn = counts.astype(np.float64)
    total = drawn.sum(axis=1)
    pairs = np.where(total > 1, total * (total - 1), np.nan)
    alike = sum(_kernel_sums(side, side, drawn) - drawn @ _kernel_of_self(side) for side in (real, made)) / pairs
    return np.asarray(alike - 2 * _kernel_sums(real, made, drawn) / np.where(total > 0, total, np.nan) ** 2)


def memorisation_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, quantile: float = 0.05
) -> Array:
    """Return (m,) shares of suspicious samples under (m, n) counts; NaN where no row is drawn."""
    if not 0 < quantile < 1:
        raise MetricError(f"the parameter `quantile`: expected a share between 0 and 1, found {quantile}")
    real, made = number_rows(truth, predictions)
    for side, distances in (("truth", real), ("predictions", made)):
        if distances.min() < 0:
            row = int(np.argmin(distances))
            raise MetricError(f"{side}, row {row}: expected a distance, 0 or more, found {distances[row]}")
    order = np.argsort(real)
    shares = np.full(len(counts), np.nan)
    for place, drawn in enumerate(counts):
        reached = np.cumsum(drawn[order])
        if reached[-1] > 0:
            # 1 - 1e-12: seven of a hundred are seven, although 0.07 * 100 is a little more.
            limit = real[order][np.searchsorted(reached, quantile * reached[-1] * (1 - 1e-12))]
            shares[place] = drawn[made < limit].sum() / reached[-1]
    return shares


def _frechet(real: Array, made: Array, apart: Array, drawn: Array) -> float:
    (mean, spread), (other_mean, other_spread) = _moments(real, drawn), _moments(made, drawn)
    # The trace of (C D)^½ is the sum of the singular values of A'B for any roots, C = AA' and D = BB'.
    shared = np.linalg.svd(_root(spread).T @ _root(other_spread), compute_uv=False).sum()
    value = ((apart + mean - other_mean) ** 2).sum() + np.trace(spread) + np.trace(other_spread) - 2 * shared
    return max(float(value), 0.0)


def _moments(features: Array, drawn: Array) -> tuple[Array, Array]:
    """Return the mean and the unbiased covariance of the drawn rows."""
    total = drawn.sum()
    mean = drawn @ features / total
    return mean, ((features.T * drawn) @ features - total * np.outer(mean, mean)) / (total - 1)


def _root(spread: Array) -> Array:
    """Return A with AA' = the covariance; eigenvalues that are rounding of 0 are 0."""
    values, vectors = np.linalg.eigh(spread)
    noise = len(values) * np.finfo(np.float64).eps * max(float(values[-1]), 0.0)
    return np.asarray(vectors * np.sqrt(np.where(values > noise, values, 0.0)))


def _kernel_sums(left: Array, right: Array, drawn: Array) -> Array:
    """Return (m,) sums of the kernel over all pairs of drawn rows of both sides."""
    step = max(1, BLOCK // len(right))
    total = np.zeros(len(drawn))
    for start in range(0, len(left), step):
        kernel = (left[start : start + step] @ right.T / right.shape[1] + 1) ** 3
        total += np.einsum("mi,im->m", drawn[:, start : start + step], kernel @ drawn.T)
    return total


def _kernel_of_self(features: Array) -> Array:
    return np.asarray(((features**2).sum(axis=1) / features.shape[1] + 1) ** 3)


def _both(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    real, made = number_matrix(truth, "truth"), number_matrix(predictions, "predictions")
    same_shape(real, made)
    return real, made


def _once(truth: NDArray[Any]) -> NDArray[np.int64]:
    return np.ones((1, len(truth)), dtype=np.int64)


def _defined(values: Array, wanted: str) -> float:
    if np.isnan(values[0]):
        raise MetricError(f"expected at least {wanted}")
    return float(values[0])
