from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from challenges.minting import Minted
from web.client.errors import NoAnswer

IRIS = "iris-new-meadow"
Judge = Any


def test_everything_is_fetched_with_the_starter_beside_it(at_home: Judge, desk: Path, iris_paper: Minted) -> None:
    done = at_home("download", IRIS)

    assert done.status == 0
    folder = desk / IRIS
    for name in ("train.csv", "test.csv", "sample_submission.csv"):
        assert (folder / "data" / name).read_bytes() == (iris_paper.public / name).read_bytes()
    assert b"DecisionTreeClassifier" in (folder / "main.py").read_bytes()
    assert json.loads((folder / ".judge.json").read_text())["challenge"] == IRIS
    assert sorted(path.name for path in (folder / "data").iterdir()) == [
        "sample_submission.csv",
        "test.csv",
        "train.csv",
    ]


def test_what_is_here_is_not_fetched_again(at_home: Judge) -> None:
    at_home("download", IRIS)
    done = at_home("download", IRIS)

    assert "train.csv: already here" in done.lines
    assert "iris-new-meadow/main.py: already here, left as it is" in done.lines


def test_own_changes_are_replaced_by_force_only(at_home: Judge, desk: Path, iris_paper: Minted) -> None:
    at_home("download", IRIS)
    train = desk / IRIS / "data" / "train.csv"
    train.write_text("mine")
    refused = at_home("download", IRIS)

    assert (refused.status, train.read_text()) == (2, "mine")
    assert "is another file than the one of iris-new-meadow; --force replaces it" in refused.err
    assert at_home("download", IRIS, "--force").status == 0
    assert train.read_bytes() == (iris_paper.public / "train.csv").read_bytes()


def test_one_file_goes_where_it_is_wanted(at_home: Judge, desk: Path) -> None:
    done = at_home("download", IRIS, "-f", "train.csv", "-p", "here")

    assert done.status == 0
    assert [path.name for path in (desk / "here").iterdir()] == ["train.csv"]
    assert not (desk / IRIS).exists()


def test_an_unknown_file_is_answered_with_the_known_ones(at_home: Judge) -> None:
    done = at_home("download", IRIS, "-f", "truth.json")

    assert done.status == 2
    assert done.err == ("iris-new-meadow has no file truth.json; it has sample_submission.csv, test.csv, train.csv\n")


def test_a_broken_download_goes_on_where_it_stopped(
    at_home: Judge, desk: Path, iris_paper: Minted, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (iris_paper.public / "test.csv").read_bytes()
    folder = desk / "here"
    folder.mkdir()
    partial = folder / f".test.csv.{hashlib.sha256(content).hexdigest()[:12]}.part"
    partial.write_bytes(content[:1000])
    arrived: list[int] = []
    monkeypatch.setattr("web.client.main._progress", _counting(arrived))
    done = at_home("download", IRIS, "-f", "test.csv", "-p", "here")

    assert done.status == 0
    assert (folder / "test.csv").read_bytes() == content
    assert sum(arrived) == len(content) - 1000
    assert not partial.exists()


def test_a_connection_that_breaks_is_opened_again(
    at_home: Judge, desk: Path, iris_paper: Minted, monkeypatch: pytest.MonkeyPatch
) -> None:
    from web.client import fetching

    whole, broken = fetching._go_on, []

    def break_once(*args: Any) -> None:
        if not broken:
            broken.append(args)
            raise NoAnswer("cut")
        whole(*args)

    monkeypatch.setattr(fetching, "_go_on", break_once)

    assert at_home("download", IRIS, "-f", "train.csv", "-p", "here").status == 0
    assert len(broken) == 1


def test_a_file_that_arrived_changed_is_thrown_away(at_home: Judge, desk: Path, home: Path, iris_paper: Minted) -> None:
    served = next((home / "editions").rglob("public/train.csv"))
    served.write_bytes(b"x" * served.stat().st_size)
    done = at_home("download", IRIS, "-f", "train.csv", "-p", "here")

    assert done.status == 1
    assert done.err.startswith("train.csv arrived with sha256 ")
    assert list((desk / "here").iterdir()) == []


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/../../evil", ""])
def test_no_server_writes_outside_the_folder(desk: Path, name: str) -> None:
    from web.client.errors import ClientError
    from web.client.fetching import _inside

    with pytest.raises(ClientError, match="outside"):
        _inside(desk / "here", name)


def _counting(arrived: list[int]) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def progress(*, quiet: bool) -> Any:
        yield arrived.append

    return progress
