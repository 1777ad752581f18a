"""What a learner can do wrong: one table for each shape of answer, name of the mistake -> every code it earns."""

from __future__ import annotations

import io
import struct
import unicodedata
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
import pytest
from PIL import Image

from challenges.answers import (
    ArraySpec,
    BundleAnswer,
    CategoryColumn,
    CsvAnswer,
    DetectionsAnswer,
    FreeLines,
    IntegerColumn,
    NpzAnswer,
    NumberColumn,
    PngAnswer,
    PngFolder,
    TextColumn,
    ValuesAnswer,
    WholeAnswer,
)
from challenges.errors import InvalidSubmission
from challenges.packing import png_bytes, zip_bytes
from challenges.readers import Expected, read

Mistakes = dict[str, tuple[bytes, list[str]]]

IDS = Expected(ids={"id": np.array(["fi1", "é2", "k3"])})  # the second is one letter and a digit
DECOMPOSED = unicodedata.normalize("NFD", "é2")
LIGATURE = "\N{LATIN SMALL LIGATURE FI}1"
FULL_WIDTH = "\N{FULLWIDTH LATIN SMALL LETTER K}3"


def codes(data: bytes, answer: Any, expected: Expected = IDS) -> list[str]:
    with pytest.raises(InvalidSubmission) as refused:
        read(data, answer, expected)
    return [found.code for found in refused.value.findings]


def each(mistakes: Mapping[str, Any]) -> Any:
    return pytest.mark.parametrize("mistake", mistakes.values(), ids=mistakes.keys())


def csv(*rows: str, head: str = "id,x") -> bytes:
    return "\n".join((head, *rows, "")).encode()


# csv of numbers

NUMBERS = CsvAnswer(
    format="csv", file="a.csv", ids=("id",), columns={"x": NumberColumn(type="number", min=-9, max=5000)}
)


def numbers(cell: str) -> bytes:
    return csv("fi1,1", f'é2,"{cell}"', "k3,-2.5e0")


NUMBER_MISTAKES: Mistakes = {
    "NaN": (numbers("NaN"), ["not_finite"]),
    "signed NaN": (numbers("-nan"), ["not_finite"]),
    "infinity": (numbers("inf"), ["not_finite"]),
    "too large for a float": (numbers("1e999"), ["not_finite"]),
    "above the range": (numbers("5000.0001"), ["out_of_range"]),
    "below the range": (numbers("-9.5"), ["out_of_range"]),
    "nothing": (numbers(""), ["missing_value"]),
    "null of pandas": (numbers("<NA>"), ["not_a_number"]),
    "None": (numbers("None"), ["not_a_number"]),
    "a word": (numbers("high"), ["not_a_number"]),
    "underscores, which Python reads": (numbers("1_000"), ["not_a_number"]),
    "Arabic digits, which Python reads": (numbers("١٢"), ["not_a_number"]),
    "full-width digits, which Python reads": (numbers("１２"), ["not_a_number"]),
    "a minus sign of typographers": (numbers("−2"), ["not_a_number"]),
    "a comma for the point": (numbers("2,5"), ["not_a_number"]),
    "separated thousands": (numbers("1,000"), ["not_a_number"]),
    "a per cent sign": (numbers("50%"), ["not_a_number"]),
    "a unit": (numbers("3 m"), ["not_a_number"]),
    "hexadecimal": (numbers("0x1p4"), ["not_a_number"]),
    "a list": (numbers("[1]"), ["not_a_number"]),
    "complex": (numbers("1+0j"), ["not_a_number"]),
    "true": (numbers("true"), ["not_a_number"]),
    "spaces around": (numbers(" 1"), ["not_a_number"]),
    "a line break inside": (numbers("1\n"), ["not_a_number"]),
    "a formula": (numbers("=1+1"), ["formula"]),
    "a formula that starts like a number": (numbers("+1+1"), ["not_a_number"]),
    "an id twice": (csv("fi1,1", "é2,1", "k3,1", "k3,1"), ["duplicate_id"]),
    "an id missing": (csv("fi1,1", "é2,1"), ["missing_id"]),
    "an id of the training data": (csv("fi1,1", "é2,1", "k3,1", "t9,1"), ["unknown_id"]),
    "an id equal only under NFC": (csv("fi1,1", f"{DECOMPOSED},1", "k3,1"), ["unknown_id", "missing_id"]),
    "an id equal only under NFKC": (csv(f"{LIGATURE},1", "é2,1", "k3,1"), ["unknown_id", "missing_id"]),
    "a second row by another Unicode form": (csv("fi1,1", "é2,1", "k3,1", f"{FULL_WIDTH},9"), ["unknown_id"]),
    "an id in other case": (csv("FI1,1", "é2,1", "k3,1"), ["unknown_id", "missing_id"]),
    "an id with a space": (csv("fi1 ,1", "é2,1", "k3,1"), ["unknown_id", "missing_id"]),
    "an invisible letter in an id": (csv("fi1\u200b,1", "é2,1", "k3,1"), ["unknown_id", "missing_id"]),
    "rows of different lengths": (csv("fi1,1", "é2,1,7", "k3"), ["not_csv", "missing_id"]),
    "no header": (b"fi1,1\n\xc3\xa92,1\nk3,1\n", ["missing_column", "missing_column", "unknown_column",
                                               "unknown_column"]),
    "the index of pandas": (csv("0,fi1,1", "1,é2,1", "2,k3,1", head=",id,x"), ["unknown_column"]),
    "semicolons": (csv("fi1;1", "é2;1", "k3;1", head="id;x"), ["not_csv"]),
    "UTF-16": (csv("fi1,1").decode().encode("utf-16"), ["not_csv"]),
    "latin-1": ("id,x\nfi1,1\né2,1\nk3,1\n".encode("latin-1"), ["not_utf8"]),
    "a web page": (b"<html><body>Error</body></html>", ["missing_column", "missing_column", "unknown_column"]),
    "only a header": (csv(), ["missing_id"]),
    "everything at once": (
        csv("fi1,NaN", "fi1,1e9", "zz,x", "k3,", "k3,=2"),
        ["unknown_id", "duplicate_id", "missing_id", "missing_value", "not_finite", "formula", "not_a_number",
         "out_of_range"],
    ),
}  # fmt: skip


@each(NUMBER_MISTAKES)
def test_a_csv_of_numbers_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, NUMBERS)) == sorted(expected)


def test_the_csv_of_numbers_without_a_mistake_is_read() -> None:
    assert read(numbers("4e3"), NUMBERS, IDS)["x"].tolist() == [1, 4000, -2.5]


# csv of labels

LABELS = CsvAnswer(
    format="csv",
    file="a.csv",
    ids=("id",),
    columns={
        "kind": CategoryColumn(type="category", values=("oak", "é")),
        "grade": IntegerColumn(type="integer", min=0, max=4),
    },
)


def labels(kind: str, grade: str = "0") -> bytes:
    return csv("fi1,oak,4", f'é2,"{kind}","{grade}"', "k3,é,1", head="id,kind,grade")


LABEL_MISTAKES: Mistakes = {
    "an unknown label": (labels("ash"), ["unknown_category"]),
    "another case": (labels("Oak"), ["unknown_category"]),
    "a space behind": (labels("oak "), ["unknown_category"]),
    "a label equal only under NFC": (labels(unicodedata.normalize("NFD", "é")), ["unknown_category"]),
    "a label equal only under NFKC": (labels("ｏak"), ["unknown_category"]),
    "the number of a class": (labels("0"), ["unknown_category"]),
    "NaN for a label": (labels("nan"), ["unknown_category"]),
    "two labels": (labels("oak,é"), ["unknown_category"]),
    "nothing": (labels(""), ["missing_value"]),
    "a formula": (labels("=oak"), ["formula"]),
    "a grade with a point": (labels("oak", "3.0"), ["not_a_number"]),
    "a grade between two": (labels("oak", "2.5"), ["not_a_number"]),
    "a grade beyond the last": (labels("oak", "5"), ["out_of_range"]),
    "a grade below the first": (labels("oak", "-1"), ["out_of_range"]),
    "a grade of a hundred digits": (labels("oak", "9" * 100), ["out_of_range"]),
    "a grade in Arabic digits": (labels("oak", "٣"), ["not_a_number"]),
    "a grade with an underscore": (labels("oak", "0_1"), ["not_a_number"]),
    "a grade in words": (labels("oak", "three"), ["not_a_number"]),
    "NaN for a grade": (labels("oak", "nan"), ["not_finite"]),
    "everything at once": (
        csv("fi1,ash,9", "fi1,,", "zz,=1,x", head="id,kind,grade"),
        ["unknown_id", "duplicate_id", "missing_id", "missing_value", "formula", "unknown_category", "out_of_range",
         "missing_value", "not_a_number"],
    ),
}  # fmt: skip


@each(LABEL_MISTAKES)
def test_a_csv_of_labels_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, LABELS)) == sorted(expected)


def test_the_csv_of_labels_without_a_mistake_is_read() -> None:
    columns = read(labels("oak", "+3"), LABELS, IDS)
    assert (columns["kind"].tolist(), columns["grade"].tolist()) == (["oak", "oak", "é"], [4, 3, 1])


# csv of probabilities

SHARE = NumberColumn(type="number", min=0, max=1)
CHANCES = CsvAnswer(
    format="csv",
    file="a.csv",
    ids=("id",),
    columns={"p_a": SHARE, "p_b": SHARE, "p_c": SHARE},
    distributions={"chances": ("p_a", "p_b", "p_c")},
)


def chances(row: str) -> bytes:
    return csv("fi1,1,0,0", f"é2,{row}", "k3,.333,.333,.333", head="id,p_a,p_b,p_c")


CHANCE_MISTAKES: Mistakes = {
    "a sum below 1": (chances("0.5,0.3,0.1"), ["not_a_distribution"]),
    "a sum above 1": (chances("0.5,0.5,0.5"), ["not_a_distribution"]),
    "a sum just beyond the tolerance": (chances("0.5,0.4,0.0989"), ["not_a_distribution"]),
    "nothing but zeros": (chances("0,0,0"), ["not_a_distribution"]),
    "all ones": (chances("1,1,1"), ["not_a_distribution"]),
    "a probability below 0 in a row that sums to 1": (chances("1.5,-0.5,0"), ["out_of_range", "out_of_range"]),
    "per cent": (chances("20,30,50"), ["out_of_range"] * 3),
    "logarithms": (chances("-1.2,-0.9,-1.2"), ["out_of_range"] * 3),
    "NaN in a row": (chances("nan,0.5,0.5"), ["not_finite"]),
    "infinity": (chances("inf,0,0"), ["not_finite"]),
    "a cell missing": (chances(",0.5,0.5"), ["missing_value"]),
    "a column missing": (csv("fi1,1,0", "é2,0.5,0.5", "k3,1,0", head="id,p_a,p_b"), ["missing_column"]),
    "a label": (csv("fi1,1,0,0", "é2,a,0,0", "k3,1,0,0", head="id,p_a,p_b,p_c"), ["not_a_number"]),
    "everything at once": (
        csv("fi1,0.9,0.9,0.9", "zz,0,0,nan", "fi1,2,0,x", head="id,p_a,p_b,p_c"),
        ["unknown_id", "duplicate_id", "missing_id", "not_finite", "not_a_number", "out_of_range",
         "not_a_distribution"],
    ),
}  # fmt: skip


@each(CHANCE_MISTAKES)
def test_a_csv_of_probabilities_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, CHANCES)) == sorted(expected)


def test_probabilities_that_sum_to_one_within_a_thousandth_become_one_column() -> None:
    columns = read(chances("0.25,0.25,0.4995"), CHANCES, IDS)
    assert columns.keys() == {"chances"}
    assert columns["chances"].tolist() == [[1, 0, 0], [0.25, 0.25, 0.4995], [0.333, 0.333, 0.333]]


def test_a_sum_that_is_not_one_is_told_with_its_row() -> None:
    with pytest.raises(InvalidSubmission) as refused:
        read(chances("0.5,0.3,0.1"), CHANCES, IDS)
    (found,) = refused.value.findings
    assert (found.row, found.column, found.count) == (3, "chances", 1)
    assert found.message == "row 3, chances: expected probabilities that sum to 1 within 0.001, found a sum of 0.9"


@pytest.mark.parametrize(
    "distributions",
    [{"p": ("p_a",)}, {"p_a": ("p_a", "p_b")}, {"p": ("p_a", "other")}, {"p": ("p_a", "wide")}, {"p": ("p_a", "kind")}],
)
def test_a_distribution_is_declared_over_two_probabilities_at_least(distributions: dict[str, tuple[str, ...]]) -> None:
    columns = {
        "p_a": SHARE,
        "p_b": SHARE,
        "wide": NumberColumn(type="number", min=0, max=2),
        "kind": CategoryColumn(type="category", values=("a", "b")),
    }
    with pytest.raises(ValueError, match="distribution"):
        CsvAnswer(format="csv", file="a.csv", ids=("id",), columns=columns, distributions=distributions)


# csv of free lines

SHELVES = CsvAnswer(
    format="csv",
    file="a.csv",
    ids=("id",),
    columns={
        "rank": IntegerColumn(type="integer", min=1, max=9),
        "film": CategoryColumn(type="category", values=("m1", "m2", "m3")),
    },
    free=FreeLines(name="shelf", max_rows=2, distinct=("film",)),
)


def shelves(*rows: str, head: str = "id,rank,film") -> bytes:
    return csv("fi1,1,m1", *rows, head=head)


SHELF_MISTAKES: Mistakes = {
    "a line too many of an id": (shelves("fi1,2,m2", "fi1,3,m3"), ["too_many_items"]),
    "more lines than all ids may have": (shelves(*["k3,1,m1"] * 6), ["too_many_items"]),
    "an id that nobody asked for": (shelves("t9,1,m1"), ["unknown_id"]),
    "an id equal only under NFC": (shelves(f"{DECOMPOSED},1,m1"), ["unknown_id"]),
    "the same film twice for an id": (shelves("fi1,2,m1"), ["duplicate_value"]),
    "an unknown film": (shelves("k3,1,m9"), ["unknown_category"]),
    "a rank beyond the last": (shelves("k3,10,m1"), ["out_of_range"]),
    "a rank with a point": (shelves("k3,1.0,m1"), ["not_a_number"]),
    "nothing": (shelves("k3,,m1"), ["missing_value"]),
    "a column missing": (csv("fi1,1", head="id,rank"), ["missing_column"]),
    "ids missing": (csv("1,m1", head="rank,film"), ["missing_column"]),
    "a column more": (shelves(head="id,rank,film,title"), ["not_csv", "unknown_column"]),
    "everything at once": (
        shelves("fi1,2,m1", "fi1,0,m3", "zz,x,m2"), ["unknown_id", "too_many_items", "out_of_range", "not_a_number"]),
}  # fmt: skip


@each(SHELF_MISTAKES)
def test_a_csv_of_free_lines_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, SHELVES)) == sorted(expected)


def test_free_lines_become_a_list_for_each_id_in_the_order_of_the_file() -> None:
    cells = read(shelves("k3,1,m2", "fi1,2,m3"), SHELVES, IDS)["shelf"]
    assert cells.tolist() == [[{"rank": 1, "film": "m1"}, {"rank": 2, "film": "m3"}], [], [{"rank": 1, "film": "m2"}]]


def test_a_ranking_is_a_list_of_items_in_the_order_of_its_ranks() -> None:
    assert SHELVES.free is not None
    ranked = SHELVES.model_copy(update={"free": SHELVES.free.model_copy(update={"item": "film", "order_by": "rank"})})
    cells = read(csv("fi1,2,m1", "k3,1,m2", "fi1,1,m3", head="id,rank,film"), ranked, IDS)["shelf"]
    assert cells.tolist() == [["m3", "m1"], [], ["m2"]]
    assert codes(shelves("fi1,1,m3"), ranked) == ["duplicate_value"]
    assert codes(shelves("fi1,1,m1"), ranked) == ["duplicate_value", "duplicate_value"]


def test_a_header_alone_says_that_no_id_has_a_line() -> None:
    assert read(b"id,rank,film\n", SHELVES, IDS)["shelf"].tolist() == [[], [], []]


# json of detections

BOXES = DetectionsAnswer(
    format="json", shape="detections", file="d.json", categories=(1, 2), max_per_image=2, border_px=1
)
FRAMES = Expected(
    ids={"image_id": np.array([7, 9])}, facts={"width": np.array([100, 50]), "height": np.array([80, 50])}
)
BOX = {"image_id": 7, "category_id": 1, "bbox": [10, 10, 20, 30], "score": 0.5}


def box(**change: Any) -> bytes:
    return orjson.dumps([BOX, {**BOX, **change}])


BOX_MISTAKES: Mistakes = {
    "NaN in a box": (b'[{"image_id":7,"category_id":1,"bbox":[NaN,1,1,1],"score":1}]', ["not_finite"]),
    "an infinite box": (b'[{"image_id":7,"category_id":1,"bbox":[0,0,Infinity,1],"score":1}]', ["not_finite"]),
    "a box beyond any float": (b'[{"image_id":7,"category_id":1,"bbox":[0,0,1e999,1],"score":1}]', ["not_finite"]),
    "null in a box": (box(bbox=[None, 1, 1, 1]), ["wrong_type"]),
    "NaN as a text": (box(bbox=["NaN", 1, 1, 1]), ["wrong_type"]),
    "a box without width": (box(bbox=[10, 10, 0, 5]), ["out_of_range"]),
    "a box of negative height": (box(bbox=[10, 10, 5, -5]), ["out_of_range"]),
    "corners instead of sizes": (box(bbox=[60, 60, 80, 75]), ["out_of_range"]),
    "shares of the frame outside of it": (box(bbox=[-5, 0.5, 0.2, 0.3]), ["out_of_range"]),
    "a huge box": (box(bbox=[0, 0, 1e300, 1e300]), ["out_of_range"]),
    "five numbers in a box": (box(bbox=[1, 1, 2, 2, 0]), ["wrong_type"]),
    "a box as an object": (box(bbox={"x": 1, "y": 1, "w": 1, "h": 1}), ["wrong_type"]),
    "true in a box": (box(bbox=[True, 1, 1, 1]), ["wrong_type"]),
    "a box in a box": (box(bbox=[[1, 1, 1, 1]]), ["wrong_type"]),
    "a score as a text": (box(score="0.9"), ["not_a_number"]),
    "a score as a list": (box(score=[0.9]), ["wrong_type"]),
    "true for a score": (box(score=True), ["wrong_type"]),
    "a logit for a score": (box(score=3.2), ["out_of_range"]),
    "a negative score": (box(score=-1e-9), ["out_of_range"]),
    "no score": (orjson.dumps([{k: v for k, v in BOX.items() if k != "score"}]), ["missing_field"]),
    "a mask beside the box": (box(segmentation=[]), ["unknown_field"]),
    "an unknown class": (box(category_id=0), ["unknown_category"]),
    "a class by name": (box(category_id="ship"), ["wrong_type"]),
    "a class as a float": (box(category_id=1.0), ["wrong_type"]),
    "an unknown image": (box(image_id=8), ["unknown_id"]),
    "an image by name": (box(image_id="7"), ["wrong_type"]),
    "an image as a float": (box(image_id=7.0), ["wrong_type"]),
    "an image number beyond 64 bits": (
        b'[{"image_id":99999999999999999999,"category_id":1,"bbox":[1,1,1,1],"score":1}]', ["wrong_type"]),
    "too many of one image": (orjson.dumps([BOX] * 3), ["too_many_items"]),
    "too many of all": (orjson.dumps([BOX] * 5), ["too_many_items"]),
    "an object of lists": (orjson.dumps({"boxes": [], "scores": []}), ["wrong_type"]),
    "a list of lists": (orjson.dumps([[7, 1, 0.5]]), ["wrong_type"]),
    "one detection a line": (orjson.dumps(BOX) + b"\n" + orjson.dumps(BOX), ["not_json"]),
    "Python's quotes": (b"[{'image_id': 7}]", ["not_json"]),
    "cut off": (orjson.dumps([BOX])[:-5], ["not_json"]),
    "nesting without end": (b"[" * 100_000 + b"]" * 100_000, ["not_json"]),
    "everything at once": (
        orjson.dumps([{**BOX, "image_id": 8, "score": 2}, {**BOX, "category_id": 5, "bbox": [1, 1, -1, 1]}, 17]),
        ["unknown_id", "out_of_range", "unknown_category", "out_of_range", "wrong_type"]),
}  # fmt: skip


@each(BOX_MISTAKES)
def test_a_json_of_detections_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, BOXES, FRAMES)) == sorted(expected)


# json of values

VALUES = ValuesAnswer(
    format="json", shape="values", file="v.json", value=NumberColumn(type="number", min=0, max=9), name="x"
)
WHOLE = VALUES.model_copy(update={"value": IntegerColumn(type="integer", min=0, max=9)})
NAMES = VALUES.model_copy(update={"value": CategoryColumn(type="category", values=("oak", "é"))})
TEXTS = VALUES.model_copy(update={"value": TextColumn(type="text", max_length=4, pattern="[a-z]*")})


def values(*more: tuple[str, Any], ids: tuple[str, ...] = ("fi1", "é2"), good: Any = 1) -> bytes:
    return orjson.dumps(dict.fromkeys(ids, good) | dict(more))


VALUE_MISTAKES: dict[str, tuple[bytes, Any, list[str]]] = {
    "NaN": (b'{"fi1":1,"\xc3\xa92":1,"k3":NaN}', VALUES, ["not_finite"]),
    "minus infinity": (b'{"fi1":1,"\xc3\xa92":1,"k3":-Infinity}', VALUES, ["not_finite"]),
    "too large for a float": (b'{"fi1":1,"\xc3\xa92":1,"k3":1e999}', VALUES, ["not_finite"]),
    "above the range": (values(("k3", 9.5)), VALUES, ["out_of_range"]),
    "a number as a text": (values(("k3", "1")), VALUES, ["not_a_number"]),
    "null": (values(("k3", None)), VALUES, ["missing_value"]),
    "true": (values(("k3", True)), VALUES, ["wrong_type"]),
    "a list": (values(("k3", [1])), VALUES, ["wrong_type"]),
    "an object": (values(("k3", {"x": 1})), VALUES, ["wrong_type"]),
    "a float for a whole number": (values(("k3", 1.0)), WHOLE, ["wrong_type"]),
    "a whole number beyond 64 bits": (b'{"fi1":1,"\xc3\xa92":1,"k3":' + b"9" * 25 + b"}", WHOLE, ["wrong_type"]),
    "a number of ten thousand digits": (
        b'{"fi1":1,"\xc3\xa92":1,"k3":' + b"9" * 10_000 + b"}", VALUES, ["not_finite"]),
    "an unknown label": (values(("k3", "ash"), good="oak"), NAMES, ["unknown_category"]),
    "a label equal only under NFC": (
        values(("k3", unicodedata.normalize("NFD", "é")), good="oak"), NAMES, ["unknown_category"]),
    "a number for a label": (values(("k3", 0), good="oak"), NAMES, ["wrong_type"]),
    "a text that is too long": (values(("k3", "abcde"), good="a"), TEXTS, ["bad_text"]),
    "a text beside its pattern": (values(("k3", "A"), good="a"), TEXTS, ["bad_text"]),
    "an id missing": (values(), VALUES, ["missing_id"]),
    "an id that nobody asked for": (values(("k3", 1), ("t9", 1)), VALUES, ["unknown_id"]),
    "an id twice": (b'{"fi1":1,"\xc3\xa92":1,"k3":1,"k3":2}', VALUES, ["duplicate_id"]),
    "an id equal only under NFC": (
        values(("k3", 1), ids=("fi1", DECOMPOSED)), VALUES, ["unknown_id", "missing_id"]),
    "an id equal only under NFKC": (values(("k3", 1), ids=(LIGATURE, "é2")), VALUES, ["unknown_id", "missing_id"]),
    "half a letter": (b'{"fi1":1,"\xc3\xa92":1,"\\ud800":1}', VALUES, ["not_json"]),
    "a list of values": (b"[1, 1, 1]", VALUES, ["wrong_type"]),
    "latin-1": ('{"fi1":1,"é2":1,"k3":1}'.encode("latin-1"), VALUES, ["not_utf8"]),
    "everything at once": (
        values(("k3", "x"), ("zz", None), ("yy", 99), ids=("fi1",)),
        VALUES, ["unknown_id", "missing_id", "not_a_number", "missing_value", "out_of_range"]),
}  # fmt: skip


@each(VALUE_MISTAKES)
def test_a_json_of_values_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, Any, list[str]]) -> None:
    data, answer, expected = mistake
    assert sorted(codes(data, answer)) == sorted(expected)


# json of one whole value

LIST = WholeAnswer(
    format="json", shape="whole", file="w.json", value=CategoryColumn(type="category", values=("age", "sex", "é")),
    max_items=2, name="chosen",
)  # fmt: skip
LONE = WholeAnswer(format="json", shape="whole", file="w.json", value=IntegerColumn(type="integer", min=2, max=9))
TUPLE = WholeAnswer(
    format="json", shape="whole", file="w.json", value=NumberColumn(type="number", min=0, max=1), max_items=3
)

WHOLE_MISTAKES: dict[str, tuple[bytes, Any, list[str]]] = {
    "a name that is none": (b'["age", "AGE"]', LIST, ["unknown_category"]),
    "a name twice": (b'["age", "age"]', LIST, ["duplicate_value"]),
    "too many names": (b'["age", "sex", "\xc3\xa9"]', LIST, ["too_many_items"]),
    "a name by its number": (b"[0]", LIST, ["wrong_type"]),
    "null for a name": (b"[null]", LIST, ["missing_value"]),
    "a list in a list": (b'[["age"]]', LIST, ["wrong_type"]),
    "a lone name": (b'"age"', LIST, ["wrong_type"]),
    "an object": (b'{"age": 1}', LIST, ["wrong_type"]),
    "names line by line": (b"age\nsex\n", LIST, ["not_json"]),
    "a list for a lone value": (b"[3]", LONE, ["wrong_type"]),
    "an object for a lone value": (b'{"k": 3}', LONE, ["wrong_type"]),
    "a float for a whole number": (b"3.0", LONE, ["wrong_type"]),
    "a number as a text": (b'"3"', LONE, ["not_a_number"]),
    "a number beyond the range": (b"10", LONE, ["out_of_range"]),
    "NaN": (b"[0.5, NaN]", TUPLE, ["not_finite"]),
    "latin-1": ('["é"]'.encode("latin-1"), LIST, ["not_utf8"]),
    "everything at once": (
        b'["age", "age", "ash", 7]', LIST, ["too_many_items", "duplicate_value", "unknown_category", "wrong_type"]),
}  # fmt: skip


@each(WHOLE_MISTAKES)
def test_a_json_of_one_value_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, Any, list[str]]) -> None:
    data, answer, expected = mistake
    assert sorted(codes(data, answer)) == sorted(expected)


def test_one_value_stands_in_every_row() -> None:
    assert read(b'["sex", "age"]', LIST, IDS)["chosen"].tolist() == [["sex", "age"]] * 3
    assert read(b"[]", LIST, IDS)["chosen"].tolist() == [[]] * 3
    assert read(b"[0.5, 0.5]", TUPLE, IDS)["value"].tolist() == [[0.5, 0.5]] * 3
    assert read(b"7", LONE, IDS)["value"].tolist() == [7, 7, 7]


# npz

ARRAYS = NpzAnswer(
    format="npz",
    file="a.npz",
    arrays={
        "p": ArraySpec(dtype="float64", shape=(2,), min=0, max=1, distribution=True),
        "k": ArraySpec(dtype="int32", min=0, max=9),
    },
)
P, K = np.array([[0.5, 0.5], [0.25, 0.75], [1, 0]]), np.array([0, 9, 4], dtype=np.int32)


def npy(array: Any, *, allow_pickle: bool = False) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=allow_pickle)
    return buffer.getvalue()


def npz(**arrays: Any) -> bytes:
    bodies = {"p": P, "k": K} | arrays
    return zip_bytes({f"{n}.npy": a if isinstance(a, bytes) else npy(a) for n, a in bodies.items() if a is not None})


def swapped(array: Any, place: tuple[int, ...], value: Any) -> Any:
    changed = array.copy()
    changed[place] = value
    return changed


RAGGED = np.empty(3, dtype=object)
RAGGED[:] = [np.ones(2), np.ones(3), np.ones(1)]

ARRAY_MISTAKES: Mistakes = {
    "NaN": (npz(p=swapped(P, (1, 0), np.nan)), ["not_finite"]),
    "infinity": (npz(p=swapped(P, (1, 0), -np.inf)), ["not_finite"]),
    "below the range": (npz(p=P - 0.25), ["out_of_range", "not_a_distribution"]),
    "a number beyond the last": (npz(k=K + np.int32(1)), ["out_of_range"]),
    "rows that do not sum to 1": (npz(p=P * 0.5), ["not_a_distribution"]),
    "ragged rows": (npz(p=npy(RAGGED, allow_pickle=True)), ["pickle_refused"]),
    "an array of objects": (npz(k=npy(K.astype(object), allow_pickle=True)), ["pickle_refused"]),
    "texts": (npz(k=K.astype("U1")), ["wrong_dtype"]),
    "dates": (npz(k=K.astype("M8[s]")), ["wrong_dtype"]),
    "complex numbers": (npz(p=P.astype(complex)), ["wrong_dtype"]),
    "floats for integers": (npz(k=K.astype(float)), ["wrong_dtype"]),
    "half the precision": (npz(p=P.astype(np.float32)), ["wrong_dtype"]),
    "another width of integers": (npz(k=K.astype(np.int64)), ["wrong_dtype"]),
    "unsigned integers": (npz(k=K.astype(np.uint32)), ["wrong_dtype"]),
    "a row too few": (npz(p=P[:2]), ["wrong_shape"]),
    "a row too many": (npz(k=np.append(K, K[:1])), ["wrong_shape"]),
    "a column too many": (npz(p=np.ones((3, 3)) / 3), ["wrong_shape"]),
    "rows for columns": (npz(p=P.T), ["wrong_shape"]),
    "an axis too many": (npz(k=K[:, None]), ["wrong_shape"]),
    "a single number": (npz(k=np.int32(1)), ["wrong_shape"]),
    "nothing in it": (npz(k=K[:0]), ["wrong_shape"]),
    "an array missing": (npz(k=None), ["missing_array"]),
    "another name": (npz(k=None, K=K), ["missing_array", "unknown_array"]),
    "the name that numpy gives": (npz(p=None, k=None, arr_0=P), ["missing_array", "missing_array", "unknown_array"]),
    "an npy": (npy(P), ["not_npz"]),
    "a pickle": (b"\x80\x04K\x01.", ["not_npz"]),
    "a bomb": (npz(p=b"\0" * 20_000_000), ["zip_bomb"]),
    "everything at once": (
        npz(p=swapped(P * 0.5, (0, 0), 7), k=K.astype(float), more=K),
        ["unknown_array", "out_of_range", "not_a_distribution", "wrong_dtype"]),
}  # fmt: skip


@each(ARRAY_MISTAKES)
def test_an_npz_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, ARRAYS)) == sorted(expected)


def test_the_npz_without_a_mistake_is_read() -> None:
    assert read(npz(), ARRAYS, IDS)["p"].tolist() == P.tolist()


# png

MASKS = PngAnswer(format="zip_png", file="m.zip", values=(0, 255))
SIZES = Expected(ids={"id": np.array(["a", "é"])}, facts={"width": np.array([4, 3]), "height": np.array([2, 3])})
A, B = np.full((2, 4), 255, dtype=np.uint8), np.zeros((3, 3), dtype=np.uint8)


def masks(*, drop: str = "", **bodies: bytes) -> bytes:
    files = {"a": png_bytes(A), "é": png_bytes(B)} | bodies
    return zip_bytes({f"{name}.png": body for name, body in files.items() if name != drop})


def saved(array: Any, *, mode: str | None = None, format_: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(array)
    (image if mode is None else image.convert(mode)).save(buffer, format_, **options)
    return buffer.getvalue()


def claims(width: int, height: int) -> bytes:
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


MASK_MISTAKES: Mistakes = {
    "a mask turned by a right angle": (masks(a=png_bytes(A.T)), ["wrong_size"]),
    "a mask of half the size": (masks(a=png_bytes(A[::2, ::2])), ["wrong_size"]),
    "a header of a gigantic picture": (masks(a=claims(60_000, 60_000)), ["wrong_size"]),
    "a header without a picture": (masks(a=claims(4, 2)), ["not_png"]),
    "ones for white": (masks(a=png_bytes(A // 255)), ["out_of_range"]),
    "grey between black and white": (masks(a=png_bytes(A - 7)), ["out_of_range"]),
    "colours": (masks(a=saved(A, mode="RGB")), ["wrong_type"]),
    "transparency": (masks(a=saved(A, mode="LA")), ["wrong_type"]),
    "a palette": (masks(a=saved(A, mode="P")), ["wrong_type"]),
    "one bit a pixel": (masks(a=saved(A, mode="1")), ["wrong_type"]),
    "sixteen bits a pixel": (masks(a=saved(A.astype(np.uint16) * 257)), ["wrong_type"]),
    "a JPEG by that name": (masks(a=saved(A, format_="JPEG")), ["not_png"]),
    "a text by that name": (masks(a=b"mask"), ["not_png"]),
    "nothing by that name": (masks(a=b""), ["not_png"]),
    "a picture that is cut off": (masks(a=png_bytes(A)[:-30]), ["not_png"]),
    "a mask missing": (masks(drop="a"), ["missing_file"]),
    "a mask of an unknown id": (masks(zz=png_bytes(A)), ["unknown_file"]),
    "an id equal only under NFC": (
        masks(drop="é", **{unicodedata.normalize("NFD", "é"): png_bytes(B)}), ["missing_file", "unknown_file"]),
    "two forms of one id": (masks(**{unicodedata.normalize("NFD", "é"): png_bytes(B)}), ["unsafe_path"]),
    "masks in a folder": (
        zip_bytes({"masks/a.png": png_bytes(A), "masks/é.png": png_bytes(B)}), ["missing_file", "unknown_file"]),
    "a zip in a zip": (zip_bytes({"m.zip": masks()}), ["missing_file", "unknown_file"]),
    "a lone picture": (png_bytes(A), ["not_zip"]),
    "a bomb": (masks(a=b"\0" * 5_000_000), ["zip_bomb"]),
    "everything at once": (
        masks(drop="é", a=png_bytes(A.T), zz=b""), ["missing_file", "unknown_file", "wrong_size"]),
}  # fmt: skip


@each(MASK_MISTAKES)
def test_a_zip_of_masks_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, MASKS, SIZES)) == sorted(expected)


def test_the_zip_without_a_mistake_is_read() -> None:
    assert [mask.tolist() for mask in read(masks(), MASKS, SIZES)["mask"]] == [A.tolist(), B.tolist()]


def test_a_mask_without_its_last_bytes_is_read_where_all_pixels_are_there() -> None:
    assert read(masks(a=png_bytes(A)[:-12]), MASKS, SIZES)["mask"][0].tolist() == A.tolist()


# png in colours

PICTURES = PngAnswer(format="zip_png", file="p.zip", channels=3, name="picture")
RED = np.zeros((2, 4, 3), dtype=np.uint8)
RED[..., 0] = 200

COLOUR_MISTAKES: Mistakes = {
    "grey": (masks(), ["wrong_type"]),
    "transparency": (masks(a=saved(RED, mode="RGBA"), é=png_bytes(RED[:1])), ["wrong_type", "wrong_size"]),
    "a palette": (masks(a=saved(RED, mode="P"), drop="é"), ["missing_file", "wrong_type"]),
    "a picture turned by a right angle": (
        masks(a=png_bytes(np.ascontiguousarray(RED.transpose(1, 0, 2))), drop="é"), ["missing_file", "wrong_size"]),
}  # fmt: skip


@each(COLOUR_MISTAKES)
def test_a_zip_of_pictures_in_colours_is_refused_with_all_that_is_wrong(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, PICTURES, SIZES)) == sorted(expected)


def test_a_picture_in_colours_has_three_channels() -> None:
    data = zip_bytes({"a.png": png_bytes(RED), "é.png": png_bytes(np.zeros((3, 3, 3), dtype=np.uint8))})
    found = read(data, PICTURES, SIZES)["picture"]
    assert [cell.shape for cell in found] == [(2, 4, 3), (3, 3, 3)]
    assert found[0][1, 3].tolist() == [200, 0, 0]


def test_a_channel_keeps_to_the_values_that_are_allowed() -> None:
    answer = PICTURES.model_copy(update={"values": (0, 255)})
    data = zip_bytes({"a.png": png_bytes(RED), "é.png": png_bytes(np.zeros((3, 3, 3), dtype=np.uint8))})
    with pytest.raises(InvalidSubmission) as refused:
        read(data, answer, SIZES)
    (found,) = refused.value.findings
    assert (found.code, found.found, found.count) == ("out_of_range", "200", 8)


# a bundle

BUNDLE = BundleAnswer(
    format="bundle",
    file="answer.zip",
    id="id",
    parts=(
        NUMBERS.model_copy(update={"file": "numbers.csv", "columns": {"x": NumberColumn(type="number", min=0, max=9)}}),
        SHELVES.model_copy(update={"file": "lists/shelf.csv"}),
        LIST.model_copy(update={"file": "chosen.json", "optional": True}),
        PngFolder(format="png_folder", file="masks", values=(0, 255)),
    ),
)
TWO = Expected(ids={"id": np.array(["a", "é"])}, facts=SIZES.facts)
FILES = {
    "numbers.csv": csv("a,1", "é,2"),
    "lists/shelf.csv": csv("é,1,m1", head="id,rank,film"),
    "chosen.json": b'["age"]',
    "masks/a.png": png_bytes(A),
    "masks/é.png": png_bytes(B),
}


def bundle(**changes: bytes | None) -> bytes:
    paths = {"numbers": "numbers.csv", "shelf": "lists/shelf.csv", "chosen": "chosen.json", "mask": "masks/a.png"}
    files = FILES | {paths.get(name, name): body for name, body in changes.items()}
    return zip_bytes({name: body for name, body in files.items() if body is not None})


BUNDLE_MISTAKES: Mistakes = {
    "a lone csv": (FILES["numbers.csv"], ["not_zip"]),
    "nothing in it": (zip_bytes({}), ["missing_file"] * 3),
    "a part missing": (bundle(numbers=None), ["missing_file"]),
    "a part in other case": (bundle(numbers=None, **{"Numbers.csv": csv("a,1", "é,2")}),
                             ["missing_file", "unknown_file"]),
    "everything in a folder": (
        zip_bytes({f"answer/{name}": body for name, body in FILES.items()}), ["missing_file"] * 3 + ["unknown_file"]),
    "a folder by the name of a part": (bundle(numbers=None, **{"numbers.csv/a": b"x"}),
                                       ["missing_file", "unknown_file"]),
    "a file by the name of a folder": (
        zip_bytes({**{n: b for n, b in FILES.items() if "masks" not in n}, "masks": b"x"}),
        ["missing_file", "unknown_file"]),
    "a file more": (bundle(**{"readme.txt": b"hello"}), ["unknown_file"]),
    "a picture more": (bundle(**{"masks/zz.png": png_bytes(A)}), ["unknown_file"]),
    "a picture missing": (bundle(mask=None), ["missing_file"]),
    "an empty part": (bundle(numbers=b""), ["empty_file"]),
    "an empty optional part": (bundle(chosen=b" "), ["empty_file"]),
    "a part above its cap": (bundle(numbers=b"id,x\n" + b"a,1\n" * 2_600_000), ["too_large"]),
    "a faulty optional part": (bundle(chosen=b'["ash"]'), ["unknown_category"]),
    "a path out of the zip": (bundle(**{"../numbers.csv": b"x"}), ["unsafe_path"]),
    "a bomb": (bundle(numbers=b"\0" * 60_000_000), ["zip_bomb"]),
    "every part at once": (
        bundle(numbers=csv("a,high"), shelf=csv("é,1,m9", head="id,rank,film"), chosen=b"[1]", mask=b"x", more=b"x"),
        ["unknown_file", "missing_id", "not_a_number", "unknown_category", "wrong_type", "not_png"]),
}  # fmt: skip


@each(BUNDLE_MISTAKES)
def test_a_bundle_is_refused_with_all_that_is_wrong_in_all_of_its_parts(mistake: tuple[bytes, list[str]]) -> None:
    data, expected = mistake
    assert sorted(codes(data, BUNDLE, TWO)) == sorted(expected)


def test_the_bundle_without_a_mistake_is_read() -> None:
    columns = read(bundle(), BUNDLE, TWO)
    assert columns["x"].tolist() == [1, 2]
    assert columns["shelf"].tolist() == [[], [{"rank": 1, "film": "m1"}]]
    assert columns["chosen"].tolist() == [["age"], ["age"]]
    assert [mask.tolist() for mask in columns["mask"]] == [A.tolist(), B.tolist()]
