"""Every code of the judge in a learner's words."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from challenges.answers import Answer, BundleAnswer
from challenges.spec import BoardSpec, ChallengeSpec, Counts, Kind, ProgramSpec
from judge.models import Submission
from judge.tiers import Tier
from judge.verdicts import RULES, Fault, State, Step, Verdict

KINDS = {
    Kind.PREDICTIONS: _("Hand in predictions"),
    Kind.CODE: _("Hand in a program"),
    Kind.INTERACTIVE: _("Hand in a program that converses"),
}

COUNTS = {
    Counts.BEST: _("Your best public score stands on both boards."),
    Counts.LAST: _("Your latest scored submission stands on both boards."),
    Counts.CHOSEN: _("The public board shows your best; the final one takes the submissions that you choose."),
}

LADDER = _(
    "A better public score is shown only where chance alone does not explain the step; until then your best stays."
)

STEPS = {
    Step.QUEUED: _("In the queue"),
    Step.CLAIMED: _("A worker took it"),
    Step.WAITING_FOR_GPU: _("Waiting for a GPU"),
    Step.STAGING: _("Getting the files ready"),
    Step.EXECUTING: _("Running your program"),
    Step.SCORING: _("Scoring"),
    Step.FINISHED: _("Finished"),
    Step.RETRYING: _("We failed; trying again"),
    Step.CANCEL_ASKED: _("You asked to stop"),
}

VERDICTS = {
    Verdict.SCORED: _("Scored"),
    Verdict.REJECTED: _("Rejected"),
    Verdict.CRASHED: _("Crashed"),
    Verdict.TIMED_OUT: _("Out of time"),
    Verdict.OUT_OF_MEMORY: _("Out of memory"),
    Verdict.OUTPUT_TOO_LARGE: _("Too much output"),
    Verdict.BANNED_IMPORT: _("Banned import"),
    Verdict.ILLEGAL_MOVE: _("Illegal move"),
    Verdict.CANCELLED: _("Cancelled"),
    Verdict.JUDGE_ERROR: _("Our error"),
}

TIERS = {
    Tier.NOT_TRIED: _("Not tried"),
    Tier.TRIED: _("Tried"),
    Tier.ABOVE_BASELINE: _("Above the baseline"),
    Tier.BRONZE: _("Bronze"),
    Tier.SILVER: _("Silver"),
    Tier.GOLD: _("Gold"),
}

BOARDS = {"public": _("Public"), "private": _("Private")}

STATES = {State.QUEUED: _("Queued"), State.RUNNING: _("Running")}

FAULTS = {
    Fault.NOBODY: "",
    Fault.LEARNER: _("This one is yours to mend."),
    Fault.JUDGE: _("This is our fault, not yours."),
}

USAGE = {
    "wall_s": (_("Time"), "s"),
    "cpu_s": (_("Processor time"), "s"),
    "peak_memory_mb": (_("Peak memory"), "MB"),
    "peak_gpu_memory_mb": (_("Peak GPU memory"), "MB"),
}

_ARTICLES = {
    "csv": _("A csv file"),
    "json": _("A JSON file"),
    "npz": _("An npz file"),
    "zip_png": _("A zip of PNG masks"),
    "bundle": _("A zip"),
}

_SUFFIXES = {"csv": ".csv", "json": ".json", "npz": ".npz", "zip_png": ".zip", "bundle": ".zip"}


def counts(board: BoardSpec) -> str:
    """Return which submissions stand on the boards, in words."""
    return f"{COUNTS[board.counts]} {LADDER}" if board.ladder else str(COUNTS[board.counts])


def status(submission: Submission) -> str:
    """Return state or verdict in a word or two."""
    if submission.verdict is not None:
        return str(VERDICTS[Verdict(submission.verdict)])
    if submission.cancel_asked:
        return gettext("Stopping")
    return str(STATES[State(submission.state)])


def tone(submission: Submission) -> str:
    """Return how a status is coloured: good, bad, ours, quiet or live."""
    if submission.verdict is None:
        return "live"
    verdict = Verdict(submission.verdict)
    if verdict is Verdict.SCORED:
        return "good"
    if verdict is Verdict.CANCELLED:
        return "quiet"
    return "ours" if RULES[verdict].fault is Fault.JUDGE else "bad"


def fault(submission: Submission) -> str:
    """Return whose fault it was, in a sentence; empty when it was nobody's."""
    if submission.verdict in (None, Verdict.CANCELLED):
        return ""
    return str(FAULTS[RULES[Verdict(submission.verdict)].fault])


def suffixes(spec: ChallengeSpec) -> list[str]:
    """Return the file name endings that a challenge accepts."""
    part = _handed_in(spec)
    return [f".{ending}" for ending in part.accepts] if isinstance(part, ProgramSpec) else [_SUFFIXES[part.format]]


def expected_file(spec: ChallengeSpec) -> str:
    """Return what a learner hands in, in a sentence."""
    part = _handed_in(spec)
    if not isinstance(part, ProgramSpec):
        inside = ""
        if isinstance(part, BundleAnswer):
            left_out = gettext("may be left out")
            files = [f"{one.file}{f' ({left_out})' if one.optional else ''}" for one in part.parts]
            inside = " " + gettext("It holds %(files)s.") % {"files": ", ".join(files)}
        like = gettext("%(what)s like %(file)s, at most %(mb)g MB.")
        return like % {"what": _ARTICLES[part.format], "file": part.file, "mb": part.max_mb} + inside
    *others, last = suffixes(spec)
    endings = gettext("%(some)s or %(last)s") % {"some": ", ".join(others), "last": last} if others else last
    said = [gettext("A program as %(endings)s, at most %(mb)g MB.") % {"endings": endings, "mb": part.max_mb}]
    if part.required:
        said.append(gettext("It must hold %(files)s.") % {"files": ", ".join(part.required)})
    if part.acts:
        said.append(gettext("It must hold one at least of %(files)s.") % {"files": ", ".join(part.acts)})
    return " ".join(said)


def text_name(spec: ChallengeSpec) -> str | None:
    """Return the name of the file that may be pasted as text, None where what is handed in is no text."""
    part = _handed_in(spec)
    if isinstance(part, ProgramSpec):
        return part.script if "py" in part.accepts else None
    return part.file if part.format in ("csv", "json") else None


def max_mb(spec: ChallengeSpec) -> float:
    """Return the size limit of a hand-in."""
    return _handed_in(spec).max_mb


def _handed_in(spec: ChallengeSpec) -> Answer | ProgramSpec:
    part = spec.program or spec.answer
    if part is None:
        raise ValueError(f"{spec.slug} asks for nothing")
    return part
