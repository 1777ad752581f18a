"""Faded prints: colours to be counted, tones equalised and matched, all exactly; a rescue; and a search in the archive.

The tasks share their pictures: the print that is rescued is the one that is looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from challenges.catalog.histogram_analysis_enhancement.rules import (
    BINS,
    Pixels,
    colours,
    equalise,
    equalise_by_tiles,
    grey,
    match,
)
from challenges.evaluation import Truth
from challenges.metrics.images import ratios_db, similarities
from challenges.minting import Dataset, Streams
from challenges.packing import csv_bytes, npz_bytes, png_bytes, zip_bytes
from challenges.spec import Size
from challenges.worlds.prints import HEIGHT, WIDTH, another_day, draw_family, draw_scene, draw_view, faded, printed

PUBLIC_SHARE = 0.3
SCENES_A_FAMILY = 3
"""Two other scenes have the colours of each scene: colour alone cannot tell them apart."""
TRAIN_VIEWS = 3
GALLERY_VIEWS = (3, 6)
"""From 3 to 5 views of each test scene lie in the gallery."""
ASKED = 5
"""Places of a ranking."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    train_families: int
    test_families: int


SCALES = {Size.SMALL: Scale(train_families=8, test_families=24), Size.FULL: Scale(train_families=40, test_families=120)}


def mint(streams: Streams, size: Size) -> Dataset:
    """Return pairs to learn from, faded prints to work on, and the gallery to search."""
    scale = SCALES[size]
    train, train_files = _train(streams, scale.train_families)
    faded_prints, clean, gallery, scene_of = _test(streams, scale.test_families)
    ids, gallery_ids = streams.ids("images", len(faded_prints)), streams.ids("gallery", len(gallery))
    order = streams("shuffle").permutation(len(gallery))
    gallery, scene_of = [gallery[place] for place in order], scene_of[order]
    targets = streams("targets").integers(0, len(gallery), len(ids))
    greys = [grey(picture) for picture in faded_prints]
    equalised, clahe = [equalise(picture) for picture in greys], [equalise_by_tiles(picture) for picture in greys]
    matched = [match(picture, gallery[target]) for picture, target in zip(faded_prints, targets, strict=True)]
    rows = streams("rows").permutation(len(ids))
    public = np.zeros(len(ids), dtype=np.bool_)
    public[streams("split").permutation(len(ids))[: round(PUBLIC_SHARE * len(ids))]] = True
    columns = {
        "colours": _cells([colours(picture) for picture in faded_prints]),
        "equalised": _cells(equalised),
        "clahe": _cells(clahe),
        "matched": _cells(matched),
        "rescued": _cells(clean),
        "relevant": _cells([gallery_ids[scene_of == scene] for scene in range(len(ids))]),
        "grey_db": _by_split(ratios_db, equalised, greys, public),
        "grey_clahe_db": _by_split(ratios_db, clahe, greys, public),
        "untouched_db": _by_split(ratios_db, matched, faded_prints, public),
        "untouched_ssim": _by_split(similarities, clean, faded_prints, public),
    }
    truth = Truth(
        ids={"image": ids[rows]},
        columns={name: values[rows] for name, values in columns.items()},
        public=public[rows],
        unit=np.arange(len(ids), dtype=np.int64),
        facts={"width": np.full(len(ids), WIDTH), "height": np.full(len(ids), HEIGHT)},
    )
    test = pd.DataFrame({"image": ids, "target": gallery_ids[targets]}).iloc[rows]
    return Dataset(
        public={
            "train.csv": csv_bytes(train),
            **train_files,
            "test.csv": csv_bytes(test),
            "test.zip": _archive(ids, faded_prints),
            "gallery.zip": _archive(gallery_ids, gallery),
        },
        truth=truth,
        floor=_floor(streams("floor"), ids, faded_prints, gallery_ids),
    )


def _train(streams: Streams, families: int) -> tuple[pd.DataFrame, dict[str, bytes]]:
    scenes: list[int] = []
    bad: list[Pixels] = []
    good: list[Pixels] = []
    for index in range(families):
        rng = streams("train", index)
        family = draw_family(rng)
        for number in range(SCENES_A_FAMILY):
            scene = draw_scene(rng, family)
            for _ in range(TRAIN_VIEWS):
                view = draw_view(rng, scene)
                scenes.append(index * SCENES_A_FAMILY + number)
                bad.append(faded(rng, view))
                good.append(printed(view))
    ids, names = streams.ids("train", len(scenes)), streams.ids("scenes", families * SCENES_A_FAMILY)
    frame = pd.DataFrame({"image": ids, "scene": names[scenes]}).sort_values("image")
    return frame, {"train_faded.zip": _archive(ids, bad), "train_clean.zip": _archive(ids, good)}


def _test(streams: Streams, families: int) -> tuple[list[Pixels], list[Pixels], list[Pixels], NDArray[np.int64]]:
    """Return faded prints, their clean pictures, the gallery, and the scene of each of the gallery's pictures."""
    bad: list[Pixels] = []
    good: list[Pixels] = []
    gallery: list[Pixels] = []
    scene_of: list[int] = []
    for index in range(families):
        rng = streams("test", index)
        family = draw_family(rng)
        for _ in range(SCENES_A_FAMILY):
            scene = draw_scene(rng, family)
            for _ in range(int(rng.integers(*GALLERY_VIEWS))):
                gallery.append(another_day(rng, draw_view(rng, scene)))
                scene_of.append(len(bad))
            view = draw_view(rng, scene, may_mirror=False)
            bad.append(faded(rng, view))
            good.append(printed(view))
    return bad, good, gallery, np.array(scene_of, dtype=np.int64)


def _by_split(
    measured: Callable[..., NDArray[np.float64]], truth: list[Pixels], found: list[Pixels], public: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return what doing nothing earns, as one number on the public rows and one on the private rows."""
    values = measured(_cells(truth), _cells(found))
    return np.asarray(np.where(public, values[public].mean(), values[~public].mean()))


def _cells(values: list[Any]) -> NDArray[np.object_]:
    cells = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        cells[place] = value
    return cells


def _archive(ids: NDArray[np.str_], pictures: list[Pixels]) -> bytes:
    return zip_bytes({f"{id_}.png": png_bytes(picture) for id_, picture in zip(ids, pictures, strict=True)})


def _floor(rng: Generator, ids: NDArray[np.str_], prints: list[Pixels], gallery_ids: NDArray[np.str_]) -> bytes:
    """Return the answer without skill: all colours alike, every picture as it came, and gallery pictures by lot."""
    alike = np.full((len(ids), BINS, BINS, BINS), WIDTH * HEIGHT // BINS**3, dtype=np.int32)
    files = {"colours.npz": npz_bytes({"colours": alike})}
    for id_, picture in zip(ids, prints, strict=True):
        files[f"equalised/{id_}.png"] = files[f"clahe/{id_}.png"] = png_bytes(grey(picture))
        files[f"matched/{id_}.png"] = files[f"rescued/{id_}.png"] = png_bytes(picture)
    drawn = [rng.choice(gallery_ids, ASKED, replace=False) for _ in ids]
    lines = [(id_, rank, found) for id_, five in zip(ids, drawn, strict=True) for rank, found in enumerate(five, 1)]
    files["matches.csv"] = csv_bytes(pd.DataFrame(lines, columns=["image", "rank", "found"]))
    return zip_bytes(files)
