"""Teams are what is ranked; a learner alone is a team of one."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from judge.models.edition import Edition


def new_join_code() -> str:
    return secrets.token_urlsafe(12)


class Team(models.Model):
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=60)
    captain = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    join_code = models.CharField(max_length=32, default=new_join_code, unique=True)
    """Whoever has it may join; only members see it."""
    is_baseline = models.BooleanField(default=False)
    """The host's own row, marked on the board."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "name"], name="team_names_differ"),)
        indexes = (models.Index(fields=["edition"], condition=Q(is_baseline=True), name="host_teams"),)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "user"], name="one_team_a_learner"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.team}"


class MergeProposal(models.Model):
    """An open proposal of one team's captain that two teams become one; answered, it is deleted."""

    proposer = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="merge_proposed")
    """Its name, captain and code stay."""
    invited = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="merges_offered")
    """Its captain answers; with a yes it goes up in the other."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(proposer=F("invited")), name="nobody_merges_with_themselves"),
        )

    def __str__(self) -> str:
        return f"{self.proposer} with {self.invited}"


class QuotaDay(models.Model):
    """Attempts that a team has used on one UTC day; spent by a conditional UPDATE, so never over the limit."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="quota_days")
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)
    limit = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["team", "day"], name="one_quota_a_day"),
            models.CheckConstraint(condition=Q(used__lte=F("limit")), name="quota_never_overdrawn"),
        )

    def __str__(self) -> str:
        return f"{self.team} {self.day}: {self.used}/{self.limit}"
