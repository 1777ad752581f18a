"""Whose fault it is when a challenge or an answer does not fit.

ChallengeError
 ├── InvalidChallenge    the author's: a folder that breaks its own rules
 └── InvalidSubmission   the learner's: carries EVERY finding, never only the first
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong with an answer, said so that its author can mend it."""

    code: str
    """Stable name, e.g. `not_a_number`; tests and clients rely on it."""
    message: str
    """A sentence: what was found, what was expected."""
    file: str | None = None
    row: int | None = None
    """1-based line or item number as an editor shows it; the header of a csv is row 1."""
    column: str | None = None
    found: str | None = None
    expected: str | None = None
    count: int = 1
    """How many places share this finding; the message names the first."""


class ChallengeError(Exception):
    """Anything wrong with a challenge or with an answer to it."""


class InvalidChallenge(ChallengeError):
    """The challenge folder breaks a rule; the message names the file and the line."""


class InvalidSubmission(ChallengeError):
    """The answer cannot be scored."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        if not findings:
            raise ValueError("an invalid submission needs at least one finding")
        self.findings = tuple(findings)
        super().__init__("; ".join(finding.message for finding in self.findings[:3]))

    @property
    def code(self) -> str:
        """The code of the first finding."""
        return self.findings[0].code
