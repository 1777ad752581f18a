"""Warm interpreters, kept by this process: started when first asked for, replaced before their children know too much.

    Zygotes.get(preload) ──> Zygote ──send(birth, descriptors)──> a fork of it

Every fork of a zygote has its address layout, so a zygote makes a few hundred and is then followed by a new one.
"""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from sandbox import bwrap, hostview
from sandbox.environment import HINTS
from sandbox.errors import SandboxUnavailable
from sandbox.guest.protocol import REPORT_DIR, WARM, Birth, Settings
from sandbox.staging import JobFolder

FORKS = 300
"""How many programs learn the same address layout."""
START_S = 120.0
KINDS = 4
"""How many different sets of libraries are kept warm; the one that was asked for longest ago goes."""
WARM_VARIABLES = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "HOME": "/tmp",  # noqa: S108
    "MPLBACKEND": "Agg",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "PYTHONHASHSEED": "0",
    # Threads do not survive a fork; every program sets its own number.
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **{name: os.environ[name] for name in HINTS if name in os.environ},
}
EMPTY_FOLDERS = ("/tmp", "/output", "/data", "/work", REPORT_DIR)  # noqa: S108 - the sandbox's own


class Zygote:
    """One warm interpreter. The kernel ends it with the thread that starts it, so `keeper` is kept as long as it is."""

    def __init__(self, root: Path, preload: tuple[str, ...], *, keeper: ThreadPoolExecutor) -> None:
        self._keeper = keeper
        self._lock = threading.Lock()
        self.forks = 0
        self._folder = JobFolder(root)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            with theirs:
                self._process = _start(self._folder.path / "stage", theirs.fileno())
        except BaseException:
            self._control.close()
            self._folder.remove()
            raise
        answer = self._greet(preload)
        if answer != WARM:
            trouble = (answer.decode(errors="replace") or self._last_words()).strip()
            self.kill()
            raise SandboxUnavailable(f"the warm interpreter did not start: {trouble or 'it said nothing'}")

    def send(self, birth: Birth, descriptors: Sequence[int]) -> None:
        """Have a child forked that takes these descriptors. Raises SandboxUnavailable when this zygote is gone."""
        with self._lock:
            self.forks += 1
            try:
                socket.send_fds(self._control, [birth.to_line()], descriptors)
            except OSError as error:
                raise SandboxUnavailable(f"the warm interpreter is gone ({error})") from error

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def doubt(self) -> None:
        """Have it replaced soon: it did not do what it was asked for."""
        self.forks = FORKS

    def retire(self) -> None:
        """Ask for no further fork; the interpreter leaves when its last child has ended."""
        self._control.close()

    def kill(self) -> None:
        """End it and every program that it made."""
        self.retire()
        self._process.kill()
        self._process.communicate()
        self._folder.remove()

    def bury(self) -> bool:
        """Remove what is left of a retired zygote, once it is gone; return whether it is."""
        if self.is_alive():
            return False
        self.kill()
        return True

    def _greet(self, preload: tuple[str, ...]) -> bytes:
        self._control.settimeout(START_S)
        try:
            self._control.send(Settings(preload=preload, filter=bwrap.system_call_filter()).to_line())
            return self._control.recv(4096)
        except OSError as error:
            return str(error).encode()
        finally:
            self._control.settimeout(None)

    def _last_words(self) -> str:
        """Return what a guest that has just gone said on standard error."""
        self._process.kill()
        return self._process.communicate()[1].decode(errors="replace")[-500:]


class Zygotes:
    """All warm interpreters of this process."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._retired: list[Zygote] = []
        self._forget()

    def get(self, preload: tuple[str, ...]) -> Zygote:
        """Return a living zygote with these libraries; the first call waits for its imports.

        Raises SandboxUnavailable where none can be started.
        """
        with self._lock:
            if self._owner != os.getpid():
                self._forget()  # they are our parent's, and the thread that starts ours did not survive the fork
            found = self._current.pop(preload, None)
            if found is not None and _is_gone(found):
                self._retire(found)
                found = self._successors.pop(preload, None)
            if found is None:
                found = self._start(preload)
            elif _is_worn(found):
                found = self._succeed(preload, found)
            self._current[preload] = found
            while len(self._current) > KINDS:
                self._retire(self._current.pop(next(iter(self._current))))
            self._retired = [zygote for zygote in self._retired if not zygote.bury()]
        return found.result()

    def close(self) -> None:
        """End all of this process, and what they run."""
        with self._lock:
            if self._owner != os.getpid():
                return
            for future in (*self._current.values(), *self._successors.values()):
                if future.exception() is None:
                    future.result().kill()
            for zygote in self._retired:
                zygote.kill()
            self._keeper.shutdown()
            self._forget()

    def _forget(self) -> None:
        self._owner = os.getpid()
        self._current: dict[tuple[str, ...], Future[Zygote]] = {}
        """Last used last."""
        self._successors: dict[tuple[str, ...], Future[Zygote]] = {}
        self._retired = []
        self._keeper = ThreadPoolExecutor(max_workers=1, thread_name_prefix="zygotes")

    def _start(self, preload: tuple[str, ...]) -> Future[Zygote]:
        return self._keeper.submit(Zygote, self._root, preload, keeper=self._keeper)

    def _succeed(self, preload: tuple[str, ...], worn: Future[Zygote]) -> Future[Zygote]:
        """Return the successor of a worn zygote, or the worn one as long as its successor is not ready."""
        if preload not in self._successors:
            self._successors[preload] = self._start(preload)
        successor = self._successors[preload]
        if not successor.done():
            return worn
        del self._successors[preload]
        if successor.exception() is not None:
            return worn
        self._retire(worn)
        return successor

    def _retire(self, future: Future[Zygote]) -> None:
        if future.exception() is None:
            future.result().retire()
            self._retired.append(future.result())


def _is_gone(future: Future[Zygote]) -> bool:
    return future.done() and (future.exception() is not None or not future.result().is_alive())


def _is_worn(future: Future[Zygote]) -> bool:
    return future.done() and future.result().forks >= FORKS


def _start(stage: Path, control: int) -> subprocess.Popen[bytes]:
    stage.mkdir(exist_ok=True)
    mounted, views = bwrap.laid_out(hostview.host_view(), stage)
    argv = [bwrap.executable(), *bwrap.namespaces(), "--cap-add", "ALL"]
    for name, value in (hostview.interpreter_variables() | WARM_VARIABLES).items():
        argv += ["--setenv", name, value]
    argv += ["--proc", "/proc", "--dev", "/dev"]
    for folder in (*EMPTY_FOLDERS, "/dev/shm"):  # noqa: S108 - the sandbox's own
        argv += ["--dir", folder]
    argv += [*bwrap.view(mounted), "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"]
    argv += ["--", *bwrap.python("zygote", str(control))]
    return bwrap.launch(argv, stage=stage, views=views, pass_fds=(control,))
