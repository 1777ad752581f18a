"""Pixels by their class: overlap of regions, and the share of pixels that are right.

A row is one image or volume: an integer array of any shape, the same on both sides. All but `promptable_iou` are
functions of sums over the rows, so a resample costs one product.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.maps import label_map, label_maps, mask, masks, same_rows
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def mean_iou(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> float:
    """Return the overlap (intersection by union) of each class over all images, mean over the classes.

    Parameters
    ----------
    truth, predictions : (n,) integer arrays, or (n, h, w); pixels are pooled over the images.
    void : label of the truth whose pixels do not count, such as 255.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Shapes that differ, labels that are not whole, a truth of nothing but void.

    Edge cases
    ----------
    The classes are those of the truth: a class that only the predictions have is wrong at each of its pixels and makes
    no class of its own.

    Source
    ------
    Everingham et al. 2010; sklearn.metrics.jaccard_score (macro) over the pixels that count.

    Examples
    --------
    >>> mean_iou(np.array([[[0, 0], [1, 1]]]), np.array([[[0, 1], [1, 1]]]))
    0.5833333333333333
    """
    return _defined(mean_of_overlaps(overlap_sums(truth, predictions, void=void).sum(axis=0)))


def pixel_accuracy(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> float:
    """Return the share of pixels with the right class, over all images.

    Parameters
    ----------
    truth, predictions : (n,) integer arrays, or (n, h, w); pixels are pooled over the images.
    void : label of the truth whose pixels do not count, such as 255.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Shapes that differ, labels that are not whole, a truth of nothing but void.

    Source
    ------
    sklearn.metrics.accuracy_score over the pixels that count.

    Examples
    --------
    >>> pixel_accuracy(np.array([[[0, 0], [1, 1]]]), np.array([[[0, 1], [1, 1]]]))
    0.75
    """
    return _defined(ratio(pixel_sums(truth, predictions, void=void).sum(axis=0)))


def dice(truth: NDArray[Any], predictions: NDArray[Any], *, positive: int = 1, pooled: bool = False) -> float:
    """Return twice the shared pixels of a region by the pixels of both sides.

    Parameters
    ----------
    truth, predictions : (n,) integer arrays, or (n, h, w); pictures or volumes.
    positive : the label of the region; every other label is outside.
    pooled : count the pixels of all rows as one image; else the mean over the rows.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Shapes that differ, labels that are not whole; pooled, when neither side has a pixel of the region.

    Edge cases
    ----------
    A row whose region is empty on both sides is 1, on one side 0; pooled, such rows add nothing.

    Source
    ------
    Dice 1945; sklearn.metrics.f1_score over pixels.

    Examples
    --------
    >>> truth = np.array([[[0, 0], [1, 1]], [[0, 0], [0, 0]]])
    >>> found = np.array([[[0, 1], [1, 1]], [[0, 0], [0, 0]]])
    >>> dice(truth, found), dice(truth, found, pooled=True)
    (0.9, 0.8)
    """
    sums = dice_sums(truth, predictions, positive=positive, pooled=pooled).sum(axis=0)
    return _defined(ratio(sums), f"neither side has a pixel of the label {positive}")


def promptable_iou(truth: NDArray[Any], predictions: NDArray[Any], *, budget: int = 5) -> float:
    """Return the mean overlap after each of the first prompts: quick success counts as much as final success.

    Parameters
    ----------
    truth : (n,) masks of 0 and 1, one target each, with at least one pixel.
    predictions : (n,) arrays (k, *shape of the target): the mask after prompt 1, 2 .. k; k at most `budget`.
    budget : number of prompts that count.

    Returns
    -------
    float, 0 to 1 (best).

    Raises
    ------
    MetricError
        Shapes that differ, values other than 0 and 1, an empty target, more masks than prompts.

    Edge cases
    ----------
    A prompt without a mask counts 0: stopping early is not rewarded.

    Source
    ------
    Mean IoU by clicks, after Sofiiuk et al. 2022 (RITM), as an area instead of a number of clicks.

    Examples
    --------
    >>> target = np.array([[0, 0], [1, 1]])
    >>> answers = np.array([[[0, 0], [0, 1]], [[0, 0], [1, 1]]])
    >>> promptable_iou(target[None], answers[None], budget=2), promptable_iou(target[None], answers[None], budget=4)
    (0.75, 0.375)
    """
    return float(prompted_overlaps(truth, predictions, budget=budget).mean())


def overlap_sums(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> Floats:
    """Return (n, 3 k): shared, true and predicted pixels of each of the k classes of the truth."""
    same_rows(truth, predictions)
    seen = [np.unique(label_map(cell, "truth", row)) for row, cell in enumerate(truth)]
    classes = np.unique(np.concatenate(seen).astype(np.int64))
    classes = classes[classes != void] if void is not None else classes
    if len(classes) == 0:
        raise MetricError(f"truth: expected a pixel other than void ({void})")
    sums = np.empty((len(truth), 3, len(classes)))
    for row, (expected, found) in enumerate(_counted(truth, predictions, void)):
        table = _confusion(classes, expected, found)
        sums[row] = table.diagonal(), table.sum(axis=1), table[:, :-1].sum(axis=0)
    return sums.reshape(len(truth), -1)


def mean_of_overlaps(sums: Floats) -> Floats:
    """Return the mean of intersection by union over the classes that the truth has; NaN where it has none."""
    shared, expected, found = np.moveaxis(sums.reshape(*sums.shape[:-1], 3, -1), -2, 0)
    there = expected > 0
    overlap = np.where(there, shared / np.where(there, expected + found - shared, 1.0), 0.0)
    count = there.sum(axis=-1)
    return np.asarray(np.where(count > 0, overlap.sum(axis=-1) / np.maximum(count, 1), np.nan))


def pixel_sums(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> Floats:
    """Return (n, 2): pixels that are right, pixels that count."""
    return np.array(
        [((expected == found).sum(), expected.size) for expected, found in _counted(truth, predictions, void)],
        dtype=np.float64,
    )


def dice_sums(truth: NDArray[Any], predictions: NDArray[Any], *, positive: int = 1, pooled: bool = False) -> Floats:
    """Return (n, 2): twice the shared pixels and the pixels of both sides; unless pooled, their ratio and 1."""
    sums = np.array(
        [
            (2.0 * np.count_nonzero(a & b), np.count_nonzero(a) + np.count_nonzero(b))
            for expected, found in label_maps(truth, predictions)
            for a, b in [(expected == positive, found == positive)]
        ]
    )
    if pooled:
        return sums
    empty = sums[:, 1] == 0
    return np.column_stack([np.where(empty, 1.0, sums[:, 0] / np.where(empty, 1.0, sums[:, 1])), np.ones(len(sums))])


def prompted_overlaps(truth: NDArray[Any], predictions: NDArray[Any], *, budget: int = 5) -> Floats:
    """Return (n,) mean overlaps after the first `budget` prompts."""
    if budget < 1:
        raise MetricError(f"budget: expected 1 or more prompts, found {budget}")
    same_rows(truth, predictions)
    return np.array([_prompted(truth[row], predictions[row], row, budget) for row in range(len(truth))])


def ratio(sums: Floats) -> Floats:
    """Return the first sum by the second; NaN where that is 0."""
    whole = sums[..., 1]
    return np.asarray(np.where(whole > 0, sums[..., 0] / np.where(whole > 0, whole, 1.0), np.nan))


def overlap_of_masks(expected: NDArray[np.bool_], found: NDArray[np.bool_]) -> float:
    """Return intersection by union; two empty masks are alike."""
    union = np.count_nonzero(expected | found)
    return np.count_nonzero(expected & found) / union if union else 1.0


def mask_overlaps(truth: NDArray[Any], predictions: NDArray[Any]) -> Floats:
    """Return (n,) intersections by union of masks of 0 and 1."""
    return np.array([overlap_of_masks(expected, found) for expected, found in masks(truth, predictions)])


def _counted(
    truth: NDArray[Any], predictions: NDArray[Any], void: int | None
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Yield the labels of the pixels that count, flat."""
    for expected, found in label_maps(truth, predictions):
        if void is None:
            yield expected.ravel(), found.ravel()
        else:
            counts = expected != void
            yield expected[counts], found[counts]


def _confusion(classes: Integers, expected: NDArray[Any], found: NDArray[Any]) -> Integers:
    """Return (k, k + 1) counts of pixels; the last column holds the labels that are no class of the truth."""
    k = len(classes)
    codes = np.searchsorted(classes, found)
    codes[classes[np.minimum(codes, k - 1)] != found] = k
    flat = np.searchsorted(classes, expected) * (k + 1) + codes
    return np.bincount(flat, minlength=k * (k + 1)).reshape(k, k + 1)


def _prompted(target: Any, answers: Any, row: int, budget: int) -> float:
    expected = mask(target, "truth", row)
    if not expected.any():
        raise MetricError(f"truth, row {row}: expected a target of at least one pixel")
    stack = np.asarray(answers)
    if stack.ndim != expected.ndim + 1 or len(stack) > budget:
        found = f"shape {stack.shape}"
        raise MetricError(
            f"predictions, row {row}: expected at most {budget} masks of shape {expected.shape}, found {found}"
        )
    return (
        sum(overlap_of_masks(expected, mask(answer, "predictions", row, expected.shape)) for answer in stack) / budget
    )


def _defined(value: Floats, why: str = "truth: expected a pixel other than void") -> float:
    if np.isnan(value):
        raise MetricError(why)
    return float(value)
