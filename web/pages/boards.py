"""Leaderboards: public without login, a page at a time by cursor, or the rows around one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from challenges.metrics.types import Better
from judge import climbs, leaderboard
from judge.leaderboard import Marked, Row
from judge.models import Board, Edition
from web.pages import board_files, climbing, standings
from web.pages.lookup import board_of, paper_of, versions_of
from web.pages.scale import scale_of
from web.pages.standings import Own, Reach

IN_SIGHT = 10
"""Lines at the top of a page among which one's own row needs no pin."""


@dataclass(frozen=True)
class Shown:
    """The part of a board on this page."""

    rows: Sequence[Row]
    next_cursor: str | None
    teams: int
    around: bool
    reach: Reach

    @property
    def is_top(self) -> bool:
        return self.reach.first is None


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a board; the private one for those who may see it."""
    versions = versions_of(slug, request.GET.get("version"))
    edition = versions.chosen
    paper = paper_of(request, edition)
    which = board_of(request, paper)
    marked = leaderboard.marked(edition, which, paper.team)
    shown = _shown(request, edition, which, marked)
    context = {
        "paper": paper,
        "tab": "leaderboard",
        "board": which,
        "shown": shown,
        "table": standings.lines_of(edition, shown.rows, marked=marked, reach=shown.reach),
        "own": _own(edition, shown.rows, marked),
        "chart": _chart(edition, shown) if which is Board.PUBLIC and shown.is_top else None,
        "lower_is_better": leaderboard.better(edition) is Better.LOWER,
        "scale": scale_of(edition, None if marked.own is None else marked.own.score),
        "earlier": versions.others,
        "version": f"&version={edition.version}" if "version" in request.GET else "",
        "after": f"&{urlencode({'after': request.GET['after']})}" if "after" in request.GET else "",
        "file_rows": board_files.ROWS,
        "embed_address": request.build_absolute_uri(reverse("pages:board-embed", args=[edition.slug])),
    }
    return render(request, "pages/board.html", context)


def _shown(request: HttpRequest, edition: Edition, which: Board, marked: Marked) -> Shown:
    if request.GET.get("around") == "me" and marked.own is not None:
        rows, teams = leaderboard.beside(marked.own), leaderboard.teams_on(edition, which)
        first = None if rows[0].rank == 1 else rows[0].standing.key
        end = None if rows[-1].rank == teams + len(marked.hosts) else rows[-1].standing.key
        return Shown(rows, None, teams, around=True, reach=Reach(first, end))
    try:
        page = leaderboard.page(edition, which, cursor=request.GET.get("after"))
    except ValueError as error:
        raise Http404 from error
    end = page.rows[-1].standing.key if page.next_cursor else None
    return Shown(page.rows, page.next_cursor, page.teams, around=False, reach=Reach(page.above_key, end))


def _own(edition: Edition, rows: Sequence[Row], marked: Marked) -> Own | None:
    standing = marked.own
    if standing is None:
        return None
    position = next((position for position, row in enumerate(rows) if row.standing.pk == standing.pk), None)
    row = None if position is None else rows[position]
    return Own(
        standing=standing,
        place=leaderboard.rank_of(standing) if row is None else row.rank,
        shared_rank=None if row is None else row.shared_rank,
        medal=standings.medal(standing, standings.scale(edition, marked)),
        pinned=position is None or position >= IN_SIGHT,
    )


def _chart(edition: Edition, shown: Shown) -> climbing.Drawing | None:
    if not shown.rows:
        return None
    until = timezone.now() if edition.closes_at is None else min(timezone.now(), edition.closes_at)
    metric, better = edition.challenge.spec.metric.primary, leaderboard.better(edition)
    return climbing.drawing_of(climbs.of_leading(edition, shown.rows), metric=metric, better=better, until=until)
