"""Uploads over a real socket: cut in the middle, too long, of unknown length."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from knox.models import AuthToken

from judge.models import QuotaDay, Submission

PATH = "/api/v1/challenges/iris-new-meadow/submissions"
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="submission.csv"\r\n\r\n'
DESCRIPTION = b'\r\n--b\r\nContent-Disposition: form-data; name="description"\r\n\r\nlater than the file\r\n--b--\r\n'

Send = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def send(live_server: Any, edition: object, ada: User) -> Iterator[Send]:
    """Send raw bytes as Ada with a promised length, close our half, return status and JSON of the answer."""
    _, token = AuthToken.objects.create(ada)
    host, port = urlsplit(live_server.url).hostname, urlsplit(live_server.url).port

    def raw(body: bytes, *, promised: int | None) -> tuple[int, dict[str, Any]]:
        headers = {
            "Host": f"{host}:{port}",
            "Authorization": f"Token {token}",
            "Content-Type": "multipart/form-data; boundary=b",
            "Connection": "close",
        }
        if promised is not None:
            headers["Content-Length"] = str(promised)
        head = f"POST {PATH} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items()) + "\r\n"
        with socket.create_connection((host, port), timeout=30) as connection:
            connection.sendall(head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        start, _, content = answer.partition(b"\r\n\r\n")
        return int(start.split()[1]), json.loads(content)

    return raw


def blobs(home: Path) -> list[Path]:
    return [path for path in (home / "blobs").rglob("*") if path.is_file()]


def test_a_whole_upload_is_taken(send: Send, floor: bytes) -> None:
    body = HEAD + floor + DESCRIPTION
    status, answer = send(body, promised=len(body))

    assert (status, answer["state"], answer["description"]) == (201, "queued", "later than the file")
    assert answer["size_bytes"] == len(floor)


@pytest.mark.parametrize("kept", ["nothing", "half the file", "all but the end mark", "all but one byte"])
def test_an_upload_cut_in_the_middle_stores_nothing(send: Send, floor: bytes, home: Path, kept: str) -> None:
    whole = HEAD + floor + DESCRIPTION
    arrived = {
        "nothing": b"",
        "half the file": whole[: len(whole) // 2],
        "all but the end mark": HEAD + floor,
        "all but one byte": whole[:-1],
    }[kept]
    status, answer = send(arrived, promised=len(whole))

    assert (status, answer["code"]) == (400, "upload_incomplete")
    assert not Submission.objects.exists()
    assert not QuotaDay.objects.exists()
    assert blobs(home) == []


def test_a_large_file_cut_in_the_middle_stores_nothing(send: Send, home: Path) -> None:
    """Beyond a megabyte Django keeps uploads in temporary files."""
    status, answer = send(HEAD + b"x" * 1_500_000, promised=2_000_000)

    assert (status, answer["code"]) == (400, "upload_incomplete")
    assert blobs(home) == []


def test_an_upload_that_is_too_long_is_refused_before_it_is_read(send: Send, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20
    status, answer = send(b"", promised=5 * 2**20)  # not a byte of it was sent

    assert (status, answer["code"]) == (413, "too_large")
    assert answer["sentence"] == "The upload has 5.0 MB; this server takes 1 MB at most."


def test_an_upload_of_unknown_length_is_refused(send: Send) -> None:
    status, answer = send(b"", promised=None)

    assert (status, answer["code"]) == (411, "length_required")


def test_the_form_may_be_a_little_longer_than_the_largest_file(send: Send, settings: Any, floor: bytes) -> None:
    settings.UPLOAD_MAX_BYTES = len(floor)
    body = HEAD + floor + DESCRIPTION

    assert send(body, promised=len(body))[0] == 201


def test_a_file_a_little_longer_than_the_largest_is_refused(send: Send, settings: Any, floor: bytes) -> None:
    settings.UPLOAD_MAX_BYTES = len(floor) - 1
    body = HEAD + floor + DESCRIPTION
    status, answer = send(body, promised=len(body))

    assert (status, answer["code"]) == (413, "too_large")


def test_a_form_that_is_garbage_is_refused(send: Send) -> None:
    status, answer = send(b"\x00\xff" * 50, promised=100)

    assert (status, answer["code"]) == (400, "no_file")
