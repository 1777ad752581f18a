from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User

from judge import intake, tasks, teams
from judge.intake import HandIn
from judge.models import Edition, Team

pytestmark = pytest.mark.slow

IRIS = "iris-new-meadow"
Judge = Any


@pytest.fixture
def scored(edition: Edition, ada: User, bob: User, floor: bytes, ceiling: bytes) -> None:
    for user, data in ((ada, floor), (bob, ceiling)):
        intake.submit(user, edition, HandIn(file_name="submission.csv", data=data, description="a try"))
    tasks.work_off(["score"], worker="test")


def test_challenges_are_listed_in_the_look_of_the_kaggle_tool(at_home: Judge) -> None:
    done = at_home("challenges")

    assert done.status == 0
    titles, dashes, row = done.lines
    assert titles == (
        "ref              title                   deadline  category  kind         teamCount  userHasEntered  userRank"
    )
    assert dashes == (
        "---------------  ----------------------  --------  --------  -----------  ---------  --------------  --------"
    )
    assert row == (
        "iris-new-meadow  Irises of a new meadow            beginner  predictions          0           False"
    )


def test_challenges_are_found_by_words(at_home: Judge) -> None:
    assert at_home("challenges", "-s", "meadow").lines[2].startswith("iris-new-meadow")
    assert at_home("challenges", "-s", "whales").out == "No challenges found\n"


def test_challenges_as_csv_and_json(at_home: Judge) -> None:
    rows = list(csv.DictReader(io.StringIO(at_home("challenges", "-v").out)))

    assert [row["ref"] for row in rows] == ["iris-new-meadow"]
    assert json.loads(at_home("challenges", "--format", "json").out)[0]["teamCount"] == 0
    assert at_home("challenges", "--csv").out == at_home("challenges", "--format", "csv").out


def test_files_are_listed(at_home: Judge) -> None:
    lines = at_home("files", IRIS).lines

    assert [line.split()[0] for line in lines] == [
        "name",
        "---------------------",
        "sample_submission.csv",
        "test.csv",
        "train.csv",
    ]
    assert at_home("files", IRIS, "--format", "json").status == 0


def test_a_mistyped_challenge_is_answered_with_near_names(at_home: Judge) -> None:
    done = at_home("files", "iris")

    assert (done.status, done.out) == (1, "")
    assert done.err == "No challenge is called 'iris'; did you mean iris-new-meadow? [unknown_challenge]\n"


def test_without_a_challenge_it_is_asked_for(at_home: Judge) -> None:
    done = at_home("files")

    assert done.status == 2
    assert done.err == "Which challenge? Name it, or work in the folder that `judge download` made.\n"


@pytest.mark.usefixtures("scored")
def test_submissions_are_listed_with_their_scores(at_home: Judge) -> None:
    row = next(csv.DictReader(io.StringIO(at_home("submissions", IRIS, "-v").out)))

    assert (row["fileName"], row["description"], row["status"]) == ("submission.csv", "a try", "scored")
    assert (row["publicScore"], row["privateScore"], row["chosen"]) == ("0.3333", "", "False")


def test_no_submissions_are_said_in_words(at_home: Judge) -> None:
    assert at_home("submissions", IRIS).out == "No submissions found\n"


@pytest.mark.usefixtures("scored")
def test_the_leaderboard_marks_my_row(at_home: Judge) -> None:
    lines = at_home("leaderboard", IRIS, "--show").lines

    assert lines[0].split() == ["rank", "teamName", "submissionDate", "score", "error", "entries"]
    assert lines[2].split()[:2] == ["1", "bob"]
    assert lines[3].split()[:3] == ["2", "ada", "(you)"]
    assert " 0.3333 " in lines[3]


@pytest.mark.usefixtures("scored")
def test_my_row_is_shown_with_its_neighbours_when_it_stands_further_down(
    at_home: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.client.catalogue.LINES", 1)
    lines = at_home("leaderboard", IRIS, "-s").lines

    assert lines[2].split()[:2] == ["1", "bob"]
    assert lines[3] == "..."
    assert "ada (you)" in "\n".join(lines[4:])
    assert lines[-1] == "2 teams; the whole board: judge leaderboard iris-new-meadow -d"


@pytest.mark.usefixtures("scored")
def test_the_whole_board_is_written_as_csv(at_home: Judge, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("judge.leaderboard.page.__kwdefaults__", {"cursor": None, "size": 1})
    done = at_home("leaderboard", IRIS, "-d", "-p", "boards")

    path = desk / "boards" / "iris-new-meadow-public-leaderboard.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    assert done.out == "2 teams written to boards/iris-new-meadow-public-leaderboard.csv\n"
    assert [(row["rank"], row["teamName"]) for row in rows] == [("1", "bob"), ("2", "ada (you)")]


@pytest.mark.usefixtures("scored")
def test_team_names_can_steer_neither_terminal_nor_spreadsheet(at_home: Judge, bob: User) -> None:
    Team.objects.filter(name="bob").update(name="=cmd|'/C calc'!A0")
    Team.objects.filter(name="ada").update(name="\x1b[31mred\x1b[0m")

    assert "\x1b" not in at_home("leaderboard", IRIS, "-s").out
    assert "'=cmd|'" in at_home("leaderboard", IRIS, "-s", "-v").out


@pytest.mark.usefixtures("scored")
def test_the_private_board_is_not_shown_early(at_home: Judge) -> None:
    done = at_home("leaderboard", IRIS, "-s", "--private")

    assert done.status == 1
    assert done.err == "The private board is shown after the deadline. [private_hidden]\n"


def test_a_board_is_either_shown_or_downloaded(at_home: Judge) -> None:
    done = at_home("leaderboard", IRIS)

    assert (done.status, done.err) == (2, "Either --show or --download must be specified\n")


def test_an_empty_board_is_said_in_words(at_home: Judge, ada: User, edition: Edition) -> None:
    teams.ensure(ada, edition)

    assert at_home("leaderboard", IRIS, "-s").out == "No results found\n"


@pytest.mark.parametrize(
    "words", [(), ("nothing",), ("submit", IRIS), ("cancel", "x"), ("challenges", "--format", "xml")]
)
def test_a_command_line_that_does_not_fit_ends_with_two(judge: Judge, words: tuple[str, ...]) -> None:
    assert judge(*words).status == 2
