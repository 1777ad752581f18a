"""A hand-in and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from judge.models.edition import Edition
from judge.models.team import Team
from judge.verdicts import State, Verdict

LARGEST = 1.7e308
"""NaN and the infinities fail `-LARGEST <= x <= LARGEST` in every database, so no such score can be stored."""


class Submission(models.Model):
    """Created by intake.py alone; its state is written by bookkeeping.py alone."""

    LONG = ("findings", "log_tail", "usage", "provenance", "replay", "plots")
    """Columns that lists and boards leave in the database: a replay alone can be larger than a whole page."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="submissions")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="submissions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="submissions")
    file_name = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    description = models.CharField(max_length=500, blank=True)
    idempotency_key = models.CharField(max_length=80, null=True, blank=True)
    quota_day = models.DateField(null=True, blank=True)
    """The day whose quota this spent; empty once it was given back."""
    chosen = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    state = models.CharField(max_length=16, choices=[(s, s) for s in State])
    verdict = models.CharField(max_length=24, null=True, blank=True, choices=[(v, v) for v in Verdict])
    resource = models.CharField(max_length=8, default="cpu")
    attempts = models.PositiveSmallIntegerField(default=0)
    enqueued_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    cancel_asked = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True, blank=True)

    sentence = models.TextField(blank=True)
    findings = models.JSONField(default=list, blank=True)
    log_tail = models.TextField(blank=True)
    usage = models.JSONField(default=dict, blank=True)
    public_score = models.FloatField(null=True, blank=True)
    public_error = models.FloatField(null=True, blank=True)
    private_score = models.FloatField(null=True, blank=True)
    private_error = models.FloatField(null=True, blank=True)
    public_secondary = models.JSONField(default=dict, blank=True)
    private_secondary = models.JSONField(default=dict, blank=True)
    public_spread = models.BinaryField(null=True, blank=True)
    """Bootstrap values as little-endian float32, resampled alike for all: two rows are compared in pairs."""
    private_spread = models.BinaryField(null=True, blank=True)
    public_held = models.BooleanField(default=False)
    """Its public figures are those of the team's best before it, because the board is a Ladder: see judge/ladder.py."""
    provenance = models.JSONField(default=dict, blank=True)
    """Challenge version, data digest, metric version, image digest: enough to reproduce the score."""
    replay = models.JSONField(null=True, blank=True)
    plots = models.JSONField(default=dict, blank=True)
    """Of the public rows, as challenges/plots makes them; empty where a Ladder holds the score."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(state=State.DONE, verdict__isnull=False) | (~Q(state=State.DONE) & Q(verdict=None)),
                name="verdict_exactly_when_done",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        verdict=Verdict.SCORED,
                        # SQLite stores NaN as NULL, and a comparison with NULL would pass the check.
                        public_score__isnull=False,
                        private_score__isnull=False,
                        public_score__range=(-LARGEST, LARGEST),
                        private_score__range=(-LARGEST, LARGEST),
                    )
                    | ((Q(verdict=None) | ~Q(verdict=Verdict.SCORED)) & Q(public_score=None, private_score=None))
                ),
                name="finite_scores_exactly_when_scored",
            ),
            models.CheckConstraint(
                condition=Q(state=State.RUNNING, lease_token__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.RUNNING) & Q(lease_token=None, lease_until=None)),
                name="lease_exactly_when_running",
            ),
            models.UniqueConstraint(fields=["user", "edition", "idempotency_key"], name="one_submission_a_key"),
        )
        indexes = (
            models.Index(fields=["resource", "id"], condition=Q(state=State.QUEUED), name="queue"),
            models.Index(fields=["lease_until"], condition=Q(state=State.RUNNING), name="leases"),
            models.Index(fields=["team", "-created_at"], name="team_history"),
            models.Index(fields=["edition", "-created_at"], name="edition_history"),
        )

    def __str__(self) -> str:
        return f"submission {self.pk} to {self.edition}"
