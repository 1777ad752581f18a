"""One learner per GPU or MIG slice: slots that all workers of a host share by locks on files.

    JUDGE_GPU_DEVICES=GPU-uuid,MIG-uuid ─> <staging>/gpu-<name>.lock, held until the container is gone

A kernel lock ends with the worker that held it, however it ended, so that no slot is ever lost.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from sandbox.errors import SandboxUnavailable, WaitCancelled

ANY = "any"
"""The only slot where the operator named no devices: the engine chooses one."""
LOOK_EVERY_S = 0.2
PATIENCE_S = 6 * 3600.0
"""A learner may wait for another one's whole run; for longer only if something is broken."""
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]")


class Slot:
    """A device that is ours until `release`; may be released twice."""

    def __init__(self, device: str, lock: int) -> None:
        self.device = device
        self._lock = lock

    def release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def devices() -> tuple[str, ...]:
    """Return the devices for learners that the operator named, or ANY."""
    named = tuple(name for name in os.environ.get("JUDGE_GPU_DEVICES", "").split(",") if name)
    return named or (ANY,)


def claim(root: Path, names: tuple[str, ...], *, cancelled: Callable[[], bool], patience_s: float = PATIENCE_S) -> Slot:
    """Return the first slot that is or becomes free.

    Raises WaitCancelled when nobody wants it any more, SandboxUnavailable when none is free for too long.
    """
    deadline = time.monotonic() + patience_s
    while True:
        for name in names:
            slot = _try(root, name)
            if slot is not None:
                return slot
        if cancelled():
            raise WaitCancelled("the run was withdrawn while it waited for a GPU")
        if time.monotonic() > deadline:
            raise SandboxUnavailable(f"no GPU became free within {patience_s:g} s; taken are {', '.join(names)}")
        time.sleep(LOOK_EVERY_S)


def _try(root: Path, name: str) -> Slot | None:
    path = root / f"gpu-{_UNSAFE.sub('_', name)}.lock"
    try:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SandboxUnavailable(f"the lock of a GPU cannot be made ({error})") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return Slot(name, lock)
