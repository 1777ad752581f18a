"""Refusals and failures of the judge.

SubmissionRefused    the rules say no before anything is stored: becomes a 4xx with a code and a sentence
TeamRefused          likewise for teams
LeaseLost            this worker is no longer the one that grades; whatever it computed is dropped
Cancelled            the learner asked to stop while it ran
"""

from __future__ import annotations

from datetime import datetime


class Refused(Exception):
    """The rules of the contest say no."""

    def __init__(self, code: str, sentence: str, *, status: int = 409, retry_at: datetime | None = None) -> None:
        self.code = code
        self.sentence = sentence
        self.status = status
        self.retry_at = retry_at
        super().__init__(sentence)


class SubmissionRefused(Refused):
    """This hand-in cannot be taken in now."""


class TeamRefused(Refused):
    """This change of a team is against the rules."""


class LeaseLost(Exception):
    """Somebody else grades this submission by now."""


class Cancelled(Exception):
    """The learner asked to stop."""
