"""The ruler between floor and ceiling: where the anchors stand and where a learner stands among them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from challenges.metrics.types import Better
from judge import leaderboard
from judge.models import Edition

WIDTH = 1000
MARGIN = 25
RULE_Y = 112
CLOSE = 34
"""Marks nearer than this many units would print over each other; the later one moves a line up."""

LABELS = {"floor": _("floor"), "baseline": _("baseline"), "reference": _("reference"), "ceiling": _("ceiling")}
MEANINGS = {
    "floor": _("no skill at all"),
    "baseline": _("the starter, as it is"),
    "reference": _("a good solution"),
    "ceiling": _("the best that the data allow"),
}


@dataclass(frozen=True)
class Mark:
    name: str
    meaning: str
    value: float
    x: int
    lift: int
    """Lines above the ruler at which the letter is written."""

    @property
    def label(self) -> str:
        return str(LABELS.get(self.name, self.name))

    @property
    def letter(self) -> str:
        return self.name[0].upper()

    @property
    def text_y(self) -> int:
        return RULE_Y - 20 - 32 * self.lift

    @property
    def top(self) -> int:
        return self.text_y + 6


@dataclass(frozen=True)
class Scale:
    marks: list[Mark]
    own: Mark | None

    rule_y = RULE_Y
    own_y = RULE_Y + 44

    @property
    def top(self) -> int:
        """Where the drawing begins: no higher than the highest letter needs."""
        return min(mark.text_y for mark in self.marks) - 32

    @property
    def height(self) -> int:
        return RULE_Y + (54 if self.own else 18) - self.top

    @property
    def ticks(self) -> range:
        return range(MARGIN, WIDTH - MARGIN + 1, (WIDTH - 2 * MARGIN) // 50)

    @property
    def last_label(self) -> str:
        return self.marks[-1].label


def scale_of(edition: Edition, own: float | None = None) -> Scale | None:
    """Return the ruler of an edition, better always to the right; None with fewer than two anchors."""
    values: dict[str, float] = {name: edition.anchors[name]["value"] for name in MEANINGS if name in edition.anchors}
    if len(values) < 2 or min(values.values()) == max(values.values()):
        return None
    low, high = min(values.values()), max(values.values())
    turned = leaderboard.better(edition) is Better.LOWER

    def place(value: float) -> int:
        share = min(max((value - low) / (high - low), -0.02), 1.02)
        return round(MARGIN + (1 - share if turned else share) * (WIDTH - 2 * MARGIN))

    marks: list[Mark] = []
    for name, value in sorted(values.items(), key=lambda item: place(item[1])):
        x = place(value)
        crowded = bool(marks) and x - marks[-1].x < CLOSE
        marks.append(Mark(name, str(MEANINGS[name]), value, x, (marks[-1].lift + 1) % 3 if crowded else 0))
    return Scale(marks, None if own is None else Mark("you", gettext("your best so far"), own, place(own), 0))
