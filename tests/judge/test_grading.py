"""Verdicts of programs and conversations, by a scripted sandbox; the real ones are tried in tests/flows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from challenges.answers import BundleAnswer, CsvAnswer, IntegerColumn, WholeAnswer
from challenges.loader import load
from challenges.minting import Minted, write
from challenges.packing import zip_bytes
from challenges.spec import MetricSpec, MetricUse, Size
from judge import grading
from judge.errors import Cancelled
from judge.grading import Job
from judge.reports import Report
from judge.verdicts import Step, Verdict
from sandbox.contract import LastError, Outcome, Probe, RunResult, RunSpec, Stage, Usage
from sandbox.errors import ConversationEnded, ReplyTimedOut, SandboxUnavailable, WaitCancelled

SECRET = b"a secret that only this test knows"
USAGE = Usage(wall_s=1.5, cpu_s=1.25, peak_memory_mb=100.0)


class OneResult:
    """A sandbox whose every run ends the same way."""

    name = "scripted"
    has_gpu = False

    def __init__(self, result: RunResult) -> None:
        self.result = result
        self.seen: list[RunSpec] = []
        self.files: list[str] = []

    def probe(self) -> Probe:
        return Probe(backend=self.name, usable=True)

    def run(self, spec: RunSpec) -> RunResult:
        self.seen.append(spec)
        for stage in Stage:
            spec.on_stage(stage)
        self.files = sorted(path.relative_to(spec.work).as_posix() for path in spec.work.rglob("*") if path.is_file())
        return self.result

    def converse(self, spec: RunSpec) -> Any:
        raise SandboxUnavailable("no conversations here")

    def sweep(self) -> int:
        return 0


@pytest.fixture(scope="module")
def clustering(tmp_path_factory: pytest.TempPathFactory) -> Minted:
    dataset = load("iris-clustering").mint(SECRET, edition="test", size=Size.SMALL)
    return write(dataset, tmp_path_factory.mktemp("editions") / "clustering")


@pytest.fixture(scope="module")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Minted:
    dataset = load("linear-regression-from-scratch").mint(SECRET, edition="test", size=Size.SMALL)
    return write(dataset, tmp_path_factory.mktemp("editions") / "regression")


@pytest.fixture
def grade(clustering: Minted) -> Callable[..., Report]:
    def run(result: RunResult, data: bytes = b"print('hello')\n", name: str = "main.py") -> Report:
        job = Job(
            data=data,
            file_name=name,
            challenge=load("iris-clustering"),
            paper=clustering,
            size=Size.SMALL,
            truth=clustering.truth(),
        )
        return grading.grade(job, OneResult(result), on_step=lambda step, detail: None)

    return run


def ended(outcome: Outcome, **fields: Any) -> RunResult:
    return RunResult(outcome=outcome, usage=USAGE, **fields)


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome.CRASHED, Verdict.CRASHED),
        (Outcome.TIMED_OUT, Verdict.TIMED_OUT),
        (Outcome.OUT_OF_MEMORY, Verdict.OUT_OF_MEMORY),
        (Outcome.OUTPUT_TOO_LARGE, Verdict.OUTPUT_TOO_LARGE),
        (Outcome.BANNED_IMPORT, Verdict.BANNED_IMPORT),
    ],
)
def test_how_a_program_ends_is_its_verdict(grade: Callable[..., Report], outcome: Outcome, verdict: Verdict) -> None:
    report = grade(ended(outcome, notes=("It took 120 s of 120 s.",)))
    assert report.verdict is verdict
    assert report.sentence == "It took 120 s of 120 s."
    assert report.usage["wall_s"] == 1.5


def test_a_crash_shows_the_line_and_the_error_but_no_output_of_a_run_on_hidden_data(
    grade: Callable[..., Report],
) -> None:
    error = LastError(type="KeyError", message="'m9'", file="main.py", line=7)
    report = grade(ended(Outcome.CRASHED, error=error, stdout_tail="all the hidden rows", stderr_tail="more of them"))
    assert report.findings[0].message == "line 7: KeyError: 'm9'"
    assert report.log_tail == ""


def test_a_program_that_writes_nothing_is_told_which_file_was_expected(grade: Callable[..., Report]) -> None:
    report = grade(ended(Outcome.FINISHED))
    assert report.verdict is Verdict.REJECTED
    assert report.findings[0].code == "missing_file"
    assert "labels.csv" in report.findings[0].message


def test_what_a_program_wrote_is_read_with_the_same_care_as_an_upload(grade: Callable[..., Report]) -> None:
    report = grade(ended(Outcome.FINISHED, outputs={"labels.csv": b"tray,row,label\nnowhere,0,nan\n"}))
    assert report.verdict is Verdict.REJECTED
    assert {"unknown_id", "missing_id"} <= {finding.code for finding in report.findings}


def a_bundle(clustering: Minted) -> Job:
    """The clustering as a bundle: labels as ever, and one value for all trays that may be left out."""
    challenge = load("iris-clustering")
    assert isinstance(challenge.spec.answer, CsvAnswer)
    parts = (
        challenge.spec.answer,
        WholeAnswer(
            format="json", shape="whole", file="notes/k.json", value=IntegerColumn(type="integer", min=1, max=9),
            name="k", optional=True,
        ),
    )  # fmt: skip
    answer = BundleAnswer(format="bundle", file="answer.zip", id="tray", parts=parts)
    metric = MetricSpec(primary=MetricUse(id="ari", truth="label", predictions="label"))
    changed = replace(challenge, spec=challenge.spec.model_copy(update={"answer": answer, "metric": metric}))
    return replace(a_program(clustering), challenge=changed)


def test_a_bundle_is_collected_from_several_files_of_a_run(clustering: Minted) -> None:
    labels = clustering.floor()
    assert labels is not None
    sandbox = OneResult(ended(Outcome.FINISHED, outputs={"labels.csv": labels, "notes/k.json": b"3"}))
    report = grading.grade(a_bundle(clustering), sandbox, on_step=lambda step, detail: None)
    assert report.verdict is Verdict.SCORED
    assert sandbox.seen[0].wanted_outputs == ("labels.csv", "notes/k.json")


def test_every_file_of_a_bundle_that_a_program_wrote_is_told_what_is_wrong_with_it(clustering: Minted) -> None:
    sandbox = OneResult(ended(Outcome.FINISHED, outputs={"notes/k.json": b"77"}))
    report = grading.grade(a_bundle(clustering), sandbox, on_step=lambda step, detail: None)
    assert report.verdict is Verdict.REJECTED
    assert [(found.code, found.file) for found in report.findings] == [
        ("missing_file", "labels.csv"),
        ("out_of_range", "notes/k.json"),
    ]


def test_a_program_that_writes_no_file_of_a_bundle_is_told_which_were_expected(clustering: Minted) -> None:
    report = grading.grade(a_bundle(clustering), OneResult(ended(Outcome.FINISHED)), on_step=lambda step, detail: None)
    assert report.verdict is Verdict.REJECTED
    assert report.findings[0].message == "expected the files labels.csv, notes/k.json in /output, found nothing."


def test_a_truthless_mount_the_program_sees_public_files_and_hidden_inputs_only(clustering: Minted) -> None:
    sandbox = OneResult(ended(Outcome.FINISHED))
    job = Job(
        data=zip_bytes({"main.py": b"import model\n", "model.py": b"x = 1\n"}),
        file_name="entry.zip",
        challenge=load("iris-clustering"),
        paper=clustering,
        size=Size.SMALL,
        truth=clustering.truth(),
    )
    grading.grade(job, sandbox, on_step=lambda step, detail: None)
    (spec,) = sandbox.seen
    assert spec.data == (clustering.public, clustering.inputs)
    assert sandbox.files == ["main.py", "model.py"]
    mounted = [path.name for folder in spec.data for path in Path(folder).rglob("*")]
    assert "truth.json" not in mounted


def a_program(clustering: Minted) -> Job:
    return Job(
        data=b"print(1)\n",
        file_name="main.py",
        challenge=load("iris-clustering"),
        paper=clustering,
        size=Size.SMALL,
        truth=clustering.truth(),
    )


def test_a_learner_sees_every_stage_and_both_limits_of_time(clustering: Minted) -> None:
    seen: list[tuple[Step, str]] = []
    crashed = OneResult(ended(Outcome.CRASHED))
    grading.grade(a_program(clustering), crashed, on_step=lambda step, detail: seen.append((step, detail)))
    assert seen == [
        (Step.WAITING_FOR_GPU, ""),
        (Step.STAGING, ""),
        (Step.EXECUTING, "at most 150 s of time and 300 s of processor time"),
    ]


def test_a_run_that_is_withdrawn_while_it_waits_for_a_gpu_is_cancelled(clustering: Minted) -> None:
    class Waiting(OneResult):
        def run(self, spec: RunSpec) -> RunResult:
            raise WaitCancelled("withdrawn")

    with pytest.raises(Cancelled):
        grading.grade(a_program(clustering), Waiting(ended(Outcome.FINISHED)), on_step=lambda step, detail: None)


def test_without_a_sandbox_a_program_is_our_failure_not_the_learners(clustering: Minted) -> None:
    with pytest.raises(SandboxUnavailable):
        grading.grade(a_program(clustering), None, on_step=lambda step, detail: None)


class Talk:
    """A conversation whose lines are given, and how the program ended."""

    def __init__(self, lines: list[bytes | Exception], result: RunResult) -> None:
        self.lines = lines
        self.result = result

    def send(self, line: bytes) -> None:
        pass

    def receive(self, timeout_s: float) -> bytes:
        if not self.lines:
            raise ConversationEnded("exit code 1")
        line = self.lines.pop(0)
        if isinstance(line, Exception):
            raise line
        return line

    def close(self) -> RunResult:
        return self.result

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *exc: object) -> None:
        pass


class Talking(OneResult):
    def __init__(self, lines: list[bytes | Exception], result: RunResult) -> None:
        super().__init__(result)
        self.lines = lines

    def converse(self, spec: RunSpec) -> Talk:
        return Talk(self.lines, self.result)


READY = b'{"type":"ready","seq":0}'


@pytest.mark.parametrize(
    ("lines", "outcome", "verdict"),
    [
        ([b"hello there"], Outcome.CRASHED, Verdict.ILLEGAL_MOVE),
        ([READY, b'{"seq":77}'], Outcome.FINISHED, Verdict.ILLEGAL_MOVE),
        ([ReplyTimedOut()], Outcome.FINISHED, Verdict.TIMED_OUT),
        ([READY], Outcome.CRASHED, Verdict.CRASHED),
        ([READY], Outcome.FINISHED, Verdict.CRASHED),
        ([READY], Outcome.OUT_OF_MEMORY, Verdict.OUT_OF_MEMORY),
        ([READY], Outcome.TIMED_OUT, Verdict.TIMED_OUT),
        ([], Outcome.BANNED_IMPORT, Verdict.BANNED_IMPORT),
    ],
)
def test_a_conversation_that_breaks_off_gets_the_verdict_of_its_cause(
    regression: Minted, lines: list[bytes | Exception], outcome: Outcome, verdict: Verdict
) -> None:
    job = Job(
        data=b"def fit(X, y, l2=0.0, w=None):\n    return {}\n",
        file_name="linreg.py",
        challenge=load("linear-regression-from-scratch"),
        paper=regression,
        size=Size.SMALL,
        truth=None,
    )
    report = grading.grade(job, Talking(list(lines), ended(outcome)), on_step=lambda step, detail: None)
    assert report.verdict is verdict
    assert report.findings[0].message
