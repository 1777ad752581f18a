"""Bytes by their sha256, in whatever storage the deployment configured (files or object storage)."""

from __future__ import annotations

import hashlib
from io import BytesIO

from django.core.files.base import File
from django.core.files.storage import default_storage


def keep(data: bytes) -> str:
    """Store bytes once and return their sha256; the same bytes are never stored twice."""
    digest = hashlib.sha256(data).hexdigest()
    name = _name(digest)
    if not default_storage.exists(name):
        default_storage.save(name, File(BytesIO(data), name=name))
    return digest


def fetch(digest: str) -> bytes:
    """Return stored bytes. Raises FileNotFoundError when they are gone, ValueError when they were changed."""
    with default_storage.open(_name(digest), "rb") as file:
        data: bytes = file.read()
    if hashlib.sha256(data).hexdigest() != digest:
        raise ValueError(f"the stored bytes of {digest} have another digest: the storage is damaged")
    return data


def _name(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"
