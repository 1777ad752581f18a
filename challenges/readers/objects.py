"""JSON answers: a list of detections, an object id -> value, or one value for all rows. Items are numbered from 1."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, assert_never

import numpy as np
import orjson
from numpy.typing import NDArray

from challenges.answers import (
    CategoryColumn,
    Column,
    DetectionsAnswer,
    IntegerColumn,
    NumberColumn,
    TextColumn,
    ValuesAnswer,
    WholeAnswer,
)
from challenges.readers.expected import Expected
from challenges.readers.findings import Findings, shown

NOT_FINITE = re.compile(rb"(?<![\w\"])(?:NaN|-?Infinity)(?![\w\"])")
FIELDS = {"image_id": "an id", "category_id": "a class", "bbox": "[x, y, w, h]", "score": "0 to 1"}


def read_detections(
    data: bytes, answer: DetectionsAnswer, expected: Expected, findings: Findings
) -> Mapping[str, NDArray[Any]]:
    """Return {"detections": (n,) lists of {category_id, bbox, score}}, best score first. Raises InvalidSubmission."""
    most = expected.rows * answer.max_per_image
    braces = data.count(b"{")
    if braces > most:  # seen before parsing, so a small file cannot grow into millions of objects
        findings.add("too_many_items", f"about {braces:,} detections; expected at most {most:,}", count=braces - most)
        findings.raise_if_any()
    items = _parsed(data, findings)
    if not isinstance(items, list):
        findings.add("wrong_type", f"expected a list of detections, found {_kind(items)}", expected="a list")
        findings.raise_if_any()
    reader = _Detections(answer, expected, findings)
    for number, item in enumerate(items, start=1):
        reader.take(number, item)
    findings.raise_if_any()
    return {"detections": reader.by_image()}


class _Detections:
    """Detections sorted into their images, each checked on the way."""

    def __init__(self, answer: DetectionsAnswer, expected: Expected, findings: Findings) -> None:
        self._answer = answer
        self._findings = findings
        (ids,) = expected.ids.values()
        self._places = {image: place for place, image in enumerate(ids.tolist())}
        self._frames = list(zip(expected.facts["width"].tolist(), expected.facts["height"].tolist(), strict=True))
        self._ids_are_text = ids.dtype.kind in "UO"
        self._found: list[list[dict[str, Any]]] = [[] for _ in range(len(ids))]
        self._seen: Counter[str | int] = Counter()

    def take(self, number: int, item: Any) -> None:
        if not isinstance(item, dict):
            self._add("wrong_type", number, None, item, "an object with image_id, category_id, bbox and score")
            return
        for name in FIELDS.keys() - item.keys():
            self._findings.add(
                "missing_field", f"item {number}: field {name} is missing", row=number, column=name,
                expected=FIELDS[name],
            )  # fmt: skip
        for name in sorted(item.keys() - FIELDS.keys()):
            self._findings.add(
                "unknown_field", f"item {number}: field {shown(name)!r} is not asked for", row=number,
                column=shown(name), expected=", ".join(FIELDS),
            )  # fmt: skip
        if item.keys() != FIELDS.keys():
            return
        place = self._image(number, item["image_id"])
        self._category(number, item["category_id"])
        self._score(number, item["score"])
        self._box(number, item["bbox"], place)
        if place is not None:
            self._found[place].append({name: item[name] for name in ("category_id", "bbox", "score")})

    def by_image(self) -> NDArray[Any]:
        """Return (n,) lists; the order within the file does not matter."""
        cells = np.empty(len(self._found), dtype=object)
        for place, found in enumerate(self._found):
            cells[place] = sorted(found, key=lambda box: (-box["score"], box["category_id"], box["bbox"]))
        return cells

    def _image(self, number: int, image: Any) -> int | None:
        if isinstance(image, bool) or not isinstance(image, str if self._ids_are_text else int):
            self._add("wrong_type", number, "image_id", image, f"{'text' if self._ids_are_text else 'a whole number'}")
            return None
        self._seen[image] += 1
        if self._seen[image] == self._answer.max_per_image + 1:
            most = f"at most {self._answer.max_per_image} detections of an image"
            self._add("too_many_items", number, "image_id", image, most)
        if image not in self._places:
            self._add("unknown_id", number, "image_id", image, "an id of the test images")
            return None
        return self._places[image]

    def _category(self, number: int, category: Any) -> None:
        expected = "one of " + ", ".join(map(str, self._answer.categories))
        if isinstance(category, bool) or not isinstance(category, int):
            self._add("wrong_type", number, "category_id", category, expected)
        elif category not in self._answer.categories:
            self._add("unknown_category", number, "category_id", category, expected)

    def _score(self, number: int, score: Any) -> None:
        if isinstance(score, str):
            self._add("not_a_number", number, "score", score, "a number from 0 to 1")
        elif not _is_number(score):
            self._add("wrong_type", number, "score", score, "a number from 0 to 1")
        elif not 0 <= score <= 1:
            self._add("out_of_range", number, "score", score, "0 to 1")

    def _box(self, number: int, box: Any, place: int | None) -> None:
        if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
            self._add("wrong_type", number, "bbox", box, "four numbers [x, y, w, h]")
            return
        x, y, w, h = box
        if w <= 0 or h <= 0:
            self._add("out_of_range", number, "bbox", box, "a width and a height above 0")
        elif place is not None:
            width, height = self._frames[place]
            edge = self._answer.border_px
            if x < -edge or y < -edge or x + w > width + edge or y + h > height + edge:
                self._add("out_of_range", number, "bbox", box, f"a box inside its frame of {width} x {height} pixels")

    def _add(self, code: str, number: int, column: str | None, found: Any, expected: str) -> None:
        where = f"item {number}" if column is None else f"item {number}, {column}"
        text = shown(_as_json(found))
        self._findings.add(
            code, f"{where}: expected {expected}, found {text}", row=number, column=column, found=text,
            expected=expected,
        )  # fmt: skip


def read_values(
    data: bytes, answer: ValuesAnswer, expected: Expected, findings: Findings
) -> Mapping[str, NDArray[Any]]:
    """Return {name: (n,) array}. Raises InvalidSubmission."""
    values = _parsed(data, findings)
    if not isinstance(values, dict):
        findings.add("wrong_type", f"expected an object id -> value, found {_kind(values)}", expected="an object")
        findings.raise_if_any()
    _keys(data, values, expected, findings)
    _check_items(values.values(), answer.value, answer.name, findings)
    findings.raise_if_any()
    return {answer.name: _column([values[key] for (key,) in expected.keys], answer.value)}


def _check_items(items: Iterable[Any], column: Column, name: str, findings: Findings) -> None:
    for number, value in enumerate(items, start=1):
        fault = _fault(value, column)
        if fault is not None:
            code, wanted = fault
            text = shown(_as_json(value))
            findings.add(
                code, f"item {number}: expected {wanted}, found {text}", row=number, column=name, found=text,
                expected=wanted,
            )  # fmt: skip


def _column(values: list[Any], column: Column) -> NDArray[Any]:
    if isinstance(column, TextColumn | CategoryColumn):
        texts = np.empty(len(values), dtype=object)
        texts[:] = values
        return texts if isinstance(column, TextColumn) else texts.astype(np.str_)
    return np.array(values, dtype=np.int64 if isinstance(column, IntegerColumn) else np.float64)


def read_whole(data: bytes, answer: WholeAnswer, expected: Expected, findings: Findings) -> Mapping[str, NDArray[Any]]:
    """Return {name: (n,) cells that all hold the one value, or the one list}. Raises InvalidSubmission."""
    value = _parsed(data, findings)
    if answer.max_items is None:
        items = [value]
    elif isinstance(value, list):
        items = value
        _check_length(items, answer.max_items, findings)
    else:
        expected_ = f"a list of at most {answer.max_items} values"
        findings.add("wrong_type", f"expected {expected_}, found {_kind(value)}", expected=expected_)
        findings.raise_if_any()
    _check_items(items, answer.value, answer.name, findings)
    if answer.max_items is not None and isinstance(answer.value, CategoryColumn | TextColumn):
        _check_repeats(items, answer.name, findings)
    findings.raise_if_any()
    if answer.max_items is None:
        return {answer.name: _column([value] * expected.rows, answer.value)}
    return {answer.name: np.fromiter([items] * expected.rows, dtype=object, count=expected.rows)}


def _check_length(items: list[Any], most: int, findings: Findings) -> None:
    if len(items) > most:
        findings.add(
            "too_many_items", f"the list has {len(items):,} values; expected at most {most:,}", found=str(len(items)),
            expected=f"at most {most}", count=len(items) - most,
        )  # fmt: skip


def _check_repeats(items: list[Any], name: str, findings: Findings) -> None:
    seen: set[str] = set()
    for number, item in enumerate(items, start=1):
        if not isinstance(item, str):
            continue  # a finding of its own
        if item in seen:
            findings.add(
                "duplicate_value", f"item {number}: {shown(item)} stands here again", row=number, column=name,
                found=shown(item), expected="each once",
            )  # fmt: skip
        seen.add(item)


def _keys(data: bytes, values: dict[str, Any], expected: Expected, findings: Findings) -> None:
    unknown = [number for number, key in enumerate(values, start=1) if (key,) not in expected.places]
    if unknown:
        key = shown(list(values)[unknown[0] - 1])
        findings.add(
            "unknown_id", f"item {unknown[0]}: id {key} is not asked for", row=unknown[0], column="id", found=key,
            count=len(unknown),
        )  # fmt: skip
    absent = [key for (key,) in expected.keys if key not in values]
    if absent:
        findings.add(
            "missing_id", f"{len(absent)} of {expected.rows} ids are missing, the first is {absent[0]}", column="id",
            expected=absent[0], count=len(absent),
        )  # fmt: skip
    again = _repeated_key(data)
    if again is not None:
        findings.add("duplicate_id", f"id {shown(again)} stands twice", column="id", found=again)


def _repeated_key(data: bytes) -> str | None:
    """Return the first key that the outermost object repeats; a plain parse keeps the last one and is silent."""
    outermost: list[list[tuple[str, Any]]] = []

    def keep(pairs: list[tuple[str, Any]]) -> None:
        outermost[:] = [pairs]  # objects end inside out: the last one seen is the outermost

    try:
        json.loads(data, object_pairs_hook=keep, parse_int=float)
    except RecursionError:
        return None  # nested values are a finding of their own
    seen: set[str] = set()
    for key, _ in outermost[0]:
        if key in seen:
            return key
        seen.add(key)
    return None


def _fault(value: Any, column: Column) -> tuple[str, str] | None:
    """Return (code, what was expected) where a value does not fit its column."""
    match column:
        case NumberColumn() | IntegerColumn():
            whole = isinstance(column, IntegerColumn)
            wanted = f"a {'whole ' if whole else ''}number from {column.min:.15g} to {column.max:.15g}"
            if value is None:
                return "missing_value", wanted
            if isinstance(value, str):
                return "not_a_number", wanted
            if not _is_number(value) or (whole and not isinstance(value, int)):
                return "wrong_type", wanted
            return None if column.min <= value <= column.max else ("out_of_range", wanted)
        case CategoryColumn():
            wanted = f"one of {', '.join(column.values[:10])}"
            if value is None:
                return "missing_value", wanted
            if not isinstance(value, str):
                return "wrong_type", wanted
            return None if value in column.values else ("unknown_category", wanted)
        case TextColumn():
            wanted = f"a text of at most {column.max_length} characters"
            if value is None:
                return "missing_value", wanted
            if not isinstance(value, str):
                return "wrong_type", wanted
            fits = len(value) <= column.max_length and (
                column.pattern is None or not value or re.fullmatch(column.pattern, value) is not None
            )
            return None if fits else ("bad_text", wanted)
    assert_never(column)


def _parsed(data: bytes, findings: Findings) -> Any:
    body = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        endless = NOT_FINITE.search(body)
        if endless is not None:
            row = body[: endless.start()].count(b"\n") + 1
            text = endless.group().decode()
            findings.add("not_finite", f"line {row}: {text} is not a number in JSON", row=row, found=text)
        elif "infinity" in error.msg:
            findings.add("not_finite", f"line {error.lineno}: a number is too large", row=error.lineno)
        elif not _is_utf8(body):
            findings.add("not_utf8", "the file is not UTF-8; save it as UTF-8")
        else:
            findings.add("not_json", f"line {error.lineno}, column {error.colno}: {error.msg}", row=error.lineno)
        findings.raise_if_any()
        raise


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _kind(value: Any) -> str:
    return "null" if value is None else _KINDS[type(value)]


_KINDS = {str: "a text", bool: "true or false", list: "a list", dict: "an object", int: "a number", float: "a number"}


def _as_json(value: Any) -> str:
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:  # what parsed at the deepest nesting is one level too deep to write
        return _kind(value)
