"""What judge and guest say to each other before the learner's program starts; imported by both sides.

guest -> judge   `judge-guest 1 ready` and a newline, the first bytes on standard output
judge -> guest   one line of JSON, the Job, the first bytes on standard input; this is the starting gun
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

READY = b"judge-guest 1 ready\n"
"""Carries the version of this protocol: an image built from an older guest says something else."""
REPORT_DIR = "/report"
REPORT_NAME = "report.json"
REPORT_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to run and how."""

    entry: str
    talks: bool = False
    """A conversation: standard input and output belong to the program. Otherwise its input is empty."""
    banned: tuple[str, ...] = ()
    work: str = "/work"
    report: str = REPORT_DIR
    processes: int | None = None
    """Cap on processes and threads where no control group counts them."""

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Job:
        fields = json.loads(line)
        return cls(**{**fields, "banned": tuple(fields["banned"])})


def read_job(descriptor: int) -> Job:
    """Read byte by byte, because what follows the line belongs to the learner's program."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(0)  # The judge went away before there was a job.
        line += byte
    return Job.from_line(bytes(line))
