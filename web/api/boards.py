"""Leaderboards."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from judge import catalogue, leaderboard, teams
from judge.errors import Refused
from judge.models import Board
from web.access import ByTable
from web.api import render
from web.api.base import View, answers, viewer
from web.api.errors import Problem
from web.api.shapes import BoardShape


class Leaderboard(View):
    permission_classes = (ByTable, AllowAny)

    @extend_schema(
        operation_id="leaderboard",
        parameters=[
            OpenApiParameter("board", enum=[str(board) for board in Board], default="public"),
            OpenApiParameter("cursor", description="`next_cursor` of the page before."),
            OpenApiParameter("around", enum=["me"], description="My team's row and its neighbours."),
        ],
        responses=answers({200: BoardShape}, 400, 401, 403, 404),
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return a page of a board; the private one after the deadline or for staff."""
        edition, user = catalogue.find(slug), viewer(request)
        board = _board(request)
        is_staff = user is not None and user.is_staff
        if board is Board.PRIVATE and not leaderboard.sees_private(edition, is_staff=is_staff, now=timezone.now()):
            raise Refused("private_hidden", "The private board is shown after the deadline.", status=403)
        mine = None if user is None else teams.team_of(user, edition)
        around = request.query_params.get("around")
        if around not in (None, "me"):
            raise Problem("bad_parameter", f"around: expected 'me', found {around[:40]!r}.")
        if around == "me" and user is None:
            raise NotAuthenticated
        try:
            page = leaderboard.page(edition, board, cursor=request.query_params.get("cursor"))
        except ValueError as error:
            raise Problem("bad_cursor", "cursor: expected the `next_cursor` of the page before.") from error
        rows = page.rows
        if around == "me":
            rows = () if mine is None else leaderboard.around(edition, board, mine)
        body = {
            "board": board,
            "metric": render.metric(edition.challenge.spec.metric.primary),
            "rows": [render.board_row(row, board=board, mine=mine) for row in rows],
            "next_cursor": None if around == "me" else page.next_cursor,
            "teams": leaderboard.teams_on(edition, board),
        }
        return Response(BoardShape(body).data)


def _board(request: Request) -> Board:
    text = request.query_params.get("board", "public")
    if text not in list(Board):
        raise Problem("bad_parameter", f"board: expected public or private, found {text[:40]!r}.")
    return Board(text)
