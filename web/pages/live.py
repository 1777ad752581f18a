"""A submission as its page shows it, from the queue to the verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from judge import ladder, leaderboard, waiting
from judge.models import Board, Event, Submission
from judge.verdicts import State, Step, Verdict
from judge.waiting import Wait
from web.pages import plots, results, timelines, words
from web.pages.lookup import Paper
from web.pages.plots import Drawing
from web.pages.reels import is_known
from web.pages.results import Result, Used


@dataclass(frozen=True)
class StepShown:
    """One step with the time that passed until the next one."""

    label: str
    detail: str
    at: datetime
    lasted_s: float | None
    current: bool


@dataclass(frozen=True)
class ScoreShown:
    """One board's score of this submission."""

    board: str
    value: float
    error: float | None
    secondary: dict[str, float]


@dataclass(frozen=True)
class Place:
    """Where the team stands, and whether this very submission put it there."""

    rank: int
    teams: int
    by_this: bool


@dataclass(frozen=True)
class Live:
    """All that the page shows of a submission."""

    submission: Submission
    done: bool
    announcement: str
    steps: list[StepShown]
    wait: Wait | None
    scores: list[ScoreShown]
    place: Place | None
    result: Result | None
    usage: list[Used]
    timelines: list[Drawing]
    has_replay: bool
    provenance: list[tuple[str, str]]
    sentence: str
    attempt_note: str
    names_files: bool
    drawings: list[Drawing]
    missing_plots: list[str]

    @property
    def draws(self) -> bool:
        """Whether the page needs what draws and lays out plots."""
        return bool(self.drawings or self.timelines)


def live_of(submission: Submission, paper: Paper) -> Live:
    """Return a submission as it stands now; private figures only for those who may see them."""
    done = submission.state == State.DONE
    wait = waiting.wait_of(submission)
    return Live(
        submission=submission,
        done=done,
        announcement=_announcement(submission, wait),
        steps=list(_steps(list(submission.events.all()), done=done)),
        wait=wait,
        scores=list(_scores(submission, sees_private=paper.sees_private)),
        place=_place(submission),
        result=results.result_of(submission, paper),
        usage=results.usage_of(submission, paper),
        timelines=timelines.drawings(submission.usage, results.limits_of(paper)),
        has_replay=done and is_known(submission.replay),
        provenance=[(name.replace("_", " "), str(value)) for name, value in submission.provenance.items() if value],
        sentence=_sentence(submission.sentence),
        attempt_note=_attempt_note(submission),
        names_files=any(finding.get("file") for finding in submission.findings),
        drawings=plots.drawings(submission.plots),
        missing_plots=plots.missing(submission.plots),
    )


def _announcement(submission: Submission, wait: Wait | None) -> str:
    """Return the state in one sentence, for the status line that screen readers follow."""
    status = words.status(submission)
    if wait is None:
        return _("%(status)s.") % {"status": status}
    place = _("%(ahead)d ahead") % {"ahead": wait.ahead} if wait.ahead else _("next in line")
    return _("%(status)s, %(place)s.") % {"status": status, "place": place}


def _sentence(kept: str) -> str:
    """Return what the worker wrote, its fixed sentences in the reader's language."""
    kept = kept.removeprefix("Scored.").strip()
    if kept.endswith(ladder.HELD):
        return f"{kept.removesuffix(ladder.HELD)}{_(ladder.HELD)}"
    return _(kept) if kept else ""


def _attempt_note(submission: Submission) -> str:
    """Return whether an attempt was used, where the verdict's own sentence does not say so."""
    if submission.quota_day is not None:
        return _("This used one of the day's submissions.")
    return _("No attempt was used.") if submission.verdict == Verdict.CANCELLED else ""


def _steps(events: list[Event], *, done: bool) -> Iterator[StepShown]:
    for position, event in enumerate(events):
        later = events[position + 1] if position + 1 < len(events) else None
        yield StepShown(
            label=str(words.STEPS[Step(event.step)]),
            detail="" if event.step in (Step.CLAIMED, Step.FINISHED) else event.detail,
            at=event.at,
            lasted_s=None if later is None else (later.at - event.at).total_seconds(),
            current=later is None and not done,
        )


def _scores(submission: Submission, *, sees_private: bool) -> Iterator[ScoreShown]:
    if submission.public_score is not None:
        yield ScoreShown("public", submission.public_score, submission.public_error, submission.public_secondary)
    if submission.private_score is not None and sees_private:
        yield ScoreShown("private", submission.private_score, submission.private_error, submission.private_secondary)


def _place(submission: Submission) -> Place | None:
    if submission.public_score is None:
        return None
    standing = leaderboard.own(submission.edition, Board.PUBLIC, submission.team)
    if standing is None:
        return None
    rows = leaderboard.length_of(submission.edition, Board.PUBLIC)
    return Place(leaderboard.rank_of(standing), rows, by_this=standing.submission_id == submission.pk)
