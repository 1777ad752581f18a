"""Signing and verifying of credentials with Ed25519: pure.

A credential carries a Data Integrity proof of the suite eddsa-jcs-2022 (W3C, Data Integrity EdDSA Cryptosuites v1.0):

    signature = Ed25519(SHA-256(JCS(proof without its value)) || SHA-256(JCS(credential without proof)))

JCS (RFC 8785) is JSON without blanks and with sorted keys. Our credentials hold strings only, no numbers, so that
Python's own JSON writes exactly that. The same credential is given as a JWT (RFC 7515, alg EdDSA) too.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Document = Mapping[str, Any]

SUITE = "eddsa-jcs-2022"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519_PREFIX = b"\xed\x01"
"""Multicodec ed25519-pub: what follows is such a public key."""
SIGNATURE_BYTES = 64


@dataclass(frozen=True)
class Key:
    """The deployment's key pair."""

    private: Ed25519PrivateKey

    @classmethod
    def from_seed(cls, seed: bytes) -> Key:
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def public(self) -> Ed25519PublicKey:
        return self.private.public_key()

    @property
    def raw(self) -> bytes:
        return self.public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def multibase(self) -> str:
        return "z" + base58(ED25519_PREFIX + self.raw)

    @property
    def jwk(self) -> dict[str, str]:
        return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": self.kid, "x": _url64(self.raw)}

    @property
    def kid(self) -> str:
        """The key's thumbprint (RFC 7638)."""
        needed = {"crv": "Ed25519", "kty": "OKP", "x": _url64(self.raw)}
        return _url64(hashlib.sha256(canonical(needed)).digest())


def sign(credential: Document, key: Key, *, method: str, created: str) -> dict[str, Any]:
    """Return the credential with its proof; `method` is the address of the public key."""
    proof = {
        "@context": credential["@context"],
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    signature = key.private.sign(_digests(credential, proof))
    return {**credential, "proof": {**proof, "proofValue": "z" + base58(signature)}}


def is_signed(document: Document, public: Ed25519PublicKey) -> bool:
    """Return whether a document carries a proof of this key over every part of it."""
    proof = document.get("proof")
    if not isinstance(proof, dict) or proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        return False
    if proof.get("proofPurpose") != "assertionMethod" or proof.get("@context") != document.get("@context"):
        return False
    signature = _signature(proof.get("proofValue"))
    if signature is None:
        return False
    credential = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public.verify(signature, _digests(credential, options))
    except (InvalidSignature, ValueError, RecursionError):  # ValueError: half a surrogate pair has no bytes
        return False
    return True


def as_jwt(document: Document, key: Key, *, method: str) -> str:
    """Return a signed credential as a compact JWT, as Open Badges 3.0 lays it out."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": method}
    claims: dict[str, Any] = {name: value for name, value in document.items() if name != "proof"}
    claims |= {"iss": document["issuer"]["id"], "jti": document["id"]}
    signed = f"{_url64(canonical(header))}.{_url64(canonical(claims))}"
    return f"{signed}.{_url64(key.private.sign(signed.encode()))}"


def canonical(value: object) -> bytes:
    """Return the one way to write a value of objects, lists and strings (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def base58(data: bytes) -> str:
    """Return bytes in Bitcoin's alphabet; each leading zero byte is a 1."""
    number, text = int.from_bytes(data), ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def _signature(value: object) -> bytes | None:
    if not isinstance(value, str) or not value.startswith("z") or len(value) > 2 * SIGNATURE_BYTES:
        return None
    number = 0
    for letter in value[1:]:
        if letter not in BASE58:
            return None
        number = number * 58 + BASE58.index(letter)
    if number.bit_length() > 8 * SIGNATURE_BYTES:
        return None
    signature = number.to_bytes(SIGNATURE_BYTES)
    return signature if "z" + base58(signature) == value else None


def _digests(credential: Document, proof: Document) -> bytes:
    return hashlib.sha256(canonical(proof)).digest() + hashlib.sha256(canonical(credential)).digest()


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
