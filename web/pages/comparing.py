"""Two submissions of a team side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from judge import comparison, history
from judge.models import Board, Submission
from web.pages.lookup import LearnerRequest, Paper, paper_of
from web.pages.results import Change, change_of, usage_of


@dataclass(frozen=True, kw_only=True)
class BoardShown:
    """The two scores on one board and their difference."""

    board: Board
    first: float | None
    second: float | None
    change: Change | None
    held: bool
    """Whether the Ladder keeps one of the two public scores back."""


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Two submissions as the page compares them."""

    first: Submission
    second: Submission
    alike: bool
    """Whether both were scored on the same rows by the same version of the metric."""
    boards: Sequence[BoardShown]
    rows: Sequence[tuple[str, str, str]]
    """(name, of the first, of the second): secondary scores and usage."""


@never_cache
@require_safe
def compare(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return a submission beside the one that `?with=` names, or a form to name it."""
    first = history.visible(request.user, pk)
    paper = paper_of(request, first.edition)
    second = _second(request, first)
    context = {
        "paper": paper,
        "tab": "submissions",
        "submission": first,
        "others": comparison.others(first),
        "pair": None if second is None else pair_of(first, second, paper),
    }
    return render(request, "pages/compare.html", context)


def pair_of(first: Submission, second: Submission, paper: Paper) -> Pair:
    """Return two submissions to one paper side by side; private figures only for those who may see them."""
    alike = comparison.measured_alike(first, second)
    boards = [Board.PUBLIC, Board.PRIVATE] if paper.sees_private else [Board.PUBLIC]
    return Pair(
        first=first,
        second=second,
        alike=alike,
        boards=[_board(first, second, board, paper, alike=alike) for board in boards],
        rows=[*_secondary(first, second), *_usage(first, second, paper)],
    )


def _second(request: LearnerRequest, first: Submission) -> Submission | None:
    """Return the submission to compare with. Raises Http404 for one to another paper, Refused for a stranger's."""
    asked = request.GET.get("with", "")
    if not asked:
        return None
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    second = history.visible(request.user, int(asked))
    if second.edition_id != first.edition_id:
        raise Http404
    return second


def _board(first: Submission, second: Submission, board: Board, paper: Paper, *, alike: bool) -> BoardShown:
    return BoardShown(
        board=board,
        first=getattr(first, f"{board}_score"),
        second=getattr(second, f"{board}_score"),
        change=change_of(comparison.compare(first, second, board), paper) if alike else None,
        held=board is Board.PUBLIC and (first.public_held or second.public_held),
    )


def _secondary(first: Submission, second: Submission) -> list[tuple[str, str, str]]:
    """Return the public secondary scores; a held submission has none of its own."""
    columns = [{} if one.public_held else one.public_secondary for one in (first, second)]
    names = list(dict.fromkeys([*columns[0], *columns[1]]))
    return [(name, _figure(columns[0].get(name)), _figure(columns[1].get(name))) for name in names]


def _usage(first: Submission, second: Submission, paper: Paper) -> list[tuple[str, str, str]]:
    columns = [{used.label: used.value for used in usage_of(one, paper)} for one in (first, second)]
    names = list(dict.fromkeys([*columns[0], *columns[1]]))
    return [(name, columns[0].get(name, "–"), columns[1].get(name, "–")) for name in names]


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}"
