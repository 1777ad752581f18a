"""Measures of pictures agree with scikit-image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import skimage.metrics
from numpy.typing import NDArray

from challenges.metrics import images
from challenges.metrics.types import MetricError

reference: Any = skimage.metrics
"""It says that it is typed, but its functions are not."""

CLOSE: dict[str, Any] = {"rel": 1e-9, "abs": 1e-9}


def pictures(seed: int, shape: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 256, shape).astype(np.uint8)
    noise = rng.normal(0, 30, shape)
    return truth, (truth + noise).clip(0, 255).astype(np.uint8)


def of_scikit_image(truth: NDArray[Any], found: NDArray[Any], data_range: float, colour: bool) -> tuple[float, float]:
    ratio = [reference.peak_signal_noise_ratio(a, b, data_range=data_range) for a, b in zip(truth, found, strict=True)]
    similar = [
        reference.structural_similarity(
            a, b, data_range=data_range, channel_axis=-1 if colour else None,
            gaussian_weights=True, sigma=1.5, use_sample_covariance=False,
        )
        for a, b in zip(truth.astype(float), found.astype(float), strict=True)
    ]  # fmt: skip
    return float(np.mean(ratio)), float(np.mean(similar))


@pytest.mark.parametrize("shape", [(3, 11, 11), (2, 40, 25), (2, 32, 32, 3), (1, 64, 20, 1)])
@pytest.mark.parametrize("seed", range(2))
def test_measures_of_pictures_agree_with_scikit_image(seed: int, shape: tuple[int, ...]) -> None:
    truth, found = pictures(seed, shape)
    ratio, similar = of_scikit_image(truth, found, 255.0, len(shape) == 4)
    assert images.psnr(truth, found) == pytest.approx(ratio, **CLOSE)
    assert images.ssim(truth, found) == pytest.approx(similar, **CLOSE)
    shares = truth / 255.0, found / 255.0
    assert images.psnr(*shares, data_range=1.0) == pytest.approx(ratio, **CLOSE)
    assert images.ssim(*shares, data_range=1.0) == pytest.approx(similar, **CLOSE)


def test_flat_and_opposite_pictures_agree_with_scikit_image() -> None:
    ramp = np.tile(np.arange(24.0) * 10, (1, 24, 1))
    truth = np.concatenate([np.zeros((1, 24, 24)), np.full((1, 24, 24), 255.0), ramp, ramp])
    found = np.concatenate([np.full((1, 24, 24), 255.0), np.full((1, 24, 24), 254.0), 255 - ramp, ramp[:, ::-1, ::-1]])
    ratio, similar = of_scikit_image(truth, found, 255.0, False)
    assert images.psnr(truth, found) == pytest.approx(ratio, **CLOSE)
    assert images.ssim(truth, found) == pytest.approx(similar, **CLOSE)


def test_pictures_without_error_have_a_hundred_decibels_and_not_infinity() -> None:
    truth, _ = pictures(0, (2, 12, 12))
    assert images.psnr(truth, truth) == 100.0
    almost = truth[:1].astype(float)
    almost[0, 0, 0] += 1e-6 if almost[0, 0, 0] < 255 else -1e-6
    assert images.psnr(truth[:1], almost) == 100.0


def test_a_picture_is_right_up_to_errors_of_two_and_a_half_levels() -> None:
    # 40 dB of 255 are a mean square of 6.5025: errors of 2.55.
    truth = np.full((3, 4, 4), 100)
    found = truth + np.array([0, 2, 3])[:, None, None]
    assert images.picture_accuracy(truth, found) == pytest.approx(2 / 3)
    assert images.picture_accuracy(truth, found, least_db=48.0) == pytest.approx(1 / 3)  # 2 levels: 42.1 dB


def test_bytes_do_not_overflow() -> None:
    # 255 - 0 squared is 65025, which a byte holds as 1.
    assert images.psnr(np.zeros((1, 2, 2), dtype=np.uint8), np.full((1, 2, 2), 255, dtype=np.uint8)) == 0.0


def test_pictures_of_any_sizes_may_stand_in_cells() -> None:
    truth, found = np.empty(2, dtype=object), np.empty(2, dtype=object)
    small, large = pictures(0, (1, 12, 14)), pictures(1, (1, 30, 20, 3))
    truth[:], found[:] = [small[0][0], large[0][0]], [small[1][0], large[1][0]]
    for metric in (images.psnr, images.ssim):
        assert metric(truth, found) == pytest.approx((metric(*small) + metric(*large)) / 2)


SMALL = np.zeros((2, 12, 12))
REFUSED: list[tuple[Callable[..., float], dict[str, Any], Any, Any, str]] = [
    (images.psnr, {}, SMALL, SMALL - 1, "predictions, row 0: expected values from 0 to 255, found -1"),
    (images.psnr, {}, SMALL, SMALL + 256, "predictions, row 0: expected values from 0 to 255, found 256"),
    (images.psnr, {}, SMALL, SMALL * np.nan, "predictions, row 0: .* found nan"),
    (images.psnr, {"data_range": 1.0}, SMALL + 2, SMALL, "truth, row 0: expected values from 0 to 1, found 2"),
    (images.psnr, {"data_range": 0.0}, SMALL, SMALL, "`data_range`"),
    (images.picture_accuracy, {"least_db": 0.0}, SMALL, SMALL, "`least_db`"),
    (images.picture_accuracy, {}, SMALL, SMALL[:1], "expected the same"),
    (images.psnr, {}, SMALL, SMALL[:, :-1], "predictions, row 0: expected shape"),
    (images.psnr, {}, SMALL, SMALL[:1], "expected the same"),
    (images.psnr, {}, SMALL[:0], SMALL[:0], "no rows"),
    (images.psnr, {}, [[1.0]], [[1.0]], "truth, row 0: expected a picture"),
    (images.ssim, {}, SMALL[:, :10], SMALL[:, :10], "expected 11 pixels at least on each side, found 12 x 10"),
]


@pytest.mark.parametrize(("metric", "params", "truth", "predictions", "message"), REFUSED)
def test_what_is_no_picture_is_refused_by_name(
    metric: Callable[..., float], params: dict[str, Any], truth: Any, predictions: Any, message: str
) -> None:
    with pytest.raises(MetricError, match=message):
        metric(np.asarray(truth), np.asarray(predictions), **params)
