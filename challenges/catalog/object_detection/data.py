"""Frames of the conveyor camera: train with the boxes as people drew them, test without, truth exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import jpeg_bytes, json_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.conveyor import Frame, Mood, Thing, draw_frame, draw_mood, draw_world
from challenges.worlds.conveyor_looks import CLASSES, GROUPS

MISSING_BOXES = 0.02
JITTER_PX = 1.5
"""People overlook a thing now and then and draw edges a little off; hidden boxes are exact."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    side: int
    train_shifts: int
    test_shifts: int
    frames_per_train_shift: int
    frames_per_test_shift: int


SCALES = {
    Size.SMALL: Scale(side=128, train_shifts=40, test_shifts=40, frames_per_train_shift=20, frames_per_test_shift=10),
    Size.FULL: Scale(side=320, train_shifts=300, test_shifts=200, frames_per_train_shift=40, frames_per_test_shift=20),
}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition: every shift (one light, one camera) lies wholly in train, public or private."""
    scale = SCALES[size]
    world = draw_world(streams("structure"))
    train_count = scale.train_shifts * scale.frames_per_train_shift
    test_count = scale.test_shifts * scale.frames_per_test_shift
    train_shift = _shuffled(streams("shuffle", 0), scale.train_shifts, scale.frames_per_train_shift)
    test_shift = scale.train_shifts + _shuffled(streams("shuffle", 1), scale.test_shifts, scale.frames_per_test_shift)
    moods = [draw_mood(streams("mood", shift)) for shift in range(scale.train_shifts + scale.test_shifts)]
    image_ids = _integer_ids(streams("ids"), train_count + test_count)
    pictures: list[bytes] = []
    frames: list[tuple[Thing, ...]] = []
    for index, shift in enumerate(np.concatenate([train_shift, test_shift])):
        frame = draw_frame(streams("frame", index), world, moods[shift], side=scale.side)
        pictures.append(_picture(frame, moods[shift]))
        frames.append(frame.things)

    train_ids, test_ids = image_ids[:train_count], image_ids[train_count:]
    floor = _centre_boxes(test_ids, int(np.argmax(world.shares)) + 1, scale.side)
    public = {
        "train.zip": _archive(train_ids, pictures[:train_count]),
        "test.zip": _archive(test_ids, pictures[train_count:]),
        "train.json": json_bytes(
            {
                "images": _images(train_ids, scale.side, _opaque(streams("shift names"), train_shift)),
                "annotations": _drawn_by_people(streams("annotators"), train_ids, frames[:train_count], scale.side),
                "categories": _categories(),
            }
        ),
        "test.json": json_bytes({"images": _images(test_ids, scale.side), "categories": _categories()}),
        "categories.json": json_bytes(_categories()),
        "sample_submission.json": floor,
    }
    public_shifts = scale.train_shifts + streams("split").permutation(scale.test_shifts)[: scale.test_shifts * 3 // 10]
    truth = Truth(
        ids={"image_id": test_ids},
        columns={"annotations": _cells(frames[train_count:])},
        public=np.isin(test_shift, public_shifts),
        unit=np.arange(test_count, dtype=np.int64),
        facts={"width": np.full(test_count, scale.side), "height": np.full(test_count, scale.side)},
    )
    return Dataset(public=public, truth=truth, floor=floor)


def _shuffled(rng: np.random.Generator, shifts: int, frames_each: int) -> NDArray[np.int64]:
    return rng.permutation(np.repeat(np.arange(shifts), frames_each))


def _integer_ids(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return distinct integers in random order: COCO's image_id is a number, and ours tells nothing."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[int(rng.integers(10_000_000, 100_000_000))] = None
    return np.array(list(drawn), dtype=np.int64)


def _opaque(rng: np.random.Generator, shifts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the shifts under names without order."""
    return rng.permutation(int(shifts.max()) + 1)[shifts]


def _picture(frame: Frame, mood: Mood) -> bytes:
    return jpeg_bytes(frame.pixels, quality=mood.quality)


def _archive(image_ids: NDArray[np.int64], pictures: list[bytes]) -> bytes:
    names = (f"{image_id}.jpg" for image_id in image_ids)
    return zip_bytes(dict(zip(names, pictures, strict=True)), compress=False)


def _images(
    image_ids: NDArray[np.int64], side: int, shifts: NDArray[np.int64] | None = None
) -> list[dict[str, int | str]]:
    images: list[dict[str, int | str]] = [
        {"id": int(image_id), "file_name": f"{image_id}.jpg", "width": side, "height": side} for image_id in image_ids
    ]
    if shifts is not None:
        for image, shift in zip(images, shifts, strict=True):
            image["shift"] = int(shift)
    return images


def _categories() -> list[dict[str, int | str]]:
    pairs = zip(CLASSES, GROUPS, strict=True)
    return [{"id": number, "name": name, "supercategory": group} for number, (name, group) in enumerate(pairs, 1)]


def _drawn_by_people(
    rng: np.random.Generator, image_ids: NDArray[np.int64], frames: list[tuple[Thing, ...]], side: int
) -> list[dict[str, Any]]:
    """Return the train annotations: 2 % of the boxes are missing, edges are up to 1.5 pixels off."""
    annotations: list[dict[str, Any]] = []
    for image_id, things in zip(image_ids, frames, strict=True):
        for thing in things:
            if rng.random() < MISSING_BOXES:
                continue
            x, y, width, height = thing.box
            edges = np.array([x, y, x + width, y + height]) + rng.uniform(-JITTER_PX, JITTER_PX, 4)
            left, top, right, bottom = (round(float(edge), 1) for edge in np.clip(edges, 0, side))
            box = [left, top, round(right - left, 1), round(bottom - top, 1)]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": int(image_id),
                    "category_id": thing.category + 1,
                    "bbox": box,
                    "area": round(box[2] * box[3], 2),
                    "iscrowd": int(thing.crowd),
                }
            )
    return annotations


def _cells(frames: list[tuple[Thing, ...]]) -> NDArray[np.object_]:
    cells = np.empty(len(frames), dtype=object)
    for row, things in enumerate(frames):
        cells[row] = [
            {
                "category_id": thing.category + 1,
                "bbox": [float(edge) for edge in thing.box],
                "iscrowd": int(thing.crowd),
                "area": float(thing.area),
            }
            for thing in things
        ]
    return cells


def _centre_boxes(image_ids: NDArray[np.int64], category_id: int, side: int) -> bytes:
    """Return the answer without skill: one box of the commonest class in the middle of every frame."""
    box = [0.4 * side, 0.4 * side, 0.2 * side, 0.2 * side]
    return json_bytes(
        [{"image_id": int(image_id), "category_id": category_id, "bbox": box, "score": 0.5} for image_id in image_ids]
    )
