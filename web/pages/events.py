"""GET /submissions/N/events/: server-sent events that say when the page of a submission has changed.

browser ── EventSource ──> proxy ──> web.asgi (this view) ── one reader for all ──> database
   └────── GET the page ──> proxy ──> web.wsgi             at each event: what the page shows now

An event carries no news, only that there is some, so that access, language and rendering stay with the ordinary view.
Under WSGI a stream would hold a thread for as long as somebody looks: there it says how things stand and ends at once,
and the browser comes again by itself, soon after a change and ever more seldom when there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_safe

from judge import history, watching
from web.pages.lookup import LearnerRequest
from web.pages.watchers import Watchers

HEARTBEAT_S = 15.0
"""Proxies cut a connection on which nothing is said for a while; nginx after 60 s."""

LONGEST_S = 300.0
"""Then the browser comes again, and is asked anew who it is."""

RETRY_MS = 2000

SOON_MS = 500
SELDOM_MS = 5000
"""How long a browser waits before it comes again where streams end at once: right after a change, and at most."""

HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",  # nginx passes each event on at once
}

WATCHERS = Watchers(watching.stamps)


@require_safe
def events(request: LearnerRequest, pk: int) -> HttpResponseBase:
    """Return a stream of changes under ASGI, the stand of things under WSGI."""
    found = history.visible(request.user, pk)
    if not _is_asynchronous(request):
        text = glance(found.pk, last=request.headers.get("Last-Event-ID", ""))
        return HttpResponse(text, content_type="text/event-stream", headers=HEADERS)
    connections.close_all()  # the request lasts for minutes and needs the database no more
    return StreamingHttpResponse(stream(found.pk), content_type="text/event-stream", headers=HEADERS)


def glance(number: int, *, last: str) -> str:
    """Return a stream of one event, or of none when all is as it was at the last one, whose id counts the looks."""
    stamp = watching.stamps([number])[number]
    before, _, looks = last.partition(".")
    if before != stamp or stamp == watching.DONE:
        return f"retry: {SOON_MS}\nid: {stamp}.0\nevent: change\ndata: {stamp}\n\n"
    quiet = int(looks) + 1 if looks.isdecimal() and len(looks) < 3 else 0
    return f"retry: {min(SELDOM_MS, round(SOON_MS * 1.3**quiet))}\nid: {stamp}.{quiet}\n\n"


async def stream(number: int, watchers: Watchers = WATCHERS) -> AsyncIterator[str]:
    """Yield an event now, one at each change, and something every 15 s; ends when the submission is done."""
    loop = asyncio.get_running_loop()
    end = loop.time() + LONGEST_S
    stamp: str | None = None
    yield f"retry: {RETRY_MS}\n\n"
    with watchers.watching(number):
        while stamp != watching.DONE and loop.time() < end:
            changed = await watchers.next_stamp(number, after=stamp, patience_s=HEARTBEAT_S)
            stamp = changed or stamp
            yield f"event: change\ndata: {changed}\n\n" if changed else ": nothing new\n\n"


def _is_asynchronous(request: HttpRequest) -> bool:
    return isinstance(request, ASGIRequest)
