"""CV-06: the told corners and stops really lay one photo on another, and no answer without matching earns anything."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import npz_bytes
from challenges.readers import read
from challenges.readers.expected import Expected
from challenges.scoring import SplitScores, score
from challenges.worlds.aerial import Frame, mapped, overlap
from challenges.worlds.papers import homography

SLUG = "panorama-stitching"
FRAME = Frame(width=240, height=180)
NAMES = ("ul", "ur", "lr", "ll")

AnswerOf = Callable[[str, str], bytes]
Doubles = NDArray[np.float64]


def private(truth: Truth, answer: bytes) -> SplitScores:
    spec = load(SLUG).spec
    assert spec.answer is not None
    columns = read(answer, spec.answer, Expected.of(truth))
    return score(spec.metric, aligned(truth, columns, spec.answer), seed="seed").private


def scored(truth: Truth, corners: Doubles) -> float:
    return private(truth, npz_bytes({"corners": corners, "stops": np.zeros(len(corners))})).primary.value


def true_corners(truth: Truth) -> Doubles:
    return np.stack(list(truth.columns["corners"]))


def on_reference(corners: Doubles) -> list[float]:
    """The share of each photo that its reference shows."""
    return [overlap(FRAME, homography(FRAME.corners, four), np.eye(3)) for four in corners]


def pictures(data: bytes) -> dict[str, Image.Image]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.split(".")[0]: Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def trained(dataset: Dataset) -> list[tuple[float, float, float]]:
    """(correlation, median ratio in stops, told stops) of the train photos that share much with their reference."""
    album, found = pictures(dataset.public["train_photos.zip"]), []
    table = pd.read_csv(io.BytesIO(dataset.public["train.csv"]), dtype={"photo": str, "scene": str, "reference": str})
    y, x = np.mgrid[4:176:2, 4:236:2]
    grid = np.column_stack([x.ravel(), y.ravel()])
    for row in table.to_dict("records"):
        corners = np.array([[row[f"x_{name}"], row[f"y_{name}"]] for name in NAMES])
        there = mapped(homography(FRAME.corners, corners), grid.astype(np.float64)).round().astype(int)
        inside = ((there >= 0) & (there <= [239, 179])).all(axis=1)
        if inside.mean() < 0.25:
            continue
        one, other = (np.asarray(album[row[name]].convert("L"), dtype=np.float64) for name in ("photo", "reference"))
        here, seen = one[grid[inside, 1], grid[inside, 0]], other[there[inside, 1], there[inside, 0]]
        good = (np.minimum(here, seen) > 10) & (np.maximum(here, seen) < 235)
        ratio = float(np.median(np.log2(here[good] / seen[good])))
        found.append((float(np.corrcoef(np.log(here[good]), np.log(seen[good]))[0, 1]), ratio, row["stops"]))
    return found


def test_half_a_photo_shared_is_an_overlap_of_a_half() -> None:
    beside = np.array([[1.0, 0.0, 119.5], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert overlap(FRAME, beside, np.eye(3)) == pytest.approx(9 / 17)  # 9 of 17 columns of the grid, the middle counts
    assert overlap(FRAME, np.eye(3), np.eye(3)) == 1.0


def test_learners_get_answers_in_train_and_names_only_in_test(dataset: Dataset) -> None:
    train, test = (pd.read_csv(io.BytesIO(dataset.public[name]), dtype=str) for name in ("train.csv", "test.csv"))
    assert (len(train), len(test)) == (24, 108)
    assert list(test.columns) == ["photo", "scene", "reference"]
    assert not set(train["scene"]) & set(test["scene"])
    assert set(pictures(dataset.public["test_photos.zip"])) == set(test["photo"]) | set(test["reference"])
    assert set(test["photo"]).isdisjoint(test["reference"])


def test_photos_have_one_size_and_no_metadata(dataset: Dataset) -> None:
    for photo in pictures(dataset.public["test_photos.zip"]).values():
        assert photo.size == (240, 180)
        assert len(photo.getexif()) == 0


def test_a_scene_is_either_public_or_private(dataset: Dataset, truth: Truth) -> None:
    test = pd.read_csv(io.BytesIO(dataset.public["test.csv"]), dtype=str)
    assert test["photo"].tolist() == truth.ids["photo"].tolist()
    split = pd.Series(truth.public).groupby(test["scene"]).agg(["min", "max", "size"])
    assert (split["min"] == split["max"]).all()
    assert (split["min"].sum(), len(split), set(split["size"])) == (9, 27, {4})
    assert (pd.Series(truth.unit).groupby(test["scene"]).nunique() == 1).all()


def test_a_photo_laid_by_its_told_corners_shows_what_its_reference_shows(dataset: Dataset) -> None:
    correlations = [correlation for correlation, _, _ in trained(dataset)]
    assert len(correlations) >= 6
    assert np.median(correlations) > 0.85


def test_told_stops_are_the_brightness_ratio_where_both_photos_show_the_same(dataset: Dataset) -> None:
    found = np.array(trained(dataset))
    assert np.abs(found[:, 1] - found[:, 2]).max() < 0.7  # where a cloud's shadow lies: 35 % is 0.62 stops
    assert np.corrcoef(found[:, 1], found[:, 2])[0, 1] > 0.9
    assert np.median(np.abs(found[:, 1] - found[:, 2])) < 0.1
    assert np.abs(found[:, 2]).max() > 0.4


def test_many_photos_miss_the_reference_and_all_meet_some_photo_of_their_scene(truth: Truth) -> None:
    corners = true_corners(truth)
    touching = np.array(on_reference(corners))
    assert 0.2 < np.mean(touching < 0.15) < 0.65
    for unit in np.unique(truth.unit):
        flight = [np.eye(3), *(homography(FRAME.corners, four) for four in corners[truth.unit == unit])]
        for place, matrix in enumerate(flight):
            most = max(overlap(FRAME, matrix, other) for k, other in enumerate(flight) if k != place)
            assert 0.28 < most < 0.68


def test_the_floor_earns_nothing_and_the_truth_everything(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private(truth, dataset.floor).primary.value == 0.0
    whole = private(truth, npz_bytes({"corners": true_corners(truth), "stops": truth.columns["stops"]}))
    assert whole.primary.value == 1.0
    assert whole.secondary["corner error in px"] == 0.0
    assert whole.secondary["exposure off by stops"] == 0.0


def test_corners_that_are_all_one_pixel_off_earn_five_sixths(truth: Truth) -> None:
    assert scored(truth, true_corners(truth) + np.array([0.6, 0.8])) == pytest.approx(5 / 6)


def test_answers_without_matching_stay_at_the_floor(truth: Truth) -> None:
    corners = true_corners(truth)
    shifts_alone = FRAME.corners + (corners - FRAME.corners).mean(axis=1, keepdims=True)
    assert scored(truth, shifts_alone) < 0.05  # even the best shift of all
    assert scored(truth, np.tile(np.median(corners, axis=0), (len(corners), 1, 1))) == 0.0
    assert scored(truth, np.roll(corners, 1, axis=0)) == 0.0
    assert scored(truth, np.roll(corners, 1, axis=1)) == 0.0


def test_the_starter_places_photos_beside_their_reference_and_no_others(truth: Truth, answer_of: AnswerOf) -> None:
    answer = answer_of(SLUG, "baseline")
    assert 0.15 < private(truth, answer).primary.value < 0.45
    corners = true_corners(truth)
    apart = np.array(on_reference(corners)) < 0.1
    found = np.load(io.BytesIO(answer))["corners"]
    assert np.linalg.norm(found - corners, axis=2).mean(axis=1)[apart].min() > 6


def test_the_reference_places_most_photos_within_two_pixels(truth: Truth, answer_of: AnswerOf) -> None:
    good, plain = (private(truth, answer_of(SLUG, part)) for part in ("reference", "baseline"))
    assert good.primary.value > 0.6
    found = np.load(io.BytesIO(answer_of(SLUG, "reference")))["corners"]
    assert np.median(np.linalg.norm(found - true_corners(truth), axis=2).mean(axis=1)) < 2
    assert good.secondary["exposure off by stops"] < 0.75 * plain.secondary["exposure off by stops"]
