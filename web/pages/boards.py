"""Leaderboards: public without login, a page at a time by cursor, or the rows around one's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from challenges.metrics.types import Better
from judge import climbs, leaderboard
from judge.models import Board, Edition, Standing
from judge.tiers import Tier
from web.pages import board_files, board_parts, board_rows, climbing, standings
from web.pages.board_parts import Seen
from web.pages.lookup import board_of, paper_of, versions_of
from web.pages.scale import scale_of

IN_SIGHT = 10
"""Lines at the top of a page among which one's own row needs no pin."""

CHART_S = 60
"""For so long a chart is drawn no further; a new score draws it at once."""


@dataclass(frozen=True, kw_only=True)
class Own:
    """The visitor's own row."""

    standing: Standing
    place: int
    shared_rank: int | None
    """None where the row is not on the page: who shares its rank was not worked out."""
    medal: Tier | None
    pinned: bool
    """Whether it is also shown above the others."""


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a board; the private one for those who may see it."""
    versions = versions_of(slug, request.GET.get("version"))
    edition = versions.chosen
    paper = paper_of(request, edition)
    which = board_of(request, paper)
    around, cursor = request.GET.get("around") == "me", request.GET.get("after")
    try:
        seen = board_parts.see(edition, which, team=paper.team, cursor=cursor, around=around)
    except ValueError as error:
        raise Http404 from error
    own = seen.own
    context = {
        "paper": paper,
        "tab": "leaderboard",
        "board": which,
        "seen": seen,
        "table": seen.part.table,
        "rows": board_rows.html_of(seen.part.table.lines, paper.spec, own_team_id=None if own is None else own.team_id),
        "own": _own(seen),
        "chart": _chart(edition, seen) if which is Board.PUBLIC and seen.part.is_top else None,
        "lower_is_better": leaderboard.better(edition) is Better.LOWER,
        "scale": scale_of(edition, None if own is None else own.score),
        "earlier": versions.others,
        "version": f"&version={edition.version}" if "version" in request.GET else "",
        "after": f"&{urlencode({'after': request.GET['after']})}" if "after" in request.GET else "",
        "file_rows": board_files.ROWS,
        "embed_address": request.build_absolute_uri(reverse("pages:board-embed", args=[edition.slug])),
    }
    return render(request, "pages/board.html", context)


def _own(seen: Seen) -> Own | None:
    standing = seen.own
    if standing is None:
        return None
    position = seen.own_position
    line = None if position is None else seen.part.team_lines[position]
    return Own(
        standing=standing,
        place=board_parts.place_of(standing, seen.state) if line is None else line.place,
        shared_rank=None if line is None else line.shared_rank,
        medal=standings.medal(standing, seen.part.scale),
        pinned=position is None or position >= IN_SIGHT,
    )


def _chart(edition: Edition, seen: Seen) -> SafeString:
    """Return how the leading teams got there, as HTML: at most a minute old, and after all that they handed in.

    A score of somebody further down changes nothing of it.
    """
    leading = [
        (line.team_id, line.name, line.shared_rank, line.score, line.entries)
        for line in seen.part.team_lines
        if not line.host
    ][: climbs.LEADING]
    if not leading:
        return SafeString()
    key = board_parts.key_of(edition, f"chart in {get_language()} of {leading}")
    kept: str | None = caches["boards"].get(key)
    if kept is None:
        rows = seen.rows or leaderboard.page(edition, Board.PUBLIC).rows
        until = timezone.now() if edition.closes_at is None else min(timezone.now(), edition.closes_at)
        metric, better = edition.challenge.spec.metric.primary, leaderboard.better(edition)
        chart = climbing.drawing_of(climbs.of_leading(edition, rows), metric=metric, better=better, until=until)
        kept = render_to_string(
            "pages/_board_chart.html", {"chart": chart, "paper": {"spec": edition.challenge.spec}}
        ).strip()
        caches["boards"].set(key, kept, CHART_S)
    return SafeString(kept)
