"""Who may write, report, hide and pin.

A post is hidden when three learners have reported it, until an instructor has looked: they hide it for good or let it
stand, and then reports change nothing any more. Hiding keeps the text, so that a mistake can be undone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from judge.discussions.models import BODY_MAX, REASON_MAX, TITLE_MAX, Post, Report, Thread
from judge.errors import Refused
from judge.models import Edition

THREADS_SHOWN = 30
POSTS_SHOWN = 50
HIDING_REPORTS = 3
"""Reports of different learners that hide a post: one alone could silence anybody."""
POSTS_AN_HOUR = 20
"""More than anybody writes who reads the answers."""


Row = TypeVar("Row", Thread, Post)


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some threads or posts and the number of the next page, if there is one."""

    rows: Sequence[Row]
    next_page: int | None


class DiscussionRefused(Refused):
    """This cannot be written, or not now."""


def start(user: User, edition: Edition, *, title: str, body: str) -> Thread:
    """Return a new thread with its first post. Raises DiscussionRefused."""
    title = " ".join(title.split())
    if not 1 <= len(title) <= TITLE_MAX:
        sentence = _("A title has 1 to %(most)d characters.") % {"most": TITLE_MAX}
        raise DiscussionRefused("bad_title", sentence, status=400)
    body = _checked(user, body)
    now = timezone.now()
    with transaction.atomic():
        thread = Thread.objects.create(slug=edition.slug, title=title, author=user, created_at=now, last_post_at=now)
        Post.objects.create(thread=thread, author=user, body=body, by_instructor=user.is_staff, created_at=now)
    return thread


def reply(user: User, thread: Thread, *, body: str) -> Post:
    """Return the new last post of a thread. Raises DiscussionRefused."""
    body = _checked(user, body)
    now = timezone.now()
    with transaction.atomic():
        post = Post.objects.create(thread=thread, author=user, body=body, by_instructor=user.is_staff, created_at=now)
        Thread.objects.filter(pk=thread.pk).update(replies=F("replies") + 1, last_post_at=now)
    return post


def report(user: User, post: Post, *, reason: str) -> None:
    """Keep that a learner objects to a post; enough of them hide it. Raises DiscussionRefused for one's own post."""
    if post.author_id == user.pk:
        raise DiscussionRefused("own_post", _("This post is your own."), status=400)
    with transaction.atomic():
        locked = Post.objects.select_for_update().get(pk=post.pk)
        Report.objects.get_or_create(
            post=locked, user=user, defaults={"reason": reason.strip()[:REASON_MAX], "created_at": timezone.now()}
        )
        if not locked.is_cleared and locked.reports.count() >= HIDING_REPORTS:
            locked.is_hidden = True
            locked.save(update_fields=["is_hidden"])


def judge_post(post: Post, *, hidden: bool) -> None:
    """Hide a post or let it stand, as an instructor decides; reports change nothing after that."""
    Post.objects.filter(pk=post.pk).update(is_hidden=hidden, is_cleared=True)


def pin(thread: Thread, *, pinned: bool) -> None:
    Thread.objects.filter(pk=thread.pk).update(is_pinned=pinned)


def find(slug: str, number: int) -> Thread:
    """Return a thread of a challenge. Raises Refused."""
    thread = Thread.objects.filter(slug=slug, pk=number).select_related("author").first()
    if thread is None:
        raise Refused("unknown_thread", _("This challenge has no such thread."), status=404)
    return thread


def find_post(number: int) -> Post:
    """Return a post. Raises Refused."""
    post = Post.objects.filter(pk=number).select_related("thread", "author").first()
    if post is None:
        raise Refused("unknown_post", _("There is no such post."), status=404)
    return post


def of_challenge(slug: str, *, page: int = 1) -> Page[Thread]:
    """Return threads, pinned ones first, then those that were written to last."""
    found = Thread.objects.filter(slug=slug).select_related("author")
    return _page(found.order_by("-is_pinned", "-last_post_at", "-pk"), page, THREADS_SHOWN)


def posts_of(thread: Thread, *, page: int = 1) -> Page[Post]:
    """Return posts in the order in which they were written, each with the number of its reports."""
    found = thread.posts.select_related("author").annotate(reported=Count("reports")).order_by("pk")
    return _page(found, page, POSTS_SHOWN)


def forget(user: User) -> None:
    """Take away what a learner wrote; the threads of others keep their order."""
    Thread.objects.filter(author=user).update(title="…", author=None)
    Post.objects.filter(author=user).update(body="", author=None, is_hidden=True, is_cleared=True)


def _checked(user: User, body: str) -> str:
    body = body.replace("\r\n", "\n").strip()
    if not 1 <= len(body) <= BODY_MAX:
        sentence = _("A post has 1 to %(most)d characters; this one has %(found)d.")
        raise DiscussionRefused("bad_post", sentence % {"most": BODY_MAX, "found": len(body)}, status=400)
    since = timezone.now() - timedelta(hours=1)
    if not user.is_staff and Post.objects.filter(author=user, created_at__gt=since).count() >= POSTS_AN_HOUR:
        sentence = _("You wrote %(most)d posts within an hour, which are the most; write on a little later.")
        raise DiscussionRefused("too_many_posts", sentence % {"most": POSTS_AN_HOUR}, status=429)
    return body


def _page(found: QuerySet[Row], page: int, size: int) -> Page[Row]:
    first = (page - 1) * size
    rows = list(found[first : first + size + 1])
    return Page(rows[:size], page + 1 if len(rows) > size else None)
