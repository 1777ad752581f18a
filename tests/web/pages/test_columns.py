"""What a table's columns hold, and what a statement says of them."""

import pytest

from web.pages.columns import Column, describe, meanings_of

STATEMENT = r"""# Flowers

| File | Rows |
| --- | --- |
| `train.csv` | 150 |

| Column | Unit | Meaning |
| --- | --- | --- |
| `length` | cm, to 0.1 | length of the *outer* leaf |
| `a`, `b` | | two ids, with `\|` between them |
| `odd` | <b>m</b> | <script>alert(1)</script> [x](javascript:alert(1)) |

| Column | Meaning |
| --- | --- |
| `length` | said twice: the first holds |
| `late` | of the second table |
"""


def column(*cells: str) -> Column:
    (found,) = describe(["length"], [[cell] for cell in cells], STATEMENT)
    return found


@pytest.mark.parametrize(
    ("cells", "kind", "values"),
    [
        (["10", "9", "-2"], "whole number", "-2 to 10"),
        (["1.5", "10", "2e-3"], "number", "2e-3 to 10"),
        (["2024-02-01", "2023-12-31"], "date", "2023-12-31 to 2024-02-01"),
        (["2024-02-01 10:00", "2024-02-01 09:30"], "date", "2024-02-01 09:30 to 2024-02-01 10:00"),
        (["b", "a"] * 4, "class", "a, b"),
        ([str(n) + "x" for n in range(10)] * 4, "class", "10 different values"),
        (["a", "b", "c"], "text", "all different"),
        (["a", "b", "b"], "text", "2 different values"),
        (["3f", "10"], "text", "all different"),
        (["nan", "inf"], "text", "all different"),
        (["9" * 400], "number", f"{'9' * 400} to {'9' * 400}"),
        (["", " "], "empty", ""),
    ],
)
def test_a_column_is_what_all_its_cells_are(cells: list[str], kind: str, values: str) -> None:
    found = column(*cells)
    assert (str(found.kind), found.values) == (kind, values)


@pytest.mark.parametrize(
    ("cells", "blank"), [(["1", "2"], ""), (["1", ""], "50 %"), (["1"] * 399 + [""], "under 1 %"), ([""], "100 %")]
)
def test_blanks_are_counted_and_change_no_type(cells: list[str], blank: str) -> None:
    assert column(*cells).blank == blank
    assert str(column("", "1", "2").kind) == "whole number"


def test_units_and_meanings_come_from_the_tables_of_the_statement() -> None:
    meanings = meanings_of(STATEMENT)
    assert set(meanings) == {"length", "a", "b", "odd", "late"}
    assert (meanings["length"].unit, meanings["length"].text) == ("cm, to 0.1", "length of the <em>outer</em> leaf")
    assert meanings["a"].text == meanings["b"].text == "two ids, with <code>|</code> between them"
    assert (meanings["late"].unit, meanings["late"].text) == ("", "of the second table")


def test_a_hostile_meaning_is_text() -> None:
    text = meanings_of(STATEMENT)["odd"].text
    assert "<script" not in text
    assert "<a" not in text


def test_a_column_of_which_nothing_is_said_has_no_meaning() -> None:
    (found,) = describe(["unknown"], [["1"]], STATEMENT)
    assert found.meaning is None


def test_short_rows_leave_later_columns_shorter() -> None:
    first, second = describe(["a", "b"], [["1", "2"], ["3"]], STATEMENT)
    assert (first.content.rows, second.content.rows) == (2, 1)
