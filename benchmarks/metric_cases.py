"""What benchmarks/metrics.py measures: data of the stated sizes, our function and the reference libraries for the job.

A case is made inside a process of its own. A contender is a call without arguments that returns the figure, so that
what is measured can be seen to be the same thing; what its library wants its input to look like is made before.
"""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.metrics.registry import METRICS

Call = Callable[[], float]
SEED = 20
ROWS = 1_000_000
SENTENCES = 20_000
TRANSLATIONS = 5_000
USERS = 100_000
IMAGES, DETECTIONS = 5_000, 200_000
SEQUENCES, FRAMES, TRACKS = 10, 500, 15
RELEVANT, LISTED, POOL = 6, 12, 40


@dataclass(frozen=True, kw_only=True)
class Case:
    """One metric on one size of data, ours against the libraries'."""

    size: str
    ours: Call
    others: Mapping[str, Call]
    left_out: tuple[str, ...] = ()
    """Libraries that are not installed here."""
    times_faster: Mapping[str, float] = field(default_factory=dict)
    """The goal: library -> at least so many times as fast; every other library, at least as fast."""


def library(name: str, left_out: list[str]) -> Any:
    """Return a module, or None, noted, where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        left_out.append(name.partition(".")[0])
        return None


def ours(metric: str, truth: NDArray[Any], predictions: NDArray[Any], **params: Any) -> Call:
    return partial(METRICS[metric].function, truth, predictions, **params)


def against_sklearn(metric: str, name: str, pair: tuple[NDArray[Any], NDArray[Any]], *, goal: float = 1.0) -> Case:
    left_out: list[str] = []
    sklearn = library("sklearn.metrics", left_out)
    return Case(
        size=f"{len(pair[0]):,} rows",
        ours=ours(metric, *pair),
        others={} if sklearn is None else {"scikit-learn": partial(getattr(sklearn, name), *pair)},
        left_out=tuple(left_out),
        times_faster={"scikit-learn": goal},
    )


def numbers(rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(SEED)
    truth = rng.normal(size=rows)
    return truth, truth + rng.normal(size=rows)


def classes(rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(SEED)
    truth = rng.integers(0, 2, rows)
    return truth, np.where(rng.random(rows) < 0.8, truth, 1 - truth)


def probabilities(rows: int) -> tuple[NDArray[Any], NDArray[Any]]:
    rng = np.random.default_rng(SEED)
    truth = rng.integers(0, 2, rows)
    return truth, 1 / (1 + np.exp(-(2 * truth - 1 + rng.normal(size=rows) * 2)))


def sentences(count: int, words: int = 12) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return texts of some twelve words, and the same with a seventh of the words changed, dropped or doubled."""
    rng = np.random.default_rng(SEED)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    known = np.array(["".join(rng.choice(letters, rng.integers(2, 9))) for _ in range(5_000)])
    truth, predictions = [], []
    for length in rng.integers(words // 2, words * 3 // 2, count):
        text = known[(rng.pareto(1.0, length) * 20).astype(np.int64) % len(known)]
        change = rng.random(length)
        heard = [
            piece
            for word, chance in zip(text, change, strict=True)
            for piece in ([] if chance < 0.04 else [word, word] if chance < 0.06 else
                          [str(rng.choice(known))] if chance < 0.14 else [word])
        ]  # fmt: skip
        truth.append(" ".join(text))
        predictions.append(" ".join(heard))
    return np.array(truth, dtype=object), np.array(predictions, dtype=object)


def rankings(users: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return six relevant items a user, and a list of twelve of forty items."""
    rng = np.random.default_rng(SEED)
    order = np.argsort(rng.random((users, POOL)), axis=1)
    noisy = np.argsort(rng.random((users, POOL)) - 0.3 * (np.argsort(order, axis=1) < RELEVANT), axis=1)
    truth, predictions = np.empty(users, dtype=object), np.empty(users, dtype=object)
    truth[:] = order[:, :RELEVANT].tolist()
    predictions[:] = noisy[:, :LISTED].tolist()
    return truth, predictions


def detections(images: int, found: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return seven objects an image in 80 classes as in COCO, and detections near them or anywhere."""
    rng = np.random.default_rng(SEED)
    truth, predictions = np.empty(images, dtype=object), np.empty(images, dtype=object)
    share = found // images
    for image in range(images):
        objects = []
        for _ in range(rng.poisson(7) + (image == 0)):
            width, height = np.exp(rng.normal(4, 0.9, 2)).clip(4, 400)
            corner = rng.uniform(0, 300, 2)
            objects.append({
                "category_id": int(rng.integers(1, 81)), "bbox": [*corner.tolist(), float(width), float(height)],
                "area": float(width * height), "iscrowd": int(rng.random() < 0.02),
            })  # fmt: skip
        boxes = []
        for _ in range(share):
            if objects and rng.random() < 0.6:
                near = objects[rng.integers(len(objects))]
                box = np.array(near["bbox"]) * rng.normal(1, 0.1, 4)
                category = near["category_id"] if rng.random() < 0.9 else int(rng.integers(1, 81))
            else:
                box = np.r_[rng.uniform(0, 300, 2), np.exp(rng.normal(4, 0.9, 2))]
                category = int(rng.integers(1, 81))
            boxes.append({"category_id": category, "bbox": box.tolist(), "score": float(rng.random())})
        truth[image], predictions[image] = objects, boxes
    return truth, predictions


def tracks(sequences: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return tables of boxes that wander, and the same seen with gaps, shifts and lost names."""
    rng = np.random.default_rng(SEED)
    truth, predictions = np.empty(sequences, dtype=object), np.empty(sequences, dtype=object)
    frame, track = np.repeat(np.arange(FRAMES), TRACKS), np.tile(np.arange(TRACKS), FRAMES)
    for place in range(sequences):
        paths = rng.uniform(0, 1500, (1, TRACKS, 2)) + np.cumsum(rng.normal(0, 4, (FRAMES, TRACKS, 2)), axis=0)
        boxes = np.concatenate([paths, np.broadcast_to(rng.uniform(40, 120, (TRACKS, 2)), paths.shape)], axis=2)
        table = np.column_stack([frame, track, boxes.reshape(-1, 4)])
        seen = table[rng.random(len(table)) < 0.9].copy()
        seen[:, 2:] += rng.normal(0, 4, (len(seen), 4))
        seen[:, 1] += 100 * (seen[:, 0] // rng.integers(80, 160))
        truth[place], predictions[place] = table, seen
    return truth, predictions


def rmse() -> Case:
    return against_sklearn("rmse", "root_mean_squared_error", numbers(ROWS))


def f1() -> Case:
    return against_sklearn("f1", "f1_score", classes(ROWS), goal=60.0)


def roc_auc() -> Case:
    return against_sklearn("roc_auc", "roc_auc_score", probabilities(ROWS))


def log_loss() -> Case:
    return against_sklearn("log_loss", "log_loss", probabilities(ROWS))


def coco_map() -> Case:
    """From objects in memory to the figure, for all: lists of dicts in, AP out."""
    truth, predictions = detections(IMAGES, DETECTIONS)
    objects = [{**one, "image_id": image, "id": 0} for image, cell in enumerate(truth, 1) for one in cell]
    for number, one in enumerate(objects, 1):
        one["id"] = number
    found = [{**one, "image_id": image} for image, cell in enumerate(predictions, 1) for one in cell]
    dataset = {
        "images": [{"id": image, "width": 900, "height": 900} for image in range(1, IMAGES + 1)],
        "categories": [{"id": number, "name": str(number)} for number in range(1, 81)],
        "annotations": objects,
    }

    def quietly(coco: Any, evaluation: Any, *, loaded: bool) -> float:
        with contextlib.redirect_stdout(io.StringIO()):
            expected = coco() if loaded else coco(dataset)
            if loaded:
                expected.dataset = dataset
                expected.createIndex()
            run = evaluation(expected, expected.loadRes([dict(one) for one in found]), "bbox")
            run.evaluate()
            run.accumulate()
            run.summarize()
        return float(run.stats[0])

    left_out: list[str] = []
    others: dict[str, Call] = {}
    if (hotcoco := library("hotcoco", left_out)) is not None:
        others["hotcoco"] = partial(quietly, hotcoco.COCO, hotcoco.COCOeval, loaded=False)
    if (coco := library("pycocotools.coco", left_out)) is not None:
        others["pycocotools"] = partial(quietly, coco.COCO, library("pycocotools.cocoeval", []).COCOeval, loaded=True)
    return Case(
        size=f"{IMAGES:,} images, {len(found):,} boxes", ours=ours("coco_map", truth, predictions), others=others,
        left_out=tuple(left_out),
    )  # fmt: skip


def wer() -> Case:
    truth, predictions = sentences(SENTENCES)
    left_out: list[str] = []
    others: dict[str, Call] = {}
    if (rapidfuzz := library("rapidfuzz.distance", left_out)) is not None:
        distance = rapidfuzz.Levenshtein.distance

        def bare() -> float:
            words = [(one.split(), two.split()) for one, two in zip(truth, predictions, strict=True)]
            return float(sum(distance(one, two) for one, two in words) / sum(len(one) for one, _ in words))

        others["rapidfuzz, bare"] = bare
    if (jiwer := library("jiwer", left_out)) is not None:
        others["jiwer"] = partial(jiwer.wer, truth.tolist(), predictions.tolist())
    return Case(
        size=f"{SENTENCES:,} sentences", ours=ours("wer", truth, predictions), others=others, left_out=tuple(left_out)
    )


def ndcg() -> Case:
    truth, predictions = rankings(USERS)
    left_out: list[str] = []
    others: dict[str, Call] = {}
    if (sklearn := library("sklearn.metrics", left_out)) is not None:
        gains, scores = np.zeros((USERS, POOL)), np.zeros((USERS, POOL))
        rows = np.arange(USERS)[:, None]
        gains[rows, np.array(truth.tolist())] = 1
        scores[rows, np.array(predictions.tolist())] = np.arange(LISTED, 0, -1)
        others["scikit-learn"] = partial(sklearn.ndcg_score, gains, scores, k=LISTED, ignore_ties=True)
    if (trec := library("pytrec_eval", left_out)) is not None:
        asked = {str(user): {str(item): 1 for item in cell} for user, cell in enumerate(truth)}
        run = {
            str(user): {str(item): float(LISTED - place) for place, item in enumerate(cell)}
            for user, cell in enumerate(predictions)
        }

        def evaluated() -> float:
            told = trec.RelevanceEvaluator(asked, {f"ndcg_cut.{LISTED}"}).evaluate(run)
            return float(np.mean([row[f"ndcg_cut_{LISTED}"] for row in told.values()]))

        others["pytrec_eval"] = evaluated
    return Case(
        size=f"{USERS:,} users", ours=ours("ndcg_at_k", truth, predictions, k=LISTED), others=others,
        left_out=tuple(left_out),
    )  # fmt: skip


def map12() -> Case:
    truth, predictions = rankings(USERS)

    def by_loop() -> float:
        total = 0.0
        for relevant, listed in zip(truth, predictions, strict=True):
            hits, score = 0, 0.0
            for place, item in enumerate(listed[:LISTED]):
                if item in relevant and item not in listed[:place]:
                    hits += 1
                    score += hits / (place + 1)
            total += score / min(len(relevant), LISTED)
        return total / len(truth)

    return Case(
        size=f"{USERS:,} users", ours=ours("map_at_k", truth, predictions, k=LISTED),
        others={"plain loop (ml_metrics)": by_loop},
    )  # fmt: skip


def tracking(metric: str) -> Case:
    truth, predictions = tracks(SEQUENCES)
    left_out: list[str] = []
    others: dict[str, Call] = {}
    if (motrics := library("motrics", left_out)) is not None:

        def framed(table: NDArray[np.float64]) -> Any:
            lines = [table[table[:, 0] == frame] for frame in range(FRAMES)]
            boxes = [np.column_stack([line[:, 2:4], line[:, 2:4] + line[:, 4:6]]) for line in lines]
            return motrics.Frames([line[:, 1].astype(int).tolist() for line in lines], boxes)

        pairs = [(framed(one), framed(two)) for one, two in zip(truth, predictions, strict=True)]

        def all_figures() -> float:
            each = [motrics.evaluate(one, two) for one, two in pairs]
            return pooled_hota(each) if metric == "hota" else pooled_idf1(each)

        others["motrics"] = all_figures
    library("trackeval", left_out)  # not called: its boxes come from files
    return Case(
        size=f"{SEQUENCES * FRAMES * TRACKS:,} boxes, {SEQUENCES} sequences", ours=ours(metric, truth, predictions),
        others=others, left_out=tuple(left_out),
    )  # fmt: skip


def pooled_idf1(each: list[Any]) -> float:
    right = sum(one.identity.idtp for one in each)
    wrong = sum(one.identity.idfp + one.identity.idfn for one in each)
    return float(right / (right + wrong / 2))


def pooled_hota(each: list[Any]) -> float:
    hits, missed, false, associated = (
        np.array([getattr(one.hota, name) for one in each])
        for name in ("hota_tp_alphas", "hota_fn_alphas", "hota_fp_alphas", "assa_alphas")
    )
    found = hits.sum(axis=0)
    told_apart = (associated * hits).sum(axis=0) / np.maximum(found, 1)
    return float(np.sqrt(found / (hits + missed + false).sum(axis=0) * told_apart).mean())


def translation(metric: str) -> Case:
    truth, predictions = sentences(TRANSLATIONS)
    left_out: list[str] = []
    others: dict[str, Call] = {}
    if (sacrebleu := library("sacrebleu", left_out)) is not None:
        corpus = getattr(sacrebleu, f"corpus_{metric}")
        others["sacrebleu"] = lambda: float(corpus(predictions.tolist(), [truth.tolist()]).score)
    return Case(
        size=f"{TRANSLATIONS:,} sentences", ours=ours(metric, truth, predictions), others=others,
        left_out=tuple(left_out),
    )  # fmt: skip


CASES: dict[str, Callable[[], Case]] = {
    "rmse": rmse,
    "f1": f1,
    "roc_auc": roc_auc,
    "log_loss": log_loss,
    "coco_map": coco_map,
    "wer": wer,
    "ndcg_at_k": ndcg,
    "map_at_k": map12,
    "hota": partial(tracking, "hota"),
    "idf1": partial(tracking, "idf1"),
    "bleu": partial(translation, "bleu"),
    "chrf": partial(translation, "chrf"),
}
