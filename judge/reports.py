"""What grading says about a submission, as plain data between grading.py and bookkeeping.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from challenges.errors import Finding
from challenges.scoring import Scores
from judge.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class Report:
    """A verdict and all that goes with it."""

    verdict: Verdict
    sentence: str = ""
    findings: Sequence[Finding] = ()
    scores: Scores | None = None
    """Present exactly when the verdict is SCORED."""
    usage: dict[str, Any] = field(default_factory=dict)
    """Fields of sandbox.contract.Usage; what is not known is None, or left out of a moment of the timeline."""
    log_tail: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    replay: dict[str, Any] | None = None
    plots: dict[str, Any] = field(default_factory=dict)
    """Of the public rows, as challenges/plots makes them."""
