"""The embedded backend: Linux namespaces by bubblewrap, no daemon, no image.

    launcher.py (control groups, another user) ──> bwrap (all namespaces, read-only root, seccomp) ──> guest

Inside there are this host's /usr, this interpreter's standard library, the packages on the shelf and nothing else of
the host. /output is a tmpfs of the box itself; a descriptor on it, taken before the learner's program starts, keeps it
readable after the box is gone. Works as root and, where unprivileged user namespaces are allowed, as an ordinary user.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import select
import signal
import subprocess
import tempfile
from pathlib import Path

from sandbox import bwrap, cgroups, hostview, seccomp, staging
from sandbox.box import Exit, Sample
from sandbox.contract import Conversation, Gpu, Limits, Outcome, Probe, RunResult, RunSpec, Stage
from sandbox.environment import variables
from sandbox.errors import SandboxError, SandboxUnavailable, UnsupportedLimit
from sandbox.guest.protocol import REPORT_DIR, Job
from sandbox.running import Running, without_gpu
from sandbox.scales import Scales
from sandbox.staging import JobFolder, Mounted
from sandbox.streams import PipeWire

DEATH_S = 10.0


class BubblewrapSandbox:
    """Runs learners' programs in namespaces of this host."""

    name = "bubblewrap"
    has_gpu = False

    def __init__(self, *, staging_root: Path | None = None, control_groups: bool = True) -> None:
        self._root = staging_root
        self._control_groups = control_groups

    def probe(self) -> Probe:
        try:
            bwrap.executable()
            seccomp.architecture(os.uname().machine)
            self._try()
        except SandboxError as error:
            return Probe(backend=self.name, usable=False, reason=str(error))
        return Probe(backend=self.name, usable=True, refusals=self.refusals())

    def run(self, spec: RunSpec) -> RunResult:
        return self._running(spec, talks=False).to_the_end()

    def converse(self, spec: RunSpec) -> Conversation:
        return self._running(spec, talks=True)

    def sweep(self) -> int:
        root = self._staging()
        orphans = list(staging.orphans(root))
        for path in orphans:
            staging.discard(path)
        hierarchy = self._hierarchy()
        if hierarchy is not None:
            cgroups.sweep(hierarchy, {path.name for path in root.glob("job-*")})
        return len(orphans)

    def close(self) -> None:
        """Nothing is started ahead."""

    def _staging(self) -> Path:
        return self._root or staging.staging_root()

    def _hierarchy(self) -> cgroups.Hierarchy | None:
        return cgroups.find(self._staging()) if self._control_groups else None

    def refusals(self) -> tuple[str, ...]:
        """Return the promises that cannot be kept here."""
        if self._hierarchy() is not None:
            return ()
        return ("memory_never_exceeds_its_limit", "the_processor_share_is_capped")

    def _running(self, spec: RunSpec, *, talks: bool) -> Running:
        spec.on_stage(Stage.STAGING)
        return Running(self._box(spec), spec, self._job(spec, talks=talks), notes=without_gpu(spec))

    def _job(self, spec: RunSpec, *, talks: bool) -> Job:
        counted = self._hierarchy() is not None
        return Job(
            entry=spec.entry,
            talks=talks,
            banned=spec.banned_imports,
            processes=None if counted else spec.limits.processes,
        )

    def _box(self, spec: RunSpec) -> BubblewrapBox:
        if spec.limits.gpu is Gpu.REQUIRED:
            raise UnsupportedLimit("the bubblewrap sandbox has no GPU; use the Docker sandbox on a GPU machine")
        return BubblewrapBox(spec, JobFolder(self._staging()), self._hierarchy())

    def _try(self) -> None:
        """Run a program of one line, because every host forbids something else."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "main.py").write_text("print('here')\n")
            spec = RunSpec(work=Path(folder), entry="main.py", limits=Limits(wall_s=30.0))
            result = self.run(spec)
        if result.outcome is not Outcome.FINISHED or result.stdout_tail != "here\n":
            raise SandboxUnavailable(f"a trial program failed: {result.outcome} {' '.join(result.notes)}")


class BubblewrapBox:
    """One started guest in its namespaces."""

    image_digest: str | None = None

    def __init__(self, spec: RunSpec, folder: JobFolder, hierarchy: cgroups.Hierarchy | None) -> None:
        self._folder = folder
        self._spec = spec
        self._group: cgroups.Group | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._wire: PipeWire | None = None
        self._info = -1
        self._init = -1
        self._folders: dict[str, int] = {}
        self._scales: Scales | None = None
        try:
            if hierarchy is not None:
                self._group = cgroups.Group(hierarchy, folder.name, spec.limits)
            self._start()
        except OSError as error:
            self.close()
            raise SandboxUnavailable(f"the sandbox cannot be started ({error})") from error
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
        number = int(json.loads(os.read(self._info, 4096))["child-pid"])
        self._init = os.pidfd_open(number)
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        for path in ("/output", REPORT_DIR, "/tmp", "/dev/shm"):  # noqa: S108 - the sandbox's own
            self._folders[path] = os.open(f"/proc/{number}/root{path}", flags)
        namespace = str(Path(f"/proc/{number}/ns/pid").readlink())
        self._scales = Scales(self._group, namespace=namespace, folders=self._folders)

    def sample(self) -> Sample:
        return self.scales.sample()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if self._init >= 0:
                # The init of a process namespace takes everybody with it.
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGKILL)

    def wait(self) -> Exit:
        if self._process is None:
            raise SandboxUnavailable("the sandbox was closed before its program ended")
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        if self._group is None:
            self.scales.final_cpu_s = usage.ru_utime + usage.ru_stime
        self.kill()
        if not select.select([self._init], [], [], DEATH_S)[0]:
            raise SandboxUnavailable("processes in the sandbox do not die")
        code = self._process.returncode
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
        if self._process is not None:
            if self._process.returncode is None:
                self._process.wait()
            self._process = None
        if self._wire is not None:
            self._wire.close()
        for descriptor in (*self._folders.values(), self._init, self._info):
            if descriptor >= 0:
                os.close(descriptor)
        self._folders, self._init, self._info = {}, -1, -1
        if self._group is not None:
            self._group.remove()
            self._group = None
        self._folder.remove()

    def _start(self) -> None:
        spec = self._spec
        mounted = [
            *hostview.host_view(),
            *hostview.covers(spec.banned_imports),
            Mounted(source=self._folder.stage_work(spec.work), target="/work"),
            *self._folder.stage_data(spec.data),
        ]
        stage = self._folder.path / "stage"
        stage.mkdir(exist_ok=True)
        mounted, views = bwrap.laid_out(mounted, stage)
        self._info, info = os.pipe()
        program = os.memfd_create("seccomp")
        try:
            os.write(program, bwrap.system_call_filter())
            os.lseek(program, 0, os.SEEK_SET)
            process = bwrap.launch(
                arguments(spec, mounted, seccomp_descriptor=program, info_descriptor=info),
                stage=stage,
                views=views,
                pass_fds=(program, info),
                cgroups=self._group.entrances() if self._group else [],
                limits=resource_limits(spec.limits, watched=self._group is None),
                processors=processors(spec.limits) if self._group is None else [],
            )
        finally:
            os.close(program)
            os.close(info)
        self._process = process
        self._wire = PipeWire.of(process)


def arguments(spec: RunSpec, mounted: list[Mounted], *, seccomp_descriptor: int, info_descriptor: int) -> list[str]:
    """Return bwrap's whole command line; every promise about isolation that bwrap keeps is spelt out here."""
    limits = spec.limits
    argv = [bwrap.executable(), *bwrap.namespaces(), "--disable-userns", "--cap-drop", "ALL"]
    for name, value in (hostview.interpreter_variables() | variables(spec)).items():
        argv += ["--setenv", name, value]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    argv += ["--size", str(limits.shm_mb * 2**20), "--tmpfs", "/dev/shm", "--remount-ro", "/dev"]  # noqa: S108
    for path in bwrap.MASKED:
        if Path(path).exists():
            argv += ["--ro-bind", "/dev/null", path]
    argv += ["--size", str(limits.tmp_mb * 2**20), "--tmpfs", "/tmp"]  # noqa: S108
    argv += ["--perms", "0700", "--size", str(limits.output_mb * 2**20), "--tmpfs", "/output"]
    argv += ["--perms", "0700", "--size", "65536", "--tmpfs", REPORT_DIR]
    argv += ["--dir", "/data", *bwrap.view(mounted), "--remount-ro", "/", "--chdir", "/work"]
    argv += ["--seccomp", str(seccomp_descriptor), "--info-fd", str(info_descriptor)]
    return [*argv, "--", *bwrap.python()]


def resource_limits(limits: Limits, *, watched: bool) -> dict[str, int]:
    """Return what the kernel counts for each process: RLIMIT_... -> value."""
    found = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": max(limits.output_mb, limits.tmp_mb) * 2**20,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CPU": math.ceil(limits.cpu_s) + 1,
        "RLIMIT_MEMLOCK": 2**20,
        "RLIMIT_MSGQUEUE": 0,
    }
    if watched:
        # The watchdog looks some twenty times a second; this stops what would grow faster.
        found["RLIMIT_DATA"] = 2 * limits.memory_mb * 2**20
    return found


def processors(limits: Limits) -> list[int]:
    """Return the processors to be pinned to where no control group shares them out."""
    return sorted(os.sched_getaffinity(0))[: max(1, math.ceil(limits.cpus))]
