"""How far a program says it is: whole lines `progress 3/10` on its standard output, and nothing else of it.

A run on hidden data shows no output, since output could carry the data away. A percentage that only ever rises, told
at most once a second, carries next to nothing.
"""

from __future__ import annotations

import re
import time

EVERY_S = 1.0
LINE = re.compile(rb"progress ([0-9]{1,9})/([0-9]{1,9})\r?")
KEPT_BYTES = 64


class Progress:
    """Reads a stream in whatever pieces it comes."""

    def __init__(self) -> None:
        self._rest = b""
        self._percent = 0
        self._told_at = -EVERY_S

    def feed(self, data: bytes) -> int | None:
        """Return the percentage to tell now, or None when there is nothing new."""
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-KEPT_BYTES:]
        found = [match for line in lines[-100:] if (match := LINE.fullmatch(line))]
        if not found:
            return None
        done, total = (int(text) for text in found[-1].groups())
        percent = min(100 * done // total, 100) if total else 0
        if percent <= self._percent or time.monotonic() - self._told_at < EVERY_S:
            return None
        self._percent, self._told_at = percent, time.monotonic()
        return percent
