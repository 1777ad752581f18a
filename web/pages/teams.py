"""Teams of a challenge: create, join by code, leave, merge with another one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from judge import merging, rules, teams
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


@require_POST
def merge(request: LearnerRequest, slug: str) -> HttpResponse:
    code = request.POST.get("merge_code", "")

    def proposed(edition: Edition) -> str:
        proposal = merging.propose(request.user, edition, code=code)
        words = {"name": proposal.invited}
        return _("You proposed a merge to team %(name)s; its captain finds it on this page and can accept.") % words

    return _change(request, slug, proposed)


@require_POST
def merge_withdraw(request: LearnerRequest, slug: str) -> HttpResponse:
    def withdrawn(edition: Edition) -> str:
        merging.withdraw(request.user, edition)
        return _("The proposal is withdrawn.")

    return _change(request, slug, withdrawn)


@require_POST
def merge_accept(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    def accepted(edition: Edition) -> str:
        merged = merging.accept(request.user, edition, number)
        sentence = _("Your teams are one now: %(name)s.") % {"name": merged.team}
        if not merged.unchosen:
            return sentence
        rest = ngettext(
            "You had chosen more submissions than one team may: %(count)d is no longer chosen; look at your choice.",
            "You had chosen more submissions than one team may: %(count)d are no longer chosen; look at your choice.",
            merged.unchosen,
        )
        return f"{sentence} {rest % {'count': merged.unchosen}}"

    return _change(request, slug, accepted)


@require_POST
def merge_decline(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    def declined(edition: Edition) -> str:
        merging.decline(request.user, edition, number)
        return _("You declined the merge; both teams stay as they are.")

    return _change(request, slug, declined)


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
        "proposals": None if paper.team is None else merging.open_for(paper.team),
        "leads": paper.team is not None and paper.team.captain_id == request.user.pk,
        "merge_code": request.POST.get("merge_code", ""),
        "refusal": refusal,
        "name": request.POST.get("name", ""),
        "code": request.POST.get("code", request.GET.get("code", "")),
    }
    return render(request, "pages/team.html", context, status=200 if refusal is None else refusal.status)
