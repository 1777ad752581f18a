"""JSON answers: detections and values."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.answers import (
    CategoryColumn,
    Column,
    DetectionsAnswer,
    IntegerColumn,
    NumberColumn,
    TextColumn,
    ValuesAnswer,
)
from challenges.errors import InvalidSubmission
from challenges.readers import Expected, read

BOXES = DetectionsAnswer(
    format="json", shape="detections", file="detections.json", categories=(1, 2), max_per_image=2, border_px=1
)
FRAMES = Expected(
    ids={"image_id": np.array([7, 9])}, facts={"width": np.array([100, 50]), "height": np.array([80, 50])}
)
BOX = {"image_id": 7, "category_id": 1, "bbox": [10, 10.5, 20, 30], "score": 0.5}


def value_answer(column: Column) -> ValuesAnswer:
    return ValuesAnswer(format="json", shape="values", file="values.json", value=column)


def findings(data: bytes, answer: Any, expected: Expected) -> list[tuple[Any, ...]]:
    with pytest.raises(InvalidSubmission) as refused:
        read(data, answer, expected)
    return [(found.code, found.row, found.column, found.count) for found in refused.value.findings]


def test_detections_are_sorted_into_their_images_best_score_first() -> None:
    better = {**BOX, "score": 0.75, "category_id": 2}
    cells = read(orjson.dumps([BOX, better]), BOXES, FRAMES)["detections"]
    assert [box["score"] for box in cells[0]] == [0.75, 0.5]
    assert cells[0][1] == {"category_id": 1, "bbox": [10, 10.5, 20, 30], "score": 0.5}
    assert cells[1] == []


def test_no_detections_at_all_are_an_answer() -> None:
    assert read(b"[]", BOXES, FRAMES)["detections"].tolist() == [[], []]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"image_id": 8}, ("unknown_id", "image_id")),
        ({"image_id": "7"}, ("wrong_type", "image_id")),
        ({"image_id": True}, ("wrong_type", "image_id")),
        ({"image_id": [7]}, ("wrong_type", "image_id")),
        ({"category_id": 3}, ("unknown_category", "category_id")),
        ({"category_id": 1.0}, ("wrong_type", "category_id")),
        ({"category_id": True}, ("wrong_type", "category_id")),
        ({"score": 1.01}, ("out_of_range", "score")),
        ({"score": "0.9"}, ("not_a_number", "score")),
        ({"score": None}, ("wrong_type", "score")),
        ({"bbox": [1, 2, 3]}, ("wrong_type", "bbox")),
        ({"bbox": [1, 2, 3, "4"]}, ("wrong_type", "bbox")),
        ({"bbox": [1, 2, 0, 4]}, ("out_of_range", "bbox")),
        ({"bbox": [1, 2, 3, -4]}, ("out_of_range", "bbox")),
        ({"bbox": [-1.5, 2, 3, 4]}, ("out_of_range", "bbox")),
        ({"bbox": [90, 2, 11.5, 4]}, ("out_of_range", "bbox")),
        ({"bbox": [90, 70, 5, 11.5]}, ("out_of_range", "bbox")),
        ({"mask": "x"}, ("unknown_field", "mask")),
    ],
)
def test_a_faulty_detection_is_refused_at_its_item(change: dict[str, Any], expected: tuple[str, str]) -> None:
    data = orjson.dumps([BOX, {**BOX, **change}])
    assert findings(data, BOXES, FRAMES) == [(expected[0], 2, expected[1], 1)]


def test_a_box_may_reach_over_its_frame_by_the_border_and_no_further() -> None:
    edge = orjson.dumps([{**BOX, "bbox": [-1, -1, 102, 82]}])
    assert len(read(edge, BOXES, FRAMES)["detections"][0]) == 1


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [("empty_file", None, None, 1)]),
        (b"{", [("not_json", 1, None, 1)]),
        (b"id,score\n1,2\n", [("not_json", 1, None, 1)]),
        (b'["\xff"]', [("not_utf8", None, None, 1)]),
        (b"{}", [("wrong_type", None, None, 1)]),
        (b"[1]", [("wrong_type", 1, None, 1)]),
        (b'[\n{"score": NaN}]', [("not_finite", 2, None, 1)]),
        (b'[{"score": -Infinity}]', [("not_finite", 1, None, 1)]),
        (b'[{"score": 1e999}]', [("not_finite", 1, None, 1)]),
        (b"[" * 100_000, [("not_json", 1, None, 1)]),
        (orjson.dumps([BOX] * 3), [("too_many_items", 3, "image_id", 1)]),
        (
            orjson.dumps([{**BOX, "image_id": 1}] * 3),
            [("too_many_items", 3, "image_id", 1), ("unknown_id", 1, "image_id", 3)],
        ),
        (orjson.dumps([BOX] * 9), [("too_many_items", None, None, 5)]),
        (
            orjson.dumps([{"image_id": 7, "bbox": [1, 2, 3, 4]}] * 2),
            [("missing_field", 1, "category_id", 2), ("missing_field", 1, "score", 2)],
        ),
    ],
)
def test_a_faulty_list_of_detections_is_refused(data: bytes, expected: list[tuple[Any, ...]]) -> None:
    assert sorted(findings(data, BOXES, FRAMES), key=str) == sorted(expected, key=str)


IDS = Expected(ids={"id": np.array(["a", "b"])})
SHARE = value_answer(NumberColumn(type="number", min=0, max=1))


def test_values_come_in_the_published_order_of_ids() -> None:
    assert read(b'{"b": 1, "a": 0.25}', SHARE, IDS)["value"].tolist() == [0.25, 1.0]


def test_values_may_be_classes_texts_or_whole_numbers() -> None:
    category = value_answer(CategoryColumn(type="category", values=("x", "y")))
    assert read(b'{"b": "x", "a": "y"}', category, IDS)["value"].tolist() == ["y", "x"]
    text = value_answer(TextColumn(type="text"))
    assert read(b'{"b": "", "a": "hi"}', text, IDS)["value"].tolist() == ["hi", ""]
    whole = read(b'{"b": 2, "a": 3}', value_answer(IntegerColumn(type="integer", min=0, max=9)), IDS)["value"]
    assert whole.tolist() == [3, 2]
    assert whole.dtype == np.int64


@pytest.mark.parametrize(
    ("data", "answer", "expected"),
    [
        (b'{"a": 1, "b": 1, "c": 0}', SHARE, [("unknown_id", 3, "id", 1)]),
        (b'{"a": 1}', SHARE, [("missing_id", None, "id", 1)]),
        (b'{"a": 1, "b": 0, "a": 0}', SHARE, [("duplicate_id", None, "id", 1)]),
        (b'{"a": null, "b": 0}', SHARE, [("missing_value", 1, "value", 1)]),
        (b'{"a": "1", "b": true}', SHARE, [("not_a_number", 1, "value", 1), ("wrong_type", 2, "value", 1)]),
        (b'{"a": 1.5, "b": 0}', SHARE, [("out_of_range", 1, "value", 1)]),
        (b'{"a": [[[1]]], "b": 0}', SHARE, [("wrong_type", 1, "value", 1)]),
        (b"[1, 2]", SHARE, [("wrong_type", None, None, 1)]),
        (b'{"a": "z", "b": "x"}', value_answer(CategoryColumn(type="category", values=("x", "y"))),
         [("unknown_category", 1, "value", 1)]),
        (b'{"a": 1, "b": "x"}', value_answer(CategoryColumn(type="category", values=("x", "y"))),
         [("wrong_type", 1, "value", 1)]),
        (b'{"a": "abcd", "b": "x"}', value_answer(TextColumn(type="text", max_length=3)),
         [("bad_text", 1, "value", 1)]),
        (b'{"a": 1.0, "b": 1}', value_answer(IntegerColumn(type="integer", min=0, max=9)),
         [("wrong_type", 1, "value", 1)]),
    ],
)  # fmt: skip
def test_faulty_values_are_refused(data: bytes, answer: ValuesAnswer, expected: list[tuple[Any, ...]]) -> None:
    assert findings(data, answer, IDS) == expected


def test_values_nested_as_deep_as_json_goes_are_refused_not_followed() -> None:
    deep = b'{"a": 0, "b": ' + b"[" * 1000 + b"]" * 1000 + b"}"
    assert findings(deep, SHARE, IDS) == [("wrong_type", 2, "value", 1)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5) | st.sampled_from(["a", "b", 7, 9]),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from(["image_id", "category_id", "bbox", "score", "a", "b"]), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@pytest.mark.slow
@given(JSON | st.lists(st.fixed_dictionaries(dict.fromkeys(BOX, JSON)), max_size=3))
@settings(max_examples=300, deadline=None)
def test_any_json_is_read_or_refused(value: Any) -> None:
    for answer, expected in ((BOXES, FRAMES), (SHARE, IDS)):
        try:
            read(orjson.dumps(value), answer, expected)
        except InvalidSubmission as refused:
            assert refused.findings


@given(st.binary(max_size=100))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for answer, expected in ((BOXES, FRAMES), (SHARE, IDS)):
        try:
            read(data, answer, expected)
        except InvalidSubmission as refused:
            assert refused.findings


@given(st.permutations([{**BOX, "bbox": [x, 1, 5, 5], "score": 0.5} for x in (1, 2)] + [{**BOX, "image_id": 9}]))
def test_the_order_of_detections_does_not_matter(boxes: list[dict[str, Any]]) -> None:
    cells = read(orjson.dumps(boxes), BOXES, FRAMES)["detections"]
    assert [box["bbox"][0] for box in cells[0]] == [1, 2]
    assert [box["bbox"][0] for box in cells[1]] == [10]
