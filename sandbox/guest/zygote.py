"""The warm interpreter: it has imported the libraries, runs nothing of anybody's, and forks for whoever asks.

    judge ──(Settings)──> imports, one thread ──> "warm"
    judge ──(Birth, status socket, three pipes, detached mounts)──> fork ──> cell.live

It lives in the same view of the host as a learner's program, in a user namespace in which it may make others. It
holds no secret, no descriptor but its control socket and no learner's data, and reads only what the judge sends.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from pathlib import Path
from typing import NoReturn

from . import cell, libraries
from .protocol import WARM, Birth, Settings

MESSAGE_BYTES = 1 << 17
MOST_DESCRIPTORS = 253


def main() -> NoReturn:
    control = socket.socket(fileno=int(sys.argv[2]))
    settings = Settings.from_line(control.recv(MESSAGE_BYTES))
    libraries.preload(settings.preload)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        control.send(f"after its imports the warm interpreter has {threads} threads; a fork would lose them".encode())
        os._exit(1)
    gc.collect()
    gc.freeze()  # a collection in a child would touch, and so copy, every page of these objects
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.send(WARM)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE_BYTES, MOST_DESCRIPTORS)
        if not message:
            _leave()
        if os.fork() == 0:
            control.close()
            status = socket.socket(fileno=descriptors[0])
            cell.live(Birth.from_line(message), status, descriptors[1:4], descriptors[4:], settings.filter)
        for descriptor in descriptors:
            os.close(descriptor)


def _leave() -> NoReturn:
    """Wait for the programs that still run; they die with the process namespace, and it with this process."""
    while True:
        try:
            os.wait()
        except ChildProcessError:
            os._exit(0)
