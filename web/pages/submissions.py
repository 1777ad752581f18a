"""Hand in, watch, choose, cancel."""

from __future__ import annotations

import secrets
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from challenges.spec import Counts
from judge import bookkeeping, history, intake
from judge.errors import SubmissionRefused
from judge.intake import HandIn
from judge.models import Edition
from judge.verdicts import State
from web.pages import words
from web.pages.live import live_of
from web.pages.lookup import LearnerRequest, edition_of, paper_of


class SubmitThrottle(UserRateThrottle):
    """The same counter as the API's: rejected files cost no quota, so guessing by rejection is slowed down."""

    scope = "submit"


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return the hand-in form, or take what it sends."""
    edition = edition_of(slug)
    if request.method != "POST":
        return _form(request, edition)
    try:
        submission = intake.submit(request.user, edition, _handed_in(request))
    except SubmissionRefused as refusal:
        return _form(request, edition, refusal)
    return redirect("pages:submission", pk=submission.pk)


@require_safe
def submissions(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return the submissions of one's team to a challenge."""
    edition = edition_of(slug)
    paper = paper_of(request, edition)
    context = {
        "paper": paper,
        "tab": "submissions",
        "page": history.of_user(request.user, edition, before=_before(request)),
        "choosing": paper.spec.board.counts is Counts.CHOSEN,
        "chosen_now": 0 if paper.team is None else paper.team.submissions.filter(chosen=True).count(),
    }
    return render(request, "pages/submissions.html", context)


@require_safe
def work(request: LearnerRequest) -> HttpResponse:
    """Return the submissions of all one's teams."""
    page = history.of_user(request.user, None, before=_before(request))
    return render(request, "pages/work.html", {"page": page})


@never_cache
@require_safe
def submission(request: LearnerRequest, pk: int) -> HttpResponse:
    """Return one submission as it stands now; the page updates itself until it is done."""
    found = history.visible(request.user, pk)
    paper = paper_of(request, found.edition)
    context = {"paper": paper, "tab": "submissions", "live": live_of(found, paper), "own": found.team == paper.team}
    return render(request, "pages/submission.html", context)


@never_cache
@require_safe
def live(request: LearnerRequest, pk: int) -> JsonResponse:
    """Return the changing part of a submission's page, as the script swaps it in."""
    found = history.visible(request.user, pk)
    paper = paper_of(request, found.edition)
    now = live_of(found, paper)
    html = render_to_string("pages/_live.html", {"live": now, "paper": paper, "own": found.team == paper.team}, request)
    return JsonResponse({"done": found.state == State.DONE, "status": now.announcement, "html": html})


@require_POST
def cancel(request: LearnerRequest, pk: int) -> HttpResponse:
    found = history.own(request.user, pk)
    if bookkeeping.cancel(found):
        messages.success(request, f"Submission {pk} is being stopped.")
    else:
        messages.info(request, f"Submission {pk} was done already; nothing was cancelled.")
    return redirect("pages:submission", pk=pk)


@require_POST
def choose(request: LearnerRequest, pk: int) -> HttpResponse:
    found = history.own(request.user, pk)
    chosen = request.POST.get("chosen") == "yes"
    try:
        intake.choose(found, chosen=chosen)
    except SubmissionRefused as refusal:
        messages.error(request, f"{refusal.sentence} ({refusal.code})")
    else:
        messages.success(request, f"Submission {pk} {'counts' if chosen else 'no longer counts'} in the end.")
    return redirect("pages:submissions", slug=found.edition.slug)


def _handed_in(request: LearnerRequest) -> HandIn:
    """Return what the form sent. Raises SubmissionRefused when there is no file, too much of it, or too often."""
    throttle = SubmitThrottle()
    if not throttle.allow_request(cast(Request, request), APIView()):
        wait_s = throttle.wait() or 60
        raise SubmissionRefused("throttled", f"That was a lot at once; try again in {wait_s:.0f} seconds.", status=429)
    upload = request.FILES.get("file")
    if getattr(request, "upload_cut_at", None) is not None:
        limit_mb = settings.UPLOAD_MAX_BYTES / 2**20
        raise SubmissionRefused("too_large", f"The file has more than {limit_mb:g} MB.", status=413)
    if not isinstance(upload, UploadedFile):
        raise SubmissionRefused("no_file", "Choose a file first.", status=400)
    if "end" not in request.POST:  # the last field of the form: a connection cut in the middle never sends it
        raise SubmissionRefused("upload_incomplete", "The upload was cut off; hand in once more.", status=400)
    return HandIn(
        file_name=upload.name or "unnamed",
        data=upload.read(),
        description=request.POST.get("description", "").strip(),
        idempotency_key=request.POST.get("key") or None,
    )


def _form(request: LearnerRequest, edition: Edition, refusal: SubmissionRefused | None = None) -> HttpResponse:
    paper = paper_of(request, edition)
    context = {
        "paper": paper,
        "tab": "submit",
        "expected": words.expected_file(paper.spec),
        "accept": ",".join(words.suffixes(paper.spec)),
        "max_bytes": round(words.max_mb(paper.spec) * 2**20),
        "description": request.POST.get("description", ""),
        "key": secrets.token_urlsafe(16),
        "refusal": refusal,
    }
    return render(request, "pages/submit.html", context, status=200 if refusal is None else refusal.status)


def _before(request: LearnerRequest) -> int | None:
    value = request.GET.get("before", "")
    return int(value) if value.isdecimal() and len(value) < 19 else None
