"""The head of a board for other people's pages: no login, no cookie needed, nothing to click but a link to the board.

This is the only page that may stand in a frame. It shows the same to everybody and holds no form, so that a foreign
page that frames it gains nothing.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from challenges.metrics.types import Better
from judge import leaderboard
from judge.models import Board
from web.pages import board_files, board_parts, board_rows
from web.pages.lookup import versions_of

ROWS = 10

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors *",
    )
)


@require_safe
@xframe_options_exempt
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the first rows of the public board for a frame."""
    edition = versions_of(slug).chosen
    seen = board_parts.see(edition, Board.PUBLIC, size=ROWS)
    spec, table = edition.challenge.spec, seen.part.table
    context = {
        "spec": spec,
        "seen": seen,
        "table": table,
        "rows": board_rows.html_of(table.lines, spec, brief=True),
        "lower_is_better": leaderboard.better(edition) is Better.LOWER,
        "board_address": request.build_absolute_uri(reverse("pages:board", args=[edition.slug])),
    }
    response = render(request, "pages/board_embed.html", context)
    response["Content-Security-Policy"] = POLICY
    patch_cache_control(response, public=True, max_age=board_files.FRESH_S)
    return response
