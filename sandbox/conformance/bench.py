"""A sandbox to be asked, and what a promise says when it is broken."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.contract import Conversation, Limits, Outcome, RunResult, RunSpec, Sandbox


class BrokenPromise(AssertionError):
    """What the backend did instead."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """A sandbox and a folder in which programs for it are laid out."""

    sandbox: Sandbox
    folder: Path
    limits: Limits = field(default_factory=lambda: Limits(wall_s=30.0, memory_mb=512))

    def spec(
        self,
        program: str,
        *,
        entry: str = "main.py",
        limits: Limits | None = None,
        files: Mapping[str, str] | None = None,
        data: Mapping[str, bytes] | None = None,
        **fields: Any,
    ) -> RunSpec:
        work = Path(tempfile.mkdtemp(dir=self.folder))
        for name, text in {entry: textwrap.dedent(program), **(files or {})}.items():
            (work / name).write_text(text)
        folders: tuple[Path, ...] = ()
        if data is not None:
            given = Path(tempfile.mkdtemp(dir=self.folder))
            for name, content in data.items():
                (given / name).write_bytes(content)
            folders = (given,)
        return RunSpec(work=work, entry=entry, data=folders, limits=limits or self.limits, **fields)

    def run(self, program: str, **fields: Any) -> RunResult:
        return self.sandbox.run(self.spec(program, **fields))

    def converse(self, program: str, **fields: Any) -> Conversation:
        return self.sandbox.converse(self.spec(program, **fields))


Promise = Callable[[Bench], None]


def expect(
    result: RunResult,
    outcome: Outcome,
    *,
    printed: str | None = None,
    noted: str | None = None,
    warned: str | None = None,
) -> None:
    story = f"{result.outcome}, exit code {result.exit_code}, {result.error}, notes {result.notes}, "
    story += f"stdout {result.stdout_tail[-600:]!r}, stderr {result.stderr_tail[-1500:]!r}"
    if result.outcome is not outcome:
        raise BrokenPromise(f"expected {outcome}, got {story}")
    if printed is not None and result.stdout_tail != printed:
        raise BrokenPromise(f"expected {printed!r} to be printed, got {story}")
    if noted is not None and noted not in " ".join(result.notes):
        raise BrokenPromise(f"expected a note with {noted!r}, got {story}")
    if warned is not None and warned not in result.stderr_tail:
        raise BrokenPromise(f"expected {warned!r} on standard error, got {story}")


def same(seen: object, expected: object) -> None:
    if seen != expected:
        raise BrokenPromise(f"expected {expected!r}, got {seen!r}")


def raises(kind: type[Exception], action: Callable[[], object]) -> None:
    try:
        seen = action()
    except kind:
        return
    raise BrokenPromise(f"expected {kind.__name__}, got {seen!r}")
