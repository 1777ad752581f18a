"""Keys of this deployment: each purpose has one of its own, drawn from a secret that is never changed."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 32


def derive(secret: bytes, *, purpose: str) -> bytes:
    """Return 32 bytes that tell nothing of the secret, nor of the keys of other purposes (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=LENGTH, salt=None, info=f"judge {purpose}".encode()).derive(secret)
