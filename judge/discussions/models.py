"""Threads, their posts, and what was reported about them."""

from __future__ import annotations

from django.conf import settings
from django.db import models

TITLE_MAX = 120
BODY_MAX = 10_000
REASON_MAX = 300


class Thread(models.Model):
    """One subject under one challenge, whatever its version."""

    slug = models.CharField(max_length=60)
    title = models.CharField(max_length=TITLE_MAX)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="threads")
    is_pinned = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    last_post_at = models.DateTimeField()
    replies = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["slug", "-is_pinned", "-last_post_at", "-id"], name="threads_of_a_challenge"),)

    def __str__(self) -> str:
        return self.title


class Post(models.Model):
    """What one learner wrote into a thread; the first post opened it."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="posts")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="posts")
    body = models.TextField(max_length=BODY_MAX)
    by_instructor = models.BooleanField(default=False)
    """Whether its author ran the site when it was written."""
    created_at = models.DateTimeField()
    is_hidden = models.BooleanField(default=False)
    is_cleared = models.BooleanField(default=False)
    """Whether an instructor has read it and lets it stand: reports no longer hide it."""

    class Meta:
        indexes = (models.Index(fields=["author", "created_at"], name="posts_of_a_learner"),)

    def __str__(self) -> str:
        return f"post {self.pk}"


class Report(models.Model):
    """A learner thinks that a post should not stand; one report from each."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="reports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=REASON_MAX, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["post", "user"], name="one_report_a_learner"),)

    def __str__(self) -> str:
        return f"report of post {self.post_id}"
