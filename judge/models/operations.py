"""What operators and the waiting page look at: attempts, steps, workers."""

from __future__ import annotations

from django.db import models

from judge.models.submission import Submission
from judge.verdicts import Step


class Attempt(models.Model):
    """One try of one worker; the unique pair makes recording happen once."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField()
    token = models.UUIDField()
    worker = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    """Our own trace when we failed; never shown to a learner."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["submission", "number"], name="one_row_an_attempt"),)

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.submission_id}"


class Event(models.Model):
    """A step of a submission with its time stamp."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="events")
    step = models.CharField(max_length=24, choices=[(s, s) for s in Step])
    detail = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.submission_id} {self.step} {self.at:%H:%M:%S}"


class Worker(models.Model):
    """A worker's sign of life and what it can run."""

    name = models.CharField(max_length=120, unique=True)
    resources = models.JSONField(default=list)
    sandbox = models.CharField(max_length=24, blank=True)
    """Empty when it has none; `reason` then says what to install."""
    reason = models.TextField(blank=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
