"""Random truth and predictions for every kind of metric, and what may be done to them without leaving the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.metrics.types import Metric, Takes

Pair = tuple[NDArray[Any], NDArray[Any]]
ROWS = 24


def cells(values: list[Any]) -> NDArray[Any]:
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array


def numbers(rng: Generator, rows: int) -> Pair:
    return rng.uniform(0, 9, rows), rng.uniform(0, 9, rows)


def labels(rng: Generator, rows: int) -> Pair:
    truth = np.resize([1, 0, 2], rows)
    return rng.permutation(truth), rng.integers(0, 3, rows)


def probabilities(rng: Generator, rows: int) -> Pair:
    return rng.permutation(np.resize([0, 1], rows)), rng.random(rows).round(1)


def texts(rng: Generator, rows: int) -> Pair:
    def one() -> str:
        return " ".join(rng.choice(["ship", "stop", "a", "go"], rng.integers(1, 6)))

    return np.array([one() for _ in range(rows)]), np.array([one() for _ in range(rows)])


def detections(rng: Generator, rows: int) -> Pair:
    truth, found = [], []
    for _ in range(rows):
        boxes = [
            {"category_id": int(rng.integers(1, 4)), "bbox": [*rng.uniform(0, 60, 2), *rng.uniform(5, 40, 2)]}
            for _ in range(rng.integers(1, 5))
        ]
        truth.append(
            [{**box, "area": box["bbox"][2] * box["bbox"][3], "iscrowd": int(rng.random() < 0.1)} for box in boxes]
        )
        moved = [{**box, "bbox": [side + rng.uniform(0, 3) for side in box["bbox"]]} for box in boxes]
        found.append([{**box, "score": float(rng.random())} for box in moved if rng.random() < 0.8])
    return cells(truth), cells(found)


def partitions(rng: Generator, rows: int) -> Pair:
    sizes = rng.integers(2, 30, rows)
    return cells([rng.integers(-1, 3, size) for size in sizes]), cells([rng.integers(-1, 3, size) for size in sizes])


def costs(rng: Generator, rows: int) -> Pair:
    return rng.uniform(1, 9, rows), rng.uniform(0, 9, rows)


def results(rng: Generator, rows: int) -> Pair:
    return rng.choice([0.0, 450.0, 1200.0], rows), rng.choice([0.0, 0.5, 1.0], rows)


def checks(rng: Generator, rows: int) -> Pair:
    return rng.uniform(0.5, 3, rows), rng.integers(0, 2, rows)


def vectors(rng: Generator, rows: int) -> Pair:
    truth = rng.normal(size=(rows, 3))
    return truth, truth + rng.normal(0, 0.3, (rows, 3))


def places(rng: Generator, rows: int) -> Pair:
    def one() -> NDArray[np.float64]:
        return np.column_stack([rng.uniform(-90, 90, rows), rng.uniform(-180, 180, rows)])

    return one(), one()


Change = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Numbers -> other numbers, of any shape."""
Move = Callable[[NDArray[Any], Change], NDArray[Any]]


def move_numbers(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to every number of one side, however deep in its cells."""

    def moved(cell: Any) -> Any:
        if isinstance(cell, dict):
            return {key: moved(value) for key, value in cell.items()}
        if isinstance(cell, list):
            return [moved(value) for value in cell]
        if isinstance(cell, np.ndarray) and cell.dtype == object:
            return cells([moved(value) for value in cell])
        if isinstance(cell, np.ndarray | float | int | np.number):
            return change(np.asarray(cell, dtype=np.float64))
        return cell

    return np.asarray(moved(side))


def move_boxes(side: NDArray[Any], change: Change) -> NDArray[Any]:
    """Apply a change to the boxes of every image; areas follow."""

    def moved(box: dict[str, Any]) -> dict[str, Any]:
        bbox = [float(number) for number in change(np.array(box["bbox"]))]
        return {**box, "bbox": bbox, **({"area": bbox[2] * bbox[3]} if "area" in box else {})}

    return cells([[moved(box) for box in cell] for cell in side])


def rename_numbers(side: NDArray[Any], names: dict[int, int]) -> NDArray[Any]:
    """Give every label of one side, or of its cells, another name."""
    if side.dtype == object:
        return cells([rename_numbers(np.asarray(cell), names) for cell in side])
    return np.vectorize(names.__getitem__, otypes=[np.int64])(side)


@dataclass(frozen=True)
class Sample:
    draw: Callable[[Generator, int], Pair]
    perfect: Callable[[NDArray[Any]], NDArray[Any]] | None
    """Truth -> the best predictions; None where there are none."""
    move: Move | None = move_numbers
    """How all sizes of one side are changed alike; None where nothing has a size, as labels and texts."""
    rank: Move | None = None
    """How the predictions are changed by what ranks them; defaults to `move`."""
    rename: Callable[[NDArray[Any], dict[int, int]], NDArray[Any]] | None = None
    """How labels get other names; None where there are no labels."""
    reads_truth: bool = True
    huge: bool = False
    """Whether a million rows must be done within a second or so."""


def as_detections(truth: NDArray[Any]) -> NDArray[Any]:
    return cells(
        [[{**{k: box[k] for k in ("category_id", "bbox")}, "score": 1.0} for box in cell if not box["iscrowd"]]
         for cell in truth]
    )  # fmt: skip


SAMPLES: dict[Takes, Sample] = {
    Takes.NUMBERS: Sample(numbers, lambda truth: truth, huge=True),
    Takes.LABELS: Sample(labels, lambda truth: truth, move=None, rename=rename_numbers, huge=True),
    Takes.PROBABILITIES: Sample(probabilities, lambda truth: truth.astype(float), huge=True),
    Takes.TEXTS: Sample(texts, lambda truth: truth, move=None),
    Takes.DETECTIONS: Sample(detections, as_detections, move=move_boxes),
    Takes.PARTITIONS: Sample(partitions, lambda truth: truth, move=None, rename=rename_numbers),
    Takes.COSTS: Sample(costs, lambda truth: np.zeros(len(truth))),
    Takes.RESULTS: Sample(results, lambda truth: np.ones(len(truth))),
    Takes.DIGITS: Sample(costs, lambda truth: truth),
    Takes.CHECKS: Sample(checks, lambda truth: np.ones(len(truth))),
    Takes.MEASUREMENTS: Sample(numbers, None, reads_truth=False),
    Takes.VECTORS: Sample(vectors, lambda truth: truth),
    Takes.PLACES: Sample(places, lambda truth: truth),
    Takes.DIRECTIONS: Sample(vectors, lambda truth: truth),
}

OWN: dict[str, Sample] = {}
"""Metric id -> its own sample, where that of its kind does not do: other perfect predictions, other shapes."""

PARAMS: dict[str, dict[str, Any]] = {}
"""Metric id -> values of the parameters that it requires, as a challenge would give them."""


def sample_of(metric: Metric) -> Sample:
    return OWN.get(metric.id, SAMPLES[metric.takes])


def params_of(metric: Metric) -> dict[str, Any]:
    return PARAMS.get(metric.id, {})


def draw(metric: Metric, seed: int = 0, rows: int = ROWS) -> Pair:
    """Return truth and predictions that nobody can write to."""
    pair = sample_of(metric).draw(np.random.default_rng(seed), rows)
    for side in pair:
        side.setflags(write=False)
    return pair
