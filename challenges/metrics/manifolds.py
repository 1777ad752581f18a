"""Whether generated samples look real (precision) and whether all that is real is generated (recall).

A set covers the space around its samples: a ball about each, which reaches to its k-th nearest neighbour in the set.
Rows of the two sides have nothing to do with each other, as in `generative`, and input is refused as there.

    drawn rows ──> radii of the balls ──┐
    pairs (ball, sample) near enough ───┴──> which samples lie in a ball

Distances are worked out once; a resample only counts neighbours again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.matrices import number_matrix, same_shape
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]
Places = NDArray[np.int64]

BLOCK = 1 << 22
"""Distances held at one time: 32 MB."""


def generative_precision(truth: NDArray[Any], predictions: NDArray[Any], *, k: int = 3) -> float:
    """Return the share of generated samples that lie in the space that real samples cover.

    Parameters
    ----------
    truth : (n, d) features of real samples, n above k.
    predictions : (n, d) features of generated samples.
    k : which nearest neighbour a ball reaches to, 1 or more.

    Returns
    -------
    float, 0 to 1 (best). One perfect sample many times is precise: show recall beside it.

    Raises
    ------
    MetricError
        No more rows than k.

    Edge cases
    ----------
    On the edge of a ball is inside. Samples that are equal count as neighbours at distance 0.

    Source
    ------
    Kynkäänniemi et al. 2019, "Improved precision and recall metric for assessing generative models".

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [2.0]])
    >>> generative_precision(real, np.array([[0.5], [3.0], [9.0]]), k=1)
    0.6666666666666666
    """
    return _defined(generative_precision_resampled(truth, predictions, _once(truth), k=k), k)


def generative_recall(truth: NDArray[Any], predictions: NDArray[Any], *, k: int = 3) -> float:
    """Return the share of real samples that lie in the space that generated samples cover.

    Parameters
    ----------
    truth, predictions, k : see `generative_precision`.

    Returns
    -------
    float, 0 to 1 (best). A few samples far from everything cover everything: show precision beside it.

    Raises
    ------
    MetricError
        No more rows than k.

    Source
    ------
    Kynkäänniemi et al. 2019.

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [2.0]])
    >>> generative_recall(real, np.array([[0.5], [0.6], [0.7]]), k=1)
    0.0
    """
    return _defined(generative_recall_resampled(truth, predictions, _once(truth), k=k), k)


def generative_precision_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, k: int = 3
) -> Array:
    """Return (m,) precisions where rows are drawn as often as (m, n) counts say; NaN for no more rows than k."""
    real, made = _both(truth, predictions)
    return _covered(real, made, counts, k)


def generative_recall_resampled(
    truth: NDArray[Any], predictions: NDArray[Any], counts: NDArray[Any], *, k: int = 3
) -> Array:
    """Return (m,) recalls under (m, n) counts; NaN for no more rows than k."""
    real, made = _both(truth, predictions)
    return _covered(made, real, counts, k)


@dataclass(frozen=True)
class _Pairs:
    """Balls and samples that are near enough for the ball to hold the sample in some resample."""

    balls: Places
    samples: Places
    distances: Array


def _covered(centres: Array, samples: Array, counts: NDArray[Any], k: int) -> Array:
    """Return (m,) shares of drawn samples that lie in a ball about a drawn centre."""
    if not (isinstance(k, int | np.integer) and k >= 1):
        raise MetricError(f"the parameter `k`: expected a whole number from 1 up, found {k}")
    enough = counts.sum(axis=1) > k
    shares = np.full(len(counts), np.nan)
    radii = _radii(centres, counts[enough], k)
    if len(radii) == 0:
        return shares
    pairs = _near(centres, samples, radii.max(axis=0))
    shares[enough] = [_share(pairs, reach, drawn) for reach, drawn in zip(radii, counts[enough], strict=True)]
    return shares


def _share(pairs: _Pairs, reach: Array, drawn: NDArray[Any]) -> float:
    inside = np.zeros(len(drawn), dtype=bool)
    inside[pairs.samples[pairs.distances <= reach[pairs.balls]]] = True
    return float(drawn[inside].sum() / drawn.sum())


def _radii(centres: Array, counts: NDArray[Any], k: int) -> Array:
    """Return (m, n) distances from each centre to its k-th nearest drawn neighbour; -1 where it is not drawn."""
    radii = np.full(counts.shape, -1.0)
    some = min(len(centres), 16 + 8 * k)  # of a resample's rows, neighbours beyond that are hardly ever needed
    for start, distances in _distances(centres, centres):
        places = np.argpartition(distances, some - 1, axis=1)[:, :some]
        near = np.take_along_axis(distances, places, 1)
        order = np.argsort(near, axis=1, kind="stable")
        places, near = np.take_along_axis(places, order, 1), np.take_along_axis(near, order, 1)
        here = np.arange(start, start + len(distances))
        for place, drawn in enumerate(counts):
            # A centre is among its own neighbours, at distance 0, and is left out once.
            reached = np.cumsum(drawn[places], axis=1) > k
            found = np.where(reached[:, -1], near[np.arange(len(near)), np.argmax(reached, axis=1)], np.nan)
            for row in np.flatnonzero(np.isnan(found)):
                found[row] = _farther(distances[row], drawn, k)
            radii[place, here] = np.where(drawn[here] > 0, found, -1.0)
    return radii


def _farther(distances: Array, drawn: NDArray[Any], k: int) -> float:
    order = np.argsort(distances, kind="stable")
    return float(distances[order[np.argmax(np.cumsum(drawn[order]) > k)]])


def _near(centres: Array, samples: Array, reach: Array) -> _Pairs:
    balls, others, distances = [], [], []
    for start, block in _distances(centres, samples):
        rows, columns = np.nonzero(block <= reach[start : start + len(block), None])
        balls.append(rows + start)
        others.append(columns)
        distances.append(block[rows, columns])
    return _Pairs(np.concatenate(balls), np.concatenate(others), np.concatenate(distances))


def _distances(left: Array, right: Array) -> Any:
    """Yield the first row and the (b, n) distances of one block of the left side after the other."""
    from scipy.spatial.distance import cdist

    step = max(1, BLOCK // len(right))
    for start in range(0, len(left), step):
        yield start, cdist(left[start : start + step], right)


def _both(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    real, made = number_matrix(truth, "truth"), number_matrix(predictions, "predictions")
    same_shape(real, made)
    return real, made


def _once(truth: NDArray[Any]) -> NDArray[np.int64]:
    return np.ones((1, len(truth)), dtype=np.int64)


def _defined(values: Array, k: int) -> float:
    if np.isnan(values[0]):
        raise MetricError(f"expected more rows than k = {k}")
    return float(values[0])
