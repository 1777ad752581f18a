"""How far a picture is from a style and from a content, by the feature maps of the challenge's own net.

A row is one layer of one picture: (channels, height, width), or (channels, positions). All functions are means over
the rows and refuse an empty or unequal input, NaN and infinities with MetricError.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.matrices import some_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]


def style_distance(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean squared distance of the Gram matrices: which channels go together, wherever that is.

    Parameters
    ----------
    truth : (n,) feature maps (channels, ...) of pictures in the style.
    predictions : (n,) feature maps of the generated pictures; the channels are the same, positions need not be.

    Returns
    -------
    float, 0 (best) and up: the sum over channels of (G - A)² / (4 channels²), G being the mean of products over the
    positions.

    Source
    ------
    Gatys, Ecker and Bethge 2016, equations 3 and 4, for maps of one size; the mean over the positions makes other
    sizes comparable.

    Examples
    --------
    >>> truth, other = np.array([[[1.0, 1.0], [0.0, 2.0]]]), np.array([[[1.0, 1.0], [0.0, 0.0]]])
    >>> style_distance(truth, other)
    0.375
    >>> style_distance(truth, truth[:, :, ::-1])
    0.0
    """
    return float(gram_distances(truth, predictions).mean())


def content_distance(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean squared distance of the feature maps: what is where.

    Parameters
    ----------
    truth, predictions : (n,) feature maps of one shape (channels, ...).

    Returns
    -------
    float, 0 (best) and up.

    Source
    ------
    Gatys, Ecker and Bethge 2016, equation 1, as a mean over channels and positions instead of half the sum.

    Examples
    --------
    >>> content_distance(np.array([[[1.0, 1.0], [0.0, 2.0]]]), np.array([[[1.0, 1.0], [0.0, 0.0]]]))
    1.0
    """
    return float(map_distances(truth, predictions).mean())


def gram_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) squared distances of the Gram matrices."""
    distances = []
    for row, (expected, found) in enumerate(_maps(truth, predictions)):
        if len(expected) != len(found):
            raise MetricError(f"predictions, row {row}: expected {len(expected)} channels, found {len(found)}")
        distances.append(float(((_gram(expected) - _gram(found)) ** 2).sum() / (4 * len(expected) ** 2)))
    return np.array(distances)


def map_distances(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) mean squared distances of the feature maps."""
    distances = []
    for row, (expected, found) in enumerate(_maps(truth, predictions)):
        if expected.shape != found.shape:
            raise MetricError(f"predictions, row {row}: expected shape {expected.shape}, found {found.shape}")
        distances.append(float(((expected - found) ** 2).mean()))
    return np.array(distances)


def _gram(maps: Array) -> Array:
    flat = maps.reshape(len(maps), -1)
    return np.asarray(flat @ flat.T / flat.shape[1])


def _maps(truth: NDArray[Any], predictions: NDArray[Any]) -> Iterator[tuple[Array, Array]]:
    some_rows(truth, predictions)
    for row, (expected, found) in enumerate(zip(truth, predictions, strict=True)):
        yield _map(expected, f"truth, row {row}"), _map(found, f"predictions, row {row}")


def _map(cell: Any, place: str) -> Array:
    try:
        maps = np.asarray(cell)
    except ValueError:
        raise MetricError(f"{place}: expected feature maps, found lists of unequal length") from None
    if maps.ndim < 2 or maps.size == 0 or maps.dtype.kind not in "fiub":
        raise MetricError(f"{place}: expected feature maps, found dtype {maps.dtype}, shape {maps.shape}")
    numbers = maps.astype(np.float64)
    if not np.isfinite(numbers).all():
        raise MetricError(f"{place}: expected finite numbers, found {numbers[~np.isfinite(numbers)][0]}")
    return numbers
