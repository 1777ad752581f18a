"""CV-10: the exact rules are OpenCV's, colour alone finds nothing, and pictures left as they came earn nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import cv2
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from challenges.catalog.histogram_analysis_enhancement.rules import colours, equalise, equalise_by_tiles, grey, match
from challenges.evaluation import Truth, aligned
from challenges.loader import load
from challenges.minting import Dataset
from challenges.packing import csv_bytes, npz_bytes, png_bytes, zip_bytes
from challenges.readers import read
from challenges.readers.expected import Expected
from challenges.scoring import SplitScores, score

SLUG = "histogram-analysis-enhancement"

AnswerOf = Callable[[str, str], bytes]
Pixels = NDArray[np.uint8]


def private(truth: Truth, answer: bytes) -> SplitScores:
    spec = load(SLUG).spec
    assert spec.answer is not None
    columns = read(answer, spec.answer, Expected.of(truth))
    return score(spec.metric, aligned(truth, columns, spec.answer), seed="seed").private


def pictures(data: bytes) -> dict[str, Pixels]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {
            name.split(".")[0]: np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in archive.namelist()
        }


def packed(
    truth: Truth,
    *,
    counts: NDArray[np.int32] | None = None,
    clahe: dict[str, Pixels] | None = None,
    rescued: dict[str, Pixels] | None = None,
    found: dict[str, list[str]] | None = None,
) -> bytes:
    """Return the exact answer, or one with other counts of colours, other pictures or matches."""
    counts = counted(truth) if counts is None else counts
    files, lines = {"colours.npz": npz_bytes({"colours": counts})}, []
    others = {"clahe": clahe or {}, "rescued": rescued or {}}
    for row, image in enumerate(truth.ids["image"].tolist()):
        for name in ("equalised", "clahe", "matched", "rescued"):
            exact = np.asarray(truth.columns[name][row], dtype=np.uint8)
            files[f"{name}/{image}.png"] = png_bytes(others.get(name, {}).get(image, exact))
        names = truth.columns["relevant"][row].tolist() if found is None else found[image]
        lines += [(image, rank, name) for rank, name in enumerate(names[:5], 1)]
    files["matches.csv"] = csv_bytes(pd.DataFrame(lines, columns=["image", "rank", "found"]))
    return zip_bytes(files)


def counted(truth: Truth) -> NDArray[np.int32]:
    """Return (prints, 4, 4, 4) the exact counts of colours."""
    return np.stack(list(truth.columns["colours"])).astype(np.int32)


def test_colours_are_counted_in_bins_of_64_levels_red_first() -> None:
    picture = np.array([[[63, 64, 255], [0, 127, 192]], [[128, 0, 0], [191, 63, 63]]], dtype=np.uint8)
    counts = colours(picture)
    # Two pixels in bins (0, 1, 3), two in (2, 0, 0), none elsewhere.
    assert (counts[0, 1, 3], counts[2, 0, 0], counts.sum()) == (2, 2, 4)


def test_colours_are_those_of_numpy_and_opencv_and_of_the_print_on_that_line(dataset: Dataset, truth: Truth) -> None:
    prints = pictures(dataset.public["test.zip"])
    lines = pd.read_csv(io.BytesIO(dataset.public["test.csv"]), dtype=str)["image"]
    for image, counts in list(zip(lines, counted(truth), strict=True))[:20]:
        told, _ = np.histogramdd(prints[image].reshape(-1, 3), bins=[np.arange(0, 257, 64)] * 3)
        asked = cv2.calcHist([prints[image]], [0, 1, 2], None, [4, 4, 4], [0, 256] * 3)
        assert np.array_equal(counts, told)
        assert np.array_equal(counts, asked)


def test_one_pixel_in_a_wrong_bin_makes_a_histogram_wrong(truth: Truth) -> None:
    counts = counted(truth)
    for one in counts:
        fullest = np.unravel_index(one.argmax(), one.shape)
        one[fullest] -= 1
        one[0 if fullest[0] else 3, 0, 0] += 1
    scores = private(truth, packed(truth, counts=counts))
    assert scores.secondary["right histograms"] == 0
    assert scores.primary.value == pytest.approx(0.95)


def test_blue_first_makes_nearly_all_histograms_wrong(truth: Truth) -> None:
    blue_first = np.ascontiguousarray(counted(truth).transpose(0, 3, 2, 1))
    assert private(truth, packed(truth, counts=blue_first)).secondary["right histograms"] < 0.1


def test_clahe_is_that_of_opencv(dataset: Dataset) -> None:
    opencv = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(4, 3))
    for picture in list(pictures(dataset.public["test.zip"]).values())[:20]:
        gap = np.abs(equalise_by_tiles(grey(picture)).astype(int) - opencv.apply(grey(picture)))
        assert gap.max() <= 1  # OpenCV mixes in single precision
        assert (gap > 0).mean() < 0.02


def test_clahe_by_hand_comes_out() -> None:
    # A tile has 576 pixels, all at 100: 570 are cut off, every level is given 2, and the 58 that are left go to
    # 0, 4, ..., 228. Up to 100 there are then 101 x 2 + 6 + 26 = 234, and 255 x 234 / 576 is 103.6.
    assert np.unique(equalise_by_tiles(np.full((72, 96), 100, dtype=np.uint8))).tolist() == [104]
    # Of a tile all at 200, the curve has 101 at 100 (228 pixels) and 203 at 200 (459), as has the other tile at 200.
    two = np.full((72, 96), 200, dtype=np.uint8)
    two[:, :24] = 100
    row = equalise_by_tiles(two)[0]
    # Column 23 lies 11/24 of the way from the first tile to the second: 104 x 13/24 + 101 x 11/24 = 102.6.
    assert (row[0], row[12], row[23], row[24], row[95]) == (104, 104, 103, 203, 203)


@pytest.mark.parametrize("settings", [{"tileGridSize": (3, 4)}, {"tileGridSize": (8, 8)}, {"clipLimit": 2.0}])
def test_clahe_with_a_setting_of_its_own_is_not_all(
    dataset: Dataset, truth: Truth, settings: dict[str, object]
) -> None:
    other = cv2.createCLAHE(**{"clipLimit": 3.0, "tileGridSize": (4, 3), **settings})
    clahe = {image: other.apply(grey(picture)) for image, picture in pictures(dataset.public["test.zip"]).items()}
    scores = private(truth, packed(truth, clahe=clahe))
    assert 20 < scores.secondary["CLAHE in dB"] < 35
    assert 0.95 < scores.primary.value < 0.985


def test_brightness_and_equalisation_are_those_of_opencv(dataset: Dataset) -> None:
    for picture in list(pictures(dataset.public["test.zip"]).values())[:20]:
        assert np.array_equal(grey(picture), cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY))
        gap = equalise(grey(picture)).astype(int) - cv2.equalizeHist(grey(picture)).astype(int)
        assert np.abs(gap).max() <= 1  # OpenCV multiplies in single precision


def test_matching_by_hand_comes_out() -> None:
    source = np.repeat(np.array([[10, 20], [20, 30]], dtype=np.uint8)[..., None], 3, axis=2)
    target = np.repeat(np.array([[5, 5], [7, 200]], dtype=np.uint8)[..., None], 3, axis=2)
    # One pixel is at most 10: the target has two at 5. Three are at most 20: it has three at 7. All four: 200.
    assert match(source, target)[..., 0].tolist() == [[5, 7], [7, 200]]
    assert equalise(np.array([[10, 20], [20, 30]], dtype=np.uint8)).tolist() == [[0, 170], [170, 255]]


def test_the_files_hold_what_the_statement_promises(dataset: Dataset, truth: Truth) -> None:
    train = pd.read_csv(io.BytesIO(dataset.public["train.csv"]), dtype=str)
    test = pd.read_csv(io.BytesIO(dataset.public["test.csv"]), dtype=str)
    assert (len(train), len(test)) == (72, 72)
    assert list(test.columns) == ["image", "target"]
    assert train["scene"].value_counts().unique().tolist() == [3]
    gallery = pictures(dataset.public["gallery.zip"])
    assert set(test["target"]) <= set(gallery)
    assert 72 * 3 <= len(gallery) <= 72 * 5
    assert {picture.shape for picture in gallery.values()} == {(72, 96, 3)}
    relevant = [name for cell in truth.columns["relevant"] for name in cell.tolist()]
    assert sorted(relevant) == sorted(gallery)
    assert {len(cell) for cell in truth.columns["relevant"]} == {3, 4, 5}


def test_clean_pictures_use_the_whole_range_and_faded_ones_do_not(dataset: Dataset) -> None:
    def span(data: bytes) -> float:
        return float(np.mean([np.ptp(np.percentile(picture, (2, 98))) for picture in pictures(data).values()]))

    assert span(dataset.public["train_clean.zip"]) > 170
    assert span(dataset.public["train_faded.zip"]) < 150


def test_pictures_left_as_they_came_earn_nothing(dataset: Dataset, truth: Truth) -> None:
    assert dataset.floor is not None
    assert private(truth, dataset.floor).primary.value == pytest.approx(0.0, abs=0.03)


def test_the_exact_answer_has_everything(truth: Truth) -> None:
    assert private(truth, packed(truth)).primary.value == pytest.approx(1.0)


def test_a_grey_sheet_is_no_rescue(truth: Truth) -> None:
    sheet = np.full((72, 96, 3), 128, dtype=np.uint8)
    blank = packed(truth, rescued=dict.fromkeys(truth.ids["image"].tolist(), sheet))
    # Its SSIM lies below that of the faded prints: the part is 0, and the others are worth 0.6.
    assert private(truth, blank).primary.value == pytest.approx(0.6, abs=1e-6)


def test_the_mean_colour_finds_no_scene(dataset: Dataset, truth: Truth) -> None:
    gallery = {name: picture.mean(axis=(0, 1)) for name, picture in pictures(dataset.public["gallery.zip"]).items()}
    names, known = list(gallery), np.array(list(gallery.values()))
    found = {
        image: [names[place] for place in np.linalg.norm(known - picture.mean(axis=(0, 1)), axis=1).argsort()[:5]]
        for image, picture in pictures(dataset.public["test.zip"]).items()
    }
    assert private(truth, packed(truth, found=found)).secondary["MAP@5 of found"] < 0.12


def test_names_and_order_of_the_gallery_tell_no_scene(dataset: Dataset, truth: Truth) -> None:
    names = sorted(pictures(dataset.public["gallery.zip"]))
    place = {name: position for position, name in enumerate(names)}
    gaps = [np.abs(np.diff([place[name] for name in cell.tolist()])).mean() for cell in truth.columns["relevant"]]
    assert np.mean(gaps) > 0.25 * len(names)  # a third of the gallery, when drawn by lot


def test_the_starter_is_exact_in_part_and_searches_badly(truth: Truth, answer_of: AnswerOf) -> None:
    scores = private(truth, answer_of(SLUG, "baseline"))
    assert scores.secondary["equalised in dB"] > 45
    assert scores.secondary["right histograms"] == 0
    assert scores.secondary["CLAHE in dB"] < 30
    assert 0.2 < scores.primary.value < 0.38


def test_the_reference_beats_the_starter_in_every_part(truth: Truth, answer_of: AnswerOf) -> None:
    baseline, reference = (private(truth, answer_of(SLUG, part)) for part in ("baseline", "reference"))
    assert all(reference.secondary[name] >= baseline.secondary[name] for name in baseline.secondary)
    assert reference.secondary["right histograms"] == 1
    assert min(reference.secondary[f"{name} in dB"] for name in ("equalised", "CLAHE", "matched")) > 45
    assert reference.primary.value > 0.6
