"""Leaderboards: public without login, a page at a time by cursor, or the rows around one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.metrics.types import Better
from judge import leaderboard
from judge.leaderboard import Row
from judge.models import Board, Edition, Standing
from web.pages.lookup import Paper, edition_of, paper_of
from web.pages.scale import scale_of


@dataclass(frozen=True)
class Shown:
    """The part of a board on this page."""

    rows: Sequence[Row]
    next_cursor: str | None
    teams: int
    around: bool


@require_safe
def board(request: HttpRequest, slug: str) -> HttpResponse:
    """Return a board; the private one for those who may see it."""
    edition = edition_of(slug, request.GET.get("version"))
    paper = paper_of(request, edition)
    which = _board(request, paper)
    own = None
    if paper.team is not None:
        own = Standing.objects.filter(edition=edition, board=which, team=paper.team).select_related("team").first()
    shown = _shown(request, edition, which, paper)
    context = {
        "paper": paper,
        "tab": "leaderboard",
        "board": which,
        "shown": shown,
        "own": own,
        "own_rank": None if own is None else leaderboard.rank_of(own),
        "own_on_page": own is not None and any(row.standing.pk == own.pk for row in shown.rows),
        "lower_is_better": leaderboard.better(edition) is Better.LOWER,
        "scale": scale_of(edition, None if own is None else own.score),
        "earlier": _earlier(edition),
    }
    return render(request, "pages/board.html", context)


def _board(request: HttpRequest, paper: Paper) -> Board:
    asked = request.GET.get("board", Board.PUBLIC)
    if asked not in set(Board) or (asked == Board.PRIVATE and not paper.sees_private):
        raise Http404
    return Board(asked)


def _shown(request: HttpRequest, edition: Edition, which: Board, paper: Paper) -> Shown:
    if request.GET.get("around") == "me" and paper.team is not None:
        rows = leaderboard.around(edition, which, paper.team)
        if rows:
            return Shown(rows, None, Standing.objects.filter(edition=edition, board=which).count(), around=True)
    try:
        page = leaderboard.page(edition, which, cursor=request.GET.get("after"))
    except ValueError as error:
        raise Http404 from error
    return Shown(page.rows, page.next_cursor, page.teams, around=False)


def _earlier(edition: Edition) -> list[Edition]:
    """Return other versions of this paper, whose boards stay readable."""
    return list(
        Edition.objects.filter(slug=edition.slug, name=edition.name).exclude(pk=edition.pk).order_by("-version")
    )
