"""Every code of the judge in a learner's words."""

from __future__ import annotations

from challenges.answers import Answer, BundleAnswer
from challenges.spec import BoardSpec, ChallengeSpec, Counts, Kind, ProgramSpec
from judge.models import Submission
from judge.tiers import Tier
from judge.verdicts import RULES, Fault, State, Step, Verdict

KINDS = {
    Kind.PREDICTIONS: "Hand in predictions",
    Kind.CODE: "Hand in a program",
    Kind.INTERACTIVE: "Hand in a program that converses",
}

COUNTS = {
    Counts.BEST: "Your best public score stands on both boards.",
    Counts.LAST: "Your latest scored submission stands on both boards.",
    Counts.CHOSEN: "The public board shows your best; the final one takes the submissions that you choose.",
}

LADDER = "A better public score is shown only where chance alone does not explain the step; until then your best stays."

STEPS = {
    Step.QUEUED: "In the queue",
    Step.CLAIMED: "A worker took it",
    Step.WAITING_FOR_GPU: "Waiting for a GPU",
    Step.STAGING: "Getting the files ready",
    Step.EXECUTING: "Running your program",
    Step.SCORING: "Scoring",
    Step.FINISHED: "Finished",
    Step.RETRYING: "We failed; trying again",
    Step.CANCEL_ASKED: "You asked to stop",
}

VERDICTS = {
    Verdict.SCORED: "Scored",
    Verdict.REJECTED: "Rejected",
    Verdict.CRASHED: "Crashed",
    Verdict.TIMED_OUT: "Out of time",
    Verdict.OUT_OF_MEMORY: "Out of memory",
    Verdict.OUTPUT_TOO_LARGE: "Too much output",
    Verdict.BANNED_IMPORT: "Banned import",
    Verdict.ILLEGAL_MOVE: "Illegal move",
    Verdict.CANCELLED: "Cancelled",
    Verdict.JUDGE_ERROR: "Our error",
}

TIERS = {
    Tier.NOT_TRIED: "Not tried",
    Tier.TRIED: "Tried",
    Tier.ABOVE_BASELINE: "Above the baseline",
    Tier.BRONZE: "Bronze",
    Tier.SILVER: "Silver",
    Tier.GOLD: "Gold",
}

STATES = {State.QUEUED: "Queued", State.RUNNING: "Running"}

FAULTS = {
    Fault.NOBODY: "",
    Fault.LEARNER: "This one is yours to mend.",
    Fault.JUDGE: "This is our fault, not yours.",
}

USAGE = {
    "wall_s": ("Time", "s"),
    "cpu_s": ("Processor time", "s"),
    "peak_memory_mb": ("Peak memory", "MB"),
}

_ARTICLES = {
    "csv": "A csv file",
    "json": "A JSON file",
    "npz": "An npz file",
    "zip_png": "A zip of PNG masks",
    "bundle": "A zip",
}

_SUFFIXES = {"csv": ".csv", "json": ".json", "npz": ".npz", "zip_png": ".zip", "bundle": ".zip"}


def counts(board: BoardSpec) -> str:
    """Return which submissions stand on the boards, in words."""
    return f"{COUNTS[board.counts]} {LADDER}" if board.ladder else COUNTS[board.counts]


def status(submission: Submission) -> str:
    """Return state or verdict in a word or two."""
    if submission.verdict is not None:
        return VERDICTS[Verdict(submission.verdict)]
    if submission.cancel_asked:
        return "Stopping"
    return STATES[State(submission.state)]


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
    return FAULTS[RULES[Verdict(submission.verdict)].fault]


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
            files = [f"{one.file}{' (may be left out)' if one.optional else ''}" for one in part.parts]
            inside = f" It holds {', '.join(files)}."
        return f"{_ARTICLES[part.format]} like {part.file}, at most {part.max_mb:g} MB.{inside}"
    *others, last = suffixes(spec)
    endings = f"{', '.join(others)} or {last}" if others else last
    needed = f" It must hold {', '.join(part.required)}." if part.required else ""
    needed += f" It must hold one at least of {', '.join(part.acts)}." if part.acts else ""
    return f"A program as {endings}, at most {part.max_mb:g} MB.{needed}"


def max_mb(spec: ChallengeSpec) -> float:
    """Return the size limit of a hand-in."""
    return _handed_in(spec).max_mb


def _handed_in(spec: ChallengeSpec) -> Answer | ProgramSpec:
    part = spec.program or spec.answer
    if part is None:
        raise ValueError(f"{spec.slug} asks for nothing")
    return part
