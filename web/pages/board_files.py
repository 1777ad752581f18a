"""A board as csv and as JSON, for whoever computes with it: the order, the shared ranks and the errors of the page.

A file holds at most ROWS rows. Where more follow, the header `Link` names the next file, and JSON says so in `next`.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from challenges.metrics.types import Metric
from challenges.scoring import metric_of
from judge import leaderboard
from judge.leaderboard import Page, Row
from judge.models import Board
from web.pages.lookup import Paper, board_of, paper_of, versions_of
from web.pages.standings import interval_of

ROWS = 5000
"""In one file: half a megabyte, in a few seconds at most; whoever wants more asks for the next."""

FRESH_S = 60
"""For so long caches may give out what everybody sees of a board."""

HEAD = ("rank", "place", "team", "host", "score", "standard_error", "low", "high", "entries", "reached")

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Beginnings that a spreadsheet takes for a formula."""


@dataclass(frozen=True)
class File:
    """The part of a board that goes into one file."""

    paper: Paper
    board: Board
    page: Page
    next_address: str | None

    @property
    def metric(self) -> Metric:
        return metric_of(self.paper.spec.metric.primary)


@require_safe
def as_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Return rows of a board as csv; texts that a spreadsheet would take for a formula are quoted by an apostrophe."""
    file = _file(request, slug)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEAD)
    for row in file.page.rows:
        values = _values(row, file.metric)
        writer.writerow([values[name] if name != "team" else harmless(values[name]) for name in HEAD])
    return _answer(file, text.getvalue().encode(), content_type="text/csv; charset=utf-8", ending="csv")


@require_safe
def as_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Return rows of a board as JSON, with the anchors, which are no teams."""
    file = _file(request, slug)
    edition = file.paper.edition
    body = {
        "challenge": edition.slug,
        "version": edition.version,
        "board": str(file.board),
        "metric": file.paper.spec.metric.primary.name,
        "better": str(file.metric.better),
        "teams": leaderboard.teams_on(edition, file.board),
        "anchors": edition.anchors,
        "rows": [_values(row, file.metric) for row in file.page.rows],
        "next": file.next_address,
    }
    return _answer(file, orjson.dumps(body), content_type="application/json", ending="json")


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _file(request: HttpRequest, slug: str) -> File:
    paper = paper_of(request, versions_of(slug, request.GET.get("version")).chosen)
    board = board_of(request, paper)
    try:
        page = leaderboard.page(paper.edition, board, cursor=request.GET.get("after"), size=ROWS)
    except ValueError as error:
        raise Http404 from error
    following = None
    if page.next_cursor is not None:
        query = urlencode({"board": str(board), "version": str(paper.edition.version), "after": page.next_cursor})
        following = request.build_absolute_uri(f"{request.path}?{query}")
    return File(paper, board, page, following)


def _values(row: Row, metric: Metric) -> dict[str, Any]:
    standing = row.standing
    ends = interval_of(standing, metric)
    return {
        "rank": row.shared_rank,
        "place": row.rank,
        "team": standing.team.name,
        "host": standing.team.is_baseline,
        "score": standing.score,
        "standard_error": standing.standard_error,
        "low": ends.low,
        "high": ends.high,
        "entries": standing.entries,
        "reached": standing.achieved_at.isoformat(),
    }


def _answer(file: File, content: bytes, *, content_type: str, ending: str) -> HttpResponse:
    edition, rows = file.paper.edition, file.page.rows
    part = f"-from-{rows[0].rank}" if rows and rows[0].rank > 1 else ""
    response = HttpResponse(content, content_type=content_type)
    name = f"{edition.slug}-v{edition.version}-{file.board}{part}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    if file.next_address is not None:
        response["Link"] = f'<{file.next_address}>; rel="next"'
    if file.board is Board.PUBLIC:
        patch_cache_control(response, public=True, max_age=FRESH_S)
    else:
        patch_cache_control(response, private=True, no_store=True)
    return response
