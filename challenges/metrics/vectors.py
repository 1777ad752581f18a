"""Vectors against vectors: several targets a row, places on the Earth, directions, shares of an explanation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.regression import LARGEST_ERROR
from challenges.metrics.series import rows_of_both, steps, table
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, IUGG."""


def rmse_columns(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the RMSE of each target column, averaged over the columns.

    Parameters
    ----------
    truth, predictions : (n, d) numbers, or n cells of d numbers.

    Returns
    -------
    float, 0 (best) and up, in the unit of the targets.

    Source
    ------
    sklearn.metrics.root_mean_squared_error, multioutput="uniform_average".

    Examples
    --------
    >>> rmse_columns(np.array([[1.0, 2.0]]), np.array([[4.0, 6.0]]))
    3.5
    """
    return float(mean_of_roots(column_square_sums(truth, predictions).sum(axis=0)))


def haversine(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean great-circle distance between the true and the predicted places, in km.

    Parameters
    ----------
    truth, predictions : (n, 2) latitude (-90 to 90) and longitude (-180 to 360), in degrees.

    Returns
    -------
    float, 0 (best) to 20015, in km, on a sphere of radius 6371.0088 km.

    Source
    ------
    sklearn.metrics.pairwise.haversine_distances, in kilometres.

    Examples
    --------
    >>> round(haversine(np.array([[52.52, 13.405]]), np.array([[48.8566, 2.3522]])), 2)
    877.46
    """
    return float(distances_km(truth, predictions).mean())


def angular_error(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return the mean angle between the true and the predicted directions, in degrees.

    Parameters
    ----------
    truth, predictions : (n, d) vectors other than 0; only their directions count.

    Returns
    -------
    float, 0 (best) to 180, in degrees.

    Raises
    ------
    MetricError
        A vector of length 0: it has no direction.

    Source
    ------
    Kahan 2006, How futile are mindless assessments of roundoff, section 12: exact for small angles too.

    Examples
    --------
    >>> angular_error(np.array([[1.0, 0.0]]), np.array([[0.0, 2.0]]))
    90.0
    """
    return float(angles_deg(truth, predictions).mean())


def attribution_fidelity(truth: NDArray[Any], predictions: NDArray[Any]) -> float:
    """Return how much of the true attributions the submitted ones hold: 1 - misplaced / all, averaged over rows.

    Parameters
    ----------
    truth, predictions : (n, d) attributions, or n cells of as many numbers on both sides.

    Returns
    -------
    float, 0 to 1 (best). A row whose attributions are all 0 has 0, and so has one that misplaces as much as there is.

    Raises
    ------
    MetricError
        A row whose true attributions are all 0.

    Source
    ------
    Own definition: a total variation distance for shares of either sign.

    Examples
    --------
    >>> attribution_fidelity(np.array([[3.0, -1.0]]), np.array([[2.0, -1.0]]))
    0.75
    """
    return float(fidelities(truth, predictions).mean())


def column_square_sums(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n, d + 1): squared error of each column, 1."""
    expected, found = _tables(truth, predictions)
    with np.errstate(over="ignore"):
        difference = found - expected
    too_far = np.abs(difference).max(axis=1) > LARGEST_ERROR
    if too_far.any():
        row = int(np.argmax(too_far))
        raise MetricError(f"predictions, row {row}: expected numbers within {LARGEST_ERROR:g} of the truth")
    return np.column_stack([difference**2, np.ones(len(found))])


def mean_of_roots(sums: Array) -> Array:
    """Return the mean over columns of the square root of sum / count."""
    return np.asarray(np.sqrt(sums[..., :-1] / sums[..., -1:]).mean(axis=-1))


def distances_km(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) great-circle distances."""
    latitude, longitude = np.radians(_places(truth, "truth")).T
    other_latitude, other_longitude = np.radians(_places(predictions, "predictions")).T
    rows_of_both(truth, predictions)
    half_chord_squared = (
        np.sin((other_latitude - latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(other_latitude) * np.sin((other_longitude - longitude) / 2) ** 2
    )
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half_chord_squared, 0.0, 1.0))))


def angles_deg(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) angles."""
    expected, found = _tables(truth, predictions)
    a, b = _unit(expected, "truth"), _unit(found, "predictions")
    return np.asarray(np.degrees(2 * np.arctan2(np.linalg.norm(a - b, axis=1), np.linalg.norm(a + b, axis=1))))


def fidelities(truth: NDArray[Any], predictions: NDArray[Any]) -> Array:
    """Return (n,) 1 - sum |p - t| / sum |t|, within 0 to 1."""
    paired = steps(truth, predictions)
    whole = paired.sums(np.abs(paired.truth))
    if not (whole > 0).all():
        raise MetricError(f"truth, row {int(np.argmin(whole))}: expected an attribution other than 0")
    with np.errstate(over="ignore"):
        misplaced = paired.sums(np.abs(paired.predictions - paired.truth))
        return np.clip(1 - misplaced / whole, 0.0, 1.0)


def _tables(truth: NDArray[Any], predictions: NDArray[Any]) -> tuple[Array, Array]:
    rows_of_both(truth, predictions)
    expected, found = table(truth, "truth"), table(predictions, "predictions")
    if expected.shape != found.shape:
        raise MetricError(f"predictions: expected {expected.shape[1]} numbers a row, found {found.shape[1]}")
    return expected, found


def _places(values: NDArray[Any], side: str) -> Array:
    if len(values) == 0:
        raise MetricError("no rows: a metric of nothing is not defined")
    places = table(values, side)
    if places.shape[1] != 2:
        raise MetricError(f"{side}: expected latitude and longitude, found {places.shape[1]} numbers a row")
    within = (np.abs(places[:, 0]) <= 90) & (places[:, 1] >= -180) & (places[:, 1] <= 360)
    if not within.all():
        row = int(np.argmin(within))
        raise MetricError(
            f"{side}, row {row}: expected latitude -90 to 90 and longitude -180 to 360 degrees, "
            f"found {places[row, 0]}, {places[row, 1]}"
        )
    return places


def _unit(vectors: Array, side: str) -> Array:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    if not (largest > 0).all():
        raise MetricError(f"{side}, row {int(np.argmin(largest))}: expected a direction, found a vector of length 0")
    scaled = vectors / largest
    return np.asarray(scaled / np.linalg.norm(scaled, axis=1, keepdims=True))
