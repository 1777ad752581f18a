"""What grading says about a submission, as plain data between grading.py and bookkeeping.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from judge.verdicts import Verdict


@dataclass(frozen=True, kw_only=True)
class BoardScore:
    """A score on one split, with its bootstrap spread for paired comparisons."""

    value: float
    standard_error: float
    secondary: dict[str, float]
    spread: bytes = b""
    """Little-endian float32 values."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A verdict and all that goes with it."""

    verdict: Verdict
    sentence: str = ""
    findings: Sequence[dict[str, Any]] = ()
    public: BoardScore | None = None
    private: BoardScore | None = None
    usage: dict[str, float | None] = field(default_factory=dict)
    log_tail: str = ""
    provenance: dict[str, Any] = field(default_factory=dict)
    replay: dict[str, Any] | None = None
