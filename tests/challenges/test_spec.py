"""challenge.yaml is read strictly: an author learns the file, the line and the key of every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenges.answers import BundleAnswer, CsvAnswer, NumberColumn
from challenges.errors import InvalidChallenge
from challenges.spec import Kind, Size, parse

GOOD = """\
slug: toy-challenge
title: Toy
summary: A toy.
picture: A wooden horse on wheels, seen from the side.
version: 1
roadmap: [T-01]
level: beginner
domain: toys
kind: predictions
answer:
  format: csv
  file: submission.csv
  ids: [id]
  columns:
    price: {type: number, min: 0, max: 10}
metric:
  primary: {id: rmse}
"""


def parsed(folder: Path, text: str) -> object:
    path = folder / "challenge.yaml"
    path.write_text(text, encoding="utf-8")
    return parse(path)


def fault(folder: Path, text: str) -> str:
    with pytest.raises(InvalidChallenge) as error:
        parsed(folder, text)
    return str(error.value)


def test_a_good_file_becomes_a_frozen_spec(tmp_path: Path) -> None:
    path = tmp_path / "challenge.yaml"
    path.write_text(GOOD, encoding="utf-8")
    spec = parse(path)
    assert spec.kind is Kind.PREDICTIONS
    assert isinstance(spec.answer, CsvAnswer)
    assert spec.answer.columns["price"] == NumberColumn(type="number", min=0, max=10)
    assert spec.board.per_day == 10
    assert spec.gated_anchors == ("floor", "baseline", "reference")


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("level: beginner", "level: easy", 7, "level"),
        ("version: 1", "version: 0", 5, "version"),
        ("slug: toy-challenge", "slug: Toy_Challenge", 1, "slug"),
        ("domain: toys", "domain: toys\ncolour: red", 9, "colour"),
        ("max: 10}", "max: ten}", 15, "max"),
        ("max: 10}", "max: 10, mini: 3}", 15, "mini"),
        ("type: number", "type: nimber", 15, "price"),
        ("  ids: [id]", "  ids: []", 13, "ids"),
        ("primary: {id: rmse}", "primary: {name: rmse}", 17, "name"),
        ("roadmap: [T-01]\n", "", 1, "roadmap"),
        ("picture: A wooden horse on wheels, seen from the side.\n", "", 1, "picture"),
        ("picture: A wooden horse on wheels, seen from the side.", "picture: A horse.", 4, "picture"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_key(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    assert old in GOOD
    message = fault(tmp_path, GOOD.replace(old, new))
    assert f"challenge.yaml, line {line}: " in message
    assert key in message


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    message = fault(tmp_path, GOOD.replace("level: beginner", "level: easy").replace("version: 1", "version: x"))
    assert [line.split(":")[0] for line in message.splitlines()] == ["challenge.yaml, line 5", "challenge.yaml, line 7"]


def test_broken_yaml_names_its_line(tmp_path: Path) -> None:
    assert fault(tmp_path, "slug: toy\ntitle: [open\nsummary: x\n").startswith("challenge.yaml, line 3: not YAML")


def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path) -> None:
    assert "challenge.yaml, line 1" in fault(tmp_path, "- a\n- b\n")
    assert "challenge.yaml, line 1" in fault(tmp_path, "")


def test_predictions_need_an_answer_and_take_no_program(tmp_path: Path) -> None:
    program = "program:\n  wall_s: {small: 1, full: 2}\n"
    assert "takes no `program`" in fault(tmp_path, GOOD + program)
    assert "needs `answer`" in fault(tmp_path, GOOD[: GOOD.index("answer:")] + GOOD[GOOD.index("metric:") :])


def test_code_needs_both_and_a_conversation_takes_no_answer(tmp_path: Path) -> None:
    program = "program:\n  wall_s: {small: 1, full: 2}\n"
    assert "needs `program`" in fault(tmp_path, GOOD.replace("kind: predictions", "kind: code"))
    assert "takes no `answer`" in fault(tmp_path, GOOD.replace("kind: predictions", "kind: interactive") + program)
    assert parsed(tmp_path, GOOD.replace("kind: predictions", "kind: code") + program)


def test_a_limit_may_differ_by_size(tmp_path: Path) -> None:
    path = tmp_path / "challenge.yaml"
    path.write_text(GOOD.replace("predictions", "code") + "program:\n  wall_s: {small: 1, full: 2}\n", encoding="utf-8")
    program = parse(path).program
    assert program is not None
    assert (program.wall_s.of(Size.SMALL), program.wall_s.of(Size.FULL)) == (1, 2)


BUNDLE = GOOD.replace(
    GOOD[GOOD.index("answer:") : GOOD.index("metric:")],
    """\
answer:
  format: bundle
  file: answer.zip
  id: id
  parts:
    - {format: csv, file: p.csv, ids: [id], columns: {price: {type: number, min: 0, max: 10}}}
    - {format: json, shape: whole, file: k.json, value: {type: integer, min: 1, max: 9}, name: k, optional: true}
""",
)


def test_an_answer_of_several_files_is_a_list_of_parts(tmp_path: Path) -> None:
    path = tmp_path / "challenge.yaml"
    path.write_text(BUNDLE, encoding="utf-8")
    answer = parse(path).answer
    assert isinstance(answer, BundleAnswer)
    assert [part.file for part in answer.parts] == ["p.csv", "k.json"]
    assert answer.gives == ("price", "k")


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("{wall_s: {small: 9, full: 9}, acts: [a.py], required: [b.py]}", "has `required` files or `acts`, not both"),
        ("{wall_s: {small: 9, full: 9}, kit_of: funclib}", "`kit_of` needs `kit: true`"),
    ],
)
def test_a_program_says_one_way_what_is_handed_in(tmp_path: Path, program: str, expected: str) -> None:
    text = GOOD.replace("kind: predictions", "kind: code").replace("metric:", f"program: {program}\nmetric:")
    assert expected in fault(tmp_path, text)


def test_what_counts_cannot_be_left_out(tmp_path: Path) -> None:
    assert "the primary metric needs k, which is optional" in fault(
        tmp_path, BUNDLE.replace("{id: rmse}", "{id: rmse, truth: k, predictions: k}")
    )
    assert "only a part of a bundle may be optional" in fault(
        tmp_path, GOOD.replace("  format: csv", "  format: csv\n  optional: true")
    )


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("{primary: {id: rmse, where: promoted, label: x}}", "`where` is for secondary metrics"),
        ("{primary: {id: rmse}, secondary: [{id: mae, where: promoted}]}", "mae has `where`; give it a `label`"),
    ],
)
def test_what_counts_looks_at_all_rows_and_a_slice_has_a_name(tmp_path: Path, metric: str, expected: str) -> None:
    assert expected in fault(tmp_path, GOOD.replace("\n  primary: {id: rmse}\n", f" {metric}\n"))
