"""Several answers in one zip: the same rows in all of them, and every finding with the file that it is about."""

from __future__ import annotations

from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from challenges.answers import BundleAnswer
from challenges.errors import InvalidSubmission
from challenges.evaluation import Truth, aligned
from challenges.packing import png_bytes, zip_bytes
from challenges.readers import AnswerFormat, Expected, files_of, read

CHANCE = {"type": "number", "min": 0, "max": 1}
CSV = {"format": "csv", "file": "p.csv", "ids": ["user"], "columns": {"p": CHANCE}}
PAIRS = {**CSV, "file": "pairs.csv", "ids": ["user", "film"], "group_by": "user", "columns": {"stars": CHANCE}}
TOP = {**CSV, "file": "top.csv", "columns": {"q": CHANCE}, "free": {"name": "top", "max_rows": 2}}
NAMES = {"format": "json", "shape": "whole", "file": "names.json", "value": {"type": "text"}, "max_items": 3,
         "name": "names", "optional": True}  # fmt: skip
MASKS = {"format": "png_folder", "file": "masks"}


def bundle_of(*parts: Any, id_: str = "user") -> BundleAnswer:
    return BundleAnswer.model_validate({"format": "bundle", "file": "a.zip", "id": id_, "parts": parts})


USERS = Expected(ids={"user": np.array(["u2", "u2", "u1"]), "film": np.array(["x", "y", "x"])})
GOOD = {
    "p.csv": b"user,p\nu1,0.5\nu2,1\n",
    "pairs.csv": b"user,film,stars\nu1,x,0.25\nu2,x,0.75\nu2,y,0\n",
    "top.csv": b"user,q\nu2,0.5\n",
}


def test_parts_with_one_line_for_a_unit_and_with_several_give_the_same_rows() -> None:
    columns = read(zip_bytes(GOOD), bundle_of(CSV, PAIRS, TOP), USERS)
    assert columns["p"].tolist() == [1, 0.5]
    assert [cell.tolist() for cell in columns["stars"]] == [[0.75, 0], [0.25]]
    assert columns["top"].tolist() == [[{"q": 0.5}], []]


def test_a_truth_with_a_row_for_each_line_is_grouped_like_the_bundle() -> None:
    answer = bundle_of(CSV, PAIRS, TOP)
    truth = Truth(
        ids=USERS.ids, columns={"stars": np.array([1.0, 0.0, 0.5])}, public=np.array([True, True, False]),
        unit=np.array([7, 7, 8]),
    )  # fmt: skip
    evaluation = aligned(truth, read(zip_bytes(GOOD), answer, Expected.of(truth)), answer)
    assert [cell.tolist() for cell in evaluation.truth["stars"]] == [[1, 0], [0.5]]
    assert (evaluation.public.tolist(), evaluation.unit.tolist()) == ([True, False], [7, 8])


def test_a_truth_with_a_row_for_each_unit_stays_as_it_is() -> None:
    films = np.empty(2, dtype=object)
    films[:] = [np.array(["x", "y"]), np.array(["x"])]
    truth = Truth(
        ids={"user": np.array(["u2", "u1"]), "film": films}, columns={"likes": np.array([3, 4])},
        public=np.array([True, False]), unit=np.array([0, 1]),
    )  # fmt: skip
    answer = bundle_of(CSV, PAIRS, TOP)
    columns = read(zip_bytes(GOOD), answer, Expected.of(truth))
    assert [cell.tolist() for cell in columns["stars"]] == [[0.75, 0], [0.25]]
    assert aligned(truth, columns, answer).truth["likes"].tolist() == [3, 4]


def test_a_finding_names_the_file_that_it_is_about() -> None:
    files = GOOD | {"p.csv": b"user,p\nu1,2\nu2,1\n", "top.csv": b"user,q\nu2,2\n"}
    with pytest.raises(InvalidSubmission) as refused:
        read(zip_bytes(files), bundle_of(CSV, PAIRS, TOP), USERS)
    first, second = refused.value.findings
    assert (first.file, first.row, first.column) == ("p.csv", 2, "p")
    assert (second.file, second.row, second.column) == ("top.csv", 2, "q")
    assert first.message == "p.csv: row 2, column p: expected 0 to 1, found '2'"


def test_a_file_of_many_faults_leaves_room_for_those_of_the_others() -> None:
    header = ",".join(["user", "p", *(f"extra{number}" for number in range(150))])
    files = GOOD | {"p.csv": f"{header}\n".encode(), "top.csv": b"user,q\nu9,2\n"}
    with pytest.raises(InvalidSubmission) as refused:
        read(zip_bytes(files), bundle_of(CSV, PAIRS, TOP), USERS)
    found = [finding.file for finding in refused.value.findings]
    assert found.count("top.csv") == 2
    assert len(found) <= 50


def test_an_optional_part_that_is_left_out_has_no_cells() -> None:
    answer = bundle_of(CSV, NAMES)
    assert read(zip_bytes({"p.csv": GOOD["p.csv"]}), answer, USERS)["names"].tolist() == [None, None]
    given_ = zip_bytes({"p.csv": GOOD["p.csv"], "names.json": b'["a"]'})
    assert read(given_, answer, USERS)["names"].tolist() == [["a"], ["a"]]


def test_the_files_of_a_bundle_are_known_before_a_program_runs() -> None:
    assert files_of(bundle_of(CSV, MASKS), USERS) == ("p.csv", "masks/u2.png", "masks/u1.png")
    assert files_of(bundle_of(CSV).parts[0], USERS) == ("p.csv",)


def test_the_format_of_a_bundle_survives_its_journey_to_the_learners_machine_as_json() -> None:
    frames = Expected(ids={"user": np.array(["a", "b"])}, facts={"width": np.array([2, 3]), "height": np.array([1, 1])})
    answer = bundle_of(CSV, TOP, NAMES, MASKS)
    back = AnswerFormat.from_json(orjson.loads(orjson.dumps(AnswerFormat(answer, frames).to_json())))
    assert back.answer == answer
    files = {
        "p.csv": b"user,p\na,0\nb,1\n",
        "top.csv": b"user,q\n",
        "masks/a.png": png_bytes(np.zeros((1, 2), dtype=np.uint8)),
        "masks/b.png": png_bytes(np.ones((1, 3), dtype=np.uint8)),
    }
    assert read(zip_bytes(files), back.answer, back.expected)["mask"][1].tolist() == [[1, 1, 1]]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([], "at least 1"),
        ([{**CSV, "ids": ["film"]}], "expected the only id or `group_by` to be user"),
        ([{**PAIRS, "group_by": "film"}], "expected the only id or `group_by` to be user"),
        ([{**PAIRS, "group_by": None}], "expected the only id or `group_by` to be user"),
        ([NAMES], "one part of a bundle at least is not optional"),
        ([CSV, {**TOP, "file": "p.csv"}], "two parts lie at the same place"),
        ([MASKS, {**CSV, "file": "masks/p.csv"}], "two parts lie at the same place"),
        ([{**CSV, "file": "../p.csv"}], "plain relative path"),
        ([{**CSV, "file": "/p.csv"}], "plain relative path"),
        ([CSV, {**CSV, "file": "q.csv"}], "two parts give a column p"),
        ([CSV, {**TOP, "free": {"name": "p", "max_rows": 1}}], "two parts give a column p"),
        ([{"format": "zip_png", "file": "m.zip"}], "zip_png"),
    ],
)
def test_a_bundle_is_declared_so_that_its_parts_fit(parts: list[Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        bundle_of(*parts)


@pytest.mark.parametrize(
    "change",
    [
        {"ids": ["user", "film"]},
        {"ids": ["user", "film"], "group_by": "user"},
        {"columns": {"p": CHANCE, "q": CHANCE}, "distributions": {"d": ["p", "q"]}},
        {"free": {"name": "top", "max_rows": 2, "distinct": ["z"]}},
        {"free": {"name": "top", "max_rows": 2, "item": "z"}},
        {"free": {"name": "top", "max_rows": 2, "order_by": "z"}},
        {"free": {"name": "top", "max_rows": 0}},
    ],
)
def test_free_lines_are_declared_for_one_id(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="free"):
        bundle_of({**TOP, **change})


BODY = zip_bytes(GOOD)


@given(changes=st.lists(st.tuples(st.integers(0, len(BODY) - 1), st.integers(0, 255)), min_size=1, max_size=4))
@settings(max_examples=300, deadline=None)
def test_a_good_bundle_with_a_few_bytes_changed_is_read_or_refused(changes: list[tuple[int, int]]) -> None:
    body = bytearray(BODY)
    for place, byte in changes:
        body[place] = byte
    try:
        read(bytes(body), bundle_of(CSV, PAIRS, TOP), USERS)
    except InvalidSubmission as refused:
        assert refused.findings
