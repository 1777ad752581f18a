"""Random truth and predictions for every kind of metric."""

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


@dataclass(frozen=True)
class Sample:
    draw: Callable[[Generator, int], Pair]
    perfect: Callable[[NDArray[Any]], NDArray[Any]] | None
    """Truth -> the best predictions; None where there are none."""


def as_detections(truth: NDArray[Any]) -> NDArray[Any]:
    return cells(
        [[{**{k: box[k] for k in ("category_id", "bbox")}, "score": 1.0} for box in cell if not box["iscrowd"]]
         for cell in truth]
    )  # fmt: skip


SAMPLES: dict[Takes, Sample] = {
    Takes.NUMBERS: Sample(numbers, lambda truth: truth),
    Takes.LABELS: Sample(labels, lambda truth: truth),
    Takes.PROBABILITIES: Sample(probabilities, lambda truth: truth.astype(float)),
    Takes.TEXTS: Sample(texts, lambda truth: truth),
    Takes.DETECTIONS: Sample(detections, as_detections),
    Takes.PARTITIONS: Sample(partitions, lambda truth: truth),
    Takes.COSTS: Sample(costs, lambda truth: np.zeros(len(truth))),
    Takes.RESULTS: Sample(results, lambda truth: np.ones(len(truth))),
    Takes.DIGITS: Sample(costs, lambda truth: truth),
    Takes.CHECKS: Sample(checks, lambda truth: np.ones(len(truth))),
    Takes.MEASUREMENTS: Sample(numbers, None),
}


def draw(metric: Metric, seed: int = 0, rows: int = ROWS) -> Pair:
    return SAMPLES[metric.takes].draw(np.random.default_rng(seed), rows)
