"""States, steps and verdicts, each a closed set; state and verdict share no word.

QUEUED ──claim──> RUNNING ──record──> DONE + verdict
   ^                 │
   └── lease lost, our fault: again, later
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop as _


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"


class Step(StrEnum):
    """What a waiting learner sees, each with its time stamp."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    WAITING_FOR_GPU = "waiting_for_gpu"
    STAGING = "staging"
    EXECUTING = "executing"
    SCORING = "scoring"
    FINISHED = "finished"
    RETRYING = "retrying"
    CANCEL_ASKED = "cancel_asked"


class Verdict(StrEnum):
    SCORED = "scored"
    REJECTED = "rejected"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_TOO_LARGE = "output_too_large"
    BANNED_IMPORT = "banned_import"
    ILLEGAL_MOVE = "illegal_move"
    CANCELLED = "cancelled"
    JUDGE_ERROR = "judge_error"


class Fault(StrEnum):
    NOBODY = "nobody"
    LEARNER = "learner"
    JUDGE = "judge"


@dataclass(frozen=True)
class VerdictRule:
    """What follows from a verdict."""

    fault: Fault
    spends_quota: bool
    sentence: str


RULES: dict[Verdict, VerdictRule] = {
    Verdict.SCORED: VerdictRule(Fault.NOBODY, True, _("Scored.")),
    Verdict.REJECTED: VerdictRule(
        Fault.LEARNER, False, _("The file does not fit; every finding is listed. No attempt was used.")
    ),
    Verdict.CRASHED: VerdictRule(Fault.LEARNER, True, _("Your program stopped with an error.")),
    Verdict.TIMED_OUT: VerdictRule(Fault.LEARNER, True, _("Your program ran into its time limit.")),
    Verdict.OUT_OF_MEMORY: VerdictRule(Fault.LEARNER, True, _("Your program ran into its memory limit.")),
    Verdict.OUTPUT_TOO_LARGE: VerdictRule(Fault.LEARNER, True, _("Your program wrote more than it may.")),
    Verdict.BANNED_IMPORT: VerdictRule(Fault.LEARNER, True, _("Your program imported what this challenge bans.")),
    Verdict.ILLEGAL_MOVE: VerdictRule(
        Fault.LEARNER, True, _("Your program's answer was not one that the rules allow.")
    ),
    Verdict.CANCELLED: VerdictRule(Fault.LEARNER, True, _("You cancelled this submission.")),
    Verdict.JUDGE_ERROR: VerdictRule(
        Fault.JUDGE, False, _("We failed to grade this, after several tries. It is our fault; no attempt was used.")
    ),
}
"""CANCELLED spends quota only when the run had started; bookkeeping gives the attempt back otherwise."""
