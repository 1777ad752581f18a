"""What a program that got out would find on this host: open doors, and things that it would be tempted to touch.

Each piece is open to every user, so that nothing but the sandbox keeps a program away from it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.staging import JobFolder, staging_root

TRUTH = "THE-HIDDEN-TRUTH"
"""No program holds this word itself; wherever it turns up, something was read that must not be."""
SECRET = "SECRET_OF_THE_JUDGE"
"""Stands in the judge's own environment."""
TRAP = Path("/tmp/judge-bait-sprung")
"""Is made by whoever executes what a program handed back."""
GRADES = "ada,12\n"
QUESTIONS = b"id\n1\n"
USER = 10001
KERNEL_VALUES = [
    Path("/proc/sys", name) for name in ("kernel/pid_max", "kernel/msgmax", "kernel/shmmni", "fs/mqueue/msg_max")
]
CLOCK_SLACK_S = 5.0


class Bait:
    """Laid out for a whole test session; `disturbances` says what was touched and puts it right again."""

    def __enter__(self) -> Self:
        self.folder = Path(tempfile.mkdtemp(prefix="judge-bait-", dir="/tmp"))
        self.folder.chmod(0o755)
        self._name = self.folder.name
        (self.folder / "hidden-truth.csv").write_text(TRUTH)
        self._grades = self.folder / "grades.csv"
        self._questions = self.folder / "paper" / "test.csv"
        self._questions.parent.mkdir()
        self._questions.parent.chmod(0o777)
        self._shared = Path("/dev/shm", self._name)
        self._shared.write_text(TRUTH)
        self._job = self._lay_out_another_job()
        self._sockets = self._listen()
        self._victim = self._start_victim()
        self._values = {path: path.read_text() for path in KERNEL_VALUES if path.exists()}
        self.tokens: set[str] = set()
        self._hostname = socket.gethostname()
        self._clock_s = time.time() - time.monotonic()
        self._put_right()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for listener in self._sockets.values():
            listener.close()
        self._victim.kill()
        self._victim.wait()
        self._job.remove()
        self._shared.unlink()
        shutil.rmtree(self.folder)

    @property
    def paper(self) -> Path:
        """Return the folder that every program sees as /data."""
        return self._questions.parent

    @property
    def exposed(self) -> tuple[Path, ...]:
        """Return what a sandbox that hides nothing would show; not the whole /tmp, where programs could leave traps."""
        return (self.folder, self._shared, self._job.path)

    def facts(self) -> dict[str, object]:
        """Return what an attacker who knows this host well would know."""
        return {
            "addresses": ["127.0.0.1", "172.17.0.1", *_own_addresses()],
            "tcp": self._sockets["tcp"].getsockname()[1],
            "tcp6": self._sockets["tcp6"].getsockname()[1] if "tcp6" in self._sockets else None,
            "udp": self._sockets["udp"].getsockname()[1],
            "socket": str(self.folder / "socket"),
            "abstract": self._name,
            "truth": [str(self.folder / "hidden-truth.csv"), str(self._shared)],
            "grades": str(self._grades),
            "job": str(self._job.path),
            "victim": self._victim.pid,
        }

    def disturbances(self, token: str) -> list[str]:
        """Return what has happened since the last call."""
        found = [f"somebody reached the {name} socket of the host" for name in self._sockets if self._reached(name)]
        if self._grades.read_text() != GRADES:
            found.append("a file of the host was changed")
        if self._questions.read_bytes() != QUESTIONS or self._questions.stat().st_mtime != 0:
            found.append("the data were changed")
        for folder in (self.folder, self.paper, Path("/tmp"), Path("/dev/shm")):
            found += [f"{path} was made on the host" for path in folder.iterdir() if token in path.name]
        self.tokens.add(token)
        if TRAP.exists():
            found.append("something of what came back was executed")
        state = Path(f"/proc/{self._victim.pid}/stat").read_text().rsplit(")")[-1].split()[0]
        if state not in "SR":
            found.append(f"another process of the host is in state {state}")
        found += [f"{path} of the host was set" for path, value in self._values.items() if path.read_text() != value]
        if socket.gethostname() != self._hostname:
            found.append("the host was renamed")
        if abs(time.time() - time.monotonic() - self._clock_s) > CLOCK_SLACK_S:
            found.append("the host's clock was set")
        if found:
            self._put_right()
        return found

    def _put_right(self) -> None:
        for path, content in ((self._grades, GRADES.encode()), (self._questions, QUESTIONS)):
            path.write_bytes(content)
            path.chmod(0o666)
            os.utime(path, (0, 0))
        TRAP.unlink(missing_ok=True)
        for kernel_value, value in self._values.items():
            if kernel_value.read_text() != value:
                kernel_value.write_text(value)
        self._victim.kill()
        self._victim.wait()
        self._victim = self._start_victim()

    def _listen(self) -> dict[str, socket.socket]:
        """Open a door of every kind; each answers without being served."""
        tcp = socket.create_server(("", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("", 0))
        named = socket.socket(socket.AF_UNIX)
        named.bind(str(self.folder / "socket"))
        (self.folder / "socket").chmod(0o777)
        abstract = socket.socket(socket.AF_UNIX)
        abstract.bind(f"\0{self._name}")
        for listener in (named, abstract):
            listener.listen()
        doors = {"tcp": tcp, "udp": udp, "named": named, "abstract": abstract}
        with contextlib.suppress(OSError):  # not every host has IPv6
            doors["tcp6"] = socket.create_server(("::1", 0), family=socket.AF_INET6)
        for door in doors.values():
            door.setblocking(False)
        return doors

    def _reached(self, name: str) -> bool:
        reached = False
        with contextlib.suppress(BlockingIOError):
            while True:
                if name == "udp":
                    self._sockets[name].recv(100)
                else:
                    self._sockets[name].accept()[0].close()
                reached = True
        return reached

    def _lay_out_another_job(self) -> JobFolder:
        """Make the folder of another learner's job, as it lies there while that one is judged."""
        job = JobFolder(staging_root())
        work = self.folder / "work"
        work.mkdir()
        (work / "solution.py").write_text(f"# {TRUTH}")
        job.stage_work(work)
        shutil.rmtree(work)
        return job

    def _start_victim(self) -> subprocess.Popen[bytes]:
        """Start a process of the same user as the sandbox's, with a secret in its environment."""
        user = USER if os.getuid() == 0 else None
        victim = subprocess.Popen(["sleep", "3600"], env={"PATH": "/usr/bin:/bin", "BAIT": TRUTH}, user=user)
        deadline = time.monotonic() + 10
        while b"sleep" not in Path(f"/proc/{victim.pid}/cmdline").read_bytes():
            assert time.monotonic() < deadline, "the bait's process did not start"
        return victim


def living(token: str) -> list[str]:
    """Return the processes that hold the token's open file."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(f"memfd:{token}" in str(link.readlink()) for link in (process / "fd").iterdir()):
                found.append(f"process {process.name} outlived its run")
    return found


def kept_folders(tokens: Collection[str]) -> list[str]:
    """Return the job folders that still hold a program with one of the tokens."""
    found = []
    for program in staging_root().glob("job-*/work/main.py"):
        with contextlib.suppress(OSError):
            text = program.read_text()
            found += [str(program) for token in tokens if token in text]
    return found


def new_token() -> str:
    """Return a word by which everything that one program leaves can be found."""
    return f"hostile-{secrets.token_hex(8)}"


def _own_addresses() -> list[str]:
    """Return the address by which this host is known on its network, where it has one."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.connect(("192.0.2.1", 9))
        return [asker.getsockname()[0]]
    return []
