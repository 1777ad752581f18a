"""Answers that anybody can hand in by accident: none of them may beat the floor by more than chance explains.

    copies.py     one answer for all rows, the answer of the row before or beside it, the answers dealt out anew
    labelled.py   the usual value of a published table, the last of a series, the label of a row that looks the same
    players.py    in a conversation: what the referee calls careless

Copies are made of RIGHT answers, which no learner has: what even they cannot do by accident, nobody can. A floor that
an accident beats is set too low, or the rows tell of each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import inf

from scipy.stats import norm

from challenges.audit.accidents.copies import copies
from challenges.audit.accidents.labelled import from_published_tables
from challenges.audit.accidents.players import careless
from challenges.audit.accidents.right import right_answers
from challenges.audit.accidents.types import Accident
from challenges.audit.exposed import exposed_in
from challenges.audit.ladder import ERRORS_APART
from challenges.audit.marks import Mark
from challenges.audit.report import Check
from challenges.audit.subject import Subject
from challenges.errors import InvalidChallenge
from challenges.evaluation import Evaluation
from challenges.readers import Expected
from challenges.scoring import better_by, compute

__all__ = ["Accident", "check_accidents"]


@dataclass(frozen=True, order=True)
class Step:
    """How far an accident comes above another answer."""

    errors: float = 0.0
    height: float = 0.0
    error: float = 0.0
    name: str = ""
    drawn: bool = False

    @property
    def told(self) -> str:
        times = f"{self.errors:.1f} times the standard error of {self.error:.2g}"
        return f"{self.name} is better by {self.height:.4g} ({times})"


def check_accidents(subject: Subject) -> list[Check]:
    """Return one check: the accident that comes highest above the floor, against chance."""
    no_skill = subject.floor
    if no_skill is None:
        return []  # the anchors' check says that it is missing
    steps, honest, refused = [], [], []
    for accident in _accidents(subject, no_skill):
        try:
            step = _above_all(subject, no_skill, accident)
        except InvalidChallenge as error:
            refused.append(f"{accident.name} ({error})")
            continue
        if accident.honest is None:
            steps.append(step)
        elif step.errors > ERRORS_APART:
            honest.append(f"{step.told}, an honest signal: {accident.honest}")
        else:
            steps.append(step)
    return [_verdict(steps, honest, refused)]


def _above_all(subject: Subject, no_skill: Evaluation, accident: Accident) -> Step:
    """Return how far an accident is above the floor and above what is rightly known without it, whichever is less."""
    below = [answers for answers in (no_skill, accident.explained) if answers is not None]
    return min(_step(subject, answers, accident) for answers in below)


def _step(subject: Subject, below: Evaluation, accident: Accident) -> Step:
    """Return how far an accident is above other answers, in standard errors.

    The error is that of the difference or of either score, whichever is largest: two constants differ without
    noise, and by how little does not show within the error bars of a board.
    """
    challenge, paper = subject.challenge, subject.paper
    primary, private = challenge.spec.metric.primary, ~below.public
    above = accident.evaluation
    height = better_by(primary, compute(primary, above, private), compute(primary, below, private))
    if height <= 0:
        return Step(name=accident.name)
    lower, higher = Mark.of(challenge, below, paper), Mark.of(challenge, above, paper)
    error = max(lower.error_of_difference(higher), lower.score.standard_error, higher.score.standard_error)
    return Step(height / error if error > 0 else inf, height, error, accident.name, accident.drawn)


def _accidents(subject: Subject, no_skill: Evaluation) -> Iterator[Accident]:
    challenge, paper = subject.challenge, subject.paper
    if challenge.referee is not None:
        yield from careless(challenge, paper, subject.size)
        return
    files, ids = exposed_in(paper.public), Expected.of(paper.truth()).ids
    right = right_answers(subject, no_skill)
    yield from copies(challenge, paper, right, [*files, *exposed_in(paper.inputs)])
    files += [replace(file, name=f"inputs/{file.name}") for file in exposed_in(paper.inputs)]
    explain = None if subject.ceiling is None else right  # where the truth is the ceiling it explains every double
    yield from from_published_tables(challenge.spec.answer, ids, files, no_skill=no_skill, explain=explain)


def _verdict(steps: list[Step], honest: list[str], refused: list[str]) -> Check:
    name = "accidents_stay_at_the_floor"
    tried = len(steps) + len(honest)
    worst = max(steps, key=lambda step: step.errors - _limit(step, steps), default=Step())
    measurement = {"tried": float(tried), "refused": float(len(refused)), "errors_above": worst.errors}
    if tried == 0:
        return Check(name, False, f"no answer could be made by accident: {'; '.join(refused[:3])}", measurement)
    found = f"of {tried} careless answers none is better than the floor"
    if worst.errors > 0:
        limit = f"expected at most {_limit(worst, steps):.2g} times"
        found = f"of {tried} careless answers {worst.told} than the floor; {limit}"
    if refused:
        found += f"; {len(refused)} more were no answers at all, such as {refused[0]}"
    if honest:
        found += f"; {max(honest)}"
    return Check(name, worst.errors <= _limit(worst, steps), found, measurement)


def _limit(step: Step, steps: list[Step]) -> float:
    """Return how many standard errors an accident may be above: three, or what the highest of many draws reaches as
    seldom as a single one reaches three."""
    if not step.drawn:
        return ERRORS_APART
    return float(norm.isf(norm.sf(ERRORS_APART) / sum(one.drawn for one in steps)))
