"""What judge and guest say to each other before the learner's program starts; imported by both sides.

guest -> judge   `judge-guest 1 ready` and a newline, the first bytes on standard output
judge -> guest   one line of JSON, the Job, the first bytes on standard input; this is the starting gun

A warm interpreter (zygote.py) hears one message of Settings and then one Birth, with descriptors, for every program.
"""

from __future__ import annotations

import json
import os
from base64 import b64decode, b64encode
from dataclasses import asdict, dataclass
from typing import Any

READY = b"judge-guest 1 ready\n"
"""Carries the version of this protocol: an image built from an older guest says something else."""
REPORT_DIR = "/report"
REPORT_NAME = "report.json"
REPORT_BYTES = 4096


WARM = b"judge-guest 1 warm"
"""What a warm interpreter says once it can fork."""
MESSAGE_BYTES = 1 << 17
MOST_DESCRIPTORS = 253
"""More do not fit into one message."""


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


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a warm interpreter is to have ready."""

    preload: tuple[str, ...]
    filter: bytes
    """The filter of system calls, as the kernel takes it."""

    def to_line(self) -> bytes:
        return json.dumps({"preload": self.preload, "filter": b64encode(self.filter).decode()}).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Settings:
        fields = json.loads(line)
        return cls(preload=tuple(fields["preload"]), filter=b64decode(fields["filter"]))


@dataclass(frozen=True, kw_only=True)
class Writable:
    """A folder of the program's own, in memory."""

    path: str
    size_bytes: int
    mode: str
    files: int | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a mount that the judge hands in goes."""

    path: str
    folder: bool


@dataclass(frozen=True, kw_only=True)
class Birth:
    """One program for a warm interpreter to make room for."""

    environment: dict[str, str]
    writable: tuple[Writable, ...]
    groups: int
    """How many control groups to join; their descriptors come first."""
    places: tuple[Place, ...]
    """Where the mounts go whose descriptors come after them."""
    masked: tuple[str, ...]
    limits: dict[str, int]
    """RLIMIT_... -> value."""
    processors: tuple[int, ...]
    """Those that it may use; empty means all."""
    threads: int
    folder: str = "/work"

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Birth:
        fields: dict[str, Any] = json.loads(line)
        parts = {
            "writable": tuple(Writable(**item) for item in fields["writable"]),
            "places": tuple(Place(**item) for item in fields["places"]),
            "masked": tuple(fields["masked"]),
            "processors": tuple(fields["processors"]),
        }
        return cls(**{**fields, **parts})


def read_job(descriptor: int) -> Job:
    """Read byte by byte, because what follows the line belongs to the learner's program."""
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = os.read(descriptor, 1)
        if not byte:
            os._exit(0)  # The judge went away before there was a job.
        line += byte
    return Job.from_line(bytes(line))
