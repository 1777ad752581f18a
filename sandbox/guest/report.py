"""Write the exception that ended the program where the judge finds it.

The learner's code runs in this process and may write anything here; the judge reads it as it reads all output, with
caps and strictly, and a forged report only misinforms its forger.
"""

from __future__ import annotations

import contextlib
import json
import os
import traceback
from pathlib import Path
from typing import Any

from .notebook import CELL_NAME
from .protocol import REPORT_BYTES, REPORT_NAME

MESSAGE_CHARACTERS = 200


class Report:
    """A file of fixed size, laid out before the learner's program can fill the disk."""

    def __init__(self, folder: Path, *, work: str) -> None:
        self._work = work
        self._descriptor = os.open(folder / REPORT_NAME, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        os.pwrite(self._descriptor, b" " * REPORT_BYTES, 0)

    def write(self, error: BaseException) -> None:
        with contextlib.suppress(OSError, ValueError):
            text = json.dumps(describe(error, work=self._work)).encode()
            os.pwrite(self._descriptor, text[:REPORT_BYTES].ljust(REPORT_BYTES), 0)


def describe(error: BaseException, *, work: str) -> dict[str, Any]:
    """Return type, message and place of an exception; the place is the last frame in the learner's own files."""
    fields: dict[str, Any] = {
        "type": type(error).__name__[:80],
        "message": _message(error)[:MESSAGE_CHARACTERS],
        "memory": isinstance(error, MemoryError),
        "gpu_memory": _is_of_gpu_memory(error),
        "banned": type(error).__name__ == "BannedImport",
        "errno": error.errno if isinstance(error, OSError) else None,
    }
    places = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((str(error.filename), error.lineno))
    for filename, line in reversed(places):
        cell = CELL_NAME.match(filename)
        if cell:
            return {**fields, "cell": int(cell[1]), "line": line}
        if filename.startswith(f"{work}/"):
            return {**fields, "file": filename.removeprefix(f"{work}/")[:200], "line": line}
    return fields


def _is_of_gpu_memory(error: BaseException) -> bool:
    """Whether the GPU had no room left, in the words of torch, cuBLAS or the CUDA runtime."""
    if type(error).__name__ == "OutOfMemoryError" and type(error).__module__.partition(".")[0] == "torch":
        return True
    text = _message(error)
    return "CUDA out of memory" in text or "CUBLAS_STATUS_ALLOC_FAILED" in text or "cudaErrorMemoryAllocation" in text


def _message(error: BaseException) -> str:
    try:
        return error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:
        return "(its text cannot be shown)"
