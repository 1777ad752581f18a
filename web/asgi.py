"""The door for the events of submissions: everything that streams, and nothing else.

`web.wsgi` serves the site with threads. A stream would hold one of them for as long as somebody looks at a page, so a
process of this application serves them beside it, and the proxy sends it what ends in /events/. Pages and downloads
stay with WSGI: under ASGI Django would read a whole download into memory before it sends it.
"""

from __future__ import annotations

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
_django = get_asgi_application()

NOTHING_HERE = b"This process serves the events of submissions only.\n"


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answer a request for events or health; 404 to everything else."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    elif scope["type"] == "http" and scope["path"].endswith(("/events/", "/healthz")):
        await _django(scope, receive, send)
    elif scope["type"] == "http":
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send({"type": "http.response.start", "status": 404, "headers": headers})
        await send({"type": "http.response.body", "body": NOTHING_HERE})


async def _live(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
