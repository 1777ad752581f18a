"""Answer or program -> Report: reads, runs, scores. It knows no user and writes nothing down.

    predictions   read ───────────────────────────────────────> score
    code          files -> sandbox.run -> /output -> read ────> score
    interactive   files -> sandbox.converse <-> referee.hold ─> score

The truth stays on this side: only the challenge's public files and hidden inputs are mounted where a learner's
program runs.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.translation import gettext_noop as _
from numpy.typing import NDArray

from challenges.answers import Answer, BundleAnswer
from challenges.errors import Finding, InvalidSubmission
from challenges.evaluation import Evaluation, Truth, aligned
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.packing import zip_bytes
from challenges.plots import draw
from challenges.programs import Program, read_program
from challenges.readers import Expected, files_of, read
from challenges.referee import ChannelEnded, ChannelTimedOut, Dialogue, Foul, FoulKind
from challenges.scoring import metric_of, score
from challenges.spec import Kind, ProgramSpec, Size
from judge.errors import Cancelled
from judge.reports import Report
from judge.verdicts import Step, Verdict
from sandbox.contract import Conversation, Gpu, LastError, Limits, Outcome, RunResult, RunSpec, Sandbox, Stage
from sandbox.errors import ConversationEnded, ReplyTimedOut, ReplyTooLong, SandboxUnavailable, WaitCancelled

VERDICT_OF = {
    Outcome.CRASHED: Verdict.CRASHED,
    Outcome.TIMED_OUT: Verdict.TIMED_OUT,
    Outcome.OUT_OF_MEMORY: Verdict.OUT_OF_MEMORY,
    Outcome.OUTPUT_TOO_LARGE: Verdict.OUTPUT_TOO_LARGE,
    Outcome.BANNED_IMPORT: Verdict.BANNED_IMPORT,
}

STEP_OF = {
    Stage.WAITING_FOR_GPU: Step.WAITING_FOR_GPU,
    Stage.STAGING: Step.STAGING,
    Stage.RUNNING: Step.EXECUTING,
}


@dataclass(frozen=True, kw_only=True)
class Job:
    """All that grading needs to know about one submission."""

    data: bytes
    file_name: str
    challenge: Challenge
    paper: Minted
    size: Size
    truth: Truth | None
    """None for an interactive challenge, whose referee holds it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    cancelled: Callable[[], bool] = field(default=lambda: False)
    on_progress: OnProgress = field(default=lambda percent: None)


OnStep = Callable[[Step, str], None]
OnProgress = Callable[[int], None]


def grade(job: Job, sandbox: Sandbox | None, *, on_step: OnStep) -> Report:
    """Grade one submission. Raises SandboxError and whatever else is OUR failure; a learner's failure is a Report."""
    try:
        match job.challenge.spec.kind:
            case Kind.PREDICTIONS:
                return _grade_predictions(job, on_step)
            case Kind.CODE:
                return _grade_code(job, _present(sandbox), on_step)
            case Kind.INTERACTIVE:
                return _grade_interactive(job, _present(sandbox), on_step)
    except InvalidSubmission as invalid:
        return Report(verdict=Verdict.REJECTED, findings=invalid.findings, provenance=_provenance(job, None))


def _grade_predictions(job: Job, on_step: OnStep) -> Report:
    on_step(Step.SCORING, "")
    return _scored(job, _aligned(job, job.data))


def _grade_code(job: Job, sandbox: Sandbox, on_step: OnStep) -> Report:
    answer = job.challenge.spec.answer
    if answer is None or job.truth is None:
        raise ValueError(f"{job.challenge.spec.slug} is code without an answer")
    wanted = files_of(answer, Expected.of(job.truth))
    with tempfile.TemporaryDirectory(prefix="judge-work-") as folder, _withdrawable():
        result = sandbox.run(_run_spec(job, Path(folder), on_step, wanted_outputs=wanted))
    if result.outcome is Outcome.CANCELLED:
        raise Cancelled
    if result.outcome is not Outcome.FINISHED:
        return _failed(job, result)
    written = _written(answer, result)
    if written is None:
        return _rejected_output(job, result, answer)
    on_step(Step.SCORING, "")
    try:
        return _scored(job, _aligned(job, written), result=result)
    except InvalidSubmission as invalid:
        return _report(job, result, Verdict.REJECTED, findings=invalid.findings, sentence=RAN_BUT_DOES_NOT_FIT)


def _grade_interactive(job: Job, sandbox: Sandbox, on_step: OnStep) -> Report:
    referee = job.challenge.referee
    if referee is None:
        raise ValueError(f"{job.challenge.spec.slug} has no referee")
    with tempfile.TemporaryDirectory(prefix="judge-work-") as folder, _withdrawable():
        spec = _run_spec(job, Path(folder), on_step)
        foul: Foul | None = None
        with sandbox.converse(spec) as conversation:
            channel = PipeChannel(conversation, job.cancelled)
            program = _program(job)
            try:
                with Dialogue(channel, bank_s=spec.limits.wall_s, ready_s=program.ready_s) as dialogue:
                    session = referee.hold(dialogue, job.paper.episodes(), job.size)
            except Foul as broken:
                foul = broken
            result = conversation.close()
    if result.outcome is Outcome.CANCELLED:
        raise Cancelled
    if foul is not None:
        return _fouled(job, result, foul)
    on_step(Step.SCORING, "")
    return _scored(job, session.evaluation, result=result, replay=session.replay, remarks=session.remarks)


def _written(answer: Answer, result: RunResult) -> bytes | None:
    """Return what a program left, the parts of a bundle as the zip that is read; None where it left nothing."""
    if isinstance(answer, BundleAnswer):
        return zip_bytes(result.outputs) if result.outputs else None
    return result.outputs.get(answer.file)


RAN_BUT_DOES_NOT_FIT = _(
    "Your program ran, but what it wrote does not fit; every finding is listed. No attempt was used."
)


class PipeChannel:
    """A sandbox conversation as the channel that a referee's dialogue speaks over."""

    def __init__(self, conversation: Conversation, cancelled: Callable[[], bool]) -> None:
        self._conversation = conversation
        self._cancelled = cancelled

    def send(self, line: bytes) -> None:
        if self._cancelled():
            raise Cancelled
        try:
            self._conversation.send(line)
        except ConversationEnded as error:
            raise ChannelEnded(str(error)) from error

    def receive(self, timeout_s: float) -> bytes:
        try:
            return self._conversation.receive(timeout_s)
        except ReplyTimedOut as error:
            raise ChannelTimedOut from error
        except (ConversationEnded, ReplyTooLong) as error:
            raise ChannelEnded(str(error)) from error


def _present(sandbox: Sandbox | None) -> Sandbox:
    if sandbox is None:
        raise SandboxUnavailable("this worker has no sandbox, yet it took a program")
    return sandbox


def _program(job: Job) -> ProgramSpec:
    program = job.challenge.spec.program
    if program is None:
        raise ValueError(f"{job.challenge.spec.slug} runs no program")
    return program


@contextlib.contextmanager
def _withdrawable() -> Iterator[None]:
    """A run that is withdrawn while it waits for its turn on a GPU is cancelled like any other."""
    try:
        yield
    except WaitCancelled:
        raise Cancelled from None


def _run_spec(job: Job, work: Path, on_step: OnStep, *, wanted_outputs: tuple[str, ...] = ()) -> RunSpec:
    program = _program(job)
    handed_in = read_program(job.data, job.file_name, program, job.challenge.files("kit"))
    _lay_out(handed_in, work)
    wall_s = program.wall_s.of(job.size)
    cpu_s = program.cpu_s.of(job.size) if program.cpu_s else wall_s * program.cpus
    allowed = {Stage.RUNNING: f"at most {wall_s:g} s of time and {cpu_s:g} s of processor time"}
    return RunSpec(
        work=work,
        entry=handed_in.entry,
        data=(job.paper.public, job.paper.inputs) if program.mount_public else (job.paper.inputs,),
        image="cpu" if program.gpu == "none" else "gpu",
        banned_imports=program.banned_imports,
        wanted_outputs=wanted_outputs,
        labels=job.labels,
        cancelled=job.cancelled,
        on_progress=job.on_progress,
        on_stage=lambda stage: on_step(STEP_OF[stage], allowed.get(stage, "")),
        limits=Limits(
            wall_s=wall_s,
            cpu_s=cpu_s,
            memory_mb=program.memory_mb,
            cpus=program.cpus,
            output_mb=program.output_mb,
            output_files=max(Limits.output_files, 2 * len(wanted_outputs)),  # as many again may lie beside them
            gpu=Gpu(program.gpu),
        ),
    )


def _lay_out(program: Program, work: Path) -> None:
    for name, content in program.files.items():
        target = work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    for path in (work, *work.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)  # the sandbox's user is nobody on this host


def _aligned(job: Job, answer: bytes) -> Evaluation:
    spec = job.challenge.spec.answer
    if spec is None or job.truth is None:
        raise ValueError(f"{job.challenge.spec.slug} has no answer file to read")
    predictions = read(answer, spec, Expected.of(job.truth))
    return aligned(job.truth, predictions, spec)


def _scored(
    job: Job,
    evaluation: Evaluation,
    *,
    result: RunResult | None = None,
    replay: Mapping[str, Any] | None = None,
    remarks: Sequence[str] = (),
) -> Report:
    spec = job.challenge.spec
    return Report(
        verdict=Verdict.SCORED,
        sentence=" ".join(("Scored.", *remarks)),
        scores=score(spec.metric, evaluation, seed=job.paper.digest()),
        plots=draw(spec.metric, evaluation, plots=spec.plots, ids=_row_names(job, evaluation)),
        usage=_usage(result),
        log_tail=_log(job, result),
        provenance=_provenance(job, result),
        replay=None if replay is None else dict(replay),
    )


def _row_names(job: Job, evaluation: Evaluation) -> NDArray[Any] | None:
    """Return what a learner calls the rows of an evaluation; None where they are not those of the truth."""
    if job.truth is None:
        return None
    ids = next(iter(job.truth.ids.values()))
    return ids if len(ids) == len(evaluation.public) else None


def _failed(job: Job, result: RunResult) -> Report:
    findings = () if result.error is None else (_finding_of(result.error),)
    sentence = " ".join(result.notes)
    return _report(job, result, VERDICT_OF[result.outcome], findings=findings, sentence=sentence)


def _rejected_output(job: Job, result: RunResult, answer: Answer) -> Report:
    parts = answer.parts if isinstance(answer, BundleAnswer) else (answer,)
    expected = ", ".join(part.file for part in parts)
    found = f"found {', '.join(sorted(result.outputs)[:5])}" if result.outputs else "found nothing"
    message = f"expected the file{'s' if len(parts) > 1 else ''} {expected} in /output, {found}."
    finding = Finding(code="missing_file", message=" ".join((message, *result.notes)), file=parts[0].file)
    return _report(job, result, Verdict.REJECTED, findings=(finding,), sentence=RAN_BUT_DOES_NOT_FIT)


def _fouled(job: Job, result: RunResult, foul: Foul) -> Report:
    """Return the verdict on a broken conversation: how the program ended weighs more than what the referee saw."""
    if result.outcome in (Outcome.BANNED_IMPORT, Outcome.OUT_OF_MEMORY) or (
        foul.kind is FoulKind.ENDED and result.outcome in VERDICT_OF
    ):
        verdict = VERDICT_OF[result.outcome]
    else:
        verdict = {
            FoulKind.GARBLED: Verdict.ILLEGAL_MOVE,
            FoulKind.LATE: Verdict.TIMED_OUT,
            FoulKind.ENDED: Verdict.CRASHED,
        }[foul.kind]
    findings = [foul.finding] if result.error is None else [_finding_of(result.error), foul.finding]
    return _report(job, result, verdict, findings=findings, sentence=" ".join(result.notes))


def _report(job: Job, result: RunResult, verdict: Verdict, *, findings: Sequence[Finding], sentence: str) -> Report:
    return Report(
        verdict=verdict,
        sentence=sentence,
        findings=findings,
        usage=_usage(result),
        log_tail=_log(job, result),
        provenance=_provenance(job, result),
    )


def _finding_of(error: LastError) -> Finding:
    place = "" if error.cell is None else f"cell {error.cell}, "
    place += "" if error.line is None else f"line {error.line}: "
    return Finding(code="exception", message=f"{place}{error.type}: {error.message}", file=error.file, row=error.line)


def _usage(result: RunResult | None) -> dict[str, Any]:
    if result is None:
        return {}
    timeline = [{name: v for name, v in asdict(moment).items() if v is not None} for moment in result.usage.timeline]
    return {**asdict(result.usage), "timeline": timeline}


def _log(job: Job, result: RunResult | None) -> str:
    if result is None or _program(job).log == "error":
        return ""  # a run on hidden data shows its last exception only: streams could carry the data out
    parts = [
        f"── {name}\n{text}" for name, text in (("stdout", result.stdout_tail), ("stderr", result.stderr_tail)) if text
    ]
    return "\n".join(parts)


def _provenance(job: Job, result: RunResult | None) -> dict[str, Any]:
    metric = metric_of(job.challenge.spec.metric.primary)
    return {
        "challenge": job.challenge.spec.slug,
        "challenge_version": job.challenge.spec.version,
        "size": str(job.size),
        "data_digest": job.paper.digest(),
        "metric": metric.id,
        "metric_version": metric.version,
        "image_digest": None if result is None else result.image_digest,
        "numpy": np.__version__,
    }
