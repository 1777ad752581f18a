"""The Content-Security-Policy of every response: our own files and nothing else, no inline script, no inline style."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # data: for the icons in the admin's stylesheets
        "font-src 'self'",
        "media-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def policy() -> str:
    """Return the policy; browsers hold the redirect behind a form to it, so sites to sign in by are named."""
    return "; ".join((POLICY, " ".join(("form-action 'self'", *settings.SIGN_IN_ORIGINS))))


class ContentSecurityPolicy:
    """Middleware that adds the policy unless a view set one of its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        return response
