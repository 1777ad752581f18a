"""Hand-back of hostile folders, on the file system of the test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import outputs
from sandbox.contract import Limits
from sandbox.outputs import HandBack

LIMITS = Limits(output_mb=1, output_files=3)


@pytest.fixture(params=["openat2", "component by component"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    if request.param != "openat2":
        monkeypatch.setattr(outputs, "_openat2", outputs._open_component_by_component)
    made = tmp_path / "output"
    made.mkdir()
    yield made


def _collect(folder: Path, *wanted: str, limits: Limits = LIMITS) -> HandBack:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        return outputs.collect(descriptor, wanted=wanted, limits=limits)
    finally:
        os.close(descriptor)


def test_regular_files_come_back_with_their_paths(folder: Path) -> None:
    (folder / "a").write_bytes(b"1")
    (folder / "in").mkdir()
    (folder / "in" / "b").write_bytes(b"2")
    assert _collect(folder).files == {"a": b"1", "in/b": b"2"}


def test_a_link_to_a_file_is_never_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("truth")
    (folder / "p.csv").symlink_to(tmp_path / "secret")
    result = _collect(folder, "p.csv")
    assert result.files == {}
    assert result.notes == ["/output/p.csv was left behind: it is a symbolic link, or lies behind one"]


def test_a_link_to_a_folder_is_never_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("truth")
    (folder / "d").symlink_to(tmp_path)
    assert _collect(folder, "d/secret").files == {}
    assert _collect(folder).files == {}


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../secret", "..", ""])
def test_a_wanted_path_cannot_leave_the_folder(folder: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "secret").write_text("truth")
    (folder / "a").mkdir()
    result = _collect(folder, name)
    assert result.files == {}
    assert len(result.notes) == 1


def test_a_named_pipe_does_not_block(folder: Path) -> None:
    os.mkfifo(folder / "p.csv")
    assert "a named pipe" in _collect(folder, "p.csv").notes[0]


def test_a_hard_link_is_left_behind(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("truth")
    os.link(tmp_path / "secret", folder / "p.csv")
    result = _collect(folder)
    assert (result.files, "hard links" in result.notes[0]) == ({}, True)


def test_a_folder_in_place_of_a_file_is_left_behind(folder: Path) -> None:
    (folder / "p.csv").mkdir()
    assert "it is a folder" in _collect(folder, "p.csv").notes[0]


def test_a_sparse_file_is_too_large_before_it_is_read(folder: Path) -> None:
    with (folder / "sparse").open("wb") as file:
        file.truncate(1 << 40)
    result = _collect(folder)
    assert (result.files, result.too_large, result.notes) == ({}, True, ["/output holds more than 1 MB"])


def test_files_together_may_not_pass_the_cap(folder: Path) -> None:
    for name in "ab":
        (folder / name).write_bytes(bytes(600_000))
    assert _collect(folder).too_large
    (folder / "b").unlink()
    assert not _collect(folder).too_large


def test_one_file_more_than_allowed_is_too_much(folder: Path) -> None:
    for name in "abc":
        (folder / name).touch()
    assert sorted(_collect(folder).files) == ["a", "b", "c"]
    (folder / "d").touch()
    result = _collect(folder)
    assert (result.files, result.too_large) == ({}, True)


def test_deep_folders_are_cut(folder: Path) -> None:
    deep = folder.joinpath(*"abcdefghijk")
    deep.mkdir(parents=True)
    (deep / "file").touch()
    result = _collect(folder)
    assert (result.files, "8 deep" in result.notes[0]) == ({}, True)


@pytest.mark.parametrize("name", ["a\nb", "\u202egpj.exe", "tab\t", "x" * 201])
def test_names_that_deceive_a_reader_are_left_behind(folder: Path, name: str) -> None:
    (folder / name).touch()
    result = _collect(folder)
    assert result.files == {}
    assert result.notes[0].isprintable() and result.notes[0].isascii()


def test_a_name_that_is_no_utf8_is_left_behind(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff\xfe")).touch()
    result = _collect(folder)
    assert (result.files, result.notes[0].isascii()) == ({}, True)


def test_a_capped_read_says_nothing_about_what_does_not_fit(folder: Path) -> None:
    (folder / "report.json").write_bytes(b"123456")
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        assert outputs.read_capped(descriptor, "report.json", 6) == b"123456"
        assert outputs.read_capped(descriptor, "report.json", 5) is None
        assert outputs.read_capped(descriptor, "missing", 5) is None
    finally:
        os.close(descriptor)
