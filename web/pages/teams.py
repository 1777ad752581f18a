"""Teams of a challenge: create, join by code, leave."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from judge import rules, teams
from judge.errors import TeamRefused
from judge.models import Edition
from web.pages.lookup import LearnerRequest, edition_of, paper_of


@require_safe
def team(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return one's team, or the two ways into one."""
    return _page(request, edition_of(slug))


@require_POST
def create(request: LearnerRequest, slug: str) -> HttpResponse:
    name = request.POST.get("name", "")

    def created(edition: Edition) -> str:
        return _("Team %(name)s is ready.") % {"name": teams.create(request.user, edition, name=name)}

    return _change(request, slug, created)


@require_POST
def join(request: LearnerRequest, slug: str) -> HttpResponse:
    code = request.POST.get("code", "")

    def joined(edition: Edition) -> str:
        return _("You are in team %(name)s.") % {"name": teams.join(request.user, edition, code=code)}

    return _change(request, slug, joined)


@require_POST
def leave(request: LearnerRequest, slug: str) -> HttpResponse:
    def left(edition: Edition) -> str:
        teams.leave(request.user, edition)
        return _("You left the team.")

    return _change(request, slug, left)


def _change(request: LearnerRequest, slug: str, change: Callable[[Edition], str]) -> HttpResponse:
    edition = edition_of(slug)
    try:
        done = change(edition)
    except TeamRefused as refusal:
        return _page(request, edition, refusal)
    messages.success(request, done)
    return redirect("pages:team", slug=edition.slug)


def _page(request: LearnerRequest, edition: Edition, refusal: TeamRefused | None = None) -> HttpResponse:
    paper = paper_of(request, edition)
    members = [] if paper.team is None else list(paper.team.memberships.select_related("user").order_by("joined_at"))
    context = {
        "paper": paper,
        "tab": "team",
        "members": members,
        "most": rules.TEAM_MAX,
        "refusal": refusal,
        "name": request.POST.get("name", ""),
        "code": request.POST.get("code", request.GET.get("code", "")),
    }
    return render(request, "pages/team.html", context, status=200 if refusal is None else refusal.status)
