"""A csv is read whole or refused with every finding, each at the row that an editor shows."""

from __future__ import annotations

import random
import time
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.answers import CategoryColumn, CsvAnswer, IntegerColumn, NumberColumn, TextColumn
from challenges.errors import InvalidSubmission
from challenges.readers import AnswerFormat, Expected, read

ANSWER = CsvAnswer(
    format="csv",
    file="submission.csv",
    max_mb=1,
    ids=("id",),
    columns={
        "share": NumberColumn(type="number", min=0, max=1),
        "kind": CategoryColumn(type="category", values=("oak", "elm", "-dead")),
    },
)
EXPECTED = Expected(ids={"id": np.array(["a1", "b2", "c3"])})
GOOD = b"id,share,kind\na1,0.5,oak\nb2,1,elm\nc3,0,-dead\n"


def findings(data: bytes, answer: CsvAnswer = ANSWER, expected: Expected = EXPECTED) -> list[tuple[Any, ...]]:
    with pytest.raises(InvalidSubmission) as refused:
        read(data, answer, expected)
    return [(found.code, found.row, found.column, found.count) for found in refused.value.findings]


def one_column(column: Any, cell: str) -> list[tuple[Any, ...]]:
    answer = CsvAnswer(format="csv", file="a.csv", ids=("id",), columns={"x": column})
    return findings(f'id,x\n1,"{cell}"\n'.encode(), answer, Expected(ids={"id": np.array([1])}))


def test_a_good_file_gives_columns_in_the_published_order_of_ids() -> None:
    columns = read(b"kind,id,share\nelm,b2,1\n-dead,c3,.25\noak,a1,5e-1\n", ANSWER, EXPECTED)
    assert columns["share"].tolist() == [0.5, 1.0, 0.25]
    assert columns["kind"].tolist() == ["oak", "elm", "-dead"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD,
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n", b"\r"),
        GOOD.rstrip(),
        GOOD + b"\n\n",
        b'"id","share","kind"\n"a1","0.5","oak"\n"b2","1","elm"\n"c3","0","-dead"\n',
    ],
    ids=["byte order mark", "windows lines", "old mac lines", "no last line end", "blank lines", "quotes"],
)
def test_habits_of_editors_do_not_matter(data: bytes) -> None:
    assert read(data, ANSWER, EXPECTED)["share"].tolist() == [0.5, 1.0, 0.0]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", [("empty_file", None, None, 1)]),
        (b"\xef\xbb\xbf \r\n\n", [("empty_file", None, None, 1)]),
        (b"x" * 1_000_001, [("too_large", None, None, 1)]),
        (GOOD.replace(b"oak", b"\xe9lan"), [("not_utf8", 2, None, 1)]),
        (b"PK\x03\x04\x00", [("not_csv", 1, None, 1)]),
        (b"id;share;kind\na1;0.5;oak\n", [("not_csv", 1, None, 1)]),
        (GOOD.replace(b"elm", b'"elm'), [("not_csv", 3, None, 1)]),
        (GOOD.replace(b"elm", b'"el"m'), [("not_csv", 3, None, 1)]),
        (GOOD.replace(b"b2,1,elm", b"b2,1,elm,7"), [("not_csv", 3, None, 1), ("missing_id", None, "id", 1)]),
        (GOOD.replace(b"b2,1,elm", b"b2,1"), [("not_csv", 3, None, 1), ("missing_id", None, "id", 1)]),
        (b"id," * 300 + b"x\n", [("not_csv", 1, None, 1)]),
        (b"id,kind\na1,oak\nb2,elm\nc3,elm\n", [("missing_column", 1, "share", 1)]),
        (b"id,share,kind,share\n", [("duplicate_column", 1, "share", 1)]),
        (
            b"id,share,kind,why\na1,0,oak,\nb2,0,oak,\nc3,0,oak,\n",
            [("unknown_column", 1, "why", 1)],
        ),
        (
            b"share,kind\n0.5,oak\n",
            [("missing_column", 1, "id", 1)],
        ),
        (b"id,share,kind\nb2,1,elm\n", [("missing_id", None, "id", 2)]),
        (GOOD + b"b2,1,elm\nb2,1,elm\n", [("duplicate_id", 5, "id", 2)]),
        (GOOD + b"A1,1,elm\n", [("unknown_id", 5, "id", 1)]),
        (GOOD.replace(b"0.5", b""), [("missing_value", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"half"), [("not_a_number", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"nan"), [("not_finite", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"-Infinity"), [("not_finite", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"1e400"), [("not_finite", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"1.5"), [("out_of_range", 2, "share", 1)]),
        (GOOD.replace(b"0.5", b"-1e-9"), [("out_of_range", 2, "share", 1)]),
        (GOOD.replace(b"oak", b"Oak"), [("unknown_category", 2, "kind", 1)]),
        (GOOD.replace(b"oak", b""), [("missing_value", 2, "kind", 1)]),
        (GOOD.replace(b"oak", b"=HYPERLINK(1)"), [("formula", 2, "kind", 1)]),
        (GOOD.replace(b"oak", b"@x"), [("formula", 2, "kind", 1)]),
        (GOOD.replace(b"0.5", b"=1/2"), [("formula", 2, "share", 1)]),
    ],
)
def test_a_faulty_file_is_refused_with_code_row_and_column(data: bytes, expected: list[tuple[Any, ...]]) -> None:
    assert findings(data) == expected


@pytest.mark.parametrize(
    "cell", ["1_000", "\u0661\u0662", "1,5", "0x1", " 1", "1 ", "one", "--1", ".", "1e", "True", "+-1", "\u00bd"]
)
def test_only_plain_ascii_numbers_are_numbers(cell: str) -> None:
    assert one_column(NumberColumn(type="number", min=0, max=9), cell) == [("not_a_number", 2, "x", 1)]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("3.0", "not_a_number"),
        ("", "missing_value"),
        ("nan", "not_finite"),
        ("10", "out_of_range"),
        ("9" * 30, "out_of_range"),
        ("9" * 5000, "out_of_range"),
        ("=3", "formula"),
    ],
)
def test_integers_are_whole_numbers_within_their_range(cell: str, code: str) -> None:
    assert one_column(IntegerColumn(type="integer", min=5, max=9), cell) == [(code, 2, "x", 1)]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        (TextColumn(type="text", max_length=3), "four", "bad_text"),
        (TextColumn(type="text", pattern="[a-z ]*"), "Loud", "bad_text"),
        (TextColumn(type="text", pattern="[a-z ]*"), "=cmd|' /C calc'!A0", "formula"),
        (TextColumn(type="text"), "+1", "formula"),
        (TextColumn(type="text"), "a\x1b[31m", "bad_text"),
    ],
)
def test_a_text_keeps_to_its_length_and_pattern(column: TextColumn, cell: str, code: str) -> None:
    assert one_column(column, cell) == [(code, 2, "x", 1)]


def test_a_text_that_its_pattern_allows_is_no_formula_and_an_empty_one_is_an_empty_text() -> None:
    answer = CsvAnswer(
        format="csv", file="a.csv", ids=("id",), columns={"x": TextColumn(type="text", pattern="-[0-9]")}
    )
    expected = Expected(ids={"id": np.array([1, 2])})
    assert read(b"id,x\n1,-7\n2,\n", answer, expected)["x"].tolist() == ["-7", ""]


def test_every_finding_of_a_file_is_told_at_once() -> None:
    data = b"id,share,kind\na1,half,oak\nzz,2,ash\n\nzy,nan,\na1,0.5,elm\n"
    assert findings(data) == [
        ("unknown_id", 3, "id", 2),
        ("duplicate_id", 6, "id", 1),
        ("missing_id", None, "id", 2),
        ("not_finite", 5, "share", 1),
        ("not_a_number", 2, "share", 1),
        ("out_of_range", 3, "share", 1),
        ("missing_value", 5, "kind", 1),
        ("unknown_category", 3, "kind", 1),
    ]


def test_rows_are_numbered_as_an_editor_shows_them_even_behind_a_quoted_line_break() -> None:
    answer = CsvAnswer(
        format="csv",
        file="a.csv",
        ids=("id",),
        columns={"t": TextColumn(type="text"), "x": NumberColumn(type="number", min=0, max=1)},
    )
    data = b'id,t,x\n1,"two\nlines",0.5\n\n2,one,7\n'
    assert findings(data, answer, Expected(ids={"id": np.array([1, 2])})) == [("out_of_range", 5, "x", 1)]


def test_a_finding_says_where_what_was_found_and_what_was_expected() -> None:
    with pytest.raises(InvalidSubmission) as refused:
        read(GOOD.replace(b"0.5", b"n/a"), ANSWER, EXPECTED)
    (found,) = refused.value.findings
    assert found.message == "row 2, column share: expected a number such as 0.25, found 'n/a'"
    assert (found.found, found.expected) == ("n/a", "a number such as 0.25")


def test_a_finding_repeats_no_more_than_sixty_printable_characters_of_a_cell() -> None:
    with pytest.raises(InvalidSubmission) as refused:
        read(GOOD.replace(b"0.5", b"\x1b[31m" + b"x" * 5000), ANSWER, EXPECTED)
    (found,) = refused.value.findings
    assert found.found is not None
    assert len(found.found) == 60
    assert found.found.startswith("\ufffd[31mxxx")
    assert found.found.isprintable()


def test_a_hundred_megabytes_without_a_line_end_are_refused_before_they_are_parsed() -> None:
    wide = ANSWER.model_copy(update={"max_mb": 200})
    started = time.perf_counter()
    assert findings(b"a," * 50_000_000, wide) == [("not_csv", 1, None, 1)]
    assert time.perf_counter() - started < 10  # a parse into fifty million cells takes minutes and gigabytes


def test_no_more_than_fifty_kinds_of_fault_are_told() -> None:
    names = ",".join(f"extra{number}" for number in range(150))
    assert len(findings(f"id,share,kind,{names}\n".encode())) == 50


def test_several_ids_together_name_a_row() -> None:
    answer = CsvAnswer(
        format="csv",
        file="labels.csv",
        ids=("tray", "row"),
        columns={"label": IntegerColumn(type="integer", min=-1, max=9)},
    )
    expected = Expected(ids={"tray": np.array(["t", "t", "s"]), "row": np.array([0, 1, 0])})
    assert read(b"row,tray,label\n0,s,3\n1,t,2\n0,t,1\n", answer, expected)["label"].tolist() == [1, 2, 3]
    assert findings(b"tray,row,label\nt,0,1\nt,00,2\ns,0,1\n", answer, expected) == [
        ("unknown_id", 3, "tray, row", 1),
        ("missing_id", None, "tray, row", 1),
    ]


def test_rows_that_share_a_group_become_one_cell() -> None:
    answer = CsvAnswer(
        format="csv",
        file="labels.csv",
        ids=("tray", "row"),
        group_by="tray",
        columns={"label": IntegerColumn(type="integer", min=-1, max=9)},
    )
    expected = Expected(ids={"tray": np.array(["t", "s", "t"]), "row": np.array([1, 0, 0])})
    cells = read(b"tray,row,label\ns,0,5\nt,0,6\nt,1,7\n", answer, expected)["label"]
    assert [cell.tolist() for cell in cells] == [[7, 6], [5]]


def test_the_format_survives_its_journey_to_the_learners_machine_as_json() -> None:
    there = orjson.loads(orjson.dumps(AnswerFormat(ANSWER, EXPECTED).to_json()))
    back = AnswerFormat.from_json(there)
    assert back.answer == ANSWER
    assert read(GOOD, back.answer, back.expected)["share"].tolist() == [0.5, 1.0, 0.0]


@given(st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data, ANSWER, EXPECTED)
    except InvalidSubmission as refused:
        assert refused.findings


@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_good_file_with_a_few_bytes_changed_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place] = byte
    try:
        columns = read(bytes(data), ANSWER, EXPECTED)
    except InvalidSubmission as refused:
        assert refused.findings
    else:
        assert ((columns["share"] >= 0) & (columns["share"] <= 1)).all()
        assert set(columns["kind"].tolist()) <= {"oak", "elm", "-dead"}


@given(st.integers(0, 10_000))
@settings(max_examples=50, deadline=None)
def test_the_order_of_rows_and_columns_does_not_matter(seed: int) -> None:
    rng = random.Random(seed)
    ids = [f"{number:04x}" for number in range(20)]
    rows = {id_: (repr(rng.random()), rng.choice(["oak", "elm"])) for id_ in ids}
    expected = Expected(ids={"id": np.array(ids)})
    shuffled = rng.sample(ids, len(ids))
    straight = "id,share,kind\n" + "".join(f"{id_},{rows[id_][0]},{rows[id_][1]}\n" for id_ in ids)
    turned = "kind,id,share\n" + "".join(f"{rows[id_][1]},{id_},{rows[id_][0]}\n" for id_ in shuffled)
    first, second = (read(text.encode(), ANSWER, expected) for text in (straight, turned))
    assert first["share"].tolist() == second["share"].tolist() == [float(rows[id_][0]) for id_ in ids]
    assert first["kind"].tolist() == second["kind"].tolist()
