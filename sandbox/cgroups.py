"""Control groups, version 1 or 2, for backends that have no engine to do it: memory, processes, processor.

A group is made for each job and removed with it; a group whose job folder is gone is an orphan. Where groups cannot
be written (an ordinary user without delegation), `find` returns None and the caller falls back to watching.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from sandbox.box import Sample
from sandbox.contract import Limits

PREFIX = "judge-sandbox"
MOUNTS = Path("/proc/self/mounts")
CPU_PERIOD_US = 100_000
REMOVE_S = 2.0


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """Where groups are made: one folder for each controller in version 1, the same for all in version 2."""

    version: int
    folders: dict[str, Path]


def find(root: Path) -> Hierarchy | None:
    """Return where the groups of this root of job folders can be made here, or None.

    Workers with another root have other folders: what they run is none of our orphans.
    """
    name = f"{PREFIX}-{hashlib.sha256(os.fsencode(root)).hexdigest()[:12]}"
    with contextlib.suppress(OSError):
        hierarchy = _version_2(name) or _version_1(name)
        if hierarchy is None:
            return None
        for folder in set(hierarchy.folders.values()):
            folder.mkdir(exist_ok=True)
            if not os.access(folder, os.W_OK):
                return None
            if hierarchy.version == 2:
                (folder / "cgroup.subtree_control").write_text("+memory +pids +cpu")
        return hierarchy
    return None


class Group:
    """The group of one job."""

    def __init__(self, hierarchy: Hierarchy, name: str, limits: Limits) -> None:
        self._hierarchy = hierarchy
        self._folders = {controller: folder / name for controller, folder in hierarchy.folders.items()}
        for folder in set(self._folders.values()):
            folder.mkdir()
        try:
            for controller, file, value in _settings(hierarchy.version, limits):
                self._write(controller, file, value)
            # No swap, where the kernel counts it at all.
            with contextlib.suppress(OSError):
                if hierarchy.version == 2:
                    self._write("memory", "memory.swap.max", "0")
                else:
                    self._write("memory", "memory.memsw.limit_in_bytes", str(limits.memory_mb * 2**20))
        except OSError:
            self.remove()
            raise

    def entrances(self) -> list[str]:
        """Return the files into which a process of one thread writes 0 to join.

        Version 1 has a file for single threads; a process that moves itself through it needs no lock on all others.
        """
        name = "cgroup.procs" if self._hierarchy.version == 2 else "tasks"
        return sorted({str(folder / name) for folder in self._folders.values()})

    def sample(self) -> Sample:
        return _sample(self._hierarchy.version, self._folders)

    def out_of_memory(self) -> bool:
        """Whether the kernel killed a process of this group for memory."""
        name = "memory.events" if self._hierarchy.version == 2 else "memory.oom_control"
        with contextlib.suppress(OSError, ValueError):
            return _fields(self._folders["memory"] / name).get("oom_kill", 0) > 0
        return False

    def remove(self) -> None:
        """Kill what is left and remove the group; the kernel lets go of a group a moment after its last process."""
        deadline = time.monotonic() + REMOVE_S
        for folder in set(self._folders.values()):
            remove_folder(folder, deadline)

    def _write(self, controller: str, file: str, value: str) -> None:
        (self._folders[controller] / file).write_text(value)


class ForeignGroup:
    """The groups that somebody else made for a process, such as a container's: to be measured, not to be changed."""

    def __init__(self, process: int) -> None:
        mounts = _mounts()
        self._version = 1 if "memory" in mounts else 2
        self._folders: dict[str, Path] = {}
        with contextlib.suppress(OSError):
            for line in (Path("/proc") / str(process) / "cgroup").read_text().splitlines():
                _, controllers, path = line.split(":", 2)
                # A process that has just ended is said to be in the root group, which is the whole host.
                for controller in controllers.split(",") if self._version == 1 else ("memory", "cpu"):
                    if path != "/" and (controller in mounts or self._version == 2):
                        root = mounts.get(controller, Path("/sys/fs/cgroup"))
                        self._folders[controller] = root / path.lstrip("/")

    def sample(self) -> Sample:
        return _sample(self._version, self._folders)


def sweep(hierarchy: Hierarchy, living: set[str]) -> int:
    """Remove the groups of jobs that are not among the living; return how many jobs that were."""
    gone = {path.name for folder in hierarchy.folders.values() for path in folder.glob("job-*")} - living
    for name in gone:
        for folder in set(hierarchy.folders.values()):
            remove_folder(folder / name, time.monotonic() + REMOVE_S)
    return len(gone)


def remove_folder(folder: Path, deadline: float) -> None:
    while folder.exists():
        with contextlib.suppress(OSError):
            folder.rmdir()
            return
        with contextlib.suppress(OSError, ValueError):
            for number in (folder / "cgroup.procs").read_text().split():
                os.kill(int(number), signal.SIGKILL)
        if time.monotonic() > deadline:
            return
        time.sleep(0.005)


def _settings(version: int, limits: Limits) -> list[tuple[str, str, str]]:
    memory = str(limits.memory_mb * 2**20)
    quota = int(limits.cpus * CPU_PERIOD_US)
    # The two processes of bubblewrap itself live in the group too.
    processes = str(limits.processes + 2)
    if version == 2:
        return [
            ("memory", "memory.max", memory),
            ("memory", "memory.oom.group", "1"),
            ("pids", "pids.max", processes),
            ("cpu", "cpu.max", f"{quota} {CPU_PERIOD_US}"),
        ]
    return [
        ("memory", "memory.limit_in_bytes", memory),
        ("pids", "pids.max", processes),
        ("cpu", "cpu.cfs_period_us", str(CPU_PERIOD_US)),
        ("cpu", "cpu.cfs_quota_us", str(quota)),
    ]


def _version_2(name: str) -> Hierarchy | None:
    """Return a delegated folder (`JUDGE_CGROUP`) or one below the root of a pure version 2."""
    setting = os.environ.get("JUDGE_CGROUP")
    root = Path(setting) if setting else Path("/sys/fs/cgroup")
    controllers = root / "cgroup.controllers"
    if not controllers.is_file() or not {"memory", "pids", "cpu"} <= set(controllers.read_text().split()):
        return None
    (root / "cgroup.subtree_control").write_text("+memory +pids +cpu")
    return Hierarchy(version=2, folders=dict.fromkeys(("memory", "pids", "cpu"), root / name))


def _version_1(name: str) -> Hierarchy | None:
    folders = {controller: path / name for controller, path in _mounts().items()}
    return Hierarchy(version=1, folders=folders) if len(folders) == 4 else None


def _mounts() -> dict[str, Path]:
    """Return where each controller of version 1 is mounted; empty on a pure version 2."""
    found = {}
    for line in MOUNTS.read_text().splitlines():
        _, path, kind, options, *_ = line.split()
        if kind == "cgroup":
            for controller in {"memory", "pids", "cpu", "cpuacct"} & set(options.split(",")):
                found[controller] = Path(path)
    return found


def _sample(version: int, folders: dict[str, Path]) -> Sample:
    with contextlib.suppress(OSError, ValueError, KeyError):
        facts = _fields(folders["memory"] / "memory.stat")
        if version == 2:
            cpu_s = _fields(folders["cpu"] / "cpu.stat")["usage_usec"] / 1e6
            return Sample(cpu_s=cpu_s, memory_mb=(facts["anon"] + facts["shmem"]) / 2**20)
        cpu_s = int((folders["cpuacct"] / "cpuacct.usage").read_text()) / 1e9
        # Pages of files that were read are not the program's own; `shmem` is what lies in tmpfs.
        return Sample(cpu_s=cpu_s, memory_mb=(facts["rss"] + facts.get("shmem", 0)) / 2**20)
    return Sample()


def _fields(path: Path) -> dict[str, int]:
    return {key: int(value) for key, value, *_ in (line.split() for line in path.read_text().splitlines())}
