"""From facts to an outcome: pure, and the same for every backend."""

from __future__ import annotations

import errno
import json
import signal
from dataclasses import dataclass
from typing import Any

from sandbox.box import Exit
from sandbox.contract import Gpu, LastError, Limits, Outcome
from sandbox.outputs import HandBack, shown
from sandbox.watchdog import Breach


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the guest said about the last exception; hostile, so every field has a type and a cap."""

    error: LastError
    memory: bool
    gpu_memory: bool
    banned: bool
    errno: int | None


@dataclass(frozen=True, kw_only=True)
class Ending:
    outcome: Outcome
    notes: tuple[str, ...]


def read_report(raw: bytes | None) -> Report | None:
    """Return the guest's report, or None when there is none or it has been tampered with."""
    try:
        fields = json.loads(raw or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or _text(fields, "type", 80) is None:
        return None
    file = _text(fields, "file", 200)
    error = LastError(
        type=shown(_text(fields, "type", 80) or ""),
        message=_text(fields, "message", 200) or "",
        file=None if file is None else shown(file),
        line=_number(fields, "line"),
        cell=_number(fields, "cell"),
    )
    return Report(
        error=error,
        memory=fields.get("memory") is True,
        gpu_memory=fields.get("gpu_memory") is True,
        banned=fields.get("banned") is True,
        errno=_number(fields, "errno"),
    )


def judge_ending(
    exit: Exit, *, breach: Breach | None, report: Report | None, output_full: bool, limits: Limits
) -> Ending:
    """Return how a run ended; what the judge measured goes before what the program says."""
    if breach is not None:
        return Ending(outcome=breach.outcome, notes=(breach.note,))
    if exit.out_of_memory or (exit.code != 0 and report is not None and report.memory):
        note = f"the program needed more memory than its limit of {limits.memory_mb} MB"
        return Ending(outcome=Outcome.OUT_OF_MEMORY, notes=(note,))
    if exit.code != 0 and report is not None and report.gpu_memory and limits.gpu is not Gpu.NONE:
        note = "the GPU's own memory was full: use smaller batches, half precision or a smaller model"
        return Ending(outcome=Outcome.OUT_OF_MEMORY, notes=(note,))
    if exit.code == 128 + signal.SIGXCPU:
        note = f"one process used more than {limits.cpu_s:g} seconds of processor time"
        return Ending(outcome=Outcome.TIMED_OUT, notes=(note,))
    if exit.code == 128 + signal.SIGXFSZ or (report is not None and report.errno == errno.EFBIG) or output_full:
        note = (
            f"the program wrote more than the {limits.output_mb} MB or {limits.output_files} files that /output holds"
        )
        return Ending(outcome=Outcome.OUTPUT_TOO_LARGE, notes=(note,))
    if exit.code != 0 and report is not None and report.banned:
        return Ending(outcome=Outcome.BANNED_IMPORT, notes=(report.error.message,))
    if exit.code != 0:
        return Ending(outcome=Outcome.CRASHED, notes=(_crash(exit.code),))
    return Ending(outcome=Outcome.FINISHED, notes=())


def with_outputs(ending: Ending, handed_back: HandBack) -> Ending:
    """Return the ending after the hand-back, which may find too much."""
    notes = (*ending.notes, *handed_back.notes)
    if handed_back.too_large and ending.outcome is Outcome.FINISHED:
        return Ending(outcome=Outcome.OUTPUT_TOO_LARGE, notes=notes)
    return Ending(outcome=ending.outcome, notes=notes)


def _crash(code: int) -> str:
    if code > 128:
        try:
            return f"the program was ended by signal {signal.Signals(code - 128).name}"
        except ValueError:
            pass
    return f"the program ended with exit code {code}"


def _text(fields: dict[str, Any], key: str, characters: int) -> str | None:
    value = fields.get(key)
    if not isinstance(value, str):
        return None
    return "".join(c if c.isprintable() else " " for c in value[:characters])


def _number(fields: dict[str, Any], key: str) -> int | None:
    value = fields.get(key)
    return value if type(value) is int and 0 <= value < 2**31 else None
