"""What an audit found, as data and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from challenges.scoring import Score

ANCHORS = ("floor", "baseline", "reference", "ceiling")


@dataclass(frozen=True)
class Check:
    """One promise and whether it is kept."""

    name: str
    passed: bool
    explanation: str
    """A sentence with the figures: what was found, what was expected."""
    measurement: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class AuditReport:
    """Everything that one audit of one challenge found."""

    slug: str
    kind: str
    metric: str
    size: str
    checks: tuple[Check, ...]
    anchors: Mapping[str, Score]
    """floor, baseline, reference, ceiling on the private rows; those that could be taken."""
    mint_s: float
    megabytes: float

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.passed)

    def row(self) -> dict[str, Any]:
        """Return one row of the table of all challenges."""
        marks = {
            name: (score.value, score.standard_error)
            for name in ANCHORS
            if (score := self.anchors.get(name)) is not None
        }
        return {"slug": self.slug, "kind": self.kind, "metric": self.metric, "size": self.size} | {
            **{name: marks.get(name, (None, None))[0] for name in ANCHORS},
            **{f"{name}_se": marks.get(name, (None, None))[1] for name in ANCHORS},
            "mint_s": round(self.mint_s, 2),
            "megabytes": round(self.megabytes, 2),
            "passed": self.passed,
        }

    def lines(self) -> list[str]:
        """Return the report for a terminal, one line a check."""
        marks = "  ".join(
            f"{name} {score.value:.4g} ± {score.standard_error:.2g}"
            for name in ANCHORS
            if (score := self.anchors.get(name)) is not None
        )
        head = f"{self.slug} ({self.kind}, {self.metric}, {self.size}): {'sound' if self.passed else 'NOT SOUND'}"
        size = f"minted in {self.mint_s:.1f} s, {self.megabytes:.1f} MB"
        checks = [f"  {'ok  ' if check.passed else 'FAIL'} {check.name}: {check.explanation}" for check in self.checks]
        return [head, f"  {marks}", f"  {size}", *checks]
