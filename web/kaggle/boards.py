"""`kaggle competitions leaderboard --show | --download`."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from judge import catalogue, leaderboard
from judge.leaderboard import Row
from judge.models import Board, Edition
from web import downloads
from web.access import ByTable
from web.kaggle import render, shapes
from web.kaggle.base import View
from web.kaggle.errors import Problem

ROWS_AT_ONCE = 1000
COLUMNS = ("Rank", "TeamId", "TeamName", "LastSubmissionDate", "Score", "SubmissionCount")


class GetLeaderboard(View):
    permission_classes = (ByTable, AllowAny)

    def post(self, request: Request) -> Response:
        """Return a page of the board: the public one, after the deadline the final one."""
        asked = shapes.read(request, shapes.GetLeaderboard)
        edition = catalogue.find(asked.competition_name)
        board = Board.PUBLIC if asked.override_public else _shown(edition)
        try:
            page = leaderboard.page(edition, board, cursor=asked.token, size=asked.size)
        except ValueError as error:
            raise Problem("bad_page_token", _("The page token is not one of this judge.")) from error
        return Response(
            {
                "submissions": [render.board_row(row, edition) for row in page.rows],
                "nextPageToken": page.next_cursor or "",
            }
        )


class DownloadLeaderboard(View):
    permission_classes = (ByTable, AllowAny)

    def post(self, request: Request) -> HttpResponseBase:
        """Download the whole board as a csv in a zip."""
        asked = shapes.read(request, shapes.OfCompetition)
        edition = catalogue.find(asked.competition_name)
        board = _shown(edition)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{edition.slug}-{board}-leaderboard.csv", _csv(edition, board))
        return downloads.serve_bytes(packed.getvalue(), name=f"{edition.slug}.zip")


def _shown(edition: Edition) -> Board:
    ended = leaderboard.sees_private(edition, is_staff=False, now=timezone.now())
    return Board.PRIVATE if ended else Board.PUBLIC


def _csv(edition: Edition, board: Board) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in _all_rows(edition, board):
        cells = render.board_row(row, edition)
        place = (row.rank, cells["teamId"], _inert(cells["teamName"]), cells["submissionDate"], cells["score"])
        writer.writerow((*place, row.standing.entries))
    return text.getvalue()


def _all_rows(edition: Edition, board: Board) -> Iterator[Row]:
    cursor = None
    while True:
        page = leaderboard.page(edition, board, cursor=cursor, size=ROWS_AT_ONCE)
        yield from page.rows
        cursor = page.next_cursor
        if cursor is None:
            return


def _inert(name: str) -> str:
    """Return a team's name so that no spreadsheet takes it for a formula."""
    return f"'{name}" if name[:1] in {"=", "+", "-", "@"} else name
