"""The fast lane: a fork of a warm interpreter in namespaces of its own, instead of a new one that imports everything.

    spec ──┬─ fits ────────> zygotes.py ──fork──> guest/cell.py: fresh namespaces, rights dropped ──> the program
           └─ does not fit ─> the bubblewrap backend (banned imports, files that would shadow a loaded module)

The program sees the same small world as under bubblewrap and is held by the same limits; it only finds its libraries
loaded. Works where the judge is root; elsewhere the probe says so, and the bubblewrap backend is taken.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import signal
import socket
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sandbox import bwrap, cgroups, hostview, seccomp, shelf, staging
from sandbox.box import Exit, Sample
from sandbox.bubblewrap import DEATH_S, BubblewrapSandbox, processors, resource_limits
from sandbox.contract import Conversation, Gpu, Limits, Outcome, Probe, RunResult, RunSpec, Stage
from sandbox.environment import variables
from sandbox.errors import SandboxError, SandboxUnavailable
from sandbox.guest import kernel
from sandbox.guest.protocol import REPORT_DIR, Birth, Job, Place, Writable
from sandbox.running import Running
from sandbox.scales import Scales
from sandbox.staging import JobFolder, Mounted
from sandbox.streams import PipeWire
from sandbox.zygotes import Zygote, Zygotes

BIRTH_S = 60.0
"""How long a child may take to furnish its room on a loaded machine; outside the learner's limits."""


class WarmSandbox:
    """Runs learners' programs in forks of warm interpreters."""

    name = "warm"
    has_gpu = False

    def __init__(self, *, staging_root: Path | None = None) -> None:
        self._root = staging_root or staging.staging_root()
        self._cold = BubblewrapSandbox(staging_root=self._root)
        self._zygotes = Zygotes(self._root)

    def probe(self) -> Probe:
        try:
            if os.getuid() != 0:
                raise SandboxUnavailable("the fast lane needs a judge that runs as root; use bubblewrap")
            seccomp.architecture(os.uname().machine)
            self._try()
        except SandboxError as error:
            return Probe(backend=self.name, usable=False, reason=str(error))
        return Probe(backend=self.name, usable=True, refusals=self._cold.refusals())

    def run(self, spec: RunSpec) -> RunResult:
        if not fits(spec):
            return self._cold.run(spec)
        return self._running(spec, talks=False).to_the_end()

    def converse(self, spec: RunSpec) -> Conversation:
        if not fits(spec):
            return self._cold.converse(spec)
        return self._running(spec, talks=True)

    def sweep(self) -> int:
        return self._cold.sweep()

    def close(self) -> None:
        """End the warm interpreters."""
        self._zygotes.close()

    def _running(self, spec: RunSpec, *, talks: bool) -> Running:
        spec.on_stage(Stage.STAGING)
        hierarchy = cgroups.find(self._root)
        job = Job(entry=spec.entry, talks=talks, processes=None if hierarchy is not None else spec.limits.processes)
        zygote = self._zygotes.get(spec.preload)
        try:
            return Running(WarmBox(spec, zygote, JobFolder(self._root), hierarchy), spec, job)
        except SandboxUnavailable:
            zygote.doubt()
            raise

    def _try(self) -> None:
        """Run a program of one line, because every host forbids something else."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.py").write_text("print('here')\n")
            result = self.run(RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=30.0)))
        if result.outcome is not Outcome.FINISHED or result.stdout_tail != "here\n":
            raise SandboxUnavailable(f"a trial program failed: {result.outcome} {' '.join(result.notes)}")


def fits(spec: RunSpec) -> bool:
    """Whether a warm start is the same to this program as a cold one.

    Banned modules are to be absent and not only hidden, a GPU's driver does not survive a fork, and a file of the
    learner's with the name of a library would be found first by a cold interpreter.
    """
    if spec.banned_imports or spec.limits.gpu is not Gpu.NONE:
        return False
    return not {path.name.partition(".")[0] for path in spec.work.iterdir()} & _loadable()


@cache
def _loadable() -> frozenset[str]:
    return frozenset(sys.stdlib_module_names) | {item.name.partition(".")[0] for item in shelf.items()}


class WarmBox:
    """One child of a zygote."""

    image_digest: str | None = None

    def __init__(self, spec: RunSpec, zygote: Zygote, folder: JobFolder, hierarchy: cgroups.Hierarchy | None) -> None:
        self._folder = folder
        self._wall_s = spec.limits.wall_s
        self._zygote = zygote  # which lives no longer than those who hold it
        self._group: cgroups.Group | None = None
        self._status, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._wire: PipeWire | None = None
        self._init = -1
        self._folders: dict[str, int] = {}
        self._scales: Scales | None = None
        try:
            if hierarchy is not None:
                self._group = cgroups.Group(hierarchy, folder.name, spec.limits)
            self._ask(spec)
            _, (self._init, *folders) = self._hear(BIRTH_S)
            self._folders = dict(zip(self._writable, folders, strict=True))
        except OSError as error:
            self.close()
            raise SandboxUnavailable(f"the fast lane cannot be entered ({error})") from error
        except BaseException:
            self.close()
            raise

    @property
    def wire(self) -> PipeWire:
        if self._wire is None:
            raise SandboxUnavailable("the sandbox was never started")
        return self._wire

    @property
    def scales(self) -> Scales:
        if self._scales is None:
            raise SandboxUnavailable("the sandbox has not been opened")
        return self._scales

    @property
    def enforces_memory(self) -> bool:
        return self._group is not None

    def opened(self) -> None:
        namespace = str(Path(f"/proc/{_number(self._init)}/ns/pid").readlink())
        self._scales = Scales(self._group, namespace=namespace, folders=self._folders)

    def sample(self) -> Sample:
        return self.scales.sample()

    def kill(self) -> None:
        if self._init >= 0:
            with contextlib.suppress(ProcessLookupError):
                # The init of a process namespace takes everybody with it.
                signal.pidfd_send_signal(self._init, signal.SIGKILL)

    def wait(self) -> Exit:
        told, _ = self._hear(self._wall_s + DEATH_S)
        self.kill()
        if not select.select([self._init], [], [], DEATH_S)[0]:
            raise SandboxUnavailable("processes in the fast lane do not die")
        self.scales.final_cpu_s = told["cpu_s"]
        code = int(told["exit"])
        return Exit(
            code=128 - code if code < 0 else code,
            out_of_memory=self._group is not None and self._group.out_of_memory(),
        )

    def output_folder(self) -> int:
        return self._folders["/output"]

    def report_folder(self) -> int:
        return self._folders[REPORT_DIR]

    def output_is_full(self) -> bool:
        return self.scales.is_full("/output")

    def close(self) -> None:
        self.kill()
        if self._wire is not None:
            self._wire.close()
        self._status.close()
        for descriptor in (*self._folders.values(), self._init):
            if descriptor >= 0:
                os.close(descriptor)
        self._folders, self._init = {}, -1
        if self._group is not None:
            self._group.remove()
            self._group = None
        self._folder.remove()

    def _ask(self, spec: RunSpec) -> None:
        """Send everything that a child needs; it has its own copies of the descriptors afterwards."""
        mounted = [
            Mounted(source=self._folder.stage_work(spec.work), target="/work"),
            *self._folder.stage_data(spec.data),
        ]
        entrances = self._group.entrances() if self._group is not None else []
        birth = birth_of(spec, mounted, groups=len(entrances))
        with contextlib.ExitStack() as borrowed:
            lent = [os.open(entrance, os.O_WRONLY | os.O_CLOEXEC) for entrance in entrances]
            for descriptor in lent:
                borrowed.callback(os.close, descriptor)
            for item in mounted:
                lent.append(kernel.detached_mount(str(item.source)))
                borrowed.callback(os.close, lent[-1])
            stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
            for theirs in (stdin[0], stdout[1], stderr[1]):
                borrowed.callback(os.close, theirs)
            self._wire = PipeWire(stdin=stdin[1], stdout=stdout[0], stderr=stderr[0])
            borrowed.callback(self._theirs.close)
            self._zygote.send(birth, [self._theirs.fileno(), stdin[0], stdout[1], stderr[1], *lent])
        self._writable = [item.path for item in birth.writable]

    def _hear(self, timeout_s: float) -> tuple[dict[str, Any], list[int]]:
        """Return the supervisor's next message and its descriptors. Raises SandboxUnavailable when there is none."""
        self._status.settimeout(timeout_s)
        try:
            message, descriptors, _, _ = socket.recv_fds(self._status, 4096, 8, socket.MSG_CMSG_CLOEXEC)
        except TimeoutError:
            raise SandboxUnavailable(f"the fast lane gave no answer within {timeout_s:g} seconds") from None
        told = json.loads(message) if message else {"failed": "the warm interpreter is gone"}
        if "failed" in told:
            for descriptor in descriptors:
                os.close(descriptor)
            raise SandboxUnavailable(f"the fast lane failed: {told['failed']}")
        return told, descriptors


def birth_of(spec: RunSpec, mounted: list[Mounted], *, groups: int) -> Birth:
    """Return what a child of a zygote is told; it is to join so many control groups, or has to be watched."""
    limits = spec.limits
    return Birth(
        environment=hostview.interpreter_variables() | variables(spec),
        writable=(
            Writable(
                path="/output", size_bytes=limits.output_mb << 20, mode="0700", files=2 * limits.output_files + 64
            ),
            Writable(path=REPORT_DIR, size_bytes=1 << 16, mode="0700"),
            Writable(path="/tmp", size_bytes=limits.tmp_mb << 20, mode="0700", files=1 << 16),  # noqa: S108
            Writable(path="/dev/shm", size_bytes=limits.shm_mb << 20, mode="0700"),  # noqa: S108
        ),
        groups=groups,
        places=tuple(Place(path=item.target, folder=item.source.is_dir()) for item in mounted),
        masked=bwrap.MASKED,
        limits=resource_limits(limits, watched=not groups),
        processors=() if groups else tuple(processors(limits)),
        threads=max(1, math.ceil(limits.cpus)),
    )


def _number(descriptor: int) -> int:
    """Return the number, in our own process namespace, of the process behind a descriptor."""
    facts = Path(f"/proc/self/fdinfo/{descriptor}").read_text()
    return int(next(line for line in facts.splitlines() if line.startswith("Pid:")).split()[1])
