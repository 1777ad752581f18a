"""Panoptic quality: every object found once, with its class, and how well it is cut out.

A row is one image, cells as for `mask_map`. A pixel belongs to one object only: where masks overlap, the first of the
list keeps it, so that a second guess at the same object is one more wrong object.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import Annotations, listed
from challenges.metrics.masks import Mask, masks_of
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FIGURES = 4
"""Of each class: sum of overlaps, found, false and missed objects."""


def pq(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> float:
    """Return the panoptic quality, mean over the classes: overlaps of what is found by found + (false + missed) / 2.

    Parameters
    ----------
    truth : (n,) lists of {category_id, segmentation, iscrowd}, one list an image.
    predictions : (n,) lists of {category_id, segmentation}; a score, if there is one, is not looked at.
    void : class of the truth that marks pixels where anything may be. Pixels of no object are background: an object
        predicted there is false.

    Returns
    -------
    float, 0 to 1 (best). Objects of all images are pooled; an object is found by one of its class with an overlap above
        0.5, of which there can be no two.

    Raises
    ------
    MetricError
        No object in the truth; masks as for `mask_map`.

    Edge cases
    ----------
    A prediction is not false where more than half of it lies on void or on a crowd of its class. One that is wholly
    covered by earlier ones is false. Classes that the truth lacks do not count.

    Source
    ------
    Kirillov et al. 2019; panopticapi, with uncovered pixels as background instead of void.

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "segmentation": {"size": [2, 3], "counts": [0, 4, 2]}}]
    >>> predictions[0] = [{"category_id": 1, "segmentation": np.array([[1, 1, 0], [1, 0, 0]])}]
    >>> once = pq(truth, predictions)
    >>> predictions[0] = predictions[0] * 2
    >>> once, pq(truth, predictions)
    (0.75, 0.5)
    """
    value = float(mean_quality(object_sums(truth, predictions, void=void).sum(axis=0)))
    if np.isnan(value):
        raise MetricError("truth holds no object that counts: panoptic quality is not defined")
    return value


def object_sums(truth: NDArray[Any], predictions: NDArray[Any], *, void: int | None = None) -> Floats:
    """Return (n, 4 k): overlaps, found, false, missed objects of each of the k classes of the truth."""
    expected, found = listed(
        truth,
        predictions,
        truth_fields=("category_id", "segmentation"),
        found_fields=("category_id", "segmentation"),
    )
    sizes: dict[int, tuple[int, int]] = {}
    objects, guesses = _segments(expected, sizes), _segments(found, sizes)
    counts = ~objects.crowd if void is None else ~objects.crowd & (objects.category != void)
    classes = np.unique(objects.category[counts])
    sums = np.zeros((len(truth), len(classes), FIGURES))
    for row, size in sizes.items():
        _one_image(objects.of_row(row), guesses.of_row(row), size, void, classes, sums[row])
    return sums.reshape(len(truth), -1)


def mean_quality(sums: Floats) -> Floats:
    """Return the mean quality of the classes that the truth has; NaN where it has none."""
    overlap, found, false, missed = np.moveaxis(sums.reshape(*sums.shape[:-1], -1, FIGURES), -1, 0)
    there = found + missed > 0
    quality = np.where(there, overlap / np.where(there, found + (false + missed) / 2, 1.0), 0.0)
    count = there.sum(axis=-1)
    return np.asarray(np.where(count > 0, quality.sum(axis=-1) / np.maximum(count, 1), np.nan))


@dataclass(frozen=True, kw_only=True)
class _Segments:
    """The objects of one side, or of one image of it."""

    row: Integers
    category: Integers
    crowd: Flags
    masks: list[Mask]

    def of_row(self, row: int) -> _Segments:
        start, end = np.searchsorted(self.row, (row, row + 1))
        these = slice(int(start), int(end))
        return _Segments(
            row=self.row[these], category=self.category[these], crowd=self.crowd[these], masks=self.masks[these]
        )

    def painted(self, size: tuple[int, int]) -> Integers:
        """Return (h, w): 1, 2 .. at the pixels of each object, 0 where there is none; the first keeps its pixels."""
        picture = np.zeros(size, dtype=np.int64)
        for number in range(len(self.masks), 0, -1):
            picture[self.masks[number - 1].as_array()] = number
        return picture


def _segments(annotations: Annotations, sizes: dict[int, tuple[int, int]]) -> _Segments:
    masks = masks_of(annotations, sizes)
    annotations.areas(np.ones(len(masks)))  # not used, but never nonsense
    annotations.numbers("score", default=0.0)
    return _Segments(
        row=annotations.row,
        category=annotations.whole_numbers("category_id"),
        crowd=annotations.flags("iscrowd"),
        masks=masks,
    )


def _one_image(
    objects: _Segments, guesses: _Segments, size: tuple[int, int], void: int | None, classes: Integers, sums: Floats
) -> None:
    """Add the figures of one image to its (k, 4) sums."""
    shape = len(objects.masks) + 1, len(guesses.masks) + 1
    pixels = np.bincount(
        (objects.painted(size) * shape[1] + guesses.painted(size)).ravel(), minlength=shape[0] * shape[1]
    ).reshape(shape)
    shared, whole_object, whole_guess = pixels[1:, 1:], pixels[1:].sum(axis=1), pixels[:, 1:].sum(axis=0)
    is_void = objects.category == void if void is not None else np.zeros(len(objects.masks), dtype=bool)
    counts = ~is_void & ~objects.crowd
    on_void = shared[is_void].sum(axis=0)
    same = objects.category[:, None] == guesses.category
    union = whole_object[:, None] + whole_guess - shared - on_void
    overlap = np.where(same & counts[:, None], shared / np.maximum(union, 1), 0.0)
    hit = overlap > 0.5
    beside = on_void + (shared * (same & (objects.crowd & ~is_void)[:, None])).sum(axis=0)
    false = ~hit.any(axis=0) & ~(beside > whole_guess / 2)
    for place, category in enumerate(classes):
        mine = counts & (objects.category == category)
        sums[place] += (
            overlap[mine][hit[mine]].sum(),
            hit[mine].sum(),
            (false & (guesses.category == category)).sum(),
            (mine & ~hit.any(axis=1)).sum(),
        )
