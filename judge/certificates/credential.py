"""What a certificate says, in the words of Open Badges 3.0 (1EdTech): pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from judge.tiers import Tier

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]

TIERS = {
    Tier.NOT_TRIED: "not tried",
    Tier.TRIED: "tried",
    Tier.ABOVE_BASELINE: "above the baseline",
    Tier.BRONZE: "bronze",
    Tier.SILVER: "silver",
    Tier.GOLD: "gold",
}


@dataclass(frozen=True)
class Site:
    """Where this deployment is found; a credential names it for good."""

    origin: str
    """https://judge.example.org, without a slash at its end."""

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc

    @property
    def did(self) -> str:
        """Its name as an issuer: did:web leads to /.well-known/did.json at this host."""
        return f"did:web:{quote(self.host, safe='')}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """What is certified."""

    learner: str
    """The name that the learner goes by; nobody has checked it."""
    account: str
    """The user name, which is the learner's alone on this site."""
    team: str
    slug: str
    title: str
    summary: str
    version: int
    data_digest: str
    metric: str
    rows: str
    """public or private: of which rows the score is."""
    score: str
    standard_error: str
    """Empty where it is not known."""
    tier: Tier
    achieved_at: datetime


def credential_of(result: Result, *, site: Site, code: str, now: datetime) -> dict[str, Any]:
    """Return the unsigned credential; it holds strings only, so that it has one way to be written."""
    challenge = f"{site.origin}/challenges/{result.slug}/"
    margin = f" ± {result.standard_error}" if result.standard_error else ""
    narrative = (
        f"Handed in an answer to the challenge “{result.title}” (version {result.version}) on data minted by this site "
        f"alone, and scored {result.score}{margin} ({result.metric}, on the {result.rows} rows), as team "
        f"“{result.team}”. Tier: {TIERS[result.tier]}. SHA-256 of the challenge's data: {result.data_digest}."
    )
    return {
        "@context": CONTEXTS,
        "id": f"{site.origin}/certificates/{code}/",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{result.title}: {result.score}",
        "issuer": {"id": site.did, "type": ["Profile"], "name": f"Judge at {site.host}", "url": site.origin},
        "validFrom": moment(now),
        "awardedDate": moment(result.achieved_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_identity("name", result.learner), _identity("userName", result.account)],
            "achievement": {
                "id": challenge,
                "type": ["Achievement"],
                "achievementType": "Assessment",
                "name": result.title,
                "description": result.summary,
                "criteria": {"narrative": narrative},
                "resultDescription": [
                    _description(f"{challenge}#score", result.metric, "RawScore"),
                    _description(f"{challenge}#tier", "Tier", "PerformanceLevel"),
                ],
            },
            "result": [
                {"type": ["Result"], "resultDescription": f"{challenge}#score", "value": result.score},
                {"type": ["Result"], "resultDescription": f"{challenge}#tier", "value": TIERS[result.tier]},
            ],
        },
        "credentialStatus": {"id": f"{site.origin}/certificates/revoked.json", "type": "1EdTechRevocationList"},
    }


def moment(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"


def _identity(kind: str, text: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": text, "identityType": kind}


def _description(address: str, name: str, kind: str) -> dict[str, Any]:
    return {"id": address, "type": ["ResultDescription"], "name": name, "resultType": kind}
