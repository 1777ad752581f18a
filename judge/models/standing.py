"""The boards: one row for each team and board, kept in the order in which it is shown."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.db.models import Q

from judge.models.edition import Edition
from judge.models.submission import LARGEST, Submission
from judge.models.team import Team


class Board(StrEnum):
    PUBLIC = "public"
    PRIVATE = "private"


class Standing(models.Model):
    """A team's row. `key` is the score turned so that smaller is always better: one index serves every metric."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="standings")
    board = models.CharField(max_length=8, choices=[(b, b) for b in Board])
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="standings")
    key = models.FloatField()
    achieved_at = models.DateTimeField()
    """When the counting submission was handed in: among equal scores the earlier one stands first."""
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="+")
    score = models.FloatField()
    standard_error = models.FloatField()
    entries = models.PositiveIntegerField(default=1)
    """Scored submissions of the team."""

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["edition", "board", "team"], name="one_standing_a_team"),
            models.CheckConstraint(condition=Q(key__range=(-LARGEST, LARGEST)), name="only_finite_scores_rank"),
        )
        indexes = (
            models.Index(fields=["edition", "board", "key", "achieved_at", "team"], name="board_order"),
            models.Index(fields=["edition", "board", "-achieved_at"], name="board_news"),
        )

    def __str__(self) -> str:
        return f"{self.team} {self.board} {self.score}"


class BoardState(models.Model):
    """How long a board is, and which state of it this is: kept by the database itself, see judge/board_triggers.py.

    It changes in the transaction that changes a row of the board, or the name of a team that may stand there.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="+")
    board = models.CharField(max_length=8, choices=[(b, b) for b in Board])
    teams = models.PositiveIntegerField()
    """Rows, the host's own left out."""
    revision = models.CharField(max_length=36)
    """Drawn at random with every change, so that no two states share one, not even after a backup was restored."""

    class Meta:
        constraints = (models.UniqueConstraint(fields=["edition", "board"], name="one_state_a_board"),)

    def __str__(self) -> str:
        return f"{self.board} board of edition {self.edition_id}: {self.teams} teams"
