"""The warm interpreter: it has imported the libraries, runs nothing of anybody's, and forks for whoever asks.

    judge ──Settings──> zygote ──fork──> clerk (room.py), still small
                           │ imports, one thread, "warm" ──> judge
    judge ──Birth, status socket, pipes, control groups, mounts──> clerk ──> a room ──> zygote ──fork──> cell.live
    judge <──how it ended── zygote, its parent

It lives in the same view of the host as a learner's program, in a user namespace in which it may make others. It holds
no secret, no descriptor but its sockets and no learner's data, and reads only what the judge sends.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from . import cell, kernel, libraries, room
from .protocol import MESSAGE_BYTES, MOST_DESCRIPTORS, WARM, Birth, Settings


def main() -> NoReturn:
    control = socket.socket(fileno=int(sys.argv[2]))
    settings = Settings.from_line(control.recv(MESSAGE_BYTES))
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        room.keep(control, theirs, settings.filter)
    theirs.close()
    kernel.name_process("judge-zygote")
    libraries.preload(settings.preload)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        control.send(f"after its imports the warm interpreter has {threads} threads; a fork would lose them".encode())
        os._exit(1)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page of these objects
    parent = Parent(settings.filter)
    control.send(WARM)
    control.close()
    parent.serve(ours)


@dataclass(frozen=True, kw_only=True)
class Child:
    """A program that runs."""

    status: socket.socket
    init: int

    def end(self, ended: int, usage: resource.struct_rusage) -> None:
        """End whoever is left in its room, and tell the judge how it ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.init, signal.SIGKILL)
        os.close(self.init)
        told = {"exit": os.waitstatus_to_exitcode(ended), "cpu_s": usage.ru_utime + usage.ru_stime}
        with contextlib.suppress(OSError), self.status:  # the judge may have gone
            self.status.send(json.dumps(told).encode())


class Parent:
    """Forks on request and tells how each child ended."""

    def __init__(self, program: bytes) -> None:
        self._program = program
        self._children: dict[int, Child] = {}
        self._ended, wake = socket.socketpair()
        for end in (self._ended, wake):
            end.setblocking(False)
        self._wake = wake
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake.fileno(), warn_on_full_buffer=False)

    def serve(self, requests: socket.socket) -> NoReturn:
        poll = select.poll()
        for source in (requests, self._ended):
            poll.register(source, select.POLLIN)
        hung_up = False
        while not (hung_up and not self._children):
            for descriptor, _ in poll.poll():
                if descriptor == self._ended.fileno():
                    with contextlib.suppress(BlockingIOError):
                        self._ended.recv(4096)
                else:
                    message, descriptors, _, _ = socket.recv_fds(requests, MESSAGE_BYTES, MOST_DESCRIPTORS)
                    if message:
                        self._bear(Birth.from_line(message), descriptors)
                    else:
                        poll.unregister(requests)
                        hung_up = True
            self._reap()
        os._exit(0)

    def _bear(self, birth: Birth, descriptors: list[int]) -> None:
        status, init, rest = socket.socket(fileno=descriptors[0]), descriptors[1], descriptors[2:]
        try:
            # This moves nobody but the children to come, until the next room is set.
            kernel.set_namespaces(init, kernel.NEWPID)
            child = os.fork()
            if child == 0:
                cell.live(birth, init, rest, self._program)
        except OSError as error:
            status.send(json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}).encode())
            status.close()
            os.close(init)
        else:
            self._children[child] = Child(status=status, init=init)
        for descriptor in rest:
            os.close(descriptor)

    def _reap(self) -> None:
        while self._children:
            try:
                child, ended, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            known = self._children.pop(child, None)
            if known is not None:
                known.end(ended, usage)
