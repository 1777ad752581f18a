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

from challenges.catalog.barcode_qr_reader.labels import Label, draw_label
from challenges.evaluation import Truth
from challenges.loader import load
from challenges.metrics.records import listing_f1
from challenges.minting import Dataset
from challenges.worlds.symbols import CODE_128, Modules, code128, ean13, ean13_check, qr, reed_solomon

SLUG = "barcode-qr-reader"
RunProgram = Callable[[str, str], pd.DataFrame]


def cells_of(truth: Truth, answer: pd.DataFrame) -> NDArray[np.object_]:
    cells = np.empty(len(truth.public), dtype=object)
    cells[:] = [
        answer.loc[answer["image"] == name, ["symbology", "text"]].to_dict("records") for name in truth.ids["image"]
    ]
    return cells


def score(truth: Truth, answer: pd.DataFrame) -> float:
    """Return the F1 on the private photos."""
    return listing_f1(truth.columns["codes"][~truth.public], cells_of(truth, answer)[~truth.public])


def codes(truth: Truth) -> list[dict[str, str]]:
    return [code for cell in truth.columns["codes"] for code in cell]


def printed(modules: Modules, *, module_px: int = 8) -> NDArray[np.uint8]:
    return np.kron(255 * (1 - np.pad(modules, 4)), np.ones((module_px, module_px))).astype(np.uint8)


@pytest.mark.parametrize(("text", "side"), [("KT 93XQ1", 21), ("p" * 15, 25), ("q" * 27, 29), ("PARCEL 7 " * 6, 33)])
def test_opencv_reads_what_the_qr_encoder_writes(text: str, side: int) -> None:
    readings = [cv2.QRCodeDetector().detectAndDecode(printed(qr(text, mask=mask)))[0] for mask in range(8)]
    assert len(qr(text, mask=0)) == side
    assert set(readings) <= {text, ""}
    assert readings.count(text) >= 7  # it misses a clean code now and then


def test_the_check_codewords_are_those_of_the_standards_example() -> None:
    # HELLO WORLD, version 1-M, as in Thonky's QR tutorial
    data = bytes([32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17])
    assert list(reed_solomon(data, 10)) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23]


def test_an_ean_is_what_the_table_says() -> None:
    assert ean13_check("400638133393") == 1
    left = "".join(("0001101", "0100111", "0101111", "0111101", "0001001", "0110011"))  # LGLLGG of 0 0 6 3 8 1
    assert "".join(map(str, ean13("4006381333931")[0]))[3:45] == left
    assert "".join(map(str, ean13("4006381333931")[0]))[50:57] == "1000010"  # R of 3


def test_a_code_128_begins_with_its_start_and_ends_with_check_and_stop() -> None:
    bits = "".join(map(str, code128("A")[0]))
    # start B 11010010000, A (33) 10100011000, check (104 + 33) mod 103 = 34: 10001011000, stop 1100011101011
    assert bits == "11010010000" + "10100011000" + "10001011000" + "1100011101011"
    assert len(set(CODE_128)) == 107
    assert all(sum(map(int, widths)) == 11 for widths in CODE_128[:106])


def test_the_files_hold_what_the_statement_promises(dataset: Dataset, truth: Truth) -> None:
    assert sorted(dataset.public) == ["symbols.md", "train.csv", "train.zip"]
    with zipfile.ZipFile(io.BytesIO(dataset.public["train.zip"])) as archive:
        names = archive.namelist()
        photo = Image.open(io.BytesIO(archive.read(names[0])))
    assert len(names) == 16
    assert photo.size == (480, 360)
    train = pd.read_csv(io.BytesIO(dataset.public["train.csv"]), dtype=str)
    assert set(train["image"]) <= {name.removesuffix(".jpg") for name in names}
    assert set(dataset.inputs) == {"test.csv", *(f"test/{name}.jpg" for name in truth.ids["image"])}
    assert len(truth.public) == 64


def test_texts_are_of_their_kind_and_none_stands_twice(truth: Truth) -> None:
    listed = [(code["symbology"], code["text"]) for code in codes(truth)]
    assert len(set(listed)) == len(listed)
    assert 80 < len(listed) < 200
    for symbology, text in listed:
        assert text.isascii()
        if symbology == "ean13":
            assert text[-1] == str(ean13_check(text[:-1]))
        else:
            assert 6 <= len(text) <= 62
    assert min(sum(kind == name for kind, _ in listed) for name in ("qr", "ean13", "code128")) > 12


def test_three_of_ten_labels_hold_nothing_to_report() -> None:
    labels: list[Label] = [draw_label(np.random.default_rng(number)) for number in range(400)]
    spoilt = [label for label in labels if label.text is None]
    assert 90 < len(spoilt) < 150  # 120, give or take three standard errors
    assert {label.symbology for label in spoilt} == {"qr", "ean13", "code128"}
    assert any(label.cut for label in spoilt)
    assert any(label.taped for label in spoilt)


def test_no_codes_of_the_train_photos_come_again(dataset: Dataset, truth: Truth) -> None:
    train = pd.read_csv(io.BytesIO(dataset.public["train.csv"]), dtype=str)
    assert not set(train["text"]) & {code["text"] for code in codes(truth)}
    assert dataset.floor is not None
    assert score(truth, pd.read_csv(io.BytesIO(dataset.floor), dtype=str)) == 0


def test_the_codes_themselves_are_worth_one(truth: Truth) -> None:
    rows = [
        {"image": name, **code}
        for name, cell in zip(truth.ids["image"], truth.columns["codes"], strict=True)
        for code in reversed(cell)
    ]
    assert score(truth, pd.DataFrame(rows)) == 1
    invented = [{**row, "symbology": "qr", "text": "PARCEL"} for row in rows]
    assert score(truth, pd.DataFrame(rows + invented)) == pytest.approx(2 / 3)


@pytest.mark.anchors
@pytest.mark.timeout(300)  # 15 seconds on a free core; a busy machine takes longer
def test_a_scan_line_reader_beats_opencvs_readers_by_far(truth: Truth, run_program: RunProgram) -> None:
    starter, reference = (score(truth, run_program(SLUG, part)) for part in ("baseline", "reference"))
    assert 0.3 < starter < 0.65
    assert reference > starter + 0.2


@pytest.mark.anchors
@pytest.mark.timeout(300)
def test_the_reference_hardly_ever_invents_a_code(truth: Truth, run_program: RunProgram) -> None:
    answer = run_program(SLUG, "reference")
    wanted = {
        (name, code["symbology"], code["text"])
        for name, cell in zip(truth.ids["image"].tolist(), truth.columns["codes"], strict=True)
        for code in cell
    }
    found = set(answer[["image", "symbology", "text"]].itertuples(index=False, name=None))
    assert len(found - wanted) <= 0.05 * len(found)


def test_the_roadmap_row_is_named() -> None:
    assert load(SLUG).spec.roadmap == ("CV-07",)
