"""The contract between the judge and every sandbox backend.

A backend runs ONE command (`run`) or holds ONE conversation over standard input and output
(`converse`), then destroys everything it made. Whatever the learner's program does is told by a
RunResult; an exception (errors.py) always means that our own machinery failed.

Inside every backend the program sees the same small world:

    /work     its own files, read-only; the current directory
    /data     the challenge's files, read-only            (env DATA_DIR)
    /output   empty, writable, capped                     (env OUTPUT_DIR)
    /tmp      empty, writable, capped

and nothing else: no network, no other learner's files, no truth.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol, Self

WORK_DIR = "/work"
DATA_DIR = "/data"
OUTPUT_DIR = "/output"


class Gpu(StrEnum):
    """What a run needs."""

    NONE = "none"
    OPTIONAL = "optional"
    """A GPU where there is one, else the processors, and a note that says so."""
    REQUIRED = "required"


class Stage(StrEnum):
    """Where a run is; the limits count in RUNNING only."""

    WAITING_FOR_GPU = "waiting_for_gpu"
    STAGING = "staging"
    """Files are laid out, the guest is started."""
    RUNNING = "running"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Caps on one run; every backend enforces each of them or refuses the run."""

    wall_s: float = 120.0
    """Wall-clock time from the start of the learner's program, kept outside the sandbox."""
    cpu_s: float = 240.0
    """Processor time of all its processes together."""
    memory_mb: int = 2048
    """Resident memory of all its processes together, /tmp and /output included; no swap."""
    cpus: float = 1.0
    processes: int = 128
    """Processes and threads together."""
    open_files: int = 1024
    output_mb: int = 64
    """Everything in /output together."""
    output_files: int = 256
    tmp_mb: int = 256
    shm_mb: int = 64
    log_bytes: int = 64 * 1024
    """What is kept of standard output and of standard error, each: the last bytes."""
    line_bytes: int = 8 * 1024 * 1024
    """Longest line in a conversation."""
    gpu: Gpu = Gpu.NONE


@dataclass(frozen=True, kw_only=True)
class RunSpec:
    """One run: files in, a program, its limits."""

    work: Path
    """Host folder with the learner's files; appears read-only as /work."""
    entry: str
    """File in /work to run: `main.py` or a notebook (`main.ipynb`)."""
    data: tuple[Path, ...] = ()
    """Host folders whose contents appear together, read-only, as /data; names must not collide."""
    limits: Limits = field(default_factory=Limits)
    image: str = "cpu"
    """Name of a stock image: `cpu` or `gpu`."""
    banned_imports: tuple[str, ...] = ()
    """Top-level or dotted module names that must not be importable, by any trick."""
    preload: tuple[str, ...] = ("numpy", "pandas", "sklearn")
    """Libraries that a started-ahead interpreter may have imported already; a matter of speed only."""
    wanted_outputs: tuple[str, ...] = ()
    """Paths relative to /output to hand back; empty means all regular files within the caps."""
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    """For the operator and the sweeper: submission, attempt, lease."""
    on_stage: Callable[[Stage], None] = field(default=lambda stage: None)
    """Told when the run comes to a stage, in the caller's thread."""
    on_progress: Callable[[int], None] = field(default=lambda percent: None)
    """Told how many per cent of its work `run`'s program says it has done (progress.py)."""
    cancelled: Callable[[], bool] = field(default=lambda: False)
    """Asked a few times a second during `run`; once it says True the program is killed and the result is CANCELLED."""


class Outcome(StrEnum):
    """How the learner's program ended."""

    FINISHED = "finished"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    OUT_OF_MEMORY = "out_of_memory"
    OUTPUT_TOO_LARGE = "output_too_large"
    BANNED_IMPORT = "banned_import"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class LastError:
    """The exception that ended the program, as far as it may be shown."""

    type: str
    message: str
    """Cut to 200 characters."""
    file: str | None = None
    """Path relative to /work."""
    line: int | None = None
    cell: int | None = None
    """1-based number of the failing notebook cell."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What the run used in one stretch of its time; None where that cannot be known."""

    until_s: float
    """The end of the stretch, which begins where the one before it ended."""
    cpus: float | None = None
    """Processors busy, on average."""
    memory_mb: float | None = None
    """The highest."""
    gpu_busy: float | None = None
    """Share of the time, 0 to 1."""
    gpu_memory_mb: float | None = None
    """The highest."""


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What the run used, measured on our side."""

    wall_s: float
    cpu_s: float | None = None
    peak_memory_mb: float | None = None
    peak_gpu_memory_mb: float | None = None
    timeline: tuple[Moment, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RunResult:
    """What happened, and the hostile bytes that came out."""

    outcome: Outcome
    usage: Usage
    exit_code: int | None = None
    stdout_tail: str = ""
    stderr_tail: str = ""
    error: LastError | None = None
    outputs: Mapping[str, bytes] = field(default_factory=dict)
    """Path relative to /output -> content; regular files only."""
    notes: tuple[str, ...] = ()
    """Sentences for the learner: which limit was hit and the measured value, which outputs were left behind and why."""
    image_digest: str | None = None


@dataclass(frozen=True, kw_only=True)
class Probe:
    """Whether a backend can keep its promises on this host."""

    backend: str
    usable: bool
    reason: str = ""
    """When unusable: what is missing and what to install."""
    refusals: tuple[str, ...] = ()
    """Promises this backend cannot keep here, by their names in conformance/."""


class Conversation(Protocol):
    """Lines over the pipe to a running program. Use as a context manager; leaving it kills the program."""

    def send(self, line: bytes) -> None:
        """Write one line (no newline inside). Raises ConversationEnded when the program is gone."""

    def receive(self, timeout_s: float) -> bytes:
        """Return the next line without its newline. Raises ReplyTimedOut, ReplyTooLong, ConversationEnded."""

    def close(self) -> RunResult:
        """Kill whatever still runs and say what happened; further calls return the same result."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...


class Sandbox(Protocol):
    """A backend."""

    name: str

    @property
    def has_gpu(self) -> bool:
        """Whether runs that need a GPU can be taken."""

    def probe(self) -> Probe:
        """Say whether this backend works here; cheap enough for every worker start."""

    def run(self, spec: RunSpec) -> RunResult:
        """Run one program to its end. Raises SandboxError only."""

    def converse(self, spec: RunSpec) -> Conversation:
        """Start one program whose standard input and output are a pipe to us. Raises SandboxError only."""

    def sweep(self) -> int:
        """Remove what killed workers of ours left behind; return how many things were removed."""

    def close(self) -> None:
        """Remove what this process has started ahead; the sandbox may be used again."""
