"""Everything about one account as a zip: JSON, and the files that were handed in.

account.json        who one is here: addresses, profile, tokens (never the tokens themselves), sign-ins, teams
submissions.json    what became of each hand-in, as its page shows it
certificates.json   what was certified
posts.json          what one wrote in discussions
files/NUMBER/NAME   the bytes, as they came
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import orjson
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.utils import timezone
from knox.models import AuthToken

from judge import leaderboard, storage
from judge.certificates.models import Certificate
from judge.discussions.models import Post
from judge.models import Membership, Submission
from web.accounts.models import Profile
from web.downloads import zip_of

SHOWN = (
    "file_name",
    "sha256",
    "size_bytes",
    "description",
    "chosen",
    "created_at",
    "state",
    "verdict",
    "attempts",
    "finished_at",
    "sentence",
    "findings",
    "log_tail",
    "usage",
    "public_score",
    "public_error",
    "public_secondary",
    "provenance",
    "replay",
    "plots",
)
PRIVATE = ("private_score", "private_error", "private_secondary")
"""Shown once everybody may see them."""

GONE = b"These bytes are no longer kept.\n"


def archive(user: User) -> Iterator[bytes]:
    """Yield the zip; memory holds one submission at a time."""
    return zip_of(_entries(user))


def _entries(user: User) -> Iterator[tuple[str, Iterable[bytes]]]:
    yield "account.json", [_json(_account(user))]
    yield "submissions.json", _list(_shown(submission) for submission in _submissions(user).iterator(chunk_size=20))
    yield (
        "certificates.json",
        _list(
            {
                "credential": row.credential,
                "issued_at": row.issued_at,
                "revoked_at": row.revoked_at,
                "reason": row.reason,
            }
            for row in Certificate.objects.filter(user=user).order_by("pk")
        ),
    )
    yield "posts.json", _list(_posts(user))
    files = Submission.objects.filter(user=user).order_by("pk").values_list("pk", "file_name", "sha256")
    for pk, name, sha256 in files.iterator(chunk_size=200):
        yield f"files/{pk}/{PurePosixPath(name.replace(chr(92), '/')).name or 'file'}", [_bytes(sha256)]


def _account(user: User) -> Mapping[str, Any]:
    profile = Profile.objects.filter(user=user).values("is_public", "shown_name", "about", "wants_notices").first()
    tokens = AuthToken.objects.filter(user=user).order_by("created")
    teams = Membership.objects.filter(user=user).select_related("team", "edition").order_by("pk")
    return {
        "username": user.get_username(),
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
        "email_addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "profile": profile,
        "tokens": list(tokens.values("token_key", "label__name", "created", "expiry")),
        "second_factors": list(Authenticator.objects.filter(user=user).values("type", "created_at", "last_used_at")),
        "other_sites": list(
            SocialAccount.objects.filter(user=user).values("provider", "uid", "date_joined", "last_login", "extra_data")
        ),
        "teams": [
            {
                "challenge": row.edition.slug,
                "edition": row.edition.name,
                "version": row.edition.version,
                "team": row.team.name,
                "captain": row.team.captain_id == user.pk,
                "joined_at": row.joined_at,
            }
            for row in teams
        ],
    }


def _posts(user: User) -> Iterator[Mapping[str, Any]]:
    for post in Post.objects.filter(author=user).select_related("thread").order_by("pk").iterator():
        thread = post.thread
        yield {"challenge": thread.slug, "thread": thread.title, "body": post.body, "created_at": post.created_at}


def _submissions(user: User) -> Any:
    kept_out = ("public_spread", "private_spread")
    return Submission.objects.filter(user=user).select_related("edition", "team").defer(*kept_out).order_by("pk")


def _shown(submission: Submission) -> Mapping[str, Any]:
    edition = submission.edition
    shown = {"number": submission.pk, "challenge": edition.slug, "version": edition.version}
    shown |= {"team": submission.team.name} | {name: getattr(submission, name) for name in SHOWN}
    if leaderboard.sees_private(edition, is_staff=False, now=timezone.now()):
        shown |= {name: getattr(submission, name) for name in PRIVATE}
    return shown


def _list(items: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    separator = b"[\n"
    for item in items:
        yield separator + _json(item)
        separator = b",\n"
    yield b"[]" if separator == b"[\n" else b"]\n"


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n"


def _bytes(sha256: str) -> bytes:
    try:
        return storage.fetch(sha256)
    except FileNotFoundError:
        return GONE
