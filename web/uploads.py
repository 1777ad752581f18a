"""The cap on every upload: bytes behind it are read off the wire and thrown away, never kept."""

from __future__ import annotations

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile


class CappedUpload(FileUploadHandler):
    """First in the chain of handlers: passes chunks on until the request has sent UPLOAD_MAX_BYTES.

    A file that was cut is missing from request.FILES, and request.upload_cut_at says at how many bytes.
    """

    received_bytes = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.received_bytes += len(raw_data)
        if self.received_bytes > settings.UPLOAD_MAX_BYTES:
            setattr(self.request, "upload_cut_at", self.received_bytes)  # noqa: B010 - a mark of ours on the request
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        return None  # the handlers behind this one keep the file
