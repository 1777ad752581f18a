"""A night at the print shop: files as customers send them, and jobs whose results follow from the statement alone."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.image_manipulation_toolkit.operations import Impossible, Pixels, Step, carried_out, rounded
from challenges.catalog.image_manipulation_toolkit.sources import KINDS, Source, draw_source
from challenges.evaluation import Truth
from challenges.metrics.images import ratios_db
from challenges.minting import Dataset, Streams
from challenges.packing import json_bytes, png_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.prints import draw_family, draw_scene
from challenges.worlds.stage import Floats

PUBLIC_SHARE = 0.3
IMPOSSIBLE_SHARE = 0.06
UNREADABLE_CARD, IMPOSSIBLE_CARD = (255, 0, 0), (255, 255, 0)
LEAST_SIDE_PX, MOST_SIDE_PX = 11, 160
MOST_UNTOUCHED_DB = 30.0
"""A job that leaves a picture nearer to its source than this is drawn anew: copying must earn nothing."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    scenes: int
    train_sources: int
    test_sources: int
    train_jobs: int
    test_jobs: int


SCALES = {
    Size.SMALL: Scale(scenes=18, train_sources=32, test_sources=64, train_jobs=80, test_jobs=200),
    Size.FULL: Scale(scenes=60, train_sources=96, test_sources=256, train_jobs=400, test_jobs=1500),
}


@dataclass(frozen=True, kw_only=True)
class Job:
    source: str
    background: tuple[int, int, int]
    steps: tuple[Step, ...]
    result: Pixels


def mint(streams: Streams, size: Size) -> Dataset:
    """Return a practice night with its results, and a night of hidden files and jobs."""
    scale = SCALES[size]
    rng = streams("scenes")
    scenes = [draw_scene(rng, draw_family(rng)) for _ in range(scale.scenes)]
    train = _night(streams, "train", scenes, scale.train_sources, scale.train_jobs)
    test = _night(streams, "test", scenes, scale.test_sources, scale.test_jobs)
    train_ids, test_ids = streams.ids("train", len(train[1])), streams.ids("test", len(test[1]))
    results = [png_bytes(job.result) for job in train[1]]
    heights, widths = np.array([job.result.shape[:2] for job in test[1]]).T
    public = np.zeros(len(test_ids), dtype=np.bool_)
    public[streams("split").permutation(len(test_ids))[: round(PUBLIC_SHARE * len(test_ids))]] = True
    cells = np.empty(len(test_ids), dtype=object)
    for row, job in enumerate(test[1]):
        cells[row] = job.result
    truth = Truth(
        ids={"job": test_ids},
        columns={"picture": cells},
        public=public,
        unit=np.arange(len(test_ids), dtype=np.int64),
        facts={"width": widths, "height": heights},
    )
    blanks = {f"pictures/{id_}.png": png_bytes(np.full_like(job.result, 128))
              for id_, job in zip(test_ids, test[1], strict=True)}  # fmt: skip
    return Dataset(
        public={
            "train_jobs.jsonl": _lines(train_ids, train[1]),
            "train_sources.zip": _folder(train[0]),
            "train_results.zip": zip_bytes({f"{id_}.png": data for id_, data in zip(train_ids, results, strict=True)}),
        },
        inputs={"test_jobs.jsonl": _lines(test_ids, test[1]), "test_sources.zip": _folder(test[0])},
        truth=truth,
        floor=zip_bytes(blanks),
    )


def _night(
    streams: Streams, part: str, scenes: list[Floats], source_count: int, job_count: int
) -> tuple[list[Source], list[Job]]:
    rng = streams(part)
    sources = []
    for number in rng.permutation(source_count).tolist():
        scene = scenes[int(rng.integers(len(scenes)))]
        height, width = (int(side) for side in rng.integers(44, 96, 2))
        top, left = (int(rng.integers(room - side)) for room, side in zip(scene.shape, (height, width), strict=False))
        light = scene[top : top + height, left : left + width]
        sources.append(draw_source(rng, light, KINDS[number % len(KINDS)], number))
    jobs: list[Job] = []
    while len(jobs) < job_count:
        job = _job(rng, sources[int(rng.integers(len(sources)))])
        if job is not None:
            jobs.append(job)
    return sources, jobs


def _job(rng: Generator, source: Source) -> Job | None:
    """Return a job, or None where it came out too small, too large, or too near to what it was made of."""
    background: tuple[int, int, int] = tuple(int(level) for level in rng.integers(0, 256, 3))  # type: ignore[assignment]
    if source.pixels is None:
        height, width = (int(side) for side in rng.integers(30, 90, 2))
        steps = [_step(rng, height, width) for _ in range(int(rng.integers(1, 3)))]
        card = np.full((height, width, 3), UNREADABLE_CARD, dtype=np.uint8)
        return Job(source=source.name, background=background, steps=tuple(steps), result=card)
    picture = read_on(source.pixels, background)
    steps = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.12, 0.5, 0.25, 0.13]))):
        steps.append(_step(rng, *picture.shape[:2]))
        picture = carried_out(picture, steps[-1:])
        if min(picture.shape[:2]) < LEAST_SIDE_PX:
            return None
    if max(picture.shape[:2]) > MOST_SIDE_PX:
        return None
    if steps and rng.random() < IMPOSSIBLE_SHARE:
        steps[int(rng.integers(len(steps)))] = _spoilt(rng)
        picture = np.full_like(picture, IMPOSSIBLE_CARD)
        try:
            carried_out(read_on(source.pixels, background), steps)
        except Impossible:
            return Job(source=source.name, background=background, steps=tuple(steps), result=picture)
        return None
    if _untouched_db(source, picture) > MOST_UNTOUCHED_DB or np.ptp(picture) == 0:
        return None
    return Job(source=source.name, background=background, steps=tuple(steps), result=picture)


def read_on(pixels: Pixels, background: tuple[int, int, int]) -> Pixels:
    """Return a picture as jobs see it: what shines through it is the background."""
    if pixels.shape[2] == 3:
        return pixels
    alpha = pixels[..., 3:] / 255
    return rounded(alpha * pixels[..., :3] + (1 - alpha) * np.array(background))


def _untouched_db(source: Source, picture: Pixels) -> float:
    """Return how near the source comes, read without care and brought to the size of the result."""
    with Image.open(io.BytesIO(source.data)) as image:
        plain = np.asarray(image.convert("RGB").resize((picture.shape[1], picture.shape[0])))
    return float(ratios_db(picture[None], plain[None])[0])


def _colour(rng: Generator) -> list[int]:
    return [int(level) for level in rng.integers(0, 256, 3)]


def _step(rng: Generator, height: int, width: int) -> dict[str, Any]:
    """Return one step for a picture of a size, with parameters that make sense."""

    def side(length: int) -> int:
        return max(round(length * rng.uniform(0.5, 1.5)), 12)

    def near(value: float) -> float:
        return round(float(value), 1)

    choices: list[dict[str, Any]] = [
        {"op": "grey"},
        {"op": "channels", "order": "".join(rng.permutation(list("RGB")))},
        {"op": "gamma", "gamma": round(float(rng.choice([rng.uniform(0.4, 0.75), rng.uniform(1.4, 2.4)])), 2)},
        {"op": "saturate", "factor": round(float(rng.choice([rng.uniform(0.0, 0.5), rng.uniform(1.6, 2.5)])), 2)},
        {"op": "flip", "axis": str(rng.choice(["left-right", "top-bottom"]))},
        {"op": "turn", "quarters": int(rng.integers(1, 4))},
        {
            "op": "crop", "left": int(rng.integers(-10, width // 2)), "top": int(rng.integers(-10, height // 2)),
            "width": side(width), "height": side(height), "fill": _colour(rng),
        },
        {"op": "pad", **{name: int(rng.integers(0, 15)) for name in ("left", "top", "right", "bottom")},
         "fill": _colour(rng)},
        {"op": "resize", "width": side(width), "height": side(height), "how": str(rng.choice(["nearest", "linear"]))},
        {"op": "shrink", "factor": int(rng.integers(2, 4))},
        {"op": "rotate", "degrees": near(rng.uniform(-80, 80)), "fill": _colour(rng)},
        {
            "op": "straighten", "width": side(width), "height": side(height),
            "corners": [[near(x * width + rng.uniform(-0.15, 0.2) * width * (1 - 2 * x)),
                         near(y * height + rng.uniform(-0.15, 0.2) * height * (1 - 2 * y))]
                        for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))],
        },
        {"op": "box", "radius": int(rng.integers(2, 5))},
        {"op": "gauss", "sigma": near(rng.uniform(1.2, 4))},
        {"op": "median", "radius": int(rng.integers(1, 4))},
        {"op": "unsharp", "sigma": near(rng.uniform(1, 3)), "amount": near(rng.uniform(1, 3)),
         "threshold": int(rng.integers(0, 12))},
        {"op": "sobel"},
    ]  # fmt: skip
    return choices[int(rng.integers(len(choices)))]


def _spoilt(rng: Generator) -> dict[str, Any]:
    """Return a step that cannot be done."""
    choices: list[dict[str, Any]] = [
        {"op": "resize", "width": 0, "height": 40, "how": "linear"},
        {"op": "crop", "left": 3, "top": 3, "width": -20, "height": 30, "fill": [0, 0, 0]},
        {"op": "gamma", "gamma": 0},
        {"op": "gauss", "sigma": -1.5},
        {"op": "median", "radius": 0},
        {"op": "pad", "left": 4, "top": -9, "right": 4, "bottom": 4, "fill": [255, 255, 255]},
        {"op": "shrink", "factor": 0},
        {"op": "sharpen"},
    ]
    return choices[int(rng.integers(len(choices)))]


def _lines(ids: NDArray[np.str_], jobs: list[Job]) -> bytes:
    """Return one JSON object a line, with the size of the result: a job that cannot be done needs a card of it."""
    return b"".join(
        json_bytes(
            {
                "job": str(id_),
                "source": job.source,
                "background": list(job.background),
                "steps": list(job.steps),
                "width": job.result.shape[1],
                "height": job.result.shape[0],
            }
        )
        for id_, job in zip(ids, jobs, strict=True)
    )


def _folder(sources: list[Source]) -> bytes:
    return zip_bytes({source.name: source.data for source in sources})
