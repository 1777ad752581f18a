"""Photos with people: train photos with the boxes of faces and eyes, other photos of other people hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.face_detection_classical.decoys import draw_board, draw_cover, draw_decoy
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import jpeg_bytes, json_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.faces import Folk, Portrait, draw_folk, draw_moment, draw_person, portrait
from challenges.worlds.lens import Habits, draw_lens, photograph
from challenges.worlds.stage import Floats, draw_palette, ground, lay

WIDTH, HEIGHT = 320, 240
FACE_PX = (22.0, 95.0)
"""Height of heads, log-uniform: the finder must look at many scales."""
MOST_FACES = 6
DECOYS = 3.0
BOARDS = 2.5
COVERED = 0.15
"""Share of people who hold something before their face."""
MOST_COVERED = 0.4
"""A face that is covered more is drawn anew: nobody could be asked to find it."""
LEAST_EYE_PX = 4.0
"""Eyes of smaller faces are a blot of two pixels; they are marked to be ignored."""
LENS = Habits(
    gain=(0.55, 1.25), slope=(0.0, 0.35), tint=0.05, blur_px=(0.25, 0.9), noise=(0.008, 0.04), gamma=(1.0, 1.0)
)

FACE, EYE = 1, 2
PHOTOS = {Size.SMALL: (90, 75), Size.FULL: (2_000, 600)}
"""Train and hidden photos."""


@dataclass(frozen=True, kw_only=True)
class Photo:
    picture: bytes
    boxes: list[dict[str, Any]]


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition; nobody stands on two photos."""
    train_count, test_count = PHOTOS[size]
    folk = draw_folk(streams("structure"))
    train = [_photo(streams("train", number), folk) for number in range(train_count)]
    test = [_photo(streams("test", number), folk) for number in range(test_count)]
    image_ids = _integer_ids(streams("ids"), train_count + test_count)
    train_ids, test_ids = image_ids[:train_count], image_ids[train_count:]
    cells = np.empty(test_count, dtype=object)
    cells[:] = [photo.boxes for photo in test]
    public = np.zeros(test_count, dtype=np.bool_)
    public[streams("split").permutation(test_count)[: round(0.3 * test_count)]] = True
    return Dataset(
        public={
            "train.zip": zip_bytes(
                {f"{image_id}.jpg": photo.picture for image_id, photo in zip(train_ids, train, strict=True)},
                compress=False,
            ),
            "train.json": json_bytes(_coco(train_ids, train)),
        },
        inputs={
            **{f"test/{image_id}.jpg": photo.picture for image_id, photo in zip(test_ids, test, strict=True)},
            "test.json": json_bytes({"images": _images(test_ids), "categories": _categories()}),
        },
        truth=Truth(
            ids={"image_id": test_ids},
            columns={"annotations": cells},
            public=public,
            unit=np.arange(test_count),
            facts={"width": np.full(test_count, WIDTH), "height": np.full(test_count, HEIGHT)},
        ),
        floor=json_bytes(_without_a_look(test_ids)),
    )


def _photo(rng: Generator, folk: Folk) -> Photo:
    canvas = ground(rng, HEIGHT, WIDTH, draw_palette(rng, 4, colourful=0.4), clutter=0.7)
    for _ in range(int(rng.poisson(BOARDS))):
        lay(canvas, draw_board(rng, height_px=rng.uniform(25, 110)), rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT))
    taken: list[Floats] = []
    for _ in range(int(rng.poisson(DECOYS))):
        height_px = _height(rng)
        spot = _free_spot(rng, taken, height_px)
        if spot is not None:
            lay(canvas, draw_decoy(rng, height_px=height_px), *spot)
    boxes: list[dict[str, Any]] = []
    # Those who stand behind are smaller, and drawn first.
    for height_px in sorted(_height(rng) for _ in range(_people(rng))):
        spot = _free_spot(rng, taken, height_px)
        if spot is None:
            continue
        drawn = portrait(draw_person(rng, folk), draw_moment(rng, folk), height_px=height_px)
        lay(canvas, drawn.patch, *spot)
        cover = np.zeros(canvas.shape[:2], dtype=np.float32)
        if rng.random() < COVERED:
            cover = _held_before(rng, canvas, drawn, spot, height_px)
        boxes += _boxes(drawn, spot, cover)
    picture = photograph(rng, np.clip(canvas, 0, 1), draw_lens(rng, LENS))
    return Photo(picture=jpeg_bytes(picture, quality=int(rng.integers(75, 94))), boxes=boxes)


def _people(rng: Generator) -> int:
    return 0 if rng.random() < 0.08 else min(1 + int(rng.poisson(1.7)), MOST_FACES)


def _height(rng: Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(FACE_PX))))


def _free_spot(rng: Generator, taken: list[Floats], height_px: float) -> tuple[float, float] | None:
    """Return a place for the middle of a head that is on nobody else's, or None where there is no room."""
    for _ in range(20):
        x, y = (
            rng.uniform(0.45 * height_px, WIDTH - 0.45 * height_px),
            rng.uniform(0.55 * height_px, HEIGHT - 0.55 * height_px),
        )
        if all(
            abs(x - other_x) > 0.5 * (height_px + other) * 0.95 or abs(y - other_y) > 0.5 * (height_px + other) * 1.2
            for other_x, other_y, other in taken
        ):
            taken.append(np.array([x, y, height_px], dtype=np.float32))
            return x, y
    return None


def _held_before(
    rng: Generator, canvas: Floats, drawn: Portrait, spot: tuple[float, float], height_px: float
) -> Floats:
    """Lay something over a part of a face and return where it is."""
    left, top, right, bottom = _moved(drawn.face, spot)
    window = np.s_[max(int(top), 0) : int(bottom), max(int(left), 0) : int(right)]
    while True:
        thing = draw_cover(rng, height_px=height_px)
        x, y = rng.uniform(left, right), rng.uniform(top, bottom)
        cover = lay(np.zeros_like(canvas), thing, x, y)
        if cover[window].mean() < MOST_COVERED:
            break
    lay(canvas, thing, x, y)
    return cover


def _boxes(drawn: Portrait, spot: tuple[float, float], cover: Floats) -> list[dict[str, Any]]:
    """Return the annotations of one face: its box, and those of the eyes that show."""
    boxes = [_annotation(FACE, _moved(drawn.face, spot), ignored=False)]
    half = drawn.eye_side / 2
    for x, y in drawn.eyes + np.array(spot):
        if drawn.eyes_show and cover[int(y), int(x)] < 0.5:
            box = (x - half, y - half, x + half, y + half)
            boxes.append(_annotation(EYE, box, ignored=2 * half < LEAST_EYE_PX))
    return boxes


def _annotation(category_id: int, corners: tuple[float, float, float, float], *, ignored: bool) -> dict[str, Any]:
    left, top, right, bottom = (float(round(edge, 2)) for edge in np.clip(corners, 0, [WIDTH, HEIGHT] * 2))
    width, height = round(right - left, 2), round(bottom - top, 2)
    return {
        "category_id": category_id,
        "bbox": [left, top, width, height],
        "iscrowd": int(ignored),
        "area": round(width * height, 2),
    }


def _moved(corners: tuple[float, float, float, float], spot: tuple[float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = corners
    return left + spot[0], top + spot[1], right + spot[0], bottom + spot[1]


def _integer_ids(rng: Generator, count: int) -> NDArray[np.int64]:
    """Return distinct numbers in random order: COCO's image_id is a number, and ours tells nothing."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[int(rng.integers(10_000_000, 100_000_000))] = None
    return np.array(list(drawn), dtype=np.int64)


def _images(image_ids: NDArray[np.int64]) -> list[dict[str, Any]]:
    return [
        {"id": int(image_id), "file_name": f"{image_id}.jpg", "width": WIDTH, "height": HEIGHT}
        for image_id in image_ids
    ]


def _categories() -> list[dict[str, Any]]:
    return [{"id": FACE, "name": "face"}, {"id": EYE, "name": "eye"}]


def _coco(image_ids: NDArray[np.int64], photos: list[Photo]) -> dict[str, Any]:
    boxes = [
        {"image_id": int(image_id), **box}
        for image_id, photo in zip(image_ids, photos, strict=True)
        for box in photo.boxes
    ]
    return {
        "images": _images(image_ids),
        "categories": _categories(),
        "annotations": [{"id": number, **box} for number, box in enumerate(boxes, 1)],
    }


def _without_a_look(image_ids: NDArray[np.int64]) -> list[dict[str, Any]]:
    """Return the answer without skill: one face in the middle of every photo, with two eyes where eyes are."""
    boxes = [(FACE, [142.0, 96.0, 36.0, 48.0]), (EYE, [147.0, 113.0, 8.0, 8.0]), (EYE, [165.0, 113.0, 8.0, 8.0])]
    return [
        {"image_id": int(image_id), "category_id": category_id, "bbox": bbox, "score": 0.5}
        for image_id in image_ids
        for category_id, bbox in boxes
    ]
