"""Random pictures, shapes and motions for the metrics of vision."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Pair = tuple[NDArray[Any], NDArray[Any]]
SIDE_PX = 16


def as_cells(values: list[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array


def disc(rng: Generator, *, side: int = SIDE_PX, axes: int = 2) -> NDArray[np.bool_]:
    """Return a filled disc or ball somewhere in the picture, at least one pixel of it."""
    grid = np.stack(np.meshgrid(*[np.arange(side)] * axes, indexing="ij"))
    middle = rng.integers(2, side - 2, axes).reshape(-1, *[1] * axes)
    return np.asarray(((grid - middle) ** 2).sum(axis=0) <= rng.uniform(1.0, 5.0) ** 2)


def moved(rng: Generator, inside: NDArray[Any], most: int = 2) -> NDArray[Any]:
    return np.roll(inside, tuple(rng.integers(-most, most + 1, inside.ndim)), axis=tuple(range(inside.ndim)))


def runs(inside: NDArray[np.bool_]) -> dict[str, Any]:
    """Return COCO's run lengths down the columns, counted one by one."""
    counts, current = [0], False
    for value in inside.T.ravel().tolist():
        if value != current:
            counts.append(0)
            current = value
        counts[-1] += 1
    return {"size": list(inside.shape), "counts": counts}


def masks(rng: Generator, rows: int, *, apart: bool = False) -> Pair:
    """Return images with up to three masks; `apart`, none of the truth covers another."""
    truth, found = [], []
    for _ in range(rows):
        shapes = [(int(rng.integers(1, 4)), disc(rng)) for _ in range(rng.integers(1, 4))]
        if apart:
            cover = np.cumsum([inside for _, inside in shapes], axis=0)
            shapes = [(category, inside & (over == 1)) for (category, inside), over in zip(shapes, cover, strict=True)]
            shapes = [(category, inside) for category, inside in shapes if inside.any()]
        truth.append(
            [
                {
                    "category_id": category,
                    "segmentation": runs(inside),
                    "iscrowd": int(rng.random() < 0.1),
                    "area": 40.0,
                }
                for category, inside in shapes
            ]
        )
        found.append(
            [
                {"category_id": category, "segmentation": runs(moved(rng, inside)), "score": float(rng.random())}
                for category, inside in shapes
                if rng.random() < 0.8
            ]
        )
    return as_cells(truth), as_cells(found)


def as_masks(truth: NDArray[Any]) -> NDArray[Any]:
    """Return what is left of each object by those before it in the list, as panoptic quality has it."""
    answers = []
    for cell in truth:
        answers.append(
            [
                {"category_id": thing["category_id"], "segmentation": thing["segmentation"], "score": 1.0}
                for thing in cell
                if not thing["iscrowd"]
            ]
        )
    return as_cells(answers)


def label_maps(rng: Generator, rows: int) -> Pair:
    """Return maps of the labels 0, 1, 2, of which the predictions get most pixels right."""
    truth = np.zeros((rows, SIDE_PX, SIDE_PX), dtype=np.int64)
    for row in range(rows):
        truth[row][disc(rng)] = 1
        truth[row][disc(rng)] = 2
        truth[row, 0, :3] = [0, 1, 2]
    found = np.stack([moved(rng, row, 1) for row in truth])
    return truth, np.where(rng.random(found.shape) < 0.05, rng.integers(0, 3, found.shape), found)


def scaled_masks(rng: Generator, rows: int) -> Pair:
    truth = [{"mask": disc(rng).astype(np.int64), "spacing_mm": rng.uniform(0.5, 3.0, 2)} for _ in range(rows)]
    return as_cells(truth), as_cells([moved(rng, cell["mask"]) for cell in truth])


def as_mask(truth: NDArray[Any]) -> NDArray[Any]:
    return as_cells([cell["mask"] for cell in truth])


def repeated(truth: NDArray[Any], *, times: int) -> NDArray[Any]:
    return as_cells([np.stack([mask] * times) for mask in truth])


def prompted_masks(rng: Generator, rows: int) -> Pair:
    truth = np.stack([disc(rng) for _ in range(rows)]).astype(np.int64)
    found = [np.stack([moved(rng, mask) for _ in range(rng.integers(1, 6))]) for mask in truth]
    return truth, as_cells(found)


def voxels(rng: Generator, rows: int) -> Pair:
    truth = np.stack([disc(rng, side=8, axes=3) for _ in range(rows)]).astype(np.int64)
    return truth, np.stack([moved(rng, grid, 1) for grid in truth])
