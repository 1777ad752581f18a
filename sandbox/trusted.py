"""Runs OUR OWN programs, baselines and references, as plain child processes with limits and without isolation.

It is left out of backends.BACKENDS, so that no setting can send a learner's program here. What it lacks: the program
sees the host and this interpreter's packages, /data and /output are temporary folders named by DATA_DIR and
OUTPUT_DIR, memory is capped for each process alone, and banned modules are refused by the guard only.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.box import Exit, Sample
from sandbox.contract import Conversation, Limits, Probe, RunResult, RunSpec
from sandbox.environment import variables
from sandbox.errors import SandboxUnavailable
from sandbox.guest.protocol import Job
from sandbox.running import Running
from sandbox.streams import PipeWire

GUEST = Path(__file__).parent / "guest" / "start.py"
LAUNCHER = Path(__file__).parent / "launcher.py"


class TrustedSandbox:
    """Runs programs that we wrote ourselves."""

    name = "trusted"
    has_gpu = False

    def probe(self) -> Probe:
        return Probe(backend=self.name, usable=True, refusals=("isolation",))

    def run(self, spec: RunSpec) -> RunResult:
        box = TrustedBox(spec)
        return Running(box, spec, box.job(talks=False)).to_the_end()

    def converse(self, spec: RunSpec) -> Conversation:
        box = TrustedBox(spec)
        return Running(box, spec, box.job(talks=True))

    def sweep(self) -> int:
        return 0

    def close(self) -> None:
        """Nothing is started ahead."""


class TrustedBox:
    """A child process in a session of its own."""

    image_digest: str | None = None
    enforces_memory = False

    def __init__(self, spec: RunSpec) -> None:
        self._spec = spec
        self._home = Path(tempfile.mkdtemp(prefix="judge-trusted-"))
        self._descriptors: list[int] = []
        self._ended = False
        self._used = Sample()
        try:
            for name in ("data", "output", "report"):
                (self._home / name).mkdir()
            for folder in spec.data:
                for entry in folder.iterdir():
                    (self._home / "data" / entry.name).symlink_to(entry.resolve())
            self._process = self._start()
        except OSError as error:
            shutil.rmtree(self._home, ignore_errors=True)
            raise SandboxUnavailable(f"the program cannot be started ({error})") from error
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        self._descriptors = [os.open(self._home / name, flags) for name in ("output", "report")]

    def job(self, *, talks: bool) -> Job:
        return Job(
            entry=self._spec.entry,
            talks=talks,
            banned=self._spec.banned_imports,
            work=str(self._spec.work.resolve()),
            report=str(self._home / "report"),
        )

    def opened(self) -> None:
        pass

    def sample(self) -> Sample:
        return self._used

    def kill(self) -> None:
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def wait(self) -> Exit:
        _, status, usage = os.wait4(self._process.pid, 0)
        # What it left in its session goes with it; the number stays taken while such processes live.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._ended = True
        self._used = Sample(cpu_s=usage.ru_utime + usage.ru_stime, memory_mb=usage.ru_maxrss / 1024)
        code = self._process.returncode = os.waitstatus_to_exitcode(status)
        return Exit(code=128 - code if code < 0 else code)

    def output_folder(self) -> int:
        return self._descriptors[0]

    def report_folder(self) -> int:
        return self._descriptors[1]

    def output_is_full(self) -> bool:
        return False

    def close(self) -> None:
        if not self._ended:
            self.kill()
            self._process.wait()
            self._ended = True
        self.wire.close()
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = []
        shutil.rmtree(self._home, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {
            **variables(self._spec),
            "PATH": os.environ.get("PATH", os.defpath),
            "DATA_DIR": str(self._home / "data"),
            "OUTPUT_DIR": str(self._home / "output"),
        }
        plan = {
            "cgroups": [],
            "views": [],
            "user": None,
            "limits": _resource_limits(self._spec.limits),
            "processors": [],
            "folder": str(self._spec.work.resolve()),
            "argv": [sys.executable, "-P", "-s", str(GUEST)],
        }
        process = subprocess.Popen(  # noqa: S603 - all of it is ours
            [sys.executable, "-I", "-S", str(LAUNCHER), json.dumps(plan)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            env=environment,
            start_new_session=True,
        )
        self.wire = PipeWire.of(process)
        return process


def _resource_limits(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": max(limits.output_mb, limits.tmp_mb) * 2**20,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_CPU": math.ceil(limits.cpu_s) + 1,
        "RLIMIT_DATA": limits.memory_mb * 2**20,
    }
