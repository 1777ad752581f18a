"""A night at the print shop: files as customers send them, and jobs whose results follow from the statement alone."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.image_manipulation_toolkit.layers import Colour, Desk, read_on
from challenges.catalog.image_manipulation_toolkit.operations import carried_out, files_of
from challenges.catalog.image_manipulation_toolkit.pixels import Impossible, Pixels, Step
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
"""A job that leaves a picture nearer to one of its files than this is drawn anew: copying must earn nothing."""
UNREADABLE_BESIDE_SHARE = 0.1
"""Of the steps that need other files, so many name a broken one."""
WHOLE = frozenset({"flip", "turn", "crop", "pad", "channels", "median"})
"""Steps that round nothing: whoever does them right has the very same pixels.

One level more or less before it moves an edge of `canny`, the hue of a nearly grey pixel by 60 degrees, and what is
above the threshold of `unsharp`. That would punish an honest rounding, so these follow upon such steps alone.
"""


FAMILIES = {
    "colours": {"grey", "channels", "gamma", "saturate", "convert", "hue"},
    "geometry": {"flip", "turn", "crop", "pad", "resize", "shrink", "rotate", "affine", "straighten"},
    "smoothing": {"box", "gauss", "median", "unsharp"},
    "edges": {"sobel", "canny"},
    "layers": {"paste", "sheet"},
}


@dataclass(frozen=True, kw_only=True)
class Scale:
    scenes: int
    train_sources: int
    test_sources: int
    train_jobs: int
    test_jobs: int


SCALES = {
    Size.SMALL: Scale(scenes=18, train_sources=32, test_sources=64, train_jobs=120, test_jobs=200),
    Size.FULL: Scale(scenes=60, train_sources=96, test_sources=256, train_jobs=400, test_jobs=1500),
}


@dataclass(frozen=True, kw_only=True)
class Job:
    source: str
    background: Colour
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
        facts={"width": widths, "height": heights, **_families(test[1])},
    )
    cards = {f"pictures/{id_}.png": png_bytes(np.full_like(job.result, IMPOSSIBLE_CARD))
             for id_, job in zip(test_ids, test[1], strict=True)}  # fmt: skip
    return Dataset(
        public={
            "train_jobs.jsonl": _lines(train_ids, train[1]),
            "train_sources.zip": _folder(train[0]),
            "train_results.zip": zip_bytes({f"{id_}.png": data for id_, data in zip(train_ids, results, strict=True)}),
        },
        inputs={"test_jobs.jsonl": _lines(test_ids, test[1]), "test_sources.zip": _folder(test[0])},
        truth=truth,
        floor=zip_bytes(cards),
    )


def _families(jobs: list[Job]) -> dict[str, NDArray[np.int64]]:
    """Return for each family of steps which jobs can be done and hold one, and what is asked besides steps."""
    cards = np.array([_is_card(job.result) for job in jobs])
    steps = [{step["op"] for step in job.steps} for job in jobs]
    of_family = {name: np.array([bool(own & ops) for own in steps]) & ~cards for name, ops in FAMILIES.items()}
    untouched = np.array([not own for own in steps]) & ~cards
    return {name: rows.astype(np.int64) for name, rows in {"untouched": untouched, **of_family, "cards": cards}.items()}


def _is_card(result: Pixels) -> bool:
    return any((result == card).all() for card in (UNREADABLE_CARD, IMPOSSIBLE_CARD))


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
        job = _job(rng, sources[int(rng.integers(len(sources)))], sources)
        if job is not None:
            jobs.append(job)
    return sources, jobs


def _job(rng: Generator, source: Source, night: list[Source]) -> Job | None:
    """Return a job, or None where it came out too small, too large, or too near to what it was made of."""
    background: Colour = tuple(int(level) for level in rng.integers(0, 256, 3))  # type: ignore[assignment]
    if source.pixels is None:
        height, width = (int(side) for side in rng.integers(30, 90, 2))
        steps: list[Step] = [_step(rng, height, width, night) for _ in range(int(rng.integers(1, 3)))]
        return _card(source, background, steps, (height, width), UNREADABLE_CARD)
    files = {file.name: file.pixels for file in night if file.pixels is not None}
    desk = Desk(files=files, background=background)
    picture = read_on(source.pixels, background)
    steps = []
    for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.12, 0.5, 0.25, 0.13]))):
        steps.append(_step(rng, picture.shape[0], picture.shape[1], night))
        if _is_touchy(steps[-1]) and not all(step["op"] in WHOLE for step in steps[:-1]):
            return None
        if not set(files_of(steps)) <= set(files):
            return _card(source, background, steps, picture.shape[:2], UNREADABLE_CARD)
        picture = carried_out(picture, steps[-1:], desk)
        if min(picture.shape[:2]) < LEAST_SIDE_PX:
            return None
    if max(picture.shape[:2]) > MOST_SIDE_PX:
        return None
    if steps and rng.random() < IMPOSSIBLE_SHARE:
        steps[int(rng.integers(len(steps)))] = _spoilt(rng)
        try:
            carried_out(read_on(source.pixels, background), steps, desk)
        except Impossible:
            return _card(source, background, steps, picture.shape[:2], IMPOSSIBLE_CARD)
        return None
    used = [source, *(file for file in night if file.name in files_of(steps))]
    if max(_untouched_db(file, picture) for file in used) > MOST_UNTOUCHED_DB or np.ptp(picture) == 0:
        return None
    return Job(source=source.name, background=background, steps=tuple(steps), result=picture)


def _card(source: Source, background: Colour, steps: list[Step], shape: tuple[int, ...], colour: Colour) -> Job:
    result = np.full((*shape, 3), colour, dtype=np.uint8)
    return Job(source=source.name, background=background, steps=tuple(steps), result=result)


def _is_touchy(step: Step) -> bool:
    return step["op"] in ("canny", "unsharp") or step.get("space") == "HSV"


def _untouched_db(source: Source, picture: Pixels) -> float:
    """Return how near a file comes, read without care and brought to the size of the result."""
    with Image.open(io.BytesIO(source.data)) as image:
        plain = np.asarray(image.convert("RGB").resize((picture.shape[1], picture.shape[0])))
    return float(ratios_db(picture[None], plain[None])[0])


def _colour(rng: Generator) -> list[int]:
    return [int(level) for level in rng.integers(0, 256, 3)]


def _names(rng: Generator, night: list[Source], count: int) -> list[str]:
    """Return names of other files, which can be read as a rule."""
    sound = [file.name for file in night if file.pixels is not None]
    broken = [file.name for file in night if file.pixels is None]
    names = [sound[int(place)] for place in rng.permutation(len(sound))[:count]]
    if broken and rng.random() < UNREADABLE_BESIDE_SHARE:
        names[int(rng.integers(count))] = broken[int(rng.integers(len(broken)))]
    return names


def _step(rng: Generator, height: int, width: int, night: list[Source]) -> dict[str, Any]:
    """Return one step for a picture of a size, with parameters that make sense."""

    def side(length: int) -> int:
        return max(round(length * rng.uniform(0.5, 1.5)), 12)

    def near(value: float) -> float:
        return round(float(value), 1)

    turned, slant, scale = np.deg2rad(rng.uniform(-40, 40)), rng.uniform(-0.4, 0.4), rng.uniform(0.8, 1.3)
    sheared = (scale * np.array([[np.cos(turned), slant - np.sin(turned)], [np.sin(turned), np.cos(turned)]])).round(3)

    def affine(new_width: int, new_height: int) -> dict[str, Any]:
        """Return a step that brings the middle of the picture to the middle of the result."""
        shift = np.array([new_width, new_height]) / 2 - sheared @ [width / 2, height / 2]
        matrix = np.column_stack([sheared, shift.round(1)])
        return {"op": "affine", "width": new_width, "height": new_height, "matrix": matrix.tolist()}

    low = int(rng.integers(40, 140))
    choices: list[dict[str, Any]] = [
        {"op": "grey"},
        {"op": "channels", "order": "".join(rng.permutation(list("RGB")))},
        {"op": "gamma", "gamma": round(float(rng.choice([rng.uniform(0.4, 0.75), rng.uniform(1.4, 2.4)])), 2)},
        {"op": "saturate", "factor": round(float(rng.choice([rng.uniform(0.0, 0.5), rng.uniform(1.6, 2.5)])), 2)},
        *({"op": "convert", "space": space} for space in ("HSV", "Lab", "YCrCb")),
        {"op": "hue", "degrees": int(rng.integers(30, 331))},
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
        {**affine(side(width), side(height)), "fill": _colour(rng)},
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
        *2 * [{"op": "canny", "low": low, "high": low + int(rng.integers(30, 160))}],
        {
            "op": "paste", "source": _names(rng, night, 1)[0], "left": int(rng.integers(-20, width // 2)),
            "top": int(rng.integers(-20, height // 2)), "opacity": near(rng.choice([1.0, rng.uniform(0.3, 0.9)])),
        },
        {
            "op": "sheet", "sources": _names(rng, night, int(rng.integers(2, 6))), "columns": int(rng.integers(2, 4)),
            "width": int(rng.integers(24, 49)), "height": int(rng.integers(24, 49)), "gap": int(rng.integers(0, 6)),
            "fill": _colour(rng),
        },
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
        {"op": "affine", "matrix": [[1, 2, 0], [0.5, 1, 8]], "width": 40, "height": 30, "fill": [0, 0, 0]},
        {"op": "sheet", "sources": [], "columns": 0, "width": 30, "height": 30, "gap": 2, "fill": [0, 0, 0]},
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
