"""Ranges, held against the examples and rules of RFC 9110, section 14."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from web.downloads import CHUNK, Span, Unsatisfiable, serve, wanted_span, zip_stream

ETAG = '"abc"'


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    path = tmp_path / "letters.txt"
    path.write_bytes(b"abcdefghij")
    return path


def ask(letters: Path, method: str = "GET", **headers: str) -> Any:
    request = RequestFactory().generic(method, "/", headers=headers)
    return serve(request, letters, name="letters.txt", sha256="abc")


def body(response: Any) -> bytes:
    return response.getvalue()


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-9999", 0, 9999),
        ("bytes=0-499", 0, 499),
        ("bytes=500-999", 500, 999),
        ("bytes=-500", 9500, 9999),
        ("bytes=9500-", 9500, 9999),
        ("bytes=9999-", 9999, 9999),
        ("bytes=0-0", 0, 0),
        ("bytes=0-123456789", 0, 9999),
        ("bytes=-123456789", 0, 9999),
    ],
)
def test_a_range_of_ten_thousand_bytes(header: str, first: int, last: int) -> None:
    assert wanted_span({"Range": header}, size=10_000, etag=ETAG) == Span(first, last)


@pytest.mark.parametrize(
    "header", ["", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "lines=0-5", "bytes=0-1,5-6", "bytes=--5", "0-5"]
)
def test_what_is_not_one_range_is_ignored(header: str) -> None:
    assert wanted_span({"Range": header}, size=10_000, etag=ETAG) is None


@pytest.mark.parametrize("header", ["bytes=10000-", "bytes=10000-10001", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        wanted_span({"Range": header}, size=10_000, etag=ETAG)


def test_no_range_of_an_empty_file_can_be_satisfied() -> None:
    with pytest.raises(Unsatisfiable):
        wanted_span({"Range": "bytes=0-"}, size=0, etag=ETAG)


def test_a_part_is_served_with_its_place(letters: Path) -> None:
    part = ask(letters, Range="bytes=2-4")

    assert (part.status_code, body(part)) == (206, b"cde")
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert part.headers["Content-Length"] == "3"


def test_the_last_bytes_are_served(letters: Path) -> None:
    assert body(ask(letters, Range="bytes=-3")) == b"hij"


def test_behind_the_end_the_size_is_told(letters: Path) -> None:
    refused = ask(letters, Range="bytes=10-")

    assert (refused.status_code, refused.headers["Content-Range"]) == (416, "bytes */10")


def test_head_tells_the_size_and_sends_nothing(letters: Path) -> None:
    head = ask(letters, "HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert (head.headers["Content-Length"], head.headers["Accept-Ranges"]) == ("10", "bytes")


def test_a_range_goes_on_when_the_file_is_still_the_same(letters: Path) -> None:
    part = ask(letters, **{"Range": "bytes=5-", "If-Range": '"abc"'})

    assert (part.status_code, body(part)) == (206, b"fghij")


def test_a_file_that_changed_is_sent_whole(letters: Path) -> None:
    whole = ask(letters, **{"Range": "bytes=5-", "If-Range": '"older"'})

    assert (whole.status_code, body(whole)) == (200, b"abcdefghij")


def test_who_has_the_file_already_gets_no_bytes(letters: Path) -> None:
    unchanged = ask(letters, **{"If-None-Match": '"abc"'})

    assert (unchanged.status_code, unchanged.headers["ETag"]) == (304, '"abc"')


def test_an_empty_file_is_served(tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    answer = serve(RequestFactory().get("/"), empty, name="empty.csv", sha256="e")

    assert (answer.status_code, answer.headers["Content-Length"], body(answer)) == (200, "0", b"")


def test_a_zip_is_made_while_it_is_sent(tmp_path: Path) -> None:
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(range(256)) * 4096)  # 1 MiB, four chunks
    (tmp_path / "small.txt").write_bytes(b"small")
    chunks = list(zip_stream({"small.txt": tmp_path / "small.txt", "deep/big.bin": big}))

    assert big.stat().st_size == 4 * CHUNK
    assert len(chunks) >= 5
    with zipfile.ZipFile(io.BytesIO(b"".join(chunks))) as archive:
        assert archive.namelist() == ["deep/big.bin", "small.txt"]
        assert archive.read("deep/big.bin") == big.read_bytes()
        assert archive.testzip() is None


def test_the_same_files_make_the_same_zip(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    files = {"a": tmp_path / "a"}

    assert b"".join(zip_stream(files)) == b"".join(zip_stream(files))
