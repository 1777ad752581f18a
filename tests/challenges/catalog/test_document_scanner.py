"""CV-05: photos and pages are two views of one sheet, and neither blank pages nor pages turned round earn anything."""

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
from challenges.packing import npz_bytes, png_bytes, zip_bytes
from challenges.readers import read
from challenges.readers.expected import Expected
from challenges.scoring import SplitScores, score
from challenges.worlds.papers import homography

SLUG = "document-scanner"

AnswerOf = Callable[[str, str], bytes]


def private(truth: Truth, answer: bytes) -> SplitScores:
    spec = load(SLUG).spec
    assert spec.answer is not None
    columns = read(answer, spec.answer, Expected.of(truth))
    return score(spec.metric, aligned(truth, columns, spec.answer), seed="seed").private


def packed(truth: Truth, corners: NDArray[np.float64], pages: list[NDArray[np.uint8]]) -> bytes:
    files = {f"pages/{id_}.png": png_bytes(page) for id_, page in zip(truth.ids["image"], pages, strict=True)}
    return zip_bytes({"corners.npz": npz_bytes({"corners": corners}), **files})


def true_corners(truth: Truth) -> NDArray[np.float64]:
    return np.stack(list(truth.columns["corners"]))


def true_pages(truth: Truth) -> list[NDArray[np.uint8]]:
    return [np.asarray(page, dtype=np.uint8) for page in truth.columns["page"]]


def pictures(data: bytes) -> dict[str, Image.Image]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name.split(".")[0]: Image.open(io.BytesIO(archive.read(name))) for name in archive.namelist()}


def test_learners_get_pages_and_programs_get_photos_without_corners(dataset: Dataset) -> None:
    train, test = (
        pd.read_csv(io.BytesIO(dataset.public["train.csv"])),
        pd.read_csv(io.BytesIO(dataset.inputs["test.csv"])),
    )
    assert (len(train), len(test)) == (24, 80)
    assert list(test.columns) == ["image", "width", "height"]
    assert set(pictures(dataset.inputs["test_photos.zip"])) == set(test["image"].astype(str))
    assert not set(train["image"]) & set(test["image"])


def test_photos_have_one_size_and_no_metadata(dataset: Dataset) -> None:
    for photo in pictures(dataset.inputs["test_photos.zip"]).values():
        assert photo.size == (300, 400)
        assert len(photo.getexif()) == 0


def test_a_clean_page_pulled_from_its_photo_by_the_true_corners_is_dark_where_its_ink_is(dataset: Dataset) -> None:
    photos, pages = pictures(dataset.public["train_photos.zip"]), pictures(dataset.public["train_pages.zip"])
    darker = []
    for row in pd.read_csv(io.BytesIO(dataset.public["train.csv"]), dtype={"image": str}).to_dict("records"):
        page, photo = np.asarray(pages[row["image"]]), np.asarray(photos[row["image"]].convert("L"), dtype=float)
        assert page.shape == (row["height"], row["width"])
        flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * [float(row["width"]), float(row["height"])]
        corners = np.array([[row[f"x_{name}"], row[f"y_{name}"]] for name in ("tl", "tr", "br", "bl")])
        matrix = homography(flat, corners)
        y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]] + 0.5
        at = np.stack([x, y, np.ones_like(x)], axis=-1) @ matrix.T
        columns, rows = (at[..., axis] / at[..., 2] - 0.5 for axis in (0, 1))
        inside = (columns >= 0) & (columns <= 299) & (rows >= 0) & (rows <= 399)
        seen = photo[np.clip(rows.round().astype(int), 0, 399), np.clip(columns.round().astype(int), 0, 299)]
        darker.append(seen[inside & (page == 255)].mean() - seen[inside & (page == 0)].mean())
    assert np.mean(np.array(darker) > 15) > 0.9  # a thumb or a hard shadow may spoil one or two


def test_pages_are_turned_so_far_that_sums_of_coordinates_do_not_order_their_corners(truth: Truth) -> None:
    corners = true_corners(truth)
    right = corners[:, 1] - corners[:, 0]
    roll = np.degrees(np.arctan2(right[:, 1], right[:, 0]))
    assert np.abs(roll).max() < 90
    assert 5 <= np.sum(np.abs(roll) > 40) <= 40
    first_by_sum = corners.sum(axis=2).argmin(axis=1)
    assert np.mean(first_by_sum != 0) > 0.03


def test_some_corners_lie_outside_the_frame_and_most_inside(truth: Truth) -> None:
    corners = true_corners(truth)
    outside = ((corners < 0) | (corners > [300, 400])).any(axis=(1, 2))
    assert 0.0 < outside.mean() < 0.3
    assert corners.min() > -150
    assert corners.max() < 550


def test_ink_covers_a_plausible_share_of_each_page(truth: Truth) -> None:
    shares = [float((page == 0).mean()) for page in true_pages(truth)]
    assert min(shares) > 0.02
    assert max(shares) < 0.3
    assert all(set(np.unique(page)) == {0, 255} for page in true_pages(truth))


def test_the_floor_earns_a_little_by_ink_everywhere_and_the_truth_everything(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private(truth, dataset.floor).primary.value == pytest.approx(0.09, abs=0.03)
    assert private(truth, packed(truth, true_corners(truth), true_pages(truth))).primary.value == pytest.approx(1.0)


def test_corners_in_another_order_are_worth_nothing(truth: Truth) -> None:
    turned = np.roll(true_corners(truth), 1, axis=1)
    assert private(truth, packed(truth, turned, true_pages(truth))).secondary["corner_auc"] == 0.0


def test_somebody_elses_page_earns_far_less_than_the_right_one(truth: Truth) -> None:
    pages = true_pages(truth)
    others = []
    for place, page in enumerate(pages):
        same = [other for k, other in enumerate(pages) if k != place and other.shape == page.shape]
        others.append(same[place % len(same)])
    assert private(truth, packed(truth, true_corners(truth), others)).secondary["F1 of ink"] < 0.3


def test_the_starter_finds_the_easy_pages(truth: Truth, answer_of: AnswerOf) -> None:
    assert 0.12 < private(truth, answer_of(SLUG, "baseline")).primary.value < 0.5


def test_the_reference_finds_most_pages(truth: Truth, answer_of: AnswerOf) -> None:
    scores = private(truth, answer_of(SLUG, "reference"))
    assert scores.primary.value > 0.55
    assert scores.secondary["corner_auc"] > 0.5
