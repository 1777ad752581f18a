"""What the audit asks of the judge: the way of a submission, as data in and data out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from challenges.errors import Finding
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.scoring import Scores
from challenges.spec import Size


@dataclass(frozen=True, kw_only=True)
class Graded:
    """What became of one hand-in."""

    verdict: str
    """The verdict in lower case: scored, rejected, crashed, timed_out, ..."""
    findings: tuple[Finding, ...] = ()
    scores: Scores | None = None
    """Present exactly when the verdict is scored."""


class Pipeline(Protocol):
    """The judge's own way of running and grading."""

    def produce(self, program: Mapping[str, bytes], *, challenge: Challenge, folders: Sequence[Path]) -> bytes:
        """Run our own program (main.py) on folders of data and return the answer file that it writes.

        Raises InvalidSubmission when it crashes or writes none; the finding says how it ended.
        """

    def grade(self, data: bytes, file_name: str, *, challenge: Challenge, paper: Minted, size: Size) -> Graded:
        """Grade a hand-in as if a learner had sent it."""
