"""What the backends have in common from the inside: a started guest that waits for its job.

backend.run / converse
  └─ makes a Box (docker.py, bubblewrap.py, trusted.py)
       └─ Running (running.py) hands the job in, watches limits, moves bytes, says how it ended
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Stream(Enum):
    OUT = 1
    ERR = 2


@dataclass(frozen=True, kw_only=True)
class Chunk:
    stream: Stream
    data: bytes


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What the box used up to now; None where it cannot be known."""

    cpu_s: float | None = None
    memory_mb: float | None = None
    output_mb: float | None = None
    """Only where /output is no file system of its own with a size."""
    output_files: int | None = None
    gpu_busy: float | None = None
    """Share of the last moments in which the GPU of this box worked."""
    gpu_memory_mb: float | None = None


@dataclass(frozen=True, kw_only=True)
class Exit:
    """How the program's process ended."""

    code: int
    """As a shell would say it: 128 + n after signal n."""
    out_of_memory: bool = False
    """The kernel killed something in the box for memory, whatever the exit code says."""


class Wire(Protocol):
    """The standard streams of a box."""

    def readable(self) -> list[int]:
        """Return the descriptors to wait on; empty once everything has been read."""

    def read(self, descriptor: int) -> list[Chunk]:
        """Read what is there without blocking; at the end of a stream its descriptor leaves `readable`."""

    def writable(self) -> int | None:
        """Return the descriptor of standard input, or None once it is closed."""

    def write(self, data: bytes | memoryview) -> int:
        """Write without blocking and return how many bytes went. Raises BrokenPipeError when nobody reads."""

    def close_input(self) -> None: ...


class Box(Protocol):
    """A started guest."""

    @property
    def wire(self) -> Wire: ...

    @property
    def image_digest(self) -> str | None: ...

    @property
    def enforces_memory(self) -> bool:
        """Whether a control group caps memory; otherwise the watchdog compares samples with the limit."""

    def opened(self) -> None:
        """The guest is up and waits: open what must be opened before the learner's program runs."""

    def sample(self) -> Sample:
        """Measure; called from another thread, several times a second."""

    def kill(self) -> None:
        """Kill every process in the box, at once; harmless when they are gone."""

    def wait(self) -> Exit:
        """Return how the program ended, after every process in the box is gone. Raises SandboxUnavailable."""

    def output_folder(self) -> int:
        """Return an open folder, /output as the program left it."""

    def report_folder(self) -> int:
        """Return an open folder, the guest's /report."""

    def output_is_full(self) -> bool:
        """Whether the program ran into the cap on /output."""

    def close(self) -> None:
        """Remove everything of this box; may be called twice."""
