"""Discussion of a challenge: its threads, one thread, and the small forms of both."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from judge.discussions import threads
from judge.discussions.models import BODY_MAX, REASON_MAX, TITLE_MAX, Post, Thread
from judge.discussions.threads import DiscussionRefused
from web.pages import notices
from web.pages.lookup import LearnerRequest, edition_of, paper_of

MOST_PAGES = 10_000
LIMITS = {"title_max": TITLE_MAX, "body_max": BODY_MAX, "reason_max": REASON_MAX}


@require_safe
def discussions(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the threads of a challenge."""
    return _listing(request, slug)


@require_POST
def start(request: LearnerRequest, slug: str) -> HttpResponse:
    """Open a thread; what does not fit comes back with its texts."""
    title, body = request.POST.get("title", ""), request.POST.get("body", "")
    try:
        thread = threads.start(request.user, edition_of(slug), title=title, body=body)
    except DiscussionRefused as refusal:
        return _listing(request, slug, refusal, title=title, body=body)
    return redirect("pages:thread", slug=slug, number=thread.pk)


@require_safe
def thread(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Return one thread with its posts."""
    return _thread(request, threads.find(edition_of(slug).slug, number))


@require_POST
def reply(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    found = threads.find(edition_of(slug).slug, number)
    body = request.POST.get("body", "")
    try:
        post = threads.reply(request.user, found, body=body)
    except DiscussionRefused as refusal:
        return _thread(request, found, refusal, body=body)
    address = request.build_absolute_uri(_address(post))
    notices.tell_of_reply(post, address, account=request.build_absolute_uri(reverse("account")))
    return redirect(_address(post))


@require_POST
def report(request: LearnerRequest, number: int) -> HttpResponse:
    post = threads.find_post(number)
    try:
        threads.report(request.user, post, reason=request.POST.get("reason", ""))
    except DiscussionRefused as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, _("Thank you. An instructor will look at it."))
    return redirect(_address(post))


@require_POST
def hide(request: LearnerRequest, number: int) -> HttpResponse:
    """Hide a post or let it stand."""
    post = threads.find_post(number)
    threads.judge_post(post, hidden=request.POST.get("hidden") == "yes")
    return redirect(_address(post))


@require_POST
def pin(request: LearnerRequest, slug: str, number: int) -> HttpResponse:
    found = threads.find(edition_of(slug).slug, number)
    threads.pin(found, pinned=request.POST.get("pinned") == "yes")
    return redirect("pages:thread", slug=slug, number=number)


def _listing(
    request: HttpRequest, slug: str, refusal: DiscussionRefused | None = None, *, title: str = "", body: str = ""
) -> HttpResponse:
    paper = paper_of(request, edition_of(slug))
    shown = {
        "tab": "discussion",
        "paper": paper,
        "page": threads.of_challenge(paper.edition.slug, page=_page_number(request)),
        "refusal": refusal,
        "title": title,
        "body": body,
    }
    return render(request, "pages/discussions.html", shown | LIMITS, status=refusal.status if refusal else 200)


def _thread(
    request: HttpRequest, found: Thread, refusal: DiscussionRefused | None = None, *, body: str = ""
) -> HttpResponse:
    shown = {
        "tab": "discussion",
        "paper": paper_of(request, edition_of(found.slug)),
        "thread": found,
        "page": threads.posts_of(found, page=_page_number(request)),
        "refusal": refusal,
        "body": body,
    }
    return render(request, "pages/thread.html", shown | LIMITS, status=refusal.status if refusal else 200)


def _address(post: Post) -> str:
    """Return where a post stands: its thread, the page of it, the post."""
    earlier = post.thread.posts.filter(pk__lt=post.pk).count()
    page = earlier // threads.POSTS_SHOWN + 1
    query = f"?page={page}" if page > 1 else ""
    return f"{reverse('pages:thread', args=[post.thread.slug, post.thread_id])}{query}#post-{post.pk}"


def _page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), MOST_PAGES) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
