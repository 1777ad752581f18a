"""The judge's own way of running and grading, without users and database: for the audit and for anchors.

Baselines and references of prediction challenges are our own programs and run as plain processes, as a learner runs
them at home. Whatever is handed in as a program runs in the sandbox, ours too.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from challenges.audit import Graded
from challenges.errors import Finding, InvalidSubmission
from challenges.loader import Challenge
from challenges.minting import Minted
from challenges.spec import Kind, Size
from judge import grading
from judge.grading import Job
from judge.verdicts import Step
from sandbox.contract import Limits, Outcome, RunSpec, Sandbox
from sandbox.trusted import TrustedSandbox

AT_HOME = Limits(wall_s=900, cpu_s=3600, memory_mb=8192, cpus=2, processes=512, output_mb=256)
"""What a learner's own machine is assumed to give; a reference may train a small net."""


@dataclass(frozen=True)
class JudgePipeline:
    """Grades as the judge grades; `sandbox` runs programs."""

    sandbox: Sandbox | None

    def produce(self, program: Mapping[str, bytes], *, challenge: Challenge, folders: Sequence[Path]) -> bytes:
        """Return the answer file that our own main.py writes. Raises InvalidSubmission when it does not."""
        answer = challenge.spec.answer
        if answer is None:
            raise ValueError(f"{challenge.spec.slug} has no answer file")
        with tempfile.TemporaryDirectory(prefix="judge-home-") as folder:
            for name, content in program.items():
                target = Path(folder, name)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            spec = RunSpec(
                work=Path(folder),
                entry="main.py",
                data=tuple(folders),
                limits=AT_HOME,
                wanted_outputs=(answer.file,),
            )
            result = TrustedSandbox().run(spec)
        if result.outcome is not Outcome.FINISHED or answer.file not in result.outputs:
            reason = " ".join((*result.notes, result.stderr_tail[-500:])).strip()
            raise InvalidSubmission([Finding(code=str(result.outcome), message=f"no {answer.file} came out: {reason}")])
        return result.outputs[answer.file]

    def grade(self, data: bytes, file_name: str, *, challenge: Challenge, paper: Minted, size: Size) -> Graded:
        """Grade a hand-in as if a learner had sent it."""
        job = Job(
            data=data,
            file_name=file_name,
            challenge=challenge,
            paper=paper,
            size=size,
            truth=None if challenge.spec.kind is Kind.INTERACTIVE else paper.truth(),
            labels={"submission": f"audit-{challenge.spec.slug}"},
        )
        report = grading.grade(job, self.sandbox, on_step=_unheard)
        return Graded(verdict=str(report.verdict), findings=tuple(report.findings), scores=report.scores)


def _unheard(step: Step, detail: str) -> None:
    """Nobody waits for the steps of an audit."""
