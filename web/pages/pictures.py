"""The picture of a challenge, at an address that changes with it, so that caches may keep it for good."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from challenges.audit.picture import HEIGHT_PX, WIDTH_PX
from challenges.loader import Challenge
from web.pages.lookup import edition_of

DIGITS = 16
"""Of the digest: enough that no two pictures ever share an address."""


@dataclass(frozen=True)
class Picture:
    """What an `img` element needs."""

    address: str
    told: str
    """What is seen, in English."""
    width: int = WIDTH_PX
    height: int = HEIGHT_PX


def picture_of(challenge: Challenge) -> Picture | None:
    """Return the picture of a challenge, or None when none has been drawn."""
    digest = _digest(challenge.picture)
    if digest is None:
        return None
    address = reverse("pages:picture", kwargs={"slug": challenge.spec.slug, "digest": digest})
    return Picture(address, challenge.spec.picture)


@require_safe
def picture(request: HttpRequest, slug: str, digest: str) -> HttpResponseBase:
    """Return the picture; an address of an older one leads to the newest."""
    challenge = edition_of(slug).challenge
    found = _digest(challenge.picture)
    if found is None:
        raise Http404
    if digest != found:
        return HttpResponseRedirect(reverse("pages:picture", kwargs={"slug": slug, "digest": found}))
    etag = f'"{found}"'
    headers = {
        "ETag": etag,
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    response = HttpResponse(challenge.picture.read_bytes(), content_type="image/webp", headers=headers)
    conditional = get_conditional_response(request, etag=etag, response=response)
    return response if conditional is None else conditional


@cache
def _digest(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:DIGITS] if path.exists() else None
