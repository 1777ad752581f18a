"""A challenge as this deployment minted it: one paper, whose scores are ranked together."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q

from challenges.loader import Challenge, load

OPEN = "open"
"""Name of the edition that everybody finds; a class or a season has one of its own."""


class Edition(models.Model):
    """One minted paper. A new challenge version mints a new edition and retires the old one."""

    slug = models.SlugField(max_length=80)
    name = models.SlugField(max_length=80, default=OPEN)
    version = models.PositiveIntegerField()
    size = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    folder = models.CharField(max_length=255)
    """Relative to EDITIONS_DIR."""
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    """The deadline; empty for a challenge without end."""
    retired_at = models.DateTimeField(null=True, blank=True)
    anchors = models.JSONField(default=dict, blank=True)
    """floor, baseline, reference, ceiling -> {"value", "standard_error"} on the private rows."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["slug", "name"], condition=Q(retired_at=None), name="one_live_edition"),
        )

    def __str__(self) -> str:
        return f"{self.slug} {self.name} v{self.version}"

    @property
    def challenge(self) -> Challenge:
        return load(self.slug)

    def has_closed(self, now: datetime) -> bool:
        return self.closes_at is not None and now > self.closes_at
