"""What a hostile program is, and the few lines that stand before each of them.

A program that is to be held prints the attempts that succeeded, or `held` when none did, so that a program which
never came to its attempt fails the test as surely as one that escaped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from textwrap import dedent
from typing import Any

from sandbox.contract import LastError, Limits, Outcome, RunResult

PREAMBLE = """
import ctypes, errno, os, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
got = []
def attempt(label, action, *arguments):
    try:
        result = action(*arguments)
    except (OSError, ValueError, OverflowError, RuntimeError):
        return
    got.append(label if result is None else f"{label}: {result!r:.80}")
def syscall(label, x86_64, aarch64, *arguments):
    number = {"x86_64": x86_64, "aarch64": aarch64}[platform.machine()]
    if libc.syscall(number, *arguments) >= 0: got.append(label)
def filtered(label, x86_64, aarch64, *arguments):
    # An answer such as EINVAL comes from the kernel's own code: the call was let through, only its arguments were poor.
    number = {"x86_64": x86_64, "aarch64": aarch64}[platform.machine()]
    ctypes.set_errno(0)
    if libc.syscall(number, *arguments) >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        got.append(f"{label} ({errno.errorcode.get(ctypes.get_errno())})")
def poke(path, text):
    descriptor = os.open(path, os.O_WRONLY)
    try: os.write(descriptor, text)
    finally: os.close(descriptor)
def finish():
    print(got or "held")
"""
SHORT = Limits(wall_s=20.0, memory_mb=256, processes=64)
NOTES_CHARACTERS = 4000
"""No run's notes may carry more to a reader, whatever names and texts the program chooses."""


class Protection(StrEnum):
    """One wall of the bubblewrap sandbox that a test can take away, to see that an attack would be noticed."""

    NETWORK_NAMESPACE = "network namespace"
    PROCESS_NAMESPACE = "process namespace"
    SYSTEM_CALL_FILTER = "filter of system calls"
    NO_CAPABILITIES = "no capabilities"
    HIDDEN_FOLDERS = "folders of the host hidden"
    READ_ONLY_DATA = "read-only /data"
    CLEAN_ENVIRONMENT = "clean environment"


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One program and its fate."""

    name: str
    tries: str
    must: str
    program: str
    ends: frozenset[Outcome] = frozenset({Outcome.FINISHED})
    printed: str | None = "held\n"
    """What it must print, or None where only the way it ends matters."""
    limits: Limits = SHORT
    banned: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    handed_back: Mapping[str, bytes] | None = None
    """Exactly what comes out of /output, or None where that does not matter."""
    exit_code: int | None = None
    noted: str = ""
    error: LastError | None = None
    """All of it but the line, which depends on what stands before the program."""
    within_s: float | None = None
    without: frozenset[Protection] = frozenset()
    """With these walls taken away the attack succeeds and must be noticed; empty where no test can do so safely."""
    relaxed: Limits | None = None
    """Under these generous limits it comes to its end, and that must be noticed."""

    def source(self, *, token: str, host: Mapping[str, Any]) -> str:
        """Return the whole program; what it forks can be found again by an open file with the token's name."""
        mark = f"TOKEN = {token!r}\nos.memfd_create(TOKEN, 0)\nHOST = {json.dumps(host)}\n"
        return PREAMBLE + mark + dedent(self.program)

    def complaints(self, result: RunResult) -> list[str]:
        """Return what is wrong with the way it ended."""
        expected = [
            ("its end", result.outcome, self.ends),
            ("what it printed", result.stdout_tail, None if self.printed is None else {self.printed}),
            ("its exit code", result.exit_code, None if self.exit_code is None else {self.exit_code}),
        ]
        found = [
            f"{what} was {seen!r}" for what, seen, allowed in expected if allowed is not None and seen not in allowed
        ]
        if self.handed_back is not None and dict(result.outputs) != dict(self.handed_back):
            found.append(f"handed back was { ({name: data[:60] for name, data in result.outputs.items()}) }")
        if self.noted not in " ".join(result.notes):
            found.append(f"the notes were {result.notes}")
        if self.error is not None and (result.error is None or replace(result.error, line=None) != self.error):
            found.append(f"the error was {result.error}")
        if result.usage.wall_s > (self.within_s or self.limits.wall_s + 5):
            found.append(f"it took {result.usage.wall_s:.1f} s")
        return found + _too_much(result, self.limits)


def held(name: str, *, tries: str, program: str, must: str = "every attempt is refused", **fields: Any) -> Hostile:
    """Return a program that is let run to its end and must print that it got nothing."""
    return Hostile(name=name, tries=tries, must=must, program=f"{dedent(program)}\nfinish()\n", **fields)


def stopped(name: str, *ends: Outcome, tries: str, must: str, program: str, limits: Limits, **fields: Any) -> Hostile:
    """Return a program that must not come to its own end."""
    return Hostile(
        name=name, tries=tries, must=must, program=program, ends=frozenset(ends), printed=None, limits=limits, **fields
    )


def without(*protections: Protection) -> frozenset[Protection]:
    return frozenset(protections)


def _too_much(result: RunResult, limits: Limits) -> list[str]:
    """Return which caps on what a reader is shown were passed."""
    found = []
    for name, text in (("output", result.stdout_tail), ("error", result.stderr_tail)):
        if len(text.encode()) > limits.log_bytes + 200:
            found.append(f"{len(text)} characters of standard {name} were kept")
        if any(character < " " and character not in "\n\t" for character in text):
            found.append(f"standard {name} holds control characters")
    if len(" ".join(result.notes)) > NOTES_CHARACTERS:
        found.append(f"the notes hold {len(' '.join(result.notes))} characters")
    texts = [*result.notes]
    if result.error is not None:
        texts += [result.error.type, result.error.message, result.error.file or ""]
        if max(map(len, texts[-3:])) > 200:
            found.append("the error holds more than 200 characters")
    found += [f"{text[:80]!r} cannot be shown" for text in texts if not text.isprintable()]
    if len(result.outputs) > limits.output_files or sum(map(len, result.outputs.values())) > limits.output_mb << 20:
        found.append("more was handed back than allowed")
    return found
