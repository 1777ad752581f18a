"""Signatures, checked by code that shares nothing with ours: other JSON, other base58, openssl, PyJWT."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import orjson
import pytest

from judge.certificates.credential import Result, Site, credential_of
from judge.certificates.signing import Key, as_jwt, base58, canonical, is_signed, sign
from judge.tiers import Tier

SEED = bytes(range(32))
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
SPKI = bytes.fromhex("302a300506032b6570032100")
"""What stands before a raw Ed25519 public key in DER (RFC 8410)."""


@pytest.fixture
def key() -> Key:
    return Key.from_seed(SEED)


@pytest.fixture
def signed(key: Key) -> dict[str, Any]:
    site = Site("https://judge.example.org:8443")
    moment = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    result = Result(
        learner="Ada “Zoë” 🌸 </script>\n\\",
        account="ada",
        team="The Counts",
        slug="iris-new-meadow",
        title="Iris",
        summary="Name the flower.",
        version=1,
        data_digest="ab" * 32,
        metric="accuracy",
        rows="public",
        score="0.9667",
        standard_error="0.0123",
        tier=Tier.SILVER,
        achieved_at=moment,
    )
    unsigned = credential_of(result, site=site, code="a-code", now=moment)
    return sign(unsigned, key, method=f"{site.did}#{key.kid}", created="2026-05-06T07:08:09Z")


def decode58(text: str) -> bytes:
    """Return what base58 text says, digit by digit over bytes."""
    digits = [0]
    for letter in text:
        carry = ALPHABET.index(letter)
        for place, digit in enumerate(digits):
            carry += digit * 58
            digits[place], carry = carry % 256, carry // 256
        while carry:
            digits.append(carry % 256)
            carry //= 256
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + bytes(reversed(digits)).lstrip(b"\0")


def openssl_accepts(folder: Path, *, public: bytes, message: bytes, signature: bytes) -> bool:
    (folder / "key.der").write_bytes(SPKI + public)
    (folder / "message").write_bytes(message)
    (folder / "signature").write_bytes(signature)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key.der", "-rawin"]
    command += ["-in", "message", "-sigfile", "signature"]
    return subprocess.run(command, cwd=folder, capture_output=True).returncode == 0


def message_of(document: dict[str, Any]) -> bytes:
    """Return the bytes under an eddsa-jcs-2022 signature, by orjson."""
    proof = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    rest = {name: value for name, value in document.items() if name != "proof"}
    parts = (orjson.dumps(part, option=orjson.OPT_SORT_KEYS) for part in (proof, rest))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


@pytest.mark.skipif(
    shutil.which("openssl") is None and os.environ.get("JUDGE_REQUIRE_ALL") != "1", reason="openssl is not installed"
)
def test_openssl_accepts_the_proof_and_refuses_another_message(
    key: Key, signed: dict[str, Any], tmp_path: Path
) -> None:
    assert key.multibase.startswith("z6Mk")  # as every Ed25519 key in this form does
    public = decode58(key.multibase[1:])
    assert public[:2] == b"\xed\x01"
    signature = decode58(signed["proof"]["proofValue"][1:])
    assert len(signature) == 64
    message = message_of(json.loads(json.dumps(signed)))
    assert openssl_accepts(tmp_path, public=public[2:], message=message, signature=signature)
    signed["credentialSubject"]["result"][0]["value"] = "0.9668"
    assert not openssl_accepts(tmp_path, public=public[2:], message=message_of(signed), signature=signature)


def test_the_key_is_that_of_rfc_8032(tmp_path: Path) -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert Key.from_seed(seed).raw.hex() == public
    # RFC 8037, A.3: the thumbprint of the same key
    assert Key.from_seed(seed).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


@pytest.mark.parametrize(
    ("data", "text"),
    [(b"Hello World!", "2NEpo7TZRRrLZSi2U"), (b"\0\0\x28\x7f\xb4\xcd", "11233QC4"), (b"", "")],
)
def test_base58_writes_the_examples_of_its_draft(data: bytes, text: str) -> None:
    assert base58(data) == text
    assert decode58(text) == data


def test_json_is_written_as_rfc_8785_asks() -> None:
    value = {"b": '€$\u000f\nA\'B"\\\\"/', "a": [True, None, False], "": {}}
    written = b'{"":{},"a":[true,null,false],"b":"' + '€$\\u000f\\nA\'B\\"\\\\\\\\\\"/'.encode() + b'"}'
    assert canonical(value) == written


def test_a_document_is_signed_however_it_is_laid_out(key: Key, signed: dict[str, Any]) -> None:
    assert is_signed(signed, key.public)
    assert is_signed(json.loads(json.dumps(signed, indent=4)), key.public)
    assert is_signed(dict(reversed(list(signed.items()))), key.public)


def test_any_changed_byte_ends_it(key: Key, signed: dict[str, Any]) -> None:
    text = canonical(signed)
    assert is_signed(json.loads(text), key.public)
    accepted, read = [], 0
    for place in range(len(text)):
        changed = text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]
        try:
            document = json.loads(changed)
        except ValueError:
            continue
        read += 1
        if is_signed(document, key.public):
            accepted.append(place)
    assert accepted == []
    assert read > 1500  # most changes are JSON still, so that the signature was asked


def test_another_key_another_suite_another_purpose_and_no_proof_are_refused(key: Key, signed: dict[str, Any]) -> None:
    assert not is_signed(signed, Key.from_seed(bytes(32)).public)
    for change in ({"cryptosuite": "eddsa-rdfc-2022"}, {"proofPurpose": "authentication"}, {"type": "Other"}):
        assert not is_signed({**signed, "proof": {**signed["proof"], **change}}, key.public)
    assert not is_signed({name: value for name, value in signed.items() if name != "proof"}, key.public)
    assert not is_signed({**signed, "more": "text"}, key.public)
    assert not is_signed({**signed, "more": "\ud800"}, key.public)
    assert not is_signed({}, key.public)


@pytest.mark.parametrize("value", [None, 7, "", "z", "m" + "2" * 87, "z0OIl", "z" + "z" * 88, "z" + "1" * 64])
def test_what_is_no_signature_is_refused(key: Key, signed: dict[str, Any], value: object) -> None:
    assert not is_signed({**signed, "proof": {**signed["proof"], "proofValue": value}}, key.public)


def test_a_proof_has_one_way_to_be_written(key: Key, signed: dict[str, Any]) -> None:
    value = signed["proof"]["proofValue"]
    assert not is_signed({**signed, "proof": {**signed["proof"], "proofValue": "z1" + value[1:]}}, key.public)


def test_the_jwt_is_accepted_by_another_library(key: Key, signed: dict[str, Any]) -> None:
    token = as_jwt(signed, key, method="did:web:judge.example.org#k")
    claims = jwt.decode(token, jwt.PyJWK(key.jwk), algorithms=["EdDSA"])
    assert claims["credentialSubject"] == signed["credentialSubject"]
    assert claims["iss"] == "did:web:judge.example.org%3A8443"
    assert "proof" not in claims
    head, body, signature = token.split(".")
    padded = body + "=" * (-len(body) % 4)
    forged = base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded).replace(b"0.9667", b"0.9999")).rstrip(b"=")
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{forged.decode()}.{signature}", jwt.PyJWK(key.jwk), algorithms=["EdDSA"])
