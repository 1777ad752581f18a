"""Who gets a certificate, which ones are revoked, and what is true of one that somebody shows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from judge import history, progress
from judge.certificates.credential import Result, Site, credential_of, moment
from judge.certificates.models import Certificate, new_code
from judge.certificates.signing import Document, Key, as_jwt, is_signed, sign
from judge.deployment_keys import derive
from judge.errors import Refused
from judge.models import Board, Standing

LONGEST = 64 * 1024
"""Characters of a document that somebody shows; ours have about three thousand."""


class Truth(StrEnum):
    """What is true of a document."""

    GENUINE = "genuine"
    REVOKED = "revoked"
    WITHDRAWN = "withdrawn"
    """Signed here, but its learner has deleted the account."""
    FORGED = "forged"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Finding:
    verdict: Truth
    certificate: Certificate | None = None


def key() -> Key:
    """Return the deployment's key."""
    return _key(settings.CERTIFICATE_KEY)


def method(site: Site) -> str:
    """Return the address of the deployment's public key."""
    return f"{site.did}#{key().kid}"


def issue(user: User, submission_id: int, *, site: Site, learner: str) -> Certificate:
    """Return the user's certificate of a submission, made now unless there is one. Raises Refused."""
    submission = history.own(user, submission_id)
    existing = Certificate.objects.filter(user=user, submission=submission).first()
    if existing is not None:
        return existing
    edition, now = submission.edition, timezone.now()
    board = Board.PRIVATE if edition.has_closed(now) else Board.PUBLIC
    standing = Standing.objects.filter(edition=edition, board=board, team=submission.team_id).first()
    if standing is None or standing.submission_id != submission.pk:
        sentence = "Only the submission that stands for your team on the board can be certified."
        raise Refused("not_standing", sentence)
    standing = Standing.objects.select_related("edition", "team").get(pk=standing.pk)
    code = new_code()
    unsigned = credential_of(_result(standing, board, user, learner), site=site, code=code, now=now)
    credential = sign(unsigned, key(), method=method(site), created=moment(now))
    try:
        with transaction.atomic():
            return Certificate.objects.create(
                code=code, user=user, submission=submission, credential=credential, issued_at=now
            )
    except IntegrityError:  # a second request of the same learner was faster
        return Certificate.objects.get(user=user, submission=submission)


def revoke(certificate: Certificate, *, by: User, reason: str) -> None:
    """End a certificate for good. Raises Refused without a reason."""
    reason = " ".join(reason.split())
    if not 1 <= len(reason) <= 300:
        raise Refused("bad_reason", "Say why, in 1 to 300 characters; everybody who checks it reads this.", status=400)
    fields = {"revoked_at": timezone.now(), "revoked_by": by, "reason": reason}
    Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(**fields)


def check(text: str) -> Finding:
    """Return what is true of a document that somebody shows: by its signature first, then by the register."""
    document = _read(text)
    if document is None:
        return Finding(Truth.UNREADABLE)
    if not is_signed(document, key().public):
        return Finding(Truth.FORGED)
    found = Certificate.objects.filter(code=str(document["id"]).rstrip("/").rpartition("/")[2]).first()
    if found is None:
        return Finding(Truth.WITHDRAWN)
    return Finding(Truth.GENUINE if found.revoked_at is None else Truth.REVOKED, found)


def jwt_of(certificate: Certificate) -> str:
    """Return a certificate as a JWT."""
    proof = certificate.credential["proof"]
    return as_jwt(certificate.credential, key(), method=proof["verificationMethod"])


def did_document(site: Site) -> dict[str, Any]:
    """Return who signs here, as did:web asks for it."""
    address = method(site)
    public = {"id": address, "type": "Multikey", "controller": site.did, "publicKeyMultibase": key().multibase}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": site.did,
        "verificationMethod": [public],
        "assertionMethod": [address],
    }


def revocation_list(site: Site) -> dict[str, Any]:
    """Return the revoked ones, as 1EdTechRevocationList asks for it."""
    revoked = Certificate.objects.exclude(revoked_at=None).order_by("pk")
    return {
        "id": f"{site.origin}/certificates/revoked.json",
        "issuer": site.did,
        "revokedCredential": [
            {"id": row.credential["id"], "revoked": True, "revocationReason": row.reason} for row in revoked
        ],
    }


def _result(standing: Standing, board: Board, user: User, learner: str) -> Result:
    edition = standing.edition
    spec = edition.challenge.spec
    digits = spec.metric.primary.digits
    return Result(
        learner=learner,
        account=user.get_username(),
        team=standing.team.name,
        slug=edition.slug,
        title=spec.title,
        summary=spec.summary,
        version=edition.version,
        data_digest=edition.digest,
        metric=spec.metric.primary.name,
        rows=str(board),
        score=f"{standing.score:.{digits}f}",
        standard_error=f"{standing.standard_error:.{digits}f}" if standing.standard_error else "",
        tier=progress.of_standings([standing])[standing.pk],
        achieved_at=standing.achieved_at,
    )


def _read(text: str) -> Document | None:
    """Return a JSON object in which no name stands twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise ValueError("a name stands twice")
        return found

    if len(text) > LONGEST:
        return None
    try:
        document = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


@cache
def _key(secret: bytes) -> Key:
    return Key.from_seed(derive(secret, purpose="certificates"))
