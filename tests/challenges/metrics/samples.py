"""Random truth and predictions for every kind of metric, and what may be done to them without leaving the kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.metrics.types import Metric, Takes
from tests.challenges.metrics import scenes

Pair = tuple[NDArray[Any], NDArray[Any]]
ROWS = 24
LEVELS = "0.1 0.5 0.75"


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


def class_probabilities(rng: Generator, rows: int) -> Pair:
    return rng.permutation(np.resize([1, 0, 2], rows)), rng.dirichlet([1, 1, 1], rows)


def ticks(rng: Generator, rows: int) -> Pair:
    return (rng.random((rows, 4)) < 0.3).astype(int), rng.integers(0, 2, (rows, 4))  # some rows have no label


def label_scores(rng: Generator, rows: int) -> Pair:
    truth = np.eye(4, dtype=int)[rng.integers(0, 4, rows)] | np.eye(4, dtype=int)[rng.integers(0, 4, rows)]
    return truth, rng.random((rows, 4)).round(1)


def features(rng: Generator, rows: int) -> Pair:
    return rng.permutation(np.resize(np.eye(3), (rows, 3))), rng.integers(0, 3, rows)


def feature_sets(rng: Generator, rows: int) -> Pair:
    return rng.normal(size=(rows, 3)), rng.normal(0.5, 1.5, (rows, 3))


def nearness(rng: Generator, rows: int) -> Pair:
    return rng.uniform(3, 9, rows), rng.uniform(0, 9, rows)


def images(rng: Generator, rows: int) -> Pair:
    truth = rng.integers(0, 256, (rows, 12, 13)).astype(float)
    return truth, (truth + rng.normal(0, 40, truth.shape)).clip(0, 255)


def feature_maps(rng: Generator, rows: int) -> Pair:
    truth = rng.normal(size=(rows, 2, 3, 3))
    return truth, truth + rng.normal(size=truth.shape)


def payoffs(rng: Generator, rows: int) -> Pair:
    return rng.normal(1, 9, rows), rng.integers(0, 2, rows)


def texts(rng: Generator, rows: int) -> Pair:
    def one() -> str:
        return " ".join(rng.choice(["ship", "stop", "a", "go"], rng.integers(1, 6)))

    return np.array([one() for _ in range(rows)]), np.array([one() for _ in range(rows)])


def sentences(rng: Generator, rows: int) -> Pair:
    words = ["a", "the", "red", "blue", "ball", "dog", "table", "runs", "lies", "on", "under", "near"]

    def one() -> str:
        return " ".join(rng.choice(words, rng.integers(4, 10)))

    truth = [one() for _ in range(rows)]
    garbled = [[word if rng.random() < 0.7 else rng.choice(words) for word in text.split()] for text in truth]
    return np.array(truth), np.array([" ".join(text[int(rng.integers(0, 3)) :]) for text in garbled])


def next_tokens(rng: Generator, rows: int, *, sized: bool = False) -> Pair:
    tokens = [rng.integers(0, 5, rng.integers(1, 6)) for _ in range(rows)]
    found = cells([rng.dirichlet([1, 1, 1, 1, 1], len(cell)) for cell in tokens])
    if not sized:
        return cells(tokens), found
    return cells([{"tokens": cell, "size_bytes": int(rng.integers(1, 20))} for cell in tokens]), found


def certain(truth: NDArray[Any]) -> NDArray[Any]:
    return cells([np.eye(5)[cell["tokens"] if isinstance(cell, dict) else cell] for cell in truth])


def tags(rng: Generator, rows: int) -> Pair:
    kinds = ["O", "B-name", "I-name", "E-name", "S-place", "B-place", "I-place"]
    truth = [["B-name", *rng.choice(kinds, rng.integers(0, 6)).tolist()] for _ in range(rows)]
    found = [[tag if rng.random() < 0.7 else str(rng.choice(kinds)) for tag in cell] for cell in truth]
    return cells(truth), cells(found)


def topic_shares(rng: Generator, rows: int) -> Pair:
    truth = rng.dirichlet([0.5, 0.5, 0.5], rows)
    noisy = truth[:, [2, 0, 1]] + rng.normal(0, 0.2, truth.shape)
    return truth, np.column_stack([rng.random(rows), noisy])


def topic_words(rng: Generator, rows: int) -> Pair:
    """Words 2 i and 2 i + 1 always come together; any others meet at times."""
    corpus = np.repeat(rng.random((30, 5)) < 0.4, 2, axis=1)
    return cells([corpus] * rows), cells([rng.permutation(10)[: rng.integers(2, 5)] for _ in range(rows)])


def rankings(rng: Generator, rows: int, *, least: int = 1, most: int = 3) -> Pair:
    """Relevant items with gains, or without in every third row, and lists of any length that repeat themselves."""
    truth: list[Any] = []
    for row in range(rows):
        items = rng.permutation(8)[: rng.integers(least, most + 1)].tolist()
        truth.append({item: float(rng.integers(1, 4)) for item in items} if row % 3 else items)
    return cells(truth), cells([rng.integers(0, 8, rng.integers(0, 7)) for _ in range(rows)])


def by_gain(truth: NDArray[Any]) -> NDArray[Any]:
    return cells([sorted(cell, key=cell.get, reverse=True) if isinstance(cell, dict) else cell for cell in truth])


def offers(rng: Generator, rows: int) -> Pair:
    catalogue = list(range(9))
    return cells([catalogue] * rows), cells([rng.integers(0, 12, 4) for _ in range(rows)])


GRID = np.array([[*np.eye(3)[a], *np.eye(3)[b]] for a in range(3) for b in range(3)])
"""Nine items, 3 x a + b: two are near where they share a or b, and one step in b is the same vector everywhere."""


def triplets(rng: Generator, rows: int) -> Pair:
    """The middle of the grid, a neighbour and a corner; and a table of vectors that is none too sure."""
    asked = np.column_stack([np.full(rows, 4), rng.choice([1, 3, 5, 7], rows), rng.choice([0, 2, 6, 8], rows)])
    return asked, cells([GRID + rng.normal(0, 0.6, GRID.shape)] * rows)


def analogies(rng: Generator, rows: int) -> Pair:
    corner = rng.integers(0, 2, (rows, 2)) @ [3, 1]
    return np.column_stack([corner, corner + 1, corner + 3, corner + 4]), cells(
        [GRID + rng.normal(0, 0.6, GRID.shape)] * rows
    )


def move_tables(side: NDArray[Any], change: Change) -> NDArray[Any]:
    return cells([change(table) for table in side]) if side.dtype == object else side


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


def changes(rng: Generator, rows: int) -> Pair:
    return rng.normal(size=rows), rng.normal(size=rows)


def series(rng: Generator, rows: int, *, several: int = 0) -> Pair:
    """Truth of one to four steps a row, and predictions with `several` numbers a step."""
    truth = [rng.normal(5, 2, rng.integers(1, 5)) for _ in range(rows)]
    noise = [rng.normal(0, 1, (len(cell), several) if several else len(cell)) for cell in truth]
    return cells(truth), cells([(c[:, None] if several else c) + n for c, n in zip(truth, noise, strict=True)])


def forecasts(rng: Generator, rows: int, *, several: int = 0, weighted: bool = False) -> Pair:
    actual, predictions = series(rng, rows, several=several)
    truth = [{"actual": cell, "history": rng.normal(5, 2, rng.integers(4, 9))} for cell in actual]
    return cells([{**c, "weight": rng.uniform(1, 3)} for c in truth] if weighted else truth), predictions


def forecasts_to_beat(rng: Generator, rows: int, *, several: int = 0) -> Pair:
    actual, predictions = series(rng, rows, several=several)
    worse = [cell + rng.normal(0, 1, cell.shape) for cell in predictions]
    truth = [
        {"actual": cell, "reference": rule, "scale": rng.uniform(0.5, 2, len(cell))}
        for cell, rule in zip(actual, worse, strict=True)
    ]
    return cells(truth), predictions


def intervals(rng: Generator, rows: int) -> Pair:
    truth, predictions = series(rng, rows, several=2)
    return truth, cells([np.sort(cell, axis=1) for cell in predictions])


def scaled_intervals(rng: Generator, rows: int) -> Pair:
    truth = np.column_stack([rng.normal(5, 2, rows), rng.uniform(0.5, 2, rows)])
    return truth, np.sort(truth[:, :1] + rng.normal(0, 1, (rows, 2)), axis=1)


def positions(rng: Generator, rows: int) -> Pair:
    shapes = [(int(rng.integers(3, 7)), 2) for _ in range(rows)]
    return cells([rng.normal(0, 0.01, shape) for shape in shapes]), cells([rng.normal(0, 1, s) for s in shapes])


def actual_values(truth: NDArray[Any], several: int = 0) -> NDArray[Any]:
    values = [np.asarray(cell["actual"] if isinstance(cell, dict) else cell) for cell in truth]
    return cells([np.repeat(cell[:, None], several, axis=1) if several else cell for cell in values])


def near(rng: Generator, rows: int) -> Pair:
    """Return numbers of which about half are within 1 % of each other."""
    truth = rng.uniform(1, 9, rows)
    return truth, truth * (1 + rng.normal(0, 0.015, rows))


def tolerances(rng: Generator, rows: int) -> Pair:
    truth = np.column_stack([rng.uniform(1, 9, rows), rng.uniform(0.5, 1.5, rows)])
    return truth, truth[:, 0] + rng.normal(0, 1, rows)


def questions(rng: Generator, rows: int) -> Pair:
    kinds: list[dict[str, Any]] = [
        {"type": "number", "value": 12.0, "tolerance": 0.5},
        {"type": "category", "value": "b", "options": 3},
        {"type": "set", "value": ["a", "c"]},
        {"type": "date", "value": "2031-05-04", "tolerance": 1},
    ]
    answers = ["12.2", "b", "a; c", "2031-05-05", "a;b", "13", "", "c"]
    return cells([kinds[row % len(kinds)] for row in range(rows)]), rng.choice(answers, rows).astype(object)


def answered(truth: NDArray[Any]) -> NDArray[Any]:
    return cells([";".join(cell["value"]) if cell["type"] == "set" else str(cell["value"]) for cell in truth])


def verdicts(rng: Generator, rows: int) -> Pair:
    return np.resize(rng.permutation([0, 1]), rows), rng.integers(0, 2, rows)


def outcomes(rng: Generator, rows: int) -> Pair:
    return np.zeros(rows), rng.integers(0, 2, rows)


def trials(rng: Generator, rows: int) -> Pair:
    cases = np.resize([[1, 1], [0, 1], [0, 0], [1, 0]], (rows, 2))
    return rng.permutation(cases), rng.normal(0, 1, rows).round(1)


def foresight(truth: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(truth[:, 1] * (2 * truth[:, 0] - 1), dtype=float)


def utilities(rng: Generator, rows: int) -> Pair:
    best = rng.uniform(1, 9, rows)
    return best, best - rng.exponential(2, rows)


def utilities_between(rng: Generator, rows: int) -> Pair:
    floor = rng.normal(0, 1, rows)
    oracle = floor + rng.uniform(1, 3, rows)
    return np.column_stack([floor, oracle]), floor + rng.uniform(-0.2, 0.9, rows) * (oracle - floor)


def options(rng: Generator, rows: int) -> Pair:
    profits = rng.normal(1, 3, (rows, 3))
    return np.column_stack([np.abs(profits).max(axis=1), profits]), rng.integers(0, 3, rows)


def gains(rng: Generator, rows: int) -> Pair:
    profits = np.resize(rng.permutation([3.0, 1.5, -2.0, 0.5]), rows)
    return profits + rng.uniform(0, 0.2, rows), rng.normal(size=rows)


def searches(rng: Generator, rows: int) -> Pair:
    optimum = rng.normal(0, 1, rows)
    truth = np.column_stack([optimum, optimum + rng.uniform(1, 2, rows), rng.integers(3, 8, rows)])
    return cells(list(truth)), cells([best + rng.exponential(1, rng.integers(2, 9)) for best in optimum])


def label_series(rng: Generator, rows: int) -> Pair:
    sizes = rng.integers(1, 9, rows)
    return cells([rng.integers(-1, 3, size) for size in sizes]), cells([rng.integers(-1, 3, size) for size in sizes])


def alarms(rng: Generator, rows: int) -> Pair:
    truth = []
    for _ in range(rows):
        onsets = np.array([40, 90, 150]) + rng.integers(0, 20, 3)
        truth.append({"length": int(rng.integers(200, 240)), "onsets": onsets[: rng.integers(1, 4)]})
    return cells(truth), cells([np.sort(rng.choice(240, rng.integers(1, 9), replace=False)) for _ in truth])


def rates(rng: Generator, rows: int) -> Pair:
    return rng.uniform(1, 9, rows), rng.integers(0, 90, rows).astype(float)


def times(rng: Generator, rows: int) -> Pair:
    return rng.uniform(1, 9, rows), rng.uniform(1, 9, rows)


def load(rng: Generator, rows: int) -> Pair:
    phase = rng.integers(0, 3, rows)
    return np.column_stack([phase, np.array([0.25, 0.5, 0.75])[phase]]), rng.integers(0, 2, rows)


def edits(rng: Generator, rows: int) -> Pair:
    def one(row: int) -> list[Any]:
        value = float(rng.integers(1, 4)) if row % 2 else str(rng.choice(["Ulm", "Bonn"]))
        return [row, str(rng.choice(["age", "town"])), value]

    def side() -> NDArray[Any]:
        return cells([[one(row) for row in range(rng.integers(1, 6))] for _ in range(rows)])

    return side(), side()


def games_of_skill(rng: Generator, rows: int) -> Pair:
    return rng.choice([15.0, 25.0, 32.0], rows), rng.choice([0.0, 0.5, 1.0], rows)


def parts(rng: Generator, rows: int, *, weights: tuple[float, ...] = (1.0,)) -> Pair:
    floor = rng.uniform(0, 1, rows)
    ceiling = floor + rng.uniform(1, 2, rows) * rng.choice([-1, 1], rows)
    skill = np.where(np.arange(rows) % 2 == 0, 1.0, rng.uniform(0.5, 1.1, rows))
    weight = np.resize(weights, rows)
    return np.column_stack([floor, ceiling, weight]), floor + skill * (ceiling - floor)


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


def rename_clusters(side: NDArray[Any], names: dict[int, int]) -> NDArray[Any]:
    """Give every cluster another name; features have none."""
    return side if side.ndim > 1 else rename_numbers(side, names)


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


def large_detections(rng: Generator, rows: int) -> Pair:
    truth, found = detections(rng, rows)
    return move_boxes(truth, lambda numbers: numbers * 5), move_boxes(found, lambda numbers: numbers * 5)


SAMPLES: dict[Takes, Sample] = {
    Takes.NUMBERS: Sample(numbers, lambda truth: truth, huge=True),
    Takes.LABELS: Sample(labels, lambda truth: truth, move=None, rename=rename_numbers, huge=True),
    Takes.PROBABILITIES: Sample(probabilities, lambda truth: truth.astype(float), huge=True),
    Takes.CLASS_PROBABILITIES: Sample(class_probabilities, lambda truth: np.eye(3)[truth], huge=True),
    Takes.TICKS: Sample(ticks, lambda truth: truth, move=None),
    Takes.LABEL_SCORES: Sample(label_scores, lambda truth: truth.astype(float)),
    Takes.FEATURES: Sample(features, None, rename=rename_clusters),  # three points alone have no best clusters
    Takes.FEATURE_SETS: Sample(feature_sets, lambda truth: truth),
    Takes.NEARNESS: Sample(nearness, lambda truth: np.full(len(truth), truth.max()), huge=True),
    Takes.IMAGES: Sample(images, lambda truth: truth, move=None),
    Takes.FEATURE_MAPS: Sample(feature_maps, lambda truth: truth),
    Takes.PAYOFFS: Sample(payoffs, lambda truth: (truth > 0).astype(int), move=None, huge=True),
    Takes.TEXTS: Sample(texts, lambda truth: truth, move=None),
    Takes.NEXT_TOKENS: Sample(next_tokens, certain, move=None),
    Takes.TAGS: Sample(tags, lambda truth: truth, move=None),
    Takes.TOPIC_SHARES: Sample(topic_shares, lambda truth: truth[:, ::-1]),
    Takes.TOPIC_WORDS: Sample(topic_words, lambda truth: cells([[0, 1]] * len(truth)), move=None),
    Takes.RANKINGS: Sample(rankings, by_gain, move=None),
    Takes.OFFERS: Sample(offers, lambda truth: truth, move=None),
    Takes.ITEM_VECTORS: Sample(analogies, lambda truth: cells([GRID] * len(truth)), move=move_tables),
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
    Takes.FORECASTS: Sample(forecasts, actual_values),
    Takes.FORECASTS_TO_BEAT: Sample(forecasts_to_beat, actual_values),
    Takes.QUANTILES: Sample(partial(series, several=3), partial(actual_values, several=3)),
    Takes.SAMPLES: Sample(partial(series, several=5), partial(actual_values, several=5)),
    Takes.INTERVALS: Sample(intervals, partial(actual_values, several=2)),
    Takes.SCALED_INTERVALS: Sample(scaled_intervals, lambda truth: truth[:, [0, 0]]),
    Takes.POSITIONS: Sample(positions, None),
    Takes.OUTCOMES: Sample(outcomes, lambda truth: np.ones(len(truth)), reads_truth=False),
    Takes.TOLERANCES: Sample(tolerances, lambda truth: truth[:, 0]),
    Takes.QUESTIONS: Sample(questions, answered, move=None),
    Takes.LABEL_SERIES: Sample(label_series, lambda truth: truth, move=None, rename=rename_numbers),
    Takes.ALARMS: Sample(alarms, lambda truth: cells([cell["onsets"] for cell in truth])),
    Takes.TRIALS: Sample(trials, foresight, rank=move_numbers),
    Takes.VERDICTS: Sample(verdicts, lambda truth: truth),
    Takes.UTILITIES: Sample(utilities, lambda truth: truth),
    Takes.UTILITIES_BETWEEN: Sample(utilities_between, lambda truth: truth[:, 1]),
    Takes.OPTIONS: Sample(options, lambda truth: truth[:, 1:].argmax(axis=1)),
    Takes.SEARCHES: Sample(searches, lambda truth: cells([[row[0]] for row in truth])),
    Takes.RATES: Sample(rates, None),
    Takes.TIMES: Sample(times, None),
    Takes.LOAD: Sample(load, lambda truth: np.ones(len(truth))),
    Takes.PARTS: Sample(parts, lambda truth: truth[:, 1]),
    Takes.EDITS: Sample(edits, lambda truth: truth, move=None),
    Takes.KEYPOINTS: Sample(scenes.keypoints, scenes.as_keypoints, move=scenes.move_keypoints),
    Takes.LANDMARKS: Sample(scenes.landmarks, scenes.as_landmarks),
    Takes.TRACKS: Sample(scenes.tracks, lambda truth: truth, move=scenes.move_tracks),
    Takes.POSES: Sample(scenes.poses, scenes.as_poses, move=scenes.move_poses),
    Takes.CORNERS: Sample(scenes.corners, lambda truth: truth),
    Takes.LANES: Sample(scenes.lanes, lambda truth: truth, move=scenes.move_lanes),
    Takes.DEPTHS: Sample(scenes.depths, scenes.as_depths, move=scenes.move_depths),
    Takes.TRAJECTORIES: Sample(scenes.trajectories, lambda truth: truth),
    Takes.POINTS: Sample(scenes.clouds, lambda truth: truth),
    Takes.ORIENTED_POINTS: Sample(partial(scenes.clouds, oriented=True), lambda truth: truth, move=scenes.move_places),
    Takes.VOXELS: Sample(scenes.voxels, lambda truth: truth, move=None),
    Takes.MASKS: Sample(scenes.masks, scenes.as_masks, move=None),
    Takes.LABEL_MAPS: Sample(scenes.label_maps, lambda truth: truth, move=None, rename=rename_numbers),
    Takes.SCALED_MASKS: Sample(scenes.scaled_masks, scenes.as_mask, move=None),
    Takes.PROMPTED_MASKS: Sample(scenes.prompted_masks, partial(scenes.repeated, times=5), move=None),
}

OWN: dict[str, Sample] = {
    "bits_per_byte": Sample(partial(next_tokens, sized=True), certain, move=None),
    "precision_at_k": Sample(partial(rankings, least=3, most=5), by_gain, move=None),
    "triplet_accuracy": Sample(triplets, lambda truth: cells([GRID] * len(truth)), move=move_tables),
    "weighted": Sample(partial(parts, weights=(1.0, 3.0)), lambda truth: truth[:, 1]),
    "gated": Sample(partial(parts, weights=(0.0, 1.0)), lambda truth: truth[:, 1]),
    "capture_profit": Sample(gains, lambda truth: truth, huge=True),
    "period_hit": Sample(near, lambda truth: truth, huge=True),
    "relative_error": Sample(near, lambda truth: truth, huge=True),
    "error_rate": Sample(outcomes, lambda truth: np.zeros(len(truth)), reads_truth=False),
    "trueskill": Sample(games_of_skill, lambda truth: np.ones(len(truth))),
    **{name: Sample(sentences, lambda truth: truth, move=None) for name in ("bleu", "chrf", "ter", "cider")},
    "pq": Sample(partial(scenes.masks, apart=True), scenes.as_masks, move=None),
    "coco_map_large": Sample(large_detections, as_detections, move=move_boxes),
    "wrmsse": Sample(partial(forecasts, weighted=True), actual_values),
    "wql": Sample(partial(forecasts, several=3), partial(actual_values, several=3)),
    "pinball_skill": Sample(partial(forecasts_to_beat, several=3), partial(actual_values, several=3)),
    "directional_accuracy": Sample(changes, lambda truth: truth, huge=True),
    "coverage_error": Sample(intervals, None),  # three rows of four must be inside, which a few rows cannot hit
}
"""Metric id -> its own sample, where that of its kind does not do: other perfect predictions, other shapes."""

PARAMS: dict[str, dict[str, Any]] = {
    "lane_f1": {"tolerance_px": 6.0},
    "add_auc": {"share_of_diameter": 0.3},
    "corner_auc": {"limit_px": 5.0},
    "fscore_3d": {"tau": 0.3},
    "picture_accuracy": {"least_db": 17.0},  # the sample's pictures have 16 to 18 dB
    **{name: {"k": 3} for name in ("ndcg_at_k", "map_at_k", "recall_at_k", "precision_at_k", "hit_rate_at_k")},
    "catalogue_coverage": {"k": 9},
    "capture_profit": {"share": 0.3},
    "utility_ratio": {"low": -0.5, "high": 6.0},
    "normalised_return": {"low": -0.1, "high": 1.2},
    "detection_delay": {"window": 20},
    "false_alarm_rate": {"window": 20},
    "drift_f1": {"tolerance": 12},
    "event_f1": {"window": 20, "merge": 3},
    "nab_score": {"window": 20},
    "pinball": {"q": 0.9},
    "weighted_quantile_loss": {"levels": LEVELS},
    "wql": {"levels": LEVELS, "season": 2},
    "pinball_skill": {"levels": LEVELS},
    "crps_quantiles": {"levels": LEVELS},
    "sharpe": {"cost": 0.001},
    "coverage_at_k": {"k": 2},
    "expected_cost": {"costs": "0 1 2; 5 0 1; 3 2 0"},
    "recall_at_precision": {"precision": 0.6},
    "top_k_accuracy": {"k": 2},
    "fbeta": {"beta": 2.0},
}
"""Metric id -> values of the parameters that it requires, as a challenge would give them."""


def sample_of(metric: Metric) -> Sample:
    return OWN.get(metric.id, SAMPLES[metric.takes])


def params_of(metric: Metric) -> dict[str, Any]:
    return PARAMS.get(metric.id, {})


def draw(metric: Metric, seed: int = 0, rows: int = ROWS) -> Pair:
    """Return truth and predictions that nobody can write to; the same ones to every check that asks for them."""
    return drawn(sample_of(metric), seed, rows)


@lru_cache(maxsize=64)
def drawn(sample: Sample, seed: int, rows: int) -> Pair:
    return drawn_anew(sample, seed, rows)


def drawn_anew(sample: Sample, seed: int = 0, rows: int = ROWS) -> Pair:
    """Return the same as `drawn`, but made for the caller alone."""
    pair = sample.draw(np.random.default_rng(seed), rows)
    for side in pair:
        side.setflags(write=False)
    return pair
