"""A roadmap file is read strictly: whoever writes one learns the file, the line and the key of a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from challenges.errors import InvalidChallenge
from challenges.roadmaps.loader import read_atlas

GOOD = """\
slug: short
title: A short way
summary: Three rows.
stages:
  - title: Beginner
    rows:
      - id: V-01
        title: First
        level: beginner
        ratings: {difficulty: 2, resume: 3, learning: 5, impact: 4}
        teaches: Something that is worth at least forty characters.
        challenge: first-steps
      - id: V-02
        title: Second
        level: beginner
        teaches: Something else that is worth at least forty characters.
        needs: [V-01]
        same_as: V-01
"""
OTHER = GOOD.replace("short", "other").replace("V-0", "DC-0").replace("first-steps", "other-steps")


def fault(folder: Path, text: str, other: str | None = None) -> str:
    (folder / "short.yaml").write_text(text, encoding="utf-8")
    if other is not None:
        (folder / "other.yaml").write_text(other, encoding="utf-8")
    with pytest.raises(InvalidChallenge) as error:
        read_atlas(folder, ["short"] if other is None else ["short", "other"])
    return str(error.value)


def test_a_good_file_becomes_rows(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(GOOD, encoding="utf-8")
    atlas = read_atlas(tmp_path, ["short"])
    assert [row.id for row in atlas.roadmaps[0].rows] == ["V-01", "V-02"]
    assert [atlas.challenge_of(row) for row in atlas.rows.values()] == ["first-steps", "first-steps"]
    assert atlas.find("long") is None


@pytest.mark.parametrize(
    ("old", "new", "line", "key"),
    [
        ("title: A short way", "title: A short way\ncolour: red", 3, "colour"),
        ("title: First", "titel: First", 8, "titel"),
        ("impact: 4", "impact: 11", 10, "stages.0.rows.0.ratings.impact"),
        ("impact: 4", "impact: 4, fun: 9", 10, "fun"),
        ("id: V-01", "id: V-1", 7, "id"),
        ("level: beginner\n        teaches", "level: easy\n        teaches", 15, "level"),
        ("challenge: first-steps", "challenge: First", 12, "challenge"),
        ("        challenge: first-steps\n", "", 7, "either `challenge` or `same_as`"),
        ("same_as: V-01", "same_as: V-01\n        challenge: more", 13, "either `challenge` or `same_as`"),
        ("needs: [V-01]", "needs: [V-03]", 1, "V-02 needs V-03, which no row before it is called"),
        ("id: V-02", "id: V-01", 1, "two rows are called V-01"),
        ("Something else that is worth at least forty characters", "Little", 16, "teaches"),
    ],
)
def test_a_fault_names_the_file_the_line_and_the_key(tmp_path: Path, old: str, new: str, line: int, key: str) -> None:
    assert old in GOOD
    message = fault(tmp_path, GOOD.replace(old, new))
    assert f"short.yaml, line {line}: " in message
    assert key in message


def test_a_row_shares_only_a_challenge_that_exists(tmp_path: Path) -> None:
    assert fault(tmp_path, GOOD.replace("same_as: V-01", "same_as: ML-02")) == (
        "short.yaml, line 13: same_as: ML-02 is no row with a challenge of its own"
    )
    message = fault(tmp_path, GOOD, OTHER.replace("same_as: DC-01", "same_as: V-02"))
    assert message == "other.yaml, line 13: same_as: V-02 is no row with a challenge of its own"


def test_ids_and_challenges_are_not_used_twice_in_all_roadmaps(tmp_path: Path) -> None:
    assert fault(tmp_path, GOOD, OTHER.replace("id: DC-02", "id: V-02")) == (
        "other.yaml, line 13: id: V-02 stands in short.yaml too"
    )
    assert fault(tmp_path, GOOD, OTHER.replace("other-steps", "first-steps")) == (
        "other.yaml, line 7: challenge: V-01 has 'first-steps' already; say `same_as`"
    )


def test_a_file_is_called_as_its_slug(tmp_path: Path) -> None:
    assert fault(tmp_path, GOOD.replace("slug: short", "slug: long")) == (
        "short.yaml: slug: found 'long', expected 'short', the file's name"
    )


def test_tracks_are_named_everywhere_or_nowhere_and_stand_together(tmp_path: Path) -> None:
    def stage(title: str, track: str, number: int) -> str:
        row = f"{{id: V-0{number}, title: T, level: beginner, teaches: {'x' * 40}, challenge: c-{number}}}"
        return f"  - {{title: {title}, {track}rows: [{row}]}}\n"

    head = "slug: short\ntitle: T\nsummary: S\nstages:\n"
    mixed = head + stage("A", "track: Red, ", 1) + stage("B", "", 2)
    torn = head + stage("A", "track: Red, ", 1) + stage("B", "track: Blue, ", 2) + stage("C", "track: Red, ", 3)
    assert "either every stage names its track or none does" in fault(tmp_path, mixed)
    assert "the stages of a track stand together" in fault(tmp_path, torn)
