"""Hand in, watch, choose, cancel."""

from __future__ import annotations

import secrets
from typing import cast

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
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
from judge.verdicts import Verdict
from web.pages import words
from web.pages.live import live_of
from web.pages.lookup import LearnerRequest, edition_of, paper_of


class SubmitThrottle(UserRateThrottle):
    """The same counter as the API's: rejected files cost no quota, so guessing by rejection is slowed down."""

    scope = "submit"


@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: LearnerRequest, slug: str) -> HttpResponse:
    """Return the hand-in form, or take what it sends; its script asks for JSON, and stays where it is."""
    edition = edition_of(slug)
    if request.method != "POST":
        return _form(request, edition)
    try:
        submission = intake.submit(request.user, edition, _handed_in(request, edition))
    except SubmissionRefused as refusal:
        if _asks_for_json(request):
            return _answer(request, edition, html=_part("_refusal.html", refusal=refusal), status=refusal.status)
        return _form(request, edition, refusal)
    if not _asks_for_json(request):
        return redirect("pages:submission", pk=submission.pk)
    if submission.verdict != Verdict.REJECTED:
        return JsonResponse({"location": reverse("pages:submission", args=[submission.pk])})
    names_files = any(finding.get("file") for finding in submission.findings)
    html = _part("pages/_rejected.html", submission=submission, names_files=names_files)
    return _answer(request, edition, html=html, status=422)


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
        said = _("Submission %(number)d counts in the end.") if chosen else _("Submission %(number)d no longer counts.")
        messages.success(request, said % {"number": pk})
    return redirect("pages:submissions", slug=found.edition.slug)


def _asks_for_json(request: LearnerRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _part(template: str, **context: object) -> str:
    return render_to_string(template, context)


def _answer(request: LearnerRequest, edition: Edition, *, html: str, status: int) -> JsonResponse:
    """Return what the form's script lays beside the form, a fresh key, and what is left of the quota."""
    quota = _part("pages/_quota.html", paper=paper_of(request, edition))
    return JsonResponse({"html": html, "key": secrets.token_urlsafe(16), "quota": quota}, status=status)


def _handed_in(request: LearnerRequest, edition: Edition) -> HandIn:
    """Return what the form sent. Raises SubmissionRefused when there is nothing, too much of it, or too often."""
    throttle = SubmitThrottle()
    if not throttle.allow_request(cast(Request, request), APIView()):
        wait_s = throttle.wait() or 60
        sentence = _("That was a lot at once; try again in %(wait).0f seconds.") % {"wait": wait_s}
        raise SubmissionRefused("throttled", sentence, status=429)
    upload = request.FILES.get("file")
    if getattr(request, "upload_cut_at", None) is not None:
        limit_mb = settings.UPLOAD_MAX_BYTES / 2**20
        sentence = _("The file has more than %(most)g MB.") % {"most": limit_mb}
        raise SubmissionRefused("too_large", sentence, status=413)
    text_name = words.text_name(edition.challenge.spec)
    text = request.POST.get("text", "")
    if not isinstance(upload, UploadedFile) and text.strip() and text_name is not None:
        upload = SimpleUploadedFile(text_name, text.replace("\r\n", "\n").encode())  # browsers end lines so
    if not isinstance(upload, UploadedFile):
        raise SubmissionRefused("no_file", _("Choose a file first."), status=400)
    if "end" not in request.POST:  # the last field of the form: a connection cut in the middle never sends it
        raise SubmissionRefused("upload_incomplete", _("The upload was cut off; hand in once more."), status=400)
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
        "text_name": words.text_name(paper.spec),
        "text": request.POST.get("text", ""),
        "key": secrets.token_urlsafe(16),
        "refusal": refusal,
    }
    return render(request, "pages/submit.html", context, status=200 if refusal is None else refusal.status)


def _before(request: LearnerRequest) -> int | None:
    value = request.GET.get("before", "")
    return int(value) if value.isdecimal() and len(value) < 19 else None
