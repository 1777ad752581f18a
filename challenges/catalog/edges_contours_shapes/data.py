"""Photos of loose parts: train photos with shape, box and measures of every part, other photos hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from challenges.catalog.edges_contours_shapes.tables import (
    HEIGHT,
    SHAPES,
    TABLES,
    WIDTH,
    LoosePart,
    Photo,
    draw_factory,
    draw_photo,
)
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, json_bytes, png_bytes, zip_bytes
from challenges.spec import Size

PHOTOS = {Size.SMALL: (120, 120), Size.FULL: (1_000, 1_000)}
"""Train and hidden photos."""
PUBLIC_SHARE = 0.3


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition; public and private rows have the same share of every kind of table."""
    train_count, test_count = PHOTOS[size]
    factory = draw_factory(streams("structure"))
    train = [draw_photo(streams("train", number), factory) for number in range(train_count)]
    test = [draw_photo(streams("test", number), factory) for number in range(test_count)]
    image_ids = _integer_ids(streams("ids"), train_count + test_count)
    train_ids, test_ids = image_ids[:train_count], image_ids[train_count:]
    cells = np.empty(test_count, dtype=object)
    cells[:] = [[_annotation(part) for part in photo.parts] for photo in test]
    area, perimeter = _measures(test)
    return Dataset(
        public={
            "train.zip": zip_bytes(_pictures(train_ids, train), compress=False),
            "train.json": json_bytes(_coco(train_ids, train)),
        },
        inputs={
            **{f"test/{name}": picture for name, picture in _pictures(test_ids, test).items()},
            "test.json": json_bytes({"images": _images(test_ids), "categories": _categories()}),
        },
        truth=Truth(
            ids={"image_id": test_ids},
            columns={"annotations": cells, "area": area, "perimeter": perimeter},
            public=_public(streams("split"), test),
            unit=np.arange(test_count),
            facts={
                "width": np.full(test_count, WIDTH),
                "height": np.full(test_count, HEIGHT),
                **{name: np.array([int(photo.table == name) for photo in test]) for name in TABLES},
            },
        ),
        floor=_without_a_look(test_ids, train),
    )


def _annotation(part: LoosePart) -> dict[str, Any]:
    return {
        "category_id": part.shape + 1,
        "bbox": [round(edge, 2) for edge in part.box],
        "area": round(part.area, 1),
        "iscrowd": 0,
    }


def _measures(photos: list[Photo]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return area and perimeter of all parts of each photo together."""
    area = np.array([sum(part.area for part in photo.parts) for photo in photos])
    perimeter = np.array([sum(part.perimeter for part in photo.parts) for photo in photos])
    return area.round(1), perimeter.round(1)


def _public(rng: np.random.Generator, photos: list[Photo]) -> NDArray[np.bool_]:
    """Return which photos the public board uses: every third or so of each kind of table."""
    tables = np.array([photo.table for photo in photos])
    order = rng.permutation(len(photos))
    order = order[np.argsort(tables[order], kind="stable")]
    public = np.zeros(len(photos), dtype=np.bool_)
    public[order[np.floor(np.arange(round(PUBLIC_SHARE * len(photos))) / PUBLIC_SHARE).astype(np.int64)]] = True
    return public


def _integer_ids(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Return distinct numbers in random order: COCO's image_id is a number, and ours tells nothing."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[int(rng.integers(10_000_000, 100_000_000))] = None
    return np.array(list(drawn), dtype=np.int64)


def _pictures(image_ids: NDArray[np.int64], photos: list[Photo]) -> dict[str, bytes]:
    return {f"{image_id}.png": png_bytes(photo.pixels) for image_id, photo in zip(image_ids, photos, strict=True)}


def _images(image_ids: NDArray[np.int64]) -> list[dict[str, Any]]:
    return [
        {"id": int(image_id), "file_name": f"{image_id}.png", "width": WIDTH, "height": HEIGHT}
        for image_id in image_ids
    ]


def _categories() -> list[dict[str, Any]]:
    return [{"id": number, "name": name} for number, name in enumerate(SHAPES, 1)]


def _coco(image_ids: NDArray[np.int64], photos: list[Photo]) -> dict[str, Any]:
    parts = [
        {
            "image_id": int(image_id),
            **_annotation(part),
            "perimeter": round(part.perimeter, 1),
            "segmentation": [part.corners.round(2).ravel().tolist()],
        }
        for image_id, photo in zip(image_ids, photos, strict=True)
        for part in photo.parts
    ]
    return {
        "images": _images(image_ids),
        "categories": _categories(),
        "annotations": [{"id": number, **part} for number, part in enumerate(parts, 1)],
    }


def _without_a_look(image_ids: NDArray[np.int64], train: list[Photo]) -> bytes:
    """Return the answer without skill: a circle in the middle, and the usual measures of the train photos."""
    area, perimeter = (_least_mape(measure) for measure in _measures(train))
    box = [WIDTH / 2 - 15, HEIGHT / 2 - 15, 30, 30]
    parts = [{"image_id": int(image_id), "category_id": 1, "bbox": box, "score": 0.5} for image_id in image_ids]
    measures = pd.DataFrame({"image_id": image_ids, "area": round(area, 1), "perimeter": round(perimeter, 1)})
    return zip_bytes({"parts.json": json_bytes(parts), "measures.csv": csv_bytes(measures)})


def _least_mape(measure: NDArray[np.float64]) -> float:
    """Return the one guess with the least mean error in percent: a median in which small values weigh more."""
    ordered = np.sort(measure)
    weight = np.cumsum(1 / ordered)
    return float(ordered[np.searchsorted(weight, weight[-1] / 2)])
