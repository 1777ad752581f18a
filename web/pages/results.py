"""What a score amounts to beside others, and what the run used of its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.spec import Size
from judge import comparison
from judge.comparison import Above, Comparison, Outcome
from judge.models import Board, Submission
from judge.tiers import Tier
from judge.verdicts import Verdict
from web.pages import words
from web.pages.lookup import Paper
from web.pages.timelines import TIMELINE

OUTCOMES = {
    Outcome.BETTER: gettext_lazy("better by more than chance explains"),
    Outcome.WORSE: gettext_lazy("worse by more than chance explains"),
    Outcome.LEVEL: gettext_lazy("level: chance alone may have put them in this order"),
    Outcome.UNTOLD: gettext_lazy("how much of it is chance is not known"),
}

TONES = {Outcome.BETTER: "good", Outcome.WORSE: "bad", Outcome.LEVEL: "quiet", Outcome.UNTOLD: "quiet"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """A difference in words and figures, with the digits of its challenge."""

    value: str
    interval: str
    """Empty where it is not known."""
    says: str
    tone: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """What the score of a submission amounts to."""

    tier: Tier | None
    best: Submission | None
    """The team's best before it."""
    from_best: Change | None
    above: Above | None
    from_above: Change | None


@dataclass(frozen=True, kw_only=True)
class Used:
    """How much a run took of one thing; limit and share are empty where nothing bounds it."""

    label: str
    value: str
    limit: str = ""
    share: float | None = None
    """0 to 1."""


def result_of(submission: Submission, paper: Paper) -> Result | None:
    """Return what a score amounts to; None where there is none, or where the Ladder holds it."""
    if submission.verdict != Verdict.SCORED or submission.public_held:
        return None
    best, above = comparison.best_before(submission), comparison.above(submission, Board.PUBLIC)
    ends_private = paper.closed and paper.sees_private
    return Result(
        tier=comparison.tier_of(submission, Board.PRIVATE if ends_private else Board.PUBLIC),
        best=best,
        from_best=None if best is None else change_of(comparison.compare(submission, best, Board.PUBLIC), paper),
        above=above,
        from_above=None if above is None else change_of(above.comparison, paper),
    )


def change_of(compared: Comparison | None, paper: Paper) -> Change | None:
    """Return a difference as it is written; None where there is none."""
    if compared is None:
        return None
    digits = paper.spec.metric.primary.digits
    interval = (
        ""
        if compared.interval is None
        else _("%(low)s to %(high)s")
        % {
            "low": _signed(compared.interval[0], digits),
            "high": _signed(compared.interval[1], digits),
        }
    )
    return Change(
        value=_signed(compared.value, digits),
        interval=interval,
        says=_("the same score") if compared.value == 0 else str(OUTCOMES[compared.outcome]),
        tone=TONES[compared.outcome],
    )


def usage_of(submission: Submission, paper: Paper) -> list[Used]:
    """Return what a run used, each beside its limit."""
    limits = limits_of(paper)
    return list(_usage(submission.usage, limits))


def limits_of(paper: Paper) -> Mapping[str, float]:
    """Return field of a run's usage -> its limit; empty where nothing is run."""
    program = paper.spec.program
    if program is None:
        return {}
    size = Size(paper.edition.size)
    wall_s = program.wall_s.of(size)
    return {
        "wall_s": wall_s,
        "cpu_s": program.cpu_s.of(size) if program.cpu_s else wall_s * program.cpus,
        "peak_memory_mb": float(program.memory_mb),
        "cpus": program.cpus,
    }


def _usage(usage: Mapping[str, Any], limits: Mapping[str, float]) -> Iterator[Used]:
    for name, value in usage.items():
        if value is None or name == TIMELINE:
            continue
        label, unit = words.USAGE.get(name, (name.replace("_", " "), ""))
        if not isinstance(value, float | int):
            yield Used(label=str(label), value=str(value))
            continue
        limit = limits.get(name)
        yield Used(
            label=str(label),
            value=f"{value:.3g} {unit}".strip(),
            limit="" if limit is None else f"{limit:g} {unit}".strip(),
            share=None if not limit else round(min(value / limit, 1.0), 3),
        )


def _signed(value: float, digits: int) -> str:
    """Return a difference with its sign: +0.0125, −0.0030; one that rounds to nothing has none."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"
