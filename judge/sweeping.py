"""Every worker clears its own host of what killed workers left behind in the sandbox."""

from __future__ import annotations

import logging
import threading

from judge import signs_of_life
from sandbox.errors import SandboxError

log = logging.getLogger(__name__)

EVERY_S = 60.0


def sweep() -> None:
    """Remove leftovers now; a failure is logged and tried again the next time."""
    sandbox, _ = signs_of_life.sandbox_here()
    if sandbox is None:
        return
    try:
        removed = sandbox.sweep()
    except SandboxError as error:
        log.warning("sweeping failed: %s", error)
        return
    if removed:
        log.info("removed %d leftovers of killed workers", removed)


def keep_sweeping() -> threading.Event:
    """Sweep in the background, now and every minute, until the returned event is set."""
    stop = threading.Event()

    def loop() -> None:
        while True:
            sweep()
            if stop.wait(EVERY_S):
                return

    threading.Thread(target=loop, name="sweeping", daemon=True).start()
    return stop
