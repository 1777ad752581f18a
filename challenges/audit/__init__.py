"""Every promise of a challenge folder, put to the test: what fails here would let a learner down or give truth away.

    mint ──> determinism ──> exposure ──> doubles ──> side channels ──> split ──> statement ──> picture
      ├────> floor, ceiling in process;  baseline, reference, rejected through the real pipeline ──> ladder, rejections
      └────> answers that anybody can hand in by accident ──> accidents

The judge brings the pipeline, so that anchors and rejected files take the very way that learners' submissions take.
"""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from challenges.audit.accidents import check_accidents
from challenges.audit.determinism import check_determinism
from challenges.audit.doubles import check_doubles
from challenges.audit.exposure import check_exposure
from challenges.audit.ladder import check_ladder
from challenges.audit.marks import Mark, perfect
from challenges.audit.picture import check_picture
from challenges.audit.pipeline import Graded, Pipeline
from challenges.audit.rejections import check_rejections
from challenges.audit.report import AuditReport, Check
from challenges.audit.side_channels import check_side_channels
from challenges.audit.split import check_split
from challenges.audit.statement import check_statement
from challenges.audit.subject import Subject
from challenges.errors import ChallengeError, InvalidSubmission
from challenges.loader import Challenge
from challenges.minting import Minted, write
from challenges.spec import Kind, Size

__all__ = ["AuditReport", "Check", "Graded", "Pipeline", "audit"]

EDITION = "audit"
SLOWEST_BASELINE_S = 120.0
"""By the clock, on a machine that audits others beside it: a learner's first hand-in is answered in seconds."""
SLOWEST_MINT_S = 20.0
"""Processor time of a small edition: a class of thirty re-mints nine challenges in minutes, not hours."""


def audit(challenge: Challenge, *, secret: bytes, size: Size, pipeline: Pipeline) -> AuditReport:
    """Return what the audit found; a check that cannot be made has failed."""
    with tempfile.TemporaryDirectory(prefix="audit-") as folder:
        try:
            return _audit(challenge, secret=secret, size=size, pipeline=pipeline, folder=Path(folder))
        except Exception as error:  # code of the folder under test: whatever it raises is the finding
            return _report(challenge, size, checks=[Check("mints", False, _told(error))])


def _audit(challenge: Challenge, *, secret: bytes, size: Size, pipeline: Pipeline, folder: Path) -> AuditReport:
    started = time.process_time()
    dataset = challenge.mint(secret, edition=EDITION, size=size)
    mint_s = time.process_time() - started
    paper = write(dataset, folder / "paper")
    other_secret = bytes(byte ^ 0x5A for byte in secret)
    other = write(challenge.mint(other_secret, edition=EDITION, size=size), folder / "other")

    subject = Subject(challenge, paper, size)
    checks = [_mint_is_fast(mint_s, size)]
    checks += check_determinism(challenge, paper, other, secret=secret, size=size, folder=folder / "again")
    checks += _guarded("exposure", lambda: check_exposure(challenge, paper))
    checks += _guarded("doubles", lambda: [check_doubles(paper)])
    checks += _guarded("side_channels", lambda: check_side_channels(challenge, paper))
    checks += _guarded("split", lambda: check_split(subject))
    checks += _guarded("statement", lambda: check_statement(challenge, paper))
    checks += _guarded("picture", lambda: check_picture(challenge))
    marks: dict[str, Mark] = {}
    checks += _guarded("anchors", lambda: _take_marks(subject, pipeline, marks))
    checks += _guarded("ladder", lambda: check_ladder(challenge, marks))
    checks += _guarded("accidents", lambda: check_accidents(subject))
    checks += _guarded("rejections", lambda: check_rejections(challenge, paper, size, pipeline))
    megabytes = sum(len(data) for data in (*dataset.public.values(), *dataset.inputs.values())) / 1e6
    return _report(challenge, size, checks=checks, marks=marks, mint_s=mint_s, megabytes=megabytes)


def _report(
    challenge: Challenge,
    size: Size,
    *,
    checks: list[Check],
    marks: Mapping[str, Mark] | None = None,
    mint_s: float = 0.0,
    megabytes: float = 0.0,
) -> AuditReport:
    return AuditReport(
        slug=challenge.spec.slug,
        kind=str(challenge.spec.kind),
        metric=challenge.spec.metric.primary.id,
        size=str(size),
        checks=tuple(checks),
        anchors={name: mark.score for name, mark in (marks or {}).items()},
        mint_s=mint_s,
        megabytes=megabytes,
    )


def _mint_is_fast(mint_s: float, size: Size) -> Check:
    if size is not Size.SMALL:
        return Check("mint_is_fast", True, "only the small size has a limit", {"seconds": mint_s})
    return Check(
        "mint_is_fast",
        mint_s <= SLOWEST_MINT_S,
        f"a small edition takes {mint_s:.1f} s of processor time to mint; expected at most {SLOWEST_MINT_S:g} s",
        {"seconds": mint_s},
    )


def _baseline_is_quick(wall_s: float, size: Size) -> Check:
    return Check(
        "baseline_is_quick",
        size is not Size.SMALL or wall_s <= SLOWEST_BASELINE_S,
        f"the baseline was run and scored in {wall_s:.0f} s; expected at most {SLOWEST_BASELINE_S:g} s when small",
        {"seconds": wall_s},
    )


def _take_marks(subject: Subject, pipeline: Pipeline, marks: dict[str, Mark]) -> list[Check]:
    """Fill in the marks of the four anchors; a check for each that had to be earned through the pipeline."""
    challenge, paper, size = subject.challenge, subject.paper, subject.size
    no_skill, best = subject.floor, subject.ceiling
    if no_skill is not None:
        marks["floor"] = Mark.of(challenge, no_skill, paper)
    checks = [Check("floor_is_there", no_skill is not None, "the mint gives an answer or a player without skill")]
    for anchor in ("baseline", "reference"):
        started = time.monotonic()
        graded = _graded(anchor, challenge, paper, size, pipeline)
        if anchor == "baseline":
            checks.append(_baseline_is_quick(time.monotonic() - started, size))
        if graded.scores is not None:
            marks[anchor] = Mark(graded.scores.private.primary, graded.scores.private.spread)
        found = "; ".join(finding.message for finding in graded.findings[:3])
        checks.append(
            Check(
                f"{anchor}_is_scored",
                graded.scores is not None,
                f"{anchor}/ earns the verdict {graded.verdict}{f': {found}' if found else ''}; expected scored",
            )
        )
    top = perfect(challenge) if best is None else Mark.of(challenge, best, paper)
    if top is not None:
        marks["ceiling"] = top
    return checks


def _graded(anchor: str, challenge: Challenge, paper: Minted, size: Size, pipeline: Pipeline) -> Graded:
    files = challenge.files(anchor)
    spec = challenge.spec
    if spec.kind is Kind.PREDICTIONS and spec.answer is not None:
        try:
            answer = pipeline.produce(files, challenge=challenge, folders=(paper.public,))
        except InvalidSubmission as refused:
            return Graded(verdict="crashed", findings=refused.findings)
        return pipeline.grade(answer, spec.answer.file, challenge=challenge, paper=paper, size=size)
    if spec.program is not None and "zip" not in spec.program.accepts and len(files) == 1:
        ((name, data),) = files.items()
        return pipeline.grade(data, name, challenge=challenge, paper=paper, size=size)
    return pipeline.grade(challenge.packed(anchor), f"{anchor}.zip", challenge=challenge, paper=paper, size=size)


def _guarded(name: str, check: Callable[[], list[Check]]) -> list[Check]:
    """Return a part's checks; a folder that breaks a rule so badly that it cannot be looked at has failed."""
    try:
        return check()
    except Exception as error:  # as above: one broken folder must not end the audit of the others
        return [Check(name, False, _told(error))]


def _told(error: Exception) -> str:
    """Return what went wrong and, where it is no finding of ours, the line of code that raised it."""
    if isinstance(error, ChallengeError):
        return str(error)
    place = traceback.extract_tb(error.__traceback__)[-1]
    in_folder = [frame for frame in traceback.extract_tb(error.__traceback__) if "/catalog/" in frame.filename]
    place = in_folder[-1] if in_folder else place
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
