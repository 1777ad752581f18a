"""What the processes of one process namespace use, read from /proc, where no control group counts it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sandbox.box import Sample

PROC = Path("/proc")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def tree_sample(namespace: str) -> Sample:
    """Return processor time and proportional memory of all processes in the namespace, named as its link in /proc."""
    cpu_s = memory_mb = 0.0
    for path in PROC.iterdir():
        if not path.name.isdecimal():
            continue
        # A process may end at any moment of this.
        with contextlib.suppress(OSError, ValueError):
            if str((path / "ns/pid").readlink()) == namespace:
                cpu_s += _cpu_s(path)
                memory_mb += _memory_mb(path)
    return Sample(cpu_s=cpu_s, memory_mb=memory_mb)


def _cpu_s(path: Path) -> float:
    # Names of programs may hold spaces and brackets; the fields begin behind the last one.
    fields = (path / "stat").read_text().rpartition(")")[2].split()
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS_PER_S


def _memory_mb(path: Path) -> float:
    for line in (path / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
