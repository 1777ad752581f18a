"""Who is asking: our API tokens, as the client carries them.

KAGGLE_API_TOKEN                    Authorization: Bearer <token>, introspected once before every command
KAGGLE_USERNAME and KAGGLE_KEY      Authorization: Basic <name:token>, also from kaggle.json
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from django.contrib.auth.models import User
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from web.kaggle.addresses import page

UNKNOWN = "This judge knows no such token, or it has expired; make a new one on your account page ({account})."


@dataclass(frozen=True)
class Key:
    """What a request shows."""

    token: str
    username: str | None = None
    """Present where the client sends one beside the token."""


class KaggleKey(BaseAuthentication):
    """One of our tokens in a header of the client; without an authenticate_header, so a failure is 403."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        key = _shown(get_authorization_header(request))
        if key is None:
            return None
        user, row = owner(key.token, request)
        if key.username is not None and key.username.lower() != user.get_username().lower():
            name = key.username[:80]
            raise AuthenticationFailed(f"The token in KAGGLE_KEY does not belong to the user name {name!r}.")
        return user, row


def owner(token: str, request: Request) -> tuple[User, AuthToken]:
    """Return whose token it is. Raises AuthenticationFailed with a sentence for the learner."""
    try:
        user, row = TokenAuthentication().authenticate_credentials(token.encode())
    except (AuthenticationFailed, UnicodeError) as error:
        raise AuthenticationFailed(UNKNOWN.format(account=page(request, "account"))) from error
    return user, row


def _shown(header: bytes) -> Key | None:
    scheme, _, value = header.partition(b" ")
    value = value.strip()
    match scheme.lower():
        case b"bearer" | b"token":
            return Key(value.decode("ascii", "replace"))
        case b"basic":
            return _basic(value)
        case _:
            return None


def _basic(value: bytes) -> Key:
    try:
        name, colon, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        name, colon, token = "", "", ""
    if not colon:
        raise AuthenticationFailed("KAGGLE_USERNAME and KAGGLE_KEY could not be read.")
    return Key(token, username=name)
