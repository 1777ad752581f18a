"""Pictures against the pictures that they should be, pixel by pixel.

Both sides are (n, height, width) or (n, height, width, channels), or (n,) cells of such pictures of any sizes. Values
lie within 0 and `data_range`; a picture outside is refused, as are empty and unequal input, NaN and infinities, with
MetricError.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.matrices import some_rows
from challenges.metrics.types import MetricError

Array = NDArray[np.float64]

MOST_DB = 100.0
"""What a picture without any error has: more is below the rounding of any camera."""

SIGMA_PX = 1.5
RADIUS_PX = 5
"""The Gaussian window of Wang et al. 2004: 11 pixels wide."""


def psnr(truth: NDArray[Any], predictions: NDArray[Any], *, data_range: float = 255.0) -> float:
    """Return the mean, over the pictures, of the peak signal-to-noise ratio, in dB.

    Parameters
    ----------
    truth, predictions : (n, height, width[, channels]) or (n,) cells of pictures; 0 to `data_range`.
    data_range : the greatest value that a pixel can have: 255 for 8 bits, 1 for shares.

    Returns
    -------
    float, up to 100 (best), in dB; 10 lg(data_range² / mean squared error).

    Edge cases
    ----------
    Pictures that are equal, or nearly so, count 100 dB instead of infinity.

    Source
    ------
    skimage.metrics.peak_signal_noise_ratio, picture by picture.

    Examples
    --------
    >>> truth = np.zeros((1, 2, 2))
    >>> round(psnr(truth, truth + 25.5), 6), psnr(truth, truth)
    (20.0, 100.0)
    """
    return float(ratios_db(truth, predictions, data_range=data_range).mean())


def ssim(truth: NDArray[Any], predictions: NDArray[Any], *, data_range: float = 255.0) -> float:
    """Return the mean, over the pictures, of the structural similarity.

    Parameters
    ----------
    truth, predictions : see `psnr`; 11 pixels at least on each side.
    data_range : see `psnr`.

    Returns
    -------
    float, -1 to 1 (best): luminance, contrast and structure of windows of 11 pixels, weighted by a Gaussian of 1.5.

    Raises
    ------
    MetricError
        A picture smaller than the window.

    Edge cases
    ----------
    Windows that reach beyond the picture are left out. Of several channels the mean is taken.

    Source
    ------
    Wang et al. 2004; skimage.metrics.structural_similarity(gaussian_weights=True, sigma=1.5,
    use_sample_covariance=False).

    Examples
    --------
    >>> truth = np.arange(144.0).reshape(1, 12, 12)
    >>> round(ssim(truth, truth), 9), round(ssim(truth, 143 - truth), 6)
    (1.0, -0.823199)
    """
    return float(similarities(truth, predictions, data_range=data_range).mean())


def picture_accuracy(
    truth: NDArray[Any], predictions: NDArray[Any], *, least_db: float = 40.0, data_range: float = 255.0
) -> float:
    """Return the share of pictures that are right: so near to the true one that only rounding lies between them.

    Parameters
    ----------
    truth, predictions : see `psnr`.
    least_db : signal-to-noise ratio from which on a picture is right; 40 dB are errors of 2.5 levels of 8 bits.
    data_range : see `psnr`.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        A ratio that is not above 0, or above the 100 dB of pictures without any error.

    Source
    ------
    Accuracy over pictures, with `psnr` as what makes one right.

    Examples
    --------
    >>> truth = np.zeros((2, 2, 2))
    >>> picture_accuracy(truth, truth + [[[1.0]], [[3.0]]])
    0.5
    """
    return float(pictures_right(truth, predictions, least_db=least_db, data_range=data_range).mean())


def ratios_db(truth: NDArray[Any], predictions: NDArray[Any], *, data_range: float = 255.0) -> Array:
    """Return (n,) peak signal-to-noise ratios, at most 100 dB."""
    floor = data_range**2 * 10 ** (-MOST_DB / 10)
    pictures = _pictures(truth, predictions, data_range)
    errors = np.array([_mean_square(expected - found) for expected, found in pictures])
    return np.asarray(10 * np.log10(data_range**2 / np.maximum(errors, floor)))


def pictures_right(
    truth: NDArray[Any], predictions: NDArray[Any], *, least_db: float = 40.0, data_range: float = 255.0
) -> Array:
    """Return (n,) 1 where a picture is right, else 0."""
    if not 0 < least_db <= MOST_DB:
        raise MetricError(f"the parameter `least_db`: expected more than 0 and at most {MOST_DB:g}, found {least_db}")
    return (ratios_db(truth, predictions, data_range=data_range) >= least_db).astype(np.float64)


def similarities(truth: NDArray[Any], predictions: NDArray[Any], *, data_range: float = 255.0) -> Array:
    """Return (n,) structural similarities."""
    values = []
    for row, (expected, found) in enumerate(_pictures(truth, predictions, data_range)):
        if min(expected.shape[:2]) <= 2 * RADIUS_PX:
            size = f"{expected.shape[1]} x {expected.shape[0]}"
            raise MetricError(f"truth, row {row}: expected 11 pixels at least on each side, found {size}")
        values.append(_similarity(expected, found, data_range))
    return np.array(values)


def _mean_square(gap: Array) -> float:
    return float(np.vdot(gap, gap)) / gap.size


def _similarity(expected: Array, found: Array, data_range: float) -> float:
    small, smaller = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    mean, other, squares, product = (
        _blurred(plane) for plane in (expected, found, expected**2 + found**2, expected * found)
    )
    both, means = mean * other, mean**2 + other**2
    top = (2 * both + small) * (2 * (product - both) + smaller)
    return float((top / ((means + small) * (squares - means + smaller))).mean())


def _blurred(picture: Array) -> Array:
    """Return the windows' means: as many as fit into the picture."""
    from scipy.ndimage import correlate1d

    offsets = np.arange(-RADIUS_PX, RADIUS_PX + 1)
    window = np.exp(-(offsets**2) / (2 * SIGMA_PX**2))
    window /= window.sum()
    rows = correlate1d(picture, window, axis=0)[RADIUS_PX:-RADIUS_PX]
    return np.asarray(correlate1d(rows, window, axis=1)[:, RADIUS_PX:-RADIUS_PX])


def _pictures(truth: NDArray[Any], predictions: NDArray[Any], data_range: float) -> Iterator[tuple[Array, Array]]:
    """Yield both sides of each row. Raises MetricError for what is no picture, or not of the same shape."""
    if not 0 < data_range < np.inf:
        raise MetricError(f"the parameter `data_range`: expected a number above 0, found {data_range}")
    some_rows(truth, predictions)
    for row, cells in enumerate(zip(truth, predictions, strict=True)):
        expected, found = (
            _picture(cell, f"{side}, row {row}", data_range)
            for cell, side in zip(cells, ("truth", "predictions"), strict=True)
        )
        if expected.shape != found.shape:
            raise MetricError(f"predictions, row {row}: expected shape {expected.shape}, found {found.shape}")
        yield expected, found


def _picture(cell: Any, place: str, data_range: float) -> Array:
    try:
        picture = np.asarray(cell)
    except ValueError:
        raise MetricError(f"{place}: expected a picture, found rows of unequal length") from None
    if picture.ndim not in (2, 3) or picture.size == 0 or picture.dtype.kind not in "fiub":
        raise MetricError(f"{place}: expected a picture, found dtype {picture.dtype}, shape {picture.shape}")
    low, high = float(picture.min()), float(picture.max())
    if not (low >= 0 and high <= data_range):  # NaN is neither
        outside = low if not low >= 0 else high
        raise MetricError(f"{place}: expected values from 0 to {data_range:g}, found {outside:g}")
    return picture.astype(np.float64)
