"""Floor, baseline, reference, ceiling: in order, and apart by more than chance explains."""

from __future__ import annotations

from itertools import pairwise

from challenges.audit.marks import Mark
from challenges.audit.report import ANCHORS, Check
from challenges.loader import Challenge
from challenges.scoring import better_by

ERRORS_APART = 3.0
LARGEST_ERROR = 0.10
"""Of the way from floor to reference: with more, nobody could climb in ten steps that can be told apart."""


def check_ladder(challenge: Challenge, marks: dict[str, Mark]) -> list[Check]:
    """Return the checks on the four anchors."""
    missing = [name for name in challenge.spec.gated_anchors if name not in marks]
    checks = [Check("anchors_are_there", not missing, f"missing: {', '.join(missing) or 'none'}")]
    gated = [name for name in ANCHORS if name in challenge.spec.gated_anchors and name in marks]
    checks += [_apart(challenge, marks, lower, higher) for lower, higher in pairwise(gated)]
    if "ceiling" in marks:
        checks += [_below(challenge, marks, name) for name in ("baseline", "reference") if name in marks]
    if "floor" in marks and "reference" in marks:
        checks.append(_fine_enough(challenge, marks))
    return checks


def _apart(challenge: Challenge, marks: dict[str, Mark], lower: str, higher: str) -> Check:
    step, error = _step(challenge, marks[lower], marks[higher])
    return Check(
        f"{lower}_below_{higher}",
        step > 0 and step > ERRORS_APART * error,
        f"{higher} is better than {lower} by {step:.4g}, {_times(step, error)} the paired standard error of"
        f" {error:.2g}; expected more than {ERRORS_APART:g} times",
        {"step": step, "standard_error": error},
    )


def _below(challenge: Challenge, marks: dict[str, Mark], name: str) -> Check:
    step, error = _step(challenge, marks["ceiling"], marks[name])
    return Check(
        f"{name}_below_ceiling",
        step <= ERRORS_APART * error,
        f"{name} stays {-step:.4g} below the ceiling"
        if step <= 0
        else f"{name} is better than the ceiling by {step:.4g}, {_times(step, error)} the paired standard error of"
        f" {error:.2g}; expected at most {ERRORS_APART:g} times",
        {"step": step, "standard_error": error},
    )


def _fine_enough(challenge: Challenge, marks: dict[str, Mark]) -> Check:
    way, _ = _step(challenge, marks["floor"], marks["reference"])
    error = marks["reference"].score.standard_error
    return Check(
        "enough_rows_to_rank_by",
        way > 0 and error <= LARGEST_ERROR * way,
        f"the reference's standard error of {error:.2g} is {error / way if way > 0 else float('inf'):.1%} of the way up"
        f" from the floor; expected at most {LARGEST_ERROR:.0%}",
        {"standard_error": error, "way": way},
    )


def _step(challenge: Challenge, lower: Mark, higher: Mark) -> tuple[float, float]:
    """Return by how much `higher` is better, and the paired standard error of that."""
    step = better_by(challenge.spec.metric.primary, higher.score.value, lower.score.value)
    return step, lower.error_of_difference(higher)


def _times(step: float, error: float) -> str:
    return f"{step / error:.1f} times" if error > 0 else "without"
