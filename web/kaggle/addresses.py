"""Addresses for the client, and for the person who sits at it: the two may differ."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse
from rest_framework.request import Request


def door(request: Request, route: str, *parts: object) -> str:
    """Return an address of this door for the client, which knows no other judge than http://localhost.

    A proxy that ends TLS and passes the name `localhost` on must not turn that into https.
    """
    scheme = "http" if _calls_localhost(request) else request.scheme
    return f"{scheme}://{request.get_host()}{reverse(route, args=parts)}"


def page(request: Request, route: str, *parts: object) -> str:
    """Return the address of a page for a person.

    `localhost` is a name that the client has in mind, and may lead nowhere in a browser: then it is the site's own
    address, and where that is not known the path alone.
    """
    path = reverse(route, args=parts)
    if not _calls_localhost(request):
        return request.build_absolute_uri(path)
    known = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin]
    return f"{known[0] if known else ''}{path}"


def _calls_localhost(request: Request) -> bool:
    return request.get_host().partition(":")[0] == "localhost"
