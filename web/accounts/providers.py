"""Sites by which people may sign in, as the environment switches them on: none by default."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from web.environment import Environment

OIDC = "oidc"
"""The part of the callback's address that is registered with the OpenID Connect server."""


def of(env: Environment) -> dict[str, Any]:
    """Return allauth's providers."""
    found: dict[str, Any] = {}
    if env.github_client_id:
        app = {"client_id": env.github_client_id, "secret": _plain(env.github_client_secret)}
        found["github"] = {"APPS": [app], "SCOPE": ["user:email"]}
    if env.oidc_issuer:
        server = {
            "provider_id": OIDC,
            "name": env.oidc_name,
            "client_id": env.oidc_client_id or "",
            "secret": _plain(env.oidc_client_secret),
            "settings": {"server_url": env.oidc_issuer},
        }
        found["openid_connect"] = {"APPS": [server], "OAUTH_PKCE_ENABLED": True}
    return found


def origins(env: Environment) -> tuple[str, ...]:
    """Return where the forms of signing in may lead to."""
    found = ["https://github.com"] if env.github_client_id else []
    if env.oidc_issuer:
        found.append(f"https://{urlsplit(env.oidc_issuer).netloc}")
    return tuple(found)


def _plain(secret: SecretStr | None) -> str:
    return "" if secret is None else secret.get_secret_value()
