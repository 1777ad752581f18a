"""Masks of objects: COCO's average precision with the overlap of masks instead of boxes.

A row is one image. A mask is COCO's run lengths without compression, {size: [h, w], counts: [outside, inside, ...]}
down the columns, or an array (h, w) of 0 and 1. Polygons and compressed counts are for a reader to unfold: how a
polygon becomes pixels is a rule of its own, and a compressed text may be made to unfold into anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hotcoco
import numpy as np
from numpy.typing import NDArray

from challenges.metrics.annotations import Annotations, listed
from challenges.metrics.average_precision import Matches, average_precisions, mean_of_defined
from challenges.metrics.coco import Protocol, matches, sides, thresholds
from challenges.metrics.types import MetricError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_PIXELS = 100_000_000
"""A mask with more would not fit where all masks of an image are laid side by side."""


@dataclass(frozen=True, kw_only=True)
class Mask:
    """Run lengths down the columns, starting outside."""

    height: int
    width: int
    counts: Integers

    @property
    def area_px(self) -> int:
        return int(self.counts[1::2].sum())

    def as_rle(self) -> dict[str, Any]:
        return {"size": [self.height, self.width], "counts": self.counts.tolist()}

    def as_array(self) -> NDArray[np.bool_]:
        """Return (h, w) bool."""
        inside = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(inside, self.counts).reshape(self.width, self.height).T


def mask_map(
    truth: NDArray[Any], predictions: NDArray[Any], *, least_iou: float = 0.5, most_iou: float = 0.95
) -> float:
    """Return the mean average precision of masks over the classes and over the overlaps 0.50, 0.55 .. 0.95.

    Parameters
    ----------
    truth : (n,) lists of {category_id, segmentation, iscrowd, area}, one list an image.
    predictions : (n,) lists of {category_id, segmentation, score}; masks may overlap.
    least_iou, most_iou : ends of the overlaps, in steps of 0.05.

    Returns
    -------
    float, 0 to 1 (best). Classes that the truth lacks do not count; crowds neither help nor harm.

    Raises
    ------
    MetricError
        No object in the truth; masks of several sizes in one image, without a pixel, or whose counts do not fill them.

    Edge cases
    ----------
    As `coco_map`. `area` of the truth may be left out: the pixels of the mask.

    Source
    ------
    pycocotools.cocoeval.COCOeval 2.0.11 with "segm", stats[0].

    Examples
    --------
    >>> truth, predictions = np.empty(1, dtype=object), np.empty(1, dtype=object)
    >>> truth[0] = [{"category_id": 1, "segmentation": {"size": [2, 3], "counts": [0, 4, 2]}}]
    >>> predictions[0] = [{"category_id": 1, "segmentation": np.array([[1, 1, 0], [1, 0, 0]]), "score": 0.5}]
    >>> round(mask_map(truth, predictions), 6)
    0.6
    """
    once = np.ones((1, len(truth)), dtype=np.int64)
    return float(mask_map_resampled(truth, predictions, once, least_iou=least_iou, most_iou=most_iou)[0])


def mask_map_resampled(
    truth: NDArray[Any],
    predictions: NDArray[Any],
    counts: NDArray[np.integer],
    *,
    least_iou: float = 0.5,
    most_iou: float = 0.95,
) -> Floats:
    """Return (m,) values of `mask_map`, one for each row of (m, n) counts."""
    found = _matches(truth, predictions, Protocol(thresholds=thresholds(least_iou, most_iou)))
    return mean_of_defined(average_precisions(found, counts))


def masks_of(annotations: Annotations, sizes: dict[int, tuple[int, int]]) -> list[Mask]:
    """Return the mask of each item; `sizes` of the rows are demanded, and filled in where a row had none."""
    masks = []
    for place, segmentation in enumerate(annotations.columns["segmentation"]):
        row = int(annotations.row[place])
        where = f"{annotations.side}, row {row}, segmentation"
        mask = _from_runs(segmentation, where) if isinstance(segmentation, dict) else _from_array(segmentation, where)
        size = sizes.setdefault(row, (mask.height, mask.width))
        if size != (mask.height, mask.width):
            raise MetricError(f"{where}: expected {size[0]} x {size[1]} pixels, found {mask.height} x {mask.width}")
        if mask.area_px == 0:
            raise MetricError(f"{where}: expected a mask of at least one pixel")
        masks.append(mask)
    return masks


def _matches(truth: NDArray[Any], predictions: NDArray[Any], protocol: Protocol) -> Matches:
    expected, found = listed(
        truth,
        predictions,
        truth_fields=("category_id", "segmentation"),
        found_fields=("category_id", "segmentation", "score"),
    )
    sizes: dict[int, tuple[int, int]] = {}
    objects, guesses = masks_of(expected, sizes), masks_of(found, sizes)
    area = expected.areas(np.array([mask.area_px for mask in objects], dtype=np.float64))
    both = sides(
        expected,
        found,
        truth_area=area,
        found_area=np.array([mask.area_px for mask in guesses], dtype=np.float64),
    )

    def overlap(found_place: Integers, truth_place: Integers) -> Floats:
        """Compare image by image and class by class: the pairs come so, every guess with every object."""
        values = np.empty(len(found_place))
        group = (
            both.found_row[found_place] * (1 + both.found_category.max(initial=0)) + both.found_category[found_place]
        )
        starts = np.flatnonzero(np.r_[True, np.diff(group) != 0])
        for start, end in zip(starts, np.r_[starts[1:], len(group)], strict=True):
            these = truth_place[start:end]
            these = these[: len(these) // len(np.unique(found_place[start:end]))]
            those = found_place[start : end : len(these)]
            values[start:end] = hotcoco.mask.iou(
                [guesses[place].as_rle() for place in those],
                [objects[place].as_rle() for place in these],
                both.crowd[these].tolist(),
            ).ravel()
        return values

    return matches(both, overlap, protocol)


def _from_runs(segmentation: dict[str, Any], where: str) -> Mask:
    if set(segmentation) != {"size", "counts"}:
        raise MetricError(f"{where}: expected size and counts, found {', '.join(map(str, segmentation))}")
    size, counts = _whole(segmentation["size"]), _whole(segmentation["counts"])
    if size is None or len(size) != 2 or size.min() < 1 or size.max() > MOST_PIXELS or size.prod() > MOST_PIXELS:
        raise MetricError(f"{where}: expected a size [height, width], found {segmentation['size']!r:.80}")
    if counts is None or len(counts) == 0 or counts.min() < 0 or counts.max() > MOST_PIXELS:
        raise MetricError(f"{where}: expected counts of pixels, whole and not below 0")
    if counts.sum() != size.prod():
        raise MetricError(f"{where}: expected counts that add up to {size.prod()} pixels, found {counts.sum()}")
    return Mask(height=int(size[0]), width=int(size[1]), counts=counts)


def _from_array(segmentation: Any, where: str) -> Mask:
    array = np.asarray(segmentation) if isinstance(segmentation, np.ndarray) else np.zeros(0)
    if array.ndim != 2 or array.size == 0 or array.size > MOST_PIXELS or array.dtype.kind not in "iub":
        raise MetricError(f"{where}: expected size and counts, or an array (h, w) of 0 and 1")
    if array.min() < 0 or array.max() > 1:
        raise MetricError(f"{where}: expected an array of 0 and 1")
    column_wise = array.astype(np.int8).ravel(order="F")
    ends = np.flatnonzero(np.diff(column_wise)) + 1
    counts = np.diff(np.r_[0, ends, array.size])
    return Mask(height=array.shape[0], width=array.shape[1], counts=np.r_[0, counts] if column_wise[0] else counts)


def _whole(values: Any) -> Integers | None:
    try:
        array = np.array(values)
    except ValueError:
        return None
    return array.astype(np.int64) if array.ndim == 1 and array.dtype.kind in "iu" else None
