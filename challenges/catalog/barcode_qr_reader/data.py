"""Photos of a parcel belt: labels with codes, bent and blurred, among labels that only look as if they had one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.barcode_qr_reader.labels import Label, draw_label, lay_label, tape
from challenges.evaluation import Truth
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, jpeg_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.lens import Habits, draw_lens, photograph
from challenges.worlds.stage import draw_palette, ground
from challenges.worlds.symbols import CODE_128, EAN_LEFT, EAN_PARITY, START_B, STOP

WIDTH, HEIGHT = 480, 360
PHOTOS = {Size.SMALL: (16, 64), Size.FULL: (300, 400)}
"""Train and hidden photos."""
LABELS = (3, 6)
"""Tried on a photo; one that finds no room is left out."""
LENS = Habits(gain=(0.6, 1.1), slope=(0.0, 0.4), tint=0.05, blur_px=(0.3, 1.15), motion_px=(0.0, 3.0),
              noise=(0.006, 0.04), gamma=(0.9, 1.1))  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Photo:
    picture: bytes
    codes: list[dict[str, str]]
    """What a reader should report: {symbology, text}."""


def mint(streams: Streams, size: Size) -> Dataset:
    """Return one edition; every text is drawn of its own."""
    train_count, test_count = PHOTOS[size]
    train = [_photo(streams("train", number)) for number in range(train_count)]
    test = [_photo(streams("test", number)) for number in range(test_count)]
    ids = streams.ids("images", train_count + test_count)
    train_ids, test_ids = ids[:train_count], ids[train_count:]
    cells = np.empty(test_count, dtype=object)
    cells[:] = [photo.codes for photo in test]
    public = np.zeros(test_count, dtype=np.bool_)
    public[streams("split").permutation(test_count)[: round(0.3 * test_count)]] = True
    return Dataset(
        public={
            "train.zip": zip_bytes(_files(train_ids, train), compress=False),
            "train.csv": csv_bytes(_lines(train_ids, train)),
            "symbols.md": symbol_tables().encode(),
        },
        inputs={
            **{f"test/{name}": picture for name, picture in _files(test_ids, test).items()},
            "test.csv": csv_bytes(pd.DataFrame({"image": test_ids})),
        },
        truth=Truth(ids={"image": test_ids}, columns={"codes": cells}, public=public, unit=np.arange(test_count)),
        floor=csv_bytes(_without_a_look(test_ids, train)),
    )


def symbol_tables() -> str:
    """Return the tables of EAN-13 and Code 128 that learners decode by."""
    digits = [
        f"| {digit} | {left} | {right[::-1]} | {right} | {EAN_PARITY[digit]} |"
        for digit, left in enumerate(EAN_LEFT)
        for right in [left.translate(str.maketrans("01", "10"))]
    ]
    signs = {value: f"`{chr(value + 32)}`" for value in range(95)} | {0: "space"}
    signs |= {START_B: "start of set B", STOP: "stop (seven widths)"}
    values = [f"| {value} | {widths} | {signs.get(value, '')} |" for value, widths in enumerate(CODE_128)]
    return "\n".join([
        "# Tables of the symbols", "", "1 is a dark module, 0 a light one.", "",
        "## EAN-13", "",
        "`101`, six digits of seven modules, `01010`, six digits R, `101`: 95 modules. The kinds of the left six",
        "digits tell the first digit, which has no modules of its own.", "",
        "| Digit | L | G | R | Kinds when it comes first |", "| --- | --- | --- | --- | --- |", *digits, "",
        "All thirteen digits, times 1, 3, 1, 3 ... 1, sum to a multiple of 10.", "",
        "## Code 128", "",
        "Each value is three bars and three spaces, 11 modules together. Start (104), the letters in set B, a check",
        "value, stop (106). The check value is the remainder by 103 of 104 + 1 x first + 2 x second + ...", "",
        "| Value | Widths | Letter in set B |", "| --- | --- | --- |", *values, "",
    ])  # fmt: skip


def _photo(rng: Generator) -> Photo:
    belt = ground(rng, HEIGHT // 2, WIDTH // 2, draw_palette(rng, 4, colourful=0.35), clutter=1.5)
    canvas = belt.repeat(2, axis=0).repeat(2, axis=1)  # coarse is enough where nothing is to be read
    codes: list[dict[str, str]] = []
    taken: list[tuple[float, float, float, float]] = []
    for _ in range(int(rng.integers(*LABELS, endpoint=True))):
        label = draw_label(rng)
        place = _free_place(rng, taken, label)
        if place is None:
            continue
        lay_label(rng, canvas, label, *place)
        if label.text is not None:
            codes.append({"symbology": label.symbology, "text": label.text})
        elif label.taped:
            tape(rng, canvas, label, *place)
    picture = photograph(rng, np.clip(canvas, 0, 1), draw_lens(rng, LENS))
    return Photo(picture=jpeg_bytes(picture, quality=int(rng.integers(75, 94))), codes=codes)


def _free_place(
    rng: Generator, taken: list[tuple[float, float, float, float]], label: Label
) -> tuple[float, float, float] | None:
    """Return the middle and the angle of a label that covers no other, or None where there is no room."""
    for _ in range(25):
        angle = rng.normal(0, 0.3) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
        half_x, half_y = label.reach(angle)
        if 2 * half_x > WIDTH - 8 or 2 * half_y > HEIGHT - 8:
            continue
        x, y = rng.uniform(half_x + 4, WIDTH - half_x - 4), rng.uniform(half_y + 4, HEIGHT - half_y - 4)
        if label.cut and abs(np.cos(angle)) > abs(np.sin(angle)):  # beyond the edge across the bars, never along them
            x = float(rng.choice([0, WIDTH]))
        elif label.cut:
            y = float(rng.choice([0, HEIGHT]))
        if all(abs(x - a) > half_x + c or abs(y - b) > half_y + d for a, b, c, d in taken):
            taken.append((x, y, half_x, half_y))
            return x, y, angle
    return None


def _files(image_ids: NDArray[np.str_], photos: list[Photo]) -> dict[str, bytes]:
    return {f"{name}.jpg": photo.picture for name, photo in zip(image_ids, photos, strict=True)}


def _lines(image_ids: NDArray[np.str_], photos: list[Photo]) -> pd.DataFrame:
    rows = [(name, *code.values()) for name, photo in zip(image_ids, photos, strict=True) for code in photo.codes]
    return pd.DataFrame(rows, columns=["image", "symbology", "text"])


def _without_a_look(image_ids: NDArray[np.str_], train: list[Photo]) -> pd.DataFrame:
    """Return the answer without skill: the first code of the train photos on every photo."""
    first = next(code for photo in train for code in photo.codes)
    return pd.DataFrame({"image": image_ids, **first})
