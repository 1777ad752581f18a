"""Icons beside words: decoration from one file, never the only sign of anything. scripts/icons.py makes the file."""

from __future__ import annotations

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from judge.models import Submission
from judge.verdicts import State, Verdict

SPRITE = "vendor/lucide-1.62.0/sprite.svg"

VERDICTS = {
    Verdict.SCORED: "circle-check",
    Verdict.REJECTED: "file-x",
    Verdict.CRASHED: "bug",
    Verdict.TIMED_OUT: "timer",
    Verdict.OUT_OF_MEMORY: "memory-stick",
    Verdict.OUTPUT_TOO_LARGE: "file-warning",
    Verdict.BANNED_IMPORT: "ban",
    Verdict.ILLEGAL_MOVE: "ban",
    Verdict.CANCELLED: "circle-slash",
    Verdict.JUDGE_ERROR: "wrench",
}

STATES = {State.QUEUED: "hourglass", State.RUNNING: "loader"}


def drawn(name: str) -> SafeString:
    """Return an icon as wide as a letter, in the colour of the words beside it; hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static(SPRITE), name)


def of_status(submission: Submission) -> str:
    """Return the icon of a submission's state or verdict."""
    if submission.verdict is not None:
        return VERDICTS[Verdict(submission.verdict)]
    return STATES[State(submission.state)]
