"""Files and archives as streams: ranges for resuming, entity tags for skipping; for pages and API alike."""

from __future__ import annotations

import io
import mimetypes
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header

from challenges.packing import EPOCH

CHUNK = 256 * 1024
_ONE_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass(frozen=True)
class Span:
    """The part of a file that was asked for; both ends belong to it."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """The range begins behind the end of the file."""


def serve(request: HttpRequest, path: Path, *, name: str, sha256: str) -> HttpResponseBase:
    """Answer GET or HEAD with a file, or with the one range of it that was asked for.

    The entity tag is the sha256, so a range is only ever joined to bytes of the same file. A request for several
    ranges gets the whole file, as RFC 9110 allows.
    """
    size = path.stat().st_size
    etag = f'"{sha256}"'
    plain = HttpResponse(headers={"ETag": etag, "Cache-Control": "private, no-cache"})
    conditional = get_conditional_response(request, etag=etag, response=plain)
    if conditional is not None and conditional is not plain:
        return conditional
    try:
        span = wanted_span(request.headers, size=size, etag=etag)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Cache-Control": "private, no-cache",
        "Content-Disposition": content_disposition_header(True, Path(name).name) or "attachment",
        "Content-Length": str(size if span is None else span.length),
    }
    if span is not None:
        headers["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    status = 200 if span is None else 206
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers, content_type=content_type)
    body = _Part(path.open("rb"), span or Span(0, size - 1))
    return FileResponse(body, status=status, headers=headers, content_type=content_type)


def wanted_span(headers: Mapping[str, str], *, size: int, etag: str) -> Span | None:
    """Return the range that a request asks for, or None for the whole file. Raises Unsatisfiable."""
    if headers.get("If-Range", etag) != etag:
        return None  # the file has changed since the first part was fetched
    asked = _ONE_RANGE.fullmatch(headers.get("Range", "").replace(" ", ""))
    if asked is None or asked.group(0) == "bytes=-":
        return None
    start, end = asked.groups()
    if not start:
        length = min(int(end), size)
        span = Span(size - length, size - 1)
    else:
        span = Span(int(start), min(int(end), size - 1) if end else size - 1)
        if end and int(end) < int(start):
            return None  # not a range at all: to be ignored
    if span.first >= size or span.length < 1:
        raise Unsatisfiable
    return span


def serve_bytes(data: bytes, *, name: str) -> HttpResponse:
    """Answer with bytes as a file to be saved."""
    disposition = content_disposition_header(True, name) or "attachment"
    return HttpResponse(data, content_type="application/octet-stream", headers={"Content-Disposition": disposition})


def serve_zip(files: Mapping[str, Path], *, name: str, etag: str) -> StreamingHttpResponse:
    """Answer with a zip that is made while it is sent: memory holds one chunk at a time."""
    headers = {"Content-Disposition": content_disposition_header(True, name) or "attachment", "ETag": f'"{etag}"'}
    return StreamingHttpResponse(zip_stream(files), content_type="application/zip", headers=headers)


def zip_stream(files: Mapping[str, Path]) -> Iterator[bytes]:
    """Yield a zip of the files, in the order of their names and without their dates."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.file_size = files[name].stat().st_size  # lets zipfile choose zip64 for what needs it
            with files[name].open("rb") as source, archive.open(info, "w") as entry:
                while chunk := source.read(CHUNK):
                    entry.write(chunk)
                    yield outbox.take()
    yield outbox.take()


def zip_of(entries: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a zip of entries that are made while they are sent, in the order given."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, chunks in entries:
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            with archive.open(info, "w", force_zip64=True) as entry:  # how long it will be is not known yet
                for chunk in chunks:
                    entry.write(chunk)
                    yield outbox.take()
    yield outbox.take()


class _Part(io.BufferedIOBase):
    """A file of which only one part can be read."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        self._file = file
        self._left = span.length
        file.seek(span.first)

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()
        super().close()


class _Outbox(io.RawIOBase):
    """What zipfile writes, until it is taken away to be sent."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data
