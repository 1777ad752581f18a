"""A file that arrives: refused before it is read when it is too large, and never taken for whole when it was cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser
from rest_framework.request import Request

from web.api.errors import INCOMPLETE, Problem

ROOM_FOR_FIELDS = 64 * 1024
"""What the other fields and the boundaries of a form may add to the file."""


def check_length(request: Request) -> None:
    """Raise Problem unless the request says how long it is and that is not too long; nothing is read."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text.isdigit():
        raise Problem("length_required", "Send the header Content-Length with an upload.", status=411)
    if int(text) > settings.UPLOAD_MAX_BYTES + ROOM_FOR_FIELDS:
        found_mb, most_mb = int(text) / 2**20, settings.UPLOAD_MAX_BYTES / 2**20
        raise Problem(
            "too_large", f"The upload has {found_mb:.1f} MB; this server takes {most_mb:g} MB at most.", status=413
        )


class WholeForm(MultiPartParser):
    """A multipart form that must have arrived to its last byte."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> DataAndFiles[Any, Any]:
        context = dict(parser_context or {})
        promised = int(context["request"].META.get("CONTENT_LENGTH") or 0)
        counted = _Counted(stream)
        try:
            form = super().parse(counted, media_type, context)  # type: ignore[arg-type]
        except (ParseError, OSError) as error:
            if counted.arrived < promised:
                raise _incomplete() from error
            raise
        if counted.arrived < promised:
            for _, files in form.files.lists():
                for file in files:
                    file.close()
            raise _incomplete()
        return form


class _Counted:
    """A stream that knows how much of it was read."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self.arrived = 0

    def read(self, size: int = -1) -> bytes:
        data: bytes = self._stream.read(size)
        self.arrived += len(data)
        return data


def _incomplete() -> Problem:
    return Problem("upload_incomplete", INCOMPLETE)
